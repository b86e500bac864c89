// Package content keeps what messages are made of: snippets now; the library of files
// and templates later.
package content

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
)

// Scope says who has a snippet.
type Scope string

// The scopes: whoever made it; the members of some teams; everybody in the workspace.
const (
	Personal  Scope = "personal"
	Team      Scope = "team"
	Workspace Scope = "workspace"
)

// Snippet is a text, perhaps with files, that is written often. Its variables are
// replaced when it is sent.
type Snippet struct {
	ID    crm.ID
	Scope Scope
	// Owner has a personal snippet; 0 for the others.
	Owner crm.ID
	// Name is what is typed after the slash. It is unique among a user's personal
	// snippets and among the shared ones, whatever its case and accents.
	Name  string
	Text  string
	Teams []crm.ID
	// Files are those that go with it, in their order.
	Files     []crm.Attachment
	Creator   crm.ID
	UpdatedAt int64
	// Used counts how often it was taken; UsedAt is when last.
	Used   int64
	UsedAt int64
}

// The limits of snippets.
const (
	MaxFiles    = 5
	maxName     = 50
	maxText     = 4096
	maxPersonal = 300 // of one user
	maxShared   = 1000
	maxTeams    = 100
)

var nameShape = regexp.MustCompile(`^[\p{L}\p{M}0-9_-]+$`)

// Service changes snippets.
type Service struct {
	events *eventlog.Log
}

// New returns the service.
func New(events *eventlog.Log) *Service { return &Service{events: events} }

// Change describes a snippet; nil leaves a value.
type Change struct {
	Name, Text *string
	Scope      *Scope
	Teams      *[]crm.ID
	Files      *[]crm.Attachment
}

// has is the condition on a snippet s that the user $2 has it; with $3 true they
// manage the shared ones, and have all of those.
const has = `(s.owner_id = $2 OR s.owner_id = 0 AND (s.scope = 'workspace' OR $3 OR EXISTS (
	SELECT 1 FROM snippet_team st JOIN team_member tm ON tm.workspace_id = st.workspace_id AND tm.team_id = st.team_id
	WHERE st.workspace_id = s.workspace_id AND st.snippet_id = s.id AND tm.user_id = $2)))`

const columns = `s.id, s.owner_id, s.scope, s.name, s.body, s.files, s.created_by, s.updated_at, s.used, s.used_at`

func scan(r *sql.Rows, more ...any) (s Snippet, err error) {
	var files string
	err = r.Scan(append([]any{&s.ID, &s.Owner, &s.Scope, &s.Name, &s.Text, &files, &s.Creator, &s.UpdatedAt, &s.Used, &s.UsedAt}, more...)...)
	if err == nil {
		err = json.Unmarshal([]byte(files), &s.Files)
	}
	return s, err
}

// List returns a page of the snippets that a viewer has and that a search finds by
// name or text: first those whose name begins with it, then those whose name has it,
// then those whose text has it; each by name. next is the cursor of the next page, ""
// at the end.
func List(tx *db.Tx, v crm.Viewer, search, cursor string, limit int) (out []Snippet, next string, err error) {
	folded := escape(crm.Fold(strings.TrimSpace(search)))
	after, err := parseCursor(cursor)
	if err != nil {
		return nil, "", err
	}
	var ranks []int
	var names []string
	err = tx.Each(`WITH mine AS (SELECT s.* FROM snippet s WHERE s.workspace_id = $1 AND `+has+`),
		s AS (SELECT mine.*, CASE WHEN folded LIKE $4 ESCAPE '\' THEN 0 WHEN folded LIKE $5 ESCAPE '\' THEN 1 ELSE 2 END AS place
			FROM mine WHERE folded LIKE $5 ESCAPE '\' OR body_folded LIKE $5 ESCAPE '\')
		SELECT `+columns+`, s.place, s.folded FROM s WHERE (s.place, s.folded, s.id) > ($6, $7, $8) ORDER BY s.place, s.folded, s.id LIMIT $9`,
		[]any{v.Workspace, v.User, v.May(crm.SnippetsManage), folded + "%", "%" + folded + "%", after.place, after.folded, after.id, limit + 1},
		func(r *sql.Rows) error {
			var place int
			var name string
			s, err := scan(r, &place, &name)
			out, ranks, names = append(out, s), append(ranks, place), append(names, name)
			return err
		})
	if err != nil {
		return nil, "", err
	}
	if len(out) > limit {
		out = out[:limit]
		last := limit - 1
		next = position{ranks[last], names[last], out[last].ID}.String()
	}
	return out, next, addTeams(tx, v.Workspace, out)
}

