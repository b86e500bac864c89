package httpapi_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"image"
	_ "image/png" // what QR codes are drawn as
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/config"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/httpapi"
	"github.com/bandeja/bandeja/internal/mail"
	"github.com/bandeja/bandeja/internal/mail/mailtest"
	"github.com/bandeja/bandeja/internal/sim"
	"github.com/bandeja/bandeja/internal/sso"
	"github.com/bandeja/bandeja/internal/sso/ssotest"
)

// withMail makes a rig send mail.
func withMail(t *testing.T, box *mailtest.Box) func(*account.WaysIn, *httpapi.Options) {
	return func(w *account.WaysIn, o *httpapi.Options) {
		m, err := mail.New(mail.Options{URL: box.URL, DB: o.DB, Queue: w.Queue, Keys: w.Keys, Logger: o.Logger})
		if err != nil {
			t.Fatal(err)
		}
		w.Mail = m
	}
}

type sentInvitation struct {
	Invitation struct {
		ID, Email, Role string
		InvitedBy       string `json:"invited_by"`
		Expired         bool
	}
	Link   string
	Mailed bool
}

// token is what follows the last slash of a link.
func tokenOf(link string) string { return link[strings.LastIndexByte(link, '/')+1:] }

// said fails unless an answer is a problem of a status and code.
func said(t *testing.T, what string, a answer, status int, code string) {
	t.Helper()
	if a.status != status || a.problem().Code != code {
		t.Errorf("%s: %d %s, want %d %s", what, a.status, a.body, status, code)
	}
}

func TestInvitations(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		box := mailtest.New(t)
		r := newRig(t, d, withMail(t, box))
		owner, manager := r.tokens["owner"], r.tokens["manager"]
		in := map[string]any{"email": "ana@example.org", "role": "agent", "visibility": "own", "language": "es"}
		var first, again sentInvitation
		a := r.do(manager, "POST", "/invitations", in, "Idempotency-Key", "k1")
		a.into(t, &first)
		if a.status != 201 || !strings.HasPrefix(first.Link, r.srv.URL+"/invite/") || !first.Mailed || first.Invitation.Email != "ana@example.org" || first.Invitation.Expired {
			t.Errorf("%d %+v", a.status, first)
		}
		if !strings.Contains(box.Wait(t, 1), first.Link) {
			t.Errorf("the mail hasn't the link: %s", box.Got()[0])
		}
		r.do(manager, "POST", "/invitations", in, "Idempotency-Key", "k1").into(t, &again)
		if again.Link != "" || again.Invitation.ID != first.Invitation.ID || !again.Mailed {
			t.Errorf("the repeated key: %+v", again)
		}
		var kept []byte
		if err := d.Read(t.Context(), func(tx *db.Tx) error { return tx.Row(`SELECT body FROM idempotency`, nil, &kept) }); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(kept, []byte(tokenOf(first.Link))) {
			t.Errorf("the link is kept: %s", kept)
		}
		said(t, "the same person", r.do(owner, "POST", "/invitations", in), 409, "already_invited")
		said(t, "a member", r.do(owner, "POST", "/invitations", map[string]any{"email": "agent@example.com", "role": "agent"}), 409, "already_member")
		said(t, "a manager an owner", r.do(manager, "POST", "/invitations", map[string]any{"email": "x@example.org", "role": "owner"}), 403, "forbidden")

		var list struct {
			Items []struct {
				ID, Email, Visibility string
				InvitedBy             string `json:"invited_by"`
			}
		}
		r.do(owner, "GET", "/invitations", nil).into(t, &list)
		if len(list.Items) != 1 || list.Items[0].Visibility != "own" || list.Items[0].InvitedBy == "" {
			t.Errorf("%+v", list)
		}
		var second sentInvitation
		r.do(owner, "POST", "/invitations/"+first.Invitation.ID+"/resend", nil).into(t, &second)
		look := func(s sentInvitation) answer {
			return r.do("", "POST", "/invitation/look", map[string]string{"token": tokenOf(s.Link)})
		}
		said(t, "the old link", look(first), 404, "link_used")
		var welcome struct {
			WorkspaceName string `json:"workspace_name"`
			NameOfInviter string `json:"name_of_inviter"`
			Email, Role   string
			Known         bool
		}
		look(second).into(t, &welcome)
		if welcome.WorkspaceName != "Shop" || welcome.NameOfInviter != "Olga Owner" || welcome.Email != "ana@example.org" || welcome.Role != "agent" || welcome.Known {
			t.Errorf("%+v", welcome)
		}
		accept := map[string]string{"token": tokenOf(second.Link), "name": "Ana", "password": "flores de ana", "timezone": "America/Guayaquil"}
		a = r.do("", "POST", "/invitation/accept", accept)
		cookie, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
		var me struct {
			User struct{ Name, Role, Visibility, Language, Timezone string }
		}
		a.into(t, &me)
		if a.status != 201 || me.User.Name != "Ana" || me.User.Role != "agent" || me.User.Visibility != "own" || me.User.Language != "es" || me.User.Timezone != "America/Guayaquil" {
			t.Errorf("%d %s", a.status, a.body)
		}
		if a := r.do("", "GET", "/me", nil, "Cookie", cookie); a.status != 200 {
			t.Errorf("the session: %d %s", a.status, a.body)
		}
		said(t, "accepting twice", r.do("", "POST", "/invitation/accept", accept), 404, "link_used")
		r.do(owner, "GET", "/invitations", nil).into(t, &list)
		if len(list.Items) != 0 {
			t.Errorf("open still: %+v", list)
		}
		r.do(owner, "POST", "/invitations", map[string]any{"email": "x@example.org", "role": "owner"}).into(t, &first)
		r.do(owner, "DELETE", "/invitations/"+first.Invitation.ID, nil).into(t, nil)
		said(t, "taken back", look(first), 404, "link_used")
		said(t, "taken back twice", r.do(owner, "DELETE", "/invitations/"+first.Invitation.ID, nil), 404, "not_found")
	})
}

