// Package channel says what an adapter between Bandeja and one messaging
// provider must do: the shape of messages in and out, capabilities, messaging
// windows, set-up fields and kinds of error. Each provider is a package below
// this one; it implements [Adapter] and those of the small interfaces here that
// its provider has something for. Adapters hold no state, start no goroutine and
// know nothing of the database: the gateway gives them what they need and keeps
// what they return.
package channel

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
)

// Adapter is one provider.
type Adapter interface {
	// Describe tells what the provider can do and what it needs to be set up.
	// The result never changes; screens are drawn from it.
	Describe() Description
}

// Receiver takes webhooks. Both methods are pure: no network, no clock.
type Receiver interface {
	// Verify checks that the webhook comes from the provider, over the raw body
	// and in constant time. It returns ErrSignatureMissing (answered 401) or
	// ErrSignatureWrong (403).
	Verify(ch *Channel, w Webhook) error
	// Parse turns one raw body into what happened, in the provider's order. One
	// body may hold many events; an event that can't be read becomes an Inbound
	// of kind Unreadable and doesn't lose its siblings. An error means that
	// nothing of the body could be read.
	Parse(ch *Channel, raw []byte) ([]Inbound, error)
}

// EventIdentifier names a webhook for deduplication where the provider numbers
// its deliveries; without it the gateway takes a hash of the body.
type EventIdentifier interface {
	// EventID returns "" where the body holds no number.
	EventID(raw []byte) string
}

// Challenger answers the GET by which a provider makes sure that the webhook's
// address is ours.
type Challenger interface {
	// Challenge returns the body to answer with, or ErrSignatureWrong.
	Challenge(ch *Channel, query url.Values) (string, error)
}

// Sender sends messages.
type Sender interface {
	// Send makes the provider call (or calls) for one message. Errors are
	// *SendError; any other error counts as Uncertain.
	Send(ctx context.Context, ch *Channel, out Outbound) (Receipt, error)
}

// Poller fetches events where webhooks can't reach us.
type Poller interface {
	// Polls tells whether the channel is set up for polling.
	Polls(ch *Channel) bool
	// Poll waits for events after the cursor ("" at first), up to the
	// provider's time-out, and returns them raw with the next cursor. The
	// gateway stores both in one write, so nothing is lost between two polls.
	Poll(ctx context.Context, ch *Channel, cursor string) (raws [][]byte, next string, err error)
}

// MediaFetcher downloads a file of an incoming message.
type MediaFetcher interface {
	// Fetch opens the file. The caller closes it and caps its size. A
	// *SendError tells whether to try again.
	Fetch(ctx context.Context, ch *Channel, a crm.Attachment) (Media, error)
}

// TemplateLister lists the templates of a channel.
type TemplateLister interface {
	Templates(ctx context.Context, ch *Channel) ([]crm.Template, error)
}

// ProfileFetcher asks the provider who a person is.
type ProfileFetcher interface {
	Profile(ctx context.Context, ch *Channel, to Address) (crm.Profile, error)
}

// Typer shows the contact that somebody is writing.
type Typer interface {
	// Typing is a courtesy: errors are logged and forgotten. lastIncoming is the
	// external id of the contact's last message.
	Typing(ctx context.Context, ch *Channel, to Address, lastIncoming string) error
}

// ReadMarker tells the provider that an incoming message was read.
type ReadMarker interface {
	MarkRead(ctx context.Context, ch *Channel, to Address, externalID string) error
}

// Acknowledger answers events that the provider wants answered besides the
// webhook's 200, as Telegram's callback queries.
type Acknowledger interface {
	// Acknowledge is called once for every Inbound whose AckID is set, after it
	// is stored.
	Acknowledge(ctx context.Context, ch *Channel, ackID string) error
}

// Connector connects and disconnects a channel at the provider.
type Connector interface {
	// Check asks the provider whether the credentials work and whose they are.
	Check(ctx context.Context, ch *Channel) (Account, error)
	// Subscribe makes the provider send its webhooks to ch.WebhookURL.
	Subscribe(ctx context.Context, ch *Channel) error
	// Unsubscribe undoes Subscribe. others are the channels of the type that stay: what
	// one has in common with them at the provider goes on for them.
	Unsubscribe(ctx context.Context, ch *Channel, others []*Channel) error
	// AccountID returns the provider's id of the account as the set-up values name it,
	// without a call; two channels of one account would take each other's webhooks.
	AccountID(ch *Channel) string
}

// Sharer is an adapter whose provider may send one account's events to the webhook of
// another, as all accounts of an app of Meta's share the app's own address.
type Sharer interface {
	// Takes tells whether an event that from's webhook brought, and that names account
	// (Inbound.Account), is ch's: it must be meant for ch, and from's signature as good
	// as ch's own.
	Takes(ch, from *Channel, account string) bool
}

