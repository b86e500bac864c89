package inbox

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/filter"
)

// walk goes along a list's index from a place on.
type walk struct {
	workspace crm.ID
	column    string
	down      bool
	from      *cursor
	limit     int
	blocked   bool
	unreplied bool
	// lens and tree are set where a filter must hold.
	lens *Lens
	tree *filter.Node
	// ids, where not nil, are all that can match: found by an index of another table,
	// or known from before.
	ids []crm.ID
	// end, where set, is the last place that is looked at.
	end *cursor
}

// aim prepares the walk for an inbox and a filter, and returns by whom the contacts
// are assigned; nil for everybody.
func (w *walk) aim(tx *db.Tx, v crm.Viewer, q ListQuery) ([]crm.ID, error) {
	id, custom := q.Inbox.Custom()
	if !custom && q.Filter == nil {
		return q.Inbox.members(tx, v)
	}
	tree := filter.Node{Match: filter.All}
	var members []crm.ID
	if custom {
		x, err := GetCustom(tx, v, id)
		if err != nil {
			return nil, err
		}
		tree.Of = append(tree.Of, x.Filter)
		members = v.Scope() // shared or not, it shows nobody more than they may see
	} else {
		var err error
		if members, err = q.Inbox.members(tx, v); err != nil {
			return nil, err
		}
	}
	if q.Filter != nil {
		tree.Of = append(tree.Of, *q.Filter)
	}
	lens, err := lensFor(tx, v.Workspace, tree)
	if err != nil {
		return nil, err
	}
	w.lens, w.tree = lens, &tree
	if assigned, ok := assigneesOf(tree); ok {
		members = meet(members, assigned)
	}
	if members == nil || len(members) > 1 {
		w.ids, err = few(tx, lens, tree)
	}
	return members, err
}

