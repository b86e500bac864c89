// Package account keeps workspaces, users, roles, sessions and API tokens, and
// decides who is asking.
package account

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bandeja/bandeja/internal/config"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/jobs"
	"github.com/bandeja/bandeja/internal/mail"
)

// Workspace is an independent database of contacts, channels and users.
type Workspace struct {
	ID       crm.ID
	Name     string
	Timezone string
	Language crm.Language
	// UnassignOnClose makes closing a conversation unassign its contact.
	UnassignOnClose bool
	// Inactivity is after how many minutes without a key or a click a user is
	// offline.
	Inactivity int
}

// User is a person who works with Bandeja, as a member of a workspace.
type User struct {
	ID    crm.ID
	Email string
	Name  string
	crm.Access
	Language crm.Language
	Theme    string
	SendKey  string
	// UndoSend is for how many seconds a sent message can be taken back, 0 for not
	// at all.
	UndoSend int
	Timezone string
	// Picture is a file of the workspace, 0 for none.
	Picture crm.ID
	Teams   []crm.ID
	// Activity is what the user has chosen, ActiveAt when the user last did
	// something (0 after signing out): see [User.Status].
	Activity Activity
	ActiveAt int64
	JoinedAt int64
}

// Service is the account service.
type Service struct {
	d        *db.DB
	events   *eventlog.Log
	hasher   *hasher
	throttle *throttle
	ways     WaysIn
}

// New returns the account service.
func New(d *db.DB, events *eventlog.Log) *Service {
	return &Service{d: d, events: events, hasher: newHasher(), throttle: newThrottle()}
}

// WaysIn are what signing in takes besides a database.
type WaysIn struct {
	// Keys seal second factors.
	Keys *config.Keyring
	// Mail and Queue send links; without mail, people pass them on themselves.
	Mail  *mail.Mailer
	Queue *jobs.Queue
	// PublicURL is what links in mails begin with.
	PublicURL string
	// OwnersOnly keeps passwords for owners: all others use single sign-on.
	OwnersOnly bool
	// Join makes whoever the single sign-on vouches for an agent.
	Join bool
}

// Open opens the ways in, before the server runs. The command line does without.
func (s *Service) Open(w WaysIn) {
	s.ways = w
	w.Queue.Handle(forgotKind, jobs.Handler{Run: s.sendResets})
}

// SendsMail tells whether mail is sent.
func (s *Service) SendsMail() bool { return s.ways.Mail.On() }

// TakesPasswords tells whether everybody may sign in with a password.
func (s *Service) TakesPasswords() bool { return !s.ways.OwnersOnly }

// NewUser describes a user to add.
type NewUser struct {
	Email, Name, Password string
	Role                  crm.Role
	Language              crm.Language
	Timezone              string
}

// NewWorkspace describes a workspace to set up.
type NewWorkspace struct {
	Name, Timezone string
	Language       crm.Language
}

func (n *NewUser) check() error {
	n.Name = strings.Join(strings.Fields(crm.Clean(n.Name)), " ")
	email, err := contact.ParseEmail(n.Email)
	switch {
	case n.Name == "":
		return crm.RefuseField("name", crm.CodeRequired)
	case utf8.RuneCountInString(n.Name) > 100:
		return crm.RefuseField("name", crm.CodeTooLong, "max", 100)
	case err != nil:
		return err
	case email == "":
		return crm.RefuseField("email", crm.CodeRequired)
	case !n.Role.Valid():
		return crm.RefuseField("role", crm.CodeInvalid)
	}
	n.Email = strings.ToLower(email)
	if n.Language != crm.Spanish {
		n.Language = crm.English
	}
	if err := checkTimezone(n.Timezone); err != nil {
		return err
	}
	return checkPassword(n.Password, n.Email, n.Name)
}

func checkTimezone(name string) error {
	if name == "" {
		return nil
	}
	if _, err := time.LoadLocation(name); err != nil || name == "Local" {
		return crm.RefuseField("timezone", crm.CodeBadTimezone)
	}
	return nil
}

