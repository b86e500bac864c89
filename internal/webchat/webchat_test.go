package webchat

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/blob"
	"github.com/bandeja/bandeja/internal/channel"
	adapter "github.com/bandeja/bandeja/internal/channel/webchat"
	"github.com/bandeja/bandeja/internal/config"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/gateway"
	"github.com/bandeja/bandeja/internal/inbox"
	"github.com/bandeja/bandeja/internal/jobs"
)

// quietHub stands for the agents' browsers: there are none, but it counts what
// they would be told.
type quietHub struct{ typed atomic.Int32 }

func (h *quietHub) Typing(crm.ID, crm.ID, crm.ID, crm.ID, bool) { h.typed.Add(1) }
func (h *quietHub) Available(crm.ID) bool                       { return false }

// rig is web chat with a visitor's side and an agent's.
type rig struct {
	t    *testing.T
	d    *db.DB
	in   *inbox.Inbox
	gw   *gateway.Gateway
	log  *eventlog.Log
	svc  *Service
	hub  *quietHub
	ch   *gateway.Channel
	srv  *httptest.Server
	who  crm.Viewer
	site string
}

func newRig(t *testing.T, d *db.DB, values channel.Config) *rig {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	logger := slog.New(slog.DiscardHandler)
	files, err := blob.Open(t.TempDir(), d)
	must(err)
	keys, err := config.NewKeyring("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")
	must(err)
	events, queue := eventlog.New(d, logger), jobs.New(d, logger)
	gw := gateway.New(gateway.Options{DB: d, Queue: queue, Events: events, Files: files, Keys: keys, Adapters: []channel.Adapter{adapter.New()}, Logger: logger, MaxUpload: 1 << 20})
	r := &rig{t: t, d: d, in: inbox.New(events, gw, logger), gw: gw, log: events, hub: &quietHub{}, site: "https://shop.example"}
	r.who, err = account.New(d, events).Setup(t.Context(), account.NewWorkspace{Name: "Shop"}, account.NewUser{Name: "Laura Medina", Email: "l@example.com", Password: "a quiet password"})
	must(err)
	r.ch, err = gw.Create(t.Context(), r.who, adapter.Type, "Shop", values, false)
	must(err)
	s := New(Options{DB: d, Gateway: gw, Directory: account.NewDirectory(d), Files: files, Keys: keys, Hub: r.hub, Logger: logger})
	r.svc = s
	mux := http.NewServeMux()
	for pattern, h := range s.Handlers() {
		mux.Handle(pattern, h)
	}
	r.srv = httptest.NewServer(mux)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := queue.Run(ctx); err != nil && ctx.Err() == nil {
			t.Error(err)
		}
	})
	wg.Go(func() { _ = s.Run(ctx) })
	t.Cleanup(func() { cancel(); r.srv.Close(); wg.Wait() })
	return r
}

// call makes a request from the visitor's site.
func (r *rig) call(method, path, token string, in any, out any) int {
	r.t.Helper()
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			r.t.Fatal(err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequest(method, r.srv.URL+"/widget/"+r.ch.Key+"/"+path, body)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Origin", r.site)
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := r.srv.Client().Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	if out != nil && resp.StatusCode == http.StatusOK {
		if err := json.Unmarshal(b, out); err != nil {
			r.t.Fatalf("%v in %s", err, b)
		}
	}
	return resp.StatusCode
}

func (r *rig) visitor(identify *Identity) Session {
	r.t.Helper()
	var s Session
	if status := r.call("POST", "session", "", sessionInput{Identify: identify}, &s); status != http.StatusOK {
		r.t.Fatalf("session: %d", status)
	}
	return s
}

func (r *rig) say(token string, events ...Input) []Result {
	r.t.Helper()
	var out struct{ Results []Result }
	if status := r.call("POST", "events", token, map[string]any{"events": events}, &out); status != http.StatusOK {
		r.t.Fatalf("events: %d", status)
	}
	return out.Results
}

func (r *rig) history(token string) (p Page) {
	r.t.Helper()
	if status := r.call("GET", "messages", token, nil, &p); status != http.StatusOK {
		r.t.Fatalf("messages: %d", status)
	}
	return p
}

func (r *rig) eventually(what string, ok func() bool) {
	r.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(3 * time.Millisecond) {
		if time.Now().After(deadline) {
			r.t.Fatalf("not in time: %s", what)
		}
	}
}

func (r *rig) number(q string) (n int) {
	r.t.Helper()
	if err := r.d.Read(r.t.Context(), func(tx *db.Tx) error { return tx.Row(q, nil, &n) }); err != nil {
		r.t.Fatal(err)
	}
	return n
}

func (r *rig) onlyContact() (id crm.ID) {
	r.t.Helper()
	if err := r.d.Read(r.t.Context(), func(tx *db.Tx) error { return tx.Row(`SELECT id FROM contact`, nil, &id) }); err != nil {
		r.t.Fatal(err)
	}
	return id
}

func (r *rig) agentSays(contact crm.ID, text string, comment bool) {
	r.t.Helper()
	err := r.d.Write(r.t.Context(), func(tx *db.Tx) error {
		_, err := r.in.Send(tx, r.who, contact, inbox.Outgoing{Comment: comment, Content: crm.Content{Kind: crm.KindText, Text: text}})
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// Any prefix of the events, sent any number of times, is stored once and in order.
func TestResentEventsAreStoredOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, nil)
		v := r.visitor(nil)
		var all []Input
		for i := range 12 {
			all = append(all, Input{CID: fmt.Sprintf("c%d", i), T: "message", Text: fmt.Sprintf("%02d", i)})
		}
		for i := range all {
			for range 1 + i%3 {
				for _, res := range r.say(v.Token, all[max(0, i-4):i+1]...) {
					if res.Problem != nil {
						t.Fatalf("%+v", res.Problem)
					}
				}
			}
		}
		r.eventually("everything is in", func() bool { return r.number(`SELECT COUNT(*) FROM job`) == 0 })
		var texts []string
		for _, m := range r.history(v.Token).Items {
			texts = append(texts, m.Text)
			if !m.Mine || m.CID == "" {
				t.Errorf("%+v", m)
			}
		}
		if got := strings.Join(texts, " "); got != "00 01 02 03 04 05 06 07 08 09 10 11" {
			t.Errorf("the history is %s", got)
		}
	})
}

