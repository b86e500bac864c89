package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/jobs"
)

const workspace crm.ID = 1

// running starts a queue and stops it when the test ends.
func running(t *testing.T, d *db.DB, setUp func(*jobs.Queue)) *jobs.Queue {
	t.Helper()
	q := jobs.New(d, slog.New(slog.DiscardHandler))
	setUp(q)
	start(t, q)
	return q
}

func start(t *testing.T, q *jobs.Queue) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := q.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	stop = func() { cancel(); wg.Wait() }
	t.Cleanup(stop)
	return stop
}

func enqueue(t *testing.T, d *db.DB, q *jobs.Queue, js ...jobs.Job) {
	t.Helper()
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		for _, j := range js {
			j.Workspace = workspace
			if _, err := q.Enqueue(tx, j); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("not in time: %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func count(t *testing.T, d *db.DB, table string) (n int) {
	t.Helper()
	err := d.Read(context.Background(), func(tx *db.Tx) error { return tx.Row(`SELECT COUNT(*) FROM `+table, nil, &n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Jobs of a lane run in order, each once, however they fail (R8).
func TestLaneOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const lanes, each = 60, 25
		var mu sync.Mutex
		seen := make(map[string][]string)
		busy := make(map[string]bool)
		q := running(t, d, func(q *jobs.Queue) {
			for _, leased := range []bool{true, false} {
				q.Handle(fmt.Sprint("work-", leased), jobs.Handler{Batch: 4, Leased: leased, Run: func(_ context.Context, batch []*jobs.Job) error {
					lane := batch[0].Lane
					mu.Lock()
					if busy[lane] {
						t.Errorf("lane %s runs twice at once", lane)
					}
					busy[lane] = true
					mu.Unlock()
					putOff := rand.IntN(10) == 0
					err := d.Write(context.Background(), func(tx *db.Tx) error {
						if !putOff {
							return q.Done(tx, batch...)
						}
						for _, j := range batch {
							if err := q.Retry(tx, j, time.Millisecond, nil); err != nil {
								return err
							}
						}
						return nil
					})
					mu.Lock()
					defer mu.Unlock()
					busy[lane] = false
					if err != nil || putOff {
						return err
					}
					for _, j := range batch {
						seen[lane] = append(seen[lane], j.Payload)
					}
					return nil
				}})
			}
		})
		for n := range each {
			var js []jobs.Job
			for l := range lanes {
				js = append(js, jobs.Job{Lane: fmt.Sprintf("lane:%d", l), Kind: fmt.Sprint("work-", l%2 == 0), Payload: fmt.Sprintf("%03d", n)})
			}
			enqueue(t, d, q, js...)
		}
		eventually(t, "all jobs done", func() bool {
			mu.Lock()
			defer mu.Unlock()
			total := 0
			for _, got := range seen {
				total += len(got)
			}
			return total >= lanes*each && count(t, d, "job") == 0
		})
		mu.Lock()
		defer mu.Unlock()
		for lane, got := range seen {
			last := ""
			done := make(map[string]bool)
			for _, p := range got {
				if p < last {
					t.Fatalf("lane %s: %s after %s", lane, p, last)
				}
				last = p
				done[p] = true
			}
			if len(done) != each {
				t.Errorf("lane %s: %d of %d jobs ran", lane, len(done), each)
			}
		}
	})
}

func TestAFailingJobIsRetriedAndDiesAndIsReplayed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var mu sync.Mutex
		healed, died, tries := false, 0, 0
		boom := errors.New("boom")
		q := running(t, d, func(q *jobs.Queue) {
			q.Handle("fragile", jobs.Handler{
				MaxAttempts: 3,
				Run: func(ctx context.Context, batch []*jobs.Job) error {
					mu.Lock()
					tries++
					ok := healed
					mu.Unlock()
					if ok {
						return nil
					}
					return d.Write(ctx, func(tx *db.Tx) error { return q.Retry(tx, batch[0], time.Millisecond, boom) })
				},
				Died: func(*db.Tx, *jobs.Job) error {
					mu.Lock()
					defer mu.Unlock()
					died++
					return nil
				},
			})
		})
		enqueue(t, d, q, jobs.Job{Lane: "l", Kind: "fragile", Payload: "p"})
		eventually(t, "the job is dead", func() bool { return count(t, d, "job_dead") == 1 })
		var dead []jobs.Dead
		if err := d.Read(context.Background(), func(tx *db.Tx) (err error) {
			dead, err = q.ListDead(tx, workspace, 0, 10)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		if len(dead) != 1 || dead[0].Error != "boom" || died != 1 || tries != 3 {
			t.Errorf("dead %+v, died %d, tries %d", dead, died, tries)
		}
		healed = true
		mu.Unlock()
		if err := d.Write(context.Background(), func(tx *db.Tx) error {
			_, err := q.Replay(tx, workspace, dead[0].ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the replayed job is done", func() bool { return count(t, d, "job") == 0 && count(t, d, "job_dead") == 0 })
	})
}

// A job whose process died in its midst says so to whoever runs it next.
func TestInterruptedJobsAreKnown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Write(context.Background(), func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO job (workspace_id, lane, id, kind, attempt, owner, lease_until) VALUES (1, 'l', 7, 'work', 1, 12345, $1)`,
				time.Now().Add(time.Hour).UnixMicro())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		got := make(chan jobs.Job, 1)
		running(t, d, func(q *jobs.Queue) {
			q.Handle("work", jobs.Handler{Leased: true, Run: func(_ context.Context, batch []*jobs.Job) error {
				got <- *batch[0]
				return nil
			}})
		})
		select {
		case j := <-got:
			if !j.Interrupted || j.Attempt != 2 {
				t.Errorf("job %+v", j)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("the dead process's job was not taken")
		}
	})
}

// What the stop cut off before anything had begun is taken by whoever runs next, at once
// and as if it hadn't run.
func TestCutOffByTheStop(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		got := make(chan jobs.Job, 2)
		var stop func()
		for run := range 2 {
			q := jobs.New(d, slog.New(slog.DiscardHandler))
			q.Handle("work", jobs.Handler{Leased: true, MaxAttempts: 2, Run: func(ctx context.Context, batch []*jobs.Job) error {
				got <- *batch[0]
				if run == 0 {
					<-ctx.Done()
				}
				return ctx.Err()
			}})
			stop = start(t, q)
			if run == 0 {
				err := d.Write(context.Background(), func(tx *db.Tx) error {
					_, err := q.Enqueue(tx, jobs.Job{Workspace: 1, Lane: "l", Kind: "work"})
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			select {
			case j := <-got:
				if j.Interrupted || j.Attempt != 1 {
					t.Errorf("run %d: %+v", run+1, j)
				}
			case <-time.After(30 * time.Second):
				t.Fatalf("run %d didn't come", run+1)
			}
			if run == 0 {
				stop()
			}
		}
	})
}

// What fails after something outside has begun is not just tried again: its handler is told.
func TestFailedInItsMidst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		got := make(chan jobs.Job, 3)
		runs := 0
		q := running(t, d, func(q *jobs.Queue) {
			q.Handle("work", jobs.Handler{Leased: true, MaxAttempts: 9, Run: func(_ context.Context, batch []*jobs.Job) error {
				got <- *batch[0]
				runs++
				switch batch[0].Begun = runs == 1; runs {
				case 1:
					panic("in its midst")
				case 2:
					return errors.New("it surely didn't go")
				}
				return nil
			}})
		})
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			_, err := q.Enqueue(tx, jobs.Job{Workspace: 1, Lane: "l", Kind: "work"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, interrupted := range []bool{false, true, false} {
			select {
			case j := <-got:
				if j.Interrupted != interrupted || j.Begun != interrupted || j.Attempt != i+1 {
					t.Errorf("run %d: %+v", i+1, j)
				}
			case <-time.After(30 * time.Second):
				t.Fatalf("run %d doesn't come", i+1)
			}
		}
	})
}

func TestScheduledJobsWaitAndOthersDoNot(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		done := make(chan string, 2)
		q := running(t, d, func(q *jobs.Queue) {
			q.Handle("work", jobs.Handler{Run: func(_ context.Context, batch []*jobs.Job) error {
				done <- batch[0].Payload
				return nil
			}})
		})
		due := time.Now().Add(300 * time.Millisecond)
		enqueue(t, d, q, jobs.Job{Lane: "a", Kind: "work", Payload: "later", RunAt: due}, jobs.Job{Lane: "b", Kind: "work", Payload: "now"})
		if first := <-done; first != "now" {
			t.Errorf("first came %q", first)
		}
		if second := <-done; second != "later" || time.Now().Before(due) {
			t.Errorf("%q came %v early", second, time.Until(due))
		}
	})
}

// One key's backlog and pause must not hold up another's.
func TestLimits(t *testing.T) {
	d := dbtest.Open(t, dbtest.Options(t, db.SQLite))
	var mu sync.Mutex
	at := make(map[string][]time.Time)
	q := running(t, d, func(q *jobs.Queue) {
		q.SetLimit("slow", jobs.Limit{PerSecond: 20, Burst: 1})
		q.Handle("work", jobs.Handler{Run: func(_ context.Context, batch []*jobs.Job) error {
			mu.Lock()
			defer mu.Unlock()
			at[batch[0].LimitKey] = append(at[batch[0].LimitKey], time.Now())
			return nil
		}})
	})
	var js []jobs.Job
	for i := range 10 {
		js = append(js, jobs.Job{Lane: fmt.Sprint("s", i), LimitKey: "slow", Kind: "work"}, jobs.Job{Lane: fmt.Sprint("f", i), LimitKey: "fast", Kind: "work"})
	}
	begun := time.Now()
	enqueue(t, d, q, js...)
	eventually(t, "all jobs done", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(at["slow"]) == 10 && len(at["fast"]) == 10
	})
	mu.Lock()
	defer mu.Unlock()
	slow, fast := at["slow"], at["fast"]
	if took := slow[9].Sub(begun); took < 400*time.Millisecond {
		t.Errorf("ten jobs at 20/s took %v", took)
	}
	if fast[9].After(slow[5]) {
		t.Error("the slow key held up the fast one")
	}
}

// A process that stood still so long that another took its job neither puts it off nor
// gives it up in the midst of the other's run.
func TestAJobThatIsAnothersByNow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const other = 99
		ran := make(chan int, 9)
		stolen := time.Now().Add(time.Hour).UnixMicro()
		q := running(t, d, func(q *jobs.Queue) {
			q.Handle("work", jobs.Handler{Leased: true, MaxAttempts: 2, Run: func(ctx context.Context, batch []*jobs.Job) error {
				err := d.Write(ctx, func(tx *db.Tx) error {
					_, err := tx.Exec(`UPDATE job SET owner = $1, lease_until = $2 WHERE id = $3`, int64(other), stolen, batch[0].ID)
					return err
				})
				ran <- batch[0].Attempt
				return errors.Join(errors.New("not this time"), err)
			}})
			q.Handle("after", jobs.Handler{Run: func(context.Context, []*jobs.Job) error { return nil }})
		})
		enqueue(t, d, q, jobs.Job{Lane: "l", Kind: "work"})
		<-ran
		enqueue(t, d, q, jobs.Job{Lane: "another", Kind: "after"})
		eventually(t, "other lanes go on", func() bool { return count(t, d, "job") == 1 })
		for _, settle := range []func(*db.Tx, *jobs.Job) error{
			func(tx *db.Tx, j *jobs.Job) error { return q.Retry(tx, j, 0, nil) },
			func(tx *db.Tx, j *jobs.Job) error { return q.Bury(tx, j, errors.New("no more")) },
		} {
			err := d.Write(context.Background(), func(tx *db.Tx) error {
				j := &jobs.Job{Workspace: workspace, Lane: "l", Kind: "work"}
				if err := tx.Row(`SELECT id FROM job`, nil, &j.ID); err != nil {
					return err
				}
				return settle(tx, j)
			})
			if !errors.Is(err, jobs.ErrLost) {
				t.Errorf("settling another's job: %v", err)
			}
		}
		var owner, lease int64
		err := d.Read(context.Background(), func(tx *db.Tx) error {
			return tx.Row(`SELECT owner, lease_until FROM job`, nil, &owner, &lease)
		})
		if err != nil || owner != other || lease != stolen || count(t, d, "job_dead") != 0 {
			t.Errorf("the other's job: owner %d, lease %d of %d, %v", owner, lease, stolen, err)
		}
		if len(ran) != 0 {
			t.Error("it ran here once more")
		}
	})
}
