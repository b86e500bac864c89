package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
)

func addTeam(tx *db.Tx, id int64, name string) error {
	_, err := tx.Exec(`INSERT INTO team (workspace_id, id, name) VALUES ($1, $2, $3)`, 1, id, name)
	return err
}

func teams(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	err := d.Read(context.Background(), func(tx *db.Tx) error {
		return tx.Row(`SELECT COUNT(*) FROM team`, nil, &n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		committed := false
		err := d.Write(ctx, func(tx *db.Tx) error {
			tx.OnCommit(func() { committed = true })
			tx.BeforeCommit(func(tx *db.Tx) error { return addTeam(tx, 2, "before commit") })
			return tx.Queue(`INSERT INTO team (workspace_id, id, name) VALUES ($1, $2, $3)`, 1, 1, "queued")
		})
		if err != nil || !committed || teams(t, d) != 2 {
			t.Fatalf("err %v, committed %v, teams %d", err, committed, teams(t, d))
		}

		err = d.Write(ctx, func(tx *db.Tx) error { return addTeam(tx, 1, "again") })
		if !errors.Is(err, db.ErrConflict) {
			t.Errorf("a duplicate key gives %v, want ErrConflict", err)
		}
		boom := errors.New("boom")
		err = d.Write(ctx, func(tx *db.Tx) error {
			tx.OnCommit(func() { t.Error("OnCommit of a failed write ran") })
			return errors.Join(addTeam(tx, 3, "undone"), boom)
		})
		if !errors.Is(err, boom) || teams(t, d) != 2 {
			t.Errorf("err %v, teams %d", err, teams(t, d))
		}
		err = d.Write(ctx, func(tx *db.Tx) error { panic("ouch") })
		if err == nil || !strings.Contains(err.Error(), "ouch") {
			t.Errorf("a panic gives %v", err)
		}
		err = d.Read(ctx, func(tx *db.Tx) error { return tx.Row(`SELECT id FROM team WHERE id = $1`, []any{99}, new(int)) })
		if !errors.Is(err, db.ErrNotFound) {
			t.Errorf("no row gives %v, want ErrNotFound", err)
		}
	})
}

func TestAQueuedFailureUndoesTheWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		insert := `INSERT INTO team (workspace_id, id, name) VALUES ($1, $2, $3)`
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			return errors.Join(tx.Queue(insert, 1, 1, "a"), tx.Queue(insert, 1, 1, "b"))
		})
		if !errors.Is(err, db.ErrConflict) || teams(t, d) != 0 {
			t.Errorf("err %v, teams %d", err, teams(t, d))
		}
	})
}

// Writes that share a commit group must not share their fate.
func TestGroupedWritesFailAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		failed := 0
		for i := range 200 {
			wg.Go(func() {
				err := d.Write(context.Background(), func(tx *db.Tx) error {
					if err := addTeam(tx, int64(i), "x"); err != nil {
						return err
					}
					if i%3 == 0 {
						return addTeam(tx, int64(i), "the same again")
					}
					return nil
				})
				if err != nil {
					mu.Lock()
					defer mu.Unlock()
					failed++
				}
			})
		}
		wg.Wait()
		if want := 67; failed != want || teams(t, d) != 200-want {
			t.Errorf("%d failed, %d stored; want %d and %d", failed, teams(t, d), want, 200-want)
		}
	})
}

func TestACancelledWriteDoesNotRun(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		err := d.Write(ctx, func(tx *db.Tx) error { return addTeam(tx, 1, "late") })
		if !errors.Is(err, context.Canceled) || teams(t, d) != 0 {
			t.Errorf("err %v, teams %d", err, teams(t, d))
		}
	})
}

func TestReadIsASnapshotAndCannotWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.Read(ctx, func(tx *db.Tx) error {
			var before, after int
			if err := tx.Row(`SELECT COUNT(*) FROM team`, nil, &before); err != nil {
				return err
			}
			done := make(chan error)
			go func() { done <- d.Write(ctx, func(tx *db.Tx) error { return addTeam(tx, 1, "meanwhile") }) }()
			if err := <-done; err != nil {
				return err
			}
			if err := tx.Row(`SELECT COUNT(*) FROM team`, nil, &after); err != nil {
				return err
			}
			if before != after {
				t.Errorf("the snapshot moved from %d to %d", before, after)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Read(ctx, func(tx *db.Tx) error { return addTeam(tx, 2, "sneaky") }); err == nil {
			t.Error("a read wrote")
		}
	})
}

