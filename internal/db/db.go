// Package db opens Bandeja's database, SQLite or PostgreSQL, and runs reads and
// writes on it. Every query goes through a [Tx], in one SQL text for both: $1, $2
// … in order of first appearance, ON CONFLICT, RETURNING, row values, BIGINT
// microseconds UTC. What differs between the two is in sqlite.go and postgres.go.
//
// On SQLite concurrent writes are committed in groups: they run one after another
// in savepoints of one transaction and are answered together after its fsync.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
)

// Errors that callers decide on; driver errors are translated to them once, here.
var (
	ErrConflict    = errors.New("db: a row with this key exists already")
	ErrNotFound    = sql.ErrNoRows
	ErrUnavailable = errors.New("db: the database can't be reached or written")
	ErrNewer       = errors.New("db: the database was written by a newer version of Bandeja")
	ErrClosed      = errors.New("db: closed")
)

// Dialect is which of the two databases this is.
type Dialect string

// The dialects.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Options say which database to open.
type Options struct {
	// URL is a postgres:// address; empty means SQLite in Dir.
	URL string
	// Dir is the data folder.
	Dir string
	// Instance names this process's place: the same instance gets its node back
	// after a crash. Empty for a short-lived command.
	Instance string
	// Readers is the number of read connections; 0 means the default.
	Readers int
	Logger  *slog.Logger
	// NoMigrate leaves the schema as it is.
	NoMigrate bool
	// Now is the clock of transactions and ids, time.Now by default. Demo data is
	// made by letting it run through the past.
	Now func() time.Time
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	dialect Dialect
	log     *slog.Logger
	now     func() time.Time
	backend backend
	ids     *idSource
	node    *node
	checked sync.Map // SQL texts whose parameters were found in order
	bus     *bus
}

// backend is the seam between the two databases.
type backend interface {
	read(ctx context.Context, d *DB, single bool, fn func(*Tx) error) error
	write(ctx context.Context, d *DB, patient bool, fn func(*Tx) error) error
	handle() *sql.DB
	translate(err error) error
	close() error
}

// Open opens the database, brings its schema up to date and takes a node for ids.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	d := &DB{log: o.Logger, now: o.Now}
	if d.now == nil {
		d.now = time.Now
	}
	var err error
	if o.URL != "" {
		d.dialect = Postgres
		d.backend, err = openPostgres(ctx, o)
	} else {
		d.dialect = SQLite
		d.backend, err = openSQLite(ctx, o)
	}
	if err != nil {
		return nil, err
	}
	if !o.NoMigrate {
		if err := d.migrate(ctx, o); err != nil {
			_ = d.backend.close()
			return nil, err
		}
	}
	d.node, err = takeNode(ctx, d, o.Instance)
	if err != nil {
		_ = d.backend.close()
		return nil, fmt.Errorf("db: taking a node number: %w", err)
	}
	d.ids = newIDSource(d.node.number)
	d.bus = newBus(d, o.URL)
	return d, nil
}

// Close gives the node back and closes all connections.
func (d *DB) Close() error {
	d.bus.close()
	d.node.release(d)
	return d.backend.close()
}

// Dialect tells which database this is.
func (d *DB) Dialect() Dialect { return d.dialect }

// Node returns this process's incarnation: a number no other process, past or
// present, has. Previous returns the incarnations of this instance that are dead.
func (d *DB) Node() int64 { return d.node.incarnation }

// Handle returns the connection pool, for migrations, backups and benchmarks.
func (d *DB) Handle() *sql.DB { return d.backend.handle() }

// NewID returns a new id, larger than all this process made before.
func (d *DB) NewID() crm.ID { return d.ids.next(d.now()) }

// longRead is how long a read may last before the log tells of it: while it does, none of
// what is written meanwhile can be cleared away, and everything becomes slower.
const longRead = 5 * time.Second

// Read runs fn on a snapshot. fn must not keep the Tx.
func (d *DB) Read(ctx context.Context, fn func(*Tx) error) error { return d.read(ctx, false, fn) }

// ReadOnce is Read for an fn that makes one query, which is a snapshot by itself: PostgreSQL
// is spared the two round trips of a transaction around it.
func (d *DB) ReadOnce(ctx context.Context, fn func(*Tx) error) error { return d.read(ctx, true, fn) }

func (d *DB) read(ctx context.Context, single bool, fn func(*Tx) error) error {
	begun := time.Now()
	err := d.backend.translate(d.backend.read(ctx, d, single, fn))
	if took := time.Since(begun); took > longRead {
		_, file, line, _ := runtime.Caller(2)
		d.log.Warn("a read took long", "took", took, "by", fmt.Sprintf("%s:%d", file, line))
	}
	return err
}

// Write runs fn in a transaction and returns once it is durable. fn may be run
// again after a serialisation failure, so all it does must be on the Tx. It must
// do no network or file I/O. When fn fails only its own work is undone.
func (d *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	return d.backend.translate(d.backend.write(ctx, d, false, fn))
}

