package webchat

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/channel"
	adapter "github.com/bandeja/bandeja/internal/channel/webchat"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/httpapi"
	"github.com/bandeja/bandeja/internal/inbox"
)

func onSQLite(t *testing.T, values channel.Config) *rig {
	t.Helper()
	return newRig(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)), values)
}

// raw makes a request whole; header holds pairs.
func (r *rig) raw(method, path string, body io.Reader, header ...string) (*http.Response, []byte) {
	r.t.Helper()
	if !strings.HasPrefix(path, "/") {
		path = "/widget/" + r.ch.Key + "/" + path
	}
	req, err := http.NewRequest(method, r.srv.URL+path, body)
	if err != nil {
		r.t.Fatal(err)
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
	return resp, b
}

func TestTokens(t *testing.T) {
	r := onSQLite(t, nil)
	v := visitor{ID: newVisitorID(), Expires: time.Now().Add(time.Hour).Unix()}
	good := r.svc.sign(r.ch, v)
	other := *r.ch
	other.ID++
	late := v
	late.Expires = time.Now().Add(-time.Second).Unix()
	body, mac, _ := strings.Cut(good, ".")
	flipped := []byte(body)
	flipped[4] ^= 1
	for name, c := range map[string]struct {
		token string
		want  int
	}{
		"good":            {good, 200},
		"none":            {"", 401},
		"no mac":          {body, 401},
		"empty mac":       {body + ".", 401},
		"changed":         {string(flipped) + "." + mac, 401},
		"expired":         {r.svc.sign(r.ch, late), 401},
		"another channel": {r.svc.sign(&other, v), 401},
		"nonsense":        {"é.é", 401},
	} {
		if status := r.call("GET", "messages", c.token, nil, nil); status != c.want {
			t.Errorf("%s: %d, want %d", name, status, c.want)
		}
	}
	// A session call renews a good token, and makes a new visitor of a bad one.
	var s Session
	r.call("POST", "session", "", sessionInput{Token: good}, &s)
	renewed, err := r.svc.visitorOf(r.ch, s.Token)
	if err != nil || renewed.ID != v.ID || renewed.Expires <= v.Expires {
		t.Errorf("renewed as %+v, %v", renewed, err)
	}
	r.call("POST", "session", "", sessionInput{Token: r.svc.sign(r.ch, late)}, &s)
	if fresh, err := r.svc.visitorOf(r.ch, s.Token); err != nil || fresh.ID == v.ID {
		t.Errorf("an expired visitor goes on as %+v, %v", fresh, err)
	}
}

func TestCORS(t *testing.T) {
	r := onSQLite(t, channel.Config{adapter.FieldOrigins: "https://shop.example"})
	for _, c := range []struct {
		name, method, path string
		header             []string
		want               int
		allow              string
	}{
		{"config", "GET", "config", []string{"Origin", "https://shop.example"}, 200, "https://shop.example"},
		{"config elsewhere", "GET", "config", []string{"Origin", "https://evil.example"}, 403, ""},
		{"config by no browser", "GET", "config", nil, 403, ""},
		{"config on our own page", "GET", "config", []string{"Sec-Fetch-Site", "same-origin"}, 200, ""},
		{"config cross-site without origin", "GET", "config", []string{"Sec-Fetch-Site", "cross-site"}, 403, ""},
		{"our own origin", "GET", "config", []string{"Origin", r.srv.URL}, 200, r.srv.URL},
		{"preflight", "OPTIONS", "events", []string{"Origin", "https://shop.example"}, 204, "https://shop.example"},
		{"preflight elsewhere", "OPTIONS", "events", []string{"Origin", "https://evil.example"}, 403, ""},
		{"the page for trying out", "GET", "try", nil, 200, ""},
		{"session elsewhere", "POST", "session", []string{"Origin", "https://evil.example"}, 403, ""},
		{"stream elsewhere", "GET", "stream", []string{"Origin", "https://evil.example"}, 403, ""},
		{"upload elsewhere", "POST", "files", []string{"Origin", "https://evil.example"}, 403, ""},
		{"another method", "DELETE", "config", []string{"Origin", "https://shop.example"}, 404, ""},
		{"an unknown channel", "GET", "/widget/nobody/config", []string{"Origin", "https://shop.example"}, 404, "https://shop.example"},
	} {
		resp, _ := r.raw(c.method, c.path, nil, c.header...)
		if resp.StatusCode != c.want || resp.Header.Get("Access-Control-Allow-Origin") != c.allow {
			t.Errorf("%s: %d, allowed %q, want %d, %q", c.name, resp.StatusCode, resp.Header.Get("Access-Control-Allow-Origin"), c.want, c.allow)
		}
		if resp.Header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: cookies are allowed", c.name)
		}
	}
}

