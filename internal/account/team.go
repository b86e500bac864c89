package account

import (
	"database/sql"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// Team is a group of users. A user may be in several.
type Team struct {
	ID          crm.ID
	Name        string
	Description string
	Users       []crm.ID
}

const (
	maxTeams           = 100
	maxTeamName        = 60
	maxTeamDescription = 255
)

// Teams returns the teams of a workspace by name, their users by id.
func Teams(tx *db.Tx, workspace crm.ID) ([]Team, error) {
	var out []Team
	at := make(map[crm.ID]int)
	err := tx.Each(`SELECT t.id, t.name, t.description, COALESCE(m.user_id, 0) FROM team t
		LEFT JOIN team_member m ON m.workspace_id = t.workspace_id AND m.team_id = t.id
		WHERE t.workspace_id = $1 ORDER BY t.name, t.id, m.user_id`, []any{workspace}, func(r *sql.Rows) error {
		var t Team
		var user crm.ID
		if err := r.Scan(&t.ID, &t.Name, &t.Description, &user); err != nil {
			return err
		}
		i, ok := at[t.ID]
		if !ok {
			i = len(out)
			at[t.ID] = i
			out = append(out, t)
		}
		if user != 0 {
			out[i].Users = append(out[i].Users, user)
		}
		return nil
	})
	return out, err
}

// UsersOfTeam returns the users of one team by id, empty where it has none; db.ErrNotFound
// where there is no such team.
func UsersOfTeam(tx *db.Tx, workspace, team crm.ID) ([]crm.ID, error) {
	found := false
	out := []crm.ID{}
	err := tx.Each(`SELECT COALESCE(m.user_id, 0) FROM team t
		LEFT JOIN team_member m ON m.workspace_id = t.workspace_id AND m.team_id = t.id
		WHERE t.workspace_id = $1 AND t.id = $2 ORDER BY m.user_id`, []any{workspace, team}, func(r *sql.Rows) error {
		found = true
		var user crm.ID
		err := r.Scan(&user)
		if user != 0 {
			out = append(out, user)
		}
		return err
	})
	if err == nil && !found {
		err = db.ErrNotFound
	}
	return out, err
}

// TeamChange changes a team; nil leaves a value.
type TeamChange struct {
	Name, Description *string
	Users             *[]crm.ID
}

// AddTeam makes a team.
func (s *Service) AddTeam(tx *db.Tx, v crm.Viewer, c TeamChange) (Team, error) {
	if c.Name == nil {
		return Team{}, crm.RefuseField("name", crm.CodeRequired)
	}
	teams, err := Teams(tx, v.Workspace)
	if err != nil {
		return Team{}, err
	}
	if len(teams) >= maxTeams {
		return Team{}, crm.RefuseField("name", crm.CodeLimit, "max", maxTeams)
	}
	t := Team{ID: tx.NewID()}
	if err := t.apply(c, teams); err != nil {
		return t, err
	}
	if _, err = tx.Exec(`INSERT INTO team (workspace_id, id, name, description) VALUES ($1, $2, $3, $4)`, v.Workspace, t.ID, t.Name, t.Description); err != nil {
		return t, err
	}
	s.changed(tx, v)
	return t, t.saveUsers(tx, v.Workspace)
}

// UpdateTeam changes a team.
func (s *Service) UpdateTeam(tx *db.Tx, v crm.Viewer, id crm.ID, c TeamChange) (Team, error) {
	teams, err := Teams(tx, v.Workspace)
	if err != nil {
		return Team{}, err
	}
	i := slices.IndexFunc(teams, func(t Team) bool { return t.ID == id })
	if i < 0 {
		return Team{}, crm.Refuse(crm.CodeNotFound)
	}
	t := teams[i]
	if err := t.apply(c, slices.Delete(teams, i, i+1)); err != nil {
		return t, err
	}
	if _, err := tx.Exec(`UPDATE team SET name = $1, description = $2 WHERE workspace_id = $3 AND id = $4`, t.Name, t.Description, v.Workspace, id); err != nil {
		return t, err
	}
	s.changed(tx, v)
	if c.Users == nil {
		return t, nil
	}
	return t, t.saveUsers(tx, v.Workspace)
}

// DeleteTeam removes a team. Its users stay, and keep their contacts; custom
// inboxes lose what they shared with it.
func (s *Service) DeleteTeam(tx *db.Tx, v crm.Viewer, id crm.ID) error {
	n, err := tx.Exec(`DELETE FROM team WHERE workspace_id = $1 AND id = $2`, v.Workspace, id)
	if err != nil {
		return err
	}
	if n == 0 {
		return crm.Refuse(crm.CodeNotFound)
	}
	_, err = tx.Exec(`DELETE FROM team_member WHERE workspace_id = $1 AND team_id = $2`, v.Workspace, id)
	s.changed(tx, v)
	return err
}

// apply makes the changes; others are the workspace's other teams.
func (t *Team) apply(c TeamChange, others []Team) error {
	if c.Name != nil {
		t.Name = strings.Join(strings.Fields(crm.Clean(*c.Name)), " ")
		switch {
		case t.Name == "":
			return crm.RefuseField("name", crm.CodeRequired)
		case utf8.RuneCountInString(t.Name) > maxTeamName:
			return crm.RefuseField("name", crm.CodeTooLong, "max", maxTeamName)
		case slices.ContainsFunc(others, func(o Team) bool { return strings.EqualFold(o.Name, t.Name) }):
			return crm.RefuseField("name", crm.CodeNameTaken)
		}
	}
	if c.Description != nil {
		t.Description = strings.TrimSpace(crm.Clean(*c.Description))
		if utf8.RuneCountInString(t.Description) > maxTeamDescription {
			return crm.RefuseField("description", crm.CodeTooLong, "max", maxTeamDescription)
		}
	}
	if c.Users != nil {
		t.Users = slices.Clone(*c.Users)
		slices.Sort(t.Users)
		t.Users = slices.Compact(t.Users)
	}
	return nil
}

func (t *Team) saveUsers(tx *db.Tx, workspace crm.ID) error {
	if _, err := tx.Exec(`DELETE FROM team_member WHERE workspace_id = $1 AND team_id = $2`, workspace, t.ID); err != nil {
		return err
	}
	members, err := users(tx, workspace, ` AND m.removed_at = 0`)
	if err != nil {
		return err
	}
	rows := make([][]any, 0, len(t.Users))
	for _, u := range t.Users {
		if !slices.ContainsFunc(members, func(m User) bool { return m.ID == u }) {
			return crm.RefuseField("user_ids", crm.CodeUnknownUser)
		}
		rows = append(rows, []any{int64(workspace), int64(t.ID), int64(u)})
	}
	return tx.Insert(`team_member (workspace_id, team_id, user_id)`, "", rows)
}
