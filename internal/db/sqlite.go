package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

const (
	// groupSize and groupTime bound one commit group: the first write of a group
	// waits for the others.
	groupSize = 256
	groupTime = 20 * time.Millisecond
	// stmtCache is how many prepared statements a connection keeps.
	stmtCache = 400
	// checkpointEvery is how often committed pages go from the log to the file.
	checkpointEvery = 300 * time.Millisecond
)

type sqliteBackend struct {
	path    string
	writer  *sql.DB
	readers *sql.DB
	wconn   *sqliteConn
	pool    chan *sqliteConn
	queue   chan *writeRequest
	stop    chan struct{}
	wg      sync.WaitGroup
	dirty   atomic.Bool
	closed  atomic.Bool
}

type writeRequest struct {
	tx      *Tx
	fn      func(*Tx) error
	done    chan error
	started atomic.Bool
}

func openSQLite(ctx context.Context, o Options) (backend, error) {
	if o.Dir == "" {
		return nil, errors.New("db: no data folder given")
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("db: the data folder can't be made: %w", err)
	}
	path := filepath.Join(o.Dir, "bandeja.db")
	dsn := func(cacheKB int, query string) string {
		v := url.Values{}
		for _, p := range []string{
			"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(0)",
			"journal_size_limit(67108864)", "temp_store(MEMORY)", fmt.Sprintf("cache_size(-%d)", cacheKB),
		} {
			v.Add("_pragma", p)
		}
		return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode() + query
	}
	writer, err := sql.Open("sqlite", dsn(16_384, ""))
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(3) // the writer itself, checkpoints, migrations
	b := &sqliteBackend{
		path: path, writer: writer,
		queue: make(chan *writeRequest, groupSize),
		stop:  make(chan struct{}),
	}
	wc, err := writer.Conn(ctx)
	if err != nil {
		_ = writer.Close()
		return nil, fmt.Errorf("db: %s can't be opened: %w", path, err)
	}
	b.wconn = newSQLiteConn(wc)
	b.readers, err = sql.Open("sqlite", dsn(4_096, "&_pragma=query_only(1)"))
	if err != nil {
		return nil, err
	}
	n := o.Readers
	if n == 0 {
		n = max(4, runtime.NumCPU()*2)
	}
	b.readers.SetMaxOpenConns(n)
	b.pool = make(chan *sqliteConn, n)
	for range n {
		b.pool <- nil // opened when first needed
	}
	b.wg.Go(b.writeLoop)
	b.wg.Go(b.checkpointLoop)
	return b, nil
}

func (b *sqliteBackend) handle() *sql.DB { return b.writer }