func TestProblemsInTheVisitorsLanguage(t *testing.T) {
	r := onSQLite(t, nil)
	for lang, want := range map[string]string{"es": "Su sesión terminó.", "en": "Your session has ended."} {
		resp, body := r.raw("GET", "messages?lang="+lang, nil, "Origin", r.site)
		var p httpapi.Problem
		if err := json.Unmarshal(body, &p); err != nil {
			t.Fatal(err)
		}
		if resp.Header.Get("Content-Type") != "application/problem+json" || p.Status != 401 || p.Code != "session_expired" || p.Detail != want {
			t.Errorf("%s: %s", lang, body)
		}
	}
	for _, c := range []code{
		codeNotFound, codeOrigin, codeIdentity, codeSession, codeThrottled, codeRequired, codeTooLong, codeEmpty,
		codeBadEmail, codeBadPhone, codeFileTooBig, codeFileEmpty, codeBodyTooBig, codeUnavailable, codeInternal,
	} {
		if s := sentenceOf(c); s.text.EN == "" || s.text.ES == "" || s.status < 400 || s == sentenceOf(codeInvalid) {
			t.Errorf("%s has no sentence", c)
		}
	}
}

func TestLimits(t *testing.T) {
	r := onSQLite(t, nil)
	l := DefaultLimits()
	l.Events, l.SessionsIP = Rate{0.001, 3}, Rate{0.001, 2}
	r.svc.limits = newLimits(l)
	srv := httptest.NewServer(r.svc.Handlers()["/widget/"])
	t.Cleanup(srv.Close)
	r.srv.URL = srv.URL
	v, second := r.visitor(nil), r.visitor(nil)
	if status := r.call("POST", "session", "", sessionInput{}, nil); status != http.StatusTooManyRequests {
		t.Errorf("a third session from one address: %d", status)
	}
	say := func(token string, n int) int {
		var events []Input
		for i := range n {
			events = append(events, Input{CID: fmt.Sprintf("c%d", i), T: "message", Text: "x"})
		}
		return r.call("POST", "events", token, map[string]any{"events": events}, nil)
	}
	if status := say(v.Token, 3); status != http.StatusOK {
		t.Errorf("three events: %d", status)
	}
	if status := say(v.Token, 1); status != http.StatusTooManyRequests {
		t.Errorf("a fourth event: %d", status)
	}
	if status := say(second.Token, 1); status != http.StatusOK {
		t.Errorf("another visitor pays for the first: %d", status)
	}
	resp, _ := r.raw("POST", "session", strings.NewReader("{}"), "Origin", r.site)
	if resp.Header.Get("Retry-After") == "" {
		t.Error("429 without Retry-After")
	}
}

