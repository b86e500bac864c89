package webchat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/httpapi"
	"github.com/bandeja/bandeja/internal/safehttp"
)

// code names what went wrong, for the widget.
type code string

const (
	codeNotFound    code = "not_found"
	codeOrigin      code = "origin_not_allowed"
	codeIdentity    code = "identity_not_verified"
	codeSession     code = "session_expired"
	codeThrottled   code = "too_many_requests"
	codeInvalid     code = "invalid"
	codeRequired    code = "required"
	codeTooLong     code = "too_long"
	codeEmpty       code = "message_empty"
	codeBadEmail    code = "bad_email"
	codeBadPhone    code = "bad_phone"
	codeFileTooBig  code = "file_too_large"
	codeFileEmpty   code = "file_empty"
	codeBodyTooBig  code = "body_too_large"
	codeUnavailable code = "unavailable"
	codeInternal    code = "internal"
)

// sentence is what a visitor reads of a code, and its HTTP status.
type sentence struct {
	status int
	text   crm.Text
}

func sentenceOf(c code) sentence {
	s := func(status int, en, es string) sentence { return sentence{status, crm.Text{EN: en, ES: es}} }
	switch c {
	case codeNotFound:
		return s(404, "This chat doesn't exist.", "Este chat no existe.")
	case codeOrigin:
		return s(403, "This website may not show the chat.", "Este sitio web no puede mostrar el chat.")
	case codeIdentity:
		return s(403, "Your identity could not be verified.", "No se pudo verificar su identidad.")
	case codeSession:
		return s(401, "Your session has ended.", "Su sesión terminó.")
	case codeThrottled:
		return s(429, "That was too fast. Try again in a moment.", "Fue demasiado rápido. Vuelva a intentarlo en un momento.")
	case codeRequired:
		return s(422, "This field is required.", "Este campo es obligatorio.")
	case codeTooLong:
		return s(422, "This is too long: at most {max} characters.", "Es demasiado largo: {max} caracteres como máximo.")
	case codeEmpty:
		return s(422, "There is nothing to send.", "No hay nada que enviar.")
	case codeBadEmail:
		return s(422, "This is not an e-mail address.", "No es una dirección de correo.")
	case codeBadPhone:
		return s(422, "Write the number with its country code, as +593 98 765 4321.", "Escriba el número con el código de país, como +593 98 765 4321.")
	case codeFileTooBig:
		return s(413, "The file is too large: at most {max} MB.", "El archivo es demasiado grande: {max} MB como máximo.")
	case codeFileEmpty:
		return s(422, "The file is empty.", "El archivo está vacío.")
	case codeBodyTooBig:
		return s(413, "The request is too large.", "La solicitud es demasiado grande.")
	case codeUnavailable:
		return s(503, "The chat is not available right now. We will try again shortly.", "El chat no está disponible en este momento. Lo intentaremos de nuevo en breve.")
	case codeInternal:
		return s(500, "Something went wrong on our side.", "Algo falló de nuestro lado.")
	}
	return s(422, "This is not valid.", "Esto no es válido.")
}

// refusal is an error that a visitor is told.
type refusal struct {
	code   code
	max    int64
	wait   time.Duration
	fields []fieldRefusal
}

type fieldRefusal struct {
	field string
	code  code
	max   int64
}

// Error implements error.
func (e *refusal) Error() string { return "webchat: " + string(e.code) }

func refuse(c code) *refusal { return &refusal{code: c} }

func throttled(wait time.Duration) *refusal { return &refusal{code: codeThrottled, wait: wait} }

func (c code) in(lang crm.Language, maximum int64) string {
	return strings.ReplaceAll(sentenceOf(c).text.In(string(lang)), "{max}", fmt.Sprint(maximum))
}

// problem puts a refusal into the visitor's words.
func (e *refusal) problem(lang crm.Language, requestID string) *httpapi.Problem {
	status := sentenceOf(e.code).status
	p := &httpapi.Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: e.code.in(lang, e.max),
		Code: string(e.code), RequestID: requestID,
	}
	for _, f := range e.fields {
		p.Errors = append(p.Errors, httpapi.FieldProblem{Field: f.field, Code: string(f.code), Detail: f.code.in(lang, f.max)})
	}
	if e.max > 0 {
		p.Args = map[string]any{"max": e.max}
	}
	return p
}

// refusalOf makes a refusal of any error; what isn't one is logged and told as
// internal.
func (s *Service) refusalOf(ctx context.Context, err error) *refusal {
	var e *refusal
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &tooLarge), errors.Is(err, safehttp.ErrTooLarge):
		return refuse(codeBodyTooBig)
	case errors.Is(err, crm.Refuse(crm.CodeNotFound)):
		return refuse(codeNotFound)
	case errors.Is(err, context.Canceled):
		return refuse(codeUnavailable) // nobody is there to read it
	case errors.Is(err, db.ErrUnavailable), errors.Is(err, db.ErrClosed):
		s.Logger.Error("the database is unavailable", "request", httpapi.FrameOf(ctx).RequestID, "err", err)
		return refuse(codeUnavailable)
	}
	s.Logger.Error("a visitor's request failed", "request", httpapi.FrameOf(ctx).RequestID, "err", err)
	return refuse(codeInternal)
}

// fail answers with a problem (RFC 9457). c is nil where the call wasn't let in.
func (s *Service) fail(w http.ResponseWriter, r *http.Request, c *call, err error) {
	e := s.refusalOf(r.Context(), err)
	frame := httpapi.FrameOf(r.Context())
	lang := frame.Language
	if c != nil {
		lang = c.language
	}
	p := e.problem(lang, frame.RequestID)
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Language", string(lang))
	h.Set("Cache-Control", "no-store")
	if e.wait > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(e.wait.Seconds()))))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

func answer(w http.ResponseWriter, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b)
	return nil
}

// maxBody bounds what a widget may post, files aside.
const maxBody = 256 << 10

func decode(w http.ResponseWriter, r *http.Request, v any) error {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(v)
	var tooLarge *http.MaxBytesError
	if err != nil && !errors.As(err, &tooLarge) {
		return refuse(codeInvalid)
	}
	return err
}