func TestAnExpiredInvitation(t *testing.T) {
	var mu sync.Mutex
	ahead := time.Duration(0)
	o := dbtest.Options(t, db.SQLite)
	o.Now = func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return time.Now().Add(ahead)
	}
	r := newRig(t, dbtest.Open(t, o))
	var sent sentInvitation
	r.do(r.tokens["owner"], "POST", "/invitations", map[string]any{"email": "ana@example.org", "role": "agent"}).into(t, &sent)
	if sent.Mailed || sent.Link == "" {
		t.Errorf("without mail: %+v", sent)
	}
	mu.Lock()
	ahead = 8 * 24 * time.Hour
	mu.Unlock()
	said(t, "a week later", r.do("", "POST", "/invitation/look", map[string]string{"token": tokenOf(sent.Link)}), 410, "link_expired")
	var list struct{ Items []struct{ Expired bool } }
	r.do(r.tokens["owner"], "GET", "/invitations", nil).into(t, &list)
	if len(list.Items) != 1 || !list.Items[0].Expired {
		t.Errorf("%+v", list)
	}
}

// Where no address is set, an invitation's link begins with the one that was called.
func TestLinksWithoutAPublicAddress(t *testing.T) {
	r := newRig(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)), func(_ *account.WaysIn, o *httpapi.Options) { o.PublicURL = "" })
	var sent sentInvitation
	r.do(r.tokens["owner"], "POST", "/invitations", map[string]any{"email": "ana@example.org", "role": "agent"}).into(t, &sent)
	if !strings.HasPrefix(sent.Link, r.srv.URL+"/invite/") {
		t.Errorf("%+v", sent)
	}
}

