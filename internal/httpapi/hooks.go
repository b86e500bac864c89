package httpapi

import (
	"errors"
	"io"
	"net/http"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// defaultHookBody caps a webhook's body where the adapter doesn't say, bytes.
const defaultHookBody = 1 << 20

// hook takes a provider's webhook. It answers 200 once the raw body is stored:
// what is in it is nobody's business here. 401 and 403 mean a missing and a wrong
// signature, 413 a body over the cap, 503 that the provider should try again.
func (s *Server) hook(w http.ResponseWriter, r *http.Request) {
	ch, err := s.Gateway.ByKey(r.Context(), r.PathValue("type"), r.PathValue("key"))
	if err != nil {
		s.problems.write(w, r, err)
		return
	}
	limit := ch.About.BodyLimit
	if limit == 0 {
		limit = defaultHookBody
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		s.problems.write(w, r, err)
		return
	}
	err = s.Gateway.Accept(r.Context(), ch, channel.Webhook{
		Method: r.Method, URL: s.Gateway.WebhookURL(ch) + query(r), Header: r.Header, Query: r.URL.Query(), Body: raw,
	})
	if err != nil {
		if !errors.Is(err, channel.ErrSignatureMissing) && !errors.Is(err, channel.ErrSignatureWrong) && !isRefusal(err) {
			err = errors.Join(db.ErrUnavailable, err) // whatever it is: let the provider keep it
		}
		s.problems.write(w, r, err)
		return
	}
	w.WriteHeader(http.StatusOK)
}

func isRefusal(err error) bool {
	var ce *crm.Error
	return errors.As(err, &ce)
}

func query(r *http.Request) string {
	if r.URL.RawQuery == "" {
		return ""
	}
	return "?" + r.URL.RawQuery
}

// hookChallenge answers the GET by which a provider checks the address.
func (s *Server) hookChallenge(w http.ResponseWriter, r *http.Request) {
	ch, err := s.Gateway.ByKey(r.Context(), r.PathValue("type"), r.PathValue("key"))
	if err != nil {
		s.problems.write(w, r, err)
		return
	}
	c, ok := ch.Adapter.(channel.Challenger)
	if !ok {
		s.problems.write(w, r, crm.Refuse(crm.CodeNotFound))
		return
	}
	text, err := c.Challenge(ch.View(), r.URL.Query())
	if err != nil {
		s.problems.write(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, text)
}
