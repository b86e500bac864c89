package whatsapp_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/channeltest"
	"github.com/bandeja/bandeja/internal/channel/whatsapp"
	"github.com/bandeja/bandeja/internal/crm"
)

func TestSetup(t *testing.T) {
	srv, rec := channeltest.Provider(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, `{"id":"106540352242922","display_phone_number":"+1 555 078 3881","verified_name":"Flores"}`)
			return
		}
		_, _ = io.WriteString(w, `{"success":true}`)
	})
	a, ch, ctx := whatsapp.New(), connect(srv.URL, srv.Client()), t.Context()
	account, err := a.Check(ctx, ch)
	want := channel.Account{Name: "Flores", Handle: "+1 555 078 3881", ExternalID: "106540352242922"}
	if err != nil || account != want {
		t.Errorf("Check = %+v, %v; want %+v", account, err, want)
	}
	to := channel.Address{Key: "593987654321"}
	for name, err := range map[string]error{
		"Subscribe":   a.Subscribe(ctx, ch),
		"Unsubscribe": a.Unsubscribe(ctx, ch, nil),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := a.MarkRead(ctx, ch, to, "wamid.in001"); err != nil {
		t.Error(err)
	}
	if err := a.Typing(ctx, ch, to, "wamid.in001"); err != nil {
		t.Error(err)
	}
	requests := rec.Requests()
	for _, r := range requests {
		if r.Auth != "Bearer "+accessToken {
			t.Errorf("%s %s: Authorization %q", r.Method, r.Path, r.Auth)
		}
	}
	last := requests[len(requests)-2:]
	channeltest.Golden(t, "testdata/setup/read_and_typing.golden.json", last)
}

func TestTemplates(t *testing.T) {
	pages := map[string]string{
		"": `{"data":[
			{"id":"1","name":"hola","language":"es","status":"approved","category":"utility","components":[
				{"type":"HEADER","format":"TEXT","text":"Pedido {{1}}","example":{"header_text":["A-1"]}},
				{"type":"BODY","text":"Hola {{1}}, su pedido {{2}} está listo, {{1}}.","example":{"body_text":[["Ana","A-1"]]}},
				{"type":"FOOTER","text":"Flores S.A."},
				{"type":"BUTTONS","buttons":[
					{"type":"QUICK_REPLY","text":"Gracias"},
					{"type":"URL","text":"Ver","url":"https://example.com/{{1}}","example":["https://example.com/A-1"]},
					{"type":"PHONE_NUMBER","text":"Llamar","phone_number":"+593987654321"},
					{"type":"COPY_CODE","text":"Copiar","example":"NAV25"}]}]},
			{"id":"2","name":"named","language":"en_US","status":"APPROVED","category":"MARKETING","parameter_format":"NAMED","components":[
				{"type":"HEADER","format":"IMAGE"},
				{"type":"BODY","text":"Hi {{first_name}}","example":{"body_text_named_params":[{"param_name":"first_name","example":"Sam"}]}}]}],
			"paging":{"cursors":{"before":"a","after":"b"},"next":"https://graph.facebook.com/next"}}`,
		"b": `{"data":[{"id":"3","name":"carousel","language":"es","status":"PAUSED","category":"MARKETING","components":[
				{"type":"BODY","text":"Mire"},{"type":"CAROUSEL","cards":[]}]}],
			"paging":{"cursors":{"before":"b","after":"c"}}}`,
	}
	srv, rec := channeltest.Provider(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, pages[r.URL.Query().Get("after")])
	})
	list, err := whatsapp.New().Templates(t.Context(), connect(srv.URL, srv.Client()))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(rec.Requests()); n != 2 {
		t.Errorf("%d pages fetched, want 2", n)
	}
	channeltest.Golden(t, "testdata/setup/templates.golden.json", list)
}

func TestFetch(t *testing.T) {
	content := []byte("content of the file")
	sum := sha256.Sum256(content)
	var lastAuth string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lastAuth = r.Header.Get("Authorization")
		_, _ = w.Write(content)
	}))
	defer other.Close()
	for _, c := range []struct {
		name     string
		sha      string
		download func(base string) string
		err      bool
		auth     string
	}{
		{"same host, hex", hex.EncodeToString(sum[:]), func(base string) string { return base + "/file" }, false, ""},
		{"base64", base64.StdEncoding.EncodeToString(sum[:]), func(base string) string { return base + "/file" }, false, ""},
		{"no checksum", "<HASH>", func(base string) string { return base + "/file" }, false, ""},
		{"wrong checksum", strings.Repeat("0", 64), func(base string) string { return base + "/file" }, true, ""},
		{"redirect to another host", "", func(base string) string { return base + "/moved" }, false, "none"},
		{"another host at once", "", func(string) string { return other.URL + "/x" }, false, "none"},
		{"endless redirects", "", func(base string) string { return base + "/loop" }, true, ""},
		{"needs the token", "", func(base string) string { return base + "/bare" }, true, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			lastAuth = "none"
			var base string
			srv, rec := channeltest.Provider(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case strings.HasSuffix(r.URL.Path, "/1003383421387256"):
					_, _ = io.WriteString(w, `{"messaging_product":"whatsapp","url":"`+c.download(base)+`","mime_type":"image/jpeg","sha256":"`+c.sha+`","file_size":"19","id":"1"}`)
				case r.Header.Get("Authorization") != "Bearer "+accessToken || r.URL.Path == "/bare":
					w.WriteHeader(http.StatusUnauthorized)
				case r.URL.Path == "/moved":
					http.Redirect(w, r, other.URL+"/x", http.StatusFound)
				case r.URL.Path == "/loop":
					http.Redirect(w, r, "/loop", http.StatusFound)
				default:
					_, _ = w.Write(content)
				}
			})
			base = srv.URL
			m, err := whatsapp.New().Fetch(t.Context(), connect(srv.URL, srv.Client()), crm.Attachment{Remote: "1003383421387256", Name: "a.jpg"})
			var got []byte
			if err == nil {
				got, err = io.ReadAll(m.Body)
				m.Body.Close()
			}
			if (err != nil) != c.err {
				t.Fatalf("Fetch: %v", err)
			}
			if !c.err && (!bytes.Equal(got, content) || m.MIME != "image/jpeg" || m.Name != "a.jpg" || m.Size != int64(len(content))) {
				t.Errorf("Fetch = %+v %q", m, got)
			}
			if c.auth == "none" && lastAuth != "" {
				t.Errorf("the token went to another host: %q", lastAuth)
			}
			if !strings.Contains(rec.Requests()[0].Path, "phone_number_id=106540352242922") {
				t.Errorf("asked for %s", rec.Requests()[0].Path)
			}
		})
	}
	if _, err := whatsapp.New().Fetch(t.Context(), testChannel(), crm.Attachment{Remote: "../x"}); err == nil {
		t.Error("a path was taken for a media id")
	}
}

func TestDescription(t *testing.T) {
	for _, f := range whatsapp.New().Describe().Fields {
		if f.Label.EN == "" || f.Label.ES == "" || f.Help.EN == "" || f.Help.ES == "" {
			t.Errorf("field %s lacks words", f.Key)
		}
	}
}