// How much a visitor uploads is bounded too; what is too much isn't kept.
func TestUploadLimit(t *testing.T) {
	r := onSQLite(t, nil)
	l := DefaultLimits()
	l.UploadKB = Rate{0.001, 10}
	r.svc.limits = newLimits(l)
	srv := httptest.NewServer(r.svc.Handlers()["/widget/"])
	t.Cleanup(srv.Close)
	r.srv.URL = srv.URL
	first, second := r.visitor(nil), r.visitor(nil)
	upload := func(token string, kb int) int {
		resp, _ := r.raw("POST", "files?name=notes.txt", strings.NewReader(strings.Repeat("words ", kb<<10/6)),
			"Origin", r.site, "Authorization", "Bearer "+token, "Content-Type", "text/plain")
		return resp.StatusCode
	}
	for _, c := range []struct {
		token    string
		kb, want int
	}{{first.Token, 6, 200}, {first.Token, 6, 429}, {second.Token, 6, 200}, {first.Token, 2, 200}} {
		if got := upload(c.token, c.kb); got != c.want {
			t.Errorf("%d KiB: %d, want %d", c.kb, got, c.want)
		}
	}
	if n := r.number(`SELECT COUNT(*) FROM file`); n != 3 {
		t.Errorf("%d files are kept, want 3", n)
	}
}

func TestBucketsAreBounded(t *testing.T) {
	b := newBuckets(Rate{1, 1})
	for i := range 3 * maxBuckets {
		b.take(fmt.Sprint(i), 1)
	}
	if n := len(b.young) + len(b.old); n > 2*maxBuckets {
		t.Errorf("%d buckets are kept", n)
	}
	if b.take(fmt.Sprint(3*maxBuckets-1), 1) == 0 {
		t.Error("the last caller was forgotten at once")
	}
	if a, b := account.AddressKey("2001:db8:1:2:3::4"), account.AddressKey("2001:db8:1:2:ffff::1"); a != b || account.AddressKey("192.0.2.1") != "192.0.2.1" {
		t.Errorf("addresses are counted as %s and %s", a, b)
	}
}

