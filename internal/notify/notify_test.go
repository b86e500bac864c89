package notify_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/gateway"
	"github.com/bandeja/bandeja/internal/inbox"
	"github.com/bandeja/bandeja/internal/notify"
)

// thing is something that users are told of, in the model's words: to is who is told,
// or for a message who had the contact.
type thing struct {
	kind    string
	to      crm.ID
	contact crm.ID
	subject crm.ID
}

// model is the naive notification centre: all that ever happened, and how much of it
// each user had seen and archived.
type model struct {
	*rig
	happened []thing
	seen     map[string]int
	archived map[string]int
	prefs    []notify.Preferences
	members  map[crm.ID][]int // users by team
	contacts []crm.ID
}

type contactState struct {
	assignee crm.ID
	blocked  bool
}

func (m *model) state(id crm.ID) (c contactState) {
	m.read(func(tx *db.Tx) error {
		return tx.Row(`SELECT assignee_id, blocked FROM contact WHERE workspace_id = $1 AND id = $2`, []any{m.ws, id}, &c.assignee, &c.blocked)
	})
	return c
}

func (m *model) index(user crm.ID) int { return slices.Index(m.users, user) }

func (m *model) mates(i, j int) bool {
	for _, users := range m.members {
		if slices.Contains(users, i) && slices.Contains(users, j) {
			return true
		}
	}
	return false
}

// sees is the spec's rule.
func (m *model) sees(i int, assignee crm.ID) bool {
	a := m.access[i]
	if a.Role != crm.Agent || a.Visibility == crm.SeesAll {
		return true
	}
	if assignee == m.users[i] {
		return true
	}
	j := m.index(assignee)
	return a.Visibility == crm.SeesTeam && j >= 0 && m.mates(i, j)
}

// withheld is the spec's rule: of a blocked contact nobody is told what it does.
func withheld(kind string) bool { return kind == "message" || kind == "snooze_due" }

func (m *model) happen(t thing) {
	if withheld(t.kind) && m.state(t.contact).blocked {
		return
	}
	m.happened = append(m.happened, t)
}

// tell is happen for one user, if they may see the contact now.
func (m *model) tell(kind string, user, contact, subject crm.ID) {
	if i := m.index(user); i >= 0 && m.sees(i, m.state(contact).assignee) {
		m.happen(thing{kind, user, contact, subject})
	}
}

// group is a notification of the model.
type group struct {
	thing
	total, last int
}

func (m *model) groups() []group {
	var out []group
	for n, t := range m.happened {
		i := slices.IndexFunc(out, func(g group) bool { return g.thing == t })
		if i < 0 {
			out = append(out, group{thing: t})
			i = len(out) - 1
		}
		out[i].total++
		out[i].last = n
	}
	slices.SortFunc(out, func(a, b group) int { return b.last - a.last })
	return out
}

// as tells under which kind a user is told of a group, "" for not at all.
func (m *model) as(i int, g group) notify.Kind {
	c := m.state(g.contact)
	if c.blocked && withheld(g.kind) || !m.sees(i, c.assignee) {
		return ""
	}
	kind := notify.Kind(g.kind)
	if g.kind == "message" {
		switch j := m.index(g.to); {
		case c.assignee != g.to:
			return ""
		case g.to == 0:
			kind = notify.MessageUnassigned
		case j == i:
			kind = notify.MessageMine
		case m.mates(i, j):
			kind = notify.MessageTeam
		default:
			return ""
		}
	} else if g.to != m.users[i] {
		return ""
	}
	if !m.prefs[i].Kinds[kind].App {
		return ""
	}
	return kind
}

func key(i int, g group) string { return fmt.Sprint(i, g.thing) }

// mark sets a user's state of the groups that which takes.
func (m *model) mark(i int, which func(g group) bool, set func(g group, k string)) {
	for _, g := range m.groups() {
		if m.as(i, g) != "" && which(g) {
			set(g, key(i, g))
		}
	}
}

