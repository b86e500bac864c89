package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
	"github.com/bandeja/bandeja/internal/notify"
)

// none is an empty input or output.
type none struct{}

// body wraps an output.
type body[T any] struct{ Body T }

// withCookie is an output that sets the session's cookie.
type withCookie[T any] struct {
	SetCookie string `header:"Set-Cookie"`
	Body      T
}

type IDPath struct {
	ID string `path:"id" pattern:"^[0-9]{1,19}$"`
}

func (p IDPath) id() crm.ID {
	id, _ := crm.ParseID(p.ID) // 0 is nobody's id: it is not found
	return id
}

// Me is the caller, the workspace and where its log stands.
type Me struct {
	User        MeUser           `json:"user"`
	Workspace   Workspace        `json:"workspace"`
	Permissions []crm.Permission `json:"permissions" nullable:"false"`
	Seq         string           `json:"seq" doc:"The event log's end when this was answered."`
	Version     string           `json:"version"`
}

// MeUser is the caller's own account.
type MeUser struct {
	wire.User
	Language string `json:"language" enum:"en,es"`
	Theme    string `json:"theme" enum:"system,light,dark"`
	SendKey  string `json:"send_key" enum:"enter,ctrl_enter"`
	UndoSend int    `json:"undo_send" enum:"0,5,10,20,30" doc:"For how many seconds a sent message can be taken back; 0 for not at all."`
	Timezone string `json:"timezone"`
}

// Workspace is the caller's workspace.
type Workspace struct {
	ID              string `json:"id"`
	Name            string `json:"name"`
	Timezone        string `json:"timezone"`
	Language        string `json:"language" enum:"en,es"`
	UnassignOnClose bool   `json:"unassign_on_close"`
	Inactivity      int    `json:"inactivity" minimum:"1" maximum:"60" doc:"After how many minutes without a key or a click a user is offline."`
}

func workspaceOf(w account.Workspace) Workspace {
	return Workspace{ID: w.ID.String(), Name: w.Name, Timezone: w.Timezone, Language: string(w.Language), UnassignOnClose: w.UnassignOnClose, Inactivity: w.Inactivity}
}

func (s *Server) me(ctx context.Context, v crm.Viewer) (Me, error) {
	out := Me{Version: s.Version, Permissions: v.Permissions()}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		u, err := account.GetUser(tx, v)
		if err != nil {
			return err
		}
		w, err := account.GetWorkspace(tx, v.Workspace)
		if err != nil {
			return err
		}
		seq, err := eventlog.Head(tx, v.Workspace)
		if err != nil {
			return err
		}
		out.User = MeUser{User: wire.UserOf(u, u.Status(tx.Now(), time.Duration(w.Inactivity)*time.Minute)), Language: string(u.Language), Theme: u.Theme, SendKey: u.SendKey, UndoSend: u.UndoSend, Timezone: u.Timezone}
		out.Workspace, out.Seq = workspaceOf(w), crm.ID(seq).String()
		return nil
	})
	return out, err
}

// SetupState tells whether the server waits for its first owner, and what ways in it
// has.
type SetupState struct {
	Needed   bool     `json:"needed"`
	Mail     bool     `json:"mail" doc:"Whether mail is sent: invitations, links for forgotten passwords."`
	Password bool     `json:"password" doc:"Whether everybody may sign in with a password; owners always may."`
	OIDC     *OIDCWay `json:"oidc" doc:"Single sign-on, by way of /auth/oidc/start?to=/path; null where there is none."`
}

// OIDCWay is the provider of the single sign-on.
type OIDCWay struct {
	Name string `json:"name"`
}

// SetupInput sets a new server up.
type SetupInput struct {
	WorkspaceName string `json:"workspace_name"`
	Name          string `json:"name"`
	Email         string `json:"email"`
	Password      string `json:"password"`
	Language      string `json:"language,omitempty" enum:"en,es"`
	Timezone      string `json:"timezone,omitempty"`
}