// WriteSoon is Write for work that nobody waits for: on SQLite it lingers for up to
// 2 ms to share the commit of another write.
func (d *DB) WriteSoon(ctx context.Context, fn func(*Tx) error) error {
	return d.backend.translate(d.backend.write(ctx, d, true, fn))
}

// Sweep runs a step in transactions of its own until it says that there is no more. Each
// must be short; between two it leaves the writer to others for as long as the step took,
// and never less than sweepPause.
func (d *DB) Sweep(ctx context.Context, step func(*Tx) (more bool, err error)) error {
	for {
		begun, more := time.Now(), false
		err := d.WriteSoon(ctx, func(tx *Tx) (err error) {
			more, err = step(tx)
			return err
		})
		if err != nil || !more {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(max(sweepPause, time.Since(begun))):
		}
	}
}

const sweepPause = 10 * time.Millisecond

// Tx is a transaction. It is used by one goroutine and dead after fn returns.
type Tx struct {
	db       *DB
	ctx      context.Context
	conn     txConn
	now      time.Time
	writable bool
	single   bool // no query but one may be made
	asked    bool
	before   []func(*Tx) error
	last     []func(*Tx) error
	after    []func()
	values   map[any]any
}

// txConn runs statements on the transaction's connection.
type txConn interface {
	exec(ctx context.Context, q string, args []any) (int64, error)
	query(ctx context.Context, q string, args []any) (*sql.Rows, error)
	// queue runs a statement at the latest before the next query or commit.
	queue(ctx context.Context, q string, args []any) error
}

// Context returns the transaction's context.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Now is the transaction's time: the same at every call.
func (tx *Tx) Now() time.Time { return tx.now }

// Micros is Now as stored.
func (tx *Tx) Micros() int64 { return tx.now.UnixMicro() }

// NewID returns a new id.
func (tx *Tx) NewID() crm.ID { return tx.db.ids.next(tx.now) }

// NewIDAt returns a new id that sorts by t, for things that happened at t. A time
// within the last seconds counts as now.
func (tx *Tx) NewIDAt(t time.Time) crm.ID { return tx.db.ids.at(t, tx.now) }

// NewIDAfter returns a new id that sorts right behind another one.
func (tx *Tx) NewIDAfter(id crm.ID) crm.ID { return tx.db.ids.after(id) }

// Dialect tells which database this is.
func (tx *Tx) Dialect() Dialect { return tx.db.dialect }

// ForUpdate is the clause that locks the rows a SELECT returns; SQLite, whose
// writer is alone, needs none.
func (tx *Tx) ForUpdate() string {
	if tx.db.dialect == Postgres {
		return " FOR UPDATE"
	}
	return ""
}

// Exec runs a statement and returns the number of rows it touched.
func (tx *Tx) Exec(q string, args ...any) (int64, error) {
	tx.check(q, len(args))
	tx.once(q)
	n, err := tx.conn.exec(tx.ctx, q, args)
	return n, tx.wrap(q, err)
}

// Queue runs a statement whose result isn't needed, in order with the others but
// perhaps later: PostgreSQL gets all queued ones in one round trip, before the
// next query or with the commit. An error may surface there.
func (tx *Tx) Queue(q string, args ...any) error {
	tx.check(q, len(args))
	tx.once(q)
	return tx.wrap(q, tx.conn.queue(tx.ctx, q, args))
}

// Insert queues the insertion of rows, many in one statement: into is the table
// with its columns, rest what follows the values, or "".
func (tx *Tx) Insert(into, rest string, rows [][]any) error {
	return inChunks(into, rest, rows, func(q string, args []any) error { return tx.Queue(q, args...) })
}

// InsertEach is Insert with a RETURNING clause in rest; it calls scan for every row
// of it, in no order.
func (tx *Tx) InsertEach(into, rest string, rows [][]any, scan func(*sql.Rows) error) error {
	return inChunks(into, rest, rows, func(q string, args []any) error { return tx.Each(q, args, scan) })
}

func inChunks(into, rest string, rows [][]any, do func(q string, args []any) error) error {
	for len(rows) > 0 {
		n := Chunk(len(rows))
		columns := len(rows[0])
		args := make([]any, 0, n*columns)
		for _, row := range rows[:n] {
			args = append(args, row...)
		}
		if err := do(insertText(into, rest, columns, n), args); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

type insertKey struct {
	into, rest string
	rows       int
}

var insertTexts sync.Map // insertKey → string

func insertText(into, rest string, columns, rows int) string {
	key := insertKey{into, rest, rows}
	if text, ok := insertTexts.Load(key); ok {
		return text.(string)
	}
	var b strings.Builder
	b.WriteString("INSERT INTO " + into + " VALUES ")
	for i := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("(" + Params(i*columns+1, columns) + ")")
	}
	b.WriteString(" " + rest)
	insertTexts.Store(key, b.String())
	return b.String()
}

// Query runs a query. The caller closes the rows; see [Each].
func (tx *Tx) Query(q string, args ...any) (*sql.Rows, error) {
	tx.check(q, len(args))
	tx.once(q)
	rows, err := tx.conn.query(tx.ctx, q, args)
	return rows, tx.wrap(q, err)
}

// Row runs a query for one row and scans it. No row is ErrNotFound.
func (tx *Tx) Row(q string, args []any, dest ...any) error {
	rows, err := tx.Query(q, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return tx.wrap(q, err)
		}
		return ErrNotFound
	}
	if err := rows.Scan(dest...); err != nil {
		return tx.wrap(q, err)
	}
	return tx.wrap(q, rows.Close())
}