func TestForgottenPasswords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		box := mailtest.New(t)
		r := newRig(t, d, withMail(t, box))
		cookie := r.signIn("agent@example.com")
		token, live := r.tokens["agent"], r.listen(r.tokens["agent"])
		var bodies []string
		for _, email := range []string{"nobody@example.com", "agent@example.com", "rubbish"} {
			a := r.do("", "POST", "/password/forgot", map[string]string{"email": email}, "Host", "evil.example")
			if a.status != 202 {
				t.Errorf("%s: %d %s", email, a.status, a.body)
			}
			bodies = append(bodies, string(a.body))
		}
		if bodies[0] != bodies[1] || bodies[1] != bodies[2] {
			t.Errorf("the answers differ: %q", bodies)
		}
		link := regexp.MustCompile(regexp.QuoteMeta(r.srv.URL) + `/reset/[\w-]+`).FindString(box.Wait(t, 1))
		if link == "" {
			t.Fatalf("no link in %s", box.Got()[0])
		}
		reset := map[string]string{"token": tokenOf(link), "password": "short"}
		said(t, "a short one", r.do("", "POST", "/password/reset", reset), 422, "too_short")
		reset["password"] = "another quiet password"
		if a := r.do("", "POST", "/password/reset", reset); a.status != 204 {
			t.Errorf("%d %s", a.status, a.body)
		}
		said(t, "twice", r.do("", "POST", "/password/reset", reset), 404, "link_used")
		said(t, "the session from before", r.do("", "GET", "/me", nil, "Cookie", cookie), 401, "unauthenticated")
		said(t, "the token from before", r.do(token, "GET", "/me", nil), 401, "unauthenticated")
		r.eventually("what listens by the token hears no more", live.over)
		if a := r.do("", "POST", "/session", map[string]string{"email": "agent@example.com", "password": "another quiet password"}); a.status != 200 {
			t.Errorf("the new password: %d %s", a.status, a.body)
		}
	})
}

// totp is what an authenticator app shows now.
func totp(t *testing.T, secret string) string {
	t.Helper()
	key, err := base32.StdEncoding.DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	m := hmac.New(sha1.New, key)
	_ = binary.Write(m, binary.BigEndian, time.Now().Unix()/30)
	sum := m.Sum(nil)
	at := sum[19] & 15
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at:])&0x7fffffff)%1_000_000)
}

func TestTwoFactor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		cookie := r.signIn("agent@example.com")
		as := func(method, path string, in any) answer { return r.do("", method, path, in, "Cookie", cookie) }
		var state struct {
			Enabled      bool
			Since        *time.Time
			RecoveryLeft int `json:"recovery_left"`
		}
		as("GET", "/me/two-factor", nil).into(t, &state)
		if state.Enabled || state.Since != nil {
			t.Errorf("%+v", state)
		}
		said(t, "a wrong password", as("POST", "/me/two-factor", map[string]string{"password": "guess"}), 401, "wrong_credentials")
		var secret struct{ Secret, URL, QR string }
		as("POST", "/me/two-factor", map[string]string{"password": password}).into(t, &secret)
		picture, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret.QR, "data:image/png;base64,"))
		if err != nil || !strings.Contains(secret.URL, secret.Secret) {
			t.Errorf("%+v %v", secret, err)
		}
		if _, _, err := image.DecodeConfig(bytes.NewReader(picture)); err != nil {
			t.Errorf("the picture: %v", err)
		}
		said(t, "a wrong code", as("PUT", "/me/two-factor", map[string]string{"code": "00000x"}), 401, "wrong_code")
		var codes struct {
			RecoveryCodes []string `json:"recovery_codes"`
		}
		as("PUT", "/me/two-factor", map[string]string{"code": totp(t, secret.Secret)}).into(t, &codes)
		as("GET", "/me/two-factor", nil).into(t, &state)
		if len(codes.RecoveryCodes) != 10 || !state.Enabled || state.Since == nil || state.RecoveryLeft != 10 {
			t.Fatalf("%+v %+v", codes, state)
		}
		in := map[string]string{"email": "agent@example.com", "password": password}
		said(t, "signing in without a code", r.do("", "POST", "/session", in), 401, "second_factor_required")
		in["code"] = "aaaa-bbbb-cccc"
		said(t, "with a wrong one", r.do("", "POST", "/session", in), 401, "wrong_code")
		in["code"] = codes.RecoveryCodes[0]
		if a := r.do("", "POST", "/session", in); a.status != 200 || a.header.Get("Set-Cookie") == "" {
			t.Errorf("with a recovery code: %d %s", a.status, a.body)
		}
		both := map[string]string{"password": password, "code": codes.RecoveryCodes[1]}
		var renewed struct {
			RecoveryCodes []string `json:"recovery_codes"`
		}
		as("POST", "/me/two-factor/recovery-codes", both).into(t, &renewed)
		both["code"] = renewed.RecoveryCodes[0]
		if a := as("DELETE", "/me/two-factor", both); a.status != 204 {
			t.Errorf("switching it off: %d %s", a.status, a.body)
		}
		said(t, "off already", as("DELETE", "/me/two-factor", both), 409, "two_factor_off")
		delete(in, "code")
		if a := r.do("", "POST", "/session", in); a.status != 200 {
			t.Errorf("signing in after that: %d %s", a.status, a.body)
		}
	})
}

