package db_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"

	"github.com/bandeja/bandeja/internal/db"
)

// TestPageMemory takes all pages there are and more, by several at once: no two of them
// share memory, what is in them stays, and what is given back is handed out again.
func TestPageMemory(t *testing.T) {
	size := db.PageSize()
	if size <= 4096 || size%8 != 0 {
		t.Fatalf("a page takes %d bytes", size)
	}
	const each = 4000 // by four more than there are on few cores
	round := func() (kept, others int) {
		var mu sync.Mutex
		var all sync.WaitGroup
		for w := range 4 {
			all.Go(func() {
				tls := libc.NewTLS()
				defer tls.Close()
				want := libc.Xmalloc(tls, types.Size_t(size))
				defer libc.Xfree(tls, want)
				libc.Xmemset(tls, want, int32(w+1), types.Size_t(size))
				var mine []uintptr
				for range each {
					at := db.AllocateMemory(tls, size)
					libc.Xmemset(tls, at, int32(w+1), types.Size_t(size))
					mine = append(mine, at)
					if rand.IntN(8) == 0 { // one grows, which makes it something else
						last := len(mine) - 1
						mine[last] = db.ResizeMemory(tls, mine[last], size+8)
						if db.IsPage(mine[last]) {
							t.Error("a page has grown beyond its place")
						}
					}
				}
				for _, at := range mine {
					if libc.Xmemcmp(tls, at, want, types.Size_t(size)) != 0 {
						t.Errorf("page %x was written to by another", at)
					}
					mu.Lock()
					if db.IsPage(at) {
						kept++
						if n := db.SizeOfMemory(tls, at); n != size {
							t.Errorf("a page of %d bytes", n)
						}
						if db.ResizeMemory(tls, at, size-8) != at {
							t.Error("a page has moved to become smaller")
						}
					} else {
						others++
					}
					mu.Unlock()
					db.ReleaseMemory(tls, at)
				}
			})
		}
		all.Wait()
		return kept, others
	}
	first, others := round()
	if first == 0 || others == 0 {
		t.Fatalf("%d pages and %d others", first, others)
	}
	if again, _ := round(); again == 0 {
		t.Error("what was given back is not handed out again")
	}
	tls := libc.NewTLS()
	defer tls.Close()
	at := db.AllocateMemory(tls, size)
	db.ReleaseMemory(tls, at)
	if !db.IsPage(at) || db.AllocateMemory(tls, size) != at {
		t.Error("the page given back last is not the next to be handed out")
	}
	db.ReleaseMemory(tls, at)
	if at := db.AllocateMemory(tls, 64); db.IsPage(at) {
		t.Error("a page is given away for 64 bytes")
	} else {
		db.ReleaseMemory(tls, at)
	}
}
