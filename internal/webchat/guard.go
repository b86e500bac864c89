package webchat

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/bandeja/bandeja/internal/account"
	adapter "github.com/bandeja/bandeja/internal/channel/webchat"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/gateway"
	"github.com/bandeja/bandeja/internal/httpapi"
)

// route is one operation of the visitors' API.
type route struct {
	handle func(w http.ResponseWriter, r *http.Request, c *call) error
	limit  pair
	// visitor is set where a visitor's token is needed.
	visitor bool
	// embedded is set where a browser asks without saying from which page: images
	// of the chat, and pages opened by hand.
	embedded bool
}

// call is a request that was let in.
type call struct {
	ch       *gateway.Channel
	visitor  visitor
	frame    httpapi.Frame
	language crm.Language
}

// guarded lets requests in that come from an allowed page, often enough and with
// a good token.
func (s *Service) guarded(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := s.admit(w, r, rt)
		if err == nil {
			err = rt.handle(w, r, c)
		}
		if err != nil {
			s.fail(w, r, c, err)
		}
	})
}

func (s *Service) admit(w http.ResponseWriter, r *http.Request, rt route) (*call, error) {
	c := &call{frame: httpapi.FrameOf(r.Context())}
	c.language = c.frame.Language
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	w.Header().Add("Vary", "Origin")
	w.Header().Set("Cache-Control", "no-store")
	ch, err := s.channel(r.Context(), r.PathValue("key"))
	if err != nil {
		allowOrigin(w, r) // a page may know that a channel doesn't exist
		return c, err
	}
	c.ch, c.language = ch, languageOf(ch, r, c.frame.Language)
	if !rt.embedded || r.Header.Get("Origin") != "" {
		if !originAllowed(ch.Config[adapter.FieldOrigins], s.Gateway.PublicURL, r) {
			return c, refuse(codeOrigin)
		}
		allowOrigin(w, r)
	}
	if wait := rt.limit.ip.take(account.AddressKey(c.frame.IP), 1); wait > 0 {
		return c, throttled(wait)
	}
	if !rt.visitor {
		return c, nil
	}
	if c.visitor, err = s.visitorOf(ch, tokenOf(r)); err != nil {
		return c, err
	}
	if wait := rt.limit.visitor.take(ch.ID.String()+c.visitor.ID, 1); wait > 0 {
		return c, throttled(wait)
	}
	return c, nil
}

func (s *Service) channel(ctx context.Context, key string) (*gateway.Channel, error) {
	ch, err := s.Gateway.ByKey(ctx, adapter.Type, key)
	if errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
		return nil, refuse(codeNotFound)
	}
	return ch, err
}

// languageOf is the channel's language where it has one, else the page's, else
// the browser's.
func languageOf(ch *gateway.Channel, r *http.Request, browser crm.Language) crm.Language {
	for _, l := range []string{ch.Config[adapter.FieldLanguage], r.URL.Query().Get("lang")} {
		if l == string(crm.Spanish) || l == string(crm.English) {
			return crm.Language(l)
		}
	}
	return browser
}

func tokenOf(r *http.Request) string {
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(token)
	}
	return r.URL.Query().Get("token")
}

// preflight answers a browser that asks whether it may ask.
func (s *Service) preflight(w http.ResponseWriter, r *http.Request) {
	ch, err := s.channel(r.Context(), r.PathValue("key"))
	w.Header().Add("Vary", "Origin")
	if err == nil && !originAllowed(ch.Config[adapter.FieldOrigins], s.Gateway.PublicURL, r) {
		err = refuse(codeOrigin)
	}
	if err != nil {
		s.fail(w, r, nil, err)
		return
	}
	allowOrigin(w, r)
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET, POST")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID")
	h.Set("Access-Control-Max-Age", "7200")
	w.WriteHeader(http.StatusNoContent)
}

// allowOrigin lets the page that asks read the answer. No cookies are involved,
// so credentials aren't allowed.
func allowOrigin(w http.ResponseWriter, r *http.Request) {
	if o := r.Header.Get("Origin"); o != "" {
		w.Header().Set("Access-Control-Allow-Origin", o)
		w.Header().Set("Access-Control-Expose-Headers", "Retry-After, X-Request-Id")
	}
}

// originAllowed tells whether the page that asks may show the chat. Our own pages
// may always: the page for trying out is one. own is our public address, "" where
// none is set.
func originAllowed(list, own string, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		// A browser leaves the origin out only where the page is our own, and says so;
		// whoever isn't a browser must name an origin where there is a list.
		return strings.TrimSpace(list) == "" || r.Header.Get("Sec-Fetch-Site") == "same-origin"
	}
	scheme, host, ok := strings.Cut(strings.ToLower(origin), "://")
	if own == "" && ok && host == strings.ToLower(r.Host) || own != "" && sameHost(own, origin) {
		return true
	}
	entries := strings.Fields(strings.ToLower(list))
	if len(entries) == 0 {
		return true
	}
	if !ok || scheme != "http" && scheme != "https" {
		return false // null, extensions, files
	}
	for _, e := range entries {
		if entryAllows(e, scheme, host) {
			return true
		}
	}
	return false
}

func sameHost(own, origin string) bool {
	u, err := url.Parse(own)
	return err == nil && strings.EqualFold(u.Scheme+"://"+u.Host, origin)
}

// entryAllows matches one line: the scheme where it has one, the whole host or,
// after "*.", any name below it, and the port.
func entryAllows(entry, scheme, host string) bool {
	entry = strings.TrimSuffix(entry, "/")
	if s, rest, ok := strings.Cut(entry, "://"); ok {
		if s != scheme {
			return false
		}
		entry = rest
	}
	entry, host = withoutDefaultPort(entry, scheme), withoutDefaultPort(host, scheme)
	if below, ok := strings.CutPrefix(entry, "*."); ok {
		name, found := strings.CutSuffix(host, "."+below)
		return found && name != ""
	}
	return entry == host
}

func withoutDefaultPort(host, scheme string) string {
	if scheme == "https" {
		return strings.TrimSuffix(host, ":443")
	}
	return strings.TrimSuffix(host, ":80")
}