func (m *model) fresh(i int, g group) bool {
	return g.total > m.seen[key(i, g)] && g.total > m.archived[key(i, g)]
}

func (m *model) expect(i int, tab notify.Tab) []string {
	out := []string{}
	for _, g := range m.groups() {
		kind := m.as(i, g)
		fresh, archived := m.fresh(i, g), m.archived[key(i, g)] == g.total
		if kind == "" || tab == notify.TabNew && !fresh || tab == notify.TabArchived && !archived {
			continue
		}
		count := 1
		if fresh {
			count = g.total - max(m.seen[key(i, g)], m.archived[key(i, g)])
		}
		out = append(out, line(kind, g.contact, count, fresh, archived))
	}
	return out
}

func line(kind notify.Kind, contact crm.ID, count int, fresh, archived bool) string {
	return fmt.Sprintf("%s of %d ×%d new %v archived %v", kind, contact, count, fresh, archived)
}

func (m *model) shown(i int, tab notify.Tab) []string {
	out := []string{}
	for _, n := range m.list(i, tab) {
		out = append(out, line(n.Kind, n.Contact, int(n.Count), n.New, n.Archived))
	}
	return out
}

func newModel(r *rig) *model {
	r.fresh()
	m := &model{rig: r, seen: make(map[string]int), archived: make(map[string]int), members: make(map[crm.ID][]int)}
	for range r.users {
		p := notify.Defaults()
		m.prefs = append(m.prefs, p)
	}
	return m
}

// Who is told what, and how many, is what the naive model says, whatever happens, on
// both databases; also where the follower sees events twice.
func TestCentreAgreesWithNaiveModel(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			r := newRig(t, dbtest.Open(t, dbtest.Options(t, dialect)))
			// A step is many statements, slow under the race detector, and slower still
			// where each is a round trip.
			runs, every := 0, 5
			if dialect == db.Postgres {
				every = 12
			}
			rapid.Check(t, func(t *rapid.T) {
				if runs++; runs%every > 0 {
					return
				}
				m := newModel(r)
				t.Repeat(m.actions())
			})
		})
	}
}

