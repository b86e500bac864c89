package db

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
)

const (
	counterBits = 12
	nodeBits    = 10
	maxNode     = 1<<nodeBits - 1
	maxCounter  = 1<<counterBits - 1
)

// epoch is the zero of the millisecond part, so that ids stay short for a while.
var epoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// idSource makes ids: milliseconds since epoch, node, counter.
type idSource struct {
	mu      sync.Mutex
	node    int64
	ms      int64
	counter int64
	// past remembers the last id given out for a second that is over.
	past map[int64]pastSecond
}

type pastSecond struct{ ms, counter int64 }

func newIDSource(node int64) *idSource {
	return &idSource{node: node, past: make(map[int64]pastSecond)}
}

// move goes on with another node number.
func (s *idSource) move(node int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.node = node
}

func (s *idSource) next(now time.Time) crm.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nextLocked(now)
}

func (s *idSource) nextLocked(now time.Time) crm.ID {
	ms := now.Sub(epoch).Milliseconds()
	if ms <= s.ms {
		// The clock stands or went back: go on from where we were.
		s.counter++
		if s.counter > maxCounter {
			s.ms, s.counter = s.ms+1, 0
		}
	} else {
		s.ms, s.counter = ms, 0
	}
	return s.compose(s.ms, s.counter)
}

// at returns an id that sorts by t. Providers give whole seconds, so anything
// within the second that is still running, or in the future, is now; an older
// second's ids follow each other from its last millisecond on.
func (s *idSource) at(t, now time.Time) crm.ID {
	second := t.Unix()
	if t.IsZero() || second >= now.Unix() {
		return s.next(now)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	last, ok := s.past[second]
	if ok {
		last.counter++
		if last.counter > maxCounter {
			last.ms, last.counter = last.ms+1, 0
		}
	} else {
		if len(s.past) > 4096 {
			clear(s.past)
		}
		// A random start keeps two runs of the same past second apart.
		last = pastSecond{
			ms:      time.Unix(second, 0).Sub(epoch).Milliseconds() + 999,
			counter: rand.Int64N(maxCounter),
		}
	}
	if last.ms < 1 {
		last.ms = 1
	}
	s.past[second] = last
	return s.compose(last.ms, last.counter)
}

// after returns an id that sorts right behind another one's millisecond.
func (s *idSource) after(id crm.ID) crm.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.compose(int64(id)>>(nodeBits+counterBits)+1, rand.Int64N(maxCounter))
}

func (s *idSource) compose(ms, counter int64) crm.ID {
	return crm.ID(ms<<(nodeBits+counterBits) | s.node<<counterBits | counter)
}

// IDTime returns the time an id carries, to the millisecond.
func IDTime(id crm.ID) time.Time {
	return epoch.Add(time.Duration(int64(id)>>(nodeBits+counterBits)) * time.Millisecond)
}

// IDFrom returns the smallest id of the time t, for keyset pages by date.
func IDFrom(t time.Time) crm.ID {
	return crm.ID(t.Sub(epoch).Milliseconds() << (nodeBits + counterBits))
}
