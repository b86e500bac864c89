package realtime

import (
	"context"
	"strconv"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
	"github.com/bandeja/bandeja/internal/inbox"
)

// Hydrate turns events of the log into what browsers get: each carries the message
// or event and the contact's row as they are now.
func Hydrate(ctx context.Context, d *db.DB, workspace crm.ID, events []eventlog.Event, names wire.Names) ([]wire.Push, error) {
	var contacts map[crm.ID]*contact.Contact
	var messages map[[2]crm.ID]*inbox.Message
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		seen, paired := make(map[crm.ID]bool), make(map[[2]crm.ID]bool)
		var ids []crm.ID
		var pairs [][2]crm.ID
		for _, e := range events {
			if e.Contact != 0 && !seen[e.Contact] {
				seen[e.Contact] = true
				ids = append(ids, e.Contact)
			}
			if p := [2]crm.ID{e.Contact, e.Message}; e.Message != 0 && !paired[p] {
				paired[p] = true
				pairs = append(pairs, p)
			}
		}
		if contacts, err = contact.Load(tx, workspace, ids, false); err != nil {
			return err
		}
		messages, err = inbox.GetMessages(tx, workspace, pairs)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := make([]wire.Push, 0, len(events))
	for i := range events {
		out = append(out, push(&events[i], contacts, messages, names))
	}
	return out, nil
}

func push(e *eventlog.Event, contacts map[crm.ID]*contact.Contact, messages map[[2]crm.ID]*inbox.Message, names wire.Names) wire.Push {
	p := wire.Push{Seq: strconv.FormatInt(e.Seq, 10), Type: "skip"}
	switch e.Kind {
	case eventlog.ChannelChanged:
		p.Type = "channel"
		return p
	case eventlog.MembersChanged:
		p.Type = "members"
		return p
	case eventlog.FieldsChanged:
		p.Type = "fields"
		return p
	case eventlog.InboxesChanged:
		p.Type = "inboxes"
		return p
	case eventlog.SnippetsChanged:
		p.Type = "snippets"
		return p
	case eventlog.BulkChanged:
		p.Type, p.UserID = "bulk", e.Actor.ID.String()
		return p
	}
	c := contacts[e.Contact]
	if c == nil {
		return p
	}
	row := wire.RowOf(c, names)
	p.ContactID, p.Contact = row.ID, &row
	p.Concerns(c.Assignee, e)
	switch {
	case e.Kind == eventlog.ScheduledChanged:
		p.Type = "scheduled"
	case e.Message != 0:
		m := messages[[2]crm.ID{e.Contact, e.Message}]
		if m == nil {
			return wire.Push{Seq: p.Seq, Type: "skip"}
		}
		w := wire.MessageOf(m, row.Name, names)
		p.Type, p.Message = "message_updated", &w
		if e.Kind == eventlog.MessageCreated {
			p.Type = "message"
		}
	case e.Timeline:
		w := wire.EventOf(e, names)
		p.Type, p.Event = "event", &w
	default:
		p.Type = "contact"
	}
	return p
}
