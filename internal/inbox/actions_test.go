package inbox_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/filter"
	"github.com/bandeja/bandeja/internal/inbox"
)

// Closing unassigns where the workspace wants it, and else leaves the contact with
// whoever has it.
func TestClosingUnassigns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, unassigns := range []bool{true, false} {
			r := newRig(t, d, t.TempDir())
			r.write(func(tx *db.Tx) error {
				_, err := tx.Exec(`UPDATE workspace SET unassign_on_close = $1 WHERE id = $2`, unassigns, r.viewer.Workspace)
				return err
			})
			r.receive(text("p", "1", "hola"))
			id := r.contactOf("p")
			r.write(func(tx *db.Tx) error {
				if _, err := r.in.Assign(tx, r.viewer, id, inbox.Assignment{User: r.other.User}); err != nil {
					return err
				}
				_, err := r.in.Close(tx, r.viewer, id, inbox.Note{})
				return err
			})
			want := r.other.User
			if unassigns {
				want = 0
			}
			if got := r.get(id).Assignee; got != want {
				t.Errorf("unassign_on_close %t: assigned to %s, want %s", unassigns, got, want)
			}
		}
	})
}

// Answering an unassigned contact takes it, commenting doesn't; what is so already is no
// event.
func TestTaking(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		r.receive(text("p", "1", "hola"))
		id := r.contactOf("p")
		say := func(comment bool) {
			r.write(func(tx *db.Tx) error {
				_, err := r.in.Send(tx, r.other, id, inbox.Outgoing{Comment: comment, Content: crm.Content{Kind: crm.KindText, Text: "ya"}})
				return err
			})
		}
		if say(true); r.get(id).Assignee != 0 || r.events(eventlog.Assigned) != 0 {
			t.Error("a comment assigned the contact")
		}
		if last := r.get(id).Last; last.Direction != crm.Incoming || last.Text != "hola" {
			t.Errorf("a comment is the list's last message: %+v", last)
		}
		if say(false); r.get(id).Assignee != r.other.User || r.events(eventlog.Assigned) != 1 {
			t.Error("an answer didn't assign the contact, once")
		}
		for range 2 {
			r.write(func(tx *db.Tx) error {
				_, err := r.in.Assign(tx, r.viewer, id, inbox.Assignment{User: r.other.User})
				return err
			})
		}
		if n := r.events(eventlog.Assigned); n != 1 {
			t.Errorf("assigning whom it is assigned to made %d events", n)
		}
	})
}

// What happens while a conversation is open is the conversation's, and what happens
// without one the contact's.
func TestEventsBelongToTheOpenConversation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		r.receive(text("p", "1", "hola"))
		id := r.contactOf("p")
		first := r.get(id).Conversation
		do := func(fn func(tx *db.Tx) error) { r.write(fn) }
		bot := func(on bool) {
			do(func(tx *db.Tx) error { _, err := r.in.SetBot(tx, r.viewer, id, on); return err })
		}
		bot(false)
		do(func(tx *db.Tx) error { _, err := r.in.Snooze(tx, r.viewer, id, time.Now().Add(time.Hour)); return err })
		do(func(tx *db.Tx) error { _, err := r.in.Close(tx, r.viewer, id, inbox.Note{}); return err })
		bot(true)
		r.receive(text("p", "2", "otra vez"))
		second := r.get(id).Conversation
		bot(false)
		if first == 0 || second == 0 || first == second {
			t.Fatalf("conversations %s and %s", first, second)
		}
		got := make(map[eventlog.Kind][]crm.ID)
		r.read(func(tx *db.Tx) error {
			return tx.Each(`SELECT kind, conversation_id FROM event WHERE workspace_id = $1 AND contact_id = $2 ORDER BY seq`, []any{r.viewer.Workspace, id},
				func(rows *sql.Rows) error {
					var kind eventlog.Kind
					var of crm.ID
					err := rows.Scan(&kind, &of)
					got[kind] = append(got[kind], of)
					return err
				})
		})
		for kind, want := range map[eventlog.Kind][]crm.ID{
			eventlog.ConversationOpened: {first, second}, eventlog.Snoozed: {first}, eventlog.ConversationClosed: {first},
			eventlog.BotOff: {first, second}, eventlog.BotOn: {0}, eventlog.MessageCreated: {first, second},
		} {
			if len(got[kind]) != len(want) {
				t.Errorf("%s: of %v, want %v", kind, got[kind], want)
				continue
			}
			for i := range want {
				if got[kind][i] != want[i] {
					t.Errorf("%s: of %v, want %v", kind, got[kind], want)
					break
				}
			}
		}
	})
}

