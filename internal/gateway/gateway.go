// Package gateway stands between the channels and the inbox: it keeps the
// connected channels, takes webhooks in and stores them before it answers, sends
// what the inbox has queued, fetches media, and watches each channel's health.
package gateway

import (
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/bandeja/bandeja/internal/blob"
	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/config"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/jobs"
	"github.com/bandeja/bandeja/internal/safehttp"
)

// Inbox is what the gateway needs of the inbox, which stands above it.
type Inbox interface {
	// Receive takes what happened on a channel, in order. It is all or nothing.
	Receive(tx *db.Tx, ch *Channel, events []channel.Inbound) ([]Received, error)
	// Outbound returns a queued message, or nil where there is nothing to send
	// any more.
	Outbound(tx *db.Tx, workspace, contact, message crm.ID) (*Outbound, error)
	// Settle records how sending ended.
	Settle(tx *db.Tx, workspace, contact, message crm.ID, o Outcome) error
	// Unpark applies the receipts that wait for a message which is there now.
	Unpark(tx *db.Tx, ch *Channel, externalID string) error
	// Remote returns the attachments of a message that are still at the provider.
	Remote(tx *db.Tx, workspace, contact, message crm.ID) (channelID crm.ID, attachments []crm.Attachment, err error)
	// Fetched replaces the attachment that has this remote handle.
	Fetched(tx *db.Tx, workspace, contact, message crm.ID, remote string, a crm.Attachment) error
}

// Received says what one inbound event became.
type Received struct {
	Contact crm.ID
	Message crm.ID
	// Media is set when the message has files to fetch.
	Media bool
	// AckID asks for Acknowledge.
	AckID string
	// Templates is set when the channel's templates have changed.
	Templates bool
	// Account is news of the account, for the health page.
	Account string
	// Parked is the external id of a receipt that waits for its message.
	Parked string
	// Late is an edit, deletion or reaction whose message isn't there, or not yet.
	Late *channel.Inbound
}

// Outbound is a message to send.
type Outbound struct {
	Channel crm.ID
	Send    channel.Outbound
	// Forced is set when a person asked to send again what may have been sent.
	Forced bool
}

// Outcome is how sending ended.
type Outcome struct {
	Status  crm.Status // Sent, Failed or Uncertain
	Receipt channel.Receipt
	Error   *crm.DeliveryError
	// Unreachable is set when nothing reaches the contact on this channel.
	Unreachable bool
	// Reaction is set for a reaction, which has no status of its own.
	Reaction bool
}

// Options are what a Gateway is made of.
type Options struct {
	DB       *db.DB
	Queue    *jobs.Queue
	Events   *eventlog.Log
	Files    *blob.Store
	Keys     *config.Keyring
	Adapters []channel.Adapter
	// PublicURL is where providers reach us, without a slash at its end.
	PublicURL string
	MaxUpload int64
	Logger    *slog.Logger
	// OpenNetwork lifts the guard against private addresses for all channels;
	// the demo's simulator is on loopback.
	OpenNetwork bool
}

// Gateway connects channels.
type Gateway struct {
	Options
	adapters map[string]channel.Adapter
	inbox    Inbox
	guarded  *http.Client
	private  *http.Client
	door     *door

	mu    sync.RWMutex
	byID  map[crm.ID]*Channel
	byKey map[string]*Channel
	// takers remembers whom one channel's webhook brings another's events; changes
	// counts the changed channels, by which what was looked up meanwhile is not kept.
	takers  map[errand][]*Channel
	changes int
}

// New returns a gateway and registers its jobs. SetInbox must follow before Run.
func New(o Options) *Gateway {
	g := &Gateway{
		Options:  o,
		adapters: make(map[string]channel.Adapter),
		guarded:  safehttp.Client(false, 75*time.Second),
		private:  safehttp.Client(true, 75*time.Second),
		byID:     make(map[crm.ID]*Channel),
		byKey:    make(map[string]*Channel),
		takers:   make(map[errand][]*Channel),
	}
	g.door = &door{g: g, lines: make(map[crm.ID][]*parcel)}
	for _, a := range o.Adapters {
		g.adapters[a.Describe().Type] = a
	}
	o.Queue.Handle(jobInbound, jobs.Handler{Batch: inboundBatch, Run: g.process, Died: g.inboundDied, Revived: g.inboundRevived})
	o.Queue.Handle(jobSend, jobs.Handler{Leased: true, MaxAttempts: 1 << 20, Run: g.send})
	o.Queue.Handle(jobMedia, jobs.Handler{Leased: true, MaxAttempts: 30, Run: g.fetchMedia, Died: g.mediaDied})
	o.Queue.Handle(jobAck, jobs.Handler{MaxAttempts: 3, Run: g.acknowledge})
	o.Queue.Handle(jobMarkRead, jobs.Handler{MaxAttempts: 3, Run: g.markRead})
	o.Queue.Handle(jobParked, jobs.Handler{MaxAttempts: 5, Run: g.unpark})
	o.Queue.Handle(jobLate, jobs.Handler{MaxAttempts: 1 << 20, Run: g.changeLate})
	// Clearing a chat from before the connection is as many late deletions as it had
	// messages: they don't go before what is new.
	o.Queue.SetLimit(jobLate, jobs.Limit{Concurrency: 2})
	o.Queue.Handle(jobPoll, jobs.Handler{Leased: true, MaxAttempts: 1 << 30, Run: g.poll})
	o.Queue.Handle(jobTemplates, jobs.Handler{MaxAttempts: 5, Run: g.refreshTemplates})
	return g
}

// SetInbox gives the gateway the inbox it delivers to.
func (g *Gateway) SetInbox(in Inbox) { g.inbox = in }

// Descriptions returns every adapter's description, in the order given.
func (g *Gateway) Descriptions() []channel.Description {
	out := make([]channel.Description, 0, len(g.Adapters))
	for _, a := range g.Adapters {
		out = append(out, a.Describe())
	}
	return out
}
