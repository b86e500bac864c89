package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/safehttp"
)

// Problem is an error as RFC 9457 has it, with a stable code.
type Problem struct {
	Type   string `json:"type" doc:"about:blank; the code tells."`
	Title  string `json:"title" doc:"The HTTP status in words."`
	Status int    `json:"status"`
	Detail string `json:"detail" doc:"What happened and what to do, in the caller's language."`
	// Code is stable; programs decide by it.
	Code      string         `json:"code"`
	Errors    []FieldProblem `json:"errors,omitempty" nullable:"false"`
	Args      map[string]any `json:"args,omitempty" doc:"The values in detail: limits, names."`
	RequestID string         `json:"request_id"`
}

// FieldProblem is what is wrong with one input.
type FieldProblem struct {
	Field  string `json:"field"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// Error implements error.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// problems makes problems of errors.
type problems struct {
	said map[crm.Code]sentence
	log  *slog.Logger
}

func (ps problems) of(ctx context.Context, err error) *Problem {
	req := requestOf(ctx)
	code, field := crm.CodeInternal, ""
	var args map[string]any
	var ce *crm.Error
	var p *Problem
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &ce):
		code, field, args = ce.Code, ce.Field, ce.Args
	case errors.Is(err, db.ErrUnavailable), errors.Is(err, db.ErrClosed):
		code = crm.CodeUnavailable
		ps.log.Error("the database is unavailable", "request", req.id, "err", err)
	case errors.Is(err, db.ErrNotFound):
		code = crm.CodeNotFound
	case errors.Is(err, db.ErrConflict):
		code = crm.CodeConflict
	case errors.Is(err, safehttp.ErrForbidden):
		code = crm.CodeForbiddenAddress
	case errors.As(err, &tooLarge), errors.Is(err, safehttp.ErrTooLarge):
		code = crm.CodeBodyTooLarge
	case errors.Is(err, channel.ErrSignatureMissing):
		code = crm.CodeUnauthenticated
	case errors.Is(err, channel.ErrSignatureWrong):
		code = crm.CodeForbidden
	case errors.Is(err, context.Canceled):
		code = crm.CodeUnavailable // nobody is there to read it
	default:
		ps.log.Error("request failed", "request", req.id, "path", req.path, "err", err)
	}
	return ps.code(ctx, code, field, args)
}

// code makes a problem of a code, at a field or of the request as a whole.
func (ps problems) code(ctx context.Context, code crm.Code, field string, args map[string]any) *Problem {
	req := requestOf(ctx)
	s, ok := ps.said[code]
	if !ok {
		s = ps.said[crm.CodeInternal]
	}
	p := &Problem{
		Type: "about:blank", Title: http.StatusText(s.status), Status: s.status, Code: string(code),
		Detail: said(s.title.In(string(req.language)), args), Args: args, RequestID: req.id,
	}
	if field != "" {
		p.Errors = []FieldProblem{{Field: field, Code: string(code), Detail: p.Detail}}
	}
	return p
}

// fromHuma makes a problem of what huma found wrong before the handler ran.
func (ps problems) fromHuma(ctx context.Context, status int, msg string, errs []error) *Problem {
	for _, err := range errs {
		var ce *crm.Error
		if err != nil && (errors.As(err, &ce) || status == http.StatusInternalServerError) {
			return ps.of(ctx, err)
		}
	}
	p := ps.code(ctx, codeOf(status), "", nil)
	p.Status, p.Title = status, http.StatusText(status)
	for _, err := range errs {
		var d *huma.ErrorDetail
		if err == nil || !errors.As(err, &d) {
			continue
		}
		code, args := crm.CodeInvalid, map[string]any(nil)
		switch {
		case strings.Contains(d.Message, "required"):
			code = crm.CodeRequired
		case strings.Contains(d.Message, "length <= "):
			_, most, _ := strings.Cut(d.Message, "length <= ")
			code, args = crm.CodeTooLong, map[string]any{"max": most}
		}
		field := d.Location
		if strings.HasPrefix(d.Message, "expected required property ") {
			name, _, _ := strings.Cut(strings.TrimPrefix(d.Message, "expected required property "), " ")
			field += "." + name
		}
		field = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(field, "body."), "query."), "path.")
		text := said(ps.said[code].title.In(string(requestOf(ctx).language)), args)
		p.Errors = append(p.Errors, FieldProblem{Field: field, Code: string(code), Detail: text})
	}
	if len(p.Errors) > 0 {
		p.Code, p.Detail = p.Errors[0].Code, p.Errors[0].Field+": "+p.Errors[0].Detail
	} else if msg != "" && status < 500 && p.Code == string(crm.CodeInvalid) {
		p.Detail += " (" + msg + ")"
	}
	return p
}

// write answers a request outside huma with a problem.
func (ps problems) write(w http.ResponseWriter, r *http.Request, err error) {
	p := ps.of(r.Context(), err)
	w.Header().Set("Content-Type", "application/problem+json")
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}
