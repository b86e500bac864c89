// Package jobs keeps promised work: a job is stored in the transaction that needs
// it and run after the commit, by any process, until it is settled.
//
// Jobs of one lane run in the order they were enqueued, one batch at a time. A
// lane's limit key says which rate they share. A failed job is tried again with
// growing delay and holds its lane; one that fails too often becomes a dead
// letter, which a person can replay.
package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// ErrLost means that another process settled the jobs first, or is at work on them; the
// transaction must not be committed.
var ErrLost = errors.New("jobs: the jobs are settled elsewhere")

// Job is a piece of promised work.
type Job struct {
	ID        crm.ID
	Workspace crm.ID
	// Lane orders jobs; LimitKey names the rate they share, "" for none. All jobs
	// of a lane have the same kind and limit key.
	Lane     string
	LimitKey string
	Kind     string
	// Payload is the handler's own, mostly JSON.
	Payload string
	// RunAt is the earliest time; zero means now.
	RunAt time.Time
	// Attempt counts from 1 at the first run of a leased job.
	Attempt int
	// Interrupted is set when the run before this one was cut off: its process
	// died, so nobody knows how far it got.
	Interrupted bool
	// Begun is the handler's to set, where Leased: something outside has begun whose
	// outcome isn't stored. A job that fails meanwhile, by an error or a panic, is
	// Interrupted the next time. It is set where Interrupted is.
	Begun bool
	// Error is the last failure's text.
	Error string

	settled bool
}

// Handler runs the jobs of a kind.
type Handler struct {
	// Batch is the most jobs of a lane given at once; 0 means 1.
	Batch int
	// Leased marks the run in the database before it starts, so that one process runs
	// it at a time and a crash in its midst is known afterwards (Job.Interrupted). Work
	// that has no effect outside the transaction that settles it does without.
	Leased bool
	// MaxAttempts makes dead letters; 0 means 12.
	MaxAttempts int
	// Run does the work and settles each job in a transaction by Done or Retry.
	// Jobs it leaves unsettled are done when it returns nil and tried again when
	// it returns an error.
	Run func(ctx context.Context, jobs []*Job) error
	// Died is called in the transaction that buries a job, if set.
	Died func(tx *db.Tx, j *Job) error
	// Revived is called in the transaction that replays a dead job, if set. It may change
	// what the job is about.
	Revived func(tx *db.Tx, j *Job) error
}

// Queue stores and runs jobs.
type Queue struct {
	d        *db.DB
	log      *slog.Logger
	handlers map[string]Handler
	sched    *scheduler
	running  running
}

// New returns a queue with its kinds of work. Run starts it.
func New(d *db.DB, logger *slog.Logger) *Queue {
	return &Queue{d: d, log: logger, handlers: make(map[string]Handler), sched: newScheduler()}
}

// Handle registers the handler of a kind, before Run.
func (q *Queue) Handle(kind string, h Handler) {
	h.Batch = max(h.Batch, 1)
	if h.MaxAttempts == 0 {
		h.MaxAttempts = 12
	}
	q.handlers[kind] = h
}