func (s *Server) accountOperations() {
	register(s, huma.Operation{
		OperationID: "get-setup", Method: http.MethodGet, Path: "/setup", Tags: []string{"Setup"},
		Summary: "Tell whether the server waits for its first owner",
	}, func(ctx context.Context, _ caller, _ *none) (*body[SetupState], error) {
		needed, err := s.Accounts.NeedsSetup(ctx)
		out := SetupState{Needed: needed, Mail: s.Accounts.SendsMail(), Password: s.Accounts.TakesPasswords()}
		if s.SSO != nil {
			out.OIDC = &OIDCWay{s.SSO.Name()}
		}
		return &body[SetupState]{out}, err
	})
	register(s, huma.Operation{
		OperationID: "set-up", Method: http.MethodPost, Path: "/setup", Tags: []string{"Setup"}, DefaultStatus: http.StatusCreated,
		Summary: "Make the workspace and its first owner, once",
	}, func(ctx context.Context, _ caller, in *struct{ Body SetupInput }) (*withCookie[Me], error) {
		b := in.Body
		v, err := s.Accounts.Setup(ctx, account.NewWorkspace{Name: b.WorkspaceName, Timezone: b.Timezone, Language: crm.Language(b.Language)},
			account.NewUser{Name: b.Name, Email: b.Email, Password: b.Password, Language: crm.Language(b.Language), Timezone: b.Timezone})
		if err != nil {
			return nil, err
		}
		q := requestOf(ctx)
		secret, err := s.Accounts.StartSession(ctx, v, q.ip, q.device)
		if err != nil {
			return nil, err
		}
		me, err := s.me(ctx, v)
		return &withCookie[Me]{SetCookie: s.startCookie(ctx, secret), Body: me}, err
	})
	register(s, huma.Operation{
		OperationID: "login", Method: http.MethodPost, Path: "/session", Tags: []string{"Session"}, Summary: "Sign in",
	}, func(ctx context.Context, _ caller, in *struct {
		Body struct {
			Email    string `json:"email" maxLength:"300"`
			Password string `json:"password" maxLength:"1000"`
			Code     string `json:"code,omitempty" maxLength:"40" doc:"Of the authenticator app, or a recovery code, where second_factor_required asks for it."`
		}
	}) (*withCookie[Me], error) {
		q := requestOf(ctx)
		v, secret, err := s.Accounts.Login(ctx, account.Credentials{
			Email: in.Body.Email, Password: in.Body.Password, Code: in.Body.Code, IP: q.ip, Device: q.device,
		})
		if err != nil {
			return nil, err
		}
		me, err := s.me(ctx, v)
		return &withCookie[Me]{SetCookie: s.startCookie(ctx, secret), Body: me}, err
	})
	register(s, huma.Operation{
		OperationID: "logout", Method: http.MethodDelete, Path: "/session", Tags: []string{"Session"}, Summary: "Sign out",
		DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, _ *none) (*struct {
		SetCookie string `header:"Set-Cookie"`
	}, error) {
		if err := s.Accounts.Logout(ctx, c.Viewer, c.secret); err != nil {
			return nil, err
		}
		s.Hub.EndSession(c.User, c.session, 0)
		s.Hub.StatusChanged()
		return &struct {
			SetCookie string `header:"Set-Cookie"`
		}{sessionCookie(requestOf(ctx), "", -1).String()}, nil
	})
	register(s, huma.Operation{
		OperationID: "get-me", Method: http.MethodGet, Path: "/me", Tags: []string{"Me"}, Summary: "Who is calling, and where",
	}, func(ctx context.Context, c caller, _ *none) (*body[Me], error) {
		me, err := s.me(ctx, c.Viewer)
		return &body[Me]{me}, err
	})
	register(s, huma.Operation{
		OperationID: "update-me", Method: http.MethodPatch, Path: "/me", Tags: []string{"Me"}, Summary: "Change one's own account",
	}, func(ctx context.Context, c caller, in *struct {
		Body struct {
			Name     *string `json:"name,omitempty"`
			Language *string `json:"language,omitempty"`
			Theme    *string `json:"theme,omitempty"`
			SendKey  *string `json:"send_key,omitempty"`
			UndoSend *int    `json:"undo_send,omitempty" doc:"0, 5, 10, 20 or 30 seconds."`
			Timezone *string `json:"timezone,omitempty"`
			Picture  *string `json:"picture_id,omitempty" doc:"An uploaded image; empty for none."`
		}
	}) (*body[Me], error) {
		change := account.ProfileChange{Name: in.Body.Name, Theme: in.Body.Theme, SendKey: in.Body.SendKey, UndoSend: in.Body.UndoSend, Timezone: in.Body.Timezone}
		if in.Body.Language != nil {
			l := crm.Language(*in.Body.Language)
			change.Language = &l
		}
		if in.Body.Picture != nil {
			id, err := optionalID("picture_id", *in.Body.Picture)
			if err != nil {
				return nil, err
			}
			change.Picture = &id
		}
		err := s.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := s.Accounts.UpdateProfile(tx, c.Viewer, change)
			return err
		})
		if err != nil {
			return nil, err
		}
		s.Directory.Forget(c.Workspace)
		me, err := s.me(ctx, c.Viewer)
		return &body[Me]{me}, err
	})
	register(s, huma.Operation{
		OperationID: "change-password", Method: http.MethodPut, Path: "/me/password", Tags: []string{"Me"},
		Summary: "Change one's password, which ends all other sessions", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *struct {
		Body struct {
			Current string `json:"current" maxLength:"1000"`
			New     string `json:"new" maxLength:"1000"`
		}
	}) (*none, error) {
		if err := s.Accounts.ChangePassword(ctx, c.Viewer, in.Body.Current, in.Body.New, c.session); err != nil {
			return nil, err
		}
		s.Hub.EndSession(c.User, 0, c.session)
		return nil, nil
	})
	s.sessionOperations()
	s.workspaceOperations()
	s.memberOperations()
	s.teamOperations()
	s.tokenOperations()
	s.invitationOperations()
	s.resetOperations()
	s.secondFactorOperations()
}

