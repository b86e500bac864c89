package channeltest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/channel"
)

// ErrorCase is an answer of the provider and what is to be made of it.
type ErrorCase struct {
	Name       string
	Status     int
	Header     http.Header
	Body       string
	Kind       channel.ErrorKind
	Code       string
	RetryAfter time.Duration
}

// adapter is what Errors needs to know.
type adapter interface {
	channel.Adapter
	channel.Sender
}

// Errors sends out to a provider that answers as each case says, and then to one
// that hangs, breaks off, talks garbage or isn't there. No error may hold a
// secret of the channel.
func Errors(t *testing.T, a adapter, connect Connect, out channel.Outbound, cases []ErrorCase) {
	t.Helper()
	if out.Open == nil {
		out.Open = Files
	}
	for _, c := range append(cases, bareCases()...) {
		t.Run(c.Name, func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				for k, v := range c.Header {
					w.Header()[k] = v
				}
				w.WriteHeader(c.Status)
				_, _ = io.WriteString(w, c.Body)
			}))
			defer srv.Close()
			ch := connect(srv.URL, srv.Client())
			se := send(t, t.Context(), a, ch, out)
			if se.Kind != c.Kind {
				t.Errorf("kind %s, want %s: %v", se.Kind, c.Kind, se)
			}
			if c.Code != "" && se.Code != c.Code {
				t.Errorf("code %q, want %q", se.Code, c.Code)
			}
			if se.RetryAfter != c.RetryAfter {
				t.Errorf("retry after %v, want %v", se.RetryAfter, c.RetryAfter)
			}
		})
	}
	t.Run("hang", func(t *testing.T) { hang(t, a, connect, out) })
	t.Run("reset after the body", func(t *testing.T) { reset(t, a, connect, out) })
	t.Run("cut short", func(t *testing.T) { cut(t, a, connect, out) })
	t.Run("refused", func(t *testing.T) { refused(t, a, connect, out) })
	t.Run("no such host", func(t *testing.T) { noHost(t, a, connect, out) })
	t.Run("redirect", func(t *testing.T) { redirect(t, a, connect, out) })
}

// bareCases come from whatever stands between us and the provider, so they hold
// for every adapter.
func bareCases() []ErrorCase {
	wait := http.Header{"Retry-After": {"7"}}
	return []ErrorCase{
		{Name: "bare 429", Status: 429, Header: wait, Kind: channel.Throttled, RetryAfter: 7 * time.Second},
		{Name: "bare 500", Status: 500, Body: "<html>", Kind: channel.Transient},
		{Name: "bare 503", Status: 503, Kind: channel.Transient},
		{Name: "bare 502", Status: 502, Body: "bad gateway", Kind: channel.UncertainResult},
		{Name: "bare 504", Status: 504, Kind: channel.UncertainResult},
		{Name: "garbage 200", Status: 200, Body: "\x00\xff<garbage", Kind: channel.UncertainResult},
		{Name: "empty 200", Status: 200, Kind: channel.UncertainResult},
		{Name: "other JSON 200", Status: 200, Body: `{"hello":"world"}`, Kind: channel.UncertainResult},
		{Name: "JSON array 200", Status: 200, Body: `[1,2]`, Kind: channel.UncertainResult},
	}
}

// send sends and returns the error, having looked for secrets in every form of it.
func send(t *testing.T, ctx context.Context, a adapter, ch *channel.Channel, out channel.Outbound) *channel.SendError {
	t.Helper()
	receipt, err := a.Send(ctx, ch, out)
	if err == nil {
		t.Fatalf("Send succeeded: %+v", receipt)
	}
	var se *channel.SendError
	if !errors.As(err, &se) {
		t.Fatalf("the error is no *channel.SendError: %v", err)
	}
	for _, f := range a.Describe().Fields {
		secret := ch.Config[f.Key]
		if f.Kind != channel.FieldSecret || secret == "" {
			continue
		}
		for cause := error(se); cause != nil; cause = errors.Unwrap(cause) {
			for _, text := range []string{cause.Error(), fmt.Sprintf("%+v", cause), fmt.Sprintf("%#v", cause)} {
				if strings.Contains(text, secret) {
					t.Errorf("the error holds the secret %s: %s", f.Key, text)
				}
			}
		}
		if b, _ := json.Marshal(se); strings.Contains(string(b), secret) {
			t.Errorf("the error's JSON holds the secret %s", f.Key)
		}
	}
	return se
}

