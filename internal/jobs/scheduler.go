package jobs

import (
	"container/heap"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/bandeja/bandeja/internal/crm"
)

// laneRef names a lane.
type laneRef struct {
	workspace crm.ID
	lane      string
}

const topic = "lane"

// note and parseNote carry a lane in a notification.
func (l laneRef) note(limitKey string) string {
	return l.workspace.String() + " " + l.lane + " " + limitKey
}

func parseNote(s string) (l laneRef, limitKey string, ok bool) {
	parts := strings.SplitN(s, " ", 3)
	if len(parts) != 3 {
		return l, "", false
	}
	n, err := strconv.ParseInt(parts[0], 10, 64)
	return laneRef{crm.ID(n), parts[1]}, parts[2], err == nil
}

type laneState struct {
	ready bool // waits in its key's queue
	busy  bool // a worker has it
	again bool // woken while busy
}

// keyState is what the lanes of one limit key share.
type keyState struct {
	limit       Limit
	bucket      *rate.Limiter
	pausedUntil time.Time
	queue       []laneRef
	busy        int
}

// scheduler knows, in memory, which lanes have something to do. It is filled by
// commits, by the look at the tables when it starts, and by notifications; what it
// forgets in a crash is found in the tables again.
type scheduler struct {
	mu     sync.Mutex
	cond   *sync.Cond
	lanes  map[laneRef]*laneState
	keys   map[string]*keyState
	order  []string // limit keys with ready lanes, taken in turn
	timers timerHeap
	wakeup *time.Timer
	live   bool
	closed bool
}

func newScheduler() *scheduler {
	s := &scheduler{lanes: make(map[laneRef]*laneState), keys: make(map[string]*keyState)}
	s.cond = sync.NewCond(&s.mu)
	return s
}

func (s *scheduler) start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live = true
}

// running tells whether this process runs jobs at all; a command-line call does not.
func (s *scheduler) running() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.live
}

func (s *scheduler) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.wakeup != nil {
		s.wakeup.Stop()
	}
	s.cond.Broadcast()
}

func (s *scheduler) key(name string) *keyState {
	k := s.keys[name]
	if k == nil {
		k = &keyState{}
		s.keys[name] = k
	}
	return k
}

func (s *scheduler) setLimit(name string, l Limit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.key(name)
	if k.limit == l {
		return
	}
	k.limit, k.bucket = l, nil
	if l.PerSecond > 0 {
		k.bucket = rate.NewLimiter(rate.Limit(l.PerSecond), max(l.Burst, 1))
	}
}

func (s *scheduler) pause(name string, until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.key(name)
	if until.After(k.pausedUntil) {
		k.pausedUntil = until
	}
}

func (s *scheduler) resume(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.keys[name]; k != nil && !k.pausedUntil.IsZero() {
		k.pausedUntil = time.Time{}
		s.cond.Broadcast()
	}
}

// wake makes a lane ready, now or at a time.
func (s *scheduler) wake(l laneRef, limitKey string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || !s.live {
		return
	}
	if wait := time.Until(at); !at.IsZero() && wait > 0 {
		if wait < scanAhead {
			s.at(at, timer{lane: l, key: limitKey})
		}
		return // the scan of due jobs finds what lies further ahead
	}
	s.ready(l, limitKey)
}

func (s *scheduler) ready(l laneRef, limitKey string) {
	st := s.lanes[l]
	if st == nil {
		st = &laneState{}
		s.lanes[l] = st
	}
	switch {
	case st.busy:
		st.again = true
	case !st.ready:
		st.ready = true
		k := s.key(limitKey)
		k.queue = append(k.queue, l)
		if len(k.queue) == 1 {
			s.order = append(s.order, limitKey)
		}
		s.cond.Signal()
	}
}

// next waits for a lane to work on. It takes the limit keys in turn, so a long
// backlog of one doesn't hold up the others.
func (s *scheduler) next() (l laneRef, limitKey string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if s.closed {
			return l, "", false
		}
		for range len(s.order) {
			name := s.order[0]
			s.order = s.order[1:]
			k := s.keys[name]
			if !s.allowed(k) {
				s.order = append(s.order, name)
				continue
			}
			l = k.queue[0]
			k.queue = k.queue[1:]
			if len(k.queue) > 0 {
				s.order = append(s.order, name)
			} else {
				k.queue = nil
			}
			k.busy++
			st := s.lanes[l]
			st.ready, st.busy = false, true
			return l, name, true
		}
		s.cond.Wait()
	}
}

// allowed takes a token of the key, or sets a timer for when there may be one.
func (s *scheduler) allowed(k *keyState) bool {
	now := time.Now()
	if k.limit.Concurrency > 0 && k.busy >= k.limit.Concurrency {
		return false // the lane that ends will signal
	}
	if wait := k.pausedUntil.Sub(now); wait > 0 {
		s.at(k.pausedUntil, timer{})
		return false
	}
	if k.bucket == nil {
		return true
	}
	r := k.bucket.ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		s.at(now.Add(wait), timer{})
		return false
	}
	return true
}

// release gives a lane back. more tells that it may have further jobs; at, when
// set, that its head waits until then.
func (s *scheduler) release(l laneRef, limitKey string, more bool, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.key(limitKey)
	k.busy--
	st := s.lanes[l]
	st.busy = false
	more = more || st.again
	st.again = false
	switch {
	case s.closed:
	case more:
		s.ready(l, limitKey)
	case !at.IsZero() && time.Until(at) < scanAhead:
		s.at(at, timer{lane: l, key: limitKey})
	}
	if !st.ready && !st.busy {
		delete(s.lanes, l)
	}
	if k.limit.Concurrency > 0 && len(k.queue) > 0 {
		s.cond.Signal()
	}
	if len(k.queue) == 0 && k.busy == 0 && k.limit == (Limit{}) && limitKey != "" {
		delete(s.keys, limitKey)
	}
}

// timer makes a lane ready; without a lane it only wakes the workers.
type timer struct {
	at   time.Time
	lane laneRef
	key  string
}

func (s *scheduler) at(at time.Time, t timer) {
	t.at = at
	if t.lane == (laneRef{}) {
		for _, other := range s.timers {
			if other.lane == t.lane && !other.at.After(at) && time.Until(other.at) > 0 {
				return // somebody wakes the workers before that anyway
			}
		}
	}
	heap.Push(&s.timers, t)
	if s.timers[0].at.Equal(at) {
		s.armLocked()
	}
}

func (s *scheduler) armLocked() {
	wait := max(time.Until(s.timers[0].at), 0)
	if s.wakeup == nil {
		s.wakeup = time.AfterFunc(wait, s.fire)
	} else {
		s.wakeup.Reset(wait)
	}
}

func (s *scheduler) fire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	now := time.Now()
	for len(s.timers) > 0 && !s.timers[0].at.After(now) {
		t := heap.Pop(&s.timers).(timer)
		if t.lane != (laneRef{}) {
			s.ready(t.lane, t.key)
		}
	}
	s.cond.Broadcast()
	if len(s.timers) > 0 {
		s.armLocked()
	}
}

type timerHeap []timer

func (h timerHeap) Len() int           { return len(h) }
func (h timerHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h timerHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *timerHeap) Push(x any)        { *h = append(*h, x.(timer)) }
func (h *timerHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	*h = old[:len(old)-1]
	return t
}
