// Package webchat is the channel that is our own: the chat on a website. There is
// no provider. Package internal/webchat talks to the visitors; what they do reaches
// this adapter as an [Event], our own JSON, and what we send is stored and read by
// the visitors from the event log, so that Send has nothing to do.
//
// The key of a contact is the visitor's id, 128 random bits, or "user:ID" for a
// visitor whom the host page has vouched for; the two never meet, because an id
// holds no colon. The external id of a visitor's message is VISITOR/CID, where the
// widget chose the CID; that of a message of ours is its own id.
package webchat

import (
	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
)

// Type names the adapter in addresses and in the API.
const Type = "webchat"

// Limits of the channel.
const (
	// MaxText is the longest text, in characters.
	MaxText = 4096
	// MaxFile is the largest file, in bytes.
	MaxFile    = 25 << 20
	maxButtons = 10
)

// Adapter implements channel.Adapter and its companions. It has no state.
type Adapter struct{}

var (
	_ channel.Adapter         = Adapter{}
	_ channel.Receiver        = Adapter{}
	_ channel.EventIdentifier = Adapter{}
	_ channel.Sender          = Adapter{}
)

// New returns the adapter.
func New() Adapter { return Adapter{} }

// Describe implements channel.Adapter.
func (Adapter) Describe() channel.Description {
	file := channel.Limit{Bytes: MaxFile, Text: MaxText}
	return channel.Description{
		Type: Type,
		Name: crm.Text{EN: "Web chat", ES: "Chat web"},
		Summary: crm.Text{
			EN: "Talk with the visitors of your website.",
			ES: "Converse con los visitantes de su sitio web.",
		},
		IdentityKind: "webchat",
		PerChannel:   true,
		Fields:       fields(),
		Capabilities: channel.Capabilities{
			Out: map[crm.ContentKind]channel.Limit{
				crm.KindText:        {Text: MaxText},
				crm.KindImage:       {Bytes: MaxFile, Text: MaxText, MIME: []string{"image/*"}},
				crm.KindVideo:       file,
				crm.KindAudio:       file,
				crm.KindVoice:       file,
				crm.KindFile:        file,
				crm.KindLocation:    {},
				crm.KindInteractive: {Text: MaxText},
			},
			ContactFirst:  true,
			OutsideWindow: "none",
			Delivered:     true,
			ReadReceipts:  true,
			ReplyContext:  true,
			Typing:        true,
			Idempotent:    true,
			MaxButtons:    maxButtons,
			MaxListRows:   maxButtons,
		},
		BodyLimit: 64 << 10,
	}
}

// Verify implements channel.Receiver: nobody but package internal/webchat speaks
// for visitors, and it doesn't come by the address for providers.
func (Adapter) Verify(*channel.Channel, channel.Webhook) error { return channel.ErrSignatureWrong }