// Each runs a query and calls scan for every row.
func (tx *Tx) Each(q string, args []any, scan func(*sql.Rows) error) error {
	rows, err := tx.Query(q, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return tx.wrap(q, rows.Err())
}

// BeforeCommit runs f at the end of the transaction, still inside it.
func (tx *Tx) BeforeCommit(f func(*Tx) error) { tx.before = append(tx.before, f) }

// Last runs f after everything BeforeCommit asked for: the place for a lock that
// every transaction takes, held the shorter the later it is taken.
func (tx *Tx) Last(f func(*Tx) error) { tx.last = append(tx.last, f) }

// OnCommit runs f after the transaction is durable, on the caller's goroutine.
func (tx *Tx) OnCommit(f func()) { tx.after = append(tx.after, f) }

// Value returns what SetValue stored under key: a place for packages that collect
// something over the transaction.
func (tx *Tx) Value(key any) any { return tx.values[key] }

// SetValue stores v under key until the transaction ends.
func (tx *Tx) SetValue(key, v any) {
	if tx.values == nil {
		tx.values = make(map[any]any, 2)
	}
	tx.values[key] = v
}

func (tx *Tx) run(fn func(*Tx) error) (err error) {
	leave := enterWrite(tx.writable)
	defer leave()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("db: panic in transaction: %v", p)
			tx.db.log.Error("panic in transaction", "panic", p, "stack", stack())
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	for i := 0; i < len(tx.before); i++ {
		if err := tx.before[i](tx); err != nil {
			return err
		}
	}
	for _, f := range tx.last {
		if err := f(tx); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) wrap(q string, err error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	err = tx.db.backend.translate(err)
	return fmt.Errorf("%w [%s]", err, firstWords(q))
}

// once panics where more than [DB.ReadOnce] is for is asked of it: outside a transaction
// it would be half a read, or a write.
func (tx *Tx) once(q string) {
	if tx.single && (tx.asked || !strings.HasPrefix(q, "SELECT ")) {
		panic("db: ReadOnce is for one SELECT")
	}
	tx.asked = true
}

// check makes sure that parameters are numbered in order of first appearance:
// SQLite binds them so, and a swapped pair would silently change places.
func (tx *Tx) check(q string, args int) {
	if _, ok := tx.db.checked.Load(q); ok {
		return
	}
	if err := checkParameters(q, args); err != nil {
		panic(err)
	}
	tx.db.checked.Store(q, struct{}{})
}

func checkParameters(q string, args int) error {
	highest := 0
	for i := 0; i < len(q); i++ {
		switch q[i] {
		case '\'':
			end := strings.IndexByte(q[i+1:], '\'')
			if end < 0 {
				return nil
			}
			i += end + 1
		case '$':
			n := 0
			for i+1 < len(q) && q[i+1] >= '0' && q[i+1] <= '9' {
				n = n*10 + int(q[i+1]-'0')
				i++
			}
			if n > highest+1 || n == 0 {
				return fmt.Errorf("db: parameter $%d appears before $%d: %s", n, highest+1, firstWords(q))
			}
			highest = max(highest, n)
		}
	}
	if highest != args {
		return fmt.Errorf("db: %d parameters, %d values: %s", highest, args, firstWords(q))
	}
	return nil
}

func firstWords(q string) string {
	q = strings.Join(strings.Fields(q), " ")
	if len(q) > 90 {
		q = q[:90] + "…"
	}
	return q
}

// Params returns "$from, $from+1 …" for n values, for IN lists.
func Params(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "$%d", from+i)
	}
	return b.String()
}

// Limit returns the clause for at most n rows. It is in the text where n is one of few
// numbers: PostgreSQL makes a plan that it keeps only where it knows the limit, and else
// plans a walk along an index anew each time, which takes as long as the walk.
func Limit(n int) string { return ` LIMIT ` + strconv.Itoa(n) }

// Batched returns n rounded up to one of few sizes, so that IN lists of any
// length share a handful of prepared statements; repeat the last value to fill.
func Batched(n int) int {
	for _, size := range []int{1, 4, 16, 64, 256} {
		if n <= size {
			return size
		}
	}
	return n
}

// Chunk returns how many of n rows go in one statement, so that any number of rows
// is written by few statements with few texts.
func Chunk(n int) int {
	for _, size := range []int{64, 16, 4} {
		if size <= n {
			return size
		}
	}
	return 1
}

// InList appends the ids to args, padded to [Batched] size, and returns the
// parameter list for them.
func InList[T any](args []any, values []T) (string, []any) {
	from, n := len(args)+1, Batched(len(values))
	for i := range n {
		args = append(args, values[min(i, len(values)-1)])
	}
	return Params(from, n), args
}
