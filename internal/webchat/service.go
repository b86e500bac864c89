// Package webchat talks to the visitors of websites that show our chat: the API
// below /widget/, the live stream, files, and the widget's own files. What visitors
// do is stored through the gateway as events of the channel adapter of the same
// name, and what they are shown is read from the inbox: only messages that were
// exchanged with them, never a comment or anything else internal.
//
// A visitor is a random id in a token that the host page keeps; the token is all
// there is of a session, nothing of it is stored. Where the host page vouches for
// a person by a signature (identify), the token also holds the person's id, and
// the address of the contact becomes "user:ID": the same contact in every browser.
// What was written before goes along as an alternate key. If the person has no
// contact yet, the anonymous contact becomes theirs. If both exist, both stay until
// somebody merges them: the visitor sees one history, new messages go to the known
// contact, and a line on the anonymous one's timeline says who it was.
package webchat

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/blob"
	"github.com/bandeja/bandeja/internal/config"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/gateway"
)

// Hub is what the web chat needs of the agents' live connection.
type Hub interface {
	// Typing tells the agents who may see a contact that it (user 0) is writing.
	Typing(workspace, contact, assignee, user crm.ID, on bool)
	// Available tells whether somebody is there to answer.
	Available(workspace crm.ID) bool
}

// Options are what a Service is made of.
type Options struct {
	DB        *db.DB
	Gateway   *gateway.Gateway
	Directory *account.Directory
	Files     *blob.Store
	Keys      *config.Keyring
	Hub       Hub
	Logger    *slog.Logger
	// Assets holds the built widget; nil serves none.
	Assets fs.FS
	// Limits bound what a visitor and an address may ask for; nil takes the defaults.
	Limits *Limits
}

// Service serves visitors.
type Service struct {
	Options
	limits  limits
	streams streams
	assets  assets
}

// New returns the service. Its Tap belongs into the hub, its Handlers into the
// server, and Run must run for the streams to end with the process.
func New(o Options) *Service {
	if o.Limits == nil {
		o.Limits = DefaultLimits()
	}
	return &Service{Options: o, limits: newLimits(o.Limits), streams: newStreams(), assets: loadAssets(o.Assets)}
}

// Run ends the visitors' streams when ctx ends; they would never end by themselves.
func (s *Service) Run(ctx context.Context) error {
	<-ctx.Done()
	s.streams.close()
	return nil
}

// Handlers returns what is to be mounted, by pattern.
func (s *Service) Handlers() map[string]http.Handler {
	api := http.NewServeMux()
	for pattern, r := range map[string]route{
		"GET /widget/{key}/config":            {handle: s.config, limit: s.limits.reads},
		"POST /widget/{key}/session":          {handle: s.session, limit: s.limits.sessions},
		"POST /widget/{key}/events":           {handle: s.events, limit: s.limits.reads, visitor: true},
		"GET /widget/{key}/messages":          {handle: s.messages, limit: s.limits.reads, visitor: true},
		"GET /widget/{key}/stream":            {handle: s.stream, limit: s.limits.reads, visitor: true},
		"POST /widget/{key}/files":            {handle: s.upload, limit: s.limits.uploads, visitor: true},
		"GET /widget/{key}/files/{id}/{name}": {handle: s.file, limit: s.limits.files, embedded: true},
		"GET /widget/{key}/try":               {handle: s.try, limit: s.limits.reads, embedded: true},
	} {
		api.Handle(pattern, s.guarded(r))
	}
	api.Handle("OPTIONS /widget/{key}/", http.HandlerFunc(s.preflight))
	api.HandleFunc("/widget/", func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, nil, refuse(codeNotFound)) })
	all := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isAsset(r.URL.Path) {
			s.asset(w, r)
			return
		}
		api.ServeHTTP(w, r)
	})
	return map[string]http.Handler{"/widget.js": all, "/widget/": all}
}
