package notify

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/inbox"
)

// Tab is a part of the notification centre.
type Tab string

// The tabs: what is neither read nor archived; what is archived; everything.
const (
	TabNew      Tab = "new"
	TabArchived Tab = "archived"
	TabAll      Tab = "all"
)

// MaxUnread is where counting stops: more is shown as "99+".
const MaxUnread = 100

// scope is which rows of the table a viewer is told of.
type scope struct {
	v     crm.Viewer
	mates []crm.ID // colleagues of the viewer's teams, without the viewer
	kinds map[Kind]Ways
}

func scopeOf(tx *db.Tx, v crm.Viewer) (scope, error) {
	s := scope{v: v}
	p, err := GetPreferences(tx, v)
	if err != nil {
		return s, err
	}
	s.kinds = p.Kinds
	err = tx.Each(`SELECT DISTINCT mate.user_id FROM team_member own JOIN team_member mate ON mate.workspace_id = own.workspace_id AND mate.team_id = own.team_id
		WHERE own.workspace_id = $1 AND own.user_id = $2 AND mate.user_id <> $2`, []any{v.Workspace, v.User}, func(r *sql.Rows) error {
		var id crm.ID
		err := r.Scan(&id)
		s.mates = append(s.mates, id)
		return err
	})
	return s, err
}

// source is whose notifications, and which of theirs, a viewer is told of.
type source struct {
	owners []crm.ID // nil where and says it
	and    string   // a condition on notification n
}

// sources returns what the viewer is told of by a way; user is how the query says who
// that is.
func (s scope) sources(user string, way func(Ways) bool) (out []source) {
	var direct []string
	for _, k := range Kinds() {
		on := way(s.kinds[k]) && s.kinds[k].App
		switch {
		case !on:
		case k == MessageMine:
			direct = append(direct, "'"+string(message)+"'")
		case k == MessageUnassigned:
			out = append(out, source{owners: []crm.ID{0}})
		case k == MessageTeam:
			if len(s.mates) > 0 {
				and := ` AND n.kind = '` + string(message) + `'`
				if slices.Contains(s.mates, s.v.User) { // see [findNew]
					and += ` AND n.owner_id <> ` + user
				}
				out = append(out, source{s.mates, and})
			}
		default:
			direct = append(direct, "'"+string(k)+"'")
		}
	}
	if len(direct) > 0 {
		out = append(out, source{nil, ` AND n.owner_id = ` + user + ` AND n.kind IN (` + strings.Join(direct, ",") + `)`})
	}
	return out
}

// shown is the condition on the contact c of a notification n.
func (s scope) shown(user string, args []any) (string, []any) {
	w := ` AND (NOT c.blocked OR n.kind NOT IN ('` + string(message) + `','` + string(SnoozeDue) + `')) AND (n.kind <> 'message' OR c.assignee_id = n.owner_id)`
	switch sees := s.v.Scope(); {
	case sees == nil:
	case len(sees) == 1 && sees[0] == s.v.User:
		w += ` AND c.assignee_id = ` + user
	default:
		var list string
		list, args = db.InList(args, sees)
		w += ` AND c.assignee_id IN (` + list + `)`
	}
	return w, args
}

// where returns the condition on notification n and contact c of the rows that the
// viewer is told of by a way, with its arguments: $1 is the user, $2 the workspace.
func (s scope) where(way func(Ways) bool) (string, []any) {
	args := []any{s.v.User, s.v.Workspace}
	var whose []string
	for _, from := range s.sources("$1", way) {
		and := `1 = 1`
		if from.owners != nil {
			and, args = db.InList(args, from.owners)
			and = `n.owner_id IN (` + and + `)`
		}
		whose = append(whose, and+from.and)
	}
	if len(whose) == 0 {
		return `n.workspace_id = $2 AND 1 = 0`, args
	}
	shown, args := s.shown("$1", args)
	return `n.workspace_id = $2 AND ((` + strings.Join(whose, `) OR (`) + `))` + shown, args
}

