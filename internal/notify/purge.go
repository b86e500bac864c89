package notify

import (
	"context"
	"database/sql"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

const (
	// keepFor is how long notifications are kept, keepEach how many of each owner.
	keepFor   = 90 * 24 * time.Hour
	keepEach  = 1000
	purgeStep = 500
)

// Purge deletes what is too old, what is too much, and what belongs to nothing any more.
func (s *Service) Purge(ctx context.Context) error {
	var workspaces []crm.ID
	err := s.o.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(`SELECT id FROM workspace`, nil, func(r *sql.Rows) error {
			var id crm.ID
			err := r.Scan(&id)
			workspaces = append(workspaces, id)
			return err
		})
	})
	for _, ws := range workspaces {
		for more := true; more && err == nil; {
			more, err = s.purgeSome(ctx, ws)
		}
	}
	return err
}

// purgeSome deletes one step's worth of a workspace and tells whether there may be more.
func (s *Service) purgeSome(ctx context.Context, workspace crm.ID) (more bool, err error) {
	err = s.o.DB.Write(ctx, func(tx *db.Tx) error {
		more = false
		for _, q := range []struct {
			text string
			args []any
		}{
			{`DELETE FROM notification WHERE workspace_id = $1 AND id IN
				(SELECT id FROM notification WHERE workspace_id = $1 AND last_id < $2 ORDER BY last_id LIMIT $3)`,
				[]any{workspace, db.IDFrom(tx.Now().Add(-keepFor)), purgeStep}},
			{`DELETE FROM notification WHERE workspace_id = $1 AND id IN (SELECT n.id FROM notification n JOIN
				(SELECT owner_id FROM notification WHERE workspace_id = $1 GROUP BY owner_id HAVING COUNT(*) > $2) many ON many.owner_id = n.owner_id
				WHERE n.workspace_id = $1 AND n.last_id <= (SELECT o.last_id FROM notification o
					WHERE o.workspace_id = $1 AND o.owner_id = n.owner_id ORDER BY o.last_id DESC LIMIT 1 OFFSET $2) LIMIT $3)`,
				[]any{workspace, keepEach, purgeStep}},
			{`DELETE FROM notification_state WHERE workspace_id = $1 AND (notification_id, user_id) IN
				(SELECT s.notification_id, s.user_id FROM notification_state s WHERE s.workspace_id = $1
					AND NOT EXISTS (SELECT 1 FROM notification n WHERE n.workspace_id = $1 AND n.id = s.notification_id) LIMIT $2)`,
				[]any{workspace, purgeStep}},
			{`DELETE FROM push_subscription WHERE workspace_id = $1 AND id IN (SELECT p.id FROM push_subscription p WHERE p.workspace_id = $1
				AND NOT EXISTS (SELECT 1 FROM session s WHERE s.id = p.session_id AND s.user_id = p.user_id AND s.expires_at > $2) LIMIT $3)`,
				[]any{workspace, tx.Micros(), purgeStep}},
		} {
			n, err := tx.Exec(q.text, q.args...)
			if err != nil {
				return err
			}
			more = more || n == purgeStep
		}
		return nil
	})
	return more, err
}
