package webchat

import (
	"context"
	"strconv"
	"sync"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
)

// streams are the live connections of visitors to this process.
type streams struct {
	mu   sync.Mutex
	of   map[crm.ID]map[*stream]struct{} // by workspace
	held map[string]int                  // by visitor and by address
	all  int
	done chan struct{}
	over bool
}

func newStreams() streams {
	return streams{of: make(map[crm.ID]map[*stream]struct{}), held: make(map[string]int), done: make(chan struct{})}
}

// stream is one connection. What happens marks it; the goroutine that serves the
// connection then reads what there is to send.
type stream struct {
	workspace crm.ID
	channel   crm.ID
	keys      []string
	wake      chan struct{}

	mu       sync.Mutex
	contacts []crm.ID
	partial  bool // some key of the visitor's has no contact yet
	news
}

// news is what a stream has not sent yet.
type news struct {
	// seq is the newest event of the log that was looked at. Up to sent, nothing is left
	// that the visitor wasn't given: no cursor may pass it.
	seq, sent int64
	// gap is set where events were missed: the log must be read from sent on.
	gap bool
	// changed are messages of the visitor's contacts, in the order of the log.
	changed [][2]crm.ID
	// contact is set where the contact itself changed: perhaps it was read.
	contact bool
	// appeared is set where the visitor may have a contact now.
	appeared bool
	typing   *typing
}

type typing struct {
	contact crm.ID
	user    crm.ID
	on      bool
}

func newStream(c *call, contacts []crm.ID) *stream {
	st := &stream{workspace: c.ch.Workspace, channel: c.ch.ID, keys: c.visitor.keys(), wake: make(chan struct{}, 1)}
	st.gap = true // nothing is marked before the log was read
	st.setContacts(contacts)
	return st
}

// add lets a stream in, unless there are too many.
func (ss *streams) add(st *stream, l *Limits, visitorKey, ipKey string) bool {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if ss.over || ss.all >= l.StreamsAll || ss.held["v "+visitorKey] >= l.Streams || ss.held["ip "+ipKey] >= l.StreamsIP {
		return false
	}
	ss.all++
	ss.held["v "+visitorKey]++
	ss.held["ip "+ipKey]++
	if ss.of[st.workspace] == nil {
		ss.of[st.workspace] = make(map[*stream]struct{})
	}
	ss.of[st.workspace][st] = struct{}{}
	return true
}

func (ss *streams) remove(st *stream, visitorKey, ipKey string) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.all--
	for _, k := range []string{"v " + visitorKey, "ip " + ipKey} {
		if ss.held[k]--; ss.held[k] <= 0 {
			delete(ss.held, k)
		}
	}
	delete(ss.of[st.workspace], st)
	if len(ss.of[st.workspace]) == 0 {
		delete(ss.of, st.workspace)
	}
}

func (ss *streams) close() {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if !ss.over {
		ss.over = true
		close(ss.done)
	}
}

// Watched tells whether any visitor of the workspace has a stream open.
func (s *Service) Watched(workspace crm.ID) bool {
	s.streams.mu.Lock()
	defer s.streams.mu.Unlock()
	return len(s.streams.of[workspace]) > 0
}

// Tap takes what the agents' browsers get ([realtime.Hub.Tap]). It only marks the
// streams that something concerns: what they send they read themselves, through
// the one filter there is.
func (s *Service) Tap(_ context.Context, workspace crm.ID, pushes []wire.Push) {
	s.streams.mu.Lock()
	defer s.streams.mu.Unlock()
	list := s.streams.of[workspace]
	if len(list) == 0 {
		return
	}
	marks := make([]mark, 0, len(pushes))
	for i := range pushes {
		marks = append(marks, markOf(&pushes[i]))
	}
	for st := range list {
		st.take(marks)
	}
}

// mark is a push, reduced to what streams decide on.
type mark struct {
	seq     int64
	contact crm.ID
	message crm.ID
	channel crm.ID
	typing  *typing
}

func markOf(p *wire.Push) mark {
	var m mark
	// What isn't a number is none: 0 concerns nobody.
	m.seq, _ = strconv.ParseInt(p.Seq, 10, 64)
	m.contact, _ = crm.ParseID(p.ContactID)
	if p.Message != nil {
		m.message, _ = crm.ParseID(p.Message.ID)
		if p.Message.ChannelID != nil {
			m.channel, _ = crm.ParseID(*p.Message.ChannelID)
		}
	}
	if p.Type == "typing" && p.Who == "user" && p.On != nil {
		user, _ := crm.ParseID(p.UserID)
		m.typing = &typing{contact: m.contact, user: user, on: *p.On}
	}
	return m
}

func (st *stream) take(marks []mark) {
	st.mu.Lock()
	defer st.mu.Unlock()
	stir := false
	for _, m := range marks {
		mine := m.contact != 0 && contains(st.contacts, m.contact)
		if m.typing != nil {
			if mine {
				st.typing, stir = m.typing, true
			}
			continue
		}
		if m.seq == 0 || m.seq <= st.seq {
			continue
		}
		if m.seq > st.seq+1 {
			// Missed: by a lost follower, or from before it began.
			st.gap = true
		}
		if st.gap {
			stir = true
			continue // seq stays before it
		}
		st.seq = m.seq
		switch {
		case mine && m.message != 0:
			if m.channel == st.channel {
				st.changed = append(st.changed, [2]crm.ID{m.contact, m.message})
			}
			st.contact, stir = true, true
		case mine:
			st.contact, stir = true, true
		case st.partial && m.message != 0 && m.channel == st.channel:
			st.appeared, stir = true, true
		}
	}
	if !st.due() {
		st.sent = st.seq
	}
	if stir {
		select {
		case st.wake <- struct{}{}:
		default:
		}
	}
}

// due tells whether the log holds something that is still to be sent.
func (n *news) due() bool { return n.gap || n.contact || n.appeared || len(n.changed) > 0 }

// takeNews returns what there is to send and forgets it: where sending fails the
// stream ends.
func (st *stream) takeNews() news {
	st.mu.Lock()
	defer st.mu.Unlock()
	n := st.news
	st.news = news{seq: n.seq, sent: n.seq}
	return n
}

// given returns up to where the visitor was given everything.
func (st *stream) given() int64 {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.sent
}

// caughtUp puts the stream behind what was read from the log.
func (st *stream) caughtUp(seq int64) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.seq, st.sent = max(st.seq, seq), max(st.sent, seq)
}

func (st *stream) setContacts(ids []crm.ID) (changed bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	changed = len(ids) != len(st.contacts)
	for i := range ids {
		changed = changed || ids[i] != st.contacts[i]
	}
	st.contacts, st.partial = ids, len(ids) < len(st.keys)
	return changed
}
