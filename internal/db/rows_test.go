package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
)

const intoTeam = `team (workspace_id, id, name)`

func teamRows(from, n int) [][]any {
	rows := make([][]any, 0, n)
	for i := range n {
		rows = append(rows, []any{1, from + i, fmt.Sprint("team ", from+i)})
	}
	return rows
}

func TestInsert(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		want, next := 0, 1
		for _, n := range []int{0, 1, 3, 4, 5, 16, 23, 64, 150} {
			err := d.Write(context.Background(), func(tx *db.Tx) error { return tx.Insert(intoTeam, "", teamRows(next, n)) })
			want, next = want+n, next+n
			if err != nil || teams(t, d) != want {
				t.Fatalf("%d rows: %v, %d teams instead of %d", n, err, teams(t, d), want)
			}
		}
		// Of rows that exist in part, RETURNING names the others.
		var got []int
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			got = nil
			return tx.InsertEach(intoTeam, `ON CONFLICT DO NOTHING RETURNING id`, teamRows(next-10, 30), func(r *sql.Rows) error {
				var id int
				err := r.Scan(&id)
				got = append(got, id)
				return err
			})
		})
		if err != nil || len(got) != 20 || teams(t, d) != want+20 {
			t.Errorf("%v: %d new rows named, %d teams", err, len(got), teams(t, d))
		}
		var name string
		err = d.Read(context.Background(), func(tx *db.Tx) error {
			return tx.Row(`SELECT name FROM team WHERE id = $1`, []any{next + 3}, &name)
		})
		if err != nil || name != fmt.Sprint("team ", next+3) {
			t.Errorf("a row of many is %q, %v", name, err)
		}
	})
}

func TestPlainParameters(t *testing.T) {
	for q, want := range map[string]string{
		`SELECT 1`:                                       `SELECT 1`,
		`SELECT $1, $2`:                                  `SELECT ?, ?`,
		`VALUES ($1,$2),($3,$4)`:                         `VALUES (?,?),(?,?)`,
		`SELECT $1 WHERE a = $2 OR b = $1`:               `SELECT $1 WHERE a = $2 OR b = $1`,
		`SELECT '$1 is no parameter', $1`:                `SELECT '$1 is no parameter', ?`,
		`SELECT 'it''s $9', $1`:                          `SELECT 'it''s $9', ?`,
		`SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10`: `SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?`,
	} {
		if got := db.PlainParameters(q); got != want {
			t.Errorf("%s became %s", q, got)
		}
	}
}

