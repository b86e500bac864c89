package httpapi

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
)

// Where the web app shows what one-time links are for; their tokens follow.
const (
	invitePath = "/invite/"
	resetPath  = "/reset/"
)

// InvitationItem is an open invitation.
type InvitationItem struct {
	ID           string     `json:"id"`
	Email        string     `json:"email"`
	Role         string     `json:"role" enum:"owner,manager,agent"`
	Visibility   string     `json:"visibility" enum:"all,team,own"`
	Restrictions []string   `json:"restrictions" nullable:"false"`
	TeamIDs      []string   `json:"team_ids" nullable:"false"`
	InvitedBy    string     `json:"invited_by" doc:"The id of the user who sent it last."`
	CreatedAt    *time.Time `json:"created_at" nullable:"false"`
	SentAt       *time.Time `json:"sent_at" nullable:"false"`
	ExpiresAt    *time.Time `json:"expires_at" nullable:"false"`
	Expired      bool       `json:"expired" doc:"Its link is dead, by its age or because whoever sent it may not invite any more; sending it again makes a new one."`
}

func invitationOf(i account.Invitation, now time.Time) InvitationItem {
	out := InvitationItem{
		ID: i.ID.String(), Email: i.Email, Role: string(i.Role), Visibility: string(i.Visibility), Restrictions: []string{}, TeamIDs: []string{},
		InvitedBy: i.InvitedBy.String(), CreatedAt: wire.Time(i.CreatedAt), SentAt: wire.Time(i.SentAt), ExpiresAt: wire.Time(i.ExpiresAt),
		Expired: i.ExpiresAt <= now.UnixMicro(),
	}
	for _, r := range i.Restrictions {
		out.Restrictions = append(out.Restrictions, string(r))
	}
	for _, t := range i.Teams {
		out.TeamIDs = append(out.TeamIDs, t.String())
	}
	return out
}

// SentInvitation is an invitation on its way.
type SentInvitation struct {
	Invitation InvitationItem `json:"invitation"`
	Link       string         `json:"link" doc:"What to pass on where no mail is sent. Shown this once: the answer to a repeated Idempotency-Key has none."`
	Mailed     bool           `json:"mailed"`
}

// invited is what is kept of a SentInvitation for a repeated key: no link.
type invited struct {
	Invitation InvitationItem
	Mailed     bool
	link       string
}

func (s *Server) invited(ctx context.Context, sent account.Sent, now time.Time) invited {
	return invited{invitationOf(sent.Invitation, now), sent.Mailed, s.base(ctx) + invitePath + sent.Token}
}

func (i invited) wire() *body[SentInvitation] {
	return &body[SentInvitation]{SentInvitation{i.Invitation, i.link, i.Mailed}}
}

// base is what links to this server begin with. Only the caller's own links may be
// made of the request.
func (s *Server) base(ctx context.Context) string {
	q := requestOf(ctx)
	scheme := "http://"
	if q.https {
		scheme = "https://"
	}
	return cmp.Or(s.PublicURL, scheme+q.host)
}

// InvitationInput describes an invitation.
type InvitationInput struct {
	Email        string   `json:"email" maxLength:"300"`
	Role         string   `json:"role" enum:"owner,manager,agent"`
	Visibility   string   `json:"visibility,omitempty" enum:"all,team,own"`
	Restrictions []string `json:"restrictions,omitempty" maxItems:"10" nullable:"false"`
	TeamIDs      []string `json:"team_ids,omitempty" maxItems:"100" nullable:"false"`
	Language     string   `json:"language,omitempty" enum:"en,es" doc:"Of the mail; the workspace's where absent."`
}

func (in InvitationInput) invitation() (account.NewInvitation, error) {
	n := account.NewInvitation{
		Email: in.Email, Access: crm.Access{Role: crm.Role(in.Role), Visibility: crm.Visibility(in.Visibility)}, Language: crm.Language(in.Language),
	}
	for _, r := range in.Restrictions {
		n.Restrictions = append(n.Restrictions, crm.Restriction(r))
	}
	var err error
	n.Teams, err = parseIDs("team_ids", in.TeamIDs)
	return n, err
}

func (s *Server) invitationOperations() {
	register(s, huma.Operation{
		OperationID: "list-invitations", Method: http.MethodGet, Path: "/invitations", Tags: []string{"Workspace"}, Summary: "List the open invitations",
	}, func(ctx context.Context, c caller, _ *none) (*body[wire.List[InvitationItem]], error) {
		var items []InvitationItem
		err := s.DB.Read(ctx, func(tx *db.Tx) error {
			list, err := account.Invitations(tx, c.Viewer)
			for _, i := range list {
				items = append(items, invitationOf(i, tx.Now()))
			}
			return err
		})
		return &body[wire.List[InvitationItem]]{wire.ListOf(items)}, err
	})
	register(s, huma.Operation{
		OperationID: "create-invitation", Method: http.MethodPost, Path: "/invitations", Tags: []string{"Workspace"}, DefaultStatus: http.StatusCreated,
		Summary: "Invite somebody to the workspace",
	}, func(ctx context.Context, c caller, in *struct {
		Idempotent
		Body InvitationInput
	}) (*body[SentInvitation], error) {
		n, err := in.Body.invitation()
		if err != nil {
			return nil, err
		}
		out, err := once(ctx, s, c, in.Key, in.Body, func(tx *db.Tx) (invited, error) {
			sent, err := s.Accounts.Invite(tx, c.Viewer, n)
			return s.invited(ctx, sent, tx.Now()), err
		})
		return out.wire(), err
	})
	register(s, huma.Operation{
		OperationID: "resend-invitation", Method: http.MethodPost, Path: "/invitations/{id}/resend", Tags: []string{"Workspace"},
		Summary: "Send an invitation again, with a new link, as one's own; the old link is dead",
	}, func(ctx context.Context, c caller, in *IDPath) (*body[SentInvitation], error) {
		sent, err := s.Accounts.ResendInvitation(ctx, c.Viewer, in.id())
		return s.invited(ctx, sent, time.UnixMicro(sent.SentAt)).wire(), err
	})
	register(s, huma.Operation{
		OperationID: "delete-invitation", Method: http.MethodDelete, Path: "/invitations/{id}", Tags: []string{"Workspace"},
		Summary: "Take an invitation back", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *IDPath) (*none, error) {
		return nil, s.DB.Write(ctx, func(tx *db.Tx) error { return s.Accounts.DeleteInvitation(tx, c.Viewer, in.id()) })
	})
	s.acceptOperations()
}

