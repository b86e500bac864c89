package notify

import (
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// Ways are by which ways a user is told of a kind.
type Ways struct {
	// App fills the notification centre; the other two need it.
	App bool `json:"app"`
	// Push shows it on the desktop or the phone; Mail writes when the user is away.
	Push bool `json:"push"`
	Mail bool `json:"mail"`
}

// Quiet is when nothing but the centre tells of anything.
type Quiet struct {
	On bool `json:"on"`
	// From and To are minutes of the day; where To is before From it is the next day's.
	From int `json:"from"`
	To   int `json:"to"`
	// Days are the weekdays on which it begins, 0 for Sunday.
	Days []int `json:"days"`
}

// Preferences are how a user wants to be told.
type Preferences struct {
	Kinds map[Kind]Ways `json:"kinds"`
	Quiet Quiet         `json:"quiet"`
	Sound bool          `json:"sound"`
	// MailAfter is after how many minutes without a key or a click mails are sent.
	MailAfter int `json:"mail_after"`
	// Content shows what was written, on locked screens too.
	Content bool `json:"content"`
}

// MailAfters returns the choices of MailAfter.
func MailAfters() []int { return []int{5, 15, 30, 60} }

// Defaults are the preferences of who never chose: what is theirs reaches them
// everywhere, what is the team's or nobody's waits in the centre.
func Defaults() Preferences {
	p := Preferences{
		Kinds: make(map[Kind]Ways), Sound: true, MailAfter: 15, Content: true,
		Quiet: Quiet{From: 20 * 60, To: 8 * 60, Days: []int{0, 1, 2, 3, 4, 5, 6}},
	}
	for _, k := range Kinds() {
		own := k != MessageTeam && k != MessageUnassigned
		p.Kinds[k] = Ways{App: true, Push: own, Mail: own}
	}
	return p
}

// check refuses preferences that say nothing sensible.
func (p *Preferences) check() error {
	for k := range p.Kinds {
		if !slices.Contains(Kinds(), k) {
			return crm.RefuseField("kinds", crm.CodeInvalid)
		}
	}
	for _, k := range Kinds() {
		if _, ok := p.Kinds[k]; !ok {
			return crm.RefuseField("kinds."+string(k), crm.CodeRequired)
		}
	}
	if p.Quiet.From < 0 || p.Quiet.From >= 24*60 {
		return crm.RefuseField("quiet_hours.from", crm.CodeInvalid)
	}
	if p.Quiet.To < 0 || p.Quiet.To >= 24*60 || p.Quiet.On && p.Quiet.To == p.Quiet.From {
		return crm.RefuseField("quiet_hours.to", crm.CodeInvalid)
	}
	slices.Sort(p.Quiet.Days)
	p.Quiet.Days = slices.Compact(p.Quiet.Days)
	for _, d := range p.Quiet.Days {
		if d < 0 || d > 6 {
			return crm.RefuseField("quiet_hours.days", crm.CodeInvalid)
		}
	}
	if p.Quiet.On && len(p.Quiet.Days) == 0 {
		return crm.RefuseField("quiet_hours.days", crm.CodeRequired)
	}
	if !slices.Contains(MailAfters(), p.MailAfter) {
		return crm.RefuseField("mail_after", crm.CodeInvalid)
	}
	return nil
}

// in tells whether a time, in the user's zone, lies in the quiet hours.
func (q Quiet) in(t time.Time) bool {
	if !q.On {
		return false
	}
	minute, day := t.Hour()*60+t.Minute(), int(t.Weekday())
	if q.From < q.To {
		return minute >= q.From && minute < q.To && slices.Contains(q.Days, day)
	}
	return minute >= q.From && slices.Contains(q.Days, day) || minute < q.To && slices.Contains(q.Days, (day+6)%7)
}

// user is how somebody is to be told.
type user struct {
	Preferences
	zone                *time.Location
	mailedID            crm.ID
	mailedAt            int64
	activeAt            int64
	name, email, locale string
}

// quietAt tells whether nothing but the centre may tell of anything.
func (u user) quietAt(t time.Time) bool { return u.Quiet.in(t.In(u.zone)) }

// users reads how those of the ids are to be told, or all of a workspace.
func users(tx *db.Tx, workspace crm.ID, ids []crm.ID) (map[crm.ID]user, error) {
	q := `SELECT m.user_id, m.active_at, u.name, u.email, u.language, u.timezone, w.timezone,
			COALESCE(p.settings, ''), COALESCE(p.mailed_id, 0), COALESCE(p.mailed_at, 0)
		FROM member m JOIN app_user u ON u.id = m.user_id JOIN workspace w ON w.id = m.workspace_id
		LEFT JOIN notify_preference p ON p.workspace_id = m.workspace_id AND p.user_id = m.user_id
		WHERE m.workspace_id = $1 AND m.removed_at = 0`
	args := []any{workspace}
	if ids != nil {
		if len(ids) == 0 {
			return nil, nil
		}
		var list string
		list, args = db.InList(args, ids)
		q += ` AND m.user_id IN (` + list + `)`
	}
	out := make(map[crm.ID]user)
	err := tx.Each(q, args, func(r *sql.Rows) error {
		var id crm.ID
		var u user
		var own, common, settings string
		err := r.Scan(&id, &u.activeAt, &u.name, &u.email, &u.locale, &own, &common, &settings, &u.mailedID, &u.mailedAt)
		if err != nil {
			return err
		}
		u.zone = time.UTC
		for _, name := range []string{common, own} {
			if z, err := time.LoadLocation(name); err == nil && name != "" {
				u.zone = z
			}
		}
		u.Preferences, err = parse(settings)
		out[id] = u
		return err
	})
	return out, err
}

// parse reads stored preferences. A kind that came later has its default.
func parse(settings string) (Preferences, error) {
	p := Defaults()
	if settings == "" {
		return p, nil
	}
	stored := p
	stored.Kinds = nil
	err := json.Unmarshal([]byte(settings), &stored)
	for k, w := range stored.Kinds {
		p.Kinds[k] = w
	}
	stored.Kinds = p.Kinds
	return stored, err
}

// GetPreferences returns how the viewer wants to be told.
func GetPreferences(tx *db.Tx, v crm.Viewer) (Preferences, error) {
	var settings string
	err := tx.Row(`SELECT settings FROM notify_preference WHERE workspace_id = $1 AND user_id = $2`, []any{v.Workspace, v.User}, &settings)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return Preferences{}, err
	}
	return parse(settings)
}

// SetPreferences sets how the viewer wants to be told. All kinds must be named.
func SetPreferences(tx *db.Tx, v crm.Viewer, p Preferences) error {
	if err := p.check(); err != nil {
		return err
	}
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return tx.Queue(`INSERT INTO notify_preference (workspace_id, user_id, settings) VALUES ($1, $2, $3)
		ON CONFLICT (workspace_id, user_id) DO UPDATE SET settings = excluded.settings`, int64(v.Workspace), int64(v.User), string(text))
}