func TestAnOwnerResetsASecondFactor(t *testing.T) {
	r := newRig(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)))
	cookie := r.signIn("manager@example.com")
	var secret struct{ Secret string }
	r.do("", "POST", "/me/two-factor", map[string]string{"password": password}, "Cookie", cookie).into(t, &secret)
	r.do("", "PUT", "/me/two-factor", map[string]string{"code": totp(t, secret.Secret)}, "Cookie", cookie).into(t, nil)
	var users struct{ Items []struct{ ID, Email string } }
	r.do(r.tokens["owner"], "GET", "/users", nil).into(t, &users)
	for _, u := range users.Items {
		switch u.Email {
		case "manager@example.com":
			if a := r.do(r.tokens["owner"], "DELETE", "/users/"+u.ID+"/two-factor", nil); a.status != 204 {
				t.Errorf("%d %s", a.status, a.body)
			}
		case "owner@example.com":
			said(t, "one's own", r.do(r.tokens["owner"], "DELETE", "/users/"+u.ID+"/two-factor", nil), 403, "own_access")
		}
	}
	r.signIn("manager@example.com")
}

// browser keeps cookies by hand and follows nothing.
type browser struct {
	t       *testing.T
	r       *rig
	cookies map[string]string
}

func (b *browser) get(path string) *http.Response {
	b.t.Helper()
	req, err := http.NewRequest("GET", b.r.srv.URL+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	for name, value := range b.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	resp.Body.Close()
	for _, c := range resp.Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
			b.t.Errorf("the cookie %s", c)
		}
		b.cookies[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return resp
}

// signOn goes the whole way by the provider and returns where the browser ends.
func (b *browser) signOn(far *ssotest.Provider, to string) string {
	b.t.Helper()
	start := b.get("/auth/oidc/start?to=" + url.QueryEscape(to))
	address := start.Header.Get("Location")
	if start.StatusCode != http.StatusSeeOther || !strings.HasPrefix(address, far.URL+"/authorize?") {
		return address
	}
	back := b.get("/auth/oidc/callback?" + far.Visit(b.t, address).Encode())
	if back.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("status %d", back.StatusCode)
	}
	return back.Header.Get("Location")
}

func TestSingleSignOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		far := ssotest.New(t)
		keys, err := config.NewKeyring(strings.Repeat("5a", 32))
		if err != nil {
			t.Fatal(err)
		}
		r := newRig(t, d, func(w *account.WaysIn, o *httpapi.Options) {
			w.OwnersOnly = true
			o.SSO = sso.New(sso.Options{Issuer: far.URL, ClientID: ssotest.ClientID, ClientSecret: ssotest.ClientSecret, Name: "Acme", PublicURL: o.PublicURL, Keys: keys})
		})
		var setup struct {
			Mail, Password bool
			OIDC           *struct{ Name string }
		}
		r.do("", "GET", "/setup", nil).into(t, &setup)
		if setup.Mail || setup.Password || setup.OIDC == nil || setup.OIDC.Name != "Acme" {
			t.Errorf("%+v", setup)
		}
		said(t, "an agent's password", r.do("", "POST", "/session", map[string]string{"email": "agent@example.com", "password": password}), 403, "sso_only")
		b := &browser{t, r, make(map[string]string)}
		far.Says(map[string]any{"sub": "1", "email": "agent@example.com", "email_verified": true})
		if at := b.signOn(far, "/inbox/mine?status=open"); at != "/inbox/mine?status=open" {
			t.Errorf("the browser is at %s", at)
		}
		if len(b.cookies) != 1 || b.cookies["bandeja_session"] == "" {
			t.Errorf("cookies %v", b.cookies)
		}
		if a := r.do("", "GET", "/me", nil, "Cookie", "bandeja_session="+b.cookies["bandeja_session"]); !strings.Contains(string(a.body), "agent@example.com") {
			t.Errorf("%d %s", a.status, a.body)
		}
		if at := b.signOn(far, "https://evil.example/"); at != "/" {
			t.Errorf("the browser is led to %s", at)
		}
		far.Says(map[string]any{"sub": "2", "email": "stranger@example.com", "email_verified": true})
		if at := b.signOn(far, "/"); at != "/login?problem=sso_unknown" {
			t.Errorf("a stranger is at %s", at)
		}
		far.Says(map[string]any{"sub": "3", "email": "manager@example.com"})
		if at := b.signOn(far, "/"); at != "/login?problem=sso_unverified" {
			t.Errorf("an e-mail nobody verified leads to %s", at)
		}
		if at := b.get("/auth/oidc/callback?code=x&state=y").Header.Get("Location"); at != "/login?problem=sso_failed" {
			t.Errorf("an answer nobody asked for leads to %s", at)
		}
	})
}

func TestSingleSignOnWithoutItsProvider(t *testing.T) {
	far := ssotest.New(t)
	far.SetDown(true)
	keys, err := config.NewKeyring(strings.Repeat("5a", 32))
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)), func(_ *account.WaysIn, o *httpapi.Options) {
		o.SSO = sso.New(sso.Options{Issuer: far.URL, ClientID: ssotest.ClientID, ClientSecret: ssotest.ClientSecret, PublicURL: o.PublicURL, Keys: keys})
	})
	b := &browser{t, r, make(map[string]string)}
	if at := b.signOn(far, "/"); at != "/login?problem=sso_unavailable" {
		t.Errorf("the browser is at %s", at)
	}
	r.signIn("agent@example.com") // passwords work meanwhile
	off := newRig(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)))
	for _, path := range []string{"/auth/oidc/start", "/auth/oidc/callback"} {
		if resp := (&browser{t, off, make(map[string]string)}).get(path); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s without single sign-on: %d", path, resp.StatusCode)
		}
	}
}

