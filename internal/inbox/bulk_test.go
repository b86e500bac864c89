package inbox_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/inbox"
)

// bulkRig has n open contacts.
func bulkRig(t *testing.T, d *db.DB, n int) *rig {
	r := newRig(t, d, t.TempDir())
	events := make([]channel.Inbound, n)
	for i := range events {
		events[i] = text(fmt.Sprint("p", i), fmt.Sprint("m", i), "hola")
	}
	r.receive(events...)
	return r
}

// work runs the jobs until the test ends, or stop is called.
func (r *rig) work() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.queue.Run(ctx) }()
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			cancel()
			if err := <-done; err != nil {
				r.t.Error(err)
			}
		}
	}
	r.t.Cleanup(stop)
	return stop
}

func (r *rig) bulk(id crm.ID) (b *inbox.Bulk) {
	r.t.Helper()
	r.read(func(tx *db.Tx) (err error) {
		b, err = inbox.GetBulk(tx, r.viewer, id)
		return err
	})
	return b
}

func (r *rig) startBulk(target inbox.BulkTarget, a inbox.BulkAction) crm.ID {
	r.t.Helper()
	var b *inbox.Bulk
	r.write(func(tx *db.Tx) (err error) {
		b, err = r.in.StartBulk(tx, r.viewer, target, a)
		return err
	})
	return b.ID
}

// wait returns a bulk once it has ended.
func (r *rig) wait(id crm.ID) *inbox.Bulk {
	r.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if b := r.bulk(id); b.EndedAt != 0 {
			return b
		}
	}
	r.t.Fatalf("it doesn't end: %+v", r.bulk(id))
	return nil
}

func allOpen() inbox.BulkTarget {
	return inbox.BulkTarget{List: &inbox.ListQuery{Inbox: inbox.All, Status: crm.Open}}
}

// Everything that a list shows is done once, also where the server is stopped again
// and again in between; what can't be done is reported.
func TestBulk(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const n = 260
		r := bulkRig(t, d, n)
		blocked := r.contactOf("p7")
		id := r.startBulk(allOpen(), inbox.BulkAction{Assign: &inbox.BulkAssign{User: r.other.User}})
		for r.bulk(id).Changed < 100 {
			stop := r.work()
			before := r.bulk(id)
			for b := before; b.EndedAt == 0 && b.Changed == before.Changed && b.State == before.State; b = r.bulk(id) {
				time.Sleep(time.Millisecond)
			}
			stop()
			r.assemble()
		}
		r.work()
		if b := r.wait(id); b.State != inbox.BulkDone || b.Total != n || b.Changed != n || b.Failed+b.Unchanged != 0 {
			t.Errorf("assigned: %+v", b)
		}
		if got := r.events(eventlog.Assigned); got != n {
			t.Errorf("%d of %d assigned events", got, n)
		}
		if left := r.number(`SELECT COUNT(*) FROM bulk_contact WHERE workspace_id = $1`); left != 0 {
			t.Errorf("%d contacts are left over", left)
		}

		r.write(func(tx *db.Tx) error { _, err := r.in.Block(tx, r.viewer, blocked); return err })
		one := r.contactOf("p1")
		r.write(func(tx *db.Tx) error { _, err := r.in.Close(tx, r.viewer, one, inbox.Note{}); return err })
		id = r.startBulk(inbox.BulkTarget{Contacts: []crm.ID{one, blocked, one, r.contactOf("p2"), 12345}}, inbox.BulkAction{Close: &inbox.Note{}})
		if b := r.wait(id); b.Total != 4 || b.Changed != 1 || b.Unchanged != 1 || b.Failed != 2 {
			t.Errorf("closed: %+v", b)
		}
		r.read(func(tx *db.Tx) error {
			list, next, err := inbox.BulkFailures(tx, r.viewer, id, "", 10)
			if len(list) != 1 || list[0].Contact.ID != blocked || list[0].Code != crm.CodeBlocked || next != "" {
				t.Errorf("the report says %+v", list)
			}
			return err
		})
		for name, a := range map[string]inbox.BulkAction{
			"until in_the_past": {Snooze: ptr(time.Now().Add(-time.Hour))}, "user_id unknown_user": {Assign: &inbox.BulkAssign{User: 99}},
			"team_id unknown_team": {Assign: &inbox.BulkAssign{Team: 99}}, "category unknown_category": {Close: &inbox.Note{Category: "x"}},
		} {
			if err := r.try(func(tx *db.Tx) error { _, err := r.in.StartBulk(tx, r.viewer, allOpen(), a); return err }); code(err) != name {
				t.Errorf("%v, want %s", err, name)
			}
		}
	})
}

