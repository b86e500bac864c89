package httpapi

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/sso"
)

// ssoCookie keeps a sign-in's secrets, sealed, while the browser is at the provider.
func ssoCookie(q *request, value string, maxAge int) *http.Cookie {
	name := "bandeja_oidc"
	if q.https {
		name = "__Host-" + name
	}
	return &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, Secure: q.https, SameSite: http.SameSiteLaxMode, MaxAge: maxAge}
}

// ssoStart sends a browser to the provider; to says where it wants to go afterwards.
func (s *Server) ssoStart(w http.ResponseWriter, r *http.Request) {
	if s.SSO == nil {
		s.problems.write(w, r, crm.Refuse(crm.CodeNotFound))
		return
	}
	address, kept, err := s.SSO.Start(r.Context(), r.URL.Query().Get("to"))
	if err != nil {
		s.ssoRefused(w, r, err)
		return
	}
	http.SetCookie(w, ssoCookie(requestOf(r.Context()), kept, int(sso.TripLasts.Seconds())))
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, address, http.StatusSeeOther) //nolint:gosec // the provider's own address
}

// ssoCallback takes a browser back from the provider and signs it in.
func (s *Server) ssoCallback(w http.ResponseWriter, r *http.Request) {
	if s.SSO == nil {
		s.problems.write(w, r, crm.Refuse(crm.CodeNotFound))
		return
	}
	q := requestOf(r.Context())
	kept := ""
	if c, err := r.Cookie(ssoCookie(q, "", 0).Name); err == nil {
		kept = c.Value
	}
	http.SetCookie(w, ssoCookie(q, "", -1))
	w.Header().Set("Cache-Control", "no-store")
	id, to, err := s.SSO.Finish(r.Context(), r.URL.Query(), kept)
	if err != nil {
		s.ssoRefused(w, r, err)
		return
	}
	v, secret, err := s.Accounts.LoginBy(r.Context(), id, q.ip, q.device)
	if err != nil {
		s.ssoRefused(w, r, err)
		return
	}
	s.Directory.Forget(v.Workspace)
	w.Header().Add("Set-Cookie", s.startCookie(r.Context(), secret))
	http.Redirect(w, r, to, http.StatusSeeOther) //nolint:gosec // sso.LocalPath has made it a path of ours
}

// ssoRefused sends a browser to the login page, which says the problem.
func (s *Server) ssoRefused(w http.ResponseWriter, r *http.Request, err error) {
	code := s.problems.of(r.Context(), err).Code
	var ce *crm.Error
	if errors.As(err, &ce) {
		s.log.Info("single sign-on was refused", "request", requestOf(r.Context()).id, "code", code, "err", err)
	}
	http.Redirect(w, r, "/login?problem="+url.QueryEscape(code), http.StatusSeeOther)
}
