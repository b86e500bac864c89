package account_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
)

// A team's users are its own, by id; one without any is there, one that isn't is not.
func TestUsersOfTeam(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			return errors.Join(
				tx.Insert(`team (workspace_id, id, name)`, "", [][]any{{1, 10, "Sales"}, {1, 11, "Nobody"}, {2, 12, "Others"}}),
				tx.Insert(`team_member (workspace_id, team_id, user_id)`, "", [][]any{{1, 10, 8}, {1, 10, 7}, {2, 12, 9}}))
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			team crm.ID
			want []crm.ID
			err  error
		}{{10, []crm.ID{7, 8}, nil}, {11, []crm.ID{}, nil}, {12, []crm.ID{}, db.ErrNotFound}, {13, []crm.ID{}, db.ErrNotFound}} {
			var got []crm.ID
			err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
				got, err = account.UsersOfTeam(tx, 1, c.team)
				return err
			})
			if !errors.Is(err, c.err) || got == nil || !slices.Equal(got, c.want) {
				t.Errorf("team %d: %v, %v", c.team, got, err)
			}
		}
	})
}
