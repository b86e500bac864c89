package wire

import (
	"encoding/json"
	"net/url"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/inbox"
)

// FileURL is where a signed-in browser gets a file.
func FileURL(id crm.ID, name string) string {
	return "/files/" + id.String() + "/" + url.PathEscape(name)
}

// Message is a message or a comment.
type Message struct {
	Item           string             `json:"item" enum:"message"`
	ID             string             `json:"id"`
	At             time.Time          `json:"at"`
	ContactID      string             `json:"contact_id"`
	ConversationID *string            `json:"conversation_id"`
	ChannelID      *string            `json:"channel_id"`
	Direction      crm.Direction      `json:"direction"`
	Source         crm.Source         `json:"source"`
	UserID         *string            `json:"user_id"`
	SenderName     string             `json:"sender_name"`
	Content        crm.Content        `json:"content"`
	Status         crm.Status         `json:"status"`
	StatusTimes    StatusTimes        `json:"status_times"`
	Error          *crm.DeliveryError `json:"error"`
	ReplyTo        *Quote             `json:"reply_to"`
	Reactions      []Reaction         `json:"reactions" nullable:"false"`
	EditedAt       *time.Time         `json:"edited_at"`
	DeletedAt      *time.Time         `json:"deleted_at"`
	SentAt         *time.Time         `json:"sent_at" doc:"The provider's time."`
	ClientRef      string             `json:"client_ref" doc:"The Idempotency-Key it was created with."`
}

// Reaction is an emoji on a message.
type Reaction struct {
	Emoji string `json:"emoji"`
	By    string `json:"by" enum:"contact,us"`
}

// StatusTimes tell when a message that we sent reached each status.
type StatusTimes struct {
	Delivered *time.Time `json:"delivered,omitempty"`
	Failed    *time.Time `json:"failed,omitempty"`
	Read      *time.Time `json:"read,omitempty"`
	Sent      *time.Time `json:"sent,omitempty"`
}

// Quote is the message that another answers.
type Quote struct {
	ID         *string         `json:"id"`
	Text       string          `json:"text"`
	Kind       crm.ContentKind `json:"kind"`
	SenderName string          `json:"sender_name"`
	Direction  crm.Direction   `json:"direction"`
}

// MessageOf returns a message. contactName is its contact's.
func MessageOf(m *inbox.Message, contactName string, names Names) Message {
	out := Message{
		Item: "message", ID: m.ID.String(), At: *Time(m.CreatedAt), ContactID: m.Contact.String(),
		ConversationID: ID(m.Conversation), ChannelID: ID(m.Channel), Direction: m.Direction, Source: m.Source,
		UserID: ID(m.User), Content: m.Content, Status: m.Status,
		Error: m.Error, Reactions: make([]Reaction, len(m.Reactions)), EditedAt: Time(m.EditedAt), DeletedAt: Time(m.DeletedAt),
		SentAt: Time(m.SentAt), ClientRef: m.ClientRef,
	}
	for i, r := range m.Reactions {
		out.Reactions[i] = Reaction(r)
	}
	sender := func(d crm.Direction, user crm.ID) string {
		switch {
		case d == crm.Incoming:
			return contactName
		case user != 0:
			return names(user)
		}
		return ""
	}
	out.SenderName = sender(m.Direction, m.User)
	if m.Direction == crm.Outgoing {
		out.StatusTimes = StatusTimes{Delivered: Time(m.DeliveredAt), Failed: Time(m.FailedAt), Read: Time(m.ReadAt), Sent: Time(m.SentAt)}
	}
	if q := m.Quote; q != nil {
		out.ReplyTo = &Quote{ID: ID(q.ID), Text: q.Text, Kind: q.Kind, Direction: q.Direction, SenderName: sender(q.Direction, q.User)}
	}
	return out
}

// Actor is who did something.
type Actor struct {
	Source crm.Source `json:"source"`
	UserID *string    `json:"user_id"`
	Name   string     `json:"name"`
}

// Event is a line of the timeline that is no message.
type Event struct {
	Item           string        `json:"item" enum:"event"`
	ID             string        `json:"id"`
	At             time.Time     `json:"at"`
	ContactID      string        `json:"contact_id"`
	ConversationID *string       `json:"conversation_id"`
	Kind           eventlog.Kind `json:"kind"`
	Actor          Actor         `json:"actor"`
	Data           EventData     `json:"data"`
}

// EventData is what events tell besides who and when. Each kind has its own few.
type EventData struct {
	AssigneeID   *string       `json:"assignee_id,omitempty"`
	AssigneeName *string       `json:"assignee_name,omitempty"`
	ChannelID    *string       `json:"channel_id,omitempty"`
	ChannelName  *string       `json:"channel_name,omitempty"`
	New          *string       `json:"new,omitempty"`
	Old          *string       `json:"old,omitempty"`
	Referral     *crm.Referral `json:"referral,omitempty"`
	Text         *string       `json:"text,omitempty"`
	Title        *string       `json:"title,omitempty"`
	URL          *string       `json:"url,omitempty"`
}

// EventOf returns an event.
func EventOf(e *eventlog.Event, names Names) Event {
	out := Event{
		Item: "event", ID: e.ID.String(), At: *Time(e.At.UnixMicro()), ContactID: e.Contact.String(),
		ConversationID: ID(e.Conversation), Kind: e.Kind,
		Actor: Actor{Source: e.Actor.Source, UserID: ID(e.Actor.ID)},
	}
	if e.Actor.ID != 0 {
		out.Actor.Name = names(e.Actor.ID)
	}
	if e.Data != "" {
		// Our own JSON; an event that can't be read is shown without its details.
		_ = json.Unmarshal([]byte(e.Data), &out.Data)
	}
	if s := out.Data.AssigneeID; s != nil {
		if id, err := crm.ParseID(*s); err == nil {
			name := names(id)
			out.Data.AssigneeName = &name
		}
	}
	return out
}

// Item is a message or an event of a timeline: exactly one is set.
type Item struct {
	Message *Message
	Event   *Event
}

// MarshalJSON writes whichever is set.
func (i Item) MarshalJSON() ([]byte, error) {
	if i.Message != nil {
		return json.Marshal(i.Message)
	}
	return json.Marshal(i.Event)
}

// Push is what the realtime connection sends. With Seq it stands for an event of
// the log; without, it is of the moment.
type Push struct {
	Seq       string      `json:"seq,omitempty"`
	Type      string      `json:"type" enum:"message,message_updated,event,contact,channel,skip,counts,typing,presence"`
	ContactID string      `json:"contact_id,omitempty"`
	Message   *Message    `json:"message,omitempty"`
	Event     *Event      `json:"event,omitempty"`
	Contact   *ContactRow `json:"contact,omitempty"`
	ChannelID string      `json:"channel_id,omitempty"`
	Inboxes   []Inbox     `json:"inboxes,omitempty" nullable:"false"`
	Who       string      `json:"who,omitempty" enum:",contact,user"`
	UserID    string      `json:"user_id,omitempty"`
	On        *bool       `json:"on,omitempty"`
	Online    []string    `json:"online,omitempty" nullable:"false"`
}
