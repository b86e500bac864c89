package inbox_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/inbox"
)

func (r *rig) get(id crm.ID) (c *contact.Contact) {
	r.t.Helper()
	r.read(func(tx *db.Tx) (err error) {
		c, err = contact.Get(tx, r.viewer.Workspace, id, false)
		return err
	})
	return c
}

func (r *rig) listed(name inbox.Name, status crm.ConversationStatus) (n int) {
	r.t.Helper()
	r.read(func(tx *db.Tx) error {
		rows, _, err := inbox.List(tx, r.viewer, inbox.ListQuery{Inbox: name, Status: status, Limit: 50})
		n = len(rows)
		return err
	})
	return n
}

func (r *rig) events(kind eventlog.Kind) int64 {
	return r.number(`SELECT COUNT(*) FROM event WHERE workspace_id = $1 AND kind = $2`, string(kind))
}

func code(err error) string {
	var ce *crm.Error
	if errors.As(err, &ce) {
		return strings.TrimPrefix(ce.Field+" "+string(ce.Code), " ")
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// A snoozed contact is out of Mine and under Snoozed, comes back when it is due and
// once only, by a message before that, and not at all when it was closed meanwhile.
func TestSnooze(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		r.receive(text("p", "m1", "hola"))
		id := r.contactOf("p")
		r.write(func(tx *db.Tx) error {
			_, err := r.in.Assign(tx, r.viewer, id, inbox.Assignment{User: r.viewer.User})
			return err
		})
		if err := r.try(func(tx *db.Tx) error {
			_, err := r.in.Snooze(tx, r.viewer, id, time.Now().Add(-time.Second))
			return err
		}); code(err) != "until in_the_past" {
			t.Errorf("into the past: %v", err)
		}
		until := time.Now().Add(time.Hour)
		for range 2 { // a second time is nothing
			r.write(func(tx *db.Tx) error { _, err := r.in.Snooze(tx, r.viewer, id, until); return err })
		}
		if c := r.get(id); c.Status != crm.Snoozed || c.Assignee != r.viewer.User || c.Conversation == 0 {
			t.Errorf("snoozed as %+v", c)
		}
		if r.events(eventlog.Snoozed) != 1 || r.listed(inbox.Mine, crm.Open) != 0 || r.listed(inbox.Mine, crm.Snoozed) != 1 {
			t.Errorf("%d events, %d open, %d snoozed", r.events(eventlog.Snoozed), r.listed(inbox.Mine, crm.Open), r.listed(inbox.Mine, crm.Snoozed))
		}
		r.receive(text("p", "m2", "¿hola?"))
		if c := r.get(id); c.Status != crm.Open || c.SnoozedUntil != 0 || r.events(eventlog.Unsnoozed) != 1 {
			t.Errorf("a message leaves it %s", c.Status)
		}
		r.write(func(tx *db.Tx) error { _, err := r.in.Snooze(tx, r.viewer, id, until.Add(time.Hour)); return err })
		r.write(func(tx *db.Tx) error { _, err := r.in.Unsnooze(tx, r.viewer, id); return err })
		if c := r.get(id); c.Status != crm.Open || r.listed(inbox.Mine, crm.Open) != 1 {
			t.Errorf("brought back it is %s", c.Status)
		}
		r.write(func(tx *db.Tx) error { _, err := r.in.Snooze(tx, r.viewer, id, until.Add(2*time.Hour)); return err })
		r.write(func(tx *db.Tx) error { _, err := r.in.Close(tx, r.viewer, id, inbox.Note{}); return err })
		if c := r.get(id); c.Status != crm.Closed || c.SnoozedUntil != 0 {
			t.Errorf("closed it is %s until %d", c.Status, c.SnoozedUntil)
		}
	})
}

