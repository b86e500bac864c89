package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

const (
	workers = 48
	// leaseFor is how long a run may stay silent; leaseBeat renews it.
	leaseFor  = 60 * time.Second
	leaseBeat = 20 * time.Second
	// ranOut is the lease of a job whose run was cut off: over for long.
	ranOut = 1
	// scanEvery looks at the tables for work this process wasn't told of, and
	// scanAhead is how far into the future it looks.
	scanEvery = 15 * time.Second
	scanAhead = 40 * time.Second
)

// Run runs jobs until ctx ends, then waits for what is running, which sees ctx
// end too, up to its own care.
func (q *Queue) Run(ctx context.Context) error {
	q.sched.start()
	if err := q.scan(ctx); err != nil && ctx.Err() == nil {
		return fmt.Errorf("jobs: looking for work: %w", err)
	}
	q.d.Listen(ctx, topic, func(payload string) {
		if l, key, ok := parseNote(payload); ok {
			q.sched.wake(l, key, time.Time{})
		}
	})
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				l, key, ok := q.sched.next()
				if !ok {
					return
				}
				more, at := q.work(ctx, l)
				q.sched.release(l, key, more, at)
			}
		})
	}
	wg.Go(func() { q.housekeep(ctx) })
	<-ctx.Done()
	q.sched.close()
	wg.Wait()
	return nil
}

func (q *Queue) housekeep(ctx context.Context) {
	beat, scan := time.NewTicker(leaseBeat), time.NewTicker(scanEvery)
	defer beat.Stop()
	defer scan.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			err = q.renew(ctx)
		case <-scan.C:
			err = q.scan(ctx)
		}
		if err != nil && ctx.Err() == nil {
			q.log.Warn("job housekeeping failed", "err", err)
		}
	}
}

// renew renews the leases of what runs. A lease that nobody holds any more, as after an
// outcome that couldn't be stored, runs out.
func (q *Queue) renew(ctx context.Context) error {
	ids := q.running.all()
	if len(ids) == 0 {
		return nil
	}
	return q.d.Write(ctx, func(tx *db.Tx) error {
		list, args := db.InList([]any{tx.Now().Add(leaseFor).UnixMicro(), q.d.Node()}, ids)
		_, err := tx.Exec(`UPDATE job SET lease_until = $1 WHERE owner = $2 AND lease_until > 0 AND id IN (`+list+`)`, args...)
		return err
	})
}

// running is what this process has leased and is at work on.
type running struct {
	mu  sync.Mutex
	ids map[crm.ID]bool
}

// hold notes jobs until the function it returns is called.
func (r *running) hold(batch []*Job) (release func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ids == nil {
		r.ids = make(map[crm.ID]bool)
	}
	for _, j := range batch {
		r.ids[j.ID] = true
	}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, j := range batch {
			delete(r.ids, j.ID)
		}
	}
}

func (r *running) all() []any {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]any, 0, len(r.ids))
	for id := range r.ids {
		out = append(out, int64(id))
	}
	return out
}

// scan wakes every lane that has something due, and frees what dead processes held.
func (q *Queue) scan(ctx context.Context) error {
	if err := q.freeDead(ctx); err != nil {
		return err
	}
	type found struct {
		lane laneRef
		key  string
		at   time.Time
	}
	var all []found
	err := q.d.Read(ctx, func(tx *db.Tx) error {
		// Lane by lane along the index, however many jobs each has.
		at := laneRef{}
		for {
			var next laneRef
			var key string
			var runAt int64
			err := tx.Row(`SELECT workspace_id, lane, limit_key, run_at FROM job
				WHERE (workspace_id, lane) > ($1, $2) ORDER BY workspace_id, lane, id LIMIT 1`,
				[]any{at.workspace, at.lane}, &next.workspace, &next.lane, &key, &runAt)
			if errors.Is(err, db.ErrNotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			f := found{lane: next, key: key}
			if runAt > 0 {
				f.at = time.UnixMicro(runAt)
			}
			if f.at.IsZero() || time.Until(f.at) < scanAhead {
				all = append(all, f)
			}
			at = next
		}
	})
	for _, f := range all {
		q.sched.wake(f.lane, f.key, f.at)
	}
	return err
}

func (q *Queue) freeDead(ctx context.Context) error {
	var owners []int64
	err := q.d.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(`SELECT DISTINCT owner FROM job WHERE lease_until > 0`, nil, func(r *sql.Rows) error {
			var o int64
			err := r.Scan(&o)
			owners = append(owners, o)
			return err
		})
	})
	if err != nil || len(owners) == 0 {
		return err
	}
	return q.d.Write(ctx, func(tx *db.Tx) error {
		dead, err := tx.DeadNodes(owners)
		if err != nil {
			return err
		}
		for _, o := range dead {
			if _, err := tx.Exec(`UPDATE job SET lease_until = $1 WHERE owner = $2 AND lease_until > $1`, ranOut, o); err != nil {
				return err
			}
		}
		return nil
	})
}

