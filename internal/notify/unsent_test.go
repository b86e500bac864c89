package notify_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/inbox"
	"github.com/bandeja/bandeja/internal/notify"
)

// That a scheduled message wasn't sent is told to its author, or else to whoever has the
// contact, or else to the owners, also of a blocked contact; and to nobody who doesn't
// see it.
func TestUnsentScheduledMessageIsTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		const owner, manager, all, team, own, second, left = 0, 1, 2, 3, 4, 5, 6
		r.write(func(tx *db.Tx) error {
			for range 2 {
				a := crm.Access{Role: crm.Owner, Visibility: crm.SeesAll}
				id, err := r.join(tx, "Another owner", a)
				if err != nil {
					return err
				}
				r.users, r.access = append(r.users, id), append(r.access, a)
			}
			return nil
		})
		const nobody = -1
		cases := []struct {
			what          string
			author        int
			before, after int // who has the contact
			blocked       bool
			told          []int
		}{
			{"blocked", manager, nobody, nobody, true, []int{manager}},
			{"blocked, in other hands", manager, own, own, true, []int{manager}},
			{"given to a colleague", own, own, team, false, []int{team}},
			{"given to nobody", own, own, nobody, false, []int{owner, second}},
			{"the author left", all, all, own, false, []int{own}},
			{"the author left, blocked", all, all, own, true, []int{own}},
			{"the author left, nobody's", all, nobody, nobody, false, []int{owner, second}},
			{"the author left, not handed over yet", all, all, all, false, []int{owner, second}},
		}
		contacts := make([]crm.ID, len(cases))
		for i, c := range cases {
			id := r.message(c.what)
			contacts[i] = id
			r.assign(id, owner, c.before)
			r.write(func(tx *db.Tx) error {
				out := inbox.Outgoing{Content: crm.Content{Kind: crm.KindText, Text: "later"}}
				_, err := r.in.Schedule(tx, r.viewer0(c.author), id, out, inbox.When{At: tx.Now().Add(20 * time.Millisecond)})
				return err
			})
			r.assign(id, owner, c.after)
			if c.blocked {
				r.write(func(tx *db.Tx) error { _, err := r.in.Block(tx, r.viewer0(owner), id); return err })
			}
		}
		r.write(func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE member SET removed_at = 1 WHERE workspace_id = $1 AND user_id IN ($2, $3)`, r.ws, r.users[all], r.users[left])
			return err
		})
		r.work()
		r.eventually("all have failed", func() bool {
			return r.number(`SELECT COUNT(*) FROM scheduled_message WHERE workspace_id = $1 AND status = 'failed'`) == len(cases)
		})
		r.follow(0)
		for i, c := range cases {
			var told []int
			for user := range r.users {
				for _, n := range r.list(user, notify.TabNew) {
					if n.Contact != contacts[i] || n.Kind != notify.SendFailed {
						continue
					}
					told = append(told, user)
					if other := user != c.author; other && n.Actor != r.users[c.author] || !other && n.Actor != 0 {
						t.Errorf("%s: user %d is told that it is of %d", c.what, user, n.Actor)
					}
				}
			}
			if !slices.Equal(told, c.told) {
				t.Errorf("%s: told are %v, want %v", c.what, told, c.told)
			}
		}
	})
}

// What a blocked contact does is told to nobody, what colleagues do with it is: in the
// centre, in its number and live.
func TestBlockedContactAndColleagues(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		const agent = 4
		id := r.message("p")
		r.follow(0)
		r.assign(id, 0, agent)
		r.message("p")
		snoozed := func() {
			r.write(func(tx *db.Tx) error {
				r.log.Append(tx, r.ws, eventlog.Event{Kind: eventlog.Unsnoozed, Contact: id, Actor: crm.Actor{Source: crm.BySystem}, Timeline: true})
				return nil
			})
		}
		snoozed()
		r.follow(r.seq)
		r.write(func(tx *db.Tx) error { _, err := r.in.Block(tx, r.viewer0(0), id); return err })
		r.message("p")
		snoozed()
		r.comment(id, 0, "why? "+crm.MentionToken(r.users[agent]))
		r.follow(r.seq)
		kinds := func() (out []string) {
			var ids []crm.ID
			for _, n := range r.list(agent, notify.TabNew) {
				ids, out = append(ids, n.ID), append(out, fmt.Sprintf("%s ×%d", n.Kind, n.Count))
			}
			slices.Sort(out)
			v := r.viewer(agent)
			r.read(func(tx *db.Tx) error {
				n, err := notify.Unread(tx, v)
				if err != nil {
					return err
				}
				told, err := notify.NewTally().Deliver(tx, r.ws, ids, nil, map[crm.ID]crm.Viewer{v.User: v})
				if live := told[v.User]; n != len(ids) || live.Unread != n || len(live.Items) != n {
					t.Errorf("%d unread and %d live of %d listed", n, len(live.Items), len(ids))
				}
				return err
			})
			return out
		}
		if d := cmp.Diff([]string{"assigned_to_me ×1", "mention ×1"}, kinds()); d != "" {
			t.Errorf("blocked (-want +got):\n%s", d)
		}
		r.write(func(tx *db.Tx) error { _, err := r.in.Unblock(tx, r.viewer0(0), id); return err })
		if d := cmp.Diff([]string{"assigned_to_me ×1", "mention ×1", "message_mine ×1", "snooze_due ×1"}, kinds()); d != "" {
			t.Errorf("unblocked (-want +got):\n%s", d)
		}
	})
}

// Whoever is told of a colleague's message is told whose it is.
func TestUnsentInWords(t *testing.T) {
	for _, c := range []struct {
		n            notify.Notification
		language     crm.Language
		actor, words string
	}{
		{notify.Notification{Kind: notify.SendFailed}, "en", "", "Your message was not sent"},
		{notify.Notification{Kind: notify.SendFailed, Actor: 7}, "en", "Laura", "A message by Laura was not sent"},
		{notify.Notification{Kind: notify.SendFailed, Actor: 7}, "es", "Laura", "Un mensaje de Laura no se envió"},
		{notify.Notification{Kind: notify.SendFailed, Actor: 7}, "en", "", "A colleague’s message was not sent"},
	} {
		if got := c.n.What(c.language, c.actor); got != c.words {
			t.Errorf("%q, want %q", got, c.words)
		}
	}
}
