package db

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	busChannel = "bandeja"
	// busEvery spaces notifications: PostgreSQL serialises the commits that
	// carry one, so they go together and never with a hot transaction.
	busEvery = 15 * time.Millisecond
	busBytes = 7000 // PostgreSQL takes 8000 in one notification
)

// bus carries short messages between the processes that share a PostgreSQL. It
// may lose them: whoever listens also looks at the tables now and then.
type bus struct {
	d    *DB
	url  string
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu        sync.Mutex
	pending   map[Note]struct{}
	listeners map[string][]func(payload string)
	kick      chan struct{}
}

// Note is a message to the other processes.
type Note struct{ Topic, Payload string }

type busMessage struct {
	Node  int64  `json:"n"`
	Notes []Note `json:"m"`
}

func newBus(d *DB, url string) *bus {
	ctx, cancel := context.WithCancel(context.Background())
	b := &bus{
		d: d, url: url, stop: cancel,
		pending:   make(map[Note]struct{}),
		listeners: make(map[string][]func(string)),
		kick:      make(chan struct{}, 1),
	}
	if d.dialect == Postgres {
		b.wg.Go(func() { b.sendLoop(ctx) })
	}
	return b
}

func (b *bus) close() {
	b.stop()
	b.wg.Wait()
}

// Notify tells the other processes on this database; on SQLite there are none.
func (d *DB) Notify(topic, payload string) {
	if d.dialect != Postgres {
		return
	}
	b := d.bus
	b.mu.Lock()
	b.pending[Note{topic, payload}] = struct{}{}
	b.mu.Unlock()
	select {
	case b.kick <- struct{}{}:
	default:
	}
}

// Listen calls f for every notification of another process, until ctx ends. f
// must be quick.
func (d *DB) Listen(ctx context.Context, topic string, f func(payload string)) {
	if d.dialect != Postgres {
		return
	}
	b := d.bus
	b.mu.Lock()
	defer b.mu.Unlock()
	first := len(b.listeners) == 0
	b.listeners[topic] = append(b.listeners[topic], f)
	if first {
		b.wg.Go(func() { b.listenLoop(ctx) })
	}
}

func (b *bus) sendLoop(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.kick:
		}
		b.mu.Lock()
		notes := make([]Note, 0, len(b.pending))
		for n := range b.pending {
			notes = append(notes, n)
		}
		clear(b.pending)
		b.mu.Unlock()
		for len(notes) > 0 {
			n, size := 0, 40
			for n < len(notes) && (n == 0 || size+len(notes[n].Topic)+len(notes[n].Payload)+60 < busBytes) {
				size += len(notes[n].Topic) + len(notes[n].Payload) + 60
				n++
			}
			text, err := json.Marshal(busMessage{Node: b.d.node.incarnation, Notes: notes[:n]})
			if err == nil {
				_, err = b.d.backend.handle().ExecContext(ctx, `SELECT pg_notify($1, $2)`, busChannel, string(text))
			}
			if err != nil && ctx.Err() == nil {
				b.d.log.Warn("notifying the other processes failed", "err", err)
			}
			notes = notes[n:]
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(busEvery):
		}
	}
}

func (b *bus) listenLoop(ctx context.Context) {
	for ctx.Err() == nil {
		if err := b.listenOnce(ctx); err != nil && ctx.Err() == nil {
			b.d.log.Warn("listening to the other processes failed, trying again", "err", err)
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
}

func (b *bus) listenOnce(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, b.url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, `LISTEN `+busChannel); err != nil {
		return err
	}
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		var m busMessage
		if json.Unmarshal([]byte(n.Payload), &m) != nil || m.Node == b.d.node.incarnation {
			continue
		}
		for _, note := range m.Notes {
			b.mu.Lock()
			fs := b.listeners[note.Topic]
			b.mu.Unlock()
			for _, f := range fs {
				f(note.Payload)
			}
		}
	}
}
