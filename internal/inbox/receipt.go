package inbox

import (
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/gateway"
)

// status takes a receipt for a message of ours. One that is about a message whose
// send hasn't been answered yet waits for it.
func (a *arrival) status(e *channel.Inbound) error {
	m, r := a.target(e)
	if m == nil {
		return a.park(e)
	}
	if e.TargetID != "" {
		if _, known := a.external[e.TargetID]; !known {
			// The send's own answer may be storing the same id at this moment.
			err := a.tx.Queue(`INSERT INTO message_external (workspace_id, channel_id, external_id, contact_id, message_id)
				VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
				int64(a.workspace), int64(a.ch.ID), e.TargetID, int64(m.Contact), int64(m.ID))
			if err != nil {
				return err
			}
			a.external[e.TargetID] = r
			if m.ExternalID == "" {
				m.ExternalID = e.TargetID
			}
			a.changed[r] = true
		}
	}
	if m.Direction == crm.Outgoing && m.advance(e.Status, at(e.SentAt, a.tx), m.failure(e.TargetID, e.Error)) {
		a.changed[r] = true
	}
	return nil
}

func (a *arrival) target(e *channel.Inbound) (*Message, ref) {
	if r, ok := a.external[e.TargetID]; ok && e.TargetID != "" {
		return a.messages[r], r
	}
	if c, id, err := gateway.ParsePayload(e.LocalRef); err == nil {
		r := ref{c, id}
		if m := a.messages[r]; m != nil && m.Channel == a.ch.ID {
			return m, r
		}
	}
	return nil, ref{}
}

func at(t time.Time, tx *db.Tx) int64 {
	if t.IsZero() {
		return tx.Micros()
	}
	return t.UnixMicro()
}

// failure is what a receipt says of a part of the message that failed, nil for none. One
// part of several is as good as the message: what the others do is no comfort.
func (m *Message) failure(externalID string, e *crm.DeliveryError) *crm.DeliveryError {
	if e == nil || !m.isPart(externalID) {
		return e
	}
	final := *e
	final.Final = true
	return &final
}

// isPart tells whether a provider's message is one of several that this one went as, and
// not that of an earlier attempt.
func (m *Message) isPart(externalID string) bool {
	if len(m.Content.Parts) > 0 && externalID != "" {
		return slices.Contains(m.Content.Parts, externalID)
	}
	// The send isn't answered yet, or was before the parts were kept.
	files, apart := len(m.Content.Attachments), externalID != "" && m.ExternalID != "" && externalID != m.ExternalID
	return files > 1 || files == 1 && m.Content.Text != "" && apart
}

// advance moves a message's status forward and keeps each status's first time. It
// tells whether anything changed.
func (m *Message) advance(s crm.Status, at int64, failure *crm.DeliveryError) bool {
	before := *m
	first := func(p *int64) {
		if *p == 0 {
			*p = at
		}
	}
	switch s {
	case crm.Sent:
		first(&m.SentAt)
	case crm.Delivered:
		first(&m.SentAt)
		first(&m.DeliveredAt)
	case crm.Read:
		first(&m.SentAt)
		first(&m.DeliveredAt)
		first(&m.ReadAt)
	case crm.Failed:
		first(&m.FailedAt)
	}
	switch {
	case m.Error != nil && m.Error.Final: // it stands
	case failure != nil && failure.Final && (s == crm.Failed || s == crm.Uncertain):
		m.Status, m.Error = s, failure
	default:
		m.Status = m.Status.Next(s)
		switch {
		case m.Status == crm.Failed && failure != nil && before.Error == nil:
			m.Error = failure
		case m.Status != crm.Failed && m.Status != crm.Uncertain:
			m.Error = nil
		}
	}
	return m.Status != before.Status || m.SentAt != before.SentAt || m.DeliveredAt != before.DeliveredAt ||
		m.ReadAt != before.ReadAt || m.FailedAt != before.FailedAt || m.Error != before.Error
}

func (a *arrival) park(e *channel.Inbound) error {
	if e.TargetID == "" || e.Status == "" {
		return nil
	}
	a.received = append(a.received, gateway.Received{Parked: e.TargetID})
	return a.tx.Queue(`INSERT INTO parked_receipt (workspace_id, channel_id, external_id, status, at, error, parked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		int64(a.workspace), int64(a.ch.ID), e.TargetID, string(e.Status), at(e.SentAt, a.tx), document(e.Error), a.tx.Micros())
}

// unpark applies the receipts that came before the answer of a send.
func unpark(tx *db.Tx, m *Message, externalIDs []string) error {
	list, args := db.InList([]any{int64(m.Workspace), int64(m.Channel)}, externalIDs)
	return tx.Each(`DELETE FROM parked_receipt WHERE workspace_id = $1 AND channel_id = $2 AND external_id IN (`+list+`)
		RETURNING external_id, status, at, error`, args, func(r *sql.Rows) error {
		var s crm.Status
		var at int64
		var external, text string
		if err := r.Scan(&external, &s, &at, &text); err != nil {
			return err
		}
		var failure *crm.DeliveryError
		if text != "" {
			if err := json.Unmarshal([]byte(text), &failure); err != nil {
				return err
			}
		}
		m.advance(s, at, m.failure(external, failure))
		return nil
	})
}

// Unpark implements gateway.Inbox.
func (in *Inbox) Unpark(tx *db.Tx, ch *gateway.Channel, externalID string) error {
	found, err := findExternal(tx, ch.Workspace, ch.ID, []string{externalID})
	r, ok := found[externalID]
	if err != nil || !ok || r.message == 0 {
		return err // not a message of ours
	}
	w := in.work(tx, ch.Workspace)
	if err := w.load(r.contact); err != nil {
		return err
	}
	m, err := getMessage(tx, ch.Workspace, r.contact, r.message)
	if err != nil {
		return err
	}
	before := m.Status
	if err := unpark(tx, m, []string{externalID}); err != nil || m.Status == before {
		return err
	}
	if err := saveMessage(tx, m); err != nil {
		return err
	}
	w.append(eventlog.Event{
		Kind: eventlog.MessageUpdated, Contact: m.Contact, Conversation: m.Conversation, Message: m.ID, Actor: crm.Actor{Source: crm.ByContact},
	})
	return nil
}

// maxReadUpTo bounds how many messages one mark of the contact reads.
const maxReadUpTo = 200

// readUpTo takes a mark that says all our messages up to a time, or up to a
// message, were read.
func (a *arrival) readUpTo(e *channel.Inbound) error {
	var t *tracked
	for _, k := range a.keys(e.Contact) {
		if id := a.owners[k]; id != 0 && t == nil {
			t = a.contacts[id]
		}
	}
	if t == nil {
		return nil
	}
	limit := db.IDFrom(e.SentAt.Add(time.Second))
	if r, ok := a.external[e.TargetID]; ok && e.TargetID != "" {
		limit = r.message + 1
	}
	s := e.Status
	if s == "" {
		s = crm.Read
	}
	if err := a.flush(); err != nil {
		return err
	}
	var found []*Message
	err := a.tx.Each(`SELECT `+messageColumns+` FROM message WHERE workspace_id = $1 AND contact_id = $2 AND id < $3
		AND direction = 'outgoing' AND channel_id = $4 AND status IN ('sent', 'delivered', 'uncertain') ORDER BY id DESC LIMIT $5`,
		[]any{a.workspace, t.ID, limit, a.ch.ID, maxReadUpTo}, func(r *sql.Rows) error {
			m, err := scanMessage(r, a.workspace)
			found = append(found, m)
			return err
		})
	if err != nil {
		return err
	}
	for _, m := range found {
		r := ref{m.Contact, m.ID}
		if have := a.messages[r]; have != nil {
			m = have
		}
		a.messages[r] = m
		if m.advance(s, at(e.SentAt, a.tx), nil) {
			a.changed[r] = true
		}
	}
	return nil
}

// change takes a reaction, an edit or a deletion by the contact.
func (a *arrival) change(e *channel.Inbound) error {
	m, r := a.target(e)
	if m == nil {
		// It may come, or be from before the channel was connected.
		a.received = append(a.received, gateway.Received{Late: e})
		return nil
	}
	by := "contact"
	if e.Outgoing {
		by = "us"
	}
	switch e.Kind {
	case channel.InReaction:
		if !m.react(by, e.Emoji, at(e.SentAt, a.tx)) {
			return nil
		}
	case channel.InEdit:
		if m.DeletedAt != 0 || m.EditedAt >= at(e.SentAt, a.tx) && m.EditedAt != 0 {
			return nil
		}
		m.EditedAt = at(e.SentAt, a.tx)
		next := e.Content
		cleanContent(&next)
		m.Content.Text = next.Text
		a.edited[r] = true
		if len(next.Attachments) > 0 && hasRemote(next) && next.Attachments[0].Remote != firstRemote(m.Content) {
			m.Content.Attachments = next.Attachments
			a.received = append(a.received, gateway.Received{Contact: m.Contact, Message: m.ID, Media: true})
		}
	case channel.InDelete:
		if m.DeletedAt != 0 {
			return nil
		}
		m.DeletedAt = at(e.SentAt, a.tx)
	}
	a.changed[r] = true
	return nil
}

func firstRemote(c crm.Content) string {
	if len(c.Attachments) == 0 {
		return ""
	}
	return c.Attachments[0].Remote
}

// reaction returns who's reaction; "" for none.
func (m *Message) reaction(by string) string {
	for _, r := range m.Reactions {
		if r.By == by {
			return r.Emoji
		}
	}
	return ""
}

// react sets who's reaction at a time; "" takes it back. It tells whether anything
// changed, which it doesn't by what is older than what is there.
func (m *Message) react(by, emoji string, at int64) bool {
	next := Reaction{Emoji: crm.Clean(emoji), By: by, At: at}
	i := slices.IndexFunc(m.Reactions, func(r Reaction) bool { return r.By == by })
	if i < 0 {
		m.Reactions = append(m.Reactions, next)
		return true
	}
	if was := m.Reactions[i]; was.Emoji == next.Emoji || was.At > at {
		return false
	}
	m.Reactions[i] = next
	return true
}