// maxArms bounds of how many parts [scope.newest] is made.
const maxArms = 64

// newest returns a query for columns of the newest notifications that the viewer is told
// of in the centre and that a condition takes, at most limit of each owner, those older than
// the last_id before (0 for all). It goes along the index of each owner, and no further
// than it must: of what is joined by OR a database may read everything, of everybody.
// user and workspace are how the query says who the viewer is; args are its arguments so
// far.
func (s scope) newest(user, workspace string, args []any, columns, and string, before crm.ID, limit int) (string, []any) {
	var q []string
	for _, source := range s.sources(user, inCentre) {
		parts := [][]crm.ID{nil}
		if source.owners != nil {
			parts = slices.Collect(slices.Chunk(source.owners, (len(source.owners)+maxArms-1)/maxArms))
		}
		for _, owners := range parts {
			arm := `SELECT ` + columns + strings.ReplaceAll(from, "$1", user) + `n.workspace_id = ` + workspace
			switch len(owners) {
			case 0:
			case 1:
				args = append(args, owners[0])
				arm += fmt.Sprintf(` AND n.owner_id = $%d`, len(args))
			default:
				var list string
				list, args = db.InList(args, owners)
				arm += ` AND n.owner_id IN (` + list + `)`
			}
			var shown string
			shown, args = s.shown(user, args)
			arm += source.and + shown + and
			if before != 0 {
				args = append(args, before)
				arm += fmt.Sprintf(` AND n.last_id < $%d`, len(args))
			}
			q = append(q, `SELECT * FROM (`+arm+` ORDER BY n.last_id DESC`+db.Limit(limit)+`) arm`)
		}
	}
	return strings.Join(q, ` UNION ALL `), args
}

// from joins a notification with its contact and with what the user $1 has done to it.
const from = ` FROM notification n JOIN contact c ON c.workspace_id = n.workspace_id AND c.id = n.contact_id
	LEFT JOIN notification_state s ON s.workspace_id = n.workspace_id AND s.notification_id = n.id AND s.user_id = $1 WHERE `

const (
	isNew      = ` AND n.total > COALESCE(s.seen, 0) AND n.total > COALESCE(s.archived, 0)`
	isArchived = ` AND s.archived = n.total`
)

// as returns the kind under which the viewer is told of a row.
func (s scope) as(kind Kind, owner crm.ID) Kind {
	switch {
	case kind != message:
		return kind
	case owner == 0:
		return MessageUnassigned
	case owner == s.v.User:
		return MessageMine
	}
	return MessageTeam
}

// listed are the columns that [scope.list] reads.
const listed = `n.id, n.kind, n.owner_id, n.contact_id, n.message_id, n.actor_id, n.total, n.last_id, COALESCE(s.seen, 0) AS seen, COALESCE(s.archived, 0) AS archived`

func (s scope) list(tx *db.Tx, q string, args []any) (out []Notification, err error) {
	err = tx.Each(q, args, func(r *sql.Rows) error {
		var n Notification
		var owner crm.ID
		var seen, archived int64
		if err := r.Scan(&n.ID, &n.Kind, &owner, &n.Contact, &n.Message, &n.Actor, &n.total, &n.LastID, &seen, &archived); err != nil {
			return err
		}
		n.Kind = s.as(n.Kind, owner)
		n.fill(seen, archived)
		out = append(out, n)
		return nil
	})
	return out, err
}

// fill says what a user's state makes of a notification.
func (n *Notification) fill(seen, archived int64) {
	done := max(seen, archived)
	n.New, n.Archived = n.total > done, n.total == archived
	n.Count = n.total - done
	if !n.New {
		n.Count = 1
	}
}

// inCentre is the way of the notification centre.
func inCentre(w Ways) bool { return w.App }

