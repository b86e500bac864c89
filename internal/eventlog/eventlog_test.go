package eventlog_test

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/eventlog"
)

func addWorkspaces(t *testing.T, d *db.DB, ids ...crm.ID) {
	t.Helper()
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		for _, id := range ids {
			_, err := tx.Exec(`INSERT INTO workspace (id, name, timezone, language, unassign_on_close, created_at) VALUES ($1, 'w', 'UTC', 'en', TRUE, 0)`, id)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Eight writers, some of whose transactions fail; slow followers, some of whose
// calls fail: the log has no gap and every follower sees all of it, in order (R9).
func TestEveryFollowerSeesEverythingInOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const writers, each = 8, 60
		addWorkspaces(t, d, 1, 2)
		log := eventlog.New(d, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()

		var mu sync.Mutex
		seen := make([]map[crm.ID][]int64, 3)
		var followers, wg sync.WaitGroup
		for i := range seen {
			seen[i] = make(map[crm.ID][]int64)
			followers.Go(func() {
				err := log.Follow(ctx, eventlog.Follower{
					Name: string(rune('a' + i)),
					Handle: func(_ context.Context, ws crm.ID, events []eventlog.Event) error {
						time.Sleep(time.Duration(rand.IntN(i*3+1)) * time.Millisecond) // a slow follower is the point
						if rand.IntN(8) == 0 {
							return errors.New("not now")
						}
						mu.Lock()
						defer mu.Unlock()
						for _, e := range events {
							seen[i][ws] = append(seen[i][ws], e.Seq)
						}
						return nil
					},
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		var written [3]int
		for w := range writers {
			wg.Go(func() {
				for range each {
					ws := crm.ID(w%2 + 1)
					n := rand.IntN(3) + 1
					fail := rand.IntN(5) == 0
					err := d.Write(ctx, func(tx *db.Tx) error {
						for range n {
							log.Append(tx, ws, eventlog.Event{Kind: eventlog.ContactUpdated})
						}
						if fail {
							return errors.New("undone")
						}
						return nil
					})
					if fail != (err != nil) {
						t.Errorf("fail %v, err %v", fail, err)
					}
					if err == nil {
						mu.Lock()
						written[ws] += n
						mu.Unlock()
					}
				}
			})
		}
		wg.Wait()
		all := func() bool {
			mu.Lock()
			defer mu.Unlock()
			for _, s := range seen {
				if len(s[1]) < written[1] || len(s[2]) < written[2] {
					return false
				}
			}
			return true
		}
		for deadline := time.Now().Add(60 * time.Second); !all(); {
			if time.Now().After(deadline) {
				t.Fatal("the followers didn't see everything in time")
			}
			time.Sleep(5 * time.Millisecond)
		}
		cancel()
		followers.Wait()
		for i, s := range seen {
			for ws, seqs := range s {
				for n, seq := range seqs {
					if seq != int64(n+1) {
						t.Fatalf("follower %d, workspace %d: place %d holds seq %d", i, ws, n, seq)
					}
				}
				if len(seqs) != written[ws] {
					t.Errorf("follower %d, workspace %d: %d of %d events", i, ws, len(seqs), written[ws])
				}
			}
		}
	})
}

func TestAFollowerGoesOnWhereItWas(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		addWorkspaces(t, d, 1)
		log := eventlog.New(d, slog.New(slog.DiscardHandler))
		add := func() {
			err := d.Write(context.Background(), func(tx *db.Tx) error {
				log.Append(tx, 1, eventlog.Event{Kind: eventlog.ContactUpdated})
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		run := func(until int64) (got []int64) {
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			done := make(chan struct{})
			err := log.Follow(ctx, eventlog.Follower{Name: "f", Handle: func(_ context.Context, _ crm.ID, events []eventlog.Event) error {
				for _, e := range events {
					got = append(got, e.Seq)
					if e.Seq == until {
						// Stop once the cursor of this batch is stored.
						go func() {
							for {
								var seq int64
								_ = d.Read(context.Background(), func(tx *db.Tx) error {
									return tx.Row(`SELECT seq FROM follower WHERE name = 'f'`, nil, &seq)
								})
								if seq == until {
									close(done)
									cancel()
									return
								}
								time.Sleep(time.Millisecond)
							}
						}()
					}
				}
				return nil
			}})
			if err != nil {
				t.Fatal(err)
			}
			<-done
			return got
		}
		add()
		add()
		run(2)
		add()
		if got := run(3); len(got) != 1 || got[0] != 3 {
			t.Errorf("after a restart the follower got %v, want [3]", got)
		}
	})
}
