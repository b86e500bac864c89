package inbox

import (
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"sort"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// Name names an inbox.
type Name string

// The standard inboxes.
const (
	All        Name = "all"
	Mine       Name = "mine"
	Unassigned Name = "unassigned"
)

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
// page, however far, is one walk along an index.
func List(tx *db.Tx, v crm.Viewer, q ListQuery) (rows []*contact.Contact, next string, err error) {
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
	for _, s := range statuses {
		part, err := listOne(tx, v, q.Inbox, s, column, down, from, q.Limit+1)
		if err != nil {
			return nil, "", err
		}
		rows = append(rows, part...)
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

func listOne(tx *db.Tx, v crm.Viewer, name Name, status crm.ConversationStatus, column string, down bool, from *cursor, limit int) ([]*contact.Contact, error) {
	q := `SELECT ` + contact.Columns + ` FROM contact WHERE NOT blocked AND workspace_id = $1`
	args := []any{v.Workspace}
	add := func(text string, values ...any) {
		q += text + db.Params(len(args)+1, len(values))
		args = append(args, values...)
	}
	switch name {
	case All:
	case Mine:
		add(` AND assignee_id = `, v.User)
	case Unassigned:
		add(` AND assignee_id = `, 0)
	default:
		return nil, crm.Refuse(crm.CodeNotFound)
	}
	add(` AND status = `, string(status))
	compare, order := ` > (`, ``
	if down {
		compare, order = ` < (`, ` DESC`
	}
	if from != nil {
		add(` AND (`+column+`, id)`+compare, from.Value, from.ID)
		q += `)`
	}
	add(` ORDER BY `+column+order+`, id`+order+` LIMIT `, limit)
	var out []*contact.Contact
	err := tx.Each(q, args, func(r *sql.Rows) error {
		c, err := contact.Scan(r, v.Workspace)
		out = append(out, c)
		return err
	})
	return out, err
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
	found, err := contact.Search(tx, v.Workspace, text, from, limit+1)
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
		if c := byID[id]; c != nil {
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
	err := tx.Each(`SELECT `+contact.Columns+` FROM contact WHERE workspace_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`,
		[]any{v.Workspace, last, limit + 1}, func(r *sql.Rows) error {
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
