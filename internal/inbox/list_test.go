package inbox_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/inbox"
)

// The four sorts, in every status, page by page: by the last message, and by how long
// a contact has been in its status ("longest closed" begins with who was closed first).
func TestSorts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := bulkRig(t, d, 12)
		for i := range 12 { // so that the two orders differ, and from that of the ids
			who := r.contactOf(fmt.Sprint("p", i*5%12))
			r.write(func(tx *db.Tx) (err error) {
				switch i % 3 {
				case 1:
					_, err = r.in.Close(tx, r.viewer, who, inbox.Note{})
				case 2:
					_, err = r.in.Snooze(tx, r.viewer, who, tx.Now().Add(time.Hour))
				}
				return err
			})
		}
		r.receive(text("p0", "again0", "otra vez"), text("p9", "again9", "otra vez"))

		var all []*contact.Contact
		r.read(func(tx *db.Tx) (err error) {
			all, _, err = inbox.Recent(tx, r.viewer, "", 100)
			return err
		})
		if len(all) != 12 {
			t.Fatalf("there are %d contacts", len(all))
		}
		for _, status := range []crm.ConversationStatus{crm.Open, crm.Closed, crm.Snoozed, ""} {
			for _, order := range []inbox.Sort{inbox.Newest, inbox.Oldest, inbox.Longest, inbox.Shortest} {
				var want []*contact.Contact
				for _, c := range all {
					if status == "" || c.Status == status {
						want = append(want, c)
					}
				}
				slices.SortFunc(want, func(a, b *contact.Contact) int { return compareBy(order, a, b) })
				var got []crm.ID
				for at := ""; ; {
					r.read(func(tx *db.Tx) error {
						rows, next, err := r.in.List(tx, r.viewer, inbox.ListQuery{Inbox: inbox.All, Status: status, Sort: order, Cursor: at, Limit: 2})
						for _, c := range rows {
							got = append(got, c.ID)
						}
						at = next
						return err
					})
					if at == "" {
						break
					}
				}
				same := slices.EqualFunc(got, want, func(id crm.ID, c *contact.Contact) bool { return id == c.ID })
				if !same {
					t.Errorf("%s of status %q: %v", order, status, got)
				}
			}
		}
	})
}

// A team of many: its list is as many walks as it has members, and one to who looks.
func TestSortsOfALargeTeam(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		rnd := rand.New(rand.NewPCG(3, 4))
		var team crm.ID
		var all []*contact.Contact
		r.write(func(tx *db.Tx) error {
			team = tx.NewID()
			if err := tx.Queue(`INSERT INTO team (workspace_id, id, name) VALUES ($1, $2, 'Large')`, int64(r.viewer.Workspace), int64(team)); err != nil {
				return err
			}
			var members []crm.ID
			for range 45 {
				user := tx.NewID()
				members = append(members, user)
				if err := tx.Queue(`INSERT INTO team_member (workspace_id, team_id, user_id) VALUES ($1, $2, $3)`, int64(r.viewer.Workspace), int64(team), int64(user)); err != nil {
					return err
				}
			}
			others := []crm.ID{0, r.viewer.User}
			now := tx.Micros()
			for i := range 400 {
				c := &contact.Contact{Workspace: r.viewer.Workspace, ID: tx.NewID(), FirstName: fmt.Sprint("P", i), CreatedAt: now}
				c.Assignee = members[rnd.IntN(len(members))]
				if i%5 == 0 {
					c.Assignee = others[rnd.IntN(len(others))]
				}
				if err := contact.Insert(tx, c); err != nil {
					return err
				}
				c.Status = []crm.ConversationStatus{crm.Open, crm.Closed, crm.Snoozed}[rnd.IntN(3)]
				c.Unreplied = rnd.IntN(2) == 0
				c.StatusSince, c.Last.At, c.Last.ID = now-rnd.Int64N(90), now-rnd.Int64N(90), c.ID // some at the same moment
				if err := contact.SaveState(tx, c); err != nil {
					return err
				}
				if slices.Contains(members, c.Assignee) {
					all = append(all, c)
				}
			}
			return nil
		})
		for _, status := range []crm.ConversationStatus{crm.Open, crm.Closed, ""} {
			for _, unreplied := range []bool{false, true} {
				for _, order := range []inbox.Sort{inbox.Newest, inbox.Oldest, inbox.Longest, inbox.Shortest} {
					var want, got []crm.ID
					slices.SortFunc(all, func(a, b *contact.Contact) int { return compareBy(order, a, b) })
					for _, c := range all {
						if (status == "" || c.Status == status) && (!unreplied || c.Unreplied) {
							want = append(want, c.ID)
						}
					}
					for at := ""; ; {
						r.read(func(tx *db.Tx) error {
							rows, next, err := r.in.List(tx, r.viewer, inbox.ListQuery{
								Inbox: inbox.TeamInbox(team), Status: status, Unreplied: unreplied, Sort: order, Cursor: at, Limit: 30,
							})
							for _, c := range rows {
								got = append(got, c.ID)
							}
							at = next
							return err
						})
						if at == "" {
							break
						}
					}
					if !slices.Equal(got, want) {
						t.Errorf("%s of status %q, unreplied %v: %d contacts, want %d", order, status, unreplied, len(got), len(want))
					}
				}
			}
		}
	})
}

// compareBy orders contacts as a list does.
func compareBy(order inbox.Sort, a, b *contact.Contact) int {
	x, y := a.Last.At, b.Last.At
	if order == inbox.Longest || order == inbox.Shortest {
		x, y = a.StatusSince, b.StatusSince
	}
	n := cmp.Or(cmp.Compare(x, y), cmp.Compare(a.ID, b.ID))
	if order == inbox.Newest || order == inbox.Shortest {
		return -n
	}
	return n
}
