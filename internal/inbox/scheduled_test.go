package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/inbox"
)

// schedule keeps a message until a time after the transaction's, which is never over
// when it is asked about, however slow the machine.
func (r *rig) schedule(tx *db.Tx, id crm.ID, body string, after time.Duration) (*inbox.Scheduled, error) {
	return r.in.Schedule(tx, r.viewer, id, inbox.Outgoing{Content: crm.Content{Kind: crm.KindText, Text: body}}, inbox.When{At: tx.Now().Add(after)})
}

// texts returns what we wrote to a contact, in order.
func (r *rig) texts(id crm.ID) (out []string) {
	r.t.Helper()
	r.read(func(tx *db.Tx) error {
		items, _, _, err := inbox.Timeline(tx, r.viewer.Workspace, id, inbox.TimelineQuery{Limit: 500})
		for _, i := range items {
			if i.Message != nil && i.Message.Direction == crm.Outgoing {
				out = append(out, i.Message.Content.Text)
			}
		}
		return err
	})
	return out
}

// runJobs runs the jobs until stop.
func (r *rig) runJobs() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := r.queue.Run(ctx); err != nil {
			r.t.Error(err)
		}
	}()
	return func() { cancel(); <-done }
}

func (r *rig) waitFor(what string, ok func() bool) {
	r.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			r.t.Fatalf("not in time: %s", what)
		}
	}
}

func (r *rig) waiting() int64 {
	return r.number(`SELECT COUNT(*) FROM scheduled_message WHERE workspace_id = $1 AND status = 'waiting'`)
}

// What came due while no process ran is sent once, in the order of its times, by
// however many processes that start, stop and start again meanwhile.
func TestScheduledOnceThroughRestarts(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			options := dbtest.Options(t, dialect)
			d := dbtest.Open(t, options)
			dir := t.TempDir()
			r := newRig(t, d, dir)
			r.fresh()
			r.receive(text("a", "1", "hola"))
			id := r.contactOf("a")
			const n = 30
			var want []string
			r.write(func(tx *db.Tx) error {
				want = nil
				for i := range n {
					// Written the other way round than they go.
					_, err := r.schedule(tx, id, fmt.Sprintf("m%02d", n-1-i), 300*time.Millisecond+time.Duration(n-1-i)*5*time.Millisecond)
					if err != nil {
						return err
					}
					want = append(want, fmt.Sprintf("m%02d", i))
				}
				return nil
			})
			for life := 20 * time.Millisecond; r.waiting() > 0; life += 10 * time.Millisecond {
				if life > 2*time.Second {
					t.Fatalf("%d still wait", r.waiting())
				}
				again := newRig(t, d, dir)
				again.viewer, again.other, again.ch = r.viewer, r.other, r.ch
				stop, stopSecond := again.runJobs(), r.runJobs()
				time.Sleep(life) // stopped in the midst of it, wherever that is
				stop()
				stopSecond()
				r = newRig(t, d, dir)
				r.viewer, r.other, r.ch = again.viewer, again.other, again.ch
			}
			if got := r.texts(id); !slices.Equal(got, want) {
				t.Errorf("sent %v", got)
			}
		})
	}
}

// Whoever takes a message back just when its time comes either has it back or is told
// that it was sent: never both, never neither.
func TestCancelOrFire(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		r.fresh()
		r.receive(text("a", "1", "hola"))
		id := r.contactOf("a")
		defer r.runJobs()()
		const rounds = 60
		var sent, cancelled atomic.Int32
		var wg sync.WaitGroup
		for i := range rounds {
			body := fmt.Sprintf("m%02d", i)
			var s *inbox.Scheduled
			r.write(func(tx *db.Tx) (err error) { s, err = r.schedule(tx, id, body, 12*time.Millisecond); return err })
			wg.Go(func() {
				time.Sleep(time.Duration(4+i%16) * time.Millisecond)
				err := r.try(func(tx *db.Tx) error { return r.in.Unschedule(tx, r.viewer, id, s.ID, 0) })
				switch {
				case err == nil:
					cancelled.Add(1)
				case errors.Is(err, crm.Refuse(crm.CodeAlreadySent)):
					sent.Add(1)
				default:
					t.Error(err)
				}
				// What was said holds.
				r.waitFor("the job is gone", func() bool {
					return r.number(`SELECT COUNT(*) FROM job WHERE workspace_id = $1 AND lane LIKE $2`, "scheduled:"+s.ID.String()+":%") == 0
				})
				if there := slices.Contains(r.texts(id), body); there != (err != nil) {
					t.Errorf("%s: sent %v though cancelling said %v", body, there, err)
				}
			})
			if i%8 == 7 {
				wg.Wait()
			}
		}
		wg.Wait()
		if got := len(r.texts(id)); got != int(sent.Load()) || sent.Load()+cancelled.Load() != rounds {
			t.Errorf("%d sent, %d cancelled, %d on the timeline", sent.Load(), cancelled.Load(), got)
		}
		t.Logf("%d sent, %d cancelled", sent.Load(), cancelled.Load())
	})
}