// A visitor sees what was exchanged with them, and nothing else.
func TestNothingInternalReachesAVisitor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, nil)
		v, other := r.visitor(nil), r.visitor(nil)
		r.say(v.Token, Input{CID: "a", T: "message", Text: "hello"})
		r.eventually("the message is in", func() bool { return r.number(`SELECT COUNT(*) FROM message`) == 1 })
		contact := r.onlyContact()

		r.agentSays(contact, "a secret comment", true)
		r.agentSays(contact, "a public answer", false)
		r.eventually("the answer is in the history", func() bool { return len(r.history(v.Token).Items) == 2 })
		p := r.history(v.Token)
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("secret")) || bytes.Contains(text, []byte("Medina")) || p.Items[1].From != "Laura" {
			t.Errorf("a visitor sees %s", text)
		}
		if n := len(r.history(other.Token).Items); n != 0 {
			t.Errorf("another visitor sees %d messages", n)
		}
		if status := r.call("GET", "messages", v.Token+"x", nil, nil); status != http.StatusUnauthorized {
			t.Errorf("a forged token: %d", status)
		}
	})
}

func TestOrigins(t *testing.T) {
	for _, c := range []struct {
		list, origin string
		want         bool
	}{
		{"", "https://anything.example", true},
		{"shop.example", "https://shop.example", true},
		{"shop.example", "https://shop.example:443", true},
		{"shop.example", "https://shop.example:8443", false},
		{"shop.example", "https://evil-shop.example", false},
		{"shop.example", "https://shop.example.evil.com", false},
		{"https://shop.example", "http://shop.example", false},
		{"*.shop.example", "https://www.shop.example", true},
		{"*.shop.example", "https://shop.example", false},
		{"a.example\nb.example", "https://b.example", true},
		{"shop.example", "null", false},
	} {
		req := httptest.NewRequest("GET", "https://inbox.example/widget/k/config", nil)
		req.Header.Set("Origin", c.origin)
		if got := originAllowed(c.list, "https://inbox.example", req); got != c.want {
			t.Errorf("%q allows %s: %v, want %v", c.list, c.origin, got, c.want)
		}
	}
}

func TestForeignSitesAreRefused(t *testing.T) {
	r := newRig(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)), channel.Config{adapter.FieldOrigins: "shop.example"})
	v := r.visitor(nil)
	r.site = "https://evil.example"
	for _, path := range []string{"config", "messages"} {
		if status := r.call("GET", path, v.Token, nil, nil); status != http.StatusForbidden {
			t.Errorf("%s from another site: %d", path, status)
		}
	}
	if status := r.call("POST", "events", v.Token, map[string]any{"events": []Input{{CID: "a", T: "message", Text: "x"}}}, nil); status != http.StatusForbidden {
		t.Errorf("events from another site: %d", status)
	}
	if n := r.number(`SELECT COUNT(*) FROM inbound`); n != 0 {
		t.Errorf("%d events of another site were stored", n)
	}
}

// A person the host page vouches for is the same contact in every browser; a wrong
// signature is refused.
func TestIdentity(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, channel.Config{adapter.FieldSecret: "0123456789abcdef0123456789abcdef"})
		mac := hmac.New(sha256.New, []byte("0123456789abcdef0123456789abcdef"))
		mac.Write([]byte("42"))
		ana := &Identity{ID: "42", Hash: hex.EncodeToString(mac.Sum(nil)), Name: "Ana"}
		for _, hash := range []string{"", "00", strings.Repeat("0", 64), ana.Hash[:62]} {
			if status := r.call("POST", "session", "", sessionInput{Identify: &Identity{ID: "42", Hash: hash}}, nil); status != http.StatusForbidden {
				t.Errorf("hash %q: %d, want 403", hash, status)
			}
		}
		laptop, phone := r.visitor(ana), r.visitor(ana)
		if !laptop.Verified {
			t.Error("the signature was not taken")
		}
		r.say(laptop.Token, Input{CID: "a", T: "message", Text: "from the laptop"})
		r.say(phone.Token, Input{CID: "b", T: "message", Text: "from the phone"})
		r.eventually("both are in", func() bool { return r.number(`SELECT COUNT(*) FROM message`) == 2 })
		if n := r.number(`SELECT COUNT(*) FROM contact`); n != 1 {
			t.Errorf("one person is %d contacts", n)
		}
		if n := len(r.history(phone.Token).Items); n != 2 {
			t.Errorf("the phone shows %d of 2 messages", n)
		}
	})
}
