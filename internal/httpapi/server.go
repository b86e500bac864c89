// Package httpapi stands between HTTP and the modules: the OpenAPI operations
// under /api/v1, sessions and tokens in, problems out, the providers' webhooks,
// files, and the web app's own files.
package httpapi

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/blob"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/content"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/gateway"
	"github.com/bandeja/bandeja/internal/inbox"
	"github.com/bandeja/bandeja/internal/jobs"
	"github.com/bandeja/bandeja/internal/notify"
	"github.com/bandeja/bandeja/internal/realtime"
	"github.com/bandeja/bandeja/internal/sso"
)

// Options are what a Server is made of.
type Options struct {
	DB        *db.DB
	Accounts  *account.Service
	Directory *account.Directory
	Contacts  *contact.Service
	Inbox     *inbox.Inbox
	Content   *content.Service
	Gateway   *gateway.Gateway
	Queue     *jobs.Queue
	Events    *eventlog.Log
	Files     *blob.Store
	Hub       *realtime.Hub
	Notify    *notify.Service
	Logger    *slog.Logger
	// Web holds the built web app; nil serves none.
	Web fs.FS
	// TrustedProxies lists the networks whose X-Forwarded-* headers are believed.
	TrustedProxies string
	MaxUpload      int64
	Version        string
	// PublicURL is where browsers reach this server; empty makes links of the
	// request's own idea of it.
	PublicURL string
	// SSO is the provider to sign in with; nil for none.
	SSO *sso.Provider
	// Extra are further handlers by pattern, as the web chat's.
	Extra map[string]http.Handler
}

// Server answers HTTP.
type Server struct {
	Options
	log      *slog.Logger
	trusted  trusted
	problems problems
	metrics  *metrics
	mux      *http.ServeMux
	api      huma.API
	access   map[string]Access
	handler  http.Handler
	// templates spaces what is asked of providers.
	templates templateAsks
	// strangeProxy is told of once.
	strangeProxy sync.Once
}

// New returns a server with all its routes.
func New(o Options) (*Server, error) {
	t, err := parseTrusted(o.TrustedProxies)
	if err != nil {
		return nil, errors.New("httpapi: BANDEJA_TRUSTED_PROXIES must list addresses or networks, separated by commas")
	}
	s := &Server{Options: o, log: o.Logger, trusted: t, mux: http.NewServeMux(), access: accessTable(), metrics: newMetrics(o.Accounts.Waiting)}
	s.problems = problems{said: sentences(), log: o.Logger}
	s.openAPI()
	s.routes()
	cross := http.NewCrossOriginProtection()
	// Providers post from anywhere and prove themselves by signature; the web chat
	// checks its own list of origins.
	cross.AddInsecureBypassPattern("/hooks/")
	cross.AddInsecureBypassPattern("/widget/")
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.problems.write(w, r, crm.Refuse(crm.CodeForbidden))
	}))
	s.handler = s.framed(s.authenticated(cross.Handler(s.mux)))
	return s, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

func (s *Server) openAPI() {
	config := huma.DefaultConfig("Bandeja", s.Version)
	config.Info.Description = "One inbox for every channel. Ids are decimal strings, times RFC 3339 in UTC. " +
		"Errors are problems (RFC 9457) whose code is stable. Calls that create take an Idempotency-Key header: " +
		"a repeated key returns the first answer."
	config.OpenAPIPath = "/api/openapi"
	config.DocsPath = ""
	config.SchemasPath = ""
	config.CreateHooks = nil
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token":   {Type: "http", Scheme: "bearer", Description: "An API token, made under Settings or by the command line."},
		"session": {Type: "apiKey", In: "cookie", Name: cookieName},
	}
	// huma keeps these in package variables; every Server sets the same.
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		return s.problems.fromHuma(ctx.Context(), status, msg, errs)
	}
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return s.problems.fromHuma(context.Background(), status, msg, errs)
	}
	s.api = humago.New(s.mux, config)
	s.accountOperations()
	s.dashboardOperations()
	s.inboxOperations()
	s.messageOperations()
	s.variableOperations()
	s.scheduledOperations()
	s.snippetOperations()
	s.channelOperations()
	s.fileOperations()
	s.exportOperations()
	s.notificationOperations()
	tellTruth(s.api.OpenAPI().Components.Schemas)
}

// OpenAPI returns the API's description as JSON.
func (s *Server) OpenAPI() ([]byte, error) { return s.api.OpenAPI().MarshalJSON() }

func (s *Server) routes() {
	s.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	s.mux.HandleFunc("GET /readyz", s.ready)
	s.mux.Handle("GET /metrics", s.metrics.handler())
	s.mux.HandleFunc("GET /api/docs", s.docs)
	s.mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		s.problems.write(w, r, crm.Refuse(crm.CodeNotFound))
	})
	s.mux.HandleFunc("POST /hooks/{type}/{key}", s.hook)
	s.mux.HandleFunc("GET /hooks/{type}/{key}", s.hookChallenge)
	s.mux.HandleFunc("GET /files/{id}/{name}", s.file)
	s.mux.HandleFunc("GET /auth/oidc/start", s.ssoStart)
	s.mux.HandleFunc("GET "+sso.CallbackPath, s.ssoCallback)
	for path, h := range s.Hub.Handlers() {
		s.mux.Handle(path, s.live(h))
	}
	for pattern, h := range s.Extra {
		s.mux.Handle(pattern, h)
	}
	s.mux.HandleFunc("/", s.static)
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	err := s.DB.Read(r.Context(), func(tx *db.Tx) error { return tx.Row(`SELECT 1`, nil, new(int)) })
	if err != nil {
		s.problems.write(w, r, err)
		return
	}
	_, _ = w.Write([]byte("ready\n"))
}

// static serves the web app; every path that is no file is a page of it.
func (s *Server) static(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.problems.write(w, r, crm.Refuse(crm.CodeNotFound))
		return
	}
	if s.Web == nil {
		http.Error(w, "The web app is not part of this build.", http.StatusNotFound)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" || !exists(s.Web, name) {
		if strings.HasPrefix(name, "assets/") {
			http.NotFound(w, r)
			return
		}
		name = "index.html"
	}
	if strings.HasPrefix(name, "assets/") {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable") // names carry a hash
	} else {
		w.Header().Set("Cache-Control", "no-cache")
	}
	serveCompressed(w, r, s.Web, name)
}

func exists(files fs.FS, name string) bool {
	info, err := fs.Stat(files, name)
	return err == nil && !info.IsDir()
}

// Handle adds a route, before the server runs.
func (s *Server) Handle(pattern string, h http.Handler) { s.mux.Handle(pattern, h) }

// SignIn starts a session for a viewer and gives the browser its cookie.
func (s *Server) SignIn(w http.ResponseWriter, r *http.Request, v crm.Viewer) error {
	q := requestOf(r.Context())
	secret, err := s.Accounts.StartSession(r.Context(), v, q.ip, q.device)
	if err == nil {
		w.Header().Add("Set-Cookie", s.startCookie(r.Context(), secret))
	}
	return err
}

// Refuse answers with an error as a problem.
func (s *Server) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	s.problems.write(w, r, err)
}
