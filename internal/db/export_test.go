package db

// PlainParameters is plainParameters.
var PlainParameters = plainParameters

// SetWALPages makes SQLite's log start again from this many pages on.
func SetWALPages(d *DB, n int64) { d.backend.(*sqliteBackend).walPages.Store(n) }

// Beat says that the process is alive, as it does every few seconds.
func Beat(d *DB) error { return d.node.beatOnce(d) }

// PageSize is what a page takes, and AllocateMemory, ReleaseMemory, ResizeMemory, SizeOfMemory
// are what SQLite allocates by; IsPage tells whether something is of the memory set aside.
func PageSize() int32 { return pageMemory.size }

var (
	AllocateMemory = allocate
	ReleaseMemory  = release
	ResizeMemory   = resize
	SizeOfMemory   = sizeOf
	IsPage         = isPage
)
