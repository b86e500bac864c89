package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// Idempotent is the header that every creating call takes.
type Idempotent struct {
	Key string `header:"Idempotency-Key" maxLength:"200" doc:"A unique key of the caller's; a repeated one returns the first answer."`
}

// once runs a creating call in one transaction, together with the note that it was
// made: a repeated key returns the first answer, whatever happened in between. what
// identifies the request, so that a key reused for another one is refused.
func once[T any](ctx context.Context, s *Server, c caller, key string, what any, create func(tx *db.Tx) (T, error)) (T, error) {
	var out T
	if key == "" {
		err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
			out, err = create(tx)
			return err
		})
		return out, err
	}
	print, err := fingerprint(what)
	if err != nil {
		return out, err
	}
	for try := 0; ; try++ {
		err = s.DB.Write(ctx, func(tx *db.Tx) error {
			known, err := recall(tx, c, key, print, &out)
			if err != nil || known {
				return err
			}
			if out, err = create(tx); err != nil {
				return err
			}
			return note(tx, c, key, print, out)
		})
		if !errors.Is(err, db.ErrConflict) || try > 2 {
			return out, err // after a conflict the same key has just been answered elsewhere
		}
	}
}

func fingerprint(what any) ([]byte, error) {
	b, err := json.Marshal(what)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	return sum[:16], nil
}

func actorKey(c caller) string { return c.User.String() + "/" + c.Token.String() }

func recall(tx *db.Tx, c caller, key string, print []byte, out any) (bool, error) {
	var have, body []byte
	err := tx.Row(`SELECT request, body FROM idempotency WHERE workspace_id = $1 AND actor = $2 AND request_key = $3`,
		[]any{c.Workspace, actorKey(c), key}, &have, &body)
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !bytes.Equal(have, print) {
		return false, crm.RefuseField("Idempotency-Key", crm.CodeKeyReused)
	}
	return true, json.Unmarshal(body, out)
}

func note(tx *db.Tx, c caller, key string, print []byte, out any) error {
	body, err := json.Marshal(out)
	if err != nil {
		return err
	}
	return tx.Queue(`INSERT INTO idempotency (workspace_id, actor, request_key, request, status, body, created_at) VALUES ($1, $2, $3, $4, 201, $5, $6)`,
		int64(c.Workspace), actorKey(c), key, print, body, tx.Micros())
}

// onceOutside is once for calls that do more than a transaction, as asking a
// provider: the note is made right after.
func onceOutside[T any](ctx context.Context, s *Server, c caller, key string, what any, create func() (T, error)) (T, error) {
	var out T
	if key == "" {
		return create()
	}
	print, err := fingerprint(what)
	if err != nil {
		return out, err
	}
	known := false
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		known, err = recall(tx, c, key, print, &out)
		return err
	})
	if err != nil || known {
		return out, err
	}
	if out, err = create(); err != nil {
		return out, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error { return note(tx, c, key, print, out) })
	if errors.Is(err, db.ErrConflict) {
		err = nil
	}
	return out, err
}

const (
	// keysKept is for how long a repeated key returns the first answer.
	keysKept      = 48 * time.Hour
	keysPurgeStep = 500
)

// PurgeIdempotency deletes what is known of keys that are old.
func PurgeIdempotency(ctx context.Context, d *db.DB) error {
	var workspaces []crm.ID
	err := d.Read(ctx, func(tx *db.Tx) (err error) { workspaces, err = account.Workspaces(tx); return err })
	for _, ws := range workspaces {
		if err != nil {
			break
		}
		err = d.Sweep(ctx, func(tx *db.Tx) (bool, error) {
			n, err := tx.Exec(`DELETE FROM idempotency WHERE workspace_id = $1 AND (actor, request_key) IN
				(SELECT actor, request_key FROM idempotency WHERE workspace_id = $1 AND created_at < $2 ORDER BY created_at LIMIT $3)`,
				ws, tx.Now().Add(-keysKept).UnixMicro(), keysPurgeStep)
			return n == keysPurgeStep, err
		})
	}
	return err
}