// SessionItem is a browser that is signed in.
type SessionItem struct {
	ID         string     `json:"id"`
	Device     string     `json:"device"`
	IP         string     `json:"ip"`
	CreatedAt  *time.Time `json:"created_at" nullable:"false"`
	LastSeenAt *time.Time `json:"last_seen_at" nullable:"false"`
	Current    bool       `json:"current"`
	Push       bool       `json:"push" doc:"Notifications are pushed to this browser."`
}

func (s *Server) sessionOperations() {
	register(s, huma.Operation{
		OperationID: "list-sessions", Method: http.MethodGet, Path: "/me/sessions", Tags: []string{"Me"}, Summary: "List one's sessions",
	}, func(ctx context.Context, c caller, _ *none) (*body[wire.List[SessionItem]], error) {
		var items []SessionItem
		err := s.DB.Read(ctx, func(tx *db.Tx) error {
			list, err := account.Sessions(tx, c.Viewer)
			if err != nil {
				return err
			}
			pushed, err := notify.Subscribed(tx, c.Viewer)
			for _, x := range list {
				items = append(items, SessionItem{
					ID: x.ID.String(), Device: x.Device, IP: x.IP, CreatedAt: wire.Time(x.CreatedAt),
					LastSeenAt: wire.Time(x.LastSeenAt), Current: x.ID == c.session, Push: pushed[x.ID],
				})
			}
			return err
		})
		return &body[wire.List[SessionItem]]{wire.ListOf(items)}, err
	})
	register(s, huma.Operation{
		OperationID: "revoke-session", Method: http.MethodDelete, Path: "/me/sessions/{id}", Tags: []string{"Me"},
		Summary: "End one of one's sessions", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *IDPath) (*none, error) {
		err := s.DB.Write(ctx, func(tx *db.Tx) error { return account.RevokeSession(tx, c.Viewer, in.id()) })
		if err == nil {
			s.Hub.EndSession(c.User, in.id(), 0)
		}
		return nil, err
	})
}

