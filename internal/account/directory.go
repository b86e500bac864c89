package account

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// directoryAge is how stale a remembered name may be.
const directoryAge = 10 * time.Second

// Directory remembers what users are called, for the lists and messages that show
// their names.
type Directory struct {
	d  *db.DB
	mu sync.Mutex
	of map[crm.ID]*page
}

type page struct {
	at    time.Time
	names map[crm.ID]string
}

// NewDirectory returns an empty directory.
func NewDirectory(d *db.DB) *Directory {
	return &Directory{d: d, of: make(map[crm.ID]*page)}
}

// Names returns the names of a workspace's users.
func (d *Directory) Names(ctx context.Context, workspace crm.ID) (func(crm.ID) string, error) {
	d.mu.Lock()
	p := d.of[workspace]
	d.mu.Unlock()
	if p == nil || time.Since(p.at) > directoryAge {
		p = &page{at: time.Now(), names: make(map[crm.ID]string)}
		err := d.d.Read(ctx, func(tx *db.Tx) error {
			list, err := users(tx, workspace, "") // those who left too: their names stay on what they wrote
			for _, u := range list {
				p.names[u.ID] = u.Name
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		d.mu.Lock()
		d.of[workspace] = p
		d.mu.Unlock()
	}
	return func(id crm.ID) string { return p.names[id] }, nil
}

// MemberNames returns what those of the ids are called who are members of a workspace.
func MemberNames(tx *db.Tx, workspace crm.ID, ids []crm.ID) (map[crm.ID]string, error) {
	out := make(map[crm.ID]string, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	list, args := db.InList([]any{workspace}, ids)
	err := tx.Each(`SELECT u.id, u.name FROM member m JOIN app_user u ON u.id = m.user_id
		WHERE m.workspace_id = $1 AND m.removed_at = 0 AND m.user_id IN (`+list+`)`, args, func(r *sql.Rows) error {
		var id crm.ID
		var name string
		err := r.Scan(&id, &name)
		out[id] = name
		return err
	})
	return out, err
}

// Forget makes the next look at a workspace fresh.
func (d *Directory) Forget(workspace crm.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.of, workspace)
}
