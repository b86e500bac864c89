package webchat

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/wire"
	"github.com/bandeja/bandeja/internal/crm"
)

// The kinds of event.
const (
	EventMessage   = "message"
	EventPrechat   = "prechat"   // the form before the first message, answered
	EventPage      = "page"      // the visitor went to another page
	EventSeen      = "seen"      // our messages up to UpTo were looked at
	EventDelivered = "delivered" // and these reached the visitor's browser
	EventIdentify  = "identify"  // the host page says who the visitor is
	EventNote      = "note"      // something worth a line on the timeline
)

// Event is what a visitor did, as it is stored before the widget is answered. It
// is complete: whatever reading it takes was looked up when it came.
type Event struct {
	// ID is VISITOR/CID, unique in the channel; a repeated one is dropped.
	ID      string  `json:"event"`
	Kind    string  `json:"t"`
	At      int64   `json:"at"` // milliseconds since 1970
	Visitor Visitor `json:"visitor"`

	Text        string           `json:"text,omitempty"`
	Attachments []crm.Attachment `json:"attachments,omitempty"`
	Reply       *crm.ButtonReply `json:"reply,omitempty"`
	Location    *crm.Location    `json:"location,omitempty"`
	// ReplyTo is the external id of the quoted message.
	ReplyTo string          `json:"reply_to,omitempty"`
	Page    *Page           `json:"page,omitempty"`
	Form    []crm.FormField `json:"form,omitempty"`
	// UpTo is the id of a message of ours.
	UpTo string `json:"up_to,omitempty"`
}

// Visitor is who did it.
type Visitor struct {
	Key        string   `json:"key"`
	Alternates []string `json:"alternates,omitempty"`
	Name       string   `json:"name,omitempty"`
	Email      string   `json:"email,omitempty"`
	Phone      string   `json:"phone,omitempty"`
	Language   string   `json:"language,omitempty"`
}

// Page is where the visitor is.
type Page struct {
	URL      string `json:"url"`
	Title    string `json:"title,omitempty"`
	Referrer string `json:"referrer,omitempty"`
}

// Raw returns the event as it is stored.
func (e Event) Raw() []byte {
	b, err := json.Marshal(e)
	if err != nil {
		panic(err) // plain fields of ours
	}
	return b
}

// EventID implements channel.EventIdentifier.
func (Adapter) EventID(raw []byte) string {
	var e struct {
		ID string `json:"event"`
	}
	if json.Unmarshal(raw, &e) != nil {
		return ""
	}
	return e.ID
}

// Parse implements channel.Receiver. A body is one event.
//
// Messages carry no time of their own: a time of the past would give them an id of
// the past, and those of one visitor could change places.
func (Adapter) Parse(_ *channel.Channel, raw []byte) ([]channel.Inbound, error) {
	var e Event
	if err := json.Unmarshal(wire.Clean(raw), &e); err != nil {
		return nil, fmt.Errorf("webchat: not an event: %w", err)
	}
	if e.ID == "" || e.Visitor.Key == "" {
		return nil, errors.New("webchat: not an event: it has no id or no visitor")
	}
	in := channel.Inbound{
		Contact: channel.Address{Key: e.Visitor.Key, Alternates: e.Visitor.Alternates},
		Profile: crm.Profile{Name: e.Visitor.Name, Email: e.Visitor.Email, Phone: e.Visitor.Phone, Language: e.Visitor.Language},
	}
	switch e.Kind {
	case EventMessage:
		return e.message(in), nil
	case EventPrechat:
		in.Kind, in.ExternalID = channel.InMessage, e.ID
		in.Content = crm.Content{Kind: crm.KindForm, Form: &crm.Form{Name: EventPrechat, Fields: e.Form}}
	case EventPage:
		if e.Page == nil {
			return unreadable("a page event without a page"), nil
		}
		in.Kind = channel.InPage
		in.Referral = &crm.Referral{Source: "link", URL: e.Page.URL, Headline: e.Page.Title}
	case EventSeen, EventDelivered:
		return e.receipts(), nil
	case EventIdentify:
		in.Kind = channel.InProfile
	case EventNote:
		in.Kind, in.Text = channel.InEvent, e.Text
	default:
		return unreadable("an event of kind %q", e.Kind), nil
	}
	return []channel.Inbound{in}, nil
}

func unreadable(format string, args ...any) []channel.Inbound {
	return []channel.Inbound{{Kind: channel.Unreadable, Note: fmt.Sprintf(format, args...)}}
}

func (e *Event) message(in channel.Inbound) []channel.Inbound {
	in.Kind, in.ExternalID, in.ReplyTo = channel.InMessage, e.ID, e.ReplyTo
	in.Content = crm.Content{Kind: crm.KindText, Text: e.Text, Attachments: e.Attachments}
	switch {
	case e.Reply != nil:
		in.Content = crm.Content{Kind: crm.KindReply, Text: e.Reply.Title, Reply: e.Reply}
	case e.Location != nil:
		in.Content = crm.Content{Kind: crm.KindLocation, Location: e.Location}
	case len(e.Attachments) > 0:
		in.Content.Kind = e.Attachments[0].Kind
		for _, a := range e.Attachments {
			if a.FileID == "" || a.Kind == "" {
				return unreadable("a file that isn't ours")
			}
		}
	case strings.TrimSpace(e.Text) == "":
		return unreadable("a message with nothing in it")
	}
	return []channel.Inbound{in}
}

// receipts marks our messages for each of the visitor's keys: where the visitor
// became known after writing, they may belong to two contacts.
func (e *Event) receipts() []channel.Inbound {
	if e.UpTo == "" {
		return unreadable("a receipt about no message")
	}
	status := crm.Delivered
	if e.Kind == EventSeen {
		status = crm.Read
	}
	var at time.Time
	if e.At > 0 {
		at = time.UnixMilli(e.At).UTC()
	}
	var out []channel.Inbound
	for _, key := range append([]string{e.Visitor.Key}, e.Visitor.Alternates...) {
		if key == "" {
			continue
		}
		out = append(out, channel.Inbound{
			Kind: channel.InReadUpTo, Contact: channel.Address{Key: key}, TargetID: e.UpTo, Status: status, SentAt: at,
		})
	}
	return out
}
