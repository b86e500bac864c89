package account

import (
	"database/sql"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// Activity is whether a user is there to answer.
type Activity string

// The activities. Online and busy are chosen; offline comes by itself, after a time
// without a key or a click or by signing out, and the choice returns with the user.
const (
	Online  Activity = "online"
	Busy    Activity = "busy"
	Offline Activity = "offline"
)

// touchEvery spaces the writes that note that a user is there.
const touchEvery = 15 * time.Second

// Status returns what others see of the user at a time.
func (u User) Status(now time.Time, inactivity time.Duration) Activity {
	return status(u.Activity, u.ActiveAt, now, inactivity)
}

func status(chosen Activity, activeAt int64, now time.Time, inactivity time.Duration) Activity {
	if activeAt == 0 || now.Sub(time.UnixMicro(activeAt)) >= inactivity {
		return Offline
	}
	return chosen
}

// Statuses returns what members of a workspace are, as far as they aren't offline.
func Statuses(tx *db.Tx, workspace crm.ID) (map[crm.ID]Activity, error) {
	out := make(map[crm.ID]Activity)
	err := tx.Each(`SELECT m.user_id, m.activity, m.active_at, w.inactivity FROM member m JOIN workspace w ON w.id = m.workspace_id
		WHERE m.workspace_id = $1 AND m.removed_at = 0 AND m.active_at > 0`, []any{workspace}, func(r *sql.Rows) error {
		var id crm.ID
		var chosen Activity
		var at, minutes int64
		if err := r.Scan(&id, &chosen, &at, &minutes); err != nil {
			return err
		}
		if s := status(chosen, at, tx.Now(), time.Duration(minutes)*time.Minute); s != Offline {
			out[id] = s
		}
		return nil
	})
	return out, err
}

// Touch notes that the viewer did something, and what the viewer chose to be ("" as
// before). It tells whether others see a change. Offline can't be chosen.
func (s *Service) Touch(tx *db.Tx, v crm.Viewer, choose Activity) (changed bool, err error) {
	if choose != "" && choose != Online && choose != Busy {
		return false, crm.RefuseField("status", crm.CodeInvalid)
	}
	var chosen Activity
	var at, minutes int64
	err = tx.Row(`SELECT m.activity, m.active_at, w.inactivity FROM member m JOIN workspace w ON w.id = m.workspace_id
		WHERE m.workspace_id = $1 AND m.user_id = $2`, []any{v.Workspace, v.User}, &chosen, &at, &minutes)
	if err != nil {
		return false, err
	}
	before := status(chosen, at, tx.Now(), time.Duration(minutes)*time.Minute)
	if choose == "" {
		choose = chosen
	}
	if before == choose && tx.Now().Sub(time.UnixMicro(at)) < touchEvery {
		return false, nil
	}
	_, err = tx.Exec(`UPDATE member SET activity = $1, active_at = $2 WHERE workspace_id = $3 AND user_id = $4`,
		string(choose), tx.Micros(), v.Workspace, v.User)
	return before != choose, err
}

// leave makes a user offline at once, when the last session has ended.
func leave(tx *db.Tx, workspace, user crm.ID) error {
	_, err := tx.Exec(`UPDATE member SET active_at = 0 WHERE workspace_id = $1 AND user_id = $2
		AND NOT EXISTS (SELECT 1 FROM session s WHERE s.user_id = $2 AND s.workspace_id = $1 AND s.expires_at > $3)`,
		workspace, user, tx.Micros())
	return err
}
