package jobs

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
)

// A lease that this process took and lost hold of runs out, so that its lane goes on.
func TestOnlyWhatRunsIsRenewed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := New(d, slog.New(slog.DiscardHandler))
		was := time.Now().Add(time.Second).UnixMicro()
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO job (workspace_id, lane, id, kind, attempt, owner, lease_until)
				VALUES (1, 'a', 7, 'work', 1, $1, $2), (1, 'b', 8, 'work', 1, $1, $2)`, d.Node(), was)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		leases := func() (out [2]int64) {
			t.Helper()
			err := d.Read(context.Background(), func(tx *db.Tx) error {
				for i, id := range []int64{7, 8} {
					if err := tx.Row(`SELECT lease_until FROM job WHERE id = $1`, []any{id}, &out[i]); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		release := q.running.hold([]*Job{{ID: 7}})
		if err := q.renew(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := leases(); got[0] <= was || got[1] != was {
			t.Errorf("leases %v, both were %d", got, was)
		}
		release()
		before := leases()
		if err := q.renew(context.Background()); err != nil || leases() != before {
			t.Errorf("nothing runs, and leases are renewed: %v", err)
		}
	})
}