// A snooze ends at its time, exactly once, also where the server was down then.
func TestSnoozeEnds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		r.receive(text("p", "m1", "hola"), text("q", "m2", "hola"))
		down, up := r.contactOf("p"), r.contactOf("q")
		first := time.Now().Add(60 * time.Millisecond)
		r.write(func(tx *db.Tx) error { _, err := r.in.Snooze(tx, r.viewer, down, first); return err })
		for time.Now().Before(first) {
			runtime.Gosched() // its time passes while nothing runs
		}
		second := time.Now().Add(700 * time.Millisecond)
		r.write(func(tx *db.Tx) error {
			_, err := r.in.Snooze(tx, r.viewer, up, second.Add(-200*time.Millisecond))
			return err
		})
		r.write(func(tx *db.Tx) error { _, err := r.in.Snooze(tx, r.viewer, up, second); return err }) // changed
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error)
		go func() { done <- r.queue.Run(ctx) }()
		defer func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}()
		for _, id := range []crm.ID{down, up} {
			deadline := time.Now().Add(20 * time.Second)
			for r.get(id).Status != crm.Open {
				if time.Now().After(deadline) {
					t.Fatal("the contact doesn't come back")
				}
			}
		}
		if back := time.Now(); back.Before(second) {
			t.Errorf("back %s too early", second.Sub(back))
		}
		if n := r.events(eventlog.Unsnoozed); n != 2 {
			t.Errorf("two snoozes ended %d times", n)
		}
		if left := r.number(`SELECT COUNT(*) FROM job WHERE workspace_id = $1 AND kind = 'unsnooze'`); left != 0 {
			t.Errorf("%d jobs are left", left)
		}
	})
}

// What the closing note must have is the workspace's choice, for people; programs may
// leave it out.
func TestClosingNotes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		accounts := account.New(d, r.log)
		program := r.viewer
		program.Token = 7
		for _, c := range []struct {
			mode    account.NoteMode
			who     crm.Viewer
			note    inbox.Note
			refused string
		}{
			{account.NoteOptional, r.viewer, inbox.Note{}, ""},
			{account.NoteOptional, r.viewer, inbox.Note{Category: "Venta", Summary: "ok"}, ""},
			{account.NoteOptional, r.viewer, inbox.Note{Category: "Otra"}, "category unknown_category"},
			{account.NoteCategory, r.viewer, inbox.Note{Summary: "ok"}, "category required"},
			{account.NoteCategory, r.viewer, inbox.Note{Category: "Venta"}, ""},
			{account.NoteBoth, r.viewer, inbox.Note{Category: "Venta"}, "summary required"},
			{account.NoteBoth, r.viewer, inbox.Note{Category: "Venta", Summary: "ok"}, ""},
			{account.NoteBoth, program, inbox.Note{}, ""},
			{account.NoteOff, r.viewer, inbox.Note{Summary: "ok"}, "category invalid"},
			{account.NoteOff, r.viewer, inbox.Note{}, ""},
			{account.NoteOptional, r.viewer, inbox.Note{Summary: strings.Repeat("é", 513)}, "summary too_long"},
			{account.NoteOptional, r.viewer, inbox.Note{Summary: strings.Repeat("é", 512)}, ""},
			{account.NoteOptional, r.viewer, inbox.Note{Category: strings.Repeat("é", 129)}, "category too_long"},
		} {
			r.write(func(tx *db.Tx) error {
				_, err := accounts.SetClosing(tx, r.viewer, account.Closing{Mode: c.mode, Categories: []account.Category{{Name: "Venta"}}})
				return err
			})
			r.receive(text("p", "m"+d.NewID().String(), "hola"))
			id := r.contactOf("p")
			err := r.try(func(tx *db.Tx) error { _, err := r.in.Close(tx, c.who, id, c.note); return err })
			if code(err) != c.refused {
				t.Errorf("%s, %+v: %v, want %q", c.mode, c.note, err, c.refused)
			}
			if open := r.get(id).Conversation != 0; open != (c.refused != "") {
				t.Errorf("%s, %+v: open %v", c.mode, c.note, open)
			}
		}
		if n := r.number(`SELECT COUNT(*) FROM conversation WHERE workspace_id = $1 AND category = 'Venta'`); n != 3 {
			t.Errorf("%d conversations carry the category", n)
		}
		closed := r.events(eventlog.ConversationClosed)
		r.write(func(tx *db.Tx) error { _, err := r.in.Close(tx, program, r.contactOf("p"), inbox.Note{}); return err })
		r.write(func(tx *db.Tx) error { _, err := r.in.Close(tx, program, r.contactOf("p"), inbox.Note{}); return err })
		if got := r.events(eventlog.ConversationClosed) - closed; got > 1 {
			t.Errorf("closing twice made %d events", got)
		}
	})
}

