package webchat

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
	"github.com/bandeja/bandeja/internal/realtime"
)

// live feeds the service what the hub would.
func (r *rig) live() {
	r.t.Helper()
	names, err := account.NewDirectory(r.d).Names(r.t.Context(), r.ch.Workspace)
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = r.log.Follow(ctx, eventlog.Follower{Name: "test", FromNow: true, Handle: func(ctx context.Context, ws crm.ID, events []eventlog.Event) error {
			pushes, err := realtime.Hydrate(ctx, r.d, ws, events, names)
			if err == nil {
				r.svc.Tap(ctx, ws, pushes)
			}
			return err
		}})
	}()
	r.t.Cleanup(func() { cancel(); <-done })
}

type heard struct{ event, id, data string }

// listen opens a visitor's stream.
func (r *rig) listen(token, after string) (next func() heard, stop func()) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	req, err := http.NewRequestWithContext(ctx, "GET", r.srv.URL+"/widget/"+r.ch.Key+"/stream?token="+url.QueryEscape(token), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Origin", r.site)
	req.Header.Set("Last-Event-ID", after)
	resp, err := r.srv.Client().Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		r.t.Fatalf("stream: %d %v", resp.StatusCode, resp.Header)
	}
	lines := bufio.NewScanner(resp.Body)
	next = func() heard {
		r.t.Helper()
		var e heard
		for lines.Scan() {
			line := lines.Text()
			switch k, v, _ := strings.Cut(line, ": "); k {
			case "event":
				e.event = v
			case "id":
				e.id = v
			case "data":
				e.data = v
			case "":
				return e
			}
		}
		r.t.Fatalf("the stream ended: %v", lines.Err())
		return e
	}
	stop = func() { cancel(); _ = resp.Body.Close() }
	r.t.Cleanup(stop)
	return next, stop
}

// until reads events to the first message with the text, and returns the newest
// cursor and all that was read.
func until(next func() heard, text string) (cursor, all string) {
	for {
		e := next()
		all += e.event + " " + e.data + "\n"
		if e.id != "" {
			cursor = e.id
		}
		if e.event == "message" && strings.Contains(e.data, text) {
			return cursor, all
		}
	}
}

func TestStream(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, nil)
		r.live()
		v := r.visitor(nil)
		next, stop := r.listen(v.Token, "")
		if e := next(); e.event != "ping" || e.id == "" {
			t.Fatalf("the first word is %+v", e)
		}
		// The visitor has no contact yet: the stream finds it when it is made.
		r.say(v.Token, Input{CID: "a", T: "message", Text: "hello"})
		for next().event != "reset" {
		}
		contact := r.onlyContact()
		r.agentSays(contact, "secret comment", true)
		r.agentSays(contact, "first answer", false)
		cursor, all := until(next, "first answer")
		if strings.Contains(all, "secret") || strings.Contains(all, "Medina") || !strings.Contains(all, `"from":"Laura"`) {
			t.Errorf("the visitor heard %s", all)
		}
		for cursor == "" {
			cursor = next().id
		}
		stop()

		// What is said meanwhile comes when the visitor is back, once, in order.
		for _, text := range []string{"second", "third"} {
			r.agentSays(contact, text+" answer", false)
		}
		r.agentSays(contact, "another secret", true)
		r.eventually("the answers are sent", func() bool { return r.number(`SELECT COUNT(*) FROM message WHERE status = 'sent'`) == 3 })
		next, _ = r.listen(v.Token, cursor)
		_, all = until(next, "third answer")
		if strings.Count(all, "second answer") != 1 || strings.Contains(all, "secret") || strings.Index(all, "second") > strings.Index(all, "third") {
			t.Errorf("the visitor came back to %s", all)
		}

		yes := true
		r.svc.Tap(t.Context(), r.ch.Workspace, []wire.Push{{Type: "typing", Who: "user", UserID: r.who.User.String(), ContactID: contact.String(), On: &yes}})
		for {
			if e := next(); e.event == "typing" {
				if e.data != `{"on":true,"from":"Laura"}` {
					t.Errorf("typing is %s", e.data)
				}
				break
			}
		}

		// A cursor of somebody else's says nothing about this visitor's place.
		other := r.visitor(nil)
		next, _ = r.listen(other.Token, cursor)
		if e := next(); e.event != "reset" || strings.Contains(e.data, "answer") {
			t.Errorf("with another's cursor: %+v", e)
		}
	})
}

// Missing part of the log, as by a restart between connecting and following, is
// made good from the database.
func TestStreamFillsGaps(t *testing.T) {
	r := newRig(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)), nil)
	v := r.visitor(nil)
	r.say(v.Token, Input{CID: "a", T: "message", Text: "hello"})
	r.eventually("the message is in", func() bool { return r.number(`SELECT COUNT(*) FROM message`) == 1 })
	next, _ := r.listen(v.Token, "")
	next()
	next() // from here on only what is marked is sent
	r.agentSays(r.onlyContact(), "missed", false)
	r.eventually("the answer is sent", func() bool { return r.number(`SELECT COUNT(*) FROM message WHERE status = 'sent'`) == 1 })
	// Nobody told the stream; the next push it gets lies beyond the gap.
	r.svc.Tap(t.Context(), r.ch.Workspace, []wire.Push{{Seq: "1000", Type: "skip"}})
	_, _ = until(next, "missed")
}

func TestStreamsAreBounded(t *testing.T) {
	r := newRig(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)), nil)
	v := r.visitor(nil)
	for range DefaultLimits().Streams {
		next, _ := r.listen(v.Token, "")
		next()
	}
	if status := r.call("GET", "stream", v.Token, nil, nil); status != http.StatusTooManyRequests {
		t.Errorf("one stream too many: %d", status)
	}
}

