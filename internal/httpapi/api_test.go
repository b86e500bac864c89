package httpapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/httpapi"
	"github.com/bandeja/bandeja/internal/sim"
)

// Wrong, missing and replayed signatures are refused and store nothing; what can't
// be read is kept, listed, and can be replayed.
func TestWebhookDoor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		ch := r.connect("telegram")
		path := strings.TrimPrefix(ch.WebhookURL, r.srv.URL)
		// The secret that the channel was given is not shown, so one of ours is set.
		r.do(r.tokens["owner"], "PATCH", "/channels/"+ch.ID, map[string]any{"config": map[string]string{"secret_token": "s3cret"}}).into(t, &ch)
		good := []string{"X-Telegram-Bot-Api-Secret-Token", "s3cret"}
		body := `{"update_id":1,"message":{"message_id":5,"date":1700000000,"chat":{"id":9,"type":"private","first_name":"Ana"},"from":{"id":9,"first_name":"Ana"},"text":"hola"}}`
		stored := func() (n int) {
			t.Helper()
			if err := d.Read(t.Context(), func(tx *db.Tx) error { return tx.Row(`SELECT COUNT(*) FROM inbound`, nil, &n) }); err != nil {
				t.Fatal(err)
			}
			return n
		}
		for _, c := range []struct {
			name   string
			path   string
			body   string
			header []string
			want   int
		}{
			{"no secret", path, body, nil, http.StatusUnauthorized},
			{"wrong secret", path, body, []string{good[0], "s3cres"}, http.StatusForbidden},
			{"unknown key", path + "x", body, good, http.StatusNotFound},
			{"another provider", strings.Replace(path, "telegram", "whatsapp_cloud", 1), body, good, http.StatusNotFound},
			{"body over the cap", path, strings.Repeat("x", 4<<20), good, http.StatusRequestEntityTooLarge},
		} {
			if a := r.do("", "POST", c.path, c.body, c.header...); a.status != c.want {
				t.Errorf("%s: status %d, want %d", c.name, a.status, c.want)
			}
		}
		if n := stored(); n != 0 {
			t.Fatalf("%d refused webhooks were stored", n)
		}
		for range 5 {
			if a := r.do("", "POST", path, body, good...); a.status != http.StatusOK {
				t.Fatalf("status %d", a.status)
			}
		}
		contact := r.contactOf("Ana")
		if n := len(r.messages(contact)); n != 1 || stored() != 1 {
			t.Errorf("five deliveries of one update made %d messages, %d rows", n, stored())
		}

		if a := r.do("", "POST", path, `{"update_id":`, good...); a.status != http.StatusOK {
			t.Fatalf("malformed JSON with the right secret: status %d", a.status)
		}
		var troubles struct {
			Items []struct{ ID, State, Error, Preview string }
		}
		r.eventually("the unreadable webhook is listed", func() bool {
			r.do(r.tokens["owner"], "GET", "/channels/"+ch.ID+"/inbound", nil).into(t, &troubles)
			return len(troubles.Items) == 1
		})
		if x := troubles.Items[0]; x.State != "unreadable" || x.Preview != `{"update_id":` || x.Error == "" {
			t.Errorf("listed as %+v", x)
		}
		if a := r.do(r.tokens["owner"], "POST", "/channels/"+ch.ID+"/inbound/"+troubles.Items[0].ID+"/replay", nil); a.status != http.StatusNoContent {
			t.Errorf("replay: %d %s", a.status, a.body)
		}
	})
}

