package inbox

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

const (
	// uploadsKept is how long an upload may wait for a message. Browsers keep what they
	// couldn't send, web chat's for a week.
	uploadsKept = 8 * 24 * time.Hour
	// maxUploads is how many uploads of a user may wait.
	maxUploads       = 1000
	uploadsPurgeStep = 100
	uploadsPurged    = 10_000
)

// unused tells that nothing has file f: no message, sent or to be sent at its time, no
// snippet, and no user as their picture. With a message it no longer waits; file_use is
// asked for those of a server of an older version that still runs beside this one.
const unused = `f.waiting AND NOT EXISTS (SELECT 1 FROM file_use u WHERE u.workspace_id = f.workspace_id AND u.file_id = f.id)
	AND NOT EXISTS (SELECT 1 FROM snippet_file s WHERE s.workspace_id = f.workspace_id AND s.file_id = f.id)
	AND NOT EXISTS (SELECT 1 FROM member m WHERE m.workspace_id = f.workspace_id AND m.picture_id = f.id)`

// unsent is unused as it counts against a user's room: cheap enough for the writer to ask.
const unsent = `f.waiting AND NOT EXISTS (SELECT 1 FROM snippet_file s WHERE s.workspace_id = f.workspace_id AND s.file_id = f.id)`

// RoomFor refuses an upload of a user's where too much of theirs waits for a message.
func RoomFor(tx *db.Tx, v crm.Viewer, size, most int64) error {
	var files int
	var bytes int64
	err := tx.Row(`SELECT COUNT(*), CAST(COALESCE(SUM(f.size), 0) AS BIGINT) FROM file f WHERE f.workspace_id = $1 AND f.user_id = $2 AND `+unsent,
		[]any{v.Workspace, v.User}, &files, &bytes)
	switch {
	case err != nil:
		return err
	case files >= maxUploads || bytes+size > most:
		return crm.RefuseField("file", crm.CodeUploadsWait, "files", maxUploads, "max", most, "days", int(uploadsKept/(24*time.Hour)))
	}
	return nil
}

// PurgeUploads deletes what was uploaded long ago and nothing has.
func (in *Inbox) PurgeUploads(ctx context.Context) error {
	var workspaces []crm.ID
	err := in.d.Read(ctx, func(tx *db.Tx) (err error) { workspaces, err = account.Workspaces(tx); return err })
	for _, ws := range workspaces {
		if err == nil {
			err = in.purgeUploads(ctx, ws)
		}
	}
	return err
}

func (in *Inbox) purgeUploads(ctx context.Context, workspace crm.ID) error {
	var idle []crm.ID
	err := in.d.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(`SELECT f.id FROM file f WHERE f.workspace_id = $1 AND f.id < $2 AND `+unused+` ORDER BY f.id`+db.Limit(uploadsPurged),
			[]any{workspace, db.IDFrom(tx.Now().Add(-uploadsKept))}, scanInto(&idle))
	})
	if err != nil || len(idle) == 0 {
		return err
	}
	steps := slices.Collect(slices.Chunk(idle, uploadsPurgeStep))
	return in.d.Sweep(ctx, func(tx *db.Tx) (more bool, err error) {
		more = len(steps) > 1
		gone, err := deleteUnused(tx, workspace, steps[0])
		tx.OnCommit(func() {
			steps = steps[1:]
			in.removeFiles(workspace, gone)
		})
		return more, err
	})
}

// deleteUnused deletes those of the files that nothing has still, and returns them.
func deleteUnused(tx *db.Tx, workspace crm.ID, files []crm.ID) (gone []crm.ID, err error) {
	list, args := db.InList([]any{workspace}, files)
	// Whoever attaches one right now is waited for. What they did with it, the next
	// statement sees.
	err = tx.Each(`SELECT id FROM file WHERE workspace_id = $1 AND id IN (`+list+`) ORDER BY id`+tx.ForUpdate(), args, func(*sql.Rows) error { return nil })
	if err != nil {
		return nil, err
	}
	err = tx.Each(`DELETE FROM file AS f WHERE f.workspace_id = $1 AND f.id IN (`+list+`) AND `+unused+` RETURNING id`, args, scanInto(&gone))
	return gone, err
}

// removeFiles removes the bytes of files whose rows are gone.
func (in *Inbox) removeFiles(workspace crm.ID, files []crm.ID) {
	for _, id := range files {
		if err := in.gw.Files.Remove(workspace, id); err != nil {
			in.log.Warn("a file that nobody sent could not be removed", "file", id, "err", err)
		}
	}
}

func scanInto(ids *[]crm.ID) func(*sql.Rows) error {
	return func(r *sql.Rows) error {
		var id crm.ID
		err := r.Scan(&id)
		*ids = append(*ids, id)
		return err
	}
}
