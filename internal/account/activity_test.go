package account_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
)

// Whoever does nothing for the workspace's time is offline to the others, and comes back
// as what they chose to be. Nobody chooses to be offline.
func TestInactivity(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			var later atomic.Int64
			o := dbtest.Options(t, dialect)
			o.Now = func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
			d := dbtest.Open(t, o)
			s := newService(d)
			v, err := s.Setup(t.Context(), account.NewWorkspace{Name: "Shop"}, owner())
			if err != nil {
				t.Fatal(err)
			}
			minutes := 20
			do := func(choose account.Activity) (changed bool, err error) {
				err = d.Write(t.Context(), func(tx *db.Tx) error {
					changed, err = s.Touch(tx, v, choose)
					return err
				})
				return changed, err
			}
			seen := func() (a account.Activity) {
				err := d.Read(t.Context(), func(tx *db.Tx) error {
					all, err := account.Statuses(tx, v.Workspace)
					a = all[v.User]
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				return a
			}
			err = d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := account.UpdateWorkspace(tx, v, account.WorkspaceChange{Inactivity: &minutes})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, step := range []struct {
				what    string
				after   time.Duration
				touch   bool
				choose  account.Activity
				changed bool
				want    account.Activity
			}{
				{"before anything is done", 0, false, "", false, ""},
				{"at the first key", 0, true, "", true, account.Online},
				{"by choice", time.Second, true, account.Busy, true, account.Busy},
				{"just before the time is over", 19 * time.Minute, false, "", false, account.Busy},
				{"a key begins it anew", 0, true, "", false, account.Busy},
				{"as long again", 19*time.Minute + 59*time.Second, false, "", false, account.Busy},
				{"when it is over", time.Second, false, "", false, ""},
				{"hours later", 5 * time.Hour, false, "", false, ""},
				{"back, as chosen", 0, true, "", true, account.Busy},
				{"and online again by choice", time.Second, true, account.Online, true, account.Online},
			} {
				later.Add(int64(step.after))
				if step.touch {
					if changed, err := do(step.choose); err != nil || changed != step.changed {
						t.Errorf("%s: changed %v, %v", step.what, changed, err)
					}
				}
				if got := seen(); got != step.want {
					t.Errorf("%s: %q, want %q", step.what, got, step.want)
				}
			}
			if _, err := do(account.Offline); !errors.Is(err, crm.RefuseField("status", crm.CodeInvalid)) {
				t.Errorf("choosing to be offline: %v", err)
			}
		})
	}
}