// One message all the way in and all the way out, over both providers' protocols.
func TestInAndOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		for _, c := range []struct {
			typ, account, person, name, final string
		}{
			{"telegram", sim.TelegramAccount, "7001001", "Luc", "sent"},
			{"whatsapp_cloud", sim.WhatsAppAccount, "593987654321", "Valentina", "read"},
		} {
			r.connect(c.typ)
			if err := r.sim.SetReading(c.account, c.person, true); err != nil {
				t.Fatal(err)
			}
			first := r.sim.SendText(c.account, c.person, "¿Tienen rosas?")
			contact := r.contactOf(c.name)
			r.sim.SendReply(c.account, c.person, first, "rojas")
			r.sim.React(c.account, c.person, first, "👍")
			r.sim.SendFile(c.account, c.person, "image", "rosa.png", "image/png", png())
			r.eventually(c.typ+": everything is in", func() bool {
				m := r.messages(contact)
				return len(m) == 3 && len(m[2].Content.Attachments) == 1 && m[2].Content.Attachments[0].FileID != ""
			})
			m := r.messages(contact)
			if m[0].Content.Text != "¿Tienen rosas?" || m[1].Content.Text != "rojas" {
				t.Errorf("%s: %+v", c.typ, m)
			}
			var sent message
			r.do(r.tokens["agent"], "POST", "/contacts/"+contact+"/messages", map[string]any{"text": "Sí, ¡claro!", "reply_to": m[0].ID}).into(t, &sent)
			if sent.Status != "queued" || sent.Source != "api" {
				t.Errorf("%s: sent as %+v", c.typ, sent)
			}
			var file idOnly
			r.do(r.tokens["agent"], "POST", "/files?name=foto.png", string(png()), "Content-Type", "image/png").into(t, &file)
			r.do(r.tokens["agent"], "POST", "/contacts/"+contact+"/messages", map[string]any{
				"text": "mire", "attachments": []map[string]string{{"file_id": file.ID}},
			}).into(t, &sent)
			r.eventually(c.typ+": both answers are "+c.final, func() bool {
				m := r.messages(contact)
				return len(m) == 5 && m[3].Status == c.final && m[4].Status == c.final
			})
			got := r.sim.Received(c.account)
			if len(got) != 2 || got[0].Text != "Sí, ¡claro!" || got[0].ReplyTo != first || got[1].Kind != "image" || len(r.sim.Duplicates(c.account)) != 0 {
				t.Errorf("%s: the phone shows %+v", c.typ, got)
			}
			r.eventually(c.typ+": the reaction is in", func() bool {
				m := r.messages(contact)
				return len(m[0].Reactions) == 1 && m[0].Reactions[0].Emoji == "👍"
			})
			if m := r.messages(contact); m[1].ReplyTo == nil || m[1].ReplyTo.Text != "¿Tienen rosas?" {
				t.Errorf("%s: the reply's context is %+v", c.typ, m[1].ReplyTo)
			}
		}
	})
}

// A session's answer is a person's, who has read; a token's leaves the mark to people.
func TestWhoseAnswerReads(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStaff(t, d)
		s.connect("telegram")
		s.sim.SendText(sim.TelegramAccount, "7001001", "hola")
		path := "/contacts/" + s.contactOf("Luc")
		for _, c := range []struct {
			who    string
			unread int
		}{{"token", 1}, {"agent", 0}} {
			s.as(c.who, "POST", path+"/messages", map[string]any{"text": "hola"}).into(t, nil)
			var row struct{ Unread int }
			if s.as("agent", "GET", path, nil).into(t, &row); row.Unread != c.unread {
				t.Errorf("answered by %s: %d unread, want %d", c.who, row.Unread, c.unread)
			}
		}
	})
}

// Who blocked whom is told: the contact the channel, or the team the contact, and by what.
func TestWhoBlockedWhom(t *testing.T) {
	r := newRig(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)))
	r.connect("telegram")
	r.sim.SendText(sim.TelegramAccount, "7001001", "hola")
	contact := r.contactOf("Luc")
	expect := func(kind, source, channel, text string) {
		t.Helper()
		type event struct {
			Item, Kind string
			Actor      struct{ Source string }
			Data       struct {
				ChannelName string `json:"channel_name"`
				Text        string
			}
		}
		var last event
		r.eventually(kind+" is on the timeline", func() bool {
			var page struct{ Items []event }
			r.do(r.tokens["owner"], "GET", "/contacts/"+contact+"/messages", nil).into(t, &page)
			last = page.Items[len(page.Items)-1]
			return last.Kind == kind
		})
		if last.Item != "event" || last.Actor.Source != source || last.Data.ChannelName != channel || last.Data.Text != text {
			t.Errorf("%s is told as %+v", kind, last)
		}
	}
	blocks := func(yes bool) {
		t.Helper()
		if err := r.sim.SetBlocked(sim.TelegramAccount, "7001001", yes); err != nil {
			t.Fatal(err)
		}
	}
	blocks(true)
	expect("channel_blocked", "contact", "telegram", "")
	blocks(false)
	expect("channel_unblocked", "contact", "telegram", "")
	for _, what := range []string{"block", "unblock"} {
		r.do(r.tokens["agent"], "POST", "/contacts/"+contact+"/"+what, nil).into(t, nil)
		expect("contact_"+what+"ed", "api", "", "")
	}
}

