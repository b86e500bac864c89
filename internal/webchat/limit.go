package webchat

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate is how often something may be done: so many a second, and so many at once.
type Rate struct {
	PerSecond float64
	Burst     int
}

// Limits bound what one visitor and one address may ask for. An address may be a
// whole office, so it gets more.
type Limits struct {
	Reads, ReadsIP     Rate
	Events, EventsIP   Rate
	Uploads, UploadsIP Rate
	// UploadKB and UploadKBIP bound how much is uploaded, in KiB: what nobody sends stays
	// for days.
	UploadKB, UploadKBIP Rate
	SessionsIP           Rate
	FilesIP              Rate
	// Streams is how many streams a visitor may hold open, StreamsIP how many an
	// address, StreamsAll how many there may be.
	Streams, StreamsIP, StreamsAll int
}

// DefaultLimits returns the limits of a server.
func DefaultLimits() *Limits {
	return &Limits{
		Reads: Rate{5, 60}, ReadsIP: Rate{30, 300},
		Events: Rate{3, 120}, EventsIP: Rate{40, 400},
		Uploads: Rate{0.5, 12}, UploadsIP: Rate{4, 60},
		UploadKB: Rate{10, 200 << 10}, UploadKBIP: Rate{40, 1000 << 10},
		SessionsIP: Rate{2, 60},
		FilesIP:    Rate{50, 500},
		Streams:    8, StreamsIP: 200, StreamsAll: 10_000,
	}
}

// limits are the buckets of a running service.
type limits struct {
	reads, sessions, events, uploads, uploadKB, files pair
}

// pair bounds an operation for its visitor and for its address.
type pair struct{ visitor, ip *buckets }

func newLimits(l *Limits) limits {
	return limits{
		reads:    pair{newBuckets(l.Reads), newBuckets(l.ReadsIP)},
		events:   pair{newBuckets(l.Events), newBuckets(l.EventsIP)},
		uploads:  pair{newBuckets(l.Uploads), newBuckets(l.UploadsIP)},
		uploadKB: pair{newBuckets(l.UploadKB), newBuckets(l.UploadKBIP)},
		sessions: pair{ip: newBuckets(l.SessionsIP)},
		files:    pair{ip: newBuckets(l.FilesIP)},
	}
}

// maxBuckets bounds the memory of one kind of limit: two generations of as many.
const maxBuckets = 20_000

// buckets holds a token bucket a key. When a generation is full it becomes the old
// one, and what isn't asked for again before the next is forgotten.
type buckets struct {
	rate Rate

	mu         sync.Mutex
	young, old map[string]*rate.Limiter
}

func newBuckets(r Rate) *buckets {
	return &buckets{rate: r, young: make(map[string]*rate.Limiter)}
}

// take takes n tokens of the key's and returns 0, or how long to wait for them.
func (b *buckets) take(key string, n int) time.Duration {
	b.mu.Lock()
	l := b.young[key]
	if l == nil {
		if l = b.old[key]; l == nil {
			l = rate.NewLimiter(rate.Limit(b.rate.PerSecond), b.rate.Burst)
		}
		if len(b.young) >= maxBuckets {
			b.old, b.young = b.young, make(map[string]*rate.Limiter)
		}
		b.young[key] = l
	}
	b.mu.Unlock()
	r := l.ReserveN(time.Now(), min(n, b.rate.Burst))
	wait := r.Delay()
	if wait > 0 {
		r.Cancel()
	}
	return wait
}