func (b *sqliteBackend) close() error {
	if b.closed.Swap(true) {
		return nil
	}
	close(b.stop)
	b.wg.Wait()
	for range cap(b.pool) {
		if c := <-b.pool; c != nil {
			c.close()
		}
	}
	err := b.readers.Close()
	b.wconn.close()
	_, _ = b.writer.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`)
	_, _ = b.writer.Exec(`PRAGMA optimize`)
	return errors.Join(err, b.writer.Close())
}

func (b *sqliteBackend) read(ctx context.Context, d *DB, fn func(*Tx) error) error {
	if b.closed.Load() {
		return ErrClosed
	}
	var c *sqliteConn
	select {
	case c = <-b.pool:
	case <-ctx.Done():
		return ctx.Err()
	}
	if c == nil {
		sc, err := b.readers.Conn(ctx)
		if err != nil {
			b.pool <- nil
			return err
		}
		c = newSQLiteConn(sc)
	}
	defer func() { b.pool <- c }()
	if _, err := c.exec(context.Background(), `BEGIN`, nil); err != nil {
		return err
	}
	tx := &Tx{db: d, ctx: ctx, conn: c, now: d.now()}
	err := tx.run(fn)
	if _, cerr := c.exec(context.Background(), `ROLLBACK`, nil); cerr != nil && err == nil {
		err = cerr
	}
	return err
}

func (b *sqliteBackend) write(ctx context.Context, d *DB, fn func(*Tx) error) error {
	if b.closed.Load() {
		return ErrClosed
	}
	// Statements run to their end whatever becomes of the caller: a group is
	// not to fail because one of its members went away.
	r := &writeRequest{
		tx:   &Tx{db: d, ctx: context.WithoutCancel(ctx), conn: b.wconn, writable: true},
		fn:   fn,
		done: make(chan error, 1),
	}
	select {
	case b.queue <- r:
	case <-ctx.Done():
		return ctx.Err()
	case <-b.stop:
		return ErrClosed
	}
	var err error
	select {
	case err = <-r.done:
	case <-ctx.Done():
		if r.started.CompareAndSwap(false, true) {
			return ctx.Err() // still queued: the writer will skip it
		}
		err = <-r.done
	}
	if err == nil {
		for _, f := range r.tx.after {
			f()
		}
	}
	return err
}

// writeLoop is the one writer.
func (b *sqliteBackend) writeLoop() {
	for {
		select {
		case r := <-b.queue:
			b.writeGroup(r)
		case <-b.stop:
			for {
				select {
				case r := <-b.queue:
					r.done <- ErrClosed
				default:
					return
				}
			}
		}
	}
}

func (b *sqliteBackend) writeGroup(first *writeRequest) {
	ctx := context.Background()
	if _, err := b.wconn.exec(ctx, `BEGIN IMMEDIATE`, nil); err != nil {
		if first.started.CompareAndSwap(false, true) {
			first.done <- err
		}
		return
	}
	begun := time.Now()
	var group []*writeRequest
	abort := func(err error) {
		_, _ = b.wconn.exec(ctx, `ROLLBACK`, nil)
		for _, r := range group {
			r.done <- err
		}
	}
	for r := first; r != nil; {
		if r.started.CompareAndSwap(false, true) {
			if err := b.runOne(ctx, r, &group); err != nil {
				abort(err)
				return
			}
		}
		r = nil
		if len(group) < groupSize && time.Since(begun) < groupTime {
			select {
			case r = <-b.queue:
			default:
			}
		}
	}
	if _, err := b.wconn.exec(ctx, `COMMIT`, nil); err != nil {
		abort(err)
		return
	}
	b.dirty.Store(true)
	for _, r := range group {
		r.done <- nil
	}
}

// runOne runs a write in its savepoint and adds it to the group. The error it
// returns breaks the whole group; the write's own error is answered at once.
func (b *sqliteBackend) runOne(ctx context.Context, r *writeRequest, group *[]*writeRequest) error {
	if _, err := b.wconn.exec(ctx, `SAVEPOINT w`, nil); err != nil {
		r.done <- err
		return err
	}
	r.tx.now = r.tx.db.now()
	err := r.tx.run(r.fn)
	if err == nil {
		if _, err := b.wconn.exec(ctx, `RELEASE w`, nil); err != nil {
			r.done <- err
			return err
		}
		*group = append(*group, r)
		return nil
	}
	r.done <- err
	if _, err := b.wconn.exec(ctx, `ROLLBACK TO w`, nil); err != nil {
		return err // a full disk may have rolled everything back already
	}
	_, err = b.wconn.exec(ctx, `RELEASE w`, nil)
	return err
}

// checkpointLoop moves committed pages into the database file in the background,
// so that no write has to wait for it.
func (b *sqliteBackend) checkpointLoop() {
	t := time.NewTicker(checkpointEvery)
	defer t.Stop()
	for {
		select {
		case <-b.stop:
			return
		case <-t.C:
			if b.dirty.Swap(false) {
				_, _ = b.writer.Exec(`PRAGMA wal_checkpoint(PASSIVE)`)
			}
		}
	}
}

func (b *sqliteBackend) translate(err error) error {
	var se *sqlite.Error
	if err == nil || !errors.As(err, &se) || errors.Is(err, ErrConflict) || errors.Is(err, ErrUnavailable) {
		return err
	}
	switch se.Code() & 0xff {
	case sqlitelib.SQLITE_CONSTRAINT:
		switch se.Code() {
		case sqlitelib.SQLITE_CONSTRAINT_UNIQUE, sqlitelib.SQLITE_CONSTRAINT_PRIMARYKEY, sqlitelib.SQLITE_CONSTRAINT_ROWID:
			return fmt.Errorf("%w: %w", ErrConflict, err)
		}
	case sqlitelib.SQLITE_FULL, sqlitelib.SQLITE_IOERR, sqlitelib.SQLITE_READONLY, sqlitelib.SQLITE_CANTOPEN,
		sqlitelib.SQLITE_BUSY, sqlitelib.SQLITE_LOCKED, sqlitelib.SQLITE_CORRUPT, sqlitelib.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

// sqliteConn is a connection with its prepared statements.
type sqliteConn struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func newSQLiteConn(c *sql.Conn) *sqliteConn {
	return &sqliteConn{conn: c, stmts: make(map[string]*sql.Stmt)}
}

func (c *sqliteConn) close() {
	for _, s := range c.stmts {
		_ = s.Close()
	}
	_ = c.conn.Close()
}

func (c *sqliteConn) prepare(ctx context.Context, q string) (*sql.Stmt, error) {
	if s, ok := c.stmts[q]; ok {
		return s, nil
	}
	s, err := c.conn.PrepareContext(ctx, q)
	if err != nil {
		return nil, err
	}
	if len(c.stmts) >= stmtCache {
		for k, old := range c.stmts { // any one goes: the cache is far larger than the hot set
			_ = old.Close()
			delete(c.stmts, k)
			break
		}
	}
	c.stmts[q] = s
	return s, nil
}

func (c *sqliteConn) exec(ctx context.Context, q string, args []any) (int64, error) {
	s, err := c.prepare(ctx, q) //nolint:sqlclosecheck // the cache keeps it
	if err != nil {
		return 0, err
	}
	res, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (c *sqliteConn) query(ctx context.Context, q string, args []any) (*sql.Rows, error) {
	s, err := c.prepare(ctx, q) //nolint:sqlclosecheck // the cache keeps it
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

func (c *sqliteConn) queue(ctx context.Context, q string, args []any) error {
	_, err := c.exec(ctx, q, args)
	return err
}

// Backup writes a consistent copy of a SQLite database to path.
func (d *DB) Backup(ctx context.Context, path string) error {
	b, ok := d.backend.(*sqliteBackend)
	if !ok {
		return errors.New("db: PostgreSQL is backed up with pg_dump")
	}
	_, err := b.writer.ExecContext(ctx, `VACUUM INTO '`+strings.ReplaceAll(path, "'", "''")+`'`)
	return err
}