func (s *Server) workspaceOperations() {
	register(s, huma.Operation{
		OperationID: "update-workspace", Method: http.MethodPatch, Path: "/workspace", Tags: []string{"Workspace"}, Summary: "Change the workspace",
	}, func(ctx context.Context, c caller, in *struct {
		Body struct {
			Name            *string `json:"name,omitempty"`
			Timezone        *string `json:"timezone,omitempty"`
			Language        *string `json:"language,omitempty"`
			UnassignOnClose *bool   `json:"unassign_on_close,omitempty"`
			Inactivity      *int    `json:"inactivity,omitempty"`
		}
	}) (*body[Workspace], error) {
		change := account.WorkspaceChange{Name: in.Body.Name, Timezone: in.Body.Timezone, UnassignOnClose: in.Body.UnassignOnClose, Inactivity: in.Body.Inactivity}
		if in.Body.Language != nil {
			l := crm.Language(*in.Body.Language)
			change.Language = &l
		}
		var w account.Workspace
		err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
			w, err = account.UpdateWorkspace(tx, c.Viewer, change)
			return err
		})
		return &body[Workspace]{workspaceOf(w)}, err
	})
}

// TokenItem is an API token without its secret.
type TokenItem struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Prefix     string     `json:"prefix"`
	CreatedAt  *time.Time `json:"created_at" nullable:"false"`
	LastUsedAt *time.Time `json:"last_used_at"`
}

// NewToken is an API token with its secret, shown this once.
type NewToken struct {
	TokenItem
	Token string `json:"token"`
}

func tokenOf(t account.Token) TokenItem {
	return TokenItem{ID: t.ID.String(), Name: t.Name, Prefix: t.Prefix, CreatedAt: wire.Time(t.CreatedAt), LastUsedAt: wire.Time(t.LastUsedAt)}
}

func (s *Server) tokenOperations() {
	register(s, huma.Operation{
		OperationID: "list-tokens", Method: http.MethodGet, Path: "/tokens", Tags: []string{"Me"}, Summary: "List one's API tokens",
	}, func(ctx context.Context, c caller, _ *none) (*body[wire.List[TokenItem]], error) {
		var items []TokenItem
		err := s.DB.Read(ctx, func(tx *db.Tx) error {
			list, err := account.Tokens(tx, c.Viewer)
			for _, t := range list {
				items = append(items, tokenOf(t))
			}
			return err
		})
		return &body[wire.List[TokenItem]]{wire.ListOf(items)}, err
	})
	register(s, huma.Operation{
		OperationID: "create-token", Method: http.MethodPost, Path: "/tokens", Tags: []string{"Me"}, DefaultStatus: http.StatusCreated,
		Summary: "Make an API token; its secret is shown this once",
	}, func(ctx context.Context, c caller, in *struct {
		Body struct {
			Name string `json:"name"`
		}
	}) (*body[NewToken], error) {
		var out NewToken
		err := s.DB.Write(ctx, func(tx *db.Tx) error {
			t, secret, err := account.AddTokenIn(tx, c.Viewer, c.session, in.Body.Name)
			out = NewToken{tokenOf(t), secret}
			return err
		})
		return &body[NewToken]{out}, err
	})
	register(s, huma.Operation{
		OperationID: "revoke-token", Method: http.MethodDelete, Path: "/tokens/{id}", Tags: []string{"Me"},
		Summary: "End one of one's API tokens", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *IDPath) (*none, error) {
		err := s.DB.Write(ctx, func(tx *db.Tx) error { return account.RevokeToken(tx, c.Viewer, in.id()) })
		if err == nil {
			s.Hub.Verify()
		}
		return nil, err
	})
}