func (m *model) actions() map[string]func(*rapid.T) {
	user := func(t *rapid.T) int { return rapid.IntRange(0, len(m.users)-1).Draw(t, "user") }
	contact := func(t *rapid.T) crm.ID {
		if len(m.contacts) == 0 {
			t.Skip("nobody wrote yet")
		}
		return rapid.SampledFrom(m.contacts).Draw(t, "contact")
	}
	do := func(f func(tx *db.Tx) error) { m.write(f) }
	return map[string]func(*rapid.T){
		"message": func(t *rapid.T) {
			id := m.message(fmt.Sprint("p", rapid.IntRange(0, 2).Draw(t, "who")))
			if !slices.Contains(m.contacts, id) {
				m.contacts = append(m.contacts, id)
			}
			m.happen(thing{"message", m.state(id).assignee, id, 0})
		},
		"history": func(t *rapid.T) {
			m.said++
			do(func(tx *db.Tx) error {
				_, err := m.in.Receive(tx, m.ch, []channel.Inbound{{
					Kind: channel.InHistory, ExternalID: fmt.Sprint("h", m.said), Contact: channel.Address{Key: "p0"}, SentAt: time.Now().Add(-time.Hour),
					Content: crm.Content{Kind: crm.KindText, Text: "long ago"},
				}})
				return err
			})
		},
		"mention": func(t *rapid.T) {
			id, by := contact(t), user(t)
			text, named := "look", []crm.ID{}
			for i, u := range m.users {
				if rapid.Bool().Draw(t, fmt.Sprint("names ", i)) {
					text += " " + crm.MentionToken(u)
					named = append(named, u)
				}
			}
			c := m.comment(id, by, text)
			for _, u := range named {
				if u != m.users[by] {
					m.tell("mention", u, id, c)
				}
			}
		},
		"assign": func(t *rapid.T) {
			id, by, to := contact(t), user(t), rapid.IntRange(-1, len(m.users)-1).Draw(t, "to")
			before := m.state(id).assignee
			m.assign(id, by, to)
			if to >= 0 && m.users[to] != before && to != by {
				m.tell("assigned_to_me", m.users[to], id, 0)
			}
		},
		"snooze ends": func(t *rapid.T) {
			id, by := contact(t), m.users[user(t)]
			do(func(tx *db.Tx) error {
				m.log.Append(tx, m.ws, eventlog.Event{
					Kind: eventlog.Unsnoozed, Contact: id, Actor: crm.Actor{Source: crm.BySystem}, Data: eventlog.Data(inbox.Due{SnoozedBy: by}), Timeline: true,
				})
				return nil
			})
			a := m.state(id).assignee
			m.tell("snooze_due", a, id, 0)
			if by != a {
				m.tell("snooze_due", by, id, 0)
			}
		},
		"send fails": func(t *rapid.T) {
			id, by := contact(t), user(t)
			if m.state(id).blocked {
				t.Skip("blocked")
			}
			var sent crm.ID
			do(func(tx *db.Tx) error {
				out, err := m.in.Send(tx, m.viewer0(by), id, inbox.Outgoing{Content: crm.Content{Kind: crm.KindText, Text: "x"}})
				if err == nil {
					sent = out.ID
				}
				return err
			})
			if rapid.Bool().Draw(t, "blocked meanwhile") {
				do(func(tx *db.Tx) error { _, err := m.in.Block(tx, m.viewer0(0), id); return err })
			}
			for range rapid.IntRange(1, 2).Draw(t, "news of it") {
				do(func(tx *db.Tx) error {
					return m.in.Settle(tx, m.ws, id, sent, gateway.Outcome{Status: crm.Failed, Error: &crm.DeliveryError{Title: "no"}})
				})
			}
			m.tell("send_failed", m.users[by], id, sent)
		},
		"scheduled message fails": func(t *rapid.T) {
			id, by := contact(t), rapid.IntRange(-1, len(m.users)-1).Draw(t, "author") // -1 has left
			unsent := inbox.Unsent{Scheduled: m.d.NewID(), Author: m.d.NewID()}
			if by >= 0 {
				unsent.Author = m.users[by]
			}
			do(func(tx *db.Tx) error {
				m.log.Append(tx, m.ws, eventlog.Event{
					Kind: eventlog.ScheduledChanged, Contact: id, Actor: crm.Actor{Source: crm.BySystem}, Data: eventlog.Data(unsent),
				})
				return nil
			})
			to := m.state(id).assignee
			switch {
			case by >= 0 && m.sees(by, to):
				to = m.users[by]
			case to == 0:
				to = m.users[0] // the owner
			}
			m.tell("send_failed", to, id, unsent.Scheduled)
		},
		"block": func(t *rapid.T) {
			id := contact(t)
			f := m.in.Block
			if m.state(id).blocked {
				f = m.in.Unblock
			}
			do(func(tx *db.Tx) error { _, err := f(tx, m.viewer0(0), id); return err })
		},
		"team": func(t *rapid.T) {
			team := rapid.SampledFrom(m.teams).Draw(t, "team")
			m.members[team] = nil
			do(func(tx *db.Tx) error {
				_, err := tx.Exec(`DELETE FROM team_member WHERE workspace_id = $1 AND team_id = $2`, m.ws, team)
				return err
			})
			for i := range m.users {
				if rapid.Bool().Draw(t, fmt.Sprint("in ", i)) {
					m.members[team] = append(m.members[team], i)
					do(func(tx *db.Tx) error {
						_, err := tx.Exec(`INSERT INTO team_member (workspace_id, team_id, user_id) VALUES ($1, $2, $3)`, m.ws, team, m.users[i])
						return err
					})
				}
			}
		},
		"visibility": func(t *rapid.T) {
			i := rapid.IntRange(2, len(m.users)-1).Draw(t, "agent")
			m.access[i].Visibility = rapid.SampledFrom([]crm.Visibility{crm.SeesAll, crm.SeesTeam, crm.SeesOwn}).Draw(t, "sees")
			do(func(tx *db.Tx) error {
				_, err := tx.Exec(`UPDATE member SET visibility = $1 WHERE workspace_id = $2 AND user_id = $3`, string(m.access[i].Visibility), m.ws, m.users[i])
				return err
			})
		},
		"preferences": func(t *rapid.T) {
			i := user(t)
			p := notify.Defaults()
			for _, k := range notify.Kinds() {
				p.Kinds[k] = notify.Ways{App: rapid.IntRange(0, 3).Draw(t, string(k)) > 0}
			}
			m.prefs[i] = p
			do(func(tx *db.Tx) error { return notify.SetPreferences(tx, m.viewer0(i), p) })
		},
		"read or archive one": func(t *rapid.T) {
			i := user(t)
			list := m.list(i, notify.TabAll)
			if len(list) == 0 {
				t.Skip("nothing there")
			}
			n := rapid.IntRange(0, len(list)-1).Draw(t, "which")
			var shown []group
			m.mark(i, func(group) bool { return true }, func(g group, _ string) { shown = append(shown, g) })
			g, k := shown[n], key(i, shown[n])
			v := m.viewer(i)
			switch rapid.IntRange(0, 2).Draw(t, "what") {
			case 0:
				do(func(tx *db.Tx) error { return notify.MarkRead(tx, v, list[n].ID) })
				m.seen[k] = g.total
			case 1:
				do(func(tx *db.Tx) error { return notify.Archive(tx, v, list[n].ID) })
				m.archived[k] = g.total
			case 2:
				do(func(tx *db.Tx) error { return notify.Unarchive(tx, v, list[n].ID) })
				m.archived[k] = 0
			}
		},
		"archive all": func(t *rapid.T) {
			i := user(t)
			v := m.viewer(i)
			do(func(tx *db.Tx) error { return notify.ArchiveAll(tx, v) })
			m.mark(i, func(group) bool { return true }, func(g group, k string) { m.archived[k] = g.total })
		},
		"read all": func(t *rapid.T) {
			i := user(t)
			v := m.viewer(i)
			do(func(tx *db.Tx) error { return notify.MarkAllRead(tx, v) })
			m.mark(i, func(g group) bool { return m.fresh(i, g) }, func(g group, k string) { m.seen[k] = g.total })
		},
		"open a contact": func(t *rapid.T) {
			i, id := user(t), contact(t)
			v := m.viewer(i)
			if !m.sees(i, m.state(id).assignee) {
				t.Skip("hidden")
			}
			do(func(tx *db.Tx) error { _, err := notify.ReadContact(tx, v, id); return err })
			m.mark(i, func(g group) bool { return g.contact == id && m.fresh(i, g) }, func(g group, k string) { m.seen[k] = g.total })
		},
		"": func(t *rapid.T) {
			m.follow(m.seq)
			if rapid.IntRange(0, 4).Draw(t, "once more") == 0 {
				m.follow(max(0, m.seq-3)) // the cursor was not stored before a crash
			}
			for i := range m.users {
				for _, tab := range []notify.Tab{notify.TabNew, notify.TabArchived, notify.TabAll} {
					if d := cmp.Diff(m.expect(i, tab), m.shown(i, tab)); d != "" {
						t.Fatalf("%s of user %d (%s, %s) (-naive +shown):\n%s", tab, i, m.access[i].Role, m.access[i].Visibility, d)
					}
				}
				v := m.viewer(i)
				m.read(func(tx *db.Tx) error {
					n, err := notify.Unread(tx, v)
					if want := len(m.expect(i, notify.TabNew)); n != want {
						t.Fatalf("user %d has %d unread, want %d", i, n, want)
					}
					return err
				})
			}
			m.agreesLive(t)
		},
	}
}