func TestWriteSoon(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		if err := d.WriteSoon(ctx, func(tx *db.Tx) error { return addTeam(tx, 1, "alone") }); err != nil {
			t.Fatal(err)
		}
		// Patient and impatient writes together: each succeeds or fails for itself.
		boom := errors.New("boom")
		var wg sync.WaitGroup
		for i := int64(2); i <= 101; i++ {
			write := d.Write
			if i%2 == 0 {
				write = d.WriteSoon
			}
			wg.Go(func() {
				err := write(ctx, func(tx *db.Tx) error {
					if err := addTeam(tx, i, "together"); err != nil || i%5 != 0 {
						return err
					}
					return boom
				})
				if i%5 == 0 && !errors.Is(err, boom) || i%5 != 0 && err != nil {
					t.Errorf("write %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if n := teams(t, d); n != 1+80 {
			t.Errorf("%d teams, want 81", n)
		}
	})
}

// A database that is full refuses, keeps what it has, and goes on when there is
// room again, with many writes in one group as with one.
func TestFullDatabase(t *testing.T) {
	d := dbtest.Open(t, dbtest.Options(t, db.SQLite))
	ctx := context.Background()
	pages := func(n int) {
		t.Helper()
		err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(fmt.Sprintf(`PRAGMA max_page_count = %d`, n))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var mu sync.Mutex
	kept, refused := 0, 0
	storm := func(from int64) {
		var wg sync.WaitGroup
		for i := range int64(40) {
			wg.Go(func() {
				err := d.Write(ctx, func(tx *db.Tx) error {
					for part := range int64(3) {
						if err := addTeam(tx, from+i*3+part, strings.Repeat("x", 2000)); err != nil {
							return err
						}
					}
					return nil
				})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					kept++
				case errors.Is(err, db.ErrUnavailable):
					refused++
				default:
					t.Errorf("a full database gives %v, want ErrUnavailable", err)
				}
			})
		}
		wg.Wait()
	}
	storm(1)
	if kept != 40 {
		t.Fatalf("%d of 40 writes were kept", kept)
	}
	pages(1) // SQLite makes that as many as there are
	storm(1000)
	if refused == 0 {
		t.Error("a full database refused nothing")
	}
	if n := teams(t, d); n != kept*3 {
		t.Errorf("%d rows of %d whole writes", n, kept)
	}
	pages(1 << 30)
	before := kept
	storm(2000)
	if kept != before+40 {
		t.Errorf("with room again %d of 40 writes were kept", kept-before)
	}
	if n := teams(t, d); n != kept*3 {
		t.Errorf("%d rows of %d whole writes", n, kept)
	}
}

// Under unbroken load the write-ahead log starts again from its beginning.
func TestLogStaysShort(t *testing.T) {
	o := dbtest.Options(t, db.SQLite)
	d := dbtest.Open(t, o)
	db.SetWALPages(d, 200)
	longest := longestLog(t, o, d, 96<<20)
	if longest > 48<<20 {
		t.Errorf("after 96 MB of writes the log is %d MB long", longest>>20)
	}
}

// The log starts again also where at every moment somebody reads.
func TestLogStaysShortUnderReaders(t *testing.T) {
	o := dbtest.Options(t, db.SQLite)
	d := dbtest.Open(t, o)
	db.SetWALPages(d, 200)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	readers, ctx := errgroup.WithContext(ctx)
	for range 3 {
		readers.Go(func() error {
			for ctx.Err() == nil {
				err := d.Read(context.Background(), func(tx *db.Tx) error {
					var n, teams int
					if err := tx.Row(`SELECT COUNT(*) FROM team`, nil, &teams); err != nil {
						return err
					}
					return tx.Row(`WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 500) SELECT COUNT(*) FROM c`, nil, &n)
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	longest := longestLog(t, o, d, 32<<20)
	cancel()
	if err := readers.Wait(); err != nil {
		t.Fatal(err)
	}
	// A log that never starts again holds everything, and pages more than once.
	if longest > 32<<20 {
		t.Errorf("after 32 MB of writes the log is %d MB long", longest>>20)
	}
}

// longestLog writes some bytes, in small writes, and returns how long the log's file was meanwhile.
func longestLog(t *testing.T, o db.Options, d *db.DB, bytes int) (longest int64) {
	t.Helper()
	for i := int64(1); i*16_000 <= int64(bytes); i++ {
		err := d.Write(context.Background(), func(tx *db.Tx) error { return addTeam(tx, i, strings.Repeat("x", 16_000)) })
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(filepath.Join(o.Dir, "bandeja.db-wal"))
		if err != nil {
			t.Fatal(err)
		}
		longest = max(longest, info.Size())
	}
	return longest
}

// A new PostgreSQL table gets its statistics as soon as there is something in it.
func TestNewTablesAreAnalyzed(t *testing.T) {
	d := dbtest.Open(t, dbtest.Options(t, db.Postgres))
	if err := d.Write(context.Background(), func(tx *db.Tx) error { return tx.Insert(intoTeam, "", teamRows(1, 1000)) }); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(40 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		var analyzed bool
		// Where autovacuum happened to come by first, there is nothing left to do.
		err := d.Handle().QueryRow(`SELECT last_analyze IS NOT NULL OR last_autoanalyze IS NOT NULL FROM pg_stat_user_tables
			WHERE schemaname = current_schema() AND relname = 'team'`).Scan(&analyzed)
		if err != nil {
			t.Fatal(err)
		}
		if analyzed {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("not analyzed after 40 s")
		}
	}
}
