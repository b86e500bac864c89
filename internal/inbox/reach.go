package inbox

import (
	"database/sql"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// Reach is how a contact is reached over a channel. Times are microseconds UTC.
type Reach struct {
	Contact        crm.ID
	Channel        crm.ID
	Address        string
	Label          string
	LastMessageAt  int64
	LastIncomingAt int64
	// LastIncoming is the external id of the last incoming message.
	LastIncoming string
	// Unreachable says why nothing gets through: blocked, refused; "" if it does.
	Unreachable string
	CreatedAt   int64

	dirty bool
}

const reachColumns = `contact_id, channel_id, address, label, last_message_at, last_incoming_at, last_incoming, unreachable, created_at`

func scanReach(r *sql.Rows) (*Reach, error) {
	x := &Reach{}
	err := r.Scan(&x.Contact, &x.Channel, &x.Address, &x.Label, &x.LastMessageAt, &x.LastIncomingAt, &x.LastIncoming, &x.Unreachable, &x.CreatedAt)
	return x, err
}

// Reaches returns the channels of a contact, the last used first.
func Reaches(tx *db.Tx, workspace, contactID crm.ID) ([]*Reach, error) {
	var out []*Reach
	err := tx.Each(`SELECT `+reachColumns+` FROM contact_channel WHERE workspace_id = $1 AND contact_id = $2
		ORDER BY last_message_at DESC, channel_id LIMIT 50`, []any{workspace, contactID}, func(r *sql.Rows) error {
		x, err := scanReach(r)
		out = append(out, x)
		return err
	})
	return out, err
}

// reachesOn returns how contacts are reached over one channel.
func reachesOn(tx *db.Tx, workspace, channelID crm.ID, contacts []crm.ID) (map[crm.ID]*Reach, error) {
	out := make(map[crm.ID]*Reach, len(contacts))
	if len(contacts) == 0 {
		return out, nil
	}
	list, args := db.InList([]any{workspace, channelID}, contacts)
	err := tx.Each(`SELECT `+reachColumns+` FROM contact_channel WHERE workspace_id = $1 AND channel_id = $2 AND contact_id IN (`+list+`)`,
		args, func(r *sql.Rows) error {
			x, err := scanReach(r)
			out[x.Contact] = x
			return err
		})
	return out, err
}

func saveReaches(tx *db.Tx, workspace crm.ID, list []*Reach) error {
	rows := make([][]any, 0, len(list))
	for _, x := range list {
		x.dirty = false
		rows = append(rows, []any{
			int64(workspace), int64(x.Contact), int64(x.Channel), x.Address, x.Label, x.LastMessageAt, x.LastIncomingAt,
			x.LastIncoming, x.Unreachable, x.CreatedAt,
		})
	}
	return tx.Insert(`contact_channel (workspace_id, contact_id, channel_id, address, label, last_message_at, last_incoming_at,
			last_incoming, unreachable, created_at)`,
		`ON CONFLICT (workspace_id, contact_id, channel_id) DO UPDATE SET address = excluded.address, label = excluded.label,
			last_message_at = excluded.last_message_at, last_incoming_at = excluded.last_incoming_at,
			last_incoming = excluded.last_incoming, unreachable = excluded.unreachable`, rows)
}
