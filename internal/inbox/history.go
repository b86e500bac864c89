package inbox

import (
	"database/sql"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// Past is a conversation from its opening to its end.
type Past struct {
	Conversation
	// ClosedAt is 0 of the open one.
	ClosedAt     int64
	ClosedSource crm.Source
	ClosedBy     crm.ID
	Note         Note
}

// Conversations returns a page of a contact's conversations, newest first, and the
// next page's cursor.
func Conversations(tx *db.Tx, v crm.Viewer, id crm.ID, at string, limit int) ([]Past, string, error) {
	if _, err := contact.See(tx, v, id, false); err != nil {
		return nil, "", err
	}
	from := cursor{ID: 1<<63 - 1}
	if at != "" {
		var err error
		if from, err = parseCursor(at); err != nil {
			return nil, "", err
		}
	}
	var out []Past
	err := tx.Each(`SELECT id, opened_at, opened_source, opened_by, closed_at, closed_source, closed_by, category, summary FROM conversation
		WHERE workspace_id = $1 AND contact_id = $2 AND id < $3 ORDER BY id DESC`+db.Limit(limit+1), []any{v.Workspace, id, from.ID}, func(r *sql.Rows) error {
		p := Past{Conversation: Conversation{Contact: id}}
		err := r.Scan(&p.ID, &p.OpenedAt, &p.OpenedSource, &p.OpenedBy, &p.ClosedAt, &p.ClosedSource, &p.ClosedBy, &p.Note.Category, &p.Note.Summary)
		out = append(out, p)
		return err
	})
	next := ""
	if len(out) > limit {
		out = out[:limit]
		next = cursor{ID: out[limit-1].ID}.String()
	}
	return out, next, err
}
