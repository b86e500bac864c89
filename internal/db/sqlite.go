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
	// patience is how long a write that nobody waits for waits for another one.
	patience = 2 * time.Millisecond
	// stmtCache is how many prepared statements a connection keeps: each is tens of
	// kilobytes, and there are several connections.
	stmtCache = 128
	// stmtSample is among how many of them the one to go is chosen.
	stmtSample = 16
	// checkpointEvery is how often committed pages go from the log to the file.
	checkpointEvery = 300 * time.Millisecond
	// optimizeEvery is how often statistics are gathered where they have become old.
	optimizeEvery = time.Hour
	// logWait is how long, twice, the writer waits for readers so that the log can start
	// again, and logPause how long it doesn't where that was in vain.
	logWait  = 25 * time.Millisecond
	logPause = 500 * time.Millisecond
	// logCopy and logRest are how long the last copying may have taken and how many pages
	// may be left for the log to start again, unless it is logMost times as long as it
	// should be.
	logCopy = 25 * time.Millisecond
	logRest = 1_000
	logMost = 8
	// walPages is the length of the log from which the writer sees to it that it
	// starts again from its beginning: under unbroken load it would grow for ever.
	defaultWALPages = 8_192
	// walLimit is the size the log's file is cut to when it starts again, bytes: far
	// above that length, because cutting it takes the disk a good part of a second.
	walLimit = 256 << 20
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
	long    atomic.Bool // the log is to start again
	// logPause is until when it isn't to (Unix ns).
	logPause atomic.Int64
	reads    reads
	// walPages is defaultWALPages but in the test.
	walPages atomic.Int64
	closed   atomic.Bool
}

