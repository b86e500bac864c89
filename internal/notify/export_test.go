package notify

import (
	"context"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
)

// Handle gives events to the follower.
func (s *Service) Handle(ctx context.Context, workspace crm.ID, events []eventlog.Event) error {
	return s.handle(ctx, workspace, events)
}

// After returns the events that a follower whose cursor is at seq would get.
func (s *Service) After(ctx context.Context, workspace crm.ID, seq int64) (events []eventlog.Event, err error) {
	err = s.o.DB.Read(ctx, func(tx *db.Tx) error {
		events, err = eventlog.After(tx, workspace, seq, 1000)
		return err
	})
	return events, err
}

// QuietAt tells whether a time lies in quiet hours.
func (q Quiet) QuietAt(t time.Time) bool { return q.in(t) }

// KeepEach is how many notifications of an owner are kept.
const KeepEach = keepEach

// Digest looks once who is to be written to.
func (s *Service) Digest(ctx context.Context) error { return s.digest(ctx) }