// Tabs share a cookie: a page that was loaded for one user says nothing in another's name.
func TestAPageIsOfOneUser(t *testing.T) {
	r := newRig(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)))
	r.connect("telegram")
	r.sim.SendText(sim.TelegramAccount, "7001001", "hola")
	contact := r.contactOf("")
	agent, owner := r.signIn("agent@example.com"), r.owner.User.String()
	say := func(user string) answer {
		return r.do("", "POST", "/contacts/"+contact+"/messages", map[string]any{"text": "¿Sí?", "comment": true}, "Cookie", agent, "Bandeja-User", user)
	}
	if a := say(owner); a.status != 401 || a.problem().Code != "other_user" || a.header.Get("Set-Cookie") != "" {
		t.Errorf("another's page: %d %s", a.status, a.body)
	}
	if a := r.do("", "DELETE", "/session", nil, "Cookie", agent, "Bandeja-User", owner); a.problem().Code != "other_user" {
		t.Errorf("another's page signs out: %d %s", a.status, a.body)
	}
	before := len(r.messages(contact))
	var me struct{ User idOnly }
	r.do("", "GET", "/me", nil, "Cookie", agent).into(t, &me)
	say(me.User.ID).into(t, nil)
	if after := len(r.messages(contact)); after != before+1 {
		t.Errorf("%d messages, then %d", before, after)
	}
}

// A log may be read by others than those whom a link is for.
func TestLinksAreNotLogged(t *testing.T) {
	r, log := newLoggedRig(t)
	b := &browser{t, r, make(map[string]string)}
	b.get("/invite/s3cret-token")
	b.get("/reset/s3cret-token")
	if text := log(); strings.Contains(text, "s3cret") || !strings.Contains(text, "/reset/") {
		t.Errorf("the log: %s", text)
	}
}

// Who leaves a page before its answer is no trouble of the server's: no warning, no 5xx in the figures.
func TestWhoLeftIsNoTrouble(t *testing.T) {
	r, log := newLoggedRig(t)
	left, leave := context.WithCancel(t.Context())
	leave()
	q := httptest.NewRequestWithContext(left, http.MethodGet, "/api/v1/contacts?status=all", nil)
	q.Header.Set("Authorization", "Bearer "+r.tokens["owner"])
	r.api.ServeHTTP(httptest.NewRecorder(), q)
	text := log()
	if !strings.Contains(text, "path=/api/v1/contacts status=499") || strings.Contains(text, "level=WARN") || strings.Contains(text, "level=ERROR") {
		t.Errorf("the log: %s", text)
	}
}

// newLoggedRig starts a server and returns what it has logged so far.
func newLoggedRig(t *testing.T) (*rig, func() string) {
	var log bytes.Buffer
	var mu sync.Mutex
	r := newRig(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)), func(_ *account.WaysIn, o *httpapi.Options) {
		o.Logger = slog.New(slog.NewTextHandler(writerFunc(func(p []byte) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			return log.Write(p)
		}), &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	return r, func() string {
		mu.Lock()
		defer mu.Unlock()
		return log.String()
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// The figures are for whoever is on the machine, not for whom its proxy lets through.
func TestMetricsStayAtHome(t *testing.T) {
	for name, c := range map[string]struct {
		peer   string
		header string
		want   int
	}{
		"on the machine":             {"127.0.0.1:4711", "", http.StatusOK},
		"through its proxy":          {"127.0.0.1:4711", "203.0.113.7", http.StatusNotFound},
		"as if through a proxy":      {"127.0.0.1:4711", "127.0.0.1", http.StatusNotFound},
		"from elsewhere":             {"203.0.113.7:4711", "", http.StatusNotFound},
		"from elsewhere, pretending": {"203.0.113.7:4711", "127.0.0.1", http.StatusNotFound},
	} {
		r, log := newLoggedRig(t)
		q := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		q.RemoteAddr = c.peer
		if c.header != "" {
			q.Header.Set("X-Forwarded-For", c.header)
		}
		w := httptest.NewRecorder()
		r.api.ServeHTTP(w, q)
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", name, w.Code, c.want)
		}
		if told := strings.Contains(w.Body.String(), "bandeja_passwords_waiting 0"); told != (c.want == http.StatusOK) {
			t.Errorf("%s: the queue of passwords is told: %v", name, told)
		}
		if warned := strings.Contains(log(), "BANDEJA_TRUSTED_PROXIES"); warned != (c.header != "") {
			t.Errorf("%s: the operator is warned of a proxy: %v", name, warned)
		}
	}
}