func hang(t *testing.T, a adapter, connect Connect, out channel.Outbound) {
	got := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(got)
		<-r.Context().Done()
	}))
	defer srv.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		<-got // the request arrived whole; now give up waiting
		cancel()
	}()
	if se := send(t, ctx, a, connect(srv.URL, srv.Client()), out); se.Kind != channel.UncertainResult {
		t.Errorf("kind %s, want uncertain: %v", se.Kind, se)
	}
}

func reset(t *testing.T, a adapter, connect Connect, out channel.Outbound) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // close by RST
		}
		_ = conn.Close()
	}))
	defer srv.Close()
	if se := send(t, t.Context(), a, connect(srv.URL, srv.Client()), out); se.Kind != channel.UncertainResult {
		t.Errorf("kind %s, want uncertain: %v", se.Kind, se)
	}
}

func cut(t *testing.T, a adapter, connect Connect, out channel.Outbound) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"ok":true,"messages":[{"id":"wamid.1"`)
	}))
	defer srv.Close()
	if se := send(t, t.Context(), a, connect(srv.URL, srv.Client()), out); se.Kind != channel.UncertainResult {
		t.Errorf("kind %s, want uncertain: %v", se.Kind, se)
	}
}

func refused(t *testing.T, a adapter, connect Connect, out channel.Outbound) {
	srv := httptest.NewServer(http.NotFoundHandler())
	ch := connect(srv.URL, srv.Client())
	srv.Close()
	if se := send(t, t.Context(), a, ch, out); se.Kind != channel.Transient {
		t.Errorf("kind %s, want transient: %v", se.Kind, se)
	}
}

func noHost(t *testing.T, a adapter, connect Connect, out channel.Outbound) {
	client := &http.Client{Transport: &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host", Name: "provider.invalid", IsNotFound: true}
		},
	}}
	if se := send(t, t.Context(), a, connect("http://provider.invalid", client), out); se.Kind != channel.Transient {
		t.Errorf("kind %s, want transient: %v", se.Kind, se)
	}
}

func redirect(t *testing.T, a adapter, connect Connect, out channel.Outbound) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("the redirect was followed: %s %s referer %q", r.Method, r.URL, r.Referer())
	}))
	defer other.Close()
	srv := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer srv.Close()
	if se := send(t, t.Context(), a, connect(srv.URL, srv.Client()), out); se.Kind != channel.PermanentMessage {
		t.Errorf("kind %s, want permanent_message: %v", se.Kind, se)
	}
}

// Signatures proves Verify with a webhook that carries a good signature in
// header. Where the signature is made over the body, a flipped bit of it breaks
// the signature.
func Signatures(t *testing.T, r channel.Receiver, ch *channel.Channel, good channel.Webhook, header string, coversBody bool) {
	t.Helper()
	with := func(value string) channel.Webhook {
		w := good
		w.Header = good.Header.Clone()
		if value == "" {
			w.Header.Del(header)
		} else {
			w.Header.Set(header, value)
		}
		return w
	}
	valid := good.Header.Get(header)
	flipped := []byte(valid)
	flipped[len(flipped)-1] ^= 1
	cases := []struct {
		name string
		ch   *channel.Channel
		w    channel.Webhook
		want error
	}{
		{"good", ch, good, nil},
		{"missing", ch, with(""), channel.ErrSignatureMissing},
		{"a bit flipped in the signature", ch, with(string(flipped)), channel.ErrSignatureWrong},
		{"cut short", ch, with(valid[:len(valid)-1]), channel.ErrSignatureWrong},
		{"longer", ch, with(valid + "0"), channel.ErrSignatureWrong},
		{"another word", ch, with("wrong"), channel.ErrSignatureWrong},
		{"channel without a secret", &channel.Channel{Config: channel.Config{}}, good, channel.ErrSignatureWrong},
	}
	if coversBody {
		w := with(valid)
		w.Body = append([]byte(nil), good.Body...)
		w.Body[len(w.Body)/2] ^= 1
		cases = append(cases, struct {
			name string
			ch   *channel.Channel
			w    channel.Webhook
			want error
		}{"a bit flipped in the body", ch, w, channel.ErrSignatureWrong})
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if err := r.Verify(c.ch, c.w); !errors.Is(err, c.want) || (c.want == nil) != (err == nil) {
				t.Errorf("Verify: %v, want %v", err, c.want)
			}
		})
	}
}