// agreesLive compares what is delivered to those who are connected with the centre.
func (m *model) agreesLive(t *rapid.T) {
	var ids []crm.ID
	viewers := make(map[crm.ID]crm.Viewer)
	for i := range m.users {
		viewers[m.users[i]] = m.viewer(i)
	}
	m.read(func(tx *db.Tx) error {
		err := tx.Each(`SELECT id FROM notification WHERE workspace_id = $1`, []any{m.ws}, func(r *sql.Rows) error {
			var id crm.ID
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		})
		if err != nil {
			return err
		}
		told, err := notify.NewTally().Deliver(tx, m.ws, ids, nil, viewers)
		for i, u := range m.users {
			if d, want := told[u], m.expect(i, notify.TabNew); len(d.Items) != len(want) || d.Unread != len(want) {
				t.Fatalf("user %d is delivered %d and %d unread, want %d", i, len(d.Items), d.Unread, len(want))
			}
		}
		return err
	})
}

// Acceptance check 30: a mention in a comment is one notification for each who is
// named, and none for the author.
func TestMentionNotifiesOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		id := r.message("p")
		names := crm.MentionToken(r.users[0]) + crm.MentionToken(r.users[1]) + crm.MentionToken(r.users[2]) + crm.MentionToken(r.users[1])
		r.follow(0)
		r.comment(id, 2, "who knows? "+names)
		r.follow(0)
		r.follow(0)
		for i, want := range []int{1, 1, 0, 0, 0} {
			n := 0
			for _, x := range r.list(i, notify.TabAll) {
				if x.Kind == notify.Mention {
					n += int(x.Count)
				}
			}
			if n != want {
				t.Errorf("user %d is told %d times, want %d", i, n, want)
			}
		}
		// Somebody of elsewhere, or too many, can't be named.
		for text, want := range map[string]error{
			crm.MentionToken(4711): crm.RefuseField("text", crm.CodeUnknownUser),
			"x":                    nil,
		} {
			err := d.Write(context.Background(), func(tx *db.Tx) error {
				_, err := r.in.Send(tx, r.viewer0(0), id, inbox.Outgoing{Comment: true, Content: crm.Content{Kind: crm.KindText, Text: text}})
				return err
			})
			if (err == nil) != (want == nil) || err != nil && err.Error() != want.Error() {
				t.Errorf("%q: %v, want %v", text, err, want)
			}
		}
	})
}