// NeedsSetup tells whether there is no user yet.
func (s *Service) NeedsSetup(ctx context.Context) (needed bool, err error) {
	err = s.d.Read(ctx, func(tx *db.Tx) error {
		var n int
		err := tx.Row(`SELECT COUNT(*) FROM (SELECT 1 FROM app_user LIMIT 1) x`, nil, &n)
		needed = n == 0
		return err
	})
	return needed, err
}

// Setup makes the first workspace and its owner. It is refused
// (crm.CodeAlreadySetUp) once there is a user.
func (s *Service) Setup(ctx context.Context, ws NewWorkspace, owner NewUser) (crm.Viewer, error) {
	owner.Role = crm.Owner
	// Anybody may ask, and hashing a password takes the slot of somebody who signs in.
	if needed, err := s.NeedsSetup(ctx); err != nil {
		return crm.Viewer{}, err
	} else if !needed {
		return crm.Viewer{}, crm.Refuse(crm.CodeAlreadySetUp)
	}
	return s.add(ctx, &ws, owner)
}

// AddUser adds a member to the first workspace, which it makes if there is none.
func (s *Service) AddUser(ctx context.Context, u NewUser) (crm.Viewer, error) {
	return s.add(ctx, nil, u)
}

func (s *Service) add(ctx context.Context, setup *NewWorkspace, u NewUser) (crm.Viewer, error) {
	if setup != nil {
		setup.Name = strings.Join(strings.Fields(crm.Clean(setup.Name)), " ")
		if setup.Name == "" {
			return crm.Viewer{}, crm.RefuseField("workspace_name", crm.CodeRequired)
		}
		if utf8.RuneCountInString(setup.Name) > 60 {
			return crm.Viewer{}, crm.RefuseField("workspace_name", crm.CodeTooLong, "max", 60)
		}
		if err := checkTimezone(setup.Timezone); err != nil {
			return crm.Viewer{}, err
		}
	}
	if err := u.check(); err != nil {
		return crm.Viewer{}, err
	}
	hash, err := s.hasher.hash(ctx, u.Password)
	if err != nil {
		return crm.Viewer{}, err
	}
	v := crm.Viewer{Access: crm.Access{Role: u.Role, Visibility: crm.SeesAll}, Language: u.Language}
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		var users int
		if err := tx.Row(`SELECT COUNT(*) FROM (SELECT 1 FROM app_user LIMIT 1) x`, nil, &users); err != nil {
			return err
		}
		if setup != nil && users > 0 {
			return crm.Refuse(crm.CodeAlreadySetUp)
		}
		err := tx.Row(`SELECT id FROM workspace ORDER BY id LIMIT 1`, nil, &v.Workspace)
		if errors.Is(err, db.ErrNotFound) {
			w := setup
			if w == nil {
				w = &NewWorkspace{Name: "Bandeja", Language: u.Language}
			}
			v.Workspace = tx.NewID()
			err = insertWorkspace(tx, v.Workspace, w)
		}
		if err != nil {
			return err
		}
		if v.User, err = insertUser(tx, u, hash); err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO member (workspace_id, user_id, role, joined_at) VALUES ($1, $2, $3, $4)`,
			v.Workspace, v.User, string(u.Role), tx.Micros())
		if setup == nil { // a server that runs beside this one is to know their name
			s.changed(tx, v)
		}
		return err
	})
	return v, err
}

func insertUser(tx *db.Tx, u NewUser, hash string) (crm.ID, error) {
	id := tx.NewID()
	_, err := tx.Exec(`INSERT INTO app_user (id, email, name, password_hash, language, timezone, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, u.Email, u.Name, hash, string(u.Language), u.Timezone, tx.Micros())
	if errors.Is(err, db.ErrConflict) {
		err = crm.RefuseField("email", crm.CodeEmailTaken)
	}
	return id, err
}

