package inbox_test

import (
	"cmp"
	"fmt"
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
				slices.SortFunc(want, func(a, b *contact.Contact) int {
					x, y := a.Last.At, b.Last.At
					if order == inbox.Longest || order == inbox.Shortest {
						x, y = a.StatusSince, b.StatusSince
					}
					n := cmp.Or(cmp.Compare(x, y), cmp.Compare(a.ID, b.ID))
					if order == inbox.Newest || order == inbox.Shortest {
						return -n
					}
					return n
				})
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
