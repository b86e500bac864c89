package inbox

import (
	"database/sql"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// ExchangedOver tells whether the contact knows of the message by this channel:
// the contact wrote it, or it was sent. Comments, and what is still on its way or
// failed, the contact knows nothing of.
func (m *Message) ExchangedOver(channelID crm.ID) bool {
	switch {
	case m.Channel != channelID:
		return false
	case m.Direction == crm.Incoming:
		return true
	}
	return m.Direction == crm.Outgoing && (m.Status == crm.Sent || m.Status == crm.Delivered || m.Status == crm.Read)
}

// Exchanged returns up to limit messages that a contact exchanged over a channel
// ([Message.ExchangedOver]), newest first, older than before (0: the newest).
func Exchanged(tx *db.Tx, workspace, contactID, channelID, before crm.ID, limit int) ([]*Message, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	var out []*Message
	err := tx.Each(`SELECT `+messageColumns+` FROM message WHERE workspace_id = $1 AND contact_id = $2 AND id < $3 AND channel_id = $4
		AND (direction = 'incoming' OR direction = 'outgoing' AND status IN ('sent', 'delivered', 'read')) ORDER BY id DESC`+db.Limit(limit),
		[]any{workspace, contactID, before, channelID}, func(r *sql.Rows) error {
			m, err := scanMessage(r, workspace)
			out = append(out, m)
			return err
		})
	return out, err
}
