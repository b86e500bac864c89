// Package notify tells users what concerns them: it follows the event log, keeps the
// notification centre, and reaches those who are away by Web Push and mail.
//
// A message's notification is one row, owned by whoever the contact is assigned to and
// read by all whom it concerns; what each has seen and archived is kept beside it. So
// a message costs the same whether two users are told or two hundred. A row counts only
// while its reader may see the contact, and one of a message only while the contact is
// still whose it was. What a blocked contact does is told to nobody, what colleagues do
// with it is.
package notify

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/bandeja/bandeja/internal/config"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/jobs"
	"github.com/bandeja/bandeja/internal/mail"
)

// Kind says why a user is told.
type Kind string

// The kinds. The message kinds differ by reader: the row is the same.
const (
	AssignedToMe      Kind = "assigned_to_me"
	Mention           Kind = "mention"
	MessageMine       Kind = "message_mine"
	MessageTeam       Kind = "message_team"
	MessageUnassigned Kind = "message_unassigned"
	SnoozeDue         Kind = "snooze_due"
	SendFailed        Kind = "send_failed"
)

// Kinds returns all kinds, in the order the settings show them.
func Kinds() []Kind {
	return []Kind{AssignedToMe, Mention, MessageMine, MessageTeam, MessageUnassigned, SnoozeDue, SendFailed}
}

// message is the kind under which the rows of the three message kinds are stored.
const message Kind = "message"

// withheld tells whether nobody is told of a kind while its contact is blocked.
func (k Kind) withheld() bool { return k == message || k == SnoozeDue }

// Notification is what a user is told.
type Notification struct {
	ID   crm.ID
	Kind Kind
	// Contact is whom it is about; Message the newest it is about, 0 for none.
	Contact crm.ID
	Message crm.ID
	// Actor is the user who did it, 0 for none.
	Actor crm.ID
	// Count is how many messages it stands for: those not yet seen, or else all.
	Count int64
	// LastID sorts notifications, and tells when the newest thing happened.
	LastID crm.ID
	// New ones are neither read nor archived.
	New      bool
	Archived bool

	total int64
}

// At is when the newest thing that it tells of happened.
func (n *Notification) At() time.Time { return db.IDTime(n.LastID) }

// Options are what a Service is made of.
type Options struct {
	DB     *db.DB
	Events *eventlog.Log
	Queue  *jobs.Queue
	Keys   *config.Keyring
	// Mail sends digests; nil or off for none.
	Mail *mail.Mailer
	// PublicURL is what links in mails begin with, and what push services are told.
	PublicURL string
	Logger    *slog.Logger
	// Client calls push services; they are named by users, so it must be guarded.
	Client *http.Client
	// OpenNetwork takes push services without TLS, for tests and the demo.
	OpenNetwork bool
}

// Service decides who is told, and tells them.
type Service struct {
	o Options
	// told is called with the notifications that were made or grew.
	told func(workspace crm.ID, ids []crm.ID)
}

// New returns the service and registers its jobs. Run starts it.
func New(o Options) *Service {
	s := &Service{o: o, told: func(crm.ID, []crm.ID) {}}
	s.handleJobs()
	return s
}

// OnTold sets who hears of notifications that were made or grew, before Run.
func (s *Service) OnTold(f func(workspace crm.ID, ids []crm.ID)) { s.told = f }

// SendsMail tells whether mail can be sent.
func (s *Service) SendsMail() bool { return s.o.Mail.On() }

// Run follows the event log and writes to those who are away, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.digestLoop(ctx)
	}()
	err := s.o.Events.Follow(ctx, eventlog.Follower{Name: follower, Handle: s.handle})
	<-done
	return err
}