// List returns a page of the viewer's notifications, the newest first, older than the
// last_id before (0 for the first page).
func List(tx *db.Tx, v crm.Viewer, tab Tab, before crm.ID, limit int) ([]Notification, error) {
	s, err := scopeOf(tx, v)
	if err != nil {
		return nil, err
	}
	and := ""
	switch tab {
	case TabNew:
		and = isNew
	case TabArchived:
		and = isArchived
	case TabAll:
	default:
		return nil, crm.RefuseField("tab", crm.CodeInvalid)
	}
	q, args := s.newest("$1", "$2", []any{v.User, v.Workspace}, listed, and, before, limit)
	if q == "" {
		return nil, nil // told of nothing
	}
	return s.list(tx, q+` ORDER BY last_id DESC`+db.Limit(limit), args)
}

// Unread returns how many new notifications the viewer has, up to MaxUnread.
func Unread(tx *db.Tx, v crm.Viewer) (int, error) {
	s, err := scopeOf(tx, v)
	if err != nil {
		return 0, err
	}
	found, err := unread(tx, []scope{s})
	return len(found[v.User]), err
}

// countedAtOnce is of how many users one statement counts what is new.
const countedAtOnce = 64

// unread returns the new notifications of each user, MaxUnread at most. Those who are
// told of the same, as most are, are looked at together.
func unread(tx *db.Tx, scopes []scope) (map[crm.ID][]crm.ID, error) {
	alike := make(map[string][]scope)
	for _, s := range scopes {
		key := s.likewise()
		alike[key] = append(alike[key], s)
	}
	out := make(map[crm.ID][]crm.ID, len(scopes))
	for _, group := range alike {
		for some := range slices.Chunk(group, countedAtOnce) {
			q, args := findNew(some)
			if q == "" {
				continue // told of nothing
			}
			err := tx.Each(q, args, func(r *sql.Rows) error {
				var u crm.ID
				var list string
				if err := r.Scan(&u, &list); err != nil {
					return err
				}
				for word := range strings.FieldsSeq(list) {
					id, err := crm.ParseID(word)
					if err != nil {
						return err
					}
					out[u] = append(out[u], id)
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// likewise returns the same for viewers for whom one query of [findNew] holds: they are
// told of the same kinds, of the same people's, as far as they see the same contacts.
func (s scope) likewise() string {
	var kinds []Kind
	for _, k := range Kinds() {
		if s.kinds[k].App {
			kinds = append(kinds, k)
		}
	}
	sees := slices.Sorted(slices.Values(s.v.Scope()))
	if len(sees) == 1 && sees[0] == s.v.User {
		sees = []crm.ID{-1} // each their own
	}
	return fmt.Sprint(s.v.Workspace, kinds, s.team(), sees)
}

// team returns the viewer's colleagues and the viewer, or nobody.
func (s scope) team() []crm.ID {
	if len(s.mates) == 0 {
		return nil
	}
	return slices.Sorted(slices.Values(append([]crm.ID{s.v.User}, s.mates...)))
}

// findNew returns a query for the users, who are alike, and the ids of what is new to each,
// MaxUnread at most: it is over with an owner's as soon as there are so many. It is ""
// where they are told of nothing.
func findNew(alike []scope) (string, []any) {
	s := alike[0]
	if len(alike) > 1 {
		s.mates = s.team() // nobody's own colleagues, but those of all of them
	}
	q, args := s.newest("m.user_id", "m.workspace_id", nil, `n.id`, isNew, 0, MaxUnread)
	if q == "" {
		return "", nil
	}
	ids := make([]crm.ID, len(alike))
	for i, a := range alike {
		ids[i] = a.v.User
	}
	args = append(args, s.v.Workspace)
	q = `SELECT m.user_id, COALESCE((SELECT string_agg(CAST(id AS TEXT), ' ') FROM (` + q + db.Limit(MaxUnread) + `) unread), '') FROM member m WHERE ` +
		fmt.Sprintf(`m.workspace_id = $%d`, len(args))
	list, args := db.InList(args, ids)
	return q + ` AND m.user_id IN (` + list + `)`, args
}

// change is what a user does to notifications.
type change string

const (
	setSeen     change = `n.total, COALESCE(s.archived, 0)`
	setArchived change = `COALESCE(s.seen, 0), n.total`
	unarchive   change = `COALESCE(s.seen, 0), 0`
)

// apply changes the state of those of the viewer's notifications that a further
// condition on n takes, "" for all, and returns how many they were.
func apply(tx *db.Tx, v crm.Viewer, c change, and string, more ...any) (int64, error) {
	s, err := scopeOf(tx, v)
	if err != nil {
		return 0, err
	}
	where, args := s.where(inCentre)
	for _, a := range more {
		args = append(args, a)
		and = strings.Replace(and, "?", fmt.Sprintf("$%d", len(args)), 1)
	}
	return tx.Exec(`INSERT INTO notification_state (workspace_id, notification_id, user_id, seen, archived) `+
		`SELECT n.workspace_id, n.id, CAST($1 AS BIGINT), `+string(c)+from+where+and+
		` ON CONFLICT (workspace_id, notification_id, user_id) DO UPDATE SET seen = excluded.seen, archived = excluded.archived`, args...)
}

func one(tx *db.Tx, v crm.Viewer, c change, id crm.ID) error {
	n, err := apply(tx, v, c, ` AND n.id = ?`, id)
	if err == nil && n == 0 {
		err = crm.Refuse(crm.CodeNotFound)
	}
	return err
}

// MarkRead takes one of the viewer's notifications out of the new ones.
func MarkRead(tx *db.Tx, v crm.Viewer, id crm.ID) error { return one(tx, v, setSeen, id) }

// Archive puts one of the viewer's notifications away, until more happens.
func Archive(tx *db.Tx, v crm.Viewer, id crm.ID) error { return one(tx, v, setArchived, id) }

// Unarchive gets an archived notification back, as it was before.
func Unarchive(tx *db.Tx, v crm.Viewer, id crm.ID) error { return one(tx, v, unarchive, id) }

// MarkAllRead takes all of the viewer's notifications out of the new ones.
func MarkAllRead(tx *db.Tx, v crm.Viewer) error {
	_, err := apply(tx, v, setSeen, isNew)
	return err
}

// ArchiveAll puts all of the viewer's notifications away that aren't yet.
func ArchiveAll(tx *db.Tx, v crm.Viewer) error {
	_, err := apply(tx, v, setArchived, ` AND n.total > COALESCE(s.archived, 0)`)
	return err
}

// ReadContact marks the viewer's notifications of a contact as read: they opened it. It
// tells whether there were any. A contact that is hidden from the viewer isn't found.
func ReadContact(tx *db.Tx, v crm.Viewer, id crm.ID) (bool, error) {
	c, err := contact.See(tx, v, id, false)
	if err != nil {
		return false, err
	}
	n, err := apply(tx, v, setSeen, ` AND n.contact_id = ? AND n.owner_id IN (?, ?)`+isNew, id, v.User, c.Assignee)
	return n > 0, err
}

// About is what notifications are about.
type About struct {
	Contacts map[crm.ID]*contact.Contact
	Messages map[[2]crm.ID]*inbox.Message
}

// Message returns the message that a notification is about, or nil.
func (a About) Message(n *Notification) *inbox.Message {
	return a.Messages[[2]crm.ID{n.Contact, n.Message}]
}

// Describe reads what notifications are about.
func Describe(tx *db.Tx, workspace crm.ID, list []Notification) (a About, err error) {
	var ids []crm.ID
	var pairs [][2]crm.ID
	for _, n := range list {
		ids = append(ids, n.Contact)
		if n.Message != 0 {
			pairs = append(pairs, [2]crm.ID{n.Contact, n.Message})
		}
	}
	slices.Sort(ids)
	if a.Contacts, err = contact.Load(tx, workspace, slices.Compact(ids), false); err != nil {
		return a, err
	}
	// Many may be told of the same.
	slices.SortFunc(pairs, func(a, b [2]crm.ID) int { return slices.Compare(a[:], b[:]) })
	a.Messages, err = inbox.GetMessages(tx, workspace, slices.Compact(pairs))
	return a, err
}
