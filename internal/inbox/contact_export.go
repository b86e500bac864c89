package inbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/filter"
)

const (
	// exportLife is how long a file of contacts can be fetched after it was asked for.
	exportLife = time.Hour
	// exportKeep is how long it is known who took which contacts out.
	exportKeep = 365 * 24 * time.Hour
	exportPage = 500
)

// Export is a file of contacts that somebody asked for. Its rows are read when it is
// fetched, by the rights that the user has then.
type Export struct {
	ID        crm.ID
	User      crm.ID
	Target    BulkTarget
	CreatedAt int64

	size int // of a page
}

// ExpiresAt is until when the file can be fetched.
func (x *Export) ExpiresAt() time.Time { return time.UnixMicro(x.CreatedAt).Add(exportLife) }

// StartExport notes who wants which contacts.
func StartExport(tx *db.Tx, v crm.Viewer, target BulkTarget) (*Export, error) {
	if len(target.Contacts) > maxBulkNamed {
		return nil, crm.RefuseField("contact_ids", crm.CodeLimit, "max", maxBulkNamed)
	}
	x := &Export{ID: tx.NewID(), User: v.User, Target: target, CreatedAt: tx.Micros(), size: exportPage}
	return x, tx.Queue(`INSERT INTO contact_export (workspace_id, id, user_id, target, created_at) VALUES ($1, $2, $3, $4, $5)`,
		int64(v.Workspace), int64(x.ID), int64(x.User), document(&target), x.CreatedAt)
}

// GetExport returns what the viewer has asked for lately; others' don't exist for them.
func GetExport(tx *db.Tx, v crm.Viewer, id crm.ID) (*Export, error) {
	x := &Export{ID: id, User: v.User, size: exportPage}
	var target string
	err := tx.Row(`SELECT target, created_at FROM contact_export WHERE workspace_id = $1 AND id = $2 AND user_id = $3`,
		[]any{v.Workspace, id, v.User}, &target, &x.CreatedAt)
	if errors.Is(err, db.ErrNotFound) || err == nil && tx.Now().After(x.ExpiresAt()) {
		return nil, crm.Refuse(crm.CodeNotFound)
	}
	if err != nil {
		return nil, err
	}
	return x, json.Unmarshal([]byte(target), &x.Target)
}

// ExportedContact is a contact with what its row in a file shows besides.
type ExportedContact struct {
	*contact.Contact
	Tags   []crm.ID
	Values map[crm.ID]string // by custom field
}

// Contacts calls row for each contact of an export that the viewer may see, once, and
// notes at the end how many they were. Pages are read one by one: who writes them to
// somebody slow holds nothing meanwhile.
func (x *Export) Contacts(ctx context.Context, d *db.DB, v crm.Viewer, row func(ExportedContact) error) error {
	n, at := 0, ""
	for {
		var page []ExportedContact
		err := d.Read(ctx, func(tx *db.Tx) error {
			list, next, err := x.page(tx, v, at)
			if err != nil {
				return err
			}
			at = next
			page, err = whole(tx, v.Workspace, list)
			return err
		})
		if err != nil {
			return err
		}
		for _, c := range page {
			if err := row(c); err != nil {
				return err
			}
		}
		if n += len(page); at == "" {
			break
		}
	}
	return d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE contact_export SET contacts = $1, ended_at = $2 WHERE workspace_id = $3 AND id = $4`, n, tx.Micros(), v.Workspace, x.ID)
		return err
	})
}

// page returns the next contacts and the place behind them, "" at the end.
func (x *Export) page(tx *db.Tx, v crm.Viewer, at string) ([]*contact.Contact, string, error) {
	switch {
	case x.Target.List != nil:
		return byID(tx, v, *x.Target.List, at, x.size)
	case x.Target.Search != "":
		return Search(tx, v, x.Target.Search, at, x.size)
	}
	found, err := contact.Load(tx, v.Workspace, x.Target.Contacts, false)
	var out []*contact.Contact
	for _, id := range x.Target.Contacts {
		if c := found[id]; c != nil && v.Sees(c.Assignee) {
			out = append(out, c)
			delete(found, id) // named twice
		}
	}
	return out, "", err
}

// byID returns the next contacts of a list in the order of their ids: that alone
// stays the same while messages come, so nobody is missed or there twice.
func byID(tx *db.Tx, v crm.Viewer, q ListQuery, at string, size int) ([]*contact.Contact, string, error) {
	var from cursor
	if at != "" {
		var err error
		if from, err = parseCursor(at); err != nil {
			return nil, "", err
		}
	}
	w := walk{workspace: v.Workspace}
	members, err := w.aim(tx, v, q)
	if err != nil || members != nil && len(members) == 0 {
		return nil, "", err
	}
	text := `SELECT ` + contact.Columns + ` FROM contact c WHERE c.workspace_id = $1 AND c.id > $2 AND c.blocked = $3`
	args := []any{v.Workspace, from.ID, q.Inbox == Blocked}
	if q.Status != "" {
		args = append(args, string(q.Status))
		text += ` AND c.status = ` + db.Params(len(args), 1)
	}
	if q.Unreplied {
		text += ` AND c.unreplied`
	}
	var list string
	if members != nil {
		list, args = db.InList(args, members)
		text += ` AND c.assignee_id IN (` + list + `)`
	}
	if w.ids != nil {
		list, args = db.InList(args, w.ids)
		text += ` AND c.id IN (` + list + `)`
	}
	if w.tree != nil {
		var test string
		test, args = filter.SQL(*w.tree, w.lens.Field, w.lens.source, w.lens.Env(), args)
		text += ` AND ` + test
	}
	var rows []*contact.Contact
	err = tx.Each(text+` ORDER BY c.id LIMIT `+db.Params(len(args)+1, 1), append(args, size), func(r *sql.Rows) error {
		c, err := contact.Scan(r, v.Workspace)
		rows = append(rows, c)
		return err
	})
	next := ""
	if len(rows) == size {
		next = cursor{ID: rows[size-1].ID}.String()
	}
	return rows, next, err
}

// whole adds the tags and the custom fields.
func whole(tx *db.Tx, workspace crm.ID, list []*contact.Contact) ([]ExportedContact, error) {
	ids := make([]crm.ID, len(list))
	for i, c := range list {
		ids[i] = c.ID
	}
	tags, err := contact.TagsOf(tx, workspace, ids)
	if err != nil {
		return nil, err
	}
	values, err := contact.ValuesOf(tx, workspace, ids)
	out := make([]ExportedContact, len(list))
	for i, c := range list {
		out[i] = ExportedContact{c, tags[c.ID], values[c.ID]}
	}
	return out, err
}

// PurgeExports forgets who took contacts out long ago.
func PurgeExports(tx *db.Tx) error {
	_, err := tx.Exec(`DELETE FROM contact_export WHERE created_at < $1`, tx.Now().Add(-exportKeep).UnixMicro())
	return err
}
