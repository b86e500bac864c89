package httpapi

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
)

// parseIDs reads a list of ids at a field.
func parseIDs(field string, list []string) ([]crm.ID, error) {
	out := make([]crm.ID, 0, len(list))
	for i, text := range list {
		id, err := crm.ParseID(text)
		if err != nil {
			return nil, crm.RefuseField(fmt.Sprintf("%s[%d]", field, i), crm.CodeInvalid)
		}
		out = append(out, id)
	}
	return out, nil
}

// AccessInput is what a member may do; what is absent stays.
type AccessInput struct {
	Role         *string   `json:"role,omitempty" enum:"owner,manager,agent"`
	Visibility   *string   `json:"visibility,omitempty" enum:"all,team,own"`
	Restrictions *[]string `json:"restrictions,omitempty" maxItems:"10"`
	TeamIDs      *[]string `json:"team_ids,omitempty" maxItems:"100"`
}

func (in AccessInput) change() (c account.AccessChange, err error) {
	if in.Role != nil {
		r := crm.Role(*in.Role)
		c.Role = &r
	}
	if in.Visibility != nil {
		v := crm.Visibility(*in.Visibility)
		c.Visibility = &v
	}
	if in.Restrictions != nil {
		list := make([]crm.Restriction, 0, len(*in.Restrictions))
		for _, r := range *in.Restrictions {
			list = append(list, crm.Restriction(r))
		}
		c.Restrictions = &list
	}
	if in.TeamIDs != nil {
		list, err := parseIDs("team_ids", *in.TeamIDs)
		if err != nil {
			return c, err
		}
		c.Teams = &list
	}
	return c, nil
}

func (s *Server) users(ctx context.Context, workspace crm.ID) ([]wire.User, error) {
	var items []wire.User
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		statuses, err := account.Statuses(tx, workspace)
		if err != nil {
			return err
		}
		users, err := account.Users(tx, workspace)
		for _, u := range users {
			items = append(items, wire.UserOf(u, statuses[u.ID]))
		}
		return err
	})
	return items, err
}

func (s *Server) user(ctx context.Context, workspace, id crm.ID) (*body[wire.User], error) {
	list, err := s.users(ctx, workspace)
	if err != nil {
		return nil, err
	}
	for _, u := range list {
		if u.ID == id.String() {
			return &body[wire.User]{u}, nil
		}
	}
	return nil, crm.Refuse(crm.CodeNotFound)
}

func (s *Server) memberOperations() {
	register(s, huma.Operation{
		OperationID: "list-users", Method: http.MethodGet, Path: "/users", Tags: []string{"Workspace"}, Summary: "List the workspace's users",
	}, func(ctx context.Context, c caller, _ *none) (*body[wire.List[wire.User]], error) {
		items, err := s.users(ctx, c.Workspace)
		return &body[wire.List[wire.User]]{wire.ListOf(items)}, err
	})
	s.userExportOperation()
	register(s, huma.Operation{
		OperationID: "update-user", Method: http.MethodPatch, Path: "/users/{id}", Tags: []string{"Workspace"},
		Summary: "Change another user's role, restrictions and teams",
	}, func(ctx context.Context, c caller, in *struct {
		IDPath
		Body AccessInput
	}) (*body[wire.User], error) {
		change, err := in.Body.change()
		if err != nil {
			return nil, err
		}
		err = s.DB.Write(ctx, func(tx *db.Tx) error { return s.Accounts.UpdateMember(tx, c.Viewer, in.id(), change) })
		if err != nil {
			return nil, err
		}
		return s.user(ctx, c.Workspace, in.id())
	})
	register(s, huma.Operation{
		OperationID: "remove-user", Method: http.MethodDelete, Path: "/users/{id}", Tags: []string{"Workspace"},
		Summary: "Take a user out of the workspace and give their contacts to another, or to nobody", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *struct {
		IDPath
		ReassignTo string `query:"reassign_to" doc:"Who gets the user's contacts; nobody where absent."`
	}) (*none, error) {
		to, err := optionalID("reassign_to", in.ReassignTo)
		if err != nil {
			return nil, err
		}
		err = s.DB.Write(ctx, func(tx *db.Tx) error {
			if err := s.Accounts.RemoveMember(tx, c.Viewer, in.id()); err != nil {
				return err
			}
			return s.Inbox.HandOver(tx, c.Viewer, in.id(), to)
		})
		if err == nil {
			s.Directory.Forget(c.Workspace)
			s.Hub.EndSession(in.id(), 0, 0)
		}
		return nil, err
	})
	register(s, huma.Operation{
		OperationID: "set-activity", Method: http.MethodPut, Path: "/me/activity", Tags: []string{"Me"},
		Summary: "Say that one is there, and be online or busy to others", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *struct {
		Body struct {
			Status string `json:"status,omitempty" enum:"online,busy" doc:"As before where absent. Offline comes by itself."`
		}
	}) (*none, error) {
		changed := false
		err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
			changed, err = s.Accounts.Touch(tx, c.Viewer, account.Activity(in.Body.Status))
			return err
		})
		if changed && err == nil {
			s.Hub.StatusChanged()
		}
		return nil, err
	})
}

