package whatsapp

import (
	"context"
	"net/http"
	"net/url"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/wire"
)

// Check implements channel.Connector: it reads the phone number.
func (Adapter) Check(ctx context.Context, ch *channel.Channel) (channel.Account, error) {
	var n struct {
		ID       wire.ID `json:"id"`
		Display  string  `json:"display_phone_number"`
		Verified string  `json:"verified_name"`
	}
	fields := "?fields=display_phone_number,verified_name,quality_rating,platform_type,throughput"
	if err := get(ctx, ch, ch.Config["phone_number_id"]+fields, &n); err != nil {
		return channel.Account{}, err
	}
	a := channel.Account{Name: n.Verified, Handle: n.Display, ExternalID: string(n.ID)}
	if a.Name == "" {
		a.Name = n.Display
	}
	return a, nil
}

// Subscribe implements channel.Connector: Meta calls our webhook at once with a
// challenge (see Challenge), then sends it the account's events instead of to
// the app's own address.
func (Adapter) Subscribe(ctx context.Context, ch *channel.Channel) error {
	if ch.WebhookURL == "" {
		return wire.Refuse("the webhook has no public address")
	}
	return wire.Harmless(post(ctx, ch, ch.Config["waba_id"]+"/subscribed_apps", map[string]string{
		"override_callback_uri": ch.WebhookURL,
		"verify_token":          ch.Config["verify_token"],
	}, nil))
}

// Unsubscribe implements channel.Connector.
func (Adapter) Unsubscribe(ctx context.Context, ch *channel.Channel) error {
	address := graphURL(ch, url.PathEscape(ch.Config["waba_id"])+"/subscribed_apps")
	req, err := http.NewRequestWithContext(ctx, http.MethodDelete, address, nil)
	if err != nil {
		return wire.Refuse("the provider's address can't be read")
	}
	return wire.Harmless(do(ch, req, nil))
}