func TestEventsAreChecked(t *testing.T) {
	r := onSQLite(t, channel.Config{adapter.FieldName: adapter.Required, adapter.FieldEmail: adapter.Optional})
	v := r.visitor(nil)
	long := strings.Repeat("é", adapter.MaxText)
	for _, c := range []struct {
		name string
		in   Input
		want code
	}{
		{"a message", Input{CID: "a", T: "message", Text: long}, ""},
		{"too long", Input{CID: "b", T: "message", Text: long + "é"}, codeTooLong},
		{"empty", Input{CID: "c", T: "message", Text: " \n"}, codeEmpty},
		{"no cid", Input{T: "message", Text: "x"}, codeInvalid},
		{"a cid that isn't one", Input{CID: "a/b", T: "message", Text: "x"}, codeInvalid},
		{"an unknown kind", Input{CID: "d", T: "identify"}, codeInvalid},
		{"our own kind", Input{CID: "e", T: adapter.EventNote, Text: "x"}, codeInvalid},
		{"a page", Input{CID: "f", T: "page", URL: "https://shop.example/a"}, ""},
		{"a page that runs", Input{CID: "g", T: "page", URL: "javascript:alert(1)"}, codeInvalid},
		{"a place", Input{CID: "h", T: "message", Location: &crm.Location{Latitude: 91}}, codeInvalid},
		{"a tap on nothing", Input{CID: "i", T: "message", Choice: &Choice{Message: "1", ID: "x"}}, codeInvalid},
		{"a file of nobody", Input{CID: "j", T: "message", Files: []string{"1.abc"}}, codeInvalid},
		{"seen nothing", Input{CID: "k", T: "seen", UpTo: "12"}, ""},
		{"the form without name", Input{CID: "l", T: "prechat", Fields: map[string]string{"email": "a@example.com"}}, codeRequired},
		{"the form with a wrong address", Input{CID: "m", T: "prechat", Fields: map[string]string{"name": "Ana", "email": "ana@"}}, codeBadEmail},
		{"the form", Input{CID: "n", T: "prechat", Fields: map[string]string{"name": "Ana Paz", "email": "ana@example.com", "phone": "1"}}, ""},
	} {
		got := code("")
		if res := r.say(v.Token, c.in); res[0].Problem != nil {
			got = code(res[0].Problem.Code)
			if strings.HasPrefix(c.name, "the form") && len(res[0].Problem.Errors) != 1 {
				t.Errorf("%s: no field is named: %+v", c.name, res[0].Problem)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	// A bad event doesn't keep its neighbours back.
	if res := r.say(v.Token, Input{CID: "x", T: "message"}, Input{CID: "y", T: "message", Text: "fine"}); res[0].Problem == nil || res[1].Problem != nil {
		t.Errorf("a mixed batch: %+v", res)
	}
	r.eventually("all is in", func() bool { return r.number(`SELECT COUNT(*) FROM job`) == 0 })
	if n := r.number(`SELECT COUNT(*) FROM inbound WHERE state <> 'kept'`); n != 0 {
		t.Errorf("%d stored events could not be read", n)
	}
	if n := r.number(`SELECT COUNT(*) FROM contact WHERE first_name = 'Ana' AND last_name = 'Paz' AND email = 'ana@example.com' AND phone = ''`); n != 1 {
		t.Error("the form's answers aren't the contact's")
	}

	for name, body := range map[string]string{
		"no JSON": "x", "no events": `{"events":[]}`, "too many": `{"events":[` + strings.Repeat(`{},`, maxEvents) + `{}]}`,
	} {
		if resp, _ := r.raw("POST", "events", strings.NewReader(body), "Origin", r.site, "Authorization", "Bearer "+v.Token); resp.StatusCode != 422 {
			t.Errorf("%s: %d", name, resp.StatusCode)
		}
	}
	if resp, _ := r.raw("POST", "events", strings.NewReader(`{"events":"`+strings.Repeat("x", maxBody)), "Origin", r.site, "Authorization", "Bearer "+v.Token); resp.StatusCode != 413 {
		t.Errorf("a body over the cap: %d", resp.StatusCode)
	}
}

// The words of a tapped button are ours, whatever the visitor sends.
func TestChoices(t *testing.T) {
	r := onSQLite(t, nil)
	v := r.visitor(nil)
	r.say(v.Token, Input{CID: "a", T: "message", Text: "hello"})
	r.eventually("the message is in", func() bool { return r.number(`SELECT COUNT(*) FROM message`) == 1 })
	err := r.d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := r.in.Send(tx, r.who, r.onlyContactIn(tx), inbox.Outgoing{Content: crm.Content{Kind: crm.KindInteractive, Text: "Pay?", Interactive: &crm.Interactive{
			Buttons: []crm.Button{{ID: "cash", Title: "Cash"}, {ID: "card", Title: "Card"}},
		}}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	r.eventually("the question is there", func() bool { return len(r.history(v.Token).Items) == 2 })
	id := r.history(v.Token).Items[1].ID
	if res := r.say(v.Token, Input{CID: "b", T: "message", Choice: &Choice{Message: id, ID: "gold"}}); res[0].Problem == nil {
		t.Error("a button that isn't there was taken")
	}
	r.say(v.Token, Input{CID: "c", T: "message", Text: "forged", Choice: &Choice{Message: id, ID: "card"}})
	r.eventually("the choice is in", func() bool { return len(r.history(v.Token).Items) == 3 })
	m := r.history(v.Token).Items[2]
	if m.Kind != "reply" || m.Text != "Card" || m.Quote == nil || m.Quote.Text != "Pay?" || m.Quote.From != "Laura" {
		t.Errorf("the choice came in as %+v", m)
	}
}

func (r *rig) onlyContactIn(tx *db.Tx) (id crm.ID) {
	r.t.Helper()
	if err := tx.Row(`SELECT id FROM contact`, nil, &id); err != nil {
		r.t.Fatal(err)
	}
	return id
}

// An agent may answer a comment: the visitor gets the answer without the quote.
func TestQuotesOfCommentsStayInside(t *testing.T) {
	r := onSQLite(t, nil)
	v := r.visitor(nil)
	r.say(v.Token, Input{CID: "a", T: "message", Text: "hello"})
	r.eventually("the message is in", func() bool { return r.number(`SELECT COUNT(*) FROM message`) == 1 })
	contactID := r.onlyContact()
	r.agentSays(contactID, "secret", true)
	var comment crm.ID
	err := r.d.Write(t.Context(), func(tx *db.Tx) error {
		if err := tx.Row(`SELECT id FROM message WHERE direction = 'comment'`, nil, &comment); err != nil {
			return err
		}
		_, err := r.in.Send(tx, r.who, contactID, inbox.Outgoing{ReplyTo: comment, Content: crm.Content{Kind: crm.KindText, Text: "answer"}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	r.eventually("the answer is there", func() bool { return len(r.history(v.Token).Items) == 2 })
	if m := r.history(v.Token).Items[1]; m.Quote != nil {
		t.Errorf("the visitor sees %+v", m.Quote)
	}
	if res := r.say(v.Token, Input{CID: "b", T: "message", Text: "what?", ReplyTo: comment.String()}); res[0].Problem != nil {
		t.Errorf("%+v", res)
	}
	r.eventually("it is in", func() bool { return len(r.history(v.Token).Items) == 3 })
	if m := r.history(v.Token).Items[2]; m.Quote != nil {
		t.Errorf("a visitor quoted a comment: %+v", m.Quote)
	}
}

func TestFiles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, channel.Config{adapter.FieldMaxFile: "1", adapter.FieldOrigins: "shop.example"})
		v, other := r.visitor(nil), r.visitor(nil)
		put := func(token, name, typ string, body []byte) (*http.Response, Upload) {
			resp, b := r.raw("POST", "files?name="+name, bytes.NewReader(body), "Origin", r.site, "Authorization", "Bearer "+token, "Content-Type", typ)
			var up Upload
			_ = json.Unmarshal(b, &up)
			return resp, up
		}
		png := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82")
		_, image := put(v.Token, "rosa.png", "text/html", png)
		_, page := put(v.Token, "page.png", "image/png", []byte("<!doctype html><script>alert(1)</script>"))
		if image.Kind != "image" || image.MIME != "image/png" || page.Kind != "file" {
			t.Fatalf("uploaded as %+v and %+v", image, page)
		}
		for name, c := range map[string]struct {
			token string
			body  []byte
			want  int
		}{
			"too big":    {v.Token, make([]byte, 1<<20+1), 413},
			"empty":      {v.Token, nil, 422},
			"no visitor": {"", png, 401},
		} {
			if resp, _ := put(c.token, "x", "", c.body); resp.StatusCode != c.want {
				t.Errorf("%s: %d, want %d", name, resp.StatusCode, c.want)
			}
		}
		// A body without a length is counted as it comes.
		resp, _ := r.raw("POST", "files?name=x", io.MultiReader(bytes.NewReader(make([]byte, 1<<20)), strings.NewReader("x")),
			"Origin", r.site, "Authorization", "Bearer "+v.Token)
		if resp.StatusCode != 413 {
			t.Errorf("too big without saying so: %d", resp.StatusCode)
		}

		// Whoever guesses the number of a file can't send it as their own.
		if res := r.say(other.Token, Input{CID: "a", T: "message", Files: []string{image.File}}); res[0].Problem == nil {
			t.Error("a stranger sent the file")
		}
		if res := r.say(v.Token, Input{CID: "a", T: "message", Text: "look", Files: []string{image.File, page.File}}); res[0].Problem != nil {
			t.Fatalf("%+v", res[0].Problem)
		}
		r.eventually("the files are in", func() bool { return len(r.history(v.Token).Items) == 1 })
		files := r.history(v.Token).Items[0].Attachments
		if len(files) != 2 || files[0].Width != 1 {
			t.Fatalf("%+v", files)
		}
		for i, want := range []string{"inline", "attachment"} {
			// An <img> names no origin.
			resp, b := r.raw("GET", files[i].URL, nil, "Sec-Fetch-Site", "cross-site")
			h := resp.Header
			if resp.StatusCode != 200 || !strings.HasPrefix(h.Get("Content-Disposition"), want) || h.Get("Cross-Origin-Resource-Policy") != "cross-origin" ||
				!strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || i == 0 && !bytes.Equal(b, png) {
				t.Errorf("%s: %d %v", files[i].Name, resp.StatusCode, h)
			}
		}
		if resp, _ := r.raw("GET", files[0].URL+"&w=160", nil); resp.StatusCode != 200 {
			t.Errorf("a thumbnail: %d", resp.StatusCode)
		}
		if resp, _ := r.raw("GET", files[0].URL, nil, "Origin", "https://evil.example"); resp.StatusCode != 403 {
			t.Errorf("another site's script gets the file: %d", resp.StatusCode)
		}
		path, token, _ := strings.Cut(files[0].URL, "?token=")
		_, second, _ := strings.Cut(files[1].URL, "?token=")
		id, _, _ := strings.Cut(image.File, ".")
		for name, tok := range map[string]string{
			"none": "", "the other file's": second, "a session": v.Token, "changed": string(token[0]^1) + token[1:],
			"expired": r.svc.pass(filePurpose(r.ch, id), time.Now().Add(-time.Second)),
		} {
			if resp, _ := r.raw("GET", path+"?token="+tok, nil); resp.StatusCode != 404 {
				t.Errorf("with token %s: %d", name, resp.StatusCode)
			}
		}
	})
}

func signed(id string) *Identity {
	mac := hmac.New(sha256.New, []byte("0123456789abcdef0123456789abcdef"))
	mac.Write([]byte(id))
	return &Identity{ID: id, Hash: hex.EncodeToString(mac.Sum(nil)), Name: "Ana Paz", Email: "ana@example.com"}
}

func (r *rig) become(token string, who *Identity) (s Session) {
	r.t.Helper()
	if status := r.call("POST", "session", "", sessionInput{Token: token, Identify: who}, &s); status != http.StatusOK {
		r.t.Fatalf("identify: %d", status)
	}
	return s
}

// What a visitor wrote before being known is not lost, and nobody else gets it.
func TestBecomingKnown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, channel.Config{adapter.FieldSecret: "0123456789abcdef0123456789abcdef"})
		idle := func() { r.eventually("all is in", func() bool { return r.number(`SELECT COUNT(*) FROM job`) == 0 }) }
		texts := func(token string) (out []string) {
			for _, m := range r.history(token).Items {
				out = append(out, m.Text)
			}
			return out
		}

		// The person has no contact: the anonymous one becomes theirs.
		first := r.visitor(nil)
		r.say(first.Token, Input{CID: "a", T: "message", Text: "anonymous one"})
		idle()
		ana := r.become(first.Token, signed("42"))
		idle()
		if n := r.number(`SELECT COUNT(*) FROM contact WHERE first_name = 'Ana' AND email = 'ana@example.com'`); n != 1 {
			t.Error("the contact isn't named")
		}
		r.say(ana.Token, Input{CID: "b", T: "message", Text: "known one"})
		idle()
		if n := r.number(`SELECT COUNT(*) FROM contact`); n != 1 || strings.Join(texts(ana.Token), ",") != "anonymous one,known one" {
			t.Errorf("%d contacts, history %v", n, texts(ana.Token))
		}
		elsewhere := r.become("", signed("42"))
		if got := texts(elsewhere.Token); len(got) != 2 {
			t.Errorf("in another browser the person sees %v", got)
		}

		// Both exist: both stay, one history for the visitor, and a word for the agents.
		phone := r.visitor(nil)
		r.say(phone.Token, Input{CID: "a", T: "message", Text: "from the phone"})
		idle()
		phone = r.become(phone.Token, signed("42"))
		r.say(phone.Token, Input{CID: "b", T: "message", Text: "known on the phone"})
		idle()
		if n := r.number(`SELECT COUNT(*) FROM contact`); n != 2 {
			t.Errorf("%d contacts, want 2", n)
		}
		if got := strings.Join(texts(phone.Token), ","); got != "anonymous one,known one,from the phone,known on the phone" {
			t.Errorf("on the phone: %s", got)
		}
		if got := strings.Join(texts(elsewhere.Token), ","); strings.Contains(got, "from the phone") || !strings.Contains(got, "known on the phone") {
			t.Errorf("elsewhere: %s", got)
		}
		if n := r.number(`SELECT COUNT(*) FROM event WHERE kind = 'channel_event' AND data LIKE '%ID 42%'`); n != 1 {
			t.Errorf("%d notes on the anonymous timeline, want 1", n)
		}

		// Somebody else signs in in the same browser: nothing of Ana's is theirs, even
		// with an old anonymous token.
		for name, token := range map[string]string{"Ana's token": ana.Token, "the token from before": first.Token} {
			eva := r.become(token, signed("7"))
			r.say(eva.Token, Input{CID: "e", T: "message", Text: "Eva"})
			idle()
			for _, text := range texts(eva.Token) {
				if text != "Eva" {
					t.Errorf("with %s Eva sees %q", name, text)
				}
			}
		}

		// A name without signature is a name, no identity.
		plain := r.become("", &Identity{Name: "Luis", Email: "luis@example.com"})
		if plain.Verified {
			t.Error("a name alone was verified")
		}
		r.say(plain.Token, Input{CID: "a", T: "message", Text: "hi"})
		idle()
		if n := r.number(`SELECT COUNT(*) FROM contact WHERE first_name = 'Luis'`); n != 1 {
			t.Errorf("%d contacts called Luis", n)
		}
	})
}

// unlimited lets visitors ask as often as they like.
func (r *rig) unlimited() {
	l := DefaultLimits()
	l.Reads, l.ReadsIP, l.Events, l.EventsIP, l.SessionsIP = Rate{1e6, 1e6}, Rate{1e6, 1e6}, Rate{1e6, 1e6}, Rate{1e6, 1e6}, Rate{1e6, 1e6}
	r.svc.limits = newLimits(l)
	srv := httptest.NewServer(r.svc.Handlers()["/widget/"])
	r.t.Cleanup(srv.Close)
	r.srv.URL = srv.URL
}

// Whatever part of the events a widget sends again, and however often, each is
// stored once and in order.
func TestResendingProperty(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, nil)
		r.unlimited()
		rapid.Check(t, func(rt *rapid.T) {
			v := r.visitor(nil)
			n := rapid.IntRange(1, 8).Draw(rt, "messages")
			acked := 0
			var all []Input
			for i := range n {
				all = append(all, Input{CID: fmt.Sprintf("c%d", i), T: "message", Text: fmt.Sprint(i)})
			}
			// The widget sends what isn't answered for; answers may be lost, so it may
			// begin anywhere before that, and end anywhere after.
			for acked < n {
				from := rapid.IntRange(0, acked).Draw(rt, "from")
				to := rapid.IntRange(acked+1, n).Draw(rt, "to")
				for range rapid.IntRange(1, 3).Draw(rt, "times") {
					r.say(v.Token, all[from:to]...)
				}
				acked = to
			}
			var got []string
			r.eventually("all is in", func() bool {
				got = got[:0]
				for _, m := range r.history(v.Token).Items {
					got = append(got, m.Text)
				}
				return len(got) >= n && r.number(`SELECT COUNT(*) FROM job`) == 0
			})
			if len(got) != n {
				rt.Fatalf("%d messages became %v", n, got)
			}
			for i, text := range got {
				if text != fmt.Sprint(i) {
					rt.Fatalf("out of order: %v", got)
				}
			}
		})
	})
}

func TestTryPageAndAssets(t *testing.T) {
	r := onSQLite(t, channel.Config{"title_en": `"><script>alert(1)</script>`})
	resp, body := r.raw("GET", "try", nil)
	if resp.StatusCode != 200 || !bytes.Contains(body, []byte(`data-channel="`+r.ch.Key+`"`)) || bytes.Contains(body, []byte("<script>alert")) {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if resp, _ := r.raw("GET", "/widget.js", nil); resp.StatusCode != 404 {
		t.Errorf("a build without the widget serves one: %d", resp.StatusCode)
	}
	var c Config
	r.call("GET", "config", "", nil, &c)
	if c.Color != adapter.DefaultColor || c.Position != "right" || c.Texts["es"]["greeting"] == "" || c.Prechat["name"] != adapter.Hidden || c.MaxFile != 10<<20 {
		t.Errorf("%+v", c)
	}
}
