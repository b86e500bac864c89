package account

import (
	"database/sql"
	"slices"
	"strings"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// viewerColumns are what makes a viewer of a member m and its user u: rights, teams
// and colleagues in one question, because every request asks it. Teams are looked up
// where rights hang on them.
const viewerColumns = `m.workspace_id, m.user_id, m.role, m.visibility, m.restrictions, u.language,
	CASE WHEN m.role = 'agent' THEN COALESCE((SELECT string_agg(CAST(own.team_id AS TEXT), ' ') FROM team_member own
		WHERE own.workspace_id = m.workspace_id AND own.user_id = m.user_id), '') ELSE '' END,
	CASE WHEN m.visibility = 'team' THEN COALESCE((SELECT string_agg(CAST(mate.user_id AS TEXT), ' ') FROM team_member own
		JOIN team_member mate ON mate.workspace_id = own.workspace_id AND mate.team_id = own.team_id
		WHERE own.workspace_id = m.workspace_id AND own.user_id = m.user_id), '') ELSE '' END`

// viewerRow reads viewerColumns.
type viewerRow struct {
	v                               crm.Viewer
	restrictions, teams, colleagues string
}

func (r *viewerRow) into() []any {
	return []any{&r.v.Workspace, &r.v.User, &r.v.Role, &r.v.Visibility, &r.restrictions, &r.v.Language, &r.teams, &r.colleagues}
}

func (r *viewerRow) viewer() crm.Viewer {
	v := r.v
	v.Restrictions, v.Teams, v.Colleagues = crm.ParseRestrictions(r.restrictions), parseIDs(r.teams), parseIDs(r.colleagues)
	return v
}

// Viewers returns the members of a workspace as viewers.
func Viewers(tx *db.Tx, workspace crm.ID) (map[crm.ID]crm.Viewer, error) {
	out := make(map[crm.ID]crm.Viewer)
	err := tx.Each(`SELECT `+viewerColumns+` FROM member m JOIN app_user u ON u.id = m.user_id WHERE m.workspace_id = $1 AND m.removed_at = 0`,
		[]any{workspace}, func(r *sql.Rows) error {
			var row viewerRow
			if err := r.Scan(row.into()...); err != nil {
				return err
			}
			v := row.viewer()
			out[v.User] = v
			return nil
		})
	return out, err
}

// TeamsOf returns the teams that a user is in.
func TeamsOf(tx *db.Tx, workspace, user crm.ID) ([]crm.ID, error) {
	var out []crm.ID
	err := tx.Each(`SELECT team_id FROM team_member WHERE workspace_id = $1 AND user_id = $2 ORDER BY team_id`, []any{workspace, user},
		func(r *sql.Rows) error {
			var id crm.ID
			err := r.Scan(&id)
			out = append(out, id)
			return err
		})
	return out, err
}

// parseIDs reads ids between spaces, sorted, none twice.
func parseIDs(s string) []crm.ID {
	var out []crm.ID
	for _, f := range strings.Fields(s) {
		if id, err := crm.ParseID(f); err == nil {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