func insertWorkspace(tx *db.Tx, id crm.ID, w *NewWorkspace) error {
	tz, lang := w.Timezone, w.Language
	if tz == "" {
		tz = "UTC"
	}
	if lang != crm.Spanish {
		lang = crm.English
	}
	_, err := tx.Exec(`INSERT INTO workspace (id, name, timezone, language, unassign_on_close, created_at) VALUES ($1, $2, $3, $4, TRUE, $5)`,
		id, w.Name, tz, string(lang), tx.Micros())
	return err
}

// Workspaces returns the ids of all workspaces.
func Workspaces(tx *db.Tx) (ids []crm.ID, err error) {
	err = tx.Each(`SELECT id FROM workspace ORDER BY id`, nil, func(r *sql.Rows) error {
		var id crm.ID
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// GetWorkspace returns a workspace.
func GetWorkspace(tx *db.Tx, id crm.ID) (Workspace, error) {
	w := Workspace{ID: id}
	err := tx.Row(`SELECT name, timezone, language, unassign_on_close, inactivity FROM workspace WHERE id = $1`, []any{id},
		&w.Name, &w.Timezone, &w.Language, &w.UnassignOnClose, &w.Inactivity)
	return w, err
}

// WorkspaceChange changes a workspace; nil leaves a value.
type WorkspaceChange struct {
	Name, Timezone  *string
	Language        *crm.Language
	UnassignOnClose *bool
	Inactivity      *int
}

const maxInactivity = 60 // minutes

// UpdateWorkspace changes the viewer's workspace.
func UpdateWorkspace(tx *db.Tx, v crm.Viewer, c WorkspaceChange) (Workspace, error) {
	w, err := GetWorkspace(tx, v.Workspace)
	if err != nil {
		return w, err
	}
	if c.Name != nil {
		w.Name = strings.Join(strings.Fields(crm.Clean(*c.Name)), " ")
		if w.Name == "" {
			return w, crm.RefuseField("name", crm.CodeRequired)
		}
		if utf8.RuneCountInString(w.Name) > 60 {
			return w, crm.RefuseField("name", crm.CodeTooLong, "max", 60)
		}
	}
	if c.Timezone != nil {
		if err := checkTimezone(*c.Timezone); err != nil || *c.Timezone == "" {
			return w, crm.RefuseField("timezone", crm.CodeBadTimezone)
		}
		w.Timezone = *c.Timezone
	}
	if c.Language != nil {
		if *c.Language != crm.English && *c.Language != crm.Spanish {
			return w, crm.RefuseField("language", crm.CodeBadLanguage)
		}
		w.Language = *c.Language
	}
	if c.UnassignOnClose != nil {
		w.UnassignOnClose = *c.UnassignOnClose
	}
	if c.Inactivity != nil {
		if *c.Inactivity < 1 || *c.Inactivity > maxInactivity {
			return w, crm.RefuseField("inactivity", crm.CodeRange, "min", 1, "max", maxInactivity)
		}
		w.Inactivity = *c.Inactivity
	}
	_, err = tx.Exec(`UPDATE workspace SET name = $1, timezone = $2, language = $3, unassign_on_close = $4, inactivity = $5 WHERE id = $6`,
		w.Name, w.Timezone, string(w.Language), w.UnassignOnClose, w.Inactivity, v.Workspace)
	return w, err
}

// GetUser returns the viewer's own account.
func GetUser(tx *db.Tx, v crm.Viewer) (User, error) {
	list, err := users(tx, v.Workspace, ` AND u.id = $2`, v.User)
	if err != nil {
		return User{}, err
	}
	if len(list) == 0 {
		return User{}, crm.Refuse(crm.CodeNotFound)
	}
	list[0].Teams, err = TeamsOf(tx, v.Workspace, v.User)
	return list[0], err
}

// ProfileChange changes one's own account; nil leaves a value.
type ProfileChange struct {
	Name, Theme, SendKey, Timezone *string
	Language                       *crm.Language
	// Picture is a file that the user has uploaded, 0 for none.
	Picture *crm.ID
	// UndoSend is one of [UndoSeconds].
	UndoSend *int
}

// UndoSeconds are how long a sent message can be taken back.
func UndoSeconds() []int { return []int{0, 5, 10, 20, 30} }

// UpdateProfile changes the viewer's own account.
func (s *Service) UpdateProfile(tx *db.Tx, v crm.Viewer, c ProfileChange) (User, error) {
	u, err := GetUser(tx, v)
	if err != nil {
		return u, err
	}
	if c.Name != nil {
		u.Name = strings.Join(strings.Fields(crm.Clean(*c.Name)), " ")
		if u.Name == "" {
			return u, crm.RefuseField("name", crm.CodeRequired)
		}
		if utf8.RuneCountInString(u.Name) > 100 {
			return u, crm.RefuseField("name", crm.CodeTooLong, "max", 100)
		}
	}
	for _, choice := range []struct {
		field   string
		in, out *string
		of      []string
	}{
		{"theme", c.Theme, &u.Theme, []string{"system", "light", "dark"}},
		{"send_key", c.SendKey, &u.SendKey, []string{"enter", "ctrl_enter"}},
	} {
		if choice.in == nil {
			continue
		}
		ok := false
		for _, o := range choice.of {
			ok = ok || o == *choice.in
		}
		if !ok {
			return u, crm.RefuseField(choice.field, crm.CodeInvalid)
		}
		*choice.out = *choice.in
	}
	if c.Language != nil {
		if *c.Language != crm.English && *c.Language != crm.Spanish {
			return u, crm.RefuseField("language", crm.CodeBadLanguage)
		}
		u.Language = *c.Language
	}
	if c.UndoSend != nil {
		if !slices.Contains(UndoSeconds(), *c.UndoSend) {
			return u, crm.RefuseField("undo_send", crm.CodeInvalid)
		}
		u.UndoSend = *c.UndoSend
	}
	if c.Timezone != nil {
		if err := checkTimezone(*c.Timezone); err != nil {
			return u, err
		}
		u.Timezone = *c.Timezone
	}
	if c.Picture != nil {
		if err := checkPicture(tx, v, *c.Picture); err != nil {
			return u, err
		}
		u.Picture = *c.Picture
		if _, err := tx.Exec(`UPDATE member SET picture_id = $1 WHERE workspace_id = $2 AND user_id = $3`, u.Picture, v.Workspace, v.User); err != nil {
			return u, err
		}
	}
	_, err = tx.Exec(`UPDATE app_user SET name = $1, theme = $2, send_key = $3, language = $4, timezone = $5, undo_send = $6 WHERE id = $7`,
		u.Name, u.Theme, u.SendKey, string(u.Language), u.Timezone, u.UndoSend, v.User)
	if c.Name != nil || c.Picture != nil {
		s.changed(tx, v)
	}
	return u, err
}

const maxPicture = 5 << 20

// checkPicture refuses what isn't a picture that the viewer uploaded.
func checkPicture(tx *db.Tx, v crm.Viewer, id crm.ID) error {
	if id == 0 {
		return nil
	}
	var kind crm.ContentKind
	var user crm.ID
	var size int64
	err := tx.Row(`SELECT kind, user_id, size FROM file WHERE workspace_id = $1 AND id = $2`+tx.ForUpdate(), []any{v.Workspace, id}, &kind, &user, &size)
	switch {
	case errors.Is(err, db.ErrNotFound), err == nil && user != v.User:
		return crm.RefuseField("picture_id", crm.CodeNotFound)
	case err != nil:
		return err
	case kind != crm.KindImage:
		return crm.RefuseField("picture_id", crm.CodeInvalid)
	case size > maxPicture:
		return crm.RefuseField("picture_id", crm.CodeFileTooLarge, "max", int64(maxPicture))
	}
	return nil
}