// Closing what is closed is nothing, in whatever mode and with whatever note, as long as
// that could be kept.
func TestCloseTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		accounts := account.New(d, r.log)
		for mode, note := range map[account.NoteMode]inbox.Note{
			account.NoteOptional: {}, account.NoteCategory: {Category: "Venta"}, account.NoteBoth: {Category: "Venta", Summary: "ok"}, account.NoteOff: {},
		} {
			r.write(func(tx *db.Tx) error {
				_, err := accounts.SetClosing(tx, r.viewer, account.Closing{Mode: mode, Categories: []account.Category{{Name: "Venta"}}})
				return err
			})
			r.receive(text("p", "m"+string(mode), "hola"))
			id := r.contactOf("p")
			r.write(func(tx *db.Tx) error { _, err := r.in.Close(tx, r.viewer, id, note); return err })
			before := r.events(eventlog.ConversationClosed)
			for _, c := range []struct {
				note    inbox.Note
				refused string
			}{
				{inbox.Note{}, ""},
				{inbox.Note{Category: "Venta"}, ""},
				{inbox.Note{Category: "Otra"}, ""},
				{inbox.Note{Category: "Venta", Summary: "again"}, ""},
				{inbox.Note{Category: strings.Repeat("é", 129)}, "category too_long"},
				{inbox.Note{Summary: strings.Repeat("é", 513)}, "summary too_long"},
			} {
				err := r.try(func(tx *db.Tx) error { _, err := r.in.Close(tx, r.viewer, id, c.note); return err })
				if code(err) != c.refused {
					t.Errorf("%s, %+v: %v, want %q", mode, c.note, err, c.refused)
				}
			}
			if n := r.events(eventlog.ConversationClosed) - before; n != 0 {
				t.Errorf("%s: closing again made %d events", mode, n)
			}
			if n := r.number(`SELECT COUNT(*) FROM conversation WHERE workspace_id = $1 AND summary = 'again'`); n != 0 {
				t.Errorf("%s: closing again changed the note", mode)
			}
		}
	})
}

// Who answers has read: a person, by a session. What a program sends under their name
// leaves the mark to people.
func TestAnsweringReads(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		program := r.viewer
		program.Token = 7
		r.receive(text("p", "m1", "hola"), text("p", "m2", "¿hola?"))
		id := r.contactOf("p")
		for _, c := range []struct {
			who          crm.Viewer
			comment, due bool
			unread       int
		}{{program, false, false, 2}, {r.viewer, true, false, 2}, {r.viewer, false, true, 2}, {r.viewer, false, false, 0}} {
			r.write(func(tx *db.Tx) error {
				out := inbox.Outgoing{Comment: c.comment, Due: c.due, Content: crm.Content{Kind: crm.KindText, Text: "sí"}}
				_, err := r.in.Send(tx, c.who, id, out)
				return err
			})
			if now := r.get(id); now.Unread != c.unread || now.Unreplied {
				t.Errorf("after %s (comment %v, due %v): %d unread, unreplied %v", c.who.Actor().Source, c.comment, c.due, now.Unread, now.Unreplied)
			}
		}
	})
}

// A blocked contact can't be opened or closed; what they write is kept, and opens,
// counts and marks nothing.
func TestBlock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		r.receive(text("p", "m1", "spam"))
		id := r.contactOf("p")
		r.write(func(tx *db.Tx) error { return inbox.MarkSeen(tx, r.viewer, inbox.Unassigned) })
		r.write(func(tx *db.Tx) error { _, err := r.in.Block(tx, r.viewer, id); return err })
		for what, do := range map[string]func(tx *db.Tx) error{
			"open":   func(tx *db.Tx) error { _, err := r.in.Open(tx, r.viewer, id); return err },
			"close":  func(tx *db.Tx) error { _, err := r.in.Close(tx, r.viewer, id, inbox.Note{}); return err },
			"snooze": func(tx *db.Tx) error { _, err := r.in.Snooze(tx, r.viewer, id, time.Now().Add(time.Hour)); return err },
		} {
			if err := r.try(do); code(err) != "contact_blocked" {
				t.Errorf("%s: %v", what, err)
			}
		}
		r.receive(text("p", "m2", "more spam"))
		if n := r.number(`SELECT COUNT(*) FROM message WHERE workspace_id = $1`); n != 2 {
			t.Errorf("%d messages are kept", n)
		}
		r.read(func(tx *db.Tx) error {
			b, err := inbox.LoadBoard(tx, r.viewer.Workspace, r.viewer.User)
			if err != nil {
				return err
			}
			for _, c := range b.Counts(r.viewer) {
				if want := map[inbox.Name]int64{inbox.Blocked: 1}[c.Inbox]; c.Open != want || c.News {
					t.Errorf("%s shows %+v", c.Inbox, c)
				}
			}
			return nil
		})
		if r.listed(inbox.All, "") != 0 || r.listed(inbox.Blocked, "") != 1 {
			t.Errorf("listed in All %d, in Blocked %d", r.listed(inbox.All, ""), r.listed(inbox.Blocked, ""))
		}
		r.write(func(tx *db.Tx) error { _, err := r.in.Unblock(tx, r.viewer, id); return err })
		if c := r.get(id); c.Blocked || c.Status != crm.Open || r.listed(inbox.All, crm.Open) != 1 {
			t.Errorf("unblocked it is %+v", c)
		}
	})
}

