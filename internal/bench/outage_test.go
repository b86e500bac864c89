package bench_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/bench"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
)

// outage is a running server with a Telegram channel, and what it has accepted.
type outage struct {
	*bench.Server
	t       *testing.T
	ctx     context.Context
	channel bench.Channel
	next    int
	in, out []string // texts that were accepted

	mu   sync.Mutex
	sent []string // texts that reached the provider
}

func newOutage(t *testing.T, dir, databaseURL string) *outage {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	t.Cleanup(cancel)
	o := &outage{t: t, ctx: ctx, Server: &bench.Server{Binary: binary(t), DataDir: dir, DatabaseURL: databaseURL}}
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Text string }
		_ = json.NewDecoder(r.Body).Decode(&in)
		o.mu.Lock()
		defer o.mu.Unlock()
		if strings.HasSuffix(r.URL.Path, "/sendMessage") {
			o.sent = append(o.sent, in.Text)
			fmt.Fprintf(w, `{"ok":true,"result":{"message_id":%d,"date":1,"chat":{"id":7001001,"type":"private"}}}`, 1_000_000+len(o.sent))
			return
		}
		_, _ = io.WriteString(w, `{"ok":true,"result":{"id":1,"is_bot":true,"first_name":"B","username":"b_bot"}}`)
	}))
	t.Cleanup(provider.Close)
	if err := o.SetUp(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Start(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.Stop)
	var err error
	o.channel, err = o.Connect(ctx, "telegram", map[string]string{
		"bot_token": "123456789:AAoutageoutageoutageoutageoutageouta", "secret_token": "s", "api_base_url": provider.URL,
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// webhook posts a message of the one customer and returns the answer's status.
func (o *outage) webhook(text string) int {
	o.next++
	body := fmt.Sprintf(`{"update_id":%d,"message":{"message_id":%d,"date":%d,"text":%q,"from":{"id":7001001,"is_bot":false,"first_name":"Lucía"},`+
		`"chat":{"id":7001001,"type":"private","first_name":"Lucía"}}}`, o.next, o.next, time.Now().Unix(), text)
	status := o.Post(o.ctx, o.channel.WebhookURL, http.Header{"X-Telegram-Bot-Api-Secret-Token": {"s"}}, []byte(body))
	if status == http.StatusOK {
		o.in = append(o.in, text)
	}
	return status
}

func (o *outage) contact() string {
	o.t.Helper()
	var page struct {
		Items []struct{ ID string }
	}
	o.eventually("the contact is there", func() bool {
		_, err := o.Call(o.ctx, http.MethodGet, "/contacts?search=Lucia", "", nil, &page)
		return err == nil && len(page.Items) == 1
	})
	return page.Items[0].ID
}

// send writes to the customer and returns the answer's status.
func (o *outage) send(contact, text string) (int, error) {
	status, err := o.Call(o.ctx, http.MethodPost, "/contacts/"+contact+"/messages", "key-"+strings.ReplaceAll(strings.TrimRight(text, " z"), " ", "-"), map[string]string{"text": text}, nil)
	if err == nil {
		o.out = append(o.out, text)
	}
	return status, err
}

func (o *outage) eventually(what string, ok func() bool) {
	o.t.Helper()
	begun := time.Now()
	defer func() { o.t.Logf("%s after %v", what, time.Since(begun)) }()
	for deadline := time.Now().Add(60 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			o.t.Fatalf("not in time: %s\n%s", what, o.Output())
		}
	}
}

// check compares what was accepted with what the timeline and the provider have.
func (o *outage) check(contact string) {
	o.t.Helper()
	want := make(map[string]int)
	for _, text := range append(append([]string(nil), o.in...), o.out...) {
		want[text]++
	}
	o.eventually("all is sent", func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		return len(o.sent) >= len(o.out)
	})
	have := make(map[string]int)
	for after := "1"; ; {
		var page struct {
			Items []struct {
				ID      string
				Content struct{ Text string }
			}
			HasAfter bool `json:"has_after"`
		}
		if _, err := o.Call(o.ctx, http.MethodGet, "/contacts/"+contact+"/messages?limit=200&after="+after, "", nil, &page); err != nil {
			o.t.Fatal(err)
		}
		for _, it := range page.Items {
			if it.Content.Text != "" {
				have[it.Content.Text]++
			}
		}
		if !page.HasAfter || len(page.Items) == 0 {
			break
		}
		after = page.Items[len(page.Items)-1].ID
	}
	for text, n := range want {
		if have[text] != n {
			o.t.Errorf("%q was accepted %d times and is there %d times", text, n, have[text])
		}
	}
	for text, n := range have {
		if want[text] == 0 {
			o.t.Errorf("%q was refused and is there %d times", text, n)
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	seen := make(map[string]int)
	for _, text := range o.sent {
		if seen[text]++; seen[text] > 1 {
			o.t.Errorf("%q was sent twice", text)
		}
	}
	for _, text := range o.out {
		if seen[text] != 1 {
			o.t.Errorf("%q was sent %d times", text, seen[text])
		}
	}
}

// A full disk costs nothing that was accepted: webhooks and calls are refused with
// 503 and leave nothing behind, reading goes on, and with room on the disk all
// works again by itself (R5).
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=16m"); err != nil {
		t.Skipf("a small disk can't be mounted, which takes root: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	o := newOutage(t, dir, "")
	for i := range 20 {
		if status := o.webhook(fmt.Sprint("before ", i)); status != http.StatusOK {
			t.Fatalf("webhook answered %d", status)
		}
	}
	contact := o.contact()
	if _, err := o.send(contact, "out before"); err != nil {
		t.Fatal(err)
	}

	ballast := filepath.Join(dir, "ballast")
	fill(t, ballast)
	o.eventually("the disk is full", func() bool {
		return o.webhook(fmt.Sprint("full ", o.next, strings.Repeat(" x", 1000))) == http.StatusServiceUnavailable
	})
	for i := range 5 {
		if status := o.webhook(fmt.Sprint("still full ", i, strings.Repeat(" y", 1500))); status != http.StatusServiceUnavailable {
			t.Errorf("a webhook on a full disk answered %d", status)
		}
	}
	long := "out while full" + strings.Repeat(" z", 1500)
	status, err := o.send(contact, long)
	if status != http.StatusServiceUnavailable || !strings.Contains(err.Error(), "database_unavailable") {
		t.Errorf("a message on a full disk: %d %v", status, err)
	}
	var page struct{ Items []any }
	if _, err := o.Call(o.ctx, http.MethodGet, "/inboxes/all/contacts", "", nil, &page); err != nil || len(page.Items) != 1 {
		t.Errorf("reading on a full disk: %d contacts, %v", len(page.Items), err)
	}

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	o.eventually("there is room again", func() bool { return o.webhook("after") == http.StatusOK })
	// The refused call has not used its Idempotency-Key up.
	o.eventually("sending works again", func() bool { _, err := o.send(contact, long); return err == nil })
	o.check(contact)
}

// fill writes a file until the disk is full.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 16; size >= 1; {
		if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// A PostgreSQL that goes away and comes back costs nothing that was accepted (R5).
func TestDatabaseDown(t *testing.T) {
	address, err := url.Parse(dbtest.Options(t, db.Postgres).URL)
	if err != nil {
		t.Fatal(err)
	}
	r := newRelay(t, address.Host)
	address.Host = r.address
	o := newOutage(t, t.TempDir(), address.String())
	for i := range 20 {
		if status := o.webhook(fmt.Sprint("before ", i)); status != http.StatusOK {
			t.Fatalf("webhook answered %d", status)
		}
	}
	contact := o.contact()
	if _, err := o.send(contact, "out before"); err != nil {
		t.Fatal(err)
	}

	r.cut()
	for i := range 5 {
		if status := o.webhook(fmt.Sprint("down ", i)); status != http.StatusServiceUnavailable {
			t.Errorf("a webhook without a database answered %d", status)
		}
	}
	status, err := o.send(contact, "out while down")
	if status != http.StatusServiceUnavailable || err == nil || !strings.Contains(err.Error(), "database_unavailable") {
		t.Errorf("a message without a database: %d %v", status, err)
	}
	if status, err := o.Call(o.ctx, http.MethodGet, "/inboxes/all/contacts", "", nil, nil); status != http.StatusServiceUnavailable {
		t.Errorf("reading without a database: %d %v", status, err)
	}

	r.mend()
	o.eventually("webhooks are taken again", func() bool { return o.webhook(fmt.Sprint("after ", o.next)) == http.StatusOK })
	o.eventually("sending works again", func() bool { _, err := o.send(contact, "out after"); return err == nil })
	o.check(contact)
}

// relay stands before the database, so that a test can take it away.
type relay struct {
	t       *testing.T
	address string
	target  string

	mu    sync.Mutex
	l     net.Listener
	conns []net.Conn
}

func newRelay(t *testing.T, target string) *relay {
	t.Helper()
	r := &relay{t: t, target: target, address: "127.0.0.1:0"}
	r.mend()
	t.Cleanup(r.cut)
	return r
}

// cut closes the door and every connection.
func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.l.Close()
	for _, c := range r.conns {
		_ = c.Close()
	}
	r.conns = nil
}

// mend opens the door again, at the same address.
func (r *relay) mend() {
	r.t.Helper()
	l, err := net.Listen("tcp", r.address)
	if err != nil {
		r.t.Fatal(err)
	}
	r.mu.Lock()
	r.l, r.address = l, l.Addr().String()
	r.mu.Unlock()
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", r.target)
			if err != nil {
				_ = in.Close()
				continue
			}
			r.mu.Lock()
			r.conns = append(r.conns, in, out)
			r.mu.Unlock()
			go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
			go func() { _, _ = io.Copy(in, out); _ = in.Close() }()
		}
	}()
}
