package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/realtime"
)

// cookieName is the session's cookie. Over TLS it carries the __Host- prefix,
// which ties it to this host.
const cookieName = "bandeja_session"

const sessionDays = 30

func cookieFor(q *request) string {
	if q.https {
		return "__Host-" + cookieName
	}
	return cookieName
}

// userHeader names the user a page was loaded for. All tabs of a browser share one
// cookie: where somebody else has signed in in another tab, what this one still says
// is refused, and not said in the other's name.
const userHeader = "Bandeja-User"

// caller is whoever makes a request.
type caller struct {
	crm.Viewer
	session crm.ID
	secret  string
}

type callerKey struct{}

func callerOf(ctx context.Context) (caller, bool) {
	c, ok := ctx.Value(callerKey{}).(caller)
	return c, ok
}

// authenticated finds out who is calling. A request with wrong credentials is
// refused; one without goes on as anonymous, and the operation decides.
func (s *Server) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !needsCaller(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		q := requestOf(r.Context())
		var c caller
		var err error
		if auth := r.Header.Get("Authorization"); auth != "" {
			scheme, token, _ := strings.Cut(auth, " ")
			if !strings.EqualFold(scheme, "Bearer") {
				s.problems.write(w, r, crm.Refuse(crm.CodeUnauthenticated))
				return
			}
			c.secret = strings.TrimSpace(token)
			c.Viewer, err = s.Accounts.ByToken(r.Context(), c.secret)
		} else if cookie, cerr := r.Cookie(cookieFor(q)); cerr == nil {
			c.secret = cookie.Value
			c.Viewer, c.session, err = s.Accounts.BySession(r.Context(), cookie.Value)
			if errors.Is(err, crm.Refuse(crm.CodeUnauthenticated)) {
				// An ended session is as good as none: the login page must work.
				http.SetCookie(w, sessionCookie(q, "", -1))
				next.ServeHTTP(w, r)
				return
			}
		} else {
			next.ServeHTTP(w, r)
			return
		}
		if err != nil {
			s.problems.write(w, r, err)
			return
		}
		if id := r.Header.Get(userHeader); id != "" && id != c.User.String() {
			s.problems.write(w, r, crm.Refuse(crm.CodeOtherUser))
			return
		}
		q.language = c.Language
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, c)))
	})
}

func needsCaller(path string) bool {
	for _, p := range []string{"/api/", "/files/", "/realtime"} {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	return false
}

func sessionCookie(q *request, value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: cookieFor(q), Value: value, Path: "/", HttpOnly: true, Secure: q.https, SameSite: http.SameSiteLaxMode, MaxAge: maxAge,
	}
}

func (s *Server) startCookie(ctx context.Context, secret string) string {
	return sessionCookie(requestOf(ctx), secret, int((sessionDays * 24 * time.Hour).Seconds())).String()
}

// live lets signed-in browsers of our own origin connect.
func (s *Server) live(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, ok := callerOf(r.Context())
		if !ok {
			s.problems.write(w, r, crm.Refuse(crm.CodeUnauthenticated))
			return
		}
		if err := sameOrigin(r); err != nil {
			s.problems.write(w, r, err)
			return
		}
		again := func(ctx context.Context) (v crm.Viewer, err error) {
			if c.session == 0 {
				return s.Accounts.ByToken(ctx, c.secret)
			}
			v, _, err = s.Accounts.BySession(ctx, c.secret)
			return v, err
		}
		next.ServeHTTP(w, r.WithContext(realtime.WithViewer(r.Context(), c.Viewer, c.session, again)))
	})
}

// sameOrigin refuses another site's page: WebSockets are not held back by the
// browser's own rules.
func sameOrigin(r *http.Request) error {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return nil
	}
	if _, host, ok := strings.Cut(origin, "://"); ok && host == r.Host {
		return nil
	}
	return crm.Refuse(crm.CodeForbidden)
}