// Polling tells the same as the stream.
func TestPolling(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, nil)
		v := r.visitor(nil)
		for i, text := range []string{"one", "two", "three", "four", "five"} {
			r.say(v.Token, Input{CID: string(rune('a' + i)), T: "message", Text: text})
		}
		r.eventually("all are in", func() bool { return r.number(`SELECT COUNT(*) FROM message`) == 5 })
		var p Page
		r.call("GET", "messages?limit=2", v.Token, nil, &p)
		texts := func() (out []string) {
			for _, m := range p.Items {
				out = append(out, m.Text)
			}
			return out
		}
		if got := texts(); !slices.Equal(got, []string{"four", "five"}) || !p.HasBefore || p.Read {
			t.Errorf("the newest page is %v, before %v, read %v", got, p.HasBefore, p.Read)
		}
		cursor := p.Cursor
		r.call("GET", "messages?limit=9&before="+p.Items[0].ID, v.Token, nil, &p)
		if got := texts(); !slices.Equal(got, []string{"one", "two", "three"}) || p.HasBefore {
			t.Errorf("the page before is %v, more %v", got, p.HasBefore)
		}
		r.agentSays(r.onlyContact(), "answer", false)
		r.eventually("the answer comes by polling", func() bool {
			p = Page{}
			r.call("GET", "messages?after="+cursor, v.Token, nil, &p)
			return len(p.Items) == 1 && p.Items[0].Text == "answer" && p.Read && !p.Reset
		})
		for _, bad := range []string{"x", cursor + "A", r.svc.cursor(r.ch, visitor{ID: "other"}, 1)} {
			p = Page{}
			r.call("GET", "messages?after="+bad, v.Token, nil, &p)
			if !p.Reset || len(p.Items) != 6 {
				t.Errorf("a cursor that isn't ours: %+v", p)
			}
		}
	})
}

// Delivered and seen come from the widget; a visitor can't speak for another.
func TestReceipts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, nil)
		v, stranger := r.visitor(nil), r.visitor(nil)
		r.say(v.Token, Input{CID: "a", T: "message", Text: "hello"})
		r.eventually("the message is in", func() bool { return r.number(`SELECT COUNT(*) FROM message`) == 1 })
		r.agentSays(r.onlyContact(), "answer", false)
		r.eventually("the answer is there", func() bool { return len(r.history(v.Token).Items) == 2 })
		id := r.history(v.Token).Items[1].ID
		status := func() (s string) {
			err := d.Read(t.Context(), func(tx *db.Tx) error {
				return tx.Row(`SELECT status FROM message WHERE direction = 'outgoing'`, nil, &s)
			})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		r.say(stranger.Token, Input{CID: "z", T: "message", Text: "me too"}, Input{CID: "y", T: "seen", UpTo: id})
		r.eventually("the stranger's events are in", func() bool { return r.number(`SELECT COUNT(*) FROM job`) == 0 })
		if got := status(); got != "sent" {
			t.Errorf("after a stranger's receipt the status is %s", got)
		}
		r.say(v.Token, Input{CID: "d", T: "delivered", UpTo: id})
		r.eventually("it is delivered", func() bool { return status() == "delivered" })
		r.say(v.Token, Input{CID: "s", T: "seen", UpTo: id}, Input{CID: "p", T: "page", URL: "https://shop.example/x", Title: "X"})
		r.eventually("it is read", func() bool { return status() == "read" && r.history(v.Token).Items[1].Seen })
		r.eventually("the page is on the timeline", func() bool { return r.number(`SELECT COUNT(*) FROM event WHERE kind = 'page_change'`) == 1 })

		r.say(v.Token, Input{CID: "t", T: "typing", On: true})
		if n := r.hub.typed.Load(); n != 1 {
			t.Errorf("the agents were told %d times that the visitor writes", n)
		}
		if n := r.number(`SELECT COUNT(*) FROM inbound`); n != 5 {
			t.Errorf("%d rows stored, want 5: typing and a stranger's receipt are none", n)
		}
	})
}

// Nothing of a message of ours that failed, waits or was deleted is shown.
func TestOnlySentMessagesAreShown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, nil)
		v := r.visitor(nil)
		r.say(v.Token, Input{CID: "a", T: "message", Text: "hello"})
		r.eventually("the message is in", func() bool { return r.number(`SELECT COUNT(*) FROM message`) == 1 })
		contact := r.onlyContact()
		for _, text := range []string{"queued one", "failed one", "deleted one", "uncertain one", "elsewhere"} {
			r.agentSays(contact, text, false)
		}
		r.eventually("all are sent", func() bool { return len(r.history(v.Token).Items) == 6 })
		set := func(change, text string) {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(`UPDATE message SET `+change+` WHERE content LIKE $1`, "%"+text+"%")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		set(`status = 'queued'`, "queued")
		set(`status = 'failed'`, "failed")
		set(`status = 'uncertain'`, "uncertain")
		set(`deleted_at = 5`, "deleted")
		set(`channel_id = 77`, "elsewhere")
		b, err := json.Marshal(r.history(v.Token).Items)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"queued", "failed", "uncertain", "deleted one", "elsewhere"} {
			if bytes.Contains(b, []byte(text)) {
				t.Errorf("the visitor sees the message %q: %s", text, b)
			}
		}
		if !bytes.Contains(b, []byte(`"deleted":true`)) {
			t.Errorf("a deleted message leaves no trace: %s", b)
		}
	})
}