// position is a place in a list.
type position struct {
	place  int
	folded string
	id     crm.ID
}

func (p position) String() string { return fmt.Sprintf("%d.%s.%s", p.place, p.id, p.folded) }

func parseCursor(s string) (p position, err error) {
	if s == "" {
		return position{place: -1}, nil
	}
	parts := strings.SplitN(s, ".", 3)
	if len(parts) == 3 {
		p.folded = parts[2]
		if p.place, err = strconv.Atoi(parts[0]); err == nil {
			p.id, err = crm.ParseID(parts[1])
		}
	}
	if len(parts) != 3 || err != nil {
		return p, crm.RefuseField("cursor", crm.CodeBadCursor)
	}
	return p, nil
}

// escape makes a text stand for itself in LIKE.
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

func addTeams(tx *db.Tx, workspace crm.ID, list []Snippet) error {
	at := make(map[crm.ID]int)
	var ids []crm.ID
	for i, s := range list {
		if s.Scope == Team {
			at[s.ID] = i
			ids = append(ids, s.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	in, args := db.InList([]any{workspace}, ids)
	return tx.Each(`SELECT st.snippet_id, st.team_id FROM snippet_team st JOIN team t ON t.workspace_id = st.workspace_id AND t.id = st.team_id
		WHERE st.workspace_id = $1 AND st.snippet_id IN (`+in+`) ORDER BY st.snippet_id, st.team_id`,
		args, func(r *sql.Rows) error {
			var id, team crm.ID
			err := r.Scan(&id, &team)
			s := &list[at[id]]
			s.Teams = append(s.Teams, team)
			return err
		})
}

// Get returns a snippet that the viewer has; crm.CodeNotFound else.
func Get(tx *db.Tx, v crm.Viewer, id crm.ID) (Snippet, error) {
	var out []Snippet
	err := tx.Each(`SELECT `+columns+` FROM snippet s WHERE s.workspace_id = $1 AND `+has+` AND s.id = $4`,
		[]any{v.Workspace, v.User, v.May(crm.SnippetsManage), id}, func(r *sql.Rows) error {
			s, err := scan(r)
			out = append(out, s)
			return err
		})
	if err != nil {
		return Snippet{}, err
	}
	if len(out) == 0 {
		return Snippet{}, crm.Refuse(crm.CodeNotFound)
	}
	return out[0], addTeams(tx, v.Workspace, out)
}

// Add makes a snippet, personal unless said otherwise.
func (s *Service) Add(tx *db.Tx, v crm.Viewer, c Change) (Snippet, error) {
	x := Snippet{ID: tx.NewID(), Scope: Personal, Creator: v.User, UpdatedAt: tx.Micros()}
	if c.Name == nil {
		return x, crm.RefuseField("name", crm.CodeRequired)
	}
	if err := apply(tx, v, &x, c); err != nil {
		return x, err
	}
	var n int
	err := tx.Row(`SELECT COUNT(*) FROM snippet WHERE workspace_id = $1 AND owner_id = $2`, []any{v.Workspace, x.Owner}, &n)
	if err != nil {
		return x, err
	}
	if limit := map[bool]int{true: maxPersonal, false: maxShared}[x.Scope == Personal]; n >= limit {
		return x, crm.RefuseField("name", crm.CodeLimit, "max", limit)
	}
	_, err = tx.Exec(`INSERT INTO snippet (workspace_id, id, owner_id, scope, name, folded, body, body_folded, files, created_by, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		v.Workspace, x.ID, x.Owner, string(x.Scope), x.Name, crm.Fold(x.Name), x.Text, crm.Fold(x.Text), files(x.Files), x.Creator, x.UpdatedAt, x.UpdatedAt)
	if errors.Is(err, db.ErrConflict) {
		return x, crm.RefuseField("name", crm.CodeNameTaken)
	}
	if err != nil {
		return x, err
	}
	return x, s.relate(tx, v, x)
}

// Update changes a snippet. Personal ones belong to their owner, the others to those
// who manage snippets; a snippet can go from one to the other.
func (s *Service) Update(tx *db.Tx, v crm.Viewer, id crm.ID, c Change) (Snippet, error) {
	x, err := Get(tx, v, id)
	if err != nil {
		return x, err
	}
	if x.Scope != Personal && !v.May(crm.SnippetsManage) {
		return x, crm.Refuse(crm.CodeForbidden)
	}
	x.UpdatedAt = tx.Micros()
	if err := apply(tx, v, &x, c); err != nil {
		return x, err
	}
	_, err = tx.Exec(`UPDATE snippet SET owner_id = $1, scope = $2, name = $3, folded = $4, body = $5, body_folded = $6, files = $7, updated_at = $8
		WHERE workspace_id = $9 AND id = $10`,
		x.Owner, string(x.Scope), x.Name, crm.Fold(x.Name), x.Text, crm.Fold(x.Text), files(x.Files), x.UpdatedAt, v.Workspace, id)
	if errors.Is(err, db.ErrConflict) {
		return x, crm.RefuseField("name", crm.CodeNameTaken)
	}
	if err != nil {
		return x, err
	}
	return x, s.relate(tx, v, x)
}

// Delete removes a snippet. What was written with it stays.
func (s *Service) Delete(tx *db.Tx, v crm.Viewer, id crm.ID) error {
	x, err := Get(tx, v, id)
	if err != nil {
		return err
	}
	if x.Scope != Personal && !v.May(crm.SnippetsManage) {
		return crm.Refuse(crm.CodeForbidden)
	}
	if _, err := tx.Exec(`DELETE FROM snippet WHERE workspace_id = $1 AND id = $2`, v.Workspace, id); err != nil {
		return err
	}
	x.Teams, x.Files = nil, nil
	return s.relate(tx, v, x)
}

// Use counts that a snippet was taken.
func Use(tx *db.Tx, v crm.Viewer, id crm.ID) error {
	if _, err := Get(tx, v, id); err != nil {
		return err
	}
	return tx.Queue(`UPDATE snippet SET used = used + 1, used_at = $1 WHERE workspace_id = $2 AND id = $3`, tx.Micros(), int64(v.Workspace), int64(id))
}

// Carries tells whether a snippet that the viewer has carries a file.
func Carries(tx *db.Tx, v crm.Viewer, file crm.ID) (bool, error) {
	err := tx.Row(`SELECT s.id FROM snippet s JOIN snippet_file f ON f.workspace_id = s.workspace_id AND f.snippet_id = s.id
		WHERE s.workspace_id = $1 AND `+has+` AND f.file_id = $4 LIMIT 1`, []any{v.Workspace, v.User, v.May(crm.SnippetsManage), file}, new(int64))
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func files(list []crm.Attachment) string {
	if len(list) == 0 {
		return "[]"
	}
	b, err := json.Marshal(list)
	if err != nil {
		panic(err) // plain structs of ours
	}
	return string(b)
}

// relate stores a snippet's teams and files anew, and tells the browsers.
func (s *Service) relate(tx *db.Tx, v crm.Viewer, x Snippet) error {
	for _, q := range []string{
		`DELETE FROM snippet_team WHERE workspace_id = $1 AND snippet_id = $2`,
		`DELETE FROM snippet_file WHERE workspace_id = $1 AND snippet_id = $2`,
	} {
		if _, err := tx.Exec(q, v.Workspace, x.ID); err != nil {
			return err
		}
	}
	var teams, carried [][]any
	for _, t := range x.Teams {
		teams = append(teams, []any{int64(v.Workspace), int64(x.ID), int64(t)})
	}
	for _, f := range x.Files {
		if id, err := crm.ParseID(f.FileID); err == nil {
			carried = append(carried, []any{int64(v.Workspace), int64(id), int64(x.ID)})
		}
	}
	s.events.Append(tx, v.Workspace, eventlog.Event{Kind: eventlog.SnippetsChanged, Actor: v.Actor()})
	if err := tx.Insert(`snippet_team (workspace_id, snippet_id, team_id)`, "", teams); err != nil {
		return err
	}
	return tx.Insert(`snippet_file (workspace_id, file_id, snippet_id)`, " ON CONFLICT DO NOTHING", carried)
}

// apply checks a change and makes it.
func apply(tx *db.Tx, v crm.Viewer, x *Snippet, c Change) error {
	if c.Name != nil {
		x.Name = strings.TrimPrefix(strings.TrimSpace(crm.Clean(*c.Name)), "/")
	}
	if c.Text != nil {
		x.Text = strings.TrimSpace(crm.Clean(*c.Text))
	}
	if c.Files != nil {
		x.Files = *c.Files
	}
	switch {
	case x.Name == "":
		return crm.RefuseField("name", crm.CodeRequired)
	case utf8.RuneCountInString(x.Name) > maxName:
		return crm.RefuseField("name", crm.CodeTooLong, "max", maxName)
	case !nameShape.MatchString(x.Name):
		return crm.RefuseField("name", crm.CodeBadShortcut)
	case x.Text == "" && len(x.Files) == 0:
		return crm.RefuseField("text", crm.CodeRequired)
	case utf8.RuneCountInString(x.Text) > maxText:
		return crm.RefuseField("text", crm.CodeTooLong, "max", maxText)
	case len(x.Files) > MaxFiles:
		return crm.RefuseField("files", crm.CodeLimit, "max", MaxFiles)
	}
	if c.Scope != nil {
		x.Scope = *c.Scope
	}
	if c.Teams != nil {
		x.Teams = slices.Clone(*c.Teams)
	}
	x.Owner = 0
	switch x.Scope {
	case Personal:
		x.Owner, x.Teams = v.User, nil
		return nil
	case Workspace:
		x.Teams = nil
	case Team:
		if err := checkTeams(tx, v, x); err != nil {
			return err
		}
	default:
		return crm.RefuseField("scope", crm.CodeInvalid)
	}
	if !v.May(crm.SnippetsManage) {
		return crm.RefuseField("scope", crm.CodeForbidden)
	}
	return nil
}

func checkTeams(tx *db.Tx, v crm.Viewer, x *Snippet) error {
	slices.Sort(x.Teams)
	x.Teams = slices.Compact(x.Teams)
	if len(x.Teams) == 0 {
		return crm.RefuseField("team_ids", crm.CodeRequired)
	}
	if len(x.Teams) > maxTeams {
		return crm.RefuseField("team_ids", crm.CodeLimit, "max", maxTeams)
	}
	known, err := account.Teams(tx, v.Workspace)
	if err != nil {
		return err
	}
	for _, t := range x.Teams {
		if !slices.ContainsFunc(known, func(k account.Team) bool { return k.ID == t }) {
			return crm.RefuseField("team_ids", crm.CodeUnknownTeam)
		}
	}
	return nil
}
