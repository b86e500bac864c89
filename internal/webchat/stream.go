package webchat

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/inbox"
)

const (
	// heartbeat keeps proxies from closing an idle stream, and tells the widget
	// that it still lives.
	heartbeat = 20 * time.Second
	// writeWithin is how long a browser may take to accept an event.
	writeWithin = 15 * time.Second
)

// Typing tells a visitor that an agent is writing.
type Typing struct {
	On   bool   `json:"on"`
	From string `json:"from,omitempty"`
}

// Ping says that the stream lives, and whether anybody of the team is there.
type Ping struct {
	Online bool `json:"online"`
}

// sse writes Server-Sent Events.
type sse struct {
	w   http.ResponseWriter
	ctl *http.ResponseController
}

// send writes one event and pushes it out. An empty id leaves the last one.
func (e sse) send(event, id string, data any) error {
	b, err := json.Marshal(data)
	if err != nil {
		return err
	}
	var head strings.Builder
	head.WriteString("event: " + event + "\n")
	if id != "" {
		head.WriteString("id: " + id + "\n")
	}
	// Without deadlines (tests, some proxies) a slow reader is found by its buffers.
	_ = e.ctl.SetWriteDeadline(time.Now().Add(writeWithin))
	if _, err := fmt.Fprintf(e.w, "%sdata: %s\n\n", head.String(), b); err != nil {
		return err
	}
	return e.ctl.Flush()
}

// stream keeps a visitor up to date: message, typing, read, and reset where the
// widget should load its history anew. Every event that has been sent moves the
// cursor, which the widget gives back as Last-Event-ID.
func (s *Service) stream(w http.ResponseWriter, r *http.Request, c *call) error {
	owners, err := s.owners(r.Context(), c.ch, c.visitor)
	if err != nil {
		return err
	}
	st := newStream(c, contactsOf(owners, c.visitor))
	visitorKey, ipKey := c.ch.ID.String()+c.visitor.ID, account.AddressKey(c.frame.IP)
	if !s.streams.add(st, s.Limits, visitorKey, ipKey) {
		return throttled(heartbeat)
	}
	defer s.streams.remove(st, visitorKey, ipKey)

	out := sse{w, http.NewResponseController(w)}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	if err := s.begin(r.Context(), c, st, out, lastEventID(r)); err != nil {
		return nil // the answer has begun: the widget comes back
	}
	if err := s.follow(r.Context(), c, st, out); err != nil && r.Context().Err() == nil {
		s.Logger.Debug("a visitor's stream ended", "channel", c.ch.ID, "err", err)
	}
	return nil
}

func lastEventID(r *http.Request) string {
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		return id
	}
	return r.URL.Query().Get("after")
}

// begin sends what the visitor missed since the cursor. Without one that is from here
// on: the widget has just loaded its history, or will.
func (s *Service) begin(ctx context.Context, c *call, st *stream, out sse, cursor string) error {
	seq, ok := s.openCursor(c.ch, c.visitor, cursor)
	first := ""
	if !ok {
		head, err := s.head(ctx, c)
		if err != nil {
			return err
		}
		first, seq = s.cursor(c.ch, c.visitor, head), head
	}
	st.rest(seq)
	if !ok && cursor != "" {
		return out.send("reset", first, struct{}{})
	}
	// The first word goes out at once, by which the widget knows that nothing on the
	// way holds the stream back.
	if err := out.send("ping", first, Ping{Online: s.online(c.ch)}); err != nil {
		return err
	}
	return s.catchUp(ctx, c, st, out, seq)
}

func (s *Service) head(ctx context.Context, c *call) (head int64, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		head, err = eventlog.Head(tx, c.ch.Workspace)
		return err
	})
	return head, err
}

// rest makes the stream take marks from seq on.
func (st *stream) rest(seq int64) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.news = news{seq: seq, sent: seq}
}

// catchUp reads the log from seq on and sends what is in it. Whose contact the visitor
// is, it looks up in the same snapshot: of one made meanwhile nothing would be found
// below the cursor that is sent.
func (s *Service) catchUp(ctx context.Context, c *call, st *stream, out sse, seq int64) error {
	names, err := s.Directory.Names(ctx, c.ch.Workspace)
	if err != nil {
		return err
	}
	var items []Message
	var head int64
	read, reset := false, false
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if head, err = eventlog.Head(tx, c.ch.Workspace); err != nil {
			return err
		}
		owners, err := contact.FindIdentities(tx, c.ch.Workspace, c.ch.Space(), c.visitor.keys())
		if err != nil {
			return err
		}
		contacts := contactsOf(owners, c.visitor)
		if reset = st.setContacts(contacts) || reset || head-seq > maxChanges; reset {
			return nil
		}
		list, err := s.changed(tx, c, contacts, seq)
		if err != nil {
			return err
		}
		if read, err = allRead(tx, c.ch.Workspace, contacts); err != nil {
			return err
		}
		items, err = s.shown(tx, c, list, names)
		return err
	})
	if err != nil {
		return err
	}
	st.caughtUp(head)
	if reset {
		return out.send("reset", s.cursor(c.ch, c.visitor, head), struct{}{})
	}
	return s.deliver(c, out, items, read, head)
}

