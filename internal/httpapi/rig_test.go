package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/blob"
	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/telegram"
	"github.com/bandeja/bandeja/internal/channel/whatsapp"
	"github.com/bandeja/bandeja/internal/config"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/content"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/gateway"
	"github.com/bandeja/bandeja/internal/httpapi"
	"github.com/bandeja/bandeja/internal/inbox"
	"github.com/bandeja/bandeja/internal/jobs"
	"github.com/bandeja/bandeja/internal/notify"
	"github.com/bandeja/bandeja/internal/realtime"
	"github.com/bandeja/bandeja/internal/safehttp"
	"github.com/bandeja/bandeja/internal/search"
	"github.com/bandeja/bandeja/internal/sim"
)

const password = "a quiet password"

// rig is the whole server, with the provider simulator beside it.
type rig struct {
	t   *testing.T
	d   *db.DB
	api *httpapi.Server
	srv *httptest.Server
	sim *sim.Sim
	// simURL is where the simulator answers.
	simURL   string
	accounts *account.Service
	notify   *notify.Service
	owner    crm.Viewer
	tokens   map[string]string // by role
}

// newRig starts a server; change alters what its ways in and the server are made of.
func newRig(t *testing.T, d *db.DB, change ...func(*account.WaysIn, *httpapi.Options)) *rig {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	files, err := blob.Open(t.TempDir(), d)
	must(err)
	keys, err := config.NewKeyring("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")
	must(err)
	r := &rig{t: t, d: d, tokens: make(map[string]string)}
	events, queue := eventlog.New(d, logger), jobs.New(d, logger)
	r.srv = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { r.api.ServeHTTP(w, q) }))
	gw := gateway.New(gateway.Options{
		DB: d, Queue: queue, Events: events, Files: files, Keys: keys, Adapters: []channel.Adapter{whatsapp.New(), telegram.New()},
		PublicURL: "http://" + r.srv.Listener.Addr().String(), MaxUpload: 2 << 20, Logger: logger,
	})
	in := inbox.New(events, gw, logger)
	directory := account.NewDirectory(d)
	hub, err := realtime.New(d, events, directory, logger)
	must(err)
	r.accounts = account.New(d, events)
	r.notify = notify.New(notify.Options{DB: d, Events: events, Queue: queue, Keys: keys, Logger: logger, Client: safehttp.Client(true, 10*time.Second), OpenNetwork: true})
	r.notify.OnTold(hub.Notified)
	ways := account.WaysIn{Keys: keys, Queue: queue}
	options := httpapi.Options{
		DB: d, Accounts: r.accounts, Directory: directory, Contacts: contact.NewService(events), Inbox: in, Content: content.New(events), Gateway: gw, Queue: queue,
		Events: events, Files: files, Hub: hub, Notify: r.notify, Logger: logger, MaxUpload: 2 << 20, Version: "test",
		PublicURL: "http://" + r.srv.Listener.Addr().String(),
	}
	ways.PublicURL = options.PublicURL
	for _, f := range change {
		f(&ways, &options)
	}
	r.accounts.Open(ways)
	r.api, err = httpapi.New(options)
	must(err)
	r.srv.Start()
	r.sim = sim.New(sim.Options{RetryDelay: 5 * time.Millisecond})
	simServer := httptest.NewServer(r.sim.Handler())
	r.simURL = simServer.URL

	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := queue.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	wg.Go(func() {
		if err := hub.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	wg.Go(func() {
		if err := search.New(d, events, inbox.Texts).Run(ctx); err != nil {
			t.Error(err)
		}
	})
	wg.Go(func() {
		if err := r.notify.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	must(gw.Run(ctx))
	t.Cleanup(func() {
		cancel()
		wg.Wait()
		r.srv.Close()
		r.sim.Close()
		simServer.Close()
	})

	r.owner, err = r.accounts.Setup(ctx, account.NewWorkspace{Name: "Shop"}, account.NewUser{Name: "Olga Owner", Email: "owner@example.com", Password: password})
	must(err)
	r.tokens["owner"] = r.token(r.owner)
	for _, role := range []crm.Role{crm.Manager, crm.Agent} {
		v, err := r.accounts.AddUser(ctx, account.NewUser{Name: "Una " + string(role), Email: string(role) + "@example.com", Password: password, Role: role})
		must(err)
		r.tokens[string(role)] = r.token(v)
	}
	return r
}

func (r *rig) token(v crm.Viewer) (secret string) {
	r.t.Helper()
	err := r.d.Write(context.Background(), func(tx *db.Tx) (err error) {
		_, secret, err = account.AddToken(tx, v, "test")
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return secret
}

// signIn signs a user in and returns the session's cookie, as a header's value.
func (r *rig) signIn(email string) string {
	r.t.Helper()
	a := r.do("", "POST", "/session", map[string]string{"email": email, "password": password})
	cookie, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	if a.status != http.StatusOK || cookie == "" {
		r.t.Fatalf("signing in as %s: %d %s", email, a.status, a.body)
	}
	return cookie
}

// answer is a response whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) problem() (p httpapi.Problem) {
	_ = json.Unmarshal(a.body, &p)
	return p
}

func (a answer) into(t *testing.T, v any) {
	t.Helper()
	t.Helper()
	if a.status >= 300 {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	if v == nil {
		return
	}
	if err := json.Unmarshal(a.body, v); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
}

// do makes a request; in is JSON unless it is a string or nil.
func (r *rig) do(token, method, path string, in any, header ...string) answer {
	r.t.Helper()
	var body io.Reader
	switch in := in.(type) {
	case nil:
	case string:
		body = strings.NewReader(in)
	default:
		b, err := json.Marshal(in)
		if err != nil {
			r.t.Fatal(err)
		}
		body = bytes.NewReader(b)
	}
	if strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "/hooks") && !strings.HasPrefix(path, "/api") && !strings.HasPrefix(path, "/files/") {
		path = "/api/v1" + path
	}
	req, err := http.NewRequest(method, r.srv.URL+path, body)
	if err != nil {
		r.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := r.srv.Client().Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	a := answer{resp.StatusCode, resp.Header, b}
	asDescribed(r.t, method, path, a)
	return a
}

type idOnly struct {
	ID         string `json:"id"`
	WebhookURL string `json:"webhook_url"`
}

func (r *rig) connect(typ string) (ch idOnly) {
	r.t.Helper()
	values := map[string]string{"bot_token": sim.TelegramToken, "api_base_url": r.simURL + "/telegram"}
	if typ == "whatsapp_cloud" {
		values = map[string]string{
			"phone_number_id": sim.WhatsAppPhoneNumberID, "waba_id": sim.WhatsAppWABAID, "access_token": sim.WhatsAppAccessToken,
			"app_secret": sim.WhatsAppAppSecret, "api_base_url": r.simURL + "/whatsapp",
		}
	}
	r.do(r.tokens["owner"], "POST", "/channels", map[string]any{"type": typ, "name": typ, "config": values}).into(r.t, &ch)
	return ch
}

func (r *rig) eventually(what string, ok func() bool) {
	r.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(3 * time.Millisecond) {
		if time.Now().After(deadline) {
			r.t.Fatalf("not in time: %s", what)
		}
	}
}

// contactOf waits for the contact that a search finds.
func (r *rig) contactOf(search string) (id string) {
	r.t.Helper()
	r.eventually("the contact "+search, func() bool {
		var page struct{ Items []idOnly }
		r.do(r.tokens["owner"], "GET", "/contacts?search="+search, nil).into(r.t, &page)
		if len(page.Items) == 1 {
			id = page.Items[0].ID
		}
		return id != ""
	})
	return id
}

type message struct {
	Item       string      `json:"item"`
	ID         string      `json:"id"`
	Direction  string      `json:"direction"`
	SenderName string      `json:"sender_name"`
	Status     string      `json:"status"`
	Source     string      `json:"source"`
	Kind       string      `json:"kind"`
	Content    crm.Content `json:"content"`
	Error      *struct {
		Code, Title, Detail string
	} `json:"error"`
	ReplyTo   *struct{ Text string }   `json:"reply_to"`
	Reactions []struct{ Emoji string } `json:"reactions"`
}

// messages returns a contact's messages, without the events.
func (r *rig) messages(contact string) (out []message) {
	r.t.Helper()
	var page struct{ Items []message }
	r.do(r.tokens["owner"], "GET", "/contacts/"+contact+"/messages?limit=200", nil).into(r.t, &page)
	for _, m := range page.Items {
		if m.Item == "message" {
			out = append(out, m)
		}
	}
	return out
}
