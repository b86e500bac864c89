package inbox

import (
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"sort"
	"strings"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/filter"
)

// Name names an inbox.
type Name string

// The standard inboxes, and that of the blocked contacts.
const (
	All        Name = "all"
	Mine       Name = "mine"
	Unassigned Name = "unassigned"
	Blocked    Name = "blocked"
)

const (
	teamPrefix  = "team-"
	inboxPrefix = "custom-"
)

// TeamInbox names the inbox of a team: the contacts assigned to its members.
func TeamInbox(team crm.ID) Name { return Name(teamPrefix + team.String()) }

// Team returns the team of a team's inbox.
func (n Name) Team() (crm.ID, bool) {
	text, ok := strings.CutPrefix(string(n), teamPrefix)
	if !ok {
		return 0, false
	}
	id, err := crm.ParseID(text)
	return id, err == nil
}

// CustomInbox names a custom inbox.
func CustomInbox(id crm.ID) Name { return Name(inboxPrefix + id.String()) }

// Custom returns the id of a custom inbox.
func (n Name) Custom() (crm.ID, bool) {
	text, ok := strings.CutPrefix(string(n), inboxPrefix)
	if !ok {
		return 0, false
	}
	id, err := crm.ParseID(text)
	return id, err == nil
}

// members returns by whom an inbox's contacts are assigned (0 for nobody), or nil
// for every contact. An inbox that the viewer hasn't is refused: as not existing
// where it is another team's.
func (n Name) members(tx *db.Tx, v crm.Viewer) ([]crm.ID, error) {
	switch n {
	case "": // none in particular: whomever the viewer may know of
		return v.Scope(), nil
	case All, Blocked:
		if v.Restricted() {
			return nil, crm.Refuse(crm.CodeForbidden)
		}
		return nil, nil
	case Mine:
		return []crm.ID{v.User}, nil
	case Unassigned:
		if v.Restricted() {
			return nil, crm.Refuse(crm.CodeForbidden)
		}
		return []crm.ID{0}, nil
	}
	team, ok := n.Team()
	if !ok || !v.SeesTeamInbox(team) {
		return nil, crm.Refuse(crm.CodeNotFound)
	}
	users, err := account.UsersOfTeam(tx, v.Workspace, team)
	if errors.Is(err, db.ErrNotFound) {
		return nil, crm.Refuse(crm.CodeNotFound)
	}
	return users, err
}

// Sort orders a list.
type Sort string

// The four sorts: by the last message, and by the time in the present status.
const (
	Newest   Sort = "newest"
	Oldest   Sort = "oldest"
	Longest  Sort = "longest"
	Shortest Sort = "shortest"
)

// ListQuery asks for a page of an inbox.
type ListQuery struct {
	Inbox Name
	// Status is a conversation status, or "" for all.
	Status crm.ConversationStatus
	// Unreplied leaves only contacts that wait for an answer.
	Unreplied bool
	// Filter, where set, leaves only contacts that it holds for. A custom inbox has
	// its own, which stands above the rest of the query.
	Filter *filter.Node
	Sort   Sort
	Cursor string
	Limit  int
}

// cursor is a place in a list: the sort value and the id of the last row seen.
type cursor struct {
	Value int64
	ID    crm.ID
	// Term is the place in a search.
	Term string `json:",omitempty"`
}

func (c cursor) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseCursor(s string) (c cursor, err error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil {
		return c, crm.RefuseField("cursor", crm.CodeBadCursor)
	}
	return c, nil
}

// List returns a page of an inbox and the next page's cursor, "" at the end. Every
// page, however far, is one walk along an index; where a filter holds for few only,
// a long one.
func List(tx *db.Tx, v crm.Viewer, q ListQuery) (rows []*contact.Contact, next string, err error) {
	return list(tx, v, q, nil)
}