// work runs one batch of a lane. It returns whether the lane may have more, or
// when its head is due.
func (q *Queue) work(ctx context.Context, l laneRef) (more bool, at time.Time) {
	batch, rest, h, at, err := q.take(ctx, l)
	if err != nil {
		if ctx.Err() == nil {
			q.log.Error("taking jobs failed", "lane", l.lane, "err", err)
		}
		return false, time.Now().Add(time.Second)
	}
	if len(batch) == 0 {
		return false, at
	}
	if h.Leased {
		defer q.running.hold(batch)()
	}
	err = q.runHandler(ctx, h, batch)
	if errors.Is(err, ErrLost) {
		return true, time.Time{}
	}
	if !h.Leased && ctx.Err() != nil && !allSettled(batch) {
		return false, time.Time{} // cut off by the stop, which is nobody's failure
	}
	if err != nil && ctx.Err() != nil && !begun(batch) {
		if perr := q.putBack(context.WithoutCancel(ctx), batch); perr != nil {
			q.log.Error("putting jobs back failed", "lane", l.lane, "err", perr)
		}
		return false, time.Time{}
	}
	serr := q.settleRest(context.WithoutCancel(ctx), batch, err)
	if errors.Is(serr, ErrLost) {
		return true, time.Time{}
	}
	if serr != nil {
		q.log.Error("settling jobs failed", "lane", l.lane, "err", serr)
		return false, time.Now().Add(time.Second)
	}
	if err != nil {
		return false, time.Now() // Retry has woken the lane for its time
	}
	// A lane that is known to be empty is not looked at again: it would take a
	// token of its key's rate for nothing.
	return rest, at
}

func begun(batch []*Job) bool {
	return slices.ContainsFunc(batch, func(j *Job) bool { return j.Begun })
}

// putBack gives back what the stop cut off before anything had begun: whoever runs
// next takes it at once, and it hasn't failed.
func (q *Queue) putBack(ctx context.Context, batch []*Job) error {
	return q.d.Write(ctx, func(tx *db.Tx) error {
		for _, j := range batch {
			if j.settled {
				continue
			}
			if err := q.Retry(tx, j, 0, nil); err != nil {
				return err
			}
		}
		return nil
	})
}

func allSettled(batch []*Job) bool {
	for _, j := range batch {
		if !j.settled {
			return false
		}
	}
	return true
}

func (q *Queue) runHandler(ctx context.Context, h Handler, batch []*Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			q.log.Error("panic in a job", "kind", batch[0].Kind, "lane", batch[0].Lane, "panic", p)
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return h.Run(ctx, batch)
}

