package sso_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/config"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/sso"
	"github.com/bandeja/bandeja/internal/sso/ssotest"
)

func newProvider(t *testing.T, issuer string) *sso.Provider {
	t.Helper()
	keys, err := config.NewKeyring(strings.Repeat("5a", 32))
	if err != nil {
		t.Fatal(err)
	}
	return sso.New(sso.Options{
		Issuer: issuer, ClientID: ssotest.ClientID, ClientSecret: ssotest.ClientSecret, Name: "Acme", PublicURL: "https://inbox.example.com", Keys: keys,
	})
}

func TestSomebodySignsIn(t *testing.T) {
	far := ssotest.New(t)
	far.Says(map[string]any{"sub": "42", "email": "Ana@Example.com", "email_verified": true, "name": "Ana", "locale": "es-EC"})
	p := newProvider(t, far.URL)
	address, kept, err := p.Start(t.Context(), "/inbox?x=1")
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(address)
	if u.Query().Get("redirect_uri") != "https://inbox.example.com/auth/oidc/callback" || u.Query().Get("scope") != "openid email profile" {
		t.Errorf("the browser is sent to %s", address)
	}
	if strings.Contains(kept, u.Query().Get("state")) {
		t.Error("the cookie can be read")
	}
	id, to, err := p.Finish(t.Context(), far.Visit(t, address), kept)
	want := sso.Identity{Issuer: far.URL, Subject: "42", Email: "Ana@Example.com", Verified: true, Name: "Ana", Language: crm.Spanish}
	if err != nil || id != want || to != "/inbox?x=1" {
		t.Errorf("%+v %q %v", id, to, err)
	}
}

func TestRefusals(t *testing.T) {
	far := ssotest.New(t)
	p := newProvider(t, far.URL)
	type trip struct {
		back url.Values
		kept string
	}
	start := func(t *testing.T) trip {
		t.Helper()
		address, kept, err := p.Start(t.Context(), "/")
		if err != nil {
			t.Fatal(err)
		}
		return trip{far.Visit(t, address), kept}
	}
	honest := map[string]any{"sub": "42", "email": "a@b.example"}
	with := func(name string, v any) map[string]any { return map[string]any{"sub": "42", name: v} }
	for _, c := range []struct {
		name   string
		claims map[string]any
		change func(t *testing.T, g *trip)
	}{
		{"no cookie", honest, func(_ *testing.T, g *trip) { g.kept = "" }},
		{"a made-up cookie", honest, func(_ *testing.T, g *trip) { g.kept = "AAAA" }},
		{"another browser's cookie", honest, func(t *testing.T, g *trip) { g.kept = start(t).kept }},
		{"another state", honest, func(_ *testing.T, g *trip) { g.back.Set("state", "x") }},
		{"no state", honest, func(_ *testing.T, g *trip) { g.back.Del("state") }},
		{"the provider refuses", honest, func(_ *testing.T, g *trip) { g.back = url.Values{"state": g.back["state"], "error": {"access_denied"}} }},
		{"another code", honest, func(_ *testing.T, g *trip) { g.back.Set("code", "x") }},
		{"another sign-in's code", honest, func(t *testing.T, g *trip) { g.back.Set("code", start(t).back.Get("code")) }},
		{"another nonce", with("nonce", "x"), nil},
		{"another audience", with("aud", "them"), nil},
		{"another issuer", with("iss", "https://evil.example"), nil},
		{"too old", with("exp", time.Now().Add(-time.Hour).Unix()), nil},
		{"somebody else's signature", honest, func(t *testing.T, _ *trip) {
			far.SetForged(true)
			t.Cleanup(func() { far.SetForged(false) })
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			far.Says(c.claims)
			g := start(t)
			if c.change != nil {
				c.change(t, &g)
			}
			if id, _, err := p.Finish(t.Context(), g.back, g.kept); !errors.Is(err, crm.Refuse(crm.CodeSSOFailed)) || id != (sso.Identity{}) {
				t.Errorf("%+v %v", id, err)
			}
		})
	}
	far.Says(honest)
	g := start(t)
	if _, _, err := p.Finish(t.Context(), g.back, g.kept); err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Finish(t.Context(), g.back, g.kept); !errors.Is(err, crm.Refuse(crm.CodeSSOFailed)) {
		t.Errorf("the same answer again: %v", err)
	}
}

func TestAnUnverifiedEmailIsSaidToBeSo(t *testing.T) {
	far := ssotest.New(t)
	p := newProvider(t, far.URL)
	for _, c := range []struct {
		says any
		want bool
	}{{true, true}, {"true", true}, {false, false}, {"false", false}, {nil, false}, {1, false}} {
		far.Says(map[string]any{"sub": "42", "email": "a@b.example", "email_verified": c.says})
		address, kept, err := p.Start(t.Context(), "/")
		if err != nil {
			t.Fatal(err)
		}
		if id, _, err := p.Finish(t.Context(), far.Visit(t, address), kept); err != nil || id.Verified != c.want {
			t.Errorf("%v: %v %v", c.says, id.Verified, err)
		}
	}
}

// A server starts without the provider and finds it once it is there.
func TestTheProviderComesLater(t *testing.T) {
	far := ssotest.New(t)
	far.SetDown(true)
	p := newProvider(t, far.URL)
	if _, _, err := p.Start(t.Context(), "/"); !errors.Is(err, crm.Refuse(crm.CodeSSOUnavailable)) {
		t.Fatalf("while it is away: %v", err)
	}
	far.SetDown(false)
	if _, _, err := p.Start(t.Context(), "/"); err != nil {
		t.Errorf("once it is there: %v", err)
	}
}

func TestLocalPath(t *testing.T) {
	for in, want := range map[string]string{
		"/": "/", "/inbox/mine?status=open#x": "/inbox/mine?status=open#x", "": "/", "inbox": "/", "//evil.example": "/", "/\\evil.example": "/",
		"https://evil.example": "/", "/\t/evil.example": "/", "/\n": "/", "/%2f/evil.example": "/", "///evil.example": "/", "/a//b": "/a//b",
	} {
		if got := sso.LocalPath(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func FuzzLocalPath(f *testing.F) {
	for _, s := range []string{"/", "//x", "/\\x", "/%2fx", "http:x", "/a?b#c", "/\x00", "/:@x"} {
		f.Add(s)
	}
	base, err := url.Parse("https://inbox.example.com/auth/oidc/callback")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := sso.LocalPath(s)
		u, err := base.Parse(got)
		if err != nil || u.Host != base.Host || u.Scheme != base.Scheme || !strings.HasPrefix(got, "/") || strings.ContainsAny(got, "\r\n\\\t") {
			t.Errorf("%q becomes %q (%v)", s, got, err)
		}
	})
}
