package eventlog

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

const (
	followBatch = 500
	// followPoll finds what a lost wake-up left behind.
	followPoll = 2 * time.Second
)

// Follower says what to do with events.
type Follower struct {
	// Name is unique; under it the cursor is kept.
	Name string
	// FromNow starts at the end of the log at every start and keeps no cursor.
	FromNow bool
	// Handle gets events in order, at least once. After an error it is called
	// again with the same ones, with growing delay.
	Handle func(ctx context.Context, workspace crm.ID, events []Event) error
}

type follower struct {
	Follower
	l *Log

	mu      sync.Mutex
	pending map[crm.ID]struct{}
	kick    chan struct{}
	cursors map[crm.ID]int64
}

func (f *follower) wake(workspaces ...crm.ID) {
	f.mu.Lock()
	for _, ws := range workspaces {
		f.pending[ws] = struct{}{}
	}
	f.mu.Unlock()
	select {
	case f.kick <- struct{}{}:
	default:
	}
}

// Follow calls the follower for every event until ctx ends. It returns an error
// only if the log can't be read at the start.
func (l *Log) Follow(ctx context.Context, spec Follower) error {
	f := &follower{
		Follower: spec, l: l,
		pending: make(map[crm.ID]struct{}),
		kick:    make(chan struct{}, 1),
		cursors: make(map[crm.ID]int64),
	}
	if err := f.load(ctx); err != nil {
		return err
	}
	l.mu.Lock()
	l.followers = append(l.followers, f)
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		kept := make([]*follower, 0, len(l.followers))
		for _, other := range l.followers {
			if other != f {
				kept = append(kept, other)
			}
		}
		l.followers = kept
	}()
	poll := time.NewTicker(followPoll)
	defer poll.Stop()
	for {
		f.catchUp(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-f.kick:
		case <-poll.C:
			if err := f.findBehind(ctx); err != nil && ctx.Err() == nil {
				l.log.Warn("the event log can't be read", "follower", f.Name, "err", err)
			}
		}
	}
}

// load reads the cursors and marks every workspace for a first look.
func (f *follower) load(ctx context.Context) error {
	return f.l.d.Read(ctx, func(tx *db.Tx) error {
		q := `SELECT w.id, w.event_seq, COALESCE(f.seq, 0) FROM workspace w
			LEFT JOIN follower f ON f.workspace_id = w.id AND f.name = $1`
		return tx.Each(q, []any{f.Name}, func(r *sql.Rows) error {
			var ws crm.ID
			var head, cursor int64
			if err := r.Scan(&ws, &head, &cursor); err != nil {
				return err
			}
			if f.FromNow {
				cursor = head
			}
			f.cursors[ws] = cursor
			f.pending[ws] = struct{}{}
			return nil
		})
	})
}

func (f *follower) findBehind(ctx context.Context) error {
	return f.l.d.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(`SELECT id, event_seq FROM workspace`, nil, func(r *sql.Rows) error {
			var ws crm.ID
			var head int64
			if err := r.Scan(&ws, &head); err != nil {
				return err
			}
			if f.cursors[ws] < head {
				f.wake(ws)
			}
			return nil
		})
	})
}

func (f *follower) catchUp(ctx context.Context) {
	delay := 50 * time.Millisecond
	for ctx.Err() == nil {
		f.mu.Lock()
		var ws crm.ID
		for ws = range f.pending {
			break
		}
		delete(f.pending, ws)
		f.mu.Unlock()
		if ws == 0 {
			return
		}
		more, err := f.step(ctx, ws)
		if more || err != nil {
			f.mu.Lock()
			f.pending[ws] = struct{}{}
			f.mu.Unlock()
		}
		if err == nil {
			delay = 50 * time.Millisecond
			continue
		}
		if errors.Is(err, context.Canceled) {
			return
		}
		f.l.log.Error("a follower of the event log failed, trying again", "follower", f.Name, "err", err, "in", delay)
		select {
		case <-ctx.Done():
		case <-time.After(delay):
		}
		delay = min(delay*2, 30*time.Second)
	}
}

func (f *follower) step(ctx context.Context, ws crm.ID) (more bool, err error) {
	cursor := f.cursors[ws]
	var events []Event
	err = f.l.d.Read(ctx, func(tx *db.Tx) error {
		events, err = After(tx, ws, cursor, followBatch)
		return err
	})
	if err != nil || len(events) == 0 {
		return false, err
	}
	if err := f.Handle(ctx, ws, events); err != nil {
		return true, err
	}
	last := events[len(events)-1].Seq
	if !f.FromNow {
		err := f.l.d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO follower (workspace_id, name, seq) VALUES ($1, $2, $3)
				ON CONFLICT (workspace_id, name) DO UPDATE SET seq = excluded.seq WHERE follower.seq < excluded.seq`, ws, f.Name, last)
			return err
		})
		if err != nil {
			return true, err
		}
	}
	f.cursors[ws] = last
	return len(events) == followBatch, nil
}
