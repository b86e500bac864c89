package whatsapp

import (
	"context"
	"errors"
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

// AccountID implements channel.Connector.
func (Adapter) AccountID(ch *channel.Channel) string { return ch.Config["phone_number_id"] }

// accountPrefix marks a business account's id among the accounts of Elsewhere events;
// the others are phone numbers' ids.
const accountPrefix = "waba "

// Takes implements channel.Sharer: Meta signs for the app, so channels of one app
// secret believe each other's webhooks.
func (a Adapter) Takes(ch, from *channel.Channel, account string) bool {
	secret := ch.Config["app_secret"]
	return secret != "" && secret == from.Config["app_secret"] &&
		(account == a.AccountID(ch) || account == accountPrefix+ch.Config["waba_id"])
}

// Subscribe implements channel.Connector: Meta calls our webhook at once with a
// challenge (see Challenge), then sends it the account's events instead of to
// the app's own address. An account has one such address for all its numbers, so the
// number gets one of its own, which goes first.
// https://developers.facebook.com/docs/whatsapp/embedded-signup/webhooks/override
func (Adapter) Subscribe(ctx context.Context, ch *channel.Channel) error {
	if ch.WebhookURL == "" {
		return wire.Refuse("the webhook has no public address")
	}
	here := webhook{URL: ch.WebhookURL, VerifyToken: ch.Config["verify_token"]}
	if err := post(ctx, ch, ch.Config["waba_id"]+"/subscribed_apps", here, nil); err != nil {
		return wire.Harmless(err)
	}
	return pointNumber(ctx, ch, here)
}

// webhook is an address that goes before the app's own; an empty one takes it away.
type webhook struct {
	URL         string `json:"override_callback_uri"`
	VerifyToken string `json:"verify_token,omitempty"`
}

func pointNumber(ctx context.Context, ch *channel.Channel, w webhook) error {
	return wire.Harmless(post(ctx, ch, ch.Config["phone_number_id"], map[string]webhook{"webhook_configuration": w}, nil))
}

// Unsubscribe implements channel.Connector. While another number of the account stays,
// so does the subscription, with the address of that one.
func (a Adapter) Unsubscribe(ctx context.Context, ch *channel.Channel, others []*channel.Channel) error {
	err := pointNumber(ctx, ch, webhook{})
	for _, o := range others {
		if o.Config["waba_id"] == ch.Config["waba_id"] {
			return errors.Join(err, a.Subscribe(ctx, o))
		}
	}
	address := graphURL(ch, url.PathEscape(ch.Config["waba_id"])+"/subscribed_apps")
	req, failed := http.NewRequestWithContext(ctx, http.MethodDelete, address, nil)
	if failed != nil {
		return wire.Refuse("the provider's address can't be read")
	}
	return errors.Join(err, wire.Harmless(do(ch, req, nil)))
}