// What a contact does at the provider is no blocking of ours: it has kinds of its own,
// which tell the channel; the same word from a web page is a web page's.
func TestTheContactBlocksTheChannel(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		r.receive(text("p", "1", "hola"))
		id := r.contactOf("p")
		data := fmt.Sprintf(`{"channel_id":"%s","channel_name":"Paper"}`, r.ch.ID)
		for _, c := range []struct {
			in                channel.InboundKind
			text              string
			kind              eventlog.Kind
			data, unreachable string
		}{
			{channel.InBlocked, "blocked", eventlog.ChannelBlocked, data, "blocked"},
			{channel.InBlocked, "unblocked", eventlog.ChannelUnblocked, data, ""},
			{channel.InEvent, "blocked", eventlog.ChannelEvent, data[:len(data)-1] + `,"text":"blocked"}`, ""},
		} {
			r.receive(channel.Inbound{Kind: c.in, Contact: channel.Address{Key: "p"}, SentAt: time.Now(), Text: c.text})
			open := r.get(id).Conversation
			r.read(func(tx *db.Tx) error {
				var kind eventlog.Kind
				var source crm.Source
				var conversation crm.ID
				var shown bool
				var got, unreachable string
				if err := tx.Row(`SELECT kind, actor_source, conversation_id, timeline, data FROM event WHERE workspace_id = $1 ORDER BY seq DESC LIMIT 1`,
					[]any{r.viewer.Workspace}, &kind, &source, &conversation, &shown, &got); err != nil {
					return err
				}
				if kind != c.kind || source != crm.ByContact || conversation != open || !shown || got != c.data {
					t.Errorf("%s %s is stored as %s by %s of %s, shown %t: %s", c.in, c.text, kind, source, conversation, shown, got)
				}
				err := tx.Row(`SELECT unreachable FROM contact_channel WHERE workspace_id = $1 AND contact_id = $2`, []any{r.viewer.Workspace, id}, &unreachable)
				if unreachable != c.unreachable {
					t.Errorf("after %s %s the contact is unreachable: %q", c.in, c.text, unreachable)
				}
				return err
			})
		}
		if r.get(id).Blocked {
			t.Error("the contact is blocked")
		}
	})
}

// A custom inbox is given to several users and teams together, and to nobody else.
func TestSharing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		add := func() crm.Viewer {
			v := crm.Viewer{Workspace: r.viewer.Workspace, User: d.NewID(), Access: crm.Access{Role: crm.Agent, Visibility: crm.SeesAll}}
			r.write(func(tx *db.Tx) error {
				if _, err := tx.Exec(`INSERT INTO member (workspace_id, user_id, role, joined_at) VALUES ($1, $2, 'agent', 0)`, v.Workspace, v.User); err != nil {
					return err
				}
				_, err := tx.Exec(`INSERT INTO app_user (id, email, name, password_hash, language, created_at) VALUES ($1, $2, 'Una', '', 'en', 0)`, v.User, v.User.String())
				return err
			})
			return v
		}
		named, inTeam, inOther, stranger := add(), add(), add(), add()
		teams := []crm.ID{d.NewID(), d.NewID()}
		r.write(func(tx *db.Tx) error {
			for i, who := range []crm.Viewer{inTeam, inOther} {
				if _, err := tx.Exec(`INSERT INTO team (workspace_id, id, name) VALUES ($1, $2, $3)`, r.viewer.Workspace, teams[i], teams[i].String()); err != nil {
					return err
				}
				if _, err := tx.Exec(`INSERT INTO team_member (workspace_id, team_id, user_id) VALUES ($1, $2, $3)`, r.viewer.Workspace, teams[i], who.User); err != nil {
					return err
				}
			}
			return nil
		})
		name, sharing := "Ventas", inbox.Shared
		tree := filter.Node{Match: filter.All}
		users := []crm.ID{named.User, r.other.User}
		var made inbox.Custom
		r.write(func(tx *db.Tx) (err error) {
			made, err = r.in.AddCustom(tx, r.viewer, inbox.CustomChange{Name: &name, Filter: &tree, Sharing: &sharing, Users: &users, Teams: &teams})
			return err
		})
		for i, c := range []struct {
			who  crm.Viewer
			want int
		}{{r.viewer, 1}, {named, 1}, {r.other, 1}, {inTeam, 1}, {inOther, 1}, {stranger, 0}} {
			r.read(func(tx *db.Tx) error {
				list, err := inbox.Customs(tx, c.who)
				if len(list) != c.want {
					t.Errorf("viewer %d has %d inboxes, want %d", i, len(list), c.want)
				}
				return err
			})
			err := d.Read(context.Background(), func(tx *db.Tx) error { _, err := inbox.GetCustom(tx, c.who, made.ID); return err })
			if (err == nil) != (c.want == 1) {
				t.Errorf("viewer %d opens it: %v", i, err)
			}
		}
	})
}