// A log that is read from its beginning tells nobody of what is long past.
func TestOldEventsAreNoNews(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		r.message("p")
		r.write(func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE event SET at = at - $1 WHERE workspace_id = $2`, (25 * time.Hour).Microseconds(), r.ws)
			return err
		})
		r.message("q")
		r.follow(0)
		if got := r.list(0, notify.TabAll); len(got) != 1 {
			t.Errorf("%d notifications, want that of today", len(got))
		}
		r.message("q")
		r.follow(r.seq)
		if got := r.list(0, notify.TabAll); len(got) != 1 || got[0].Count != 2 {
			t.Errorf("the cursor has not moved on: %+v", got)
		}
	})
}

func TestPurge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		contact := r.message("p")
		r.follow(0)
		before := len(r.list(0, notify.TabAll))
		r.write(func(tx *db.Tx) error {
			var rows [][]any
			for i := range notify.KeepEach + 700 {
				id := int64(tx.NewID())
				last := id
				if i < 20 {
					last = int64(db.IDFrom(tx.Now().AddDate(0, 0, -91))) + int64(i)
				}
				rows = append(rows, []any{int64(r.ws), id, int64(r.users[0]), int64(contact), "mention", id, id, 0, 1, 1, last})
			}
			return tx.Insert(`notification (workspace_id, id, owner_id, contact_id, kind, subject_id, message_id, actor_id, total, stamp, last_id)`, "", rows)
		})
		v := r.viewer(0)
		r.write(func(tx *db.Tx) error { return notify.ArchiveAll(tx, v) })
		if err := r.notify.Purge(context.Background()); err != nil {
			t.Fatal(err)
		}
		r.read(func(tx *db.Tx) error {
			var n, states int
			if err := tx.Row(`SELECT COUNT(*) FROM notification WHERE workspace_id = $1 AND owner_id = $2`, []any{r.ws, v.User}, &n); err != nil {
				return err
			}
			err := tx.Row(`SELECT COUNT(*) FROM notification_state WHERE workspace_id = $1`, []any{r.ws}, &states)
			if n != notify.KeepEach || states != n+before {
				t.Errorf("%d notifications and %d states are left, want %d and %d", n, states, notify.KeepEach, notify.KeepEach+before)
			}
			return err
		})
	})
}

func TestPreferences(t *testing.T) {
	r := newRig(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)))
	v := r.viewer(0)
	for _, c := range []struct {
		field  string
		change func(*notify.Preferences)
	}{
		{"", func(*notify.Preferences) {}},
		{"kinds", func(p *notify.Preferences) { p.Kinds["flying"] = notify.Ways{} }},
		{"kinds.mention", func(p *notify.Preferences) { delete(p.Kinds, notify.Mention) }},
		{"quiet_hours.from", func(p *notify.Preferences) { p.Quiet.From = 24 * 60 }},
		{"quiet_hours.to", func(p *notify.Preferences) { p.Quiet.To = -1 }},
		{"quiet_hours.to", func(p *notify.Preferences) { p.Quiet.On, p.Quiet.To = true, p.Quiet.From }},
		{"quiet_hours.days", func(p *notify.Preferences) { p.Quiet.Days = []int{7} }},
		{"quiet_hours.days", func(p *notify.Preferences) { p.Quiet.On, p.Quiet.Days = true, nil }},
		{"mail_after", func(p *notify.Preferences) { p.MailAfter = 7 }},
	} {
		p := notify.Defaults()
		c.change(&p)
		err := r.d.Write(context.Background(), func(tx *db.Tx) error { return notify.SetPreferences(tx, v, p) })
		var refusal *crm.Error
		if (err != nil) != errors.As(err, &refusal) || c.field != "" && (refusal == nil || refusal.Field != c.field) || c.field == "" && err != nil {
			t.Errorf("%q: %v", c.field, err)
		}
	}
}

func TestQuietHours(t *testing.T) {
	night := notify.Quiet{On: true, From: 22 * 60, To: 7 * 60, Days: []int{5}} // from Friday evening
	day := notify.Quiet{On: true, From: 9 * 60, To: 17*60 + 30, Days: []int{0, 6}}
	for _, c := range []struct {
		q    notify.Quiet
		at   string
		want bool
	}{
		{night, "2026-11-27T21:59:00Z", false}, {night, "2026-11-27T22:00:00Z", true}, {night, "2026-11-28T06:59:00Z", true},
		{night, "2026-11-28T07:00:00Z", false}, {night, "2026-11-27T03:00:00Z", false}, {night, "2026-11-28T23:00:00Z", false},
		{day, "2026-11-28T09:00:00Z", true}, {day, "2026-11-28T17:30:00Z", false}, {day, "2026-11-27T12:00:00Z", false},
		{notify.Quiet{From: 0, To: 1439, Days: []int{0, 1, 2, 3, 4, 5, 6}}, "2026-11-27T12:00:00Z", false},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.q.QuietAt(at); got != c.want {
			t.Errorf("%+v at %s (%s): %v", c.q, c.at, at.Weekday(), got)
		}
	}
}
