package notify_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/notify"
)

// However many notifications others have, one's own are read along their index: also in
// a database of which SQLite knows nothing yet.
func TestNewestAlongTheIndex(t *testing.T) {
	r := newRig(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)))
	err := r.d.Read(t.Context(), func(tx *db.Tx) error {
		plan, err := notify.Plans(tx, r.viewer(0), r.users[1:4])
		own := 0
		for _, step := range plan {
			if !strings.HasPrefix(step, "SEARCH n ") && !strings.HasPrefix(step, "SCAN n") {
				continue
			}
			own++
			if !strings.Contains(step, "notification_newest (workspace_id=? AND owner_id=?") {
				t.Errorf("SQLite goes about it so: %s", step)
			}
		}
		if want := 5 + 6; own != want { // a page of five owners; for two who are of one team, of six
			t.Errorf("%d parts, want %d: %q", own, want, plan)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// However many are told at once, each is told their own number.
func TestManyAreToldAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		viewers := make(map[crm.ID]crm.Viewer)
		want := make(map[crm.ID]int)
		r.write(func(tx *db.Tx) error {
			for i := range notify.CountedAtOnce + 2 {
				v := r.viewer0(0)
				var err error
				if v.User, err = r.join(tx, "Somebody", v.Access); err != nil {
					return err
				}
				viewers[v.User], want[v.User] = v, 1+i%3
			}
			return nil
		})
		for range 3 {
			r.message(d.NewID().String())
		}
		r.follow(0)
		var ids []crm.ID
		for _, n := range r.list(0, notify.TabNew) {
			ids = append(ids, n.ID)
		}
		r.write(func(tx *db.Tx) error {
			for u, n := range want {
				for _, id := range ids[n:] {
					if err := notify.MarkRead(tx, viewers[u], id); err != nil {
						return err
					}
				}
			}
			return nil
		})
		r.read(func(tx *db.Tx) error {
			told, err := notify.NewTally().Deliver(tx, r.ws, ids, nil, viewers)
			for u, n := range want {
				if got := told[u]; got.Unread != n || len(got.Items) != n {
					t.Errorf("told of %d, %d unread; want %d", len(got.Items), got.Unread, n)
				}
			}
			return err
		})
	})
}

// A tally that goes on from what it knows says the same as counting anew, whatever comes
// and whoever reads.
func TestTally(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		rapid.Check(t, func(t *rapid.T) {
			r.fresh()
			r.write(func(tx *db.Tx) error {
				for i, u := range r.users {
					if _, err := tx.Exec(`INSERT INTO team_member (workspace_id, team_id, user_id) VALUES ($1, $2, $3)`, r.ws, r.teams[i%2], u); err != nil {
						return err
					}
				}
				return nil
			})
			tally, viewers := notify.NewTally(), make(map[crm.ID]crm.Viewer)
			for i := range r.users {
				v := r.viewer(i)
				viewers[v.User] = v
			}
			var contacts []crm.ID
			last := crm.ID(0)
			for range rapid.IntRange(1, 12).Draw(t, "steps") {
				var readers []crm.ID
				reader := rapid.IntRange(0, len(r.users)-1).Draw(t, "who")
				v := viewers[r.users[reader]]
				switch rapid.IntRange(0, 4).Draw(t, "what") {
				case 0:
					readers = append(readers, v.User)
					r.write(func(tx *db.Tx) error { return notify.MarkAllRead(tx, v) })
				case 1:
					if list := r.list(reader, notify.TabNew); len(list) > 0 {
						readers = append(readers, v.User)
						r.write(func(tx *db.Tx) error { return notify.Archive(tx, v, list[0].ID) })
					}
				default:
					id := r.message(fmt.Sprint("p", rapid.IntRange(0, 5).Draw(t, "contact")))
					if !slices.Contains(contacts, id) {
						contacts = append(contacts, id)
						r.assign(id, 0, rapid.IntRange(-1, len(r.users)-1).Draw(t, "to"))
					}
				}
				r.follow(r.seq)
				r.read(func(tx *db.Tx) error {
					var ids []crm.ID
					err := tx.Each(`SELECT id, last_id FROM notification WHERE workspace_id = $1 AND last_id > $2 ORDER BY last_id`, []any{r.ws, last}, func(rows *sql.Rows) error {
						var id crm.ID
						err := rows.Scan(&id, &last)
						ids = append(ids, id)
						return err
					})
					if err != nil {
						return err
					}
					told, err := tally.Deliver(tx, r.ws, ids, readers, viewers)
					for u, d := range told {
						n, err := notify.Unread(tx, viewers[u])
						if err != nil {
							return err
						}
						if d.Unread != n {
							t.Fatalf("user %s is told of %d unread, has %d", u, d.Unread, n)
						}
					}
					for _, u := range readers {
						if _, ok := told[u]; !ok {
							t.Fatalf("user %s isn't told what reading made of the number", u)
						}
					}
					return err
				})
			}
		})
	})
}
