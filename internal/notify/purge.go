package notify

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/account"
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
	err := s.o.DB.Read(ctx, func(tx *db.Tx) (err error) { workspaces, err = account.Workspaces(tx); return err })
	for _, ws := range workspaces {
		if err == nil {
			err = s.purge(ctx, ws)
		}
	}
	return err
}

func (s *Service) purge(ctx context.Context, workspace crm.ID) error {
	// Up to which last_id the notifications of owners are too many.
	surplus := make(map[crm.ID]crm.ID)
	err := s.o.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(`SELECT n.owner_id, (SELECT o.last_id FROM notification o WHERE o.workspace_id = $1 AND o.owner_id = n.owner_id
				ORDER BY o.last_id DESC LIMIT 1 OFFSET $2)
			FROM notification n WHERE n.workspace_id = $1 GROUP BY n.owner_id HAVING COUNT(*) > $2`, []any{workspace, keepEach}, func(r *sql.Rows) error {
			var owner, last crm.ID
			err := r.Scan(&owner, &last)
			surplus[owner] = last
			return err
		})
	})
	if err != nil {
		return err
	}
	for owner, last := range surplus {
		err := s.o.DB.Sweep(ctx, func(tx *db.Tx) (bool, error) {
			return purgeSome(tx, workspace, `owner_id = $2 AND last_id <= $3`, owner, last)
		})
		if err != nil {
			return err
		}
	}
	err = s.o.DB.Sweep(ctx, func(tx *db.Tx) (bool, error) {
		return purgeSome(tx, workspace, `last_id < $2`, db.IDFrom(tx.Now().Add(-keepFor)))
	})
	if err != nil {
		return err
	}
	if err := s.purgeStates(ctx, workspace); err != nil {
		return err
	}
	return s.o.DB.Sweep(ctx, func(tx *db.Tx) (bool, error) {
		n, err := tx.Exec(`DELETE FROM push_subscription WHERE workspace_id = $1 AND id IN (SELECT p.id FROM push_subscription p WHERE p.workspace_id = $1
			AND NOT EXISTS (SELECT 1 FROM session s WHERE s.id = p.session_id AND s.user_id = p.user_id AND s.expires_at > $2) LIMIT $3)`,
			workspace, tx.Micros(), purgeStep)
		return n == purgeStep, err
	})
}

// purgeStates deletes what users have seen of notifications that are gone: made while
// theirs was deleted. They are looked for where nobody waits.
func (s *Service) purgeStates(ctx context.Context, workspace crm.ID) error {
	var lost []any
	err := s.o.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(`SELECT s.notification_id, s.user_id FROM notification_state s WHERE s.workspace_id = $1
			AND NOT EXISTS (SELECT 1 FROM notification n WHERE n.workspace_id = s.workspace_id AND n.id = s.notification_id) LIMIT $2`,
			[]any{workspace, purgeStep}, func(r *sql.Rows) error {
				var id, user crm.ID
				err := r.Scan(&id, &user)
				lost = append(lost, id, user)
				return err
			})
	})
	if err != nil || len(lost) == 0 {
		return err
	}
	return s.o.DB.Write(ctx, func(tx *db.Tx) error {
		var pairs strings.Builder
		for i := 0; i < len(lost); i += 2 {
			if i > 0 {
				pairs.WriteString(`, `)
			}
			pairs.WriteString(`(` + db.Params(2+i, 2) + `)`)
		}
		_, err := tx.Exec(`DELETE FROM notification_state WHERE workspace_id = $1 AND (notification_id, user_id) IN (VALUES `+pairs.String()+`)`,
			append([]any{workspace}, lost...)...)
		return err
	})
}

// purgeSome deletes the oldest notifications that fit, with what users have seen of
// them, and tells whether there may be more.
func purgeSome(tx *db.Tx, workspace crm.ID, which string, args ...any) (more bool, err error) {
	var ids []crm.ID
	args = append([]any{workspace}, args...)
	err = tx.Each(`SELECT id FROM notification WHERE workspace_id = $1 AND `+which+` ORDER BY last_id LIMIT `+db.Params(len(args)+1, 1)+tx.ForUpdate(),
		append(args, purgeStep), func(r *sql.Rows) error {
			var id crm.ID
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		})
	if err != nil || len(ids) == 0 {
		return false, err
	}
	list, args := db.InList([]any{workspace}, ids)
	if _, err := tx.Exec(`DELETE FROM notification_state WHERE workspace_id = $1 AND notification_id IN (`+list+`)`, args...); err != nil {
		return false, err
	}
	_, err = tx.Exec(`DELETE FROM notification WHERE workspace_id = $1 AND id IN (`+list+`)`, args...)
	return len(ids) == purgeStep, err
}
