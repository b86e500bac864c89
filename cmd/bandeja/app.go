package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/blob"
	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/telegram"
	"github.com/bandeja/bandeja/internal/channel/webchat"
	"github.com/bandeja/bandeja/internal/channel/whatsapp"
	"github.com/bandeja/bandeja/internal/config"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/content"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/gateway"
	"github.com/bandeja/bandeja/internal/httpapi"
	"github.com/bandeja/bandeja/internal/inbox"
	"github.com/bandeja/bandeja/internal/jobs"
	"github.com/bandeja/bandeja/internal/mail"
	"github.com/bandeja/bandeja/internal/notify"
	"github.com/bandeja/bandeja/internal/realtime"
	"github.com/bandeja/bandeja/internal/safehttp"
	"github.com/bandeja/bandeja/internal/search"
	"github.com/bandeja/bandeja/internal/sso"
	visitors "github.com/bandeja/bandeja/internal/webchat"
	"github.com/bandeja/bandeja/web"
	"github.com/bandeja/bandeja/widget"
)

// app is Bandeja put together.
type app struct {
	settings config.Config
	log      *slog.Logger
	db       *db.DB
	events   *eventlog.Log
	queue    *jobs.Queue
	accounts *account.Service
	contacts *contact.Service
	files    *blob.Store
	gateway  *gateway.Gateway
	inbox    *inbox.Inbox
	hub      *realtime.Hub
	notify   *notify.Service
	visitors *visitors.Service
	server   *httpapi.Server
}

// adapters are the channels that can be connected, in the order they are offered.
func adapters() []channel.Adapter {
	return []channel.Adapter{whatsapp.New(), telegram.New(), webchat.New()}
}

// parts are what differs between ways to run.
type parts struct {
	// instance keeps this process's place; empty for short commands.
	instance string
	// openNetwork lets channels call loopback, for the simulator.
	openNetwork bool
	// clock is the database's, time.Now by default.
	clock func() time.Time
	// version is shown instead of the build's, so that a description of the API
	// doesn't change with every build.
	version string
}

// assemble opens the database and puts everything together. Nothing runs yet.
func assemble(ctx context.Context, settings config.Config, p parts) (a *app, err error) {
	a = &app{settings: settings}
	if a.log, err = settings.Logger(os.Stderr); err != nil {
		return nil, err
	}
	keys, err := config.OpenKeyring(settings)
	if err != nil {
		return nil, err
	}
	a.db, err = db.Open(ctx, db.Options{URL: settings.DatabaseURL, Dir: settings.DataDir, Instance: p.instance, Logger: a.log, Now: p.clock})
	if err != nil {
		return nil, err
	}
	if a.files, err = blob.Open(filepath.Join(settings.DataDir, "files"), a.db); err != nil {
		return nil, err
	}
	a.events = eventlog.New(a.db, a.log)
	a.queue = jobs.New(a.db, a.log)
	a.accounts = account.New(a.db, a.events)
	mailer, err := mail.New(mail.Options{URL: settings.SMTPURL, DB: a.db, Queue: a.queue, Keys: keys, Logger: a.log})
	if err != nil {
		return nil, err
	}
	a.accounts.Open(account.WaysIn{
		Keys: keys, Mail: mailer, Queue: a.queue, PublicURL: settings.PublicURL, OwnersOnly: settings.OIDCOnly, Join: settings.OIDCJoin == "agent",
	})
	a.contacts = contact.NewService(a.events)
	a.gateway = gateway.New(gateway.Options{
		DB: a.db, Queue: a.queue, Events: a.events, Files: a.files, Keys: keys, Adapters: adapters(),
		PublicURL: settings.PublicURL, MaxUpload: settings.MaxUpload << 20, Logger: a.log, OpenNetwork: p.openNetwork,
	})
	a.inbox = inbox.New(a.events, a.gateway, a.log)
	directory := account.NewDirectory(a.db)
	if a.hub, err = realtime.New(a.db, a.events, directory, a.log); err != nil {
		return nil, err
	}
	a.notify = notify.New(notify.Options{
		DB: a.db, Events: a.events, Queue: a.queue, Keys: keys, Mail: mailer, PublicURL: settings.PublicURL, Logger: a.log,
		Client: safehttp.Client(p.openNetwork, pushWithin), OpenNetwork: p.openNetwork,
	})
	a.notify.OnTold(a.hub.Notified)
	a.visitors = visitors.New(visitors.Options{
		DB: a.db, Gateway: a.gateway, Directory: directory, Files: a.files, Keys: keys, Hub: a.hub, Logger: a.log, Assets: widget.Files(),
	})
	a.hub.Tap(a.visitors.Watched, a.visitors.Tap)
	a.server, err = httpapi.New(httpapi.Options{
		DB: a.db, Accounts: a.accounts, Directory: directory, Contacts: a.contacts, Inbox: a.inbox, Content: content.New(a.events), Gateway: a.gateway,
		Queue: a.queue, Events: a.events, Files: a.files, Hub: a.hub, Notify: a.notify, Logger: a.log, Web: web.Files(),
		TrustedProxies: settings.TrustProxy, MaxUpload: settings.MaxUpload << 20, Version: cmp.Or(p.version, version), Extra: a.visitors.Handlers(),
		PublicURL: settings.PublicURL, SSO: provider(settings, keys),
	})
	return a, err
}

