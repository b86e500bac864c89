package wire

import (
	"time"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/inbox"
	"github.com/bandeja/bandeja/internal/notify"
)

// Notification is something that a user is told.
type Notification struct {
	ID          string          `json:"id"`
	Kind        notify.Kind     `json:"kind"`
	At          time.Time       `json:"at"`
	Contact     PersonRef       `json:"contact"`
	MessageID   *string         `json:"message_id" doc:"The newest message it is about; null where it is about none."`
	Text        string          `json:"text" doc:"What the message says, in one line."`
	ContentKind crm.ContentKind `json:"content_kind,omitempty" doc:"Of the message."`
	UserID      *string         `json:"user_id" doc:"The colleague who did it; null for nobody."`
	UserName    string          `json:"user_name"`
	Count       int64           `json:"count" doc:"How many messages it stands for."`
	New         bool            `json:"new" doc:"Neither read nor archived."`
	Archived    bool            `json:"archived"`
}

// PersonRef is a contact, as far as a picture and a name tell.
type PersonRef struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Initials   string `json:"initials"`
	Color      int    `json:"color" minimum:"0" maximum:"11"`
	PictureURL string `json:"picture_url"`
}

// Alert is a new notification with how it may be made known besides the centre.
type Alert struct {
	Notification
	Desktop bool `json:"desktop" doc:"Show it outside the page."`
	Sound   bool `json:"sound"`
}

// NotificationOf returns a notification about a contact, and about a message or none.
func NotificationOf(n *notify.Notification, c *contact.Contact, m *inbox.Message, names Names) Notification {
	name := c.Name()
	out := Notification{
		ID: n.ID.String(), Kind: n.Kind, At: *Time(n.At().UnixMicro()), MessageID: ID(n.Message), UserID: ID(n.Actor), Count: n.Count,
		New: n.New, Archived: n.Archived,
		Contact: PersonRef{ID: c.ID.String(), Name: name, Initials: Initials(name), Color: Color(c.ID), PictureURL: c.Picture},
	}
	if n.Actor != 0 {
		out.UserName = names(n.Actor)
	}
	if m != nil && m.DeletedAt == 0 {
		out.Text, out.ContentKind = m.Content.Preview(), m.Content.Kind
	}
	return out
}