// TeamInput describes a team; what is absent stays.
type TeamInput struct {
	Name        *string   `json:"name,omitempty"`
	Description *string   `json:"description,omitempty"`
	UserIDs     *[]string `json:"user_ids,omitempty" maxItems:"1000"`
}

func (in TeamInput) change() (account.TeamChange, error) {
	c := account.TeamChange{Name: in.Name, Description: in.Description}
	if in.UserIDs != nil {
		list, err := parseIDs("user_ids", *in.UserIDs)
		if err != nil {
			return c, err
		}
		c.Users = &list
	}
	return c, nil
}

func (s *Server) teamOperations() {
	register(s, huma.Operation{
		OperationID: "list-teams", Method: http.MethodGet, Path: "/teams", Tags: []string{"Workspace"}, Summary: "List the workspace's teams",
	}, func(ctx context.Context, c caller, _ *none) (*body[wire.List[wire.Team]], error) {
		var items []wire.Team
		err := s.DB.Read(ctx, func(tx *db.Tx) error {
			teams, err := account.Teams(tx, c.Workspace)
			for _, t := range teams {
				items = append(items, wire.TeamOf(t))
			}
			return err
		})
		return &body[wire.List[wire.Team]]{wire.ListOf(items)}, err
	})
	register(s, huma.Operation{
		OperationID: "create-team", Method: http.MethodPost, Path: "/teams", Tags: []string{"Workspace"}, DefaultStatus: http.StatusCreated,
		Summary: "Make a team",
	}, func(ctx context.Context, c caller, in *struct {
		Idempotent
		Body TeamInput
	}) (*body[wire.Team], error) {
		change, err := in.Body.change()
		if err != nil {
			return nil, err
		}
		t, err := once(ctx, s, c, in.Key, in.Body, func(tx *db.Tx) (wire.Team, error) {
			t, err := s.Accounts.AddTeam(tx, c.Viewer, change)
			return wire.TeamOf(t), err
		})
		return &body[wire.Team]{t}, err
	})
	register(s, huma.Operation{
		OperationID: "update-team", Method: http.MethodPatch, Path: "/teams/{id}", Tags: []string{"Workspace"}, Summary: "Change a team",
	}, func(ctx context.Context, c caller, in *struct {
		IDPath
		Body TeamInput
	}) (*body[wire.Team], error) {
		change, err := in.Body.change()
		if err != nil {
			return nil, err
		}
		var t account.Team
		err = s.DB.Write(ctx, func(tx *db.Tx) (err error) {
			t, err = s.Accounts.UpdateTeam(tx, c.Viewer, in.id(), change)
			return err
		})
		return &body[wire.Team]{wire.TeamOf(t)}, err
	})
	register(s, huma.Operation{
		OperationID: "delete-team", Method: http.MethodDelete, Path: "/teams/{id}", Tags: []string{"Workspace"},
		Summary: "Remove a team; its users and their contacts stay", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *IDPath) (*none, error) {
		return nil, s.DB.Write(ctx, func(tx *db.Tx) error { return s.Accounts.DeleteTeam(tx, c.Viewer, in.id()) })
	})
}