func TestReadOnceIsForOneSelect(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		count := func(tx *db.Tx) error { return tx.Row(`SELECT COUNT(*) FROM team`, nil, new(int)) }
		for range 2 { // the connection is left as it was
			if err := d.ReadOnce(ctx, count); err != nil {
				t.Error(err)
			}
		}
		for what, more := range map[string]func(*db.Tx) error{
			"a second query": func(tx *db.Tx) error { return errors.Join(count(tx), count(tx)) },
			"a write":        func(tx *db.Tx) error { return addTeam(tx, 1, "sneaky") },
			"a queued write": func(tx *db.Tx) error {
				return tx.Queue(`INSERT INTO team (workspace_id, id, name) VALUES (1, 1, 'sneaky')`)
			},
			"a write that returns": func(tx *db.Tx) error {
				return tx.Row(`INSERT INTO team (workspace_id, id, name) VALUES (1, 1, 'sneaky') RETURNING id`, nil, new(int64))
			},
		} {
			if err := d.ReadOnce(ctx, more); err == nil {
				t.Errorf("%s passed", what)
			}
		}
		n := -1
		if err := d.ReadOnce(ctx, func(tx *db.Tx) error { return tx.Row(`SELECT COUNT(*) FROM team`, nil, &n) }); err != nil || n != 0 {
			t.Errorf("%d teams, %v", n, err)
		}
	})
}

func TestParametersMustBeInOrder(t *testing.T) {
	d := dbtest.Open(t, dbtest.Options(t, db.SQLite))
	for _, q := range []string{`SELECT $2, $1`, `SELECT $1, $3`, `SELECT $1`} {
		err := d.Read(context.Background(), func(tx *db.Tx) error { return tx.Row(q, []any{1, 2}, new(int), new(int)) })
		if err == nil || !strings.Contains(err.Error(), "parameter") {
			t.Errorf("%s: %v", q, err)
		}
	}
}

func TestIDsGrowAndAreUnique(t *testing.T) {
	d := dbtest.Open(t, dbtest.Options(t, db.SQLite))
	seen := make(map[crm.ID]bool)
	var last crm.ID
	for range 20_000 {
		id := d.NewID()
		if id <= last || seen[id] {
			t.Fatalf("id %d after %d", id, last)
		}
		last, seen[id] = id, true
	}
	now := time.Now()
	_ = d.Write(context.Background(), func(tx *db.Tx) error {
		old := tx.NewIDAt(now.Add(-time.Hour))
		older := tx.NewIDAt(now.Add(-2 * time.Hour))
		oldAgain := tx.NewIDAt(now.Add(-time.Hour))
		if older >= old || old >= oldAgain || oldAgain >= tx.NewIDAt(now) {
			t.Errorf("ids don't sort by their time: %d %d %d", older, old, oldAgain)
		}
		if got := db.IDTime(old); got.Sub(now.Add(-time.Hour)).Abs() > time.Second {
			t.Errorf("the id's time is %v", got)
		}
		return nil
	})
}

func TestTwoProcessesHaveTwoNodes(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			o := dbtest.Options(t, dialect)
			a := dbtest.Open(t, o)
			o.Instance = ""
			b := dbtest.Open(t, o)
			seen := make(map[crm.ID]bool)
			for range 1000 {
				for _, d := range []*db.DB{a, b} {
					id := d.NewID()
					if seen[id] {
						t.Fatalf("id %d twice", id)
					}
					seen[id] = true
				}
			}
		})
	}
}