// png is a one-pixel picture.
func png() []byte {
	return []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82")
}

// Every refusal names its code and field, in the caller's language.
// A channel whose settings are changed goes on at once: no message waits until somebody
// presses Check, or the server starts anew.
func TestAChangedChannelGoesOn(t *testing.T) {
	r := newRig(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)))
	ch := r.connect("telegram")
	n := 0
	arrives := func(how string) {
		t.Helper()
		n++
		text := fmt.Sprintf("hola %d", n)
		r.sim.SendText(sim.TelegramAccount, "7001001", text)
		contact := r.contactOf("")
		r.eventually("a message comes "+how, func() bool {
			m := r.messages(contact)
			return len(m) > 0 && m[len(m)-1].Content.Text == text
		})
	}
	set := func(config map[string]string) {
		t.Helper()
		r.do(r.tokens["owner"], "PATCH", "/channels/"+ch.ID, map[string]any{"config": config}).into(t, nil)
	}
	arrives("by webhook")
	set(map[string]string{"mode": "polling"})
	arrives("where it is asked for")
	set(map[string]string{"mode": "webhook"})
	arrives("by webhook again")
	set(map[string]string{"secret_token": "another-secret"})
	arrives("with another secret")
}

func TestRefusals(t *testing.T) { dbtest.Each(t, refusals) }

func refusals(t *testing.T, d *db.DB) {
	r := newRig(t, d)
	r.connect("whatsapp_cloud")
	r.sim.SendText(sim.WhatsAppAccount, "593987654321", "hola")
	contact := r.contactOf("Valentina")
	owner := r.tokens["owner"]
	for _, c := range []struct {
		method, path string
		in           any
		status       int
		code, field  string
	}{
		{"GET", "/contacts/12345", nil, 404, "not_found", ""},
		{"GET", "/contacts/abc", nil, 422, "invalid", "id"},
		{"GET", "/nothing", nil, 404, "not_found", ""},
		{"POST", "/contacts", map[string]any{"last_name": "X"}, 422, "required", "first_name"},
		{"POST", "/contacts", map[string]any{"first_name": "A", "phone": "12"}, 422, "bad_phone", "phone"},
		{"POST", "/contacts", map[string]any{"first_name": "A", "email": "a@"}, 422, "bad_email", "email"},
		{"POST", "/contacts", map[string]any{"first_name": "A", "country": "ZZ"}, 422, "bad_country", "country"},
		{"POST", "/contacts", `{"first_name":`, 400, "invalid", "body"},
		{"POST", "/contacts/" + contact + "/messages", map[string]any{"text": ""}, 422, "message_empty", "text"},
		{"POST", "/contacts/" + contact + "/messages", map[string]any{"text": strings.Repeat("x", 4097)}, 422, "too_long", "text"},
		{"POST", "/contacts/" + contact + "/messages", map[string]any{"text": "x", "channel_id": "77"}, 422, "no_channel", "channel_id"},
		{"POST", "/contacts/" + contact + "/messages", map[string]any{"text": "x", "reply_to": "77"}, 422, "invalid", "reply_to"},
		{"POST", "/contacts/" + contact + "/messages", map[string]any{"text": strings.Repeat("x", 1001), "comment": true}, 422, "too_long", "text"},
		{"POST", "/contacts/" + contact + "/assign", map[string]any{"user_id": "77"}, 422, "unknown_user", "user_id"},
		{"POST", "/channels", map[string]any{"type": "pigeon"}, 422, "unknown_channel_type", "type"},
		{"POST", "/channels", map[string]any{"type": "telegram", "config": map[string]string{}}, 422, "required", "config.bot_token"},
		{"POST", "/channels", map[string]any{"type": "telegram", "config": map[string]string{"bot_token": sim.TelegramToken + "x", "api_base_url": r.simURL + "/telegram"}}, 422, "credentials_refused", "config"},
		{"GET", "/inboxes/all/contacts?cursor=zzz", nil, 422, "bad_cursor", "cursor"},
		{"GET", "/duplicates?cursor=zzz", nil, 422, "bad_cursor", "cursor"},
		{"GET", "/inboxes/theirs/contacts", nil, 422, "invalid", "inbox"},
		{"POST", "/filter/count", map[string]any{"filter": map[string]any{"match": "all", "of": []any{map[string]any{"field": "status", "operator": "greater", "value": []string{"open"}}}}}, 422, "wrong_operator", "filter.of[0].operator"},
		{"POST", "/filter/contacts", map[string]any{"filter": map[string]any{"field": "nope", "operator": "is", "value": []string{"x"}}}, 422, "unknown_field", "filter.field"},
		{"PATCH", "/workspace", map[string]any{"timezone": "Mars/Base"}, 422, "bad_timezone", "timezone"},
		{"POST", "/session", map[string]any{"email": strings.Repeat("x", 301), "password": "x"}, 422, "too_long", "email"},
	} {
		name := fmt.Sprint(c.method, " ", c.path, " ", c.code)
		a := r.do(owner, c.method, c.path, c.in)
		p := a.problem()
		if a.status != c.status || p.Code != c.code || a.header.Get("Content-Type") != "application/problem+json" || p.RequestID == "" || p.Detail == "" || strings.Contains(p.Detail, "{") {
			t.Errorf("%s: %d %s", name, a.status, a.body)
			continue
		}
		if c.field != "" && (len(p.Errors) == 0 || p.Errors[0].Field != c.field) {
			t.Errorf("%s: the field is %+v, want %s", name, p.Errors, c.field)
		}
	}
	a := r.do("", "POST", "/session", map[string]string{"email": "owner@example.com", "password": "wrong"}, "Accept-Language", "es-EC,es;q=0.9")
	if a.status != 401 || !strings.Contains(a.problem().Detail, "contraseña") {
		t.Errorf("in Spanish: %d %s", a.status, a.body)
	}
}

