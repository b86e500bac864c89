package httpapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
	"github.com/bandeja/bandeja/internal/sim"
)

// listener is a browser's live connection, over server-sent events.
type listener struct {
	status int
	mu     sync.Mutex
	pushes []wire.Push
	closed bool
	// dropped is set when the server says that the connection is over.
	dropped bool
}

func (r *rig) listen(token string) *listener {
	r.t.Helper()
	if token == "" {
		return r.listenWith("", "")
	}
	return r.listenWith("Authorization", "Bearer "+token)
}

// listenAs listens as one of the staff, by their session.
func (s *staff) listenAs(who string) *listener { return s.listenWith("Cookie", s.cookies[who]) }

func (r *rig) listenWith(name, value string) *listener {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.srv.URL+"/realtime/sse?cf_connect="+url.QueryEscape(`{"id":1,"connect":{}}`), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	if name != "" {
		req.Header.Set(name, value)
	}
	resp, err := (&http.Client{}).Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	l := &listener{status: resp.StatusCode}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return l
	}
	connected := make(chan struct{})
	go func() {
		defer resp.Body.Close()
		lines := bufio.NewReaderSize(resp.Body, 1<<20)
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				l.mu.Lock()
				l.closed = true
				l.mu.Unlock()
				return
			}
			data, ok := strings.CutPrefix(line, "data: ")
			if !ok {
				continue
			}
			for frame := range strings.SplitSeq(strings.TrimSpace(data), "\n") {
				l.take(frame, connected)
			}
		}
	}()
	<-connected
	return l
}

func (l *listener) take(frame string, connected chan struct{}) {
	var in struct {
		Connect *struct{}
		Push    *struct {
			Pub        struct{ Data json.RawMessage }
			Disconnect *struct{ Code int }
		}
	}
	if json.Unmarshal([]byte(frame), &in) != nil {
		return
	}
	if in.Connect != nil {
		close(connected)
	}
	if in.Push == nil {
		return
	}
	if in.Push.Disconnect != nil {
		l.mu.Lock()
		l.dropped = true
		l.mu.Unlock()
		return
	}
	var many []wire.Push
	if json.Unmarshal(in.Push.Pub.Data, &many) != nil {
		many = make([]wire.Push, 1)
		if json.Unmarshal(in.Push.Pub.Data, &many[0]) != nil {
			return
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pushes = append(l.pushes, many...)
}

// over tells whether the server has ended the connection.
func (l *listener) over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dropped || l.closed
}

// find returns the first push that ok takes.
func (l *listener) find(ok func(wire.Push) bool) *wire.Push {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.pushes {
		if ok(l.pushes[i]) {
			return &l.pushes[i]
		}
	}
	return nil
}

// last returns the newest push that ok takes.
func (l *listener) last(ok func(wire.Push) bool) (found *wire.Push) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.pushes {
		if ok(l.pushes[i]) {
			found = &l.pushes[i]
		}
	}
	return found
}

func number(t *testing.T, seq string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(seq, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestLive(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		r.connect("telegram")
		if l := r.listen(""); l.status != http.StatusUnauthorized {
			t.Errorf("a stranger's connection: %d", l.status)
		}
		stranger := r.strange()
		agent, other := r.listen(r.tokens["agent"]), r.listen(r.token(stranger))

		r.sim.SendText(sim.TelegramAccount, "7001001", "en vivo")
		r.eventually("the message arrives live", func() bool {
			return agent.find(func(p wire.Push) bool { return p.Type == "message" && p.Message.Content.Text == "en vivo" }) != nil
		})
		r.eventually("the counts move", func() bool {
			return agent.find(func(p wire.Push) bool { return p.Type == "counts" && len(p.Inboxes) > 0 && p.Inboxes[0].Open == 1 }) != nil
		})
		contact := r.contactOf("Luc")
		typing := func(on bool) func() bool {
			return func() bool {
				return agent.find(func(p wire.Push) bool {
					return p.Type == "typing" && p.Who == "user" && p.ContactID == contact && *p.On == on
				}) != nil
			}
		}
		r.do(r.tokens["owner"], "POST", "/contacts/"+contact+"/typing", map[string]any{"on": true, "comment": true})
		r.eventually("a colleague's typing shows", typing(true))
		r.do(r.tokens["owner"], "POST", "/contacts/"+contact+"/typing", map[string]any{"on": false})
		r.eventually("its end too", typing(false))
		if r.sim.Typing(sim.TelegramAccount, "7001001") {
			t.Error("the contact is told that a comment is written")
		}
		r.do(r.tokens["owner"], "POST", "/contacts/"+contact+"/typing", map[string]any{"on": true})
		r.eventually("the contact sees that an answer is written", func() bool { return r.sim.Typing(sim.TelegramAccount, "7001001") })
		owner := r.listen(r.tokens["owner"])
		r.signIn("owner@example.com")
		cookie := r.signIn("agent@example.com")
		if a := r.do("", "PUT", "/me/activity", map[string]string{"status": "busy"}, "Cookie", cookie); a.status != http.StatusNoContent {
			t.Fatalf("being busy: %d %s", a.status, a.body)
		}
		statuses := func(p wire.Push) string {
			var out []string
			for _, s := range p.Statuses {
				out = append(out, s.Status)
			}
			slices.Sort(out)
			return strings.Join(out, " ")
		}
		r.eventually("both see who is there", func() bool {
			both := func(p wire.Push) bool { return p.Type == "presence" && statuses(p) == "busy online" }
			return agent.find(both) != nil && owner.find(both) != nil
		})
		r.do("", "DELETE", "/session", nil, "Cookie", cookie)
		r.eventually("who signs out is gone", func() bool {
			p := owner.last(func(p wire.Push) bool { return p.Type == "presence" })
			return p != nil && statuses(*p) == "online"
		})

		// What was missed is asked for by seq, without a gap.
		first := agent.find(func(p wire.Push) bool { return p.Seq != "" })
		r.sim.SendText(sim.TelegramAccount, "7001001", "segundo")
		r.eventually("the second one too", func() bool {
			return agent.find(func(p wire.Push) bool { return p.Type == "message" && p.Message.Content.Text == "segundo" }) != nil
		})
		var missed struct{ Items []wire.Push }
		r.do(r.tokens["agent"], "GET", "/events?after="+first.Seq, nil).into(t, &missed)
		agent.mu.Lock()
		var live []string
		for _, p := range agent.pushes {
			if p.Seq != "" && p.Seq != first.Seq {
				live = append(live, p.Seq)
			}
		}
		agent.mu.Unlock()
		var asked []string
		for _, p := range missed.Items {
			asked = append(asked, p.Seq)
		}
		if len(asked) == 0 || strings.Join(asked, " ") != strings.Join(live, " ") {
			t.Errorf("live %v, asked for %v", live, asked)
		}
		if p := other.find(func(p wire.Push) bool { return p.Type != "presence" && p.Type != "counts" }); p != nil {
			t.Errorf("another workspace saw %+v", p)
		}
		if p := other.find(func(p wire.Push) bool { return len(p.Statuses) > 0 }); p != nil {
			t.Errorf("another workspace saw who is online: %+v", p)
		}
	})
}