func list(tx *db.Tx, v crm.Viewer, q ListQuery, known *sparse) (rows []*contact.Contact, next string, err error) {
	column, down := "last_at", true
	switch q.Sort {
	case Newest, "":
	case Oldest:
		down = false
	case Longest:
		column, down = "status_since", false
	case Shortest:
		column = "status_since"
	default:
		return nil, "", crm.RefuseField("sort", crm.CodeInvalid)
	}
	statuses := []crm.ConversationStatus{q.Status}
	switch q.Status {
	case crm.Open, crm.Closed, crm.Snoozed:
	case "":
		statuses = []crm.ConversationStatus{crm.Open, crm.Closed, crm.Snoozed}
	default:
		return nil, "", crm.RefuseField("status", crm.CodeInvalid)
	}
	var from *cursor
	if q.Cursor != "" {
		c, err := parseCursor(q.Cursor)
		if err != nil {
			return nil, "", err
		}
		from = &c
	}
	w := walk{workspace: v.Workspace, column: column, down: down, from: from, limit: q.Limit + 1, blocked: q.Inbox == Blocked, unreplied: q.Unreplied}
	members, err := w.aim(tx, v, q)
	if err != nil {
		return nil, "", err
	}
	if w.tree != nil {
		statuses = slices.DeleteFunc(statuses, func(s crm.ConversationStatus) bool { return neverOf(*w.tree, s) })
	}
	if known != nil && w.tree != nil && w.ids == nil && !w.blocked {
		rows, err = w.seekAll(tx, known, statuses, members)
	} else {
		rows, err = w.of(tx, statuses, members)
	}
	if err != nil {
		return nil, "", err
	}
	value := func(c *contact.Contact) int64 {
		if column == "last_at" {
			return c.Last.At
		}
		return c.StatusSince
	}
	sort.SliceStable(rows, func(i, j int) bool {
		a, b := rows[i], rows[j]
		if value(a) == value(b) {
			return a.ID > b.ID == down
		}
		return value(a) > value(b) == down
	})
	if len(rows) > q.Limit {
		rows = rows[:q.Limit]
		last := rows[q.Limit-1]
		next = cursor{Value: value(last), ID: last.ID}.String()
	}
	return rows, next, nil
}

// assigneesOf returns the assignees to which a tree confines the contacts, if it
// does: a walk for each of them is short.
func assigneesOf(n filter.Node) ([]crm.ID, bool) {
	if n.Field == "assignee" && (n.Operator == filter.Is || n.Operator == filter.AnyOf) {
		var out []crm.ID
		for _, v := range n.Value {
			if id, err := crm.ParseID(v); err == nil {
				out = append(out, id)
			}
		}
		slices.Sort(out)
		return slices.Compact(out), true
	}
	if n.Match == filter.All || len(n.Of) == 1 {
		for _, part := range n.Of {
			if out, ok := assigneesOf(part); ok {
				return out, true
			}
		}
	}
	return nil, false
}

// neverOf tells that a tree holds for nobody of a status.
func neverOf(n filter.Node, status crm.ConversationStatus) bool {
	never := func(part filter.Node) bool { return neverOf(part, status) }
	switch {
	case n.Field == "status" && (n.Operator == filter.Is || n.Operator == filter.AnyOf):
		return !slices.Contains(n.Value, string(status))
	case n.Field == "status" && (n.Operator == filter.IsNot || n.Operator == filter.NoneOf):
		return slices.Contains(n.Value, string(status))
	case n.Match == filter.Any:
		return len(n.Of) > 0 && !slices.ContainsFunc(n.Of, func(part filter.Node) bool { return !never(part) })
	}
	return slices.ContainsFunc(n.Of, never)
}

// meet returns what two lists have in common; nil is everything.
func meet(a, b []crm.ID) []crm.ID {
	if a == nil {
		return b
	}
	return slices.DeleteFunc(slices.Clone(a), func(x crm.ID) bool { return !slices.Contains(b, x) })
}

// fewEnough is up to how many contacts a list is made of them rather than by walking
// along it until enough fit.
const fewEnough = 2000