func TestARepeatedKeyReturnsTheFirstAnswer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		r.connect("telegram")
		r.sim.SendText(sim.TelegramAccount, "7001001", "hola")
		contact := r.contactOf("Luc")
		send := func(text, key string) answer {
			return r.do(r.tokens["agent"], "POST", "/contacts/"+contact+"/messages", map[string]string{"text": text}, "Idempotency-Key", key)
		}
		var first, second message
		send("hola", "k1").into(t, &first)
		send("hola", "k1").into(t, &second)
		if first.ID != second.ID {
			t.Errorf("the repeated key made another message: %s and %s", first.ID, second.ID)
		}
		if a := send("otra cosa", "k1"); a.status != 422 || a.problem().Code != "idempotency_key_reused" {
			t.Errorf("the key with another body: %d %s", a.status, a.body)
		}
		// Another caller's keys are its own.
		var other message
		r.do(r.tokens["owner"], "POST", "/contacts/"+contact+"/messages", map[string]string{"text": "hola"}, "Idempotency-Key", "k1").into(t, &other)
		if other.ID == first.ID {
			t.Error("two callers share a key")
		}
		r.eventually("two messages on the phone", func() bool { return len(r.sim.Received(sim.TelegramAccount)) == 2 })

		// After two days a key is forgotten, and no other.
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE idempotency SET created_at = $1 WHERE request_key = 'k1' AND actor IN (SELECT MIN(actor) FROM idempotency)`,
				tx.Now().Add(-49*time.Hour).UnixMicro())
			return err
		})
		if err == nil {
			err = httpapi.PurgeIdempotency(t.Context(), d)
		}
		if err != nil {
			t.Fatal(err)
		}
		left := 0
		if err := d.Read(t.Context(), func(tx *db.Tx) error { return tx.Row(`SELECT COUNT(*) FROM idempotency`, nil, &left) }); err != nil || left != 1 {
			t.Errorf("%d keys are left: %v", left, err)
		}
	})
}

// An upload over a channel's limit is refused before it is sent, naming the limit.
func TestUploadLimits(t *testing.T) {
	r := newRig(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)))
	a := r.do(r.tokens["agent"], "POST", "/files?name=big.bin", strings.Repeat("x", 2<<20+1), "Content-Type", "application/octet-stream")
	if a.status != 413 || a.problem().Code != "file_too_large" || !strings.Contains(a.problem().Detail, "2 MB") {
		t.Errorf("%d %s", a.status, a.body)
	}
	var f struct{ ID, URL string }
	r.do(r.tokens["agent"], "POST", "/files?name=..%2F..%2Fevil.svg", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, "Content-Type", "image/svg+xml").into(t, &f)
	got := r.do(r.tokens["agent"], "GET", f.URL, nil)
	if got.status != 200 || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment") ||
		!strings.Contains(got.header.Get("Content-Security-Policy"), "sandbox") || strings.Contains(f.URL, "..") {
		t.Errorf("an SVG is served as %d %v at %s", got.status, got.header, f.URL)
	}
	if a := r.do("", "GET", f.URL, nil); a.status != 401 {
		t.Errorf("a file without a caller: %d", a.status)
	}
}

// However often agents refresh, the provider is asked now and then.
func TestRefreshingTemplates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		provider, err := url.Parse(r.simURL)
		if err != nil {
			t.Fatal(err)
		}
		var asked atomic.Int64
		pass := httputil.NewSingleHostReverseProxy(provider)
		counting := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			if strings.HasSuffix(q.URL.Path, "/message_templates") && !q.URL.Query().Has("after") {
				asked.Add(1)
			}
			pass.ServeHTTP(w, q)
		}))
		t.Cleanup(counting.Close)
		r.simURL = counting.URL
		ch := r.connect("whatsapp_cloud")
		list := func(id, query string) int {
			var page struct{ Items []struct{ Name string } }
			r.do(r.tokens["agent"], "GET", "/channels/"+id+"/templates"+query, nil).into(t, &page)
			return len(page.Items)
		}
		all := list(ch.ID, "")
		before := asked.Load()
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				if n := list(strings.Repeat("0", i%2)+ch.ID, "?refresh=true"); n != all || n == 0 {
					t.Errorf("%d templates of %d", n, all)
				}
			})
		}
		wg.Wait()
		if n := asked.Load() - before; n != 1 {
			t.Errorf("the provider was asked %d times", n)
		}
	})
}

// What a user uploads and doesn't send takes so much room and no more.
func TestRoomForUploads(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, func(_ *account.WaysIn, o *httpapi.Options) { o.MaxUpload = 1 << 10 })
		r.connect("telegram")
		r.sim.SendText(sim.TelegramAccount, "7001001", "hola")
		contact := r.contactOf("Luc")
		upload := func(who string) answer {
			return r.do(r.tokens[who], "POST", "/files?name=a.txt", strings.Repeat("x", 1<<10), "Content-Type", "text/plain")
		}
		var last idOnly
		for range 20 {
			upload("agent").into(t, &last)
		}
		a := upload("agent")
		if p := a.problem(); a.status != 422 || p.Code != "uploads_waiting" || !strings.Contains(p.Detail, "20 KB") || !strings.Contains(p.Detail, "8 days") {
			t.Errorf("beyond the room: %d %s", a.status, a.body)
		}
		if a := upload("owner"); a.status != http.StatusCreated {
			t.Errorf("somebody else's: %d %s", a.status, a.body)
		}
		r.do(r.tokens["agent"], "POST", "/contacts/"+contact+"/messages", map[string]any{"attachments": []map[string]string{{"file_id": last.ID}}}).into(t, nil)
		if a := upload("agent"); a.status != http.StatusCreated {
			t.Errorf("once one is sent: %d %s", a.status, a.body)
		}
	})
}

// Another workspace's things don't exist.
func TestWorkspacesAreIsolated(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		ch := r.connect("telegram")
		r.sim.SendText(sim.TelegramAccount, "7001001", "secreto")
		contact := r.contactOf("Luc")
		m := r.messages(contact)[0]
		token := r.token(r.strange())
		for _, c := range [][2]string{
			{"GET", "/contacts/" + contact}, {"PATCH", "/contacts/" + contact}, {"GET", "/contacts/" + contact + "/messages"},
			{"POST", "/contacts/" + contact + "/close"}, {"POST", "/contacts/" + contact + "/read"},
			{"POST", "/contacts/" + contact + "/messages/" + m.ID + "/retry"}, {"GET", "/channels/" + ch.ID},
			{"DELETE", "/channels/" + ch.ID}, {"GET", "/channels/" + ch.ID + "/inbound"}, {"GET", "/channels/" + ch.ID + "/templates"},
		} {
			in := any(map[string]any{})
			if c[0] == "GET" {
				in = nil
			}
			if a := r.do(token, c[0], c[1], in); a.status != 404 || strings.Contains(string(a.body), "secreto") {
				t.Errorf("%s %s: %d %s", c[0], c[1], a.status, a.body)
			}
		}
		for _, path := range []string{"/inboxes/all/contacts?status=all", "/contacts?search=Luc", "/contacts", "/events", "/channels"} {
			if a := r.do(token, "GET", path, nil); a.status != 200 || strings.Contains(string(a.body), "Luc") || strings.Contains(string(a.body), ch.ID) {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
		}
	})
}
