package webchat

import (
	"context"
	"strings"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
)

// Send implements channel.Sender. The message is stored already, and the visitors
// read it from there; sent is what it becomes visible by.
func (a Adapter) Send(_ context.Context, _ *channel.Channel, out channel.Outbound) (channel.Receipt, error) {
	if out.React {
		return channel.Receipt{}, refuse("reactions are not shown in the web chat")
	}
	if _, ok := a.Describe().Capabilities.Out[out.Content.Kind]; !ok {
		return channel.Receipt{}, refuse("the web chat can't show content of kind " + string(out.Content.Kind))
	}
	c := out.Content
	if c.Kind == crm.KindLocation && c.Location == nil || c.Kind == crm.KindInteractive && c.Interactive == nil ||
		c.Kind == crm.KindText && strings.TrimSpace(c.Text) == "" {
		return channel.Receipt{}, refuse("the message is empty")
	}
	// Ref is CONTACT.MESSAGE; the message's id alone names it, whoever it belongs to.
	_, id, ok := strings.Cut(out.Ref, ".")
	if !ok {
		id = out.Ref
	}
	return channel.Receipt{ExternalIDs: []string{id}, Status: crm.Sent}, nil
}

func refuse(text string) error {
	return &channel.SendError{Kind: channel.PermanentMessage, Code: "unsupported", Title: text}
}
