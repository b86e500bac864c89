package channel

import (
	"time"

	"github.com/bandeja/bandeja/internal/crm"
)

// Description is what an adapter says of its provider.
type Description struct {
	// Type is the adapter's name in addresses and in the API: "whatsapp_cloud".
	Type string
	Name crm.Text
	// Summary is one sentence for the list of channels that can be connected.
	Summary crm.Text
	// IdentityKind names the space of contact keys: channels that share it reach
	// the same person by the same key ("whatsapp"). Where PerChannel is set the
	// keys hold for one channel only ("telegram" chats of another bot are strangers).
	IdentityKind string
	PerChannel   bool
	Fields       []Field
	Capabilities Capabilities
	// BodyLimit caps a webhook's body, bytes.
	BodyLimit int64
}

// FieldKind tells the screen how to ask for a value.
type FieldKind string

// The kinds of set-up field.
const (
	FieldText   FieldKind = "text"
	FieldSecret FieldKind = "secret" // never shown again once saved
	FieldURL    FieldKind = "url"
	FieldChoice FieldKind = "choice"
	FieldBool   FieldKind = "bool" // "true" or ""
	FieldColor  FieldKind = "color"
	FieldList   FieldKind = "list" // one a line
	FieldLong   FieldKind = "long" // several lines of text
)

// Field is one set-up value of a channel.
type Field struct {
	Key   string
	Label crm.Text
	Help  crm.Text
	Kind  FieldKind
	// Required fields must be given; Generated ones are made when left empty.
	Required  bool
	Generated bool
	// OwnerOnly fields are shown to and taken from owners alone.
	OwnerOnly bool
	Default   string
	// Pattern is a regular expression the whole value must match.
	Pattern string
	Options []Option
	// Advanced fields are folded away.
	Advanced bool
}

// Option is a choice of a FieldChoice.
type Option struct {
	Value string
	Label crm.Text
}

// APIBaseURL is the field every adapter offers: another host for its provider's
// API, as the simulator's.
func APIBaseURL(def string) Field {
	return Field{
		Key:  "api_base_url",
		Kind: FieldURL,
		Label: crm.Text{
			EN: "API address",
			ES: "Dirección de la API",
		},
		Help: crm.Text{
			EN: "Only for a proxy or the simulator. Leave empty for the provider's own.",
			ES: "Solo para un proxy o el simulador. Déjela vacía para usar la del proveedor.",
		},
		Default:   def,
		OwnerOnly: true,
		Advanced:  true,
	}
}

// Capabilities are what a channel can do.
type Capabilities struct {
	// Out lists the kinds of content that can be sent, with their limits.
	Out map[crm.ContentKind]Limit
	// Window is how long after the contact's last message free text may be
	// sent; 0 means always.
	Window time.Duration
	// OutsideWindow says what can be sent after it: "template", "tag" or "none".
	OutsideWindow string
	// HumanWindow is how long after the contact's last message a person may still
	// answer, where that is longer than Window; such a message carries HumanTag.
	HumanWindow time.Duration
	HumanTag    string
	// Tags are what a message sent outside the window may be about, where
	// OutsideWindow is "tag"; the sender chooses one.
	Tags []Tag
	// ContactFirst is set where the business can't write first.
	ContactFirst bool
	Delivered    bool
	ReadReceipts bool
	ReplyContext bool
	Reactions    bool
	Edits        bool
	Typing       bool
	Templates    bool
	Broadcast    bool
	// Idempotent is set where a repeated send with the same Ref is recognised,
	// so that an uncertain send may be repeated.
	Idempotent bool
	// PerSecond is the rate of sends allowed for the channel; PerContact is the
	// least time between two sends to one contact.
	PerSecond  float64
	PerContact time.Duration
	// MaxButtons and MaxListRows bound interactive messages.
	MaxButtons  int
	MaxListRows int
}

// Tag is a reason for which a provider takes a message outside the messaging window.
type Tag struct {
	// Value is the provider's name of it: "ACCOUNT_UPDATE".
	Value string
	Name  crm.Text
	// Help says what such a message may hold.
	Help crm.Text
}

// Limit bounds one kind of content.
type Limit struct {
	// Bytes is the largest file.
	Bytes int64
	// Text is the longest text or caption, in characters; 0 means no text.
	Text int
	// MIME lists the types taken, exact or with a wildcard ("image/*"); empty
	// means any.
	MIME []string
}