// A process that stood still until another took its number goes on with a new one; what
// it holds counts again.
func TestAPausedProcessTakesANewNode(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			o := dbtest.Options(t, dialect)
			a := dbtest.Open(t, o)
			node := func(d *db.DB) int64 { return int64(d.NewID()) >> 12 & 1023 }
			was := node(a)
			err := a.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(`UPDATE node SET heartbeat_at = 0`)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			o.Instance = ""
			b := dbtest.Open(t, o)
			if node(b) != was {
				t.Fatalf("the other took node %d, not %d", node(b), was)
			}
			for range 2 {
				if err := db.Beat(a); err != nil {
					t.Fatal(err)
				}
				if err := db.Beat(b); err != nil {
					t.Fatal(err)
				}
			}
			if node(a) == node(b) {
				t.Errorf("both make ids with node %d", was)
			}
			err = b.Write(t.Context(), func(tx *db.Tx) error {
				dead, err := tx.DeadNodes([]int64{a.Node()})
				if len(dead) > 0 {
					t.Error("the leases of a living process count for nothing")
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

// Isolation by construction: every table but the small directory ones carries
// workspace_id, and every unique index starts with it.
func TestEveryTableCarriesItsWorkspace(t *testing.T) {
	directory := map[string]bool{
		"node": true, "workspace": true, "app_user": true, "session": true, "api_token": true, "hook_key": true,
		"schema_version": true, "recovery_code": true, "ticket": true, "oidc_identity": true,
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tables, indexes := schemaOf(t, d)
		if len(tables) < 20 {
			t.Fatalf("only %d tables found", len(tables))
		}
		for table, columns := range tables {
			if !directory[table] && !columns["workspace_id"] {
				t.Errorf("table %s has no workspace_id", table)
			}
		}
		for name, ix := range indexes {
			if !directory[ix.table] && ix.columns[0] != "workspace_id" {
				t.Errorf("unique index %s starts with %s, not workspace_id", name, ix.columns[0])
			}
		}
	})
}

type uniqueIndex struct {
	table   string
	columns []string
}

func schemaOf(t *testing.T, d *db.DB) (map[string]map[string]bool, map[string]uniqueIndex) {
	t.Helper()
	columns := `SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`
	unique := `SELECT m.name, l.name, c.name FROM sqlite_master m, pragma_index_list(m.name) l, pragma_index_info(l.name) c
		WHERE m.type = 'table' AND l."unique" = 1 ORDER BY l.name, c.seqno`
	if d.Dialect() == db.Postgres {
		columns = `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()`
		unique = `SELECT t.relname, i.relname, a.attname FROM pg_index x
			JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
			JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = current_schema()
			CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY k(num, pos)
			JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.num
			WHERE x.indisunique ORDER BY i.relname, k.pos`
	}
	tables := make(map[string]map[string]bool)
	indexes := make(map[string]uniqueIndex)
	err := d.Read(context.Background(), func(tx *db.Tx) error {
		err := tx.Each(columns, nil, func(r *sql.Rows) error {
			var table, column string
			if err := r.Scan(&table, &column); err != nil {
				return err
			}
			if tables[table] == nil {
				tables[table] = make(map[string]bool)
			}
			tables[table][column] = true
			return nil
		})
		if err != nil {
			return err
		}
		return tx.Each(unique, nil, func(r *sql.Rows) error {
			var table, index, column string
			if err := r.Scan(&table, &index, &column); err != nil {
				return err
			}
			ix := indexes[index]
			ix.table, ix.columns = table, append(ix.columns, column)
			indexes[index] = ix
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return tables, indexes
}

func TestANewerSchemaIsRefused(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			o := dbtest.Options(t, dialect)
			d := dbtest.Open(t, o)
			err := d.Write(context.Background(), func(tx *db.Tx) error {
				_, err := tx.Exec(`INSERT INTO schema_version (version_id, is_applied, tstamp) VALUES (99999, TRUE, CURRENT_TIMESTAMP)`)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Open(context.Background(), o); !errors.Is(err, db.ErrNewer) {
				t.Errorf("opening gives %v, want ErrNewer", err)
			}
		})
	}
}

func TestNoIOInsideWrite(t *testing.T) {
	d := dbtest.Open(t, dbtest.Options(t, db.SQLite))
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		db.AssertNoWrite("a network call")
		return nil
	})
	if raceEnabled != (err != nil) {
		t.Errorf("race detector %v, err %v", raceEnabled, err)
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		for _, callers := range []int{1, 8, 64} {
			b.Run(fmt.Sprintf("%s/%d", dialect, callers), func(b *testing.B) {
				d := dbtest.Open(b, dbtest.Options(b, dialect))
				b.SetParallelism(callers)
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						err := d.Write(context.Background(), func(tx *db.Tx) error {
							return tx.Queue(`INSERT INTO team (workspace_id, id, name) VALUES ($1, $2, $3)`, 1, tx.NewID(), "x")
						})
						if err != nil {
							b.Fatal(err)
						}
					}
				})
			})
		}
	}
}