// Enqueue stores a job; it is run after the commit. It returns the job's id.
func (q *Queue) Enqueue(tx *db.Tx, j Job) (crm.ID, error) {
	if j.ID == 0 {
		j.ID = tx.NewID()
	}
	err := tx.Queue(`INSERT INTO job (workspace_id, lane, id, kind, limit_key, payload, run_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		int64(j.Workspace), j.Lane, int64(j.ID), j.Kind, j.LimitKey, j.Payload, micros(j.RunAt))
	if err != nil {
		return 0, err
	}
	q.wakeAfter(tx, j)
	return j.ID, nil
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func (q *Queue) wakeAfter(tx *db.Tx, j Job) {
	l := laneRef{workspace: j.Workspace, lane: j.Lane}
	tx.OnCommit(func() {
		q.sched.wake(l, j.LimitKey, j.RunAt)
		if q.d.Dialect() == db.Postgres && !q.sched.running() {
			q.d.Notify(topic, l.note(j.LimitKey))
		}
	})
}

// Done settles jobs in the transaction that did their work.
func (q *Queue) Done(tx *db.Tx, jobs ...*Job) error {
	if len(jobs) == 0 {
		return nil
	}
	if err := q.remove(tx, jobs); err != nil {
		return err
	}
	settleAfter(tx, jobs)
	return nil
}

func settleAfter(tx *db.Tx, jobs []*Job) {
	tx.OnCommit(func() {
		for _, j := range jobs {
			j.settled = true
		}
	})
}

func (q *Queue) remove(tx *db.Tx, jobs []*Job) error {
	ids := make([]any, 0, len(jobs))
	for _, j := range jobs {
		ids = append(ids, int64(j.ID))
	}
	list, args := db.InList([]any{int64(jobs[0].Workspace), jobs[0].Lane}, ids)
	n, err := tx.Exec(`DELETE FROM job WHERE workspace_id = $1 AND lane = $2 AND id IN (`+list+`)`, args...)
	if err == nil && n != int64(len(jobs)) {
		err = ErrLost
	}
	return err
}

// Retry settles a job by putting it off. cause is kept with it, nil for none; a
// job put off without a cause has not used up an attempt.
//
// Errors: ErrLost where another process has it by now.
func (q *Queue) Retry(tx *db.Tx, j *Job, after time.Duration, cause error) error {
	if err := q.own(tx, j); err != nil {
		return err
	}
	at := tx.Now().Add(after)
	attempt, text := j.Attempt, ""
	if cause != nil {
		text = cause.Error()
		if !q.handlers[j.Kind].Leased {
			attempt++
		}
		if attempt >= q.handlers[j.Kind].MaxAttempts {
			return q.Bury(tx, j, cause)
		}
	} else if q.handlers[j.Kind].Leased {
		attempt--
	}
	lease := 0
	if j.Begun {
		lease = ranOut
	}
	_, err := tx.Exec(`UPDATE job SET run_at = $1, attempt = $2, owner = 0, lease_until = $3, error = $4
		WHERE workspace_id = $5 AND lane = $6 AND id = $7`,
		at.UnixMicro(), attempt, lease, clip(text), int64(j.Workspace), j.Lane, int64(j.ID))
	if err != nil {
		return err
	}
	settleAfter(tx, []*Job{j})
	l := laneRef{workspace: j.Workspace, lane: j.Lane}
	tx.OnCommit(func() { q.sched.wake(l, j.LimitKey, at) })
	return nil
}

// own locks a job, unless it was settled elsewhere or another process has leased it since.
func (q *Queue) own(tx *db.Tx, j *Job) error {
	var owner int64
	err := tx.Row(`SELECT owner FROM job WHERE workspace_id = $1 AND lane = $2 AND id = $3`+tx.ForUpdate(),
		[]any{j.Workspace, j.Lane, j.ID}, &owner)
	if errors.Is(err, db.ErrNotFound) || err == nil && q.handlers[j.Kind].Leased && owner != q.d.Node() {
		return ErrLost
	}
	return err
}

// Bury settles a job as a dead letter. Errors: ErrLost where another process has it by now.
func (q *Queue) Bury(tx *db.Tx, j *Job, cause error) error {
	if err := q.own(tx, j); err != nil {
		return err
	}
	if err := q.remove(tx, []*Job{j}); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO job_dead (workspace_id, id, lane, kind, limit_key, payload, attempt, error, died_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		int64(j.Workspace), int64(j.ID), j.Lane, j.Kind, j.LimitKey, j.Payload, j.Attempt, clip(cause.Error()), tx.Micros())
	if err != nil {
		return err
	}
	if died := q.handlers[j.Kind].Died; died != nil {
		if err := died(tx, j); err != nil {
			return err
		}
	}
	settleAfter(tx, []*Job{j})
	return nil
}

// Dead is a dead letter.
type Dead struct {
	Job
	DiedAt time.Time
}

// ListDead returns the dead letters older than the id before (0: from the newest).
func (q *Queue) ListDead(tx *db.Tx, workspace, before crm.ID, limit int) ([]Dead, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	var out []Dead
	err := tx.Each(`SELECT id, lane, kind, limit_key, payload, attempt, error, died_at FROM job_dead
		WHERE workspace_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`, []any{workspace, before, limit},
		func(r *sql.Rows) error {
			d := Dead{Job: Job{Workspace: workspace}}
			var died int64
			err := r.Scan(&d.ID, &d.Lane, &d.Kind, &d.LimitKey, &d.Payload, &d.Attempt, &d.Error, &died)
			d.DiedAt = time.UnixMicro(died).UTC()
			out = append(out, d)
			return err
		})
	return out, err
}

// Replay makes a dead letter live again, at the end of its lane.
func (q *Queue) Replay(tx *db.Tx, workspace, id crm.ID) (Job, error) {
	j := Job{Workspace: workspace}
	err := tx.Row(`DELETE FROM job_dead WHERE workspace_id = $1 AND id = $2 RETURNING lane, kind, limit_key, payload`,
		[]any{workspace, id}, &j.Lane, &j.Kind, &j.LimitKey, &j.Payload)
	if err != nil {
		return j, err
	}
	if revived := q.handlers[j.Kind].Revived; revived != nil {
		if err := revived(tx, &j); err != nil {
			return j, err
		}
	}
	j.ID, err = q.Enqueue(tx, j)
	return j, err
}

// Backoff is the wait before the next attempt: 1 s, 5 s, 30 s, 2 min, 10 min,
// then an hour, each give or take a fifth.
func Backoff(attempt int) time.Duration {
	steps := []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour}
	d := steps[min(max(attempt, 1), len(steps))-1]
	return d*4/5 + rand.N(d*2/5)
}

func clip(s string) string {
	if len(s) > 2000 {
		s = s[:2000]
	}
	return s
}

// Limit is the rate that the lanes of a limit key share, in this process.
type Limit struct {
	// PerSecond is the rate of jobs started; 0 means no limit.
	PerSecond float64
	Burst     int
	// Concurrency bounds the lanes that run at once; 0 means no bound.
	Concurrency int
}

// SetLimit sets the rate of a limit key.
func (q *Queue) SetLimit(key string, l Limit) { q.sched.setLimit(key, l) }

// Pause holds a limit key back, as a provider's Retry-After asks.
func (q *Queue) Pause(key string, d time.Duration) { q.sched.pause(key, time.Now().Add(d)) }

// Resume takes back a Pause.
func (q *Queue) Resume(key string) { q.sched.resume(key) }

// Backlog counts the jobs of a limit key or, with lane set, of a lane, up to limit.
func (q *Queue) Backlog(tx *db.Tx, workspace crm.ID, lane string, limit int) (n int, err error) {
	err = tx.Row(`SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE workspace_id = $1 AND lane = $2 LIMIT $3) x`,
		[]any{workspace, lane, limit}, &n)
	return n, err
}

func (q *Queue) handler(kind string) (Handler, error) {
	h, ok := q.handlers[kind]
	if !ok {
		return h, fmt.Errorf("jobs: no handler for %q", kind)
	}
	return h, nil
}
