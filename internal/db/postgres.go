package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	pgConns   = 24
	pgRetries = 8
)

// analyzeEvery is how often tables without statistics are looked for, and
// analyzeFrom how many changed rows make one worth it.
const (
	analyzeEvery = 3 * time.Second
	analyzeFrom  = 400
)

type pgBackend struct {
	pool *sql.DB
	url  string
	log  *slog.Logger
	stop context.CancelFunc
	wg   sync.WaitGroup
}

func openPostgres(ctx context.Context, o Options) (backend, error) {
	cfg, err := pgx.ParseConfig(o.URL)
	if err != nil {
		return nil, errors.New("db: BANDEJA_DATABASE_URL is not a PostgreSQL address") // the cause may hold the password
	}
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "bandeja"
	}
	pool := stdlib.OpenDB(*cfg, stdlib.OptionAfterConnect(prepare))
	pool.SetMaxOpenConns(pgConns)
	pool.SetMaxIdleConns(pgConns)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	b := &pgBackend{pool: pool, url: o.URL, log: o.Logger}
	var version int
	if err := pool.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::int`).Scan(&version); err != nil {
		_ = pool.Close()
		return nil, fmt.Errorf("db: PostgreSQL can't be reached: %w", err)
	}
	if version < 150000 {
		_ = pool.Close()
		return nil, fmt.Errorf("db: PostgreSQL 15 or newer is needed, this is %d", version/10000)
	}
	if o.Instance != "" {
		care, stop := context.WithCancel(context.WithoutCancel(ctx))
		b.stop = stop
		b.wg.Go(func() { b.analyzeLoop(care) })
	}
	return b, nil
}

// prepare sets a new connection up. Statements here are short and many; where one looks dear
// to the planner, compiling it takes half a second more often than it saves anything. It is
// not a parameter of the start, which poolers refuse.
func prepare(ctx context.Context, c *pgx.Conn) error {
	_, err := c.Exec(ctx, `SET jit = off`)
	return err
}

// analyzeLoop gathers statistics for tables that have none. Autovacuum looks once a
// minute; until then a new database under load would run on plans made for empty
// tables, which scan all of them.
func (b *pgBackend) analyzeLoop(ctx context.Context) {
	t := time.NewTicker(analyzeEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if err := b.analyzeNew(ctx); err != nil && ctx.Err() == nil {
				b.log.Debug("tables could not be analyzed", "err", err)
			}
		}
	}
}

func (b *pgBackend) analyzeNew(ctx context.Context) error {
	rows, err := b.pool.QueryContext(ctx, `SELECT quote_ident(relname) FROM pg_stat_user_tables
		WHERE schemaname = current_schema() AND last_analyze IS NULL AND last_autoanalyze IS NULL AND n_mod_since_analyze >= $1`, analyzeFrom)
	if err != nil {
		return err
	}
	defer rows.Close()
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		tables = append(tables, name)
	}
	if err := rows.Err(); err != nil || len(tables) == 0 {
		return err
	}
	_, err = b.pool.ExecContext(ctx, `ANALYZE `+strings.Join(tables, ", "))
	return err
}

func (b *pgBackend) handle() *sql.DB { return b.pool }

func (b *pgBackend) close() error {
	if b.stop != nil {
		b.stop()
		b.wg.Wait()
	}
	return b.pool.Close()
}

func (b *pgBackend) read(ctx context.Context, d *DB, single bool, fn func(*Tx) error) error {
	conn, err := b.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	c := &pgConn{conn: conn}
	if !single {
		c.pend(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`, nil)
	}
	err = (&Tx{db: d, ctx: ctx, conn: c, now: d.now(), single: single}).run(fn)
	c.rollback()
	return err
}

func (b *pgBackend) write(ctx context.Context, d *DB, _ bool, fn func(*Tx) error) error {
	for try := 1; ; try++ {
		tx, err := b.writeOnce(ctx, d, fn)
		if err == nil {
			for _, f := range tx.after {
				f()
			}
			return nil
		}
		if try >= pgRetries || !retryable(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Duration(1+rand.IntN(5<<try)) * time.Millisecond):
		}
	}
}

func (b *pgBackend) writeOnce(ctx context.Context, d *DB, fn func(*Tx) error) (*Tx, error) {
	conn, err := b.pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	c := &pgConn{conn: conn}
	c.pend(`BEGIN`, nil)
	tx := &Tx{db: d, ctx: ctx, conn: c, now: d.now(), writable: true}
	if err := tx.run(fn); err != nil {
		c.rollback()
		return nil, err
	}
	c.pend(`COMMIT`, nil)
	if err := c.flush(context.WithoutCancel(ctx)); err != nil {
		c.rollback()
		return nil, err
	}
	return tx, nil
}

func retryable(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && (pe.Code == "40001" || pe.Code == "40P01")
}

func (b *pgBackend) translate(err error) error {
	if err == nil || errors.Is(err, ErrConflict) || errors.Is(err, ErrUnavailable) {
		return err
	}
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		switch {
		case pe.Code == "23505":
			return fmt.Errorf("%w: %w", ErrConflict, err)
		case pe.Code[:2] == "08" || pe.Code[:2] == "53" || pe.Code[:2] == "57" || pe.Code == "58030" || pe.Code == "25006":
			return fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
		return err
	}
	var ne net.Error
	var ce *pgconn.ConnectError
	if errors.As(err, &ce) || errors.As(err, &ne) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) ||
		errors.Is(err, net.ErrClosed) || pgconn.SafeToRetry(err) {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

// pgConn is a connection with the statements that wait to be sent together.
type pgConn struct {
	conn    *sql.Conn
	pending pgx.Batch
	begun   bool
}

func (c *pgConn) pend(q string, args []any) { c.pending.Queue(q, args...) }

// flush sends what is pending in one round trip.
func (c *pgConn) flush(ctx context.Context) error {
	if c.pending.Len() == 0 {
		return nil
	}
	batch := c.pending
	c.pending = pgx.Batch{}
	c.begun = true
	return c.conn.Raw(func(dc any) error {
		results := dc.(*stdlib.Conn).Conn().SendBatch(ctx, &batch)
		for range batch.Len() {
			if _, err := results.Exec(); err != nil {
				_ = results.Close()
				return err
			}
		}
		return results.Close()
	})
}

// rollback ends whatever transaction the connection is in; a broken connection
// is dropped by the pool.
func (c *pgConn) rollback() {
	if !c.begun {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = c.conn.Raw(func(dc any) error {
		pc := dc.(*stdlib.Conn).Conn()
		if pc.IsClosed() || pc.PgConn().TxStatus() == 'I' {
			return nil
		}
		_, err := pc.Exec(ctx, `ROLLBACK`)
		return err
	})
}

func (c *pgConn) exec(ctx context.Context, q string, args []any) (int64, error) {
	if err := c.flush(ctx); err != nil {
		return 0, err
	}
	res, err := c.conn.ExecContext(ctx, q, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (c *pgConn) query(ctx context.Context, q string, args []any) (*sql.Rows, error) {
	if err := c.flush(ctx); err != nil {
		return nil, err
	}
	return c.conn.QueryContext(ctx, q, args...)
}

func (c *pgConn) queue(_ context.Context, q string, args []any) error {
	c.pend(q, args)
	return nil
}
