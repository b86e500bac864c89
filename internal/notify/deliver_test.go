package notify_test

import (
	"strings"
	"testing"

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
			told, err := notify.Deliver(tx, r.ws, ids, viewers)
			for u, n := range want {
				if got := told[u]; got.Unread != n || len(got.Items) != n {
					t.Errorf("told of %d, %d unread; want %d", len(got.Items), got.Unread, n)
				}
			}
			return err
		})
	})
}