// provider is who people sign in with besides passwords; nil for nobody.
func provider(settings config.Config, keys *config.Keyring) *sso.Provider {
	if settings.OIDCIssuer == "" {
		return nil
	}
	return sso.New(sso.Options{
		Issuer: settings.OIDCIssuer, ClientID: settings.OIDCClientID, ClientSecret: settings.OIDCClientSecret, Name: settings.OIDCName,
		PublicURL: settings.PublicURL, Keys: keys,
	})
}

// pushWithin bounds a call of a push service.
const pushWithin = 20 * time.Second

// stopWithin is how long a stop may take before connections are cut.
const stopWithin = 20 * time.Second

// run serves on the listener until ctx ends, then finishes what runs.
func (a *app) run(ctx context.Context, l net.Listener) error {
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	var wg sync.WaitGroup
	failed := make(chan error, 8)
	start := func(name string, f func(context.Context) error) {
		wg.Go(func() {
			if err := f(work); err != nil && work.Err() == nil {
				failed <- fmt.Errorf("%s: %w", name, err)
			}
		})
	}
	a.events.Run(work)
	if err := a.gateway.Run(work); err != nil {
		return err
	}
	start("jobs", a.queue.Run)
	start("realtime", a.hub.Run)
	start("lists", a.inbox.Run)
	start("search", search.New(a.db, a.events, inbox.Texts).Run)
	start("notifications", a.notify.Run)
	start("web chat", a.visitors.Run)
	start("purge", a.purge)
	if a.settings.PprofListen != "" {
		start("pprof", a.pprof)
	}
	srv := &http.Server{Handler: a.server, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug)}
	go func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	a.log.Info("ready", "address", "http://"+l.Addr().String(), "version", version, "database", a.db.Dialect())
	var err error
	select {
	case <-ctx.Done():
		a.log.Info("stopping")
	case err = <-failed:
	}
	deadline, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	stopWork() // first the live connections, which would never end by themselves
	if serr := srv.Shutdown(deadline); serr != nil {
		_ = srv.Close()
	}
	wg.Wait()
	return errors.Join(err, a.db.Close())
}

// pprof serves profiles on a loopback address of its own.
func (a *app) pprof(ctx context.Context) error {
	host, _, err := net.SplitHostPort(a.settings.PprofListen)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("BANDEJA_PPROF_LISTEN must be a loopback address as 127.0.0.1:6060, not %q", a.settings.PprofListen)
	}
	l, err := net.Listen("tcp", a.settings.PprofListen)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return serveUntil(ctx, l, mux)
}

// purge deletes, now and then, what need not be kept.
func (a *app) purge(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(10 * time.Minute):
		}
		if err := a.gateway.Purge(ctx, time.Now().Add(-a.settings.InboundKeep)); err != nil && ctx.Err() == nil {
			a.log.Warn("old webhooks could not be deleted", "err", err)
		}
		if err := a.db.Sweep(ctx, inbox.PurgeBulks); err != nil && ctx.Err() == nil {
			a.log.Warn("old reports of what was done to many could not be deleted", "err", err)
		}
		if err := a.db.Write(ctx, inbox.PurgeExports); err != nil && ctx.Err() == nil {
			a.log.Warn("old exports could not be deleted", "err", err)
		}
		if err := httpapi.PurgeIdempotency(ctx, a.db); err != nil && ctx.Err() == nil {
			a.log.Warn("old idempotency keys could not be deleted", "err", err)
		}
		if err := a.inbox.PurgeScheduled(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("messages sent at their time could not be forgotten", "err", err)
		}
		if err := a.inbox.PurgeUploads(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("files that nobody sent could not be deleted", "err", err)
		}
		if err := a.accounts.Purge(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("old links could not be deleted", "err", err)
		}
		if err := a.notify.Purge(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("old notifications could not be deleted", "err", err)
		}
	}
}