// Whatever is done to scheduled messages, each ends once: sent, deleted, failed or
// still waiting; and what is due goes in the order of its times.
func TestScheduledProperty(t *testing.T) {
	r := newRig(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)), t.TempDir())
	rapid.Check(t, func(t *rapid.T) {
		r.fresh()
		r.receive(text("a", "1", "hola"))
		id := r.contactOf("a")
		var all []*inbox.Scheduled
		gone := make(map[int]bool)
		now := 0
		for range rapid.IntRange(1, 15).Draw(t, "steps") {
			i := 0
			if len(all) > 0 {
				i = rapid.IntRange(0, len(all)-1).Draw(t, "which")
			}
			act := rapid.SampledFrom([]string{"add", "add", "move", "delete", "send"}).Draw(t, "act")
			err := r.try(func(tx *db.Tx) error {
				at := tx.Now().Add(time.Duration(rapid.IntRange(1, 50).Draw(t, "hours")) * time.Hour)
				switch {
				case act == "add":
					s, err := r.in.Schedule(tx, r.viewer, id, inbox.Outgoing{Content: crm.Content{Kind: crm.KindText, Text: fmt.Sprint("m", len(all))}}, inbox.When{At: at})
					if err == nil {
						all = append(all, s)
					}
					return err
				case len(all) == 0:
					return nil
				case act == "move":
					_, err := r.in.Reschedule(tx, r.viewer, id, all[i].ID, 0, inbox.ScheduledChange{At: &at})
					return err
				case act == "delete":
					err := r.in.Unschedule(tx, r.viewer, id, all[i].ID, 0)
					if err == nil {
						gone[i] = true
					}
					return err
				case act == "send":
					_, err := r.in.SendScheduled(tx, r.viewer, id, all[i].ID)
					if err == nil {
						gone[i] = true
						now++
					}
					return err
				}
				return nil
			})
			var refused *crm.Error
			if err != nil && !errors.As(err, &refused) {
				t.Fatal(err)
			}
			if err == nil && act == "move" && gone[i] {
				t.Fatalf("message %d was moved after its end", i)
			}
		}
		open := len(all) - len(gone)
		if n := int(r.waiting()); n != open {
			t.Fatalf("%d wait, %d were left", n, open)
		}
		if got := r.texts(id); len(got) != now {
			t.Fatalf("%v were sent, %d by hand", got, now)
		}
		var list []inbox.Scheduled
		r.read(func(tx *db.Tx) (err error) { list, err = inbox.ListScheduled(tx, r.viewer, id); return err })
		if !slices.IsSortedFunc(list, func(a, b inbox.Scheduled) int { return int(a.SendAt - b.SendAt) }) {
			t.Fatalf("not in order: %+v", list)
		}
	})
}

// The window is asked about when the time comes, and what failed keeps the reason.
func TestScheduledWindow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		r.fresh()
		r.receive(text("a", "1", "hola"))
		id := r.contactOf("a")
		r.write(func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE contact_channel SET last_incoming_at = 1 WHERE workspace_id = $1`, r.viewer.Workspace)
			return err
		})
		err := r.try(func(tx *db.Tx) error {
			_, err := r.in.Schedule(tx, r.viewer, id, inbox.Outgoing{Content: crm.Content{Kind: crm.KindText, Text: "ya"}}, inbox.When{Undo: true})
			return err
		})
		if !errors.Is(err, crm.Refuse(crm.CodeWindowClosed)) {
			t.Errorf("to send at once: %v", err)
		}
		defer r.runJobs()()
		var s *inbox.Scheduled
		r.write(func(tx *db.Tx) (err error) { s, err = r.schedule(tx, id, "luego", 20*time.Millisecond); return err })
		r.waitFor("it fails", func() bool {
			var list []inbox.Scheduled
			r.read(func(tx *db.Tx) (err error) { list, err = inbox.ListScheduled(tx, r.viewer, id); return err })
			return len(list) == 1 && list[0].Status == inbox.ScheduledFailed && list[0].Error.Code == crm.CodeWindowClosed &&
				fmt.Sprint(list[0].Error.Args["hours"]) == "24"
		})
		// The contact writes: now it can be sent, and a new time can be given.
		r.receive(text("a", "2", "¿sigue ahí?"))
		r.write(func(tx *db.Tx) error {
			at := tx.Now().Add(30 * time.Millisecond)
			_, err := r.in.Reschedule(tx, r.viewer, id, s.ID, 0, inbox.ScheduledChange{At: &at})
			return err
		})
		r.waitFor("it is sent", func() bool { return strings.Join(r.texts(id), "") == "luego" })
		if n := r.waiting(); n != 0 {
			t.Errorf("%d wait", n)
		}
	})
}
