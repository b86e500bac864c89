package inbox

import (
	"database/sql"
	"slices"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/filter"
)

// MaxCounted is how far the open conversations of a custom inbox are counted.
const MaxCounted = fewFound

// CountOpen counts the open conversations of a custom inbox, or of any inbox through a
// filter, as far as the viewer may see them: MaxCounted+1 says that they are more. Like
// [Inbox.List] it may answer with *Unlearned.
func (in *Inbox) CountOpen(tx *db.Tx, v crm.Viewer, q ListQuery) (int, error) {
	w := walk{workspace: v.Workspace, column: "last_at", down: true, limit: MaxCounted + 1}
	members, err := w.aim(tx, v, q)
	if err != nil || w.tree != nil && neverOf(*w.tree, crm.Open) {
		return 0, err
	}
	if w.ids == nil && members != nil {
		return w.countOf(tx, members)
	}
	if w.ids == nil {
		seats, err := in.sparse.find(tx, w.lens, ofStatus(crm.Open, *w.tree))
		if err != nil {
			return 0, err
		}
		if seats != nil {
			w.ids = make([]crm.ID, 0, len(seats))
		}
		for _, s := range seats {
			w.ids = append(w.ids, s.id)
		}
	}
	if w.ids == nil { // too many to be remembered, when it was last looked
		return w.countAll(tx, in.sparse, ofStatus(crm.Open, *w.tree))
	}
	n := 0
	for ids := range slices.Chunk(w.ids, atOnce) {
		part := w
		part.ids = ids
		q, args := part.text(nil, crm.Open, "")
		err := tx.Each(`SELECT c.assignee_id`+q, args, func(r *sql.Rows) error {
			var assignee crm.ID
			err := r.Scan(&assignee)
			if members == nil || slices.Contains(members, assignee) {
				n++
			}
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	return min(n, MaxCounted+1), nil
}

// countAll counts everybody's, and has the filter looked at anew where they have become
// few.
func (w walk) countAll(tx *db.Tx, known *sparse, tree filter.Node) (n int, err error) {
	q, args := w.text(nil, crm.Open, "")
	if err := tx.Row(`SELECT COUNT(*) FROM (SELECT c.id`+q+`) of_all`, args, &n); err != nil || n > known.few {
		return n, err
	}
	key, err := keyOf(w.lens, tree)
	known.forget(key)
	return n, err
}

// countOf counts those of some assignees.
func (w walk) countOf(tx *db.Tx, members []crm.ID) (int, error) {
	n := 0
	for chunk := range slices.Chunk(armsOf([]crm.ConversationStatus{crm.Open}, members), walksAtOnce) {
		q, args := w.together(chunk, `c.id`)
		var of int
		if err := tx.Row(`SELECT COUNT(*) FROM (`+q+`) of_all`, args, &of); err != nil {
			return 0, err
		}
		if n += of; n > MaxCounted {
			return MaxCounted + 1, nil
		}
	}
	return n, nil
}