// What a connection was opened with may end: while it is open, and also between its
// request and its first word, which the browser can keep back.
func TestALiveConnectionEndsWithItsToken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		token := r.tokens["agent"]
		open := r.listen(token)
		stays := r.listen(r.tokens["owner"])

		arrived := make(chan struct{})
		body, words := io.Pipe()
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got100Continue: func() { close(arrived) }})
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.srv.URL+"/realtime/http_stream", body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Expect", "100-continue")
		answered := make(chan string, 1)
		go func() {
			client := http.Client{Transport: &http.Transport{ExpectContinueTimeout: time.Minute}}
			resp, err := client.Do(req)
			if err != nil {
				answered <- err.Error()
				return
			}
			defer resp.Body.Close()
			first, err := bufio.NewReader(resp.Body).ReadString('\n')
			if err != nil && !errors.Is(err, io.EOF) {
				first = err.Error()
			}
			answered <- first
		}()
		<-arrived // whoever asks is known by now

		var tokens struct{ Items []idOnly }
		r.do(token, "GET", "/tokens", nil).into(t, &tokens)
		for _, x := range tokens.Items {
			if a := r.do(token, "DELETE", "/tokens/"+x.ID, nil); a.status != http.StatusNoContent {
				t.Fatalf("revoking: %d %s", a.status, a.body)
			}
		}
		if _, err := io.WriteString(words, `{"id":1,"connect":{}}`); err != nil {
			t.Error(err)
		}
		_ = words.Close()
		if got := <-answered; strings.Contains(got, `"client"`) || !strings.Contains(got, `"code":3500`) {
			t.Errorf("connecting after the token was revoked: %s", got)
		}
		r.eventually("the open connection ends", func() bool {
			open.mu.Lock()
			defer open.mu.Unlock()
			return open.dropped
		})
		stays.mu.Lock()
		defer stays.mu.Unlock()
		if stays.dropped || stays.closed {
			t.Error("somebody else's connection ended too")
		}
	})
}

// A restriction holds for the tokens made before it, with the reason.
func TestTokensOfARestrictedUser(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStaff(t, d)
		token := s.tokens["manager"]
		live := s.listen(token)
		restrict := func(list ...string) {
			t.Helper()
			s.as("owner", "PATCH", "/users/"+s.id("manager"), map[string]any{"restrictions": append([]string{}, list...)}).into(t, nil)
		}
		restrict("integrations")
		said(t, "a call", s.do(token, "GET", "/me", nil), 403, "tokens_not_allowed")
		s.eventually("what listens by it hears no more", live.over)
		if l := s.listen(token); l.status != http.StatusForbidden {
			t.Errorf("listening again: %d", l.status)
		}
		var tokens struct{ Items []idOnly }
		s.as("manager", "GET", "/tokens", nil).into(t, &tokens)
		if len(tokens.Items) != 1 {
			t.Errorf("the user sees %v of their tokens", tokens.Items)
		}
		restrict()
		s.do(token, "GET", "/me", nil).into(t, nil)
		restrict("integrations")
		s.as("manager", "DELETE", "/tokens/"+tokens.Items[0].ID, nil).into(t, nil)
		restrict()
		said(t, "what was revoked meanwhile", s.do(token, "GET", "/me", nil), 401, "unauthenticated")
	})
}

// strange makes an owner of another workspace.
func (r *rig) strange() crm.Viewer {
	r.t.Helper()
	stranger := r.owner
	err := r.d.Write(r.t.Context(), func(tx *db.Tx) error {
		stranger.Workspace, stranger.User = tx.NewID(), tx.NewID()
		for q, args := range map[string][]any{
			`INSERT INTO workspace (id, name, timezone, language, unassign_on_close, created_at) VALUES ($1, 'other', 'UTC', 'en', TRUE, 0)`: {stranger.Workspace},
			`INSERT INTO app_user (id, email, name, password_hash, language, created_at) VALUES ($1, 's@example.com', 'S', '', 'en', 0)`:     {stranger.User},
			`INSERT INTO member (workspace_id, user_id, role, joined_at) VALUES ($1, $2, 'owner', 0)`:                                        {stranger.Workspace, stranger.User},
		} {
			if _, err := tx.Exec(q, args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return stranger
}