// Of fifty who claim a conversation at once, one gets it; a team's contact goes to
// the member who is there and has the least to do.
func TestClaims(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		r.receive(text("p", "m1", "hola"))
		id := r.contactOf("p")
		users := make([]crm.ID, 53) // fifty who claim, three in a team
		r.write(func(tx *db.Tx) error {
			for i := range users {
				users[i] = tx.NewID()
				if _, err := tx.Exec(`INSERT INTO app_user (id, email, name, password_hash, language, created_at) VALUES ($1, $2, 'U', '', 'en', 0)`, users[i], users[i].String()); err != nil {
					return err
				}
				if _, err := tx.Exec(`INSERT INTO member (workspace_id, user_id, role, joined_at) VALUES ($1, $2, 'agent', 0)`, r.viewer.Workspace, users[i]); err != nil {
					return err
				}
			}
			return nil
		})
		var wg sync.WaitGroup
		var mu sync.Mutex
		won, lost := 0, 0
		for _, u := range users[:50] {
			wg.Go(func() {
				nobody := crm.ID(0)
				err := r.try(func(tx *db.Tx) error {
					_, err := r.in.Assign(tx, r.viewer, id, inbox.Assignment{User: u, OnlyFrom: &nobody})
					return err
				})
				mu.Lock()
				defer mu.Unlock()
				switch code(err) {
				case "":
					won++
				case "user_id taken":
					lost++
				default:
					t.Errorf("claiming: %v", err)
				}
			})
		}
		wg.Wait()
		if won != 1 || lost != 49 || r.events(eventlog.Assigned) != 1 {
			t.Errorf("%d won, %d lost, %d events", won, lost, r.events(eventlog.Assigned))
		}

		var team crm.ID
		r.write(func(tx *db.Tx) error {
			team = tx.NewID()
			if err := tx.Queue(`INSERT INTO team (workspace_id, id, name) VALUES ($1, $2, 'T')`, int64(r.viewer.Workspace), int64(team)); err != nil {
				return err
			}
			for _, u := range users[50:] {
				if err := tx.Queue(`INSERT INTO team_member (workspace_id, team_id, user_id) VALUES ($1, $2, $3)`, int64(r.viewer.Workspace), int64(team), int64(u)); err != nil {
					return err
				}
			}
			return tx.Queue(`UPDATE member SET active_at = $1 WHERE workspace_id = $2 AND user_id IN ($3, $4)`,
				tx.Micros(), int64(r.viewer.Workspace), int64(users[51]), int64(users[52]))
		})
		var got []crm.ID
		for _, key := range []string{"a", "b"} {
			r.receive(text(key, "t"+key, "hola"))
			r.write(func(tx *db.Tx) error {
				c, err := r.in.Assign(tx, r.viewer, r.contactOf(key), inbox.Assignment{Team: team})
				if err == nil {
					got = append(got, c.Assignee)
				}
				return err
			})
		}
		if got[0] == got[1] || got[0] == users[50] || got[1] == users[50] {
			t.Errorf("the team's contacts went to %v of %v", got, users[50:])
		}

		// Whoever of the team has it keeps it, however badly placed.
		r.write(func(tx *db.Tx) error {
			_, err := r.in.Assign(tx, r.viewer, r.contactOf("b"), inbox.Assignment{User: users[50]})
			return err
		})
		assigned := r.events(eventlog.Assigned)
		for key, want := range map[string]crm.ID{"a": got[0], "b": users[50]} {
			for range 2 {
				r.write(func(tx *db.Tx) error {
					nobody := crm.ID(0) // as it was when the first of them was asked for
					c, err := r.in.Assign(tx, r.viewer, r.contactOf(key), inbox.Assignment{Team: team, OnlyFrom: &nobody})
					if err == nil && c.Assignee != want {
						t.Errorf("the contact of %d went to %d of the same team", want, c.Assignee)
					}
					return err
				})
			}
		}
		if n := r.events(eventlog.Assigned) - assigned; n != 0 {
			t.Errorf("assigning to the same team again made %d events", n)
		}
	})
}
