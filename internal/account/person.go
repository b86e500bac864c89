package account

import (
	"database/sql"
	"errors"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// Card is what a message may say of a user.
type Card struct {
	Name, Email string
	// Teams are the names of the user's teams.
	Teams []string
}

// Person returns a user's card.
func Person(tx *db.Tx, workspace, user crm.ID) (c Card, err error) {
	err = tx.Row(`SELECT u.name, u.email FROM member m JOIN app_user u ON u.id = m.user_id WHERE m.workspace_id = $1 AND m.user_id = $2`,
		[]any{workspace, user}, &c.Name, &c.Email)
	if err != nil {
		return c, err
	}
	err = tx.Each(`SELECT t.name FROM team_member m JOIN team t ON t.workspace_id = m.workspace_id AND t.id = m.team_id
		WHERE m.workspace_id = $1 AND m.user_id = $2 ORDER BY t.name, t.id`, []any{workspace, user}, func(r *sql.Rows) error {
		var name string
		err := r.Scan(&name)
		c.Teams = append(c.Teams, name)
		return err
	})
	return c, err
}

// ViewerOf returns a member of a workspace as a viewer; crm.CodeNotFound for whoever
// isn't one, or no longer.
func ViewerOf(tx *db.Tx, workspace, user crm.ID) (crm.Viewer, error) {
	var row viewerRow
	err := tx.Row(`SELECT `+viewerColumns+` FROM member m JOIN app_user u ON u.id = m.user_id
		WHERE m.workspace_id = $1 AND m.user_id = $2 AND m.removed_at = 0`, []any{workspace, user}, row.into()...)
	if errors.Is(err, db.ErrNotFound) {
		return crm.Viewer{}, crm.Refuse(crm.CodeNotFound)
	}
	return row.viewer(), err
}
