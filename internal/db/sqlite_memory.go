package db

import (
	"fmt"
	"sync"
	"unsafe"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

const (
	// pageSize is SQLite's own choice, bytes.
	pageSize = 4096
	// readerPages and writerPages are how many pages a connection keeps.
	readerPages = 768
	writerPages = 3072
	// sparePages are for what statements sort and gather, and for connections besides.
	sparePages = 512
)

// pageMemory is what SQLite's connections keep pages in. A connection forgets all of its pages
// at each write of another one, and reads those it needs anew; to give their memory back to
// the system and ask for it again, as the driver's allocator does, is more work than the
// reading. Ours is kept for the next page, and takes room from when it is first used. What
// is of another size, and what is too many, the driver's allocator has as ever.
//
// Source: https://sqlite.org/c3ref/mem_methods.html
var pageMemory struct {
	err error // of setting them aside

	driver sqlitelib.Tsqlite3_mem_methods

	size       int32 // of a page with what SQLite notes about it, bytes
	start, end uintptr

	mu   sync.Mutex
	next uintptr // what comes from here on was never used
	free []uintptr
}

// SQLite takes it before the process's first connection only.
func init() {
	pageMemory.err = setPagesAside(writerPages + defaultReaders()*readerPages + sparePages)
}

func setPagesAside(n int) error {
	p := &pageMemory
	tls := libc.NewTLS()
	defer tls.Close()
	config := func(option int32, value any) error {
		list := libc.NewVaList(value)
		defer libc.Xfree(tls, list)
		if rc := sqlitelib.Xsqlite3_config(tls, option, list); rc != sqlitelib.SQLITE_OK {
			return fmt.Errorf("db: SQLite's option %d can't be set: %s", option, sqlite.ErrorCodeString[int(rc)])
		}
		return nil
	}
	own := libc.Xcalloc(tls, 1, types.Size_t(unsafe.Sizeof(p.driver)))
	defer libc.Xfree(tls, own)
	if err := config(sqlitelib.SQLITE_CONFIG_GETMALLOC, own); err != nil {
		return err
	}
	notes := libc.Xcalloc(tls, 1, 4)
	defer libc.Xfree(tls, notes)
	if err := config(sqlitelib.SQLITE_CONFIG_PCACHE_HDRSZ, notes); err != nil {
		return err
	}
	p.size = pageSize + libc.AtomicLoadPInt32(notes)
	p.start = libc.Xmalloc(tls, types.Size_t(n*int(p.size)))
	if p.start == 0 {
		return fmt.Errorf("db: there is no memory for %d pages", n)
	}
	p.next, p.end = p.start, p.start+uintptr(n*int(p.size))
	methods := at[*sqlitelib.Tsqlite3_mem_methods](own)
	p.driver = *methods
	methods.FxMalloc, methods.FxFree = addressOf(allocate), addressOf(release)
	methods.FxRealloc, methods.FxSize = addressOf(resize), addressOf(sizeOf)
	if err := config(sqlitelib.SQLITE_CONFIG_MALLOC, own); err != nil {
		return err
	}
	// Counting what is allocated serves limits, of which there are none, and is done by one
	// connection at a time.
	return config(sqlitelib.SQLITE_CONFIG_MEMSTATUS, int32(0))
}

// addressOf and at lead from a function to the address by which SQLite, translated from C,
// knows it, and from an address to the function or structure that is there.
func addressOf[F any](f F) uintptr {
	return *(*uintptr)(unsafe.Pointer(&f)) //nolint:gosec // the only way there is
}

func at[T any](address uintptr) T {
	return *(*T)(unsafe.Pointer(&address)) //nolint:gosec // the only way there is
}

func allocate(tls *libc.TLS, n int32) uintptr {
	if n == pageMemory.size {
		if page, ok := takePage(); ok {
			return page
		}
	}
	return at[func(*libc.TLS, int32) uintptr](pageMemory.driver.FxMalloc)(tls, n)
}

func release(tls *libc.TLS, p uintptr) {
	if !isPage(p) {
		at[func(*libc.TLS, uintptr)](pageMemory.driver.FxFree)(tls, p)
		return
	}
	pageMemory.mu.Lock()
	defer pageMemory.mu.Unlock()
	pageMemory.free = append(pageMemory.free, p)
}

func resize(tls *libc.TLS, p uintptr, n int32) uintptr {
	switch {
	case !isPage(p):
		return at[func(*libc.TLS, uintptr, int32) uintptr](pageMemory.driver.FxRealloc)(tls, p, n)
	case n <= pageMemory.size:
		return p
	}
	moved := allocate(tls, n)
	if moved != 0 {
		libc.Xmemcpy(tls, moved, p, types.Size_t(pageMemory.size))
		release(tls, p)
	}
	return moved
}

func sizeOf(tls *libc.TLS, p uintptr) int32 {
	if isPage(p) {
		return pageMemory.size
	}
	return at[func(*libc.TLS, uintptr) int32](pageMemory.driver.FxSize)(tls, p)
}

func isPage(p uintptr) bool { return p >= pageMemory.start && p < pageMemory.end }

func takePage() (page uintptr, ok bool) {
	p := &pageMemory
	p.mu.Lock()
	defer p.mu.Unlock()
	if last := len(p.free) - 1; last >= 0 {
		page, p.free = p.free[last], p.free[:last]
		return page, true
	}
	if p.next == p.end {
		return 0, false
	}
	page = p.next
	p.next += uintptr(p.size)
	return page, true
}