// Channel is one connected account, as an adapter sees it.
type Channel struct {
	ID crm.ID
	// Key is the unguessable part of the webhook's address.
	Key string
	// Config holds the values of the adapter's Fields by key, secrets in clear.
	Config Config
	// WebhookURL is the public address of the webhook, "" where there is none.
	WebhookURL string
	// HTTP makes every call to the provider. It is guarded against private
	// addresses unless the owner has set another api_base_url.
	HTTP *http.Client
}

// Config holds set-up values by field key.
type Config map[string]string

// Or returns the value, or def where it is empty.
func (c Config) Or(key, def string) string {
	if v := c[key]; v != "" {
		return v
	}
	return def
}

// Account is the provider's word on whose credentials these are.
type Account struct {
	// Name is shown to people: the bot's name, the verified business name.
	Name string
	// Handle is the address contacts write to: @bot, +593 98 765 4321.
	Handle string
	// ExternalID is the provider's id of the account.
	ExternalID string
}

// Webhook is one request of the provider.
type Webhook struct {
	Method string
	// URL is the full address as the provider called it; some signatures cover it.
	URL    string
	Header http.Header
	Query  url.Values
	Body   []byte
}

// InboundKind says what happened.
type InboundKind string

// The kinds of inbound event.
const (
	InMessage  InboundKind = "message"
	InEcho     InboundKind = "echo"      // sent by the business outside Bandeja
	InHistory  InboundKind = "history"   // an old message handed over at connection
	InStatus   InboundKind = "status"    // a receipt for a message of ours
	InReadUpTo InboundKind = "read_upto" // everything up to SentAt was read
	InReaction InboundKind = "reaction"  // Emoji "" takes it back
	InEdit     InboundKind = "edit"
	InDelete   InboundKind = "delete"
	InMoved    InboundKind = "moved"   // the contact has a new address
	InWelcome  InboundKind = "welcome" // first contact: /start, get started
	InEvent    InboundKind = "event"   // something of the channel worth showing
	InPage     InboundKind = "page"    // the web visitor went to another page
	InTyping   InboundKind = "typing"
	InBlocked  InboundKind = "blocked" // the contact blocked or unblocked us (Text)
	InProfile  InboundKind = "profile" // news of who the contact is
	InTemplate InboundKind = "template"
	InAccount  InboundKind = "account"    // news of the account: quality, limits
	Elsewhere  InboundKind = "elsewhere"  // meant for the channel of Account; see Sharer
	Ignored    InboundKind = "ignored"    // authentic and not for us; Note says why
	Unreadable InboundKind = "unreadable" // Note says why; listed on the health page
)

// Inbound is one thing that happened at the provider.
type Inbound struct {
	Kind InboundKind
	// ExternalID is unique within the channel; duplicates are dropped by it. For
	// statuses, reactions, edits and deletions it is empty and TargetID set.
	ExternalID string
	// Contact is the person's address. Empty on statuses.
	Contact Address
	Profile crm.Profile
	// SentAt is the provider's time, UTC.
	SentAt  time.Time
	Content crm.Content
	// ReplyTo is the external id of the quoted message; Quote its text where the
	// provider gives it.
	ReplyTo string
	Quote   string
	// TargetID is the external id of the message that a status, reaction, edit
	// or deletion is about.
	TargetID string
	// LocalRef is the id we gave the provider with the message (Outbound.Ref),
	// where it is handed back.
	LocalRef string
	Status   crm.Status
	Error    *crm.DeliveryError
	Emoji    string
	Referral *crm.Referral
	// Outgoing tells the side of an InHistory message.
	Outgoing bool
	// NewAddress is the contact's new address on InMoved.
	NewAddress Address
	// Text names an InEvent, InAccount, InTemplate or InBlocked (blocked, unblocked).
	Text string
	// AckID asks for Acknowledger.Acknowledge.
	AckID string
	// Account is the account an Elsewhere event is meant for, in the adapter's own terms.
	Account string
	// Note says why an event is Ignored or Unreadable.
	Note string
}

// Address is where a person is reached on a channel.
type Address struct {
	// Key is the provider's identity, unique within its type: the digits of a
	// WhatsApp number, a Telegram chat id, a visitor id.
	Key string
	// Alternates are other keys of the same person, seen together with Key.
	Alternates []string
}

// Outbound is one message to send.
type Outbound struct {
	// Ref is Bandeja's id of the message, given to the provider where it takes one.
	Ref     string
	To      Address
	Content crm.Content
	// ReplyTo is the external id of the message to quote, "" for none.
	ReplyTo string
	// Reaction is the emoji to set on ReplyTo when React is true; "" takes it back.
	React    bool
	Reaction string
	// Open opens the file of an attachment.
	Open func(ctx context.Context, a crm.Attachment) (io.ReadCloser, error)
}

// Receipt is the provider's answer.
type Receipt struct {
	// ExternalIDs are the ids of the provider's messages, one or more.
	ExternalIDs []string
	// Status is Sent unless the provider says more.
	Status crm.Status
	// Contact holds addresses learned from the answer.
	Contact Address
}

// Media is an open file of the provider.
type Media struct {
	Body io.ReadCloser
	MIME string
	Name string
	// Size is in bytes, -1 where unknown.
	Size int64
}