// few looks for a condition that must hold and that an index answers with few
// contacts; nil where there is none.
func few(tx *db.Tx, l *Lens, n filter.Node) ([]crm.ID, error) {
	if n.Field == "" {
		if n.Match != filter.All && len(n.Of) != 1 {
			return nil, nil
		}
		for _, part := range n.Of {
			if ids, err := few(tx, l, part); err != nil || ids != nil {
				return ids, err
			}
		}
		return nil, nil
	}
	var q string
	args := []any{l.workspace}
	add := func(text string, values ...any) {
		q += text + db.Params(len(args)+1, len(values))
		args = append(args, values...)
	}
	f, custom := l.custom[n.Field]
	switch {
	case n.Field == "tag" && (n.Operator == filter.AnyOf || n.Operator == filter.AllOf):
		values := n.Value
		if n.Operator == filter.AllOf {
			values = values[:1]
		}
		q = `SELECT DISTINCT contact_id FROM contact_tag WHERE workspace_id = $1`
		var list []any
		for _, v := range values {
			if id, err := crm.ParseID(v); err == nil {
				list = append(list, int64(id))
			}
		}
		if len(list) == 0 {
			return nil, nil
		}
		add(` AND tag_id IN (`, list...)
		q += `)`
	case custom && n.Operator == filter.Is && (f.Type.Kind() == filter.Text || f.Type.Kind() == filter.Choice):
		want := n.Value[0]
		if f.Type.Kind() == filter.Text {
			want = crm.Fold(want)
		}
		q = `SELECT contact_id FROM contact_value WHERE workspace_id = $1`
		add(` AND field_id = `, f.ID)
		add(` AND folded = `, want)
	case n.Operator == filter.Is && (n.Field == "email" || n.Field == "phone"):
		what := crm.Fold(n.Value[0])
		if n.Field == "phone" {
			what = crm.Digits(n.Value[0])
		}
		term, ok := contact.ExactTerm(what)
		if !ok {
			return nil, nil
		}
		q = `SELECT DISTINCT contact_id FROM contact_term WHERE workspace_id = $1`
		add(` AND term = `, term)
	default:
		return nil, nil
	}
	add(` LIMIT `, fewEnough+1)
	ids := []crm.ID{}
	err := tx.Each(q, args, func(r *sql.Rows) error {
		var id crm.ID
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case len(ids) > fewEnough:
		return nil, nil
	case len(ids) == 0:
		ids = append(ids, 0) // nobody
	}
	return ids, nil
}

// Search returns a page of the contacts that a text finds, and the next cursor.
func Search(tx *db.Tx, v crm.Viewer, text, at string, limit int) ([]*contact.Contact, string, error) {
	var from contact.Found
	if at != "" {
		c, err := parseCursor(at)
		if err != nil {
			return nil, "", err
		}
		from = contact.Found{Term: c.Term, ID: c.ID}
	}
	found, err := contact.Search(tx, v.Workspace, v.Scope(), text, from, limit+1)
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(found) > limit {
		found = found[:limit]
		last := found[limit-1]
		next = cursor{Term: last.Term, ID: last.ID}.String()
	}
	ids := make([]crm.ID, 0, len(found))
	for _, f := range found {
		ids = append(ids, f.ID)
	}
	byID, err := contact.Load(tx, v.Workspace, ids, false)
	if err != nil {
		return nil, "", err
	}
	rows := make([]*contact.Contact, 0, len(ids))
	for _, id := range ids {
		if c := byID[id]; c != nil && v.Sees(c.Assignee) {
			rows = append(rows, c)
		}
	}
	return rows, next, nil
}

// Recent returns a page of all contacts, newest first, for lists without a search.
func Recent(tx *db.Tx, v crm.Viewer, at string, limit int) ([]*contact.Contact, string, error) {
	last := crm.ID(1<<63 - 1)
	if at != "" {
		c, err := parseCursor(at)
		if err != nil {
			return nil, "", err
		}
		last = c.ID
	}
	var rows []*contact.Contact
	q, args := `SELECT `+contact.Columns+` FROM contact WHERE workspace_id = $1 AND id < $2`, []any{v.Workspace, last}
	if scope := v.Scope(); scope != nil {
		var list string
		list, args = db.InList(args, scope)
		q += ` AND assignee_id IN (` + list + `)`
	}
	err := tx.Each(q+` ORDER BY id DESC`+db.Limit(limit+1), args, func(r *sql.Rows) error {
		c, err := contact.Scan(r, v.Workspace)
		rows = append(rows, c)
		return err
	})
	next := ""
	if err == nil && len(rows) > limit {
		rows = rows[:limit]
		next = cursor{ID: rows[limit-1].ID}.String()
	}
	return rows, next, err
}
