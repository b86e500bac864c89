// Package account keeps workspaces, users, roles, sessions and API tokens, and
// decides who is asking.
package account

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// Workspace is an independent database of contacts, channels and users.
type Workspace struct {
	ID       crm.ID
	Name     string
	Timezone string
	Language crm.Language
	// UnassignOnClose makes closing a conversation unassign its contact.
	UnassignOnClose bool
}

// User is a person who works with Bandeja, as a member of a workspace.
type User struct {
	ID       crm.ID
	Email    string
	Name     string
	Role     crm.Role
	Language crm.Language
	Theme    string
	SendKey  string
	Timezone string
	Teams    []crm.ID
}

// Team is a group of users.
type Team struct {
	ID    crm.ID
	Name  string
	Users []crm.ID
}

// Service is the account service.
type Service struct {
	d        *db.DB
	hasher   *hasher
	throttle *throttle
}

// New returns the account service.
func New(d *db.DB) *Service {
	return &Service{d: d, hasher: newHasher(), throttle: newThrottle()}
}

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
	v := crm.Viewer{Role: u.Role, Language: u.Language}
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
		v.User = tx.NewID()
		_, err = tx.Exec(`INSERT INTO app_user (id, email, name, password_hash, language, timezone, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			v.User, u.Email, u.Name, hash, string(u.Language), u.Timezone, tx.Micros())
		if errors.Is(err, db.ErrConflict) {
			return crm.RefuseField("email", crm.CodeEmailTaken)
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO member (workspace_id, user_id, role, joined_at) VALUES ($1, $2, $3, $4)`,
			v.Workspace, v.User, string(u.Role), tx.Micros())
		return err
	})
	return v, err
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

// GetWorkspace returns a workspace.
func GetWorkspace(tx *db.Tx, id crm.ID) (Workspace, error) {
	w := Workspace{ID: id}
	err := tx.Row(`SELECT name, timezone, language, unassign_on_close FROM workspace WHERE id = $1`, []any{id},
		&w.Name, &w.Timezone, &w.Language, &w.UnassignOnClose)
	return w, err
}

// WorkspaceChange changes a workspace; nil leaves a value.
type WorkspaceChange struct {
	Name, Timezone  *string
	Language        *crm.Language
	UnassignOnClose *bool
}

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
	_, err = tx.Exec(`UPDATE workspace SET name = $1, timezone = $2, language = $3, unassign_on_close = $4 WHERE id = $5`,
		w.Name, w.Timezone, string(w.Language), w.UnassignOnClose, v.Workspace)
	return w, err
}

// Users returns the members of a workspace by name, with their teams.
func Users(tx *db.Tx, workspace crm.ID) ([]User, error) {
	var out []User
	err := tx.Each(`SELECT u.id, u.email, u.name, m.role, u.language, u.theme, u.send_key, u.timezone
		FROM member m JOIN app_user u ON u.id = m.user_id WHERE m.workspace_id = $1 ORDER BY u.name, u.id LIMIT 1000`,
		[]any{workspace}, func(r *sql.Rows) error {
			var u User
			err := r.Scan(&u.ID, &u.Email, &u.Name, &u.Role, &u.Language, &u.Theme, &u.SendKey, &u.Timezone)
			out = append(out, u)
			return err
		})
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

// GetUser returns the viewer's own account.
func GetUser(tx *db.Tx, v crm.Viewer) (User, error) {
	u := User{ID: v.User, Role: v.Role}
	err := tx.Row(`SELECT email, name, language, theme, send_key, timezone FROM app_user WHERE id = $1`, []any{v.User},
		&u.Email, &u.Name, &u.Language, &u.Theme, &u.SendKey, &u.Timezone)
	return u, err
}

// Teams returns the teams of a workspace by name.
func Teams(tx *db.Tx, workspace crm.ID) ([]Team, error) {
	var out []Team
	at := make(map[crm.ID]int)
	err := tx.Each(`SELECT t.id, t.name, COALESCE(m.user_id, 0) FROM team t
		LEFT JOIN team_member m ON m.workspace_id = t.workspace_id AND m.team_id = t.id
		WHERE t.workspace_id = $1 ORDER BY t.name, t.id, m.user_id`, []any{workspace}, func(r *sql.Rows) error {
		var t Team
		var user crm.ID
		if err := r.Scan(&t.ID, &t.Name, &user); err != nil {
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

// AddTeam makes a team of users.
func AddTeam(tx *db.Tx, workspace crm.ID, name string, users ...crm.ID) (crm.ID, error) {
	id := tx.NewID()
	if err := tx.Queue(`INSERT INTO team (workspace_id, id, name) VALUES ($1, $2, $3)`, int64(workspace), int64(id), name); err != nil {
		return 0, err
	}
	for _, u := range users {
		if err := tx.Queue(`INSERT INTO team_member (workspace_id, team_id, user_id) VALUES ($1, $2, $3)`,
			int64(workspace), int64(id), int64(u)); err != nil {
			return 0, err
		}
	}
	return id, nil
}

// ProfileChange changes one's own account; nil leaves a value.
type ProfileChange struct {
	Name, Theme, SendKey, Timezone *string
	Language                       *crm.Language
}

// UpdateProfile changes the viewer's own account.
func UpdateProfile(tx *db.Tx, v crm.Viewer, c ProfileChange) (User, error) {
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
	if c.Timezone != nil {
		if err := checkTimezone(*c.Timezone); err != nil {
			return u, err
		}
		u.Timezone = *c.Timezone
	}
	_, err = tx.Exec(`UPDATE app_user SET name = $1, theme = $2, send_key = $3, language = $4, timezone = $5 WHERE id = $6`,
		u.Name, u.Theme, u.SendKey, string(u.Language), u.Timezone, v.User)
	return u, err
}
