package telegram_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/channeltest"
	"github.com/bandeja/bandeja/internal/channel/telegram"
	"github.com/bandeja/bandeja/internal/crm"
)

// provider answers each method with the result given for it.
func provider(t *testing.T, results map[string]string) (*channel.Channel, *channeltest.Recorder) {
	t.Helper()
	srv, rec := channeltest.Provider(t, func(w http.ResponseWriter, r *http.Request) {
		method := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
		result, ok := results[method]
		if !ok {
			http.Error(w, `{"ok":false,"error_code":400,"description":"Bad Request: file is too big"}`, 400)
			return
		}
		if strings.HasPrefix(r.URL.Path, "/file/") {
			_, _ = io.WriteString(w, result)
			return
		}
		_, _ = io.WriteString(w, `{"ok":true,"result":`+result+`}`)
	})
	return connect(srv.URL, srv.Client()), rec
}

func TestSetup(t *testing.T) {
	a, ctx := telegram.New(), t.Context()
	ch, rec := provider(t, map[string]string{
		"getMe":               `{"id":123456,"is_bot":true,"first_name":"Flores","username":"flores_bot"}`,
		"setWebhook":          `true`,
		"deleteWebhook":       `true`,
		"sendChatAction":      `true`,
		"answerCallbackQuery": `true`,
		"getChat":             `{"id":4711,"type":"private","first_name":"Lucía","last_name":"Gómez","username":"luciag","photo":{"small_file_id":"s","big_file_id":"b"}}`,
	})
	account, err := a.Check(ctx, ch)
	if want := (channel.Account{Name: "Flores", Handle: "@flores_bot", ExternalID: "123456"}); err != nil || account != want {
		t.Errorf("Check = %+v, %v; want %+v", account, err, want)
	}
	profile, err := a.Profile(ctx, ch, channel.Address{Key: "4711"})
	if want := (crm.Profile{Name: "Lucía Gómez", FirstName: "Lucía", LastName: "Gómez", Username: "luciag", Picture: "b"}); err != nil || profile != want {
		t.Errorf("Profile = %+v, %v; want %+v", profile, err, want)
	}
	polling := *ch
	polling.Config = channel.Config{"mode": "polling"}
	for k, v := range ch.Config {
		polling.Config[k] = v
	}
	for name, err := range map[string]error{
		"Subscribe":         a.Subscribe(ctx, ch),
		"Subscribe polling": a.Subscribe(ctx, &polling),
		"Unsubscribe":       a.Unsubscribe(ctx, ch, nil),
		"Typing":            a.Typing(ctx, ch, channel.Address{Key: "4711@bc"}, ""),
		"Acknowledge":       a.Acknowledge(ctx, ch, "438"),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	spec := loadSpec(t)
	for _, r := range rec.Requests() {
		spec.check(t, "setup", r)
	}
	ch.WebhookURL = ""
	if err := a.Subscribe(ctx, ch); err == nil {
		t.Error("Subscribe without a public address succeeded")
	}
}

func TestPoll(t *testing.T) {
	a := telegram.New()
	ch, rec := provider(t, map[string]string{
		"getUpdates": `[{"update_id":10,"message":{"a":1}},{"update_id":12}]`,
	})
	raws, next, err := a.Poll(t.Context(), ch, "10")
	if err != nil || len(raws) != 2 || next != "13" || string(raws[0]) != `{"update_id":10,"message":{"a":1}}` {
		t.Errorf("Poll = %s, %q, %v", raws, next, err)
	}
	if got := rec.Requests()[0].JSON.(map[string]any)["offset"]; got != 10.0 {
		t.Errorf("offset %v, want 10", got)
	}
	loadSpec(t).check(t, "poll", rec.Requests()[0])
	ch, _ = provider(t, map[string]string{"getUpdates": `[]`})
	if raws, next, err := a.Poll(t.Context(), ch, "7"); err != nil || len(raws) != 0 || next != "7" {
		t.Errorf("empty Poll = %s, %q, %v", raws, next, err)
	}
	if a.Polls(ch) || !a.Polls(&channel.Channel{Config: channel.Config{"mode": "polling"}}) {
		t.Error("Polls doesn't follow the mode")
	}
}

func TestFetch(t *testing.T) {
	a := telegram.New()
	ch, _ := provider(t, map[string]string{
		"getFile":    `{"file_id":"D1","file_path":"documents/file 1.pdf","file_size":7}`,
		"file 1.pdf": "content",
	})
	m, err := a.Fetch(t.Context(), ch, crm.Attachment{Remote: "D1", Name: "factura.pdf", MIME: "application/pdf"})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Body.Close()
	b, err := io.ReadAll(m.Body)
	if err != nil || string(b) != "content" || m.Name != "factura.pdf" || m.MIME != "application/pdf" || m.Size != 7 {
		t.Errorf("Fetch = %+v %q %v", m, b, err)
	}

	for _, c := range []struct {
		name    string
		results map[string]string
		a       crm.Attachment
		code    string
	}{
		{"announced too big", nil, crm.Attachment{Remote: "x", Size: 21 << 20}, "too_big"},
		{"refused as too big", nil, crm.Attachment{Remote: "x"}, "too_big"},
		{"told too big", map[string]string{"getFile": `{"file_path":"a","file_size":30000000}`}, crm.Attachment{Remote: "x"}, "too_big"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ch, _ := provider(t, c.results)
			_, err := a.Fetch(t.Context(), ch, c.a)
			if se := channel.AsSendError(err); err == nil || se.Code != c.code || se.Kind != channel.PermanentMessage {
				t.Errorf("Fetch: %v, want code %s", err, c.code)
			}
		})
	}
}

func TestFetchHidesToken(t *testing.T) {
	srv, _ := channeltest.Provider(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"ok":true,"result":{"file_path":"a"}}`)
	})
	ch := connect(srv.URL, &http.Client{Transport: failOn{"/file/", srv.Client().Transport}})
	_, err := telegram.New().Fetch(t.Context(), ch, crm.Attachment{Remote: "x"})
	if err == nil || strings.Contains(err.Error(), token) {
		t.Errorf("Fetch: %v", err)
	}
}

// failOn fails the requests whose path begins so, naming their address.
type failOn struct {
	prefix string
	next   http.RoundTripper
}

func (f failOn) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.Path, f.prefix) {
		return nil, errors.New("can't reach " + r.URL.String())
	}
	return f.next.RoundTrip(r)
}

func TestDescription(t *testing.T) {
	d := telegram.New().Describe()
	if diff := cmp.Diff(d, telegram.New().Describe()); diff != "" {
		t.Errorf("Describe changes: %s", diff)
	}
	for _, f := range d.Fields {
		if f.Label.EN == "" || f.Label.ES == "" || f.Help.EN == "" || f.Help.ES == "" {
			t.Errorf("field %s lacks words", f.Key)
		}
	}
}
