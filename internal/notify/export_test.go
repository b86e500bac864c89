package notify

import (
	"context"
	"database/sql"
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

// What says what happened.
func (n *Notification) What(language crm.Language, actor string) string {
	return n.what(language, actor)
}

// KeepEach is how many notifications of an owner are kept.
const KeepEach = keepEach

// Digest looks once who is to be written to.
func (s *Service) Digest(ctx context.Context) error { return s.digest(ctx) }

// Plans returns how SQLite goes about the notifications of a viewer with colleagues: a
// page of them, and their number, the same for two such viewers at once.
func Plans(tx *db.Tx, v crm.Viewer, mates []crm.ID) (out []string, err error) {
	s := scope{v: v, mates: mates, kinds: make(map[Kind]Ways)}
	for _, k := range Kinds() {
		s.kinds[k] = Ways{App: true}
	}
	page, pageArgs := s.newest("$1", "$2", []any{v.User, v.Workspace}, listed, isNew, 1, 50)
	count, countArgs := findNew([]scope{s, s})
	for _, q := range []struct {
		text string
		args []any
	}{{page + ` ORDER BY last_id DESC`, pageArgs}, {count, countArgs}} {
		err = tx.Each(`EXPLAIN QUERY PLAN `+q.text, q.args, func(r *sql.Rows) error {
			var id, parent, unused int
			var step string
			err := r.Scan(&id, &parent, &unused, &step)
			out = append(out, step)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// CountedAtOnce is of how many users one statement counts what is new.
const CountedAtOnce = countedAtOnce
