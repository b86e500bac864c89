package account

import (
	"database/sql"
	"errors"
	"slices"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
)

// Users returns the members of a workspace by name, with their teams.
func Users(tx *db.Tx, workspace crm.ID) ([]User, error) {
	out, err := users(tx, workspace, ` AND m.removed_at = 0`)
	if err != nil {
		return nil, err
	}
	teams, err := Teams(tx, workspace)
	if err != nil {
		return nil, err
	}
	of := make(map[crm.ID][]crm.ID)
	for _, t := range teams {
		for _, u := range t.Users {
			of[u] = append(of[u], t.ID)
		}
	}
	for i := range out {
		out[i].Teams = of[out[i].ID]
	}
	return out, nil
}

// users returns members by name, without their teams.
func users(tx *db.Tx, workspace crm.ID, and string, args ...any) ([]User, error) {
	var out []User
	err := tx.Each(`SELECT u.id, u.email, u.name, m.role, m.visibility, m.restrictions, u.language, u.theme, u.send_key, u.undo_send, u.timezone,
			m.picture_id, m.activity, m.active_at, m.joined_at
		FROM member m JOIN app_user u ON u.id = m.user_id WHERE m.workspace_id = $1`+and+` ORDER BY u.name, u.id LIMIT 2000`,
		append([]any{workspace}, args...), func(r *sql.Rows) error {
			var u User
			var restrictions string
			err := r.Scan(&u.ID, &u.Email, &u.Name, &u.Role, &u.Visibility, &restrictions, &u.Language, &u.Theme, &u.SendKey, &u.UndoSend, &u.Timezone,
				&u.Picture, &u.Activity, &u.ActiveAt, &u.JoinedAt)
			u.Restrictions = crm.ParseRestrictions(restrictions)
			out = append(out, u)
			return err
		})
	return out, err
}

// AccessChange changes what a member may do; nil leaves a value.
type AccessChange struct {
	Role         *crm.Role
	Visibility   *crm.Visibility
	Restrictions *[]crm.Restriction
	Teams        *[]crm.ID
}

// UpdateMember changes what another member may do. Nobody changes their own
// access, managers change only agents, and what a new role can't have falls away, as
// do the links of invitations they may no longer send.
func (s *Service) UpdateMember(tx *db.Tx, v crm.Viewer, id crm.ID, c AccessChange) error {
	have, err := member(tx, v, id)
	if err != nil {
		return err
	}
	next := have
	if c.Role != nil && *c.Role != have.Role {
		next = crm.Access{Role: *c.Role, Visibility: crm.SeesAll}
	}
	if c.Visibility != nil {
		next.Visibility = *c.Visibility
	}
	if c.Restrictions != nil {
		next.Restrictions = *c.Restrictions
	}
	if err := next.Check(); err != nil {
		return err
	}
	if !v.MayManage(next.Role) {
		return crm.RefuseField("role", crm.CodeForbidden)
	}
	_, err = tx.Exec(`UPDATE member SET role = $1, visibility = $2, restrictions = $3 WHERE workspace_id = $4 AND user_id = $5`,
		string(next.Role), string(next.Visibility), crm.FormatRestrictions(next.Restrictions), v.Workspace, id)
	if err != nil {
		return err
	}
	if c.Teams != nil {
		if err := setTeams(tx, v.Workspace, id, *c.Teams); err != nil {
			return err
		}
	}
	s.changed(tx, v)
	return expireInvitations(tx, v.Workspace, id, next)
}

// RemoveMember takes a member out of the workspace: sessions, tokens, teams and links
// of their invitations end with it, the name stays on what they wrote. Who gets their
// contacts is for package inbox.
func (s *Service) RemoveMember(tx *db.Tx, v crm.Viewer, id crm.ID) error {
	if _, err := member(tx, v, id); err != nil {
		return err
	}
	for _, q := range []string{
		`DELETE FROM session WHERE workspace_id = $1 AND user_id = $2`,
		`DELETE FROM api_token WHERE workspace_id = $1 AND user_id = $2`,
		`DELETE FROM team_member WHERE workspace_id = $1 AND user_id = $2`,
	} {
		if _, err := tx.Exec(q, v.Workspace, id); err != nil {
			return err
		}
	}
	_, err := tx.Exec(`UPDATE member SET removed_at = $1 WHERE workspace_id = $2 AND user_id = $3`, tx.Micros(), v.Workspace, id)
	if err != nil {
		return err
	}
	s.changed(tx, v)
	return expireInvitations(tx, v.Workspace, id, crm.Access{})
}

// member returns the access of a member whom the viewer may manage, and keeps all
// members as they are until the transaction ends: two owners can't take each
// other's access away at once.
func member(tx *db.Tx, v crm.Viewer, id crm.ID) (crm.Access, error) {
	var target *crm.Access
	owner := false
	err := tx.Each(`SELECT user_id, role, visibility, restrictions FROM member WHERE workspace_id = $1 AND removed_at = 0 ORDER BY user_id`+tx.ForUpdate(),
		[]any{v.Workspace}, func(r *sql.Rows) error {
			var user crm.ID
			var a crm.Access
			var restrictions string
			if err := r.Scan(&user, &a.Role, &a.Visibility, &restrictions); err != nil {
				return err
			}
			a.Restrictions = crm.ParseRestrictions(restrictions)
			if user == id {
				target = &a
			}
			if user == v.User {
				owner = v.May(crm.UsersManage) && a.May(crm.UsersManage)
			}
			return nil
		})
	switch {
	case err != nil:
		return crm.Access{}, err
	case target == nil:
		return crm.Access{}, crm.Refuse(crm.CodeNotFound)
	case id == v.User:
		return crm.Access{}, crm.Refuse(crm.CodeOwnAccess)
	case !owner || !v.MayManage(target.Role):
		return crm.Access{}, crm.Refuse(crm.CodeForbidden)
	}
	return *target, nil
}

// setTeams makes a member belong to just these teams.
func setTeams(tx *db.Tx, workspace, user crm.ID, teams []crm.ID) error {
	teams = slices.Clone(teams)
	slices.Sort(teams)
	teams = slices.Compact(teams)
	known, err := Teams(tx, workspace)
	if err != nil {
		return err
	}
	for _, t := range teams {
		if !slices.ContainsFunc(known, func(k Team) bool { return k.ID == t }) {
			return crm.RefuseField("team_ids", crm.CodeUnknownTeam)
		}
	}
	if _, err := tx.Exec(`DELETE FROM team_member WHERE workspace_id = $1 AND user_id = $2`, workspace, user); err != nil {
		return err
	}
	rows := make([][]any, 0, len(teams))
	for _, t := range teams {
		rows = append(rows, []any{int64(workspace), int64(t), int64(user)})
	}
	return tx.Insert(`team_member (workspace_id, team_id, user_id)`, "", rows)
}

// IsMember tells whether a user is in the workspace.
func IsMember(tx *db.Tx, workspace, user crm.ID) (bool, error) {
	err := tx.Row(`SELECT user_id FROM member WHERE workspace_id = $1 AND user_id = $2 AND removed_at = 0`, []any{workspace, user}, new(int64))
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// changed tells all browsers that users or teams are not what they were.
func (s *Service) changed(tx *db.Tx, v crm.Viewer) {
	s.events.Append(tx, v.Workspace, eventlog.Event{Kind: eventlog.MembersChanged, Actor: v.Actor()})
}