// settleRest settles what the handler left: done after success, tried again after
// an error. A batch that failed as a whole is tried one by one, so that one bad
// job doesn't take the others along.
func (q *Queue) settleRest(ctx context.Context, batch []*Job, cause error) error {
	rest := batch[:0:0]
	for _, j := range batch {
		if !j.settled {
			rest = append(rest, j)
		}
	}
	if len(rest) == 0 {
		return nil
	}
	return q.d.Write(ctx, func(tx *db.Tx) error {
		if cause == nil {
			return q.Done(tx, rest...)
		}
		q.log.Warn("a job failed", "kind", rest[0].Kind, "lane", rest[0].Lane, "attempt", rest[0].Attempt, "err", cause)
		for i, j := range rest {
			var err error
			if i == 0 {
				err = q.Retry(tx, j, Backoff(max(j.Attempt, 1)), cause)
			} else if q.handlers[j.Kind].Leased {
				err = q.Retry(tx, j, 0, nil) // not tried yet
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// take reads the head of a lane and, for leased kinds, marks it as running. rest
// tells that there is more behind the batch.
func (q *Queue) take(ctx context.Context, l laneRef) (batch []*Job, rest bool, h Handler, at time.Time, err error) {
	var head *Job
	err = q.d.Read(ctx, func(tx *db.Tx) error {
		jobs, leases, err := q.head(tx, l, 1)
		if err != nil || len(jobs) == 0 {
			return err
		}
		head = jobs[0]
		if h, err = q.handler(head.Kind); err != nil {
			return err
		}
		if wait := due(tx, head, leases[0]); !wait.IsZero() {
			at, head = wait, nil
			return nil
		}
		if !h.Leased {
			batch, rest, err = q.ready(tx, l, h)
		}
		return err
	})
	if err != nil || head == nil || !h.Leased {
		return batch, rest, h, at, err
	}
	err = q.d.Write(ctx, func(tx *db.Tx) error {
		batch, rest, at = nil, false, time.Time{}
		// Whoever locks the head owns the lane; a locked head is another's.
		if tx.Dialect() == db.Postgres {
			err := tx.Row(`SELECT id FROM job WHERE workspace_id = $1 AND lane = $2 AND id =
				(SELECT MIN(id) FROM job WHERE workspace_id = $1 AND lane = $2) FOR UPDATE SKIP LOCKED`,
				[]any{l.workspace, l.lane}, new(int64))
			if errors.Is(err, db.ErrNotFound) {
				return nil
			}
			if err != nil {
				return err
			}
		}
		jobs, leases, err := q.head(tx, l, h.Batch+1)
		if err != nil {
			return err
		}
		if rest = len(jobs) > h.Batch; rest {
			jobs = jobs[:h.Batch]
		}
		for i, j := range jobs {
			if wait := due(tx, j, leases[i]); !wait.IsZero() {
				at, rest = wait, false
				break
			}
			j.Interrupted = leases[i] > 0
			j.Begun = j.Interrupted
			j.Attempt++
			batch = append(batch, j)
		}
		if len(batch) == 0 {
			return nil
		}
		_, err = tx.Exec(`UPDATE job SET attempt = attempt + 1, owner = $1, lease_until = $2
			WHERE workspace_id = $3 AND lane = $4 AND id <= $5`,
			q.d.Node(), tx.Now().Add(leaseFor).UnixMicro(), l.workspace, l.lane, batch[len(batch)-1].ID)
		return err
	})
	return batch, rest, h, at, err
}

// ready returns the jobs of a lane that may run, from its head on, and whether
// there is more.
func (q *Queue) ready(tx *db.Tx, l laneRef, h Handler) (batch []*Job, rest bool, err error) {
	jobs, leases, err := q.head(tx, l, h.Batch+1)
	if err != nil {
		return nil, false, err
	}
	for i, j := range jobs {
		switch {
		case i == h.Batch:
			return jobs[:i], true, nil
		case !due(tx, j, leases[i]).IsZero():
			return jobs[:i], true, nil
		case j.Attempt > 0: // one that failed before runs alone
			return jobs[:max(i, 1)], len(jobs) > max(i, 1), nil
		}
	}
	return jobs, false, nil
}

// due returns the zero time for a job that may run now, else when to look again.
func due(tx *db.Tx, j *Job, lease int64) time.Time {
	if j.RunAt.After(tx.Now()) {
		return j.RunAt
	}
	if lease > tx.Micros() {
		return time.UnixMicro(lease)
	}
	return time.Time{}
}

func (q *Queue) head(tx *db.Tx, l laneRef, limit int) (jobs []*Job, leases []int64, err error) {
	err = tx.Each(`SELECT id, kind, limit_key, payload, run_at, attempt, lease_until, error FROM job
		WHERE workspace_id = $1 AND lane = $2 ORDER BY id LIMIT $3`, []any{l.workspace, l.lane, limit},
		func(r *sql.Rows) error {
			j := &Job{Workspace: l.workspace, Lane: l.lane}
			var runAt, lease int64
			err := r.Scan(&j.ID, &j.Kind, &j.LimitKey, &j.Payload, &runAt, &j.Attempt, &lease, &j.Error)
			if runAt > 0 {
				j.RunAt = time.UnixMicro(runAt)
			}
			jobs, leases = append(jobs, j), append(leases, lease)
			return err
		})
	return jobs, leases, err
}

// Every makes sure that a job of this kind runs again and again, in one process
// at a time: its handler gets called, and the next run is put into its lane.
func (q *Queue) Every(ctx context.Context, workspace crm.ID, kind string, interval time.Duration, run func(ctx context.Context) error) error {
	lane := "every:" + kind
	q.Handle(kind, Handler{MaxAttempts: 1 << 30, Run: func(ctx context.Context, jobs []*Job) error {
		if err := run(ctx); err != nil {
			return err
		}
		return q.d.Write(ctx, func(tx *db.Tx) error {
			if err := q.Done(tx, jobs...); err != nil {
				return err
			}
			_, err := q.Enqueue(tx, Job{Workspace: workspace, Lane: lane, Kind: kind, RunAt: tx.Now().Add(interval)})
			return err
		})
	}})
	return q.d.Write(ctx, func(tx *db.Tx) error {
		n, err := q.Backlog(tx, workspace, lane, 1)
		if err != nil || n > 0 {
			return err
		}
		_, err = q.Enqueue(tx, Job{Workspace: workspace, Lane: lane, Kind: kind})
		return err
	})
}
