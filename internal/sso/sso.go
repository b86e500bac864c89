// Package sso signs people in with an OpenID Connect provider. It knows the protocol;
// whose account somebody gets is for package account.
package sso

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/bandeja/bandeja/internal/config"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/safehttp"
)

const (
	// CallbackPath is where the provider sends browsers back to.
	CallbackPath = "/auth/oidc/callback"
	// TripLasts is how long somebody may take at the provider.
	TripLasts = 10 * time.Minute

	purpose      = "sign-in by single sign-on"
	exchangeTime = 10 * time.Second
)

// Options are what a Provider is made of.
type Options struct {
	Issuer, ClientID, ClientSecret string
	// Name is what people know the provider by.
	Name string
	// PublicURL is this server's own address.
	PublicURL string
	Keys      *config.Keyring
}

// Provider is an OpenID Connect provider. It is asked for its description when
// somebody first signs in, and again until it answers.
type Provider struct {
	o      Options
	client *http.Client
	found  atomic.Pointer[oidc.Provider]
}

// New returns a provider. It isn't called before somebody signs in.
func New(o Options) *Provider {
	// The operator has set its address, and it may well be in the operator's network.
	return &Provider{o: o, client: safehttp.Client(true, exchangeTime)}
}

// Name is what people know the provider by.
func (p *Provider) Name() string { return p.o.Name }

// Identity is somebody as the provider knows them.
type Identity struct {
	Issuer, Subject string
	Email           string
	// Verified tells that the provider has made sure of the e-mail.
	Verified bool
	Name     string
	Language crm.Language
}

// trip is what the browser keeps, sealed, while somebody is at the provider.
type trip struct {
	State, Nonce, Verifier, To string
	Until                      time.Time
}

// Start returns where to send the browser, and what it has to bring back in a cookie.
// to is where it wants to go afterwards.
func (p *Provider) Start(ctx context.Context, to string) (address, kept string, err error) {
	oauth, _, err := p.discover(ctx)
	if err != nil {
		return "", "", err
	}
	t := trip{State: random(), Nonce: random(), Verifier: oauth2.GenerateVerifier(), To: LocalPath(to), Until: time.Now().Add(TripLasts)}
	text, err := json.Marshal(t)
	if err != nil {
		return "", "", err
	}
	address = oauth.AuthCodeURL(t.State, oidc.Nonce(t.Nonce), oauth2.S256ChallengeOption(t.Verifier))
	return address, base64.RawURLEncoding.EncodeToString(p.o.Keys.Seal(text, purpose)), nil
}

// Finish takes what the provider sent back with the browser, and the cookie. It
// returns who it is and where they wanted to go; refusals are
// crm.CodeSSOFailed and crm.CodeSSOUnavailable, joined with their cause.
func (p *Provider) Finish(ctx context.Context, query url.Values, kept string) (Identity, string, error) {
	failed := func(why string, err error) (Identity, string, error) {
		return Identity{}, "", errors.Join(crm.Refuse(crm.CodeSSOFailed), fmt.Errorf("sso: %s: %w", why, err))
	}
	t, err := p.open(kept)
	if err != nil {
		return failed("the cookie", err)
	}
	if subtle.ConstantTimeCompare([]byte(t.State), []byte(query.Get("state"))) != 1 {
		return failed("the answer", errors.New("it belongs to another sign-in"))
	}
	if code := query.Get("error"); code != "" {
		return failed("the provider refused", fmt.Errorf("%.100q", code))
	}
	oauth, provider, err := p.discover(ctx)
	if err != nil {
		return Identity{}, "", err
	}
	token, err := oauth.Exchange(oidc.ClientContext(ctx, p.client), query.Get("code"), oauth2.VerifierOption(t.Verifier))
	if err != nil {
		return failed("exchanging the code", withoutBody(err))
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return failed("exchanging the code", errors.New("the provider gave no ID token"))
	}
	id, err := provider.Verifier(&oidc.Config{ClientID: p.o.ClientID}).Verify(ctx, raw)
	if err != nil {
		return failed("the ID token", err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(t.Nonce)) != 1 {
		return failed("the ID token", errors.New("it belongs to another sign-in"))
	}
	var claims struct {
		Email    string `json:"email"`
		Verified any    `json:"email_verified"`
		Name     string `json:"name"`
		Locale   string `json:"locale"`
	}
	if err := id.Claims(&claims); err != nil {
		return failed("the ID token", err)
	}
	out := Identity{
		Issuer: id.Issuer, Subject: id.Subject, Email: claims.Email, Name: claims.Name, Language: crm.English,
		Verified: claims.Verified == true || claims.Verified == "true", // some providers write it as a string
	}
	if strings.HasPrefix(strings.ToLower(claims.Locale), "es") {
		out.Language = crm.Spanish
	}
	return out, t.To, nil
}

func (p *Provider) open(kept string) (t trip, err error) {
	sealed, err := base64.RawURLEncoding.DecodeString(kept)
	if err != nil {
		return t, err
	}
	text, err := p.o.Keys.Open(sealed, purpose)
	if err != nil {
		return t, err
	}
	if err := json.Unmarshal(text, &t); err != nil {
		return t, err
	}
	if time.Now().After(t.Until) {
		return t, errors.New("too late")
	}
	return t, nil
}

// discover asks the provider for its description, once it has answered no more.
func (p *Provider) discover(ctx context.Context) (*oauth2.Config, *oidc.Provider, error) {
	provider := p.found.Load()
	if provider == nil {
		var err error
		if provider, err = oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.o.Issuer); err != nil {
			return nil, nil, errors.Join(crm.Refuse(crm.CodeSSOUnavailable), fmt.Errorf("sso: asking %s for its description: %w", p.o.Issuer, err))
		}
		p.found.Store(provider)
	}
	return &oauth2.Config{
		ClientID: p.o.ClientID, ClientSecret: p.o.ClientSecret, Endpoint: provider.Endpoint(), RedirectURL: p.o.PublicURL + CallbackPath,
		Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
	}, provider, nil
}

// withoutBody keeps the provider's answer to an exchange out of the log: it may
// repeat what it was asked.
func withoutBody(err error) error {
	var re *oauth2.RetrieveError
	if errors.As(err, &re) {
		return fmt.Errorf("status %d %.100q", re.Response.StatusCode, re.ErrorCode)
	}
	return err
}

func random() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// LocalPath returns a path of this server, with its query; "/" for everything else.
func LocalPath(to string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsFunc(to, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }) {
		return "/"
	}
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") {
		return "/"
	}
	return to
}
