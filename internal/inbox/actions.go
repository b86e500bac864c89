package inbox

import (
	"errors"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/gateway"
)

// open opens a conversation unless one is open; a snoozed contact comes back. The
// event gets the id, so that it stands before the message that caused it.
func (w *workset) open(t *tracked, by crm.Actor, id crm.ID, ch *gateway.Channel, referral *crm.Referral) bool {
	if t.Conversation != 0 {
		return w.wake(t, by)
	}
	c := w.tx.NewID()
	now := w.tx.Micros()
	if err := w.tx.Queue(`INSERT INTO conversation (workspace_id, contact_id, id, opened_at, opened_source, opened_by) VALUES ($1, $2, $3, $4, $5, $6)`,
		int64(w.workspace), int64(t.ID), int64(c), now, string(by.Source), int64(by.ID)); err != nil {
		w.tx.BeforeCommit(func(*db.Tx) error { return err })
		return false
	}
	t.Conversation, t.Status, t.StatusSince, t.dirty = c, crm.Open, now, true
	if id == 0 {
		id = w.tx.NewID()
	}
	data := map[string]any{}
	if ch != nil {
		data["channel_id"], data["channel_name"] = ch.ID.String(), ch.Name
	}
	if referral != nil {
		data["referral"] = referral
	}
	if w.welcome {
		data["welcome"] = true
	}
	w.append(eventlog.Event{
		Kind: eventlog.ConversationOpened, ID: id, Contact: t.ID, Conversation: c, Actor: by,
		Data: eventlog.Data(data), Timeline: true,
	})
	return true
}

// assign gives the contact to a user, or to nobody with 0. Assigning to whom it
// has already is nothing.
func (w *workset) assign(t *tracked, user crm.ID, by crm.Actor) {
	if t.Assignee == user {
		return
	}
	e := eventlog.Event{Kind: eventlog.Assigned, Contact: t.ID, Conversation: t.Conversation, Actor: by, Timeline: true}
	data := make(map[string]string)
	if t.Assignee != 0 {
		data["old"] = t.Assignee.String() // who may lose sight of the contact by this
	}
	if user == 0 {
		e.Kind = eventlog.Unassigned
	} else {
		data["assignee_id"] = user.String()
	}
	e.Data = eventlog.Data(data)
	t.Assignee, t.dirty = user, true
	e.ID = w.tx.NewID()
	w.append(e)
}

// Open opens a conversation by hand.
func (in *Inbox) Open(tx *db.Tx, v crm.Viewer, id crm.ID) (*contact.Contact, error) {
	return in.act(tx, v, id, func(w *workset, t *tracked) error {
		if t.Blocked {
			return crm.Refuse(crm.CodeBlocked)
		}
		w.open(t, v.Actor(), 0, nil, nil)
		return nil
	})
}

// MarkRead marks everything of a contact as read, and tells the provider.
func (in *Inbox) MarkRead(tx *db.Tx, v crm.Viewer, id crm.ID) (*contact.Contact, error) {
	return in.act(tx, v, id, func(w *workset, t *tracked) error {
		if t.Unread == 0 {
			return nil
		}
		t.Unread, t.dirty = 0, true
		w.append(eventlog.Event{Kind: eventlog.ContactUpdated, Contact: t.ID, Actor: v.Actor()})
		reaches, err := Reaches(tx, v.Workspace, t.ID)
		if err != nil {
			return err
		}
		for _, x := range reaches {
			if x.Channel != t.Last.Channel {
				continue
			}
			ch, err := in.gw.Channel(tx.Context(), v.Workspace, x.Channel)
			if errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
				continue
			}
			if err != nil {
				return err
			}
			return in.gw.PromiseRead(tx, ch, t.ID, x.Address, x.LastIncoming)
		}
		return nil
	})
}

// MarkUnread puts an unread mark back on a contact.
func (in *Inbox) MarkUnread(tx *db.Tx, v crm.Viewer, id crm.ID) (*contact.Contact, error) {
	return in.act(tx, v, id, func(w *workset, t *tracked) error {
		if t.Unread > 0 {
			return nil
		}
		t.Unread, t.dirty = 1, true
		w.append(eventlog.Event{Kind: eventlog.ContactUpdated, Contact: t.ID, Actor: v.Actor()})
		return nil
	})
}

// act locks a contact, changes it and saves it.
func (in *Inbox) act(tx *db.Tx, v crm.Viewer, id crm.ID, change func(*workset, *tracked) error) (*contact.Contact, error) {
	w := in.work(tx, v.Workspace)
	t, err := w.seen(v, id)
	if err != nil {
		return nil, err
	}
	if err := change(w, t); err != nil {
		return nil, err
	}
	return t.Contact, w.save()
}

// Draft is what a user has begun to write to a contact.
type Draft struct {
	Text      string
	Comment   bool
	UpdatedAt int64
}

const maxDraft = 20_000

// SaveDraft keeps a draft; an empty text removes it.
func (in *Inbox) SaveDraft(tx *db.Tx, v crm.Viewer, id crm.ID, text string, comment bool) error {
	if len(text) > maxDraft {
		return crm.RefuseField("text", crm.CodeTooLong, "max", maxDraft)
	}
	if _, err := contact.See(tx, v, id, false); err != nil {
		return err
	}
	if text == "" {
		return tx.Queue(`DELETE FROM draft WHERE workspace_id = $1 AND contact_id = $2 AND user_id = $3`,
			int64(v.Workspace), int64(id), int64(v.User))
	}
	return tx.Queue(`INSERT INTO draft (workspace_id, contact_id, user_id, body, comment, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (workspace_id, contact_id, user_id) DO UPDATE SET body = excluded.body, comment = excluded.comment, updated_at = excluded.updated_at`,
		int64(v.Workspace), int64(id), int64(v.User), crm.Clean(text), comment, tx.Micros())
}

// GetDraft returns a user's draft for a contact, or nil.
func GetDraft(tx *db.Tx, v crm.Viewer, id crm.ID) (*Draft, error) {
	var d Draft
	err := tx.Row(`SELECT body, comment, updated_at FROM draft WHERE workspace_id = $1 AND contact_id = $2 AND user_id = $3`,
		[]any{v.Workspace, id, v.User}, &d.Text, &d.Comment, &d.UpdatedAt)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil
	}
	return &d, err
}

// OpenConversation returns a contact's open conversation, or nil.
func OpenConversation(tx *db.Tx, workspace, contactID crm.ID) (*Conversation, error) {
	c := &Conversation{Contact: contactID}
	err := tx.Row(`SELECT id, opened_at, opened_source, opened_by FROM conversation
		WHERE workspace_id = $1 AND contact_id = $2 AND closed_at = 0`, []any{workspace, contactID},
		&c.ID, &c.OpenedAt, &c.OpenedSource, &c.OpenedBy)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil
	}
	return c, err
}