// Where a piece takes long, the next ones are smaller, down to a few contacts; they grow
// again where there is time.
func TestBulkPieces(t *testing.T) {
	pieces := func(from int, took time.Duration) (all []int) {
		for next := inbox.NextChunk(from, took); next != from; next = inbox.NextChunk(from, took) {
			all = append(all, next)
			from = next
		}
		return all
	}
	for _, c := range []struct {
		from int
		took time.Duration
		want []int
	}{
		{50, time.Second, []int{25, 12, 6, 5}},
		{50, 15 * time.Millisecond, nil},
		{50, time.Millisecond, nil},
		{37, time.Millisecond, []int{42, 47, 50}},
	} {
		if got := pieces(c.from, c.took); !slices.Equal(got, c.want) {
			t.Errorf("%d contacts taking %v each time are followed by %v, want %v", c.from, c.took, got, c.want)
		}
	}
}

func ptr[T any](v T) *T { return &v }

// What is cancelled stops where it is; whoever was restricted meanwhile does nothing
// to what they no longer see.
func TestBulkEndsEarly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := bulkRig(t, d, 120)
		id := r.startBulk(allOpen(), inbox.BulkAction{Close: &inbox.Note{}})
		r.write(func(tx *db.Tx) error { _, err := r.in.CancelBulk(tx, r.viewer, id); return err })
		if err := r.try(func(tx *db.Tx) error { _, err := r.in.CancelBulk(tx, r.other, id); return err }); code(err) != "not_found" {
			t.Errorf("a colleague cancels: %v", err)
		}
		mine := r.startBulk(inbox.BulkTarget{Contacts: []crm.ID{r.contactOf("p1"), r.contactOf("p2")}}, inbox.BulkAction{Snooze: ptr(time.Now().Add(time.Hour))})
		r.write(func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE member SET role = 'agent', visibility = 'own' WHERE user_id = $1`, r.viewer.User)
			return err
		})
		r.work()
		if b := r.wait(mine); b.Failed != 2 || b.Changed != 0 {
			t.Errorf("what is hidden was snoozed: %+v", b)
		}
		if b := r.wait(id); b.State != inbox.BulkCancelled || b.Changed != 0 {
			t.Errorf("cancelled: %+v", b)
		}
		if r.listed(inbox.All, crm.Open) == 0 || r.events(eventlog.ConversationClosed) != 0 {
			t.Error("something was closed all the same")
		}
		// What was left undone is forgotten at once, what failed with the report.
		failures := func() int64 { return r.number(`SELECT COUNT(*) FROM bulk_contact WHERE workspace_id = $1`) }
		r.waitFor("only the failures are kept", func() bool { return failures() == 2 })
		purge := func() {
			if err := d.Sweep(t.Context(), inbox.PurgeBulks); err != nil {
				t.Fatal(err)
			}
		}
		if purge(); failures() != 2 {
			t.Error("a new report is gone")
		}
		r.write(func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE bulk SET ended_at = $1`, tx.Now().Add(-31*24*time.Hour).UnixMicro())
			return err
		})
		if purge(); failures() != 0 || r.number(`SELECT COUNT(*) FROM bulk WHERE workspace_id = $1`) != 0 {
			t.Error("old reports are kept")
		}
	})
}

// A team's members get contacts in turn.
func TestBulkTeam(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := bulkRig(t, d, 60)
		team := d.NewID()
		r.write(func(tx *db.Tx) error {
			if _, err := tx.Exec(`INSERT INTO team (workspace_id, id, name) VALUES ($1, $2, 'Sales')`, r.viewer.Workspace, team); err != nil {
				return err
			}
			for _, v := range []crm.Viewer{r.viewer, r.other} {
				if _, err := tx.Exec(`INSERT INTO team_member (workspace_id, team_id, user_id) VALUES ($1, $2, $3)`, r.viewer.Workspace, team, v.User); err != nil {
					return err
				}
			}
			return nil
		})
		r.work()
		if b := r.wait(r.startBulk(allOpen(), inbox.BulkAction{Assign: &inbox.BulkAssign{Team: team}})); b.Changed != 60 {
			t.Errorf("assigned: %+v", b)
		}
		for _, v := range []crm.Viewer{r.viewer, r.other} {
			if n := r.number(`SELECT COUNT(*) FROM contact WHERE workspace_id = $1 AND assignee_id = $2`, v.User); n != 30 {
				t.Errorf("one of two has %d of 60", n)
			}
		}
	})
}