func (st *stream) owned() []crm.ID {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.contacts
}

// deliver sends messages. Only the last event moves the cursor: whoever is cut off
// between gets all of them again.
func (s *Service) deliver(c *call, out sse, items []Message, read bool, seq int64) error {
	cursor := s.cursor(c.ch, c.visitor, seq)
	for _, m := range items {
		if err := out.send("message", "", m); err != nil {
			return err
		}
	}
	if read {
		return out.send("read", cursor, struct{}{})
	}
	return out.send("ping", cursor, Ping{Online: s.online(c.ch)})
}

// follow sends what the marks say until the visitor leaves.
func (s *Service) follow(ctx context.Context, c *call, st *stream, out sse) error {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.streams.done:
			return nil
		case <-st.wake:
			if err := s.sendNews(ctx, c, st, out); err != nil {
				return err
			}
		case <-beat.C:
			if err := s.beat(ctx, c, st, out); err != nil {
				return err
			}
		}
	}
}

// beat looks whether the visitor may still be here, and whose contact it is by
// now, and says a word.
func (s *Service) beat(ctx context.Context, c *call, st *stream, out sse) error {
	ch, err := s.channel(ctx, c.ch.Key)
	if err != nil {
		return err
	}
	c.ch = ch
	if time.Now().Unix() >= c.visitor.Expires {
		return refuse(codeSession)
	}
	// Before whose contact it is: what is marked from here on may not have been sent.
	seq := st.given()
	if err := s.resolve(ctx, c, st, out); err != nil {
		return err
	}
	return out.send("ping", s.cursor(c.ch, c.visitor, seq), Ping{Online: s.online(c.ch)})
}

// resolve finds the visitor's contacts anew. Where they are others than before,
// the history is another too.
func (s *Service) resolve(ctx context.Context, c *call, st *stream, out sse) error {
	owners, err := s.owners(ctx, c.ch, c.visitor)
	if err != nil || !st.setContacts(contactsOf(owners, c.visitor)) {
		return err
	}
	return out.send("reset", "", struct{}{})
}

func (s *Service) sendNews(ctx context.Context, c *call, st *stream, out sse) error {
	n := st.takeNews()
	if n.appeared {
		if err := s.resolve(ctx, c, st, out); err != nil {
			return err
		}
	}
	if n.typing != nil {
		if err := s.sendTyping(ctx, c, out, n.typing); err != nil {
			return err
		}
	}
	if n.gap {
		return s.catchUp(ctx, c, st, out, n.sent) // what was marked before the gap too
	}
	if !n.contact && len(n.changed) == 0 {
		return nil
	}
	names, err := s.Directory.Names(ctx, c.ch.Workspace)
	if err != nil {
		return err
	}
	var items []Message
	read := false
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		contacts := st.owned()
		var list []*inbox.Message
		if len(n.changed) > 0 {
			if list, err = exchanged(tx, c, n.changed); err != nil {
				return err
			}
		}
		if read, err = allRead(tx, c.ch.Workspace, contacts); err != nil {
			return err
		}
		items, err = s.shown(tx, c, list, names)
		return err
	})
	if err != nil {
		return err
	}
	return s.deliver(c, out, items, read, n.seq)
}

func (s *Service) sendTyping(ctx context.Context, c *call, out sse, t *typing) error {
	if t.on && !s.typingTo(ctx, c, t.contact) {
		return nil
	}
	names, err := s.Directory.Names(ctx, c.ch.Workspace)
	if err != nil {
		return err
	}
	return out.send("typing", "", Typing{On: t.on, From: firstName(names(t.user))})
}

// typingTo tells whether the agents' next message to the contact would reach this
// channel: a visitor needn't know that somebody answers on WhatsApp.
func (s *Service) typingTo(ctx context.Context, c *call, id crm.ID) bool {
	var last crm.ID
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		ct, err := contact.Get(tx, c.ch.Workspace, id, false)
		if err == nil {
			last = ct.Last.Channel
		}
		return err
	})
	return err == nil && last == c.ch.ID
}