// seekAll returns the next rows of each of the statuses.
func (w walk) seekAll(tx *db.Tx, known *sparse, statuses []crm.ConversationStatus, members []crm.ID) (out []*contact.Contact, err error) {
	for _, s := range statuses {
		rows, err := w.seek(tx, known, s, members)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// seek returns the next rows of a status. Where a short walk doesn't come across
// enough, it looks only at those who can match at all.
func (w walk) seek(tx *db.Tx, known *sparse, status crm.ConversationStatus, members []crm.ID) ([]*contact.Contact, error) {
	seats, err := known.find(tx, w.lens, ofStatus(status, *w.tree))
	var unlearned *Unlearned
	switch {
	case err == nil && seats != nil:
		return w.seated(tx, status, members, seats, known.together)
	case err == nil: // they are many
		return w.of(tx, []crm.ConversationStatus{status}, members)
	case !errors.As(err, &unlearned), len(members) > 1:
		return nil, err
	}
	if w.end, err = w.placeAfter(tx, status, members, known.short); err != nil {
		return nil, err
	}
	rows, err := w.of(tx, []crm.ConversationStatus{status}, members)
	if err == nil && w.end != nil && len(rows) < w.limit {
		err = unlearned
	}
	return rows, err
}

// placeAfter returns the place that many contacts on, whether they match or not; nil
// where the list ends before.
func (w walk) placeAfter(tx *db.Tx, status crm.ConversationStatus, members []crm.ID, n int) (*cursor, error) {
	w.tree, w.limit = nil, 1
	and, value := assignedTo(members)
	q, args := w.text(nil, status, and, value...)
	q += ` OFFSET ` + db.Params(len(args)+1, 1)
	var at cursor
	err := tx.Row(`SELECT c.`+w.column+`, c.id`+q, append(args, n), &at.Value, &at.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil
	}
	return &at, err
}

// of returns the next rows of some statuses, a few more than asked for perhaps, in no order.
func (w walk) of(tx *db.Tx, statuses []crm.ConversationStatus, members []crm.ID) ([]*contact.Contact, error) {
	if w.ids != nil {
		return w.among(tx, statuses, members)
	}
	arms := armsOf(statuses, members)
	switch n := len(arms); {
	case n == 1:
		and, value := assignedTo(arms[0].assignee)
		return w.rows(tx, arms[0].status, and, value...)
	case n <= fewArms && n > 0:
		return w.joined(tx, arms)
	}
	return w.merged(tx, arms)
}

// arm is a part of a list that an index has in order: of a status, and of one assignee
// where that isn't nil.
type arm struct {
	status   crm.ConversationStatus
	assignee []crm.ID
}

func armsOf(statuses []crm.ConversationStatus, members []crm.ID) (out []arm) {
	for _, s := range statuses {
		if members == nil {
			out = append(out, arm{status: s})
		}
		for i := range members {
			out = append(out, arm{s, members[i : i+1]})
		}
	}
	return out
}

// assignedTo is the condition of a walk along one assignee's contacts, or everybody's.
func assignedTo(members []crm.ID) (and string, value []any) {
	if members == nil {
		return "", nil
	}
	return ` AND c.assignee_id = `, []any{members[0]}
}

// text returns the rest of a statement over contacts, of a status or of any: which, in which
// order, how many. and is a further condition that ends before its one value.
func (w walk) text(args []any, status crm.ConversationStatus, and string, value ...any) (string, []any) {
	q := ` FROM contact c WHERE NOT c.blocked`
	if w.blocked {
		q = ` FROM contact c WHERE c.blocked`
	}
	add := func(text string, values ...any) {
		q += text + db.Params(len(args)+1, len(values))
		args = append(args, values...)
	}
	add(` AND c.workspace_id = `, w.workspace)
	if and != "" {
		add(and, value...)
	}
	if status != "" {
		add(` AND c.status = `, string(status))
	}
	compare := ` > (`
	if w.down {
		compare = ` < (`
	}
	if w.from != nil {
		add(` AND (c.`+w.column+`, c.id)`+compare, w.from.Value, w.from.ID)
		q += `)`
	}
	if w.end != nil {
		add(` AND c.`+w.column+map[bool]string{true: ` >= `, false: ` <= `}[w.down], w.end.Value)
	}
	if w.unreplied {
		q += ` AND c.unreplied = TRUE` // as their indexes say it
	}
	if w.ids != nil {
		var list string
		list, args = db.InList(args, w.ids)
		q += ` AND c.id IN (` + list + `)`
	}
	if w.tree != nil {
		var test string
		test, args = filter.SQL(*w.tree, w.lens.Field, w.lens.source, w.lens.Env(), args)
		q += ` AND ` + test
	}
	if w.ids == nil { // else the caller has all of them, and no index is walked along
		q += w.order(`c.`)
	}
	return q, args
}

// order is the end of a statement whose rows come as the walk does, as many as it wants.
func (w walk) order(table string) string {
	down := ``
	if w.down {
		down = ` DESC`
	}
	return ` ORDER BY ` + table + w.column + down + `, ` + table + `id` + down + db.Limit(w.limit)
}

// rows returns the next rows of one walk.
func (w walk) rows(tx *db.Tx, status crm.ConversationStatus, and string, value ...any) ([]*contact.Contact, error) {
	q, args := w.text(nil, status, and, value...)
	return w.scan(tx, `SELECT `+contact.Columns+q, args)
}

func (w walk) scan(tx *db.Tx, q string, args []any) ([]*contact.Contact, error) {
	var out []*contact.Contact
	err := tx.Each(q, args, func(r *sql.Rows) error {
		c, err := contact.Scan(r, w.workspace)
		out = append(out, c)
		return err
	})
	return out, err
}

// fewArms is how many walks the database puts in order itself. SQLite hands each row
// through as many hands as there are walks.
const fewArms = 4

// joined returns the next rows of few walks together.
func (w walk) joined(tx *db.Tx, arms []arm) ([]*contact.Contact, error) {
	q, args := w.together(arms, contact.Columns)
	return w.scan(tx, q+w.order(``), args)
}

// atOnce is how many contacts one statement asks for.
const atOnce = 256

// among returns the next rows of those who can match.
func (w walk) among(tx *db.Tx, statuses []crm.ConversationStatus, members []crm.ID) ([]*contact.Contact, error) {
	var places []place
	for ids := range slices.Chunk(w.ids, atOnce) {
		part := w
		part.ids = ids
		q, args := part.text(nil, "", ``)
		err := tx.Each(`SELECT c.`+w.column+`, c.id, c.status, c.assignee_id`+q, args, func(r *sql.Rows) error {
			var p place
			var status crm.ConversationStatus
			var assignee crm.ID
			err := r.Scan(&p.value, &p.id, &status, &assignee)
			if slices.Contains(statuses, status) && (members == nil || slices.Contains(members, assignee)) {
				places = append(places, p)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return w.load(tx, places)
}

// seated returns the next rows of those who can match, of whom it is known where they
// stand: only as many as fill the page are looked at.
func (w walk) seated(tx *db.Tx, status crm.ConversationStatus, members []crm.ID, seats []seat, together int) ([]*contact.Contact, error) {
	var places []place
	for _, s := range seats {
		p := place{s.lastAt, s.id}
		if w.column == "status_since" {
			p.value = s.statusSince
		}
		passed := w.from != nil && w.compare(p, place{w.from.Value, w.from.ID}) <= 0
		if !passed && (members == nil || slices.Contains(members, s.assignee)) {
			places = append(places, p)
		}
	}
	slices.SortFunc(places, w.compare)
	var out []*contact.Contact
	for next := range slices.Chunk(places, together) {
		w.ids = w.ids[:0]
		for _, p := range next {
			w.ids = append(w.ids, p.id)
		}
		rows, err := w.rows(tx, status, "")
		if err != nil {
			return nil, err
		}
		for _, c := range rows {
			if members == nil || slices.Contains(members, c.Assignee) {
				out = append(out, c)
			}
		}
		if len(out) >= w.limit {
			break
		}
	}
	return out, nil
}

// walksAtOnce is how many walks one statement merges; SQLite takes 500 at most.
const walksAtOnce = 100

// taste is how many contacts of each of many walks are looked at first: most pages have
// fewer of one assignee's.
const taste = 4

// merged returns the next rows of many walks together. Each walk only reads its index; the
// rows are looked up for those that are left in the end.
func (w walk) merged(tx *db.Tx, arms []arm) ([]*contact.Contact, error) {
	found, err := w.along(tx, arms, nil, min(taste, w.limit))
	if err != nil {
		return nil, err
	}
	var places []place
	for _, of := range found {
		places = append(places, of...)
	}
	var end *place
	if slices.SortFunc(places, w.compare); len(places) >= w.limit {
		end = &places[w.limit-1]
	}
	// Some may go on before the page is full.
	var more []arm
	var rest []place
	for i, of := range found {
		slices.SortFunc(of, w.compare)
		if len(of) == min(taste, w.limit) && (end == nil || w.compare(of[len(of)-1], *end) < 0) {
			more = append(more, arms[i])
		} else {
			rest = append(rest, of...)
		}
	}
	if len(more) == 0 {
		return w.load(tx, places)
	}
	found, err = w.along(tx, more, end, w.limit)
	if err != nil {
		return nil, err
	}
	for _, of := range found {
		rest = append(rest, of...)
	}
	return w.load(tx, rest)
}

// along returns the next few places of each walk. A statement makes many of them, each as
// one value: one that names each would be planned for longer than it runs, and one for each
// would be many.
func (w walk) along(tx *db.Tx, arms []arm, end *place, limit int) ([][]place, error) {
	w = w.until(end, limit)
	found := make([][]place, len(arms))
	for first := 0; first < len(arms); first += atOnce {
		chunk := arms[first:min(first+atOnce, len(arms))]
		q, args := w.placesOf(chunk)
		err := tx.Each(q, args, func(r *sql.Rows) error {
			var i int
			var list string
			if err := r.Scan(&i, &list); err != nil {
				return err
			}
			words := strings.Fields(list)
			for k := 0; k+1 < len(words); k += 2 {
				at, err := strconv.ParseInt(words[k], 10, 64)
				if err != nil {
					return err
				}
				id, err := crm.ParseID(words[k+1])
				if err != nil {
					return err
				}
				found[first+i] = append(found[first+i], place{at, id})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// placesOf is the statement of the next few places of each walk: a row of each, with its
// number and its places as text. The walks are one parameter, so that a statement is
// prepared once for any number of them.
func (w walk) placesOf(arms []arm) (string, []any) {
	list := make([]string, len(arms))
	for i, a := range arms {
		list[i] = fmt.Sprintf(`"%d":[%d,%q]`, i, int64(a.assignee[0]), string(a.status))
	}
	q, args := w.text([]any{`{` + strings.Join(list, `,`) + `}`}, "", ` AND c.assignee_id = a.assignee AND c.status = a.status`)
	return `WITH a (arm, assignee, status) AS (
		SELECT CAST(key AS BIGINT), CAST(value ->> 0 AS BIGINT), value ->> 1 FROM json_each($1)) SELECT a.arm, COALESCE((SELECT
		string_agg(CAST(m.at AS TEXT) || ' ' || CAST(m.id AS TEXT), ' ') FROM (SELECT c.` + w.column + ` AS at, c.id` + q + `) m), '') FROM a`, args
}

// until is the walk up to a place, and to so many contacts.
func (w walk) until(end *place, limit int) walk {
	if end != nil {
		w.end = &cursor{Value: end.value, ID: end.id}
	}
	w.limit = limit
	return w
}

// together is one statement of some walks.
func (w walk) together(arms []arm, columns string) (string, []any) {
	var b strings.Builder
	var args []any
	for i, a := range arms {
		var q string
		and, value := assignedTo(a.assignee)
		q, args = w.text(args, a.status, and, value...)
		if i > 0 {
			b.WriteString(` UNION ALL `)
		}
		b.WriteString(`SELECT * FROM (SELECT ` + columns + q + `) m` + strconv.Itoa(i))
	}
	return b.String(), args
}

// place is where a contact stands in a list.
type place struct {
	value int64
	id    crm.ID
}

// compare orders places as the walk comes across them.
func (w walk) compare(a, b place) int {
	n := cmp.Or(cmp.Compare(a.value, b.value), cmp.Compare(a.id, b.id))
	if w.down {
		return -n
	}
	return n
}

// load returns the contacts of the first places.
func (w walk) load(tx *db.Tx, places []place) ([]*contact.Contact, error) {
	slices.SortFunc(places, w.compare)
	ids := make([]crm.ID, 0, w.limit)
	for _, p := range places[:min(len(places), w.limit)] {
		ids = append(ids, p.id)
	}
	byID, err := contact.Load(tx, w.workspace, ids, false)
	if err != nil {
		return nil, err
	}
	out := make([]*contact.Contact, 0, len(ids))
	for _, id := range ids {
		out = append(out, byID[id])
	}
	return out, nil
}
