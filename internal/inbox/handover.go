package inbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/jobs"
)

const (
	jobHandOver = "hand_over"
	// handOverChunk is how many contacts change hands in one transaction.
	handOverChunk = 200
)

// handOver is the payload of the job that gives a user's contacts to another.
type handOver struct {
	From, To, By crm.ID
}

// HandOver promises to give all contacts of a user to another, or to nobody with 0.
// They may be many, so it happens in chunks after the commit.
func (in *Inbox) HandOver(tx *db.Tx, v crm.Viewer, from, to crm.ID) error {
	if to != 0 {
		ok, err := account.IsMember(tx, v.Workspace, to)
		if err != nil {
			return err
		}
		if !ok || to == from {
			return crm.RefuseField("reassign_to", crm.CodeUnknownUser)
		}
	}
	payload, err := json.Marshal(handOver{from, to, v.User})
	if err != nil {
		return err
	}
	_, err = in.queue.Enqueue(tx, jobs.Job{Workspace: v.Workspace, Lane: "handover:" + from.String(), Kind: jobHandOver, Payload: string(payload)})
	return err
}

func (in *Inbox) runHandOver(ctx context.Context, list []*jobs.Job) error {
	for _, j := range list {
		var h handOver
		if err := json.Unmarshal([]byte(j.Payload), &h); err != nil {
			return fmt.Errorf("inbox: the job's payload can't be read: %w", err)
		}
		for more := true; more; {
			err := in.d.Write(ctx, func(tx *db.Tx) (err error) {
				more, err = in.handOverSome(tx, j.Workspace, h)
				if err == nil && !more {
					err = in.queue.Done(tx, j)
				}
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// handOverSome moves one chunk and tells whether there may be more.
func (in *Inbox) handOverSome(tx *db.Tx, workspace crm.ID, h handOver) (more bool, err error) {
	var ids []crm.ID
	err = tx.Each(`SELECT id FROM contact WHERE workspace_id = $1 AND assignee_id = $2 LIMIT $3`, []any{workspace, h.From, handOverChunk},
		func(r *sql.Rows) error {
			var id crm.ID
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		})
	if err != nil {
		return false, err
	}
	w := in.work(tx, workspace)
	if err := w.load(ids...); err != nil {
		return false, err
	}
	for _, t := range w.contacts {
		if t.Assignee == h.From {
			w.assign(t, h.To, crm.Actor{Source: crm.ByUser, ID: h.By})
		}
	}
	return len(ids) == handOverChunk, w.save()
}