// Welcome is what an invited person sees of their invitation.
type Welcome struct {
	WorkspaceName string     `json:"workspace_name"`
	Email         string     `json:"email"`
	NameOfInviter string     `json:"name_of_inviter"`
	Role          string     `json:"role" enum:"owner,manager,agent"`
	Known         bool       `json:"known" doc:"An account with this e-mail exists: it accepts with its own password."`
	ExpiresAt     *time.Time `json:"expires_at" nullable:"false"`
}

func (s *Server) acceptOperations() {
	register(s, huma.Operation{
		OperationID: "look-at-invitation", Method: http.MethodPost, Path: "/invitation/look", Tags: []string{"Session"},
		Summary: "Show an invitation to whoever has its link", Errors: []int{http.StatusNotFound, http.StatusGone},
	}, func(ctx context.Context, _ caller, in *struct {
		Body struct {
			Token string `json:"token" maxLength:"100"`
		}
	}) (*body[Welcome], error) {
		w, err := s.Accounts.LookAtInvitation(ctx, in.Body.Token, requestOf(ctx).ip)
		return &body[Welcome]{Welcome{w.Workspace, w.Email, w.Inviter, string(w.Role), w.Known, wire.Time(w.ExpiresAt)}}, err
	})
	register(s, huma.Operation{
		OperationID: "accept-invitation", Method: http.MethodPost, Path: "/invitation/accept", Tags: []string{"Session"},
		Summary: "Become a member by an invitation, and sign in", DefaultStatus: http.StatusCreated, Errors: []int{http.StatusNotFound, http.StatusGone},
	}, func(ctx context.Context, _ caller, in *struct {
		Body struct {
			Token    string `json:"token" maxLength:"100"`
			Name     string `json:"name,omitempty" doc:"Of a new account."`
			Password string `json:"password" maxLength:"1000" doc:"The new account's, or the known one's own."`
			Code     string `json:"code,omitempty" maxLength:"40" doc:"The known account's second factor, where second_factor_required asks for it."`
			Language string `json:"language,omitempty" enum:"en,es"`
			Timezone string `json:"timezone,omitempty"`
		}
	}) (*withCookie[Me], error) {
		q, b := requestOf(ctx), in.Body
		v, secret, err := s.Accounts.AcceptInvitation(ctx, account.Acceptance{
			Token: b.Token, Name: b.Name, Password: b.Password, Code: b.Code, Language: crm.Language(b.Language), Timezone: b.Timezone, IP: q.ip, Device: q.device,
		})
		if err != nil {
			return nil, err
		}
		s.Directory.Forget(v.Workspace)
		me, err := s.me(ctx, v)
		return &withCookie[Me]{SetCookie: s.startCookie(ctx, secret), Body: me}, err
	})
}

func (s *Server) resetOperations() {
	register(s, huma.Operation{
		OperationID: "forgot-password", Method: http.MethodPost, Path: "/password/forgot", Tags: []string{"Session"}, DefaultStatus: http.StatusAccepted,
		Summary: "Ask for a link to choose a new password; the answer is the same whether or not there is such an account",
	}, func(ctx context.Context, _ caller, in *struct {
		Body struct {
			Email string `json:"email" maxLength:"300"`
		}
	}) (*none, error) {
		return nil, s.Accounts.Forgot(ctx, in.Body.Email, requestOf(ctx).ip)
	})
	register(s, huma.Operation{
		OperationID: "reset-password", Method: http.MethodPost, Path: "/password/reset", Tags: []string{"Session"}, DefaultStatus: http.StatusNoContent,
		Summary: "Choose a new password by a link, which ends all sessions and API tokens", Errors: []int{http.StatusNotFound, http.StatusGone},
	}, func(ctx context.Context, _ caller, in *struct {
		Body struct {
			Token    string `json:"token" maxLength:"100"`
			Password string `json:"password" maxLength:"1000"`
		}
	}) (*none, error) {
		user, err := s.Accounts.ResetPassword(ctx, in.Body.Token, in.Body.Password, requestOf(ctx).ip)
		if err == nil {
			s.Hub.EndSession(user, 0, 0)
			s.Hub.Verify() // what listens by a token
		}
		return nil, err
	})
}