type writeRequest struct {
	patient bool
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
	if pageMemory.err != nil {
		return nil, pageMemory.err
	}
	path := filepath.Join(o.Dir, "bandeja.db")
	dsn := func(cached int, query string) string {
		v := url.Values{}
		for _, p := range []string{
			"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(0)",
			fmt.Sprintf("journal_size_limit(%d)", walLimit), "temp_store(MEMORY)", fmt.Sprintf("cache_size(%d)", cached),
		} {
			v.Add("_pragma", p)
		}
		return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode() + query
	}
	writer, err := sql.Open("sqlite", dsn(writerPages, ""))
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(3) // the writer itself, checkpoints, migrations
	b := &sqliteBackend{
		path: path, writer: writer,
		reads: newReads(),
		queue: make(chan *writeRequest, groupSize),
		stop:  make(chan struct{}),
	}
	b.walPages.Store(defaultWALPages)
	wc, err := writer.Conn(ctx)
	if err != nil {
		_ = writer.Close()
		return nil, fmt.Errorf("db: %s can't be opened: %w", path, err)
	}
	b.wconn = newSQLiteConn(wc)
	b.readers, err = sql.Open("sqlite", dsn(readerPages, "&_pragma=query_only(1)"))
	if err != nil {
		return nil, err
	}
	n := o.Readers
	if n == 0 {
		n = defaultReaders()
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

// defaultReaders is how many transactions read at once.
func defaultReaders() int { return max(4, runtime.NumCPU()*2) }

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

func (b *sqliteBackend) read(ctx context.Context, d *DB, single bool, fn func(*Tx) error) error {
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
	defer b.reads.leave(b.reads.enter())
	if _, err := c.exec(context.Background(), `BEGIN`, nil); err != nil {
		return err
	}
	tx := &Tx{db: d, ctx: ctx, conn: c, now: d.now(), single: single}
	err := tx.run(fn)
	if _, cerr := c.exec(context.Background(), `ROLLBACK`, nil); cerr != nil && err == nil {
		err = cerr
	}
	return err
}

func (b *sqliteBackend) write(ctx context.Context, d *DB, patient bool, fn func(*Tx) error) error {
	if b.closed.Load() {
		return ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err // the queue would be taken as readily as the end, and be quicker than it
	}
	// Statements run to their end whatever becomes of the caller: a group is
	// not to fail because one of its members went away.
	r := &writeRequest{
		patient: patient,

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
			if r.patient && len(b.queue) == 0 {
				next := b.await()
				b.writeGroup(r, next)
				continue
			}
			b.writeGroup(r, nil)
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

// await returns a write that comes within patience, else nil.
func (b *sqliteBackend) await() *writeRequest {
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case r := <-b.queue:
		return r
	case <-t.C:
	case <-b.stop:
	}
	return nil
}

// writeGroup commits first, second (if any) and what waits behind them.
func (b *sqliteBackend) writeGroup(first, second *writeRequest) {
	ctx := context.Background()
	if _, err := b.wconn.exec(ctx, `BEGIN IMMEDIATE`, nil); err != nil {
		for _, r := range []*writeRequest{first, second} {
			if r != nil && r.started.CompareAndSwap(false, true) {
				r.done <- err
			}
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
		if second != nil && second.started.CompareAndSwap(false, true) {
			second.done <- err
		}
	}
	for r := first; r != nil; {
		if r.started.CompareAndSwap(false, true) {
			if err := b.runOne(ctx, r, &group); err != nil {
				abort(err)
				return
			}
		}
		r, second = second, nil
		if r == nil && len(group) < groupSize && time.Since(begun) < groupTime {
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
	if b.long.Swap(false) {
		b.startLogAgain()
	}
}

// startLogAgain sees to it that the next write starts the log at its beginning, which
// it does where all was copied into the file and nobody reads from the log. That comes
// by itself only in a moment without readers: under load there is none, the log grows
// for ever, and what is looked for in a long log takes longer, so that it is read at
// even more moments. The writer waits for those who read already, a moment at most;
// whoever begins meanwhile reads what it has written last, and is in nobody's way.
func (b *sqliteBackend) startLogAgain() {
	// What somebody still reads as it was before can't be copied over.
	if b.reads.wait(logWait) {
		b.checkpoint()
		if b.reads.wait(logWait) {
			return
		}
	}
	// Somebody reads for long. Meanwhile the writer isn't kept from writing.
	b.logPause.Store(time.Now().Add(logPause).UnixNano())
}

// reads are the transactions that are reading now.
type reads struct {
	mu   sync.Mutex
	last uint64
	now  map[uint64]struct{}
	left chan struct{} // told when one has ended
}

func newReads() reads {
	return reads{now: make(map[uint64]struct{}), left: make(chan struct{}, 1)}
}

func (r *reads) enter() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last++
	r.now[r.last] = struct{}{}
	return r.last
}

func (r *reads) leave(n uint64) {
	r.mu.Lock()
	delete(r.now, n)
	r.mu.Unlock()
	select {
	case r.left <- struct{}{}:
	default:
	}
}

// wait waits until all that have begun before have ended, and tells whether they have.
func (r *reads) wait(most time.Duration) bool {
	r.mu.Lock()
	before := r.last
	r.mu.Unlock()
	timeout := time.NewTimer(most)
	defer timeout.Stop()
	for {
		r.mu.Lock()
		ended := true
		for n := range r.now {
			ended = ended && n > before
		}
		r.mu.Unlock()
		if ended {
			return true
		}
		select {
		case <-r.left:
		case <-timeout.C:
			return false
		}
	}
}

// runOne runs a write and adds it to the group. The error it returns breaks the
// whole group; the write's own error is answered at once, and only its own work is
// undone: the first one's with the transaction, any other's with its savepoint.
func (b *sqliteBackend) runOne(ctx context.Context, r *writeRequest, group *[]*writeRequest) error {
	begin, release, undo := `SAVEPOINT w`, `RELEASE w`, []string{`ROLLBACK TO w`, `RELEASE w`}
	if len(*group) == 0 {
		begin, release, undo = "", "", []string{`ROLLBACK`, `BEGIN IMMEDIATE`}
	}
	run := func(q string) error {
		if q == "" {
			return nil
		}
		_, err := b.wconn.exec(ctx, q, nil)
		return err
	}
	if err := run(begin); err != nil {
		r.done <- err
		return err
	}
	r.tx.now = r.tx.db.now()
	err := r.tx.run(r.fn)
	if err == nil {
		if err := run(release); err != nil {
			r.done <- err
			return err
		}
		*group = append(*group, r)
		return nil
	}
	r.done <- err
	for _, q := range undo {
		if uerr := run(q); uerr != nil { // a full disk may have rolled everything back already
			return fmt.Errorf("%w: a transaction could not be undone: %s, after %s", ErrUnavailable, uerr.Error(), err.Error())
		}
	}
	return nil
}

// checkpointLoop moves committed pages into the database file in the background,
// so that no write has to wait for it.
func (b *sqliteBackend) checkpointLoop() {
	t := time.NewTicker(checkpointEvery)
	defer t.Stop()
	statistics := time.NewTicker(optimizeEvery)
	defer statistics.Stop()
	for {
		select {
		case <-b.stop:
			return
		case <-statistics.C:
			_, _ = b.writer.Exec(`PRAGMA analysis_limit = 400; PRAGMA optimize`)
		case <-t.C:
			if b.dirty.Swap(false) {
				b.copyLog()
			}
		}
	}
}

// copyLog copies committed pages into the database file. Where the log has become long
// it goes on until there is little left to copy, and then has it start again: while the
// writer sees to that, nobody else writes.
func (b *sqliteBackend) copyLog() {
	for {
		begun := time.Now()
		pages, copied := b.checkpoint()
		most := b.walPages.Load()
		switch {
		case pages <= most || time.Now().UnixNano() < b.logPause.Load():
			return
		case pages > logMost*most: // the disk is too slow for what is written
			b.long.Store(true)
			return
		case pages-copied > logRest: // somebody reads what was before
			return
		case time.Since(begun) < logCopy: // and so will the rest take no longer
			b.long.Store(true)
			return
		}
		select {
		case <-b.stop:
			return
		default:
		}
	}
}

// checkpoint copies what it can without keeping anybody waiting, and returns the
// log's length and how much of it is copied now, in pages.
func (b *sqliteBackend) checkpoint() (pages, copied int64) {
	var busy int64
	// A checkpoint that fails leaves all as it is; the next one copies more.
	_ = b.writer.QueryRow(`PRAGMA wal_checkpoint(PASSIVE)`).Scan(&busy, &pages, &copied)
	return pages, copied
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
	stmts map[string]*preparedStmt
	uses  int64
}

type preparedStmt struct {
	*sql.Stmt
	used int64 // the connection's uses, when it was last
}

func newSQLiteConn(c *sql.Conn) *sqliteConn {
	return &sqliteConn{conn: c, stmts: make(map[string]*preparedStmt)}
}

func (c *sqliteConn) close() {
	for _, s := range c.stmts {
		_ = s.Close()
	}
	_ = c.conn.Close()
}

func (c *sqliteConn) prepare(ctx context.Context, q string) (*sql.Stmt, error) {
	c.uses++
	if s, ok := c.stmts[q]; ok {
		s.used = c.uses
		return s.Stmt, nil
	}
	s, err := c.conn.PrepareContext(ctx, plainParameters(q))
	if err != nil {
		return nil, err
	}
	if len(c.stmts) >= stmtCache {
		c.dropOne()
	}
	c.stmts[q] = &preparedStmt{s, c.uses}
	return s, nil
}

// dropOne forgets a statement that wasn't used for long: of some, which come in any
// order, the one that was so longest ago.
func (c *sqliteConn) dropOne() {
	var oldest string
	var stmt *preparedStmt
	n := 0
	for q, s := range c.stmts {
		if stmt == nil || s.used < stmt.used {
			oldest, stmt = q, s
		}
		if n++; n == stmtSample {
			break
		}
	}
	_ = stmt.Close()
	delete(c.stmts, oldest)
}

// plainParameters writes $1, $2 … as ? where each appears just once: the driver
// looks the name of every named parameter up in a list, which for a statement of
// many rows costs more than running it.
func plainParameters(q string) string {
	var b strings.Builder
	next := 1
	for i := 0; i < len(q); i++ {
		switch {
		case q[i] == '\'':
			end := strings.IndexByte(q[i+1:], '\'')
			if end < 0 {
				return q
			}
			b.WriteString(q[i : i+end+2])
			i += end + 1
		case q[i] == '$' && i+1 < len(q) && q[i+1] >= '0' && q[i+1] <= '9':
			n := 0
			for i+1 < len(q) && q[i+1] >= '0' && q[i+1] <= '9' {
				n = n*10 + int(q[i+1]-'0')
				i++
			}
			if n != next {
				return q // one that appears again
			}
			next++
			b.WriteByte('?')
		default:
			b.WriteByte(q[i])
		}
	}
	return b.String()
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
