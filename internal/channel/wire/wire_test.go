package wire_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/wire"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`{"a":"x\u0000y"}`, `{"a":"xy"}`},
		{`{"a":"x\\u0000y"}`, `{"a":"x\\u0000y"}`},
		{`{"a":"\\\u0000"}`, `{"a":"\\"}`},
		{"{\"a\":\"\x00b\"}", `{"a":"b"}`},
		{`{"a":"\u00001"}`, `{"a":"1"}`},
		{`\u0000\`, `\`},
	} {
		if got := string(wire.Clean([]byte(c.in))); got != c.want {
			t.Errorf("Clean(%s) = %s, want %s", c.in, got, c.want)
		}
	}
}

func TestLoose(t *testing.T) {
	var v struct {
		A, B wire.ID
		C, D wire.Flag
		E, F wire.Number
		G, H wire.Unix
	}
	raw := `{"a":"x","b":12345678901234567890,"c":1,"d":true,"e":"1.5","f":2,"g":"1762000000","h":1762000000123}`
	if err := json.Unmarshal([]byte(raw), &v); err != nil {
		t.Fatal(err)
	}
	if v.A != "x" || v.B != "12345678901234567890" || !v.C || !v.D || v.E != 1.5 || v.F != 2 {
		t.Errorf("%+v", v)
	}
	at := time.Unix(1762000000, 0).UTC()
	if !v.G.Time().Equal(at) || !v.H.Time().Equal(at.Add(123*time.Millisecond)) || !wire.Unix(0).Time().IsZero() {
		t.Errorf("times %v %v", v.G.Time(), v.H.Time())
	}
	for _, raw := range []string{`{"a":{}}`, `{"c":"maybe"}`, `{"e":"NaN"}`, `{"e":[]}`, `{"g":"soon"}`} {
		if json.Unmarshal([]byte(raw), &v) == nil {
			t.Errorf("%s was taken", raw)
		}
	}
}

func TestCause(t *testing.T) {
	inner := errors.New("dial failed")
	err := wire.Cause(&url.Error{Op: "Post", URL: "https://x/bot1:SECRET/m", Err: inner}, "1:SECRET")
	if !errors.Is(err, inner) {
		t.Errorf("the cause is lost: %v", err)
	}
	leaky := &url.Error{Op: "Get", URL: "u", Err: errors.New(`bad Location "https://x/bot1%3ASECRET/"`)}
	if err := wire.Cause(leaky, "1:SECRET"); strings.Contains(err.Error(), "SECRET") || errors.Unwrap(err) != nil {
		t.Errorf("the secret shows: %v", err)
	}
}

func TestPartly(t *testing.T) {
	throttled := &channel.SendError{Kind: channel.Throttled, Detail: "wait"}
	if err := wire.Partly(0, 3, throttled); !errors.Is(err, throttled) {
		t.Errorf("nothing was sent, yet the error changed: %v", err)
	}
	if se := channel.AsSendError(wire.Partly(1, 3, throttled)); se.Kind != channel.PermanentMessage || !se.Partial || se.Detail != "1/3. wait" {
		t.Errorf("Partly = %+v", se)
	}
	if se := channel.AsSendError(wire.Partly(1, 3, &channel.SendError{Kind: channel.PermanentContact})); se.Kind != channel.PermanentContact {
		t.Errorf("Partly = %+v", se)
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		s    string
		n    int
		want string
	}{{"ñandú", 2, "ña"}, {"ab", 5, "ab"}, {"ab", 0, ""}, {"", 3, ""}} {
		if got := wire.Cut(c.s, c.n); got != c.want {
			t.Errorf("Cut(%q, %d) = %q", c.s, c.n, got)
		}
	}
}
