//go:build race

package db

import (
	"bytes"
	"runtime"
	"runtime/debug"
	"sync"
)

// writing holds the goroutines that are inside Write, in builds with the race
// detector (which tests are), so that AssertNoWrite can catch I/O there.
var writing sync.Map

func goroutine() string {
	buf := make([]byte, 64)
	buf = buf[:runtime.Stack(buf, false)]
	buf = bytes.TrimPrefix(buf, []byte("goroutine "))
	id, _, _ := bytes.Cut(buf, []byte(" "))
	return string(id)
}

func enterWrite(writable bool) func() {
	if !writable {
		return func() {}
	}
	g := goroutine()
	writing.Store(g, struct{}{})
	return func() { writing.Delete(g) }
}

// AssertNoWrite panics when it is called inside Write: network and file I/O
// would hold up every other write. Only builds with the race detector check.
func AssertNoWrite(what string) {
	if _, ok := writing.Load(goroutine()); ok {
		panic("db: " + what + " inside a write transaction")
	}
}

func stack() string { return string(debug.Stack()) }
