package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/config"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/demo"
	"github.com/bandeja/bandeja/internal/gateway"
	"github.com/bandeja/bandeja/internal/sim"
)

type demoCmd struct {
	Data      string `help:"Data folder; the demo keeps its own below it." default:"./data"`
	Listen    string `help:"Address to listen on; another free port is taken where this one is in use." default:"127.0.0.1:8080"`
	SimListen string `help:"Address of the simulator." default:"127.0.0.1:8090"`
	Fresh     bool   `help:"Throw the demo's data away and begin anew."`
}

func (c demoCmd) Run(ctx context.Context, settings config.Config) error {
	dir := filepath.Join(c.Data, "demo")
	settings.DataDir, settings.DatabaseURL = dir, ""
	// Made-up people get no mail, and the demo's door is open to everybody.
	settings.SMTPURL, settings.OIDCIssuer, settings.OIDCOnly, settings.OIDCJoin = "", "", false, "off"
	if c.Fresh {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	l, err := listenNear(c.Listen)
	if err != nil {
		return err
	}
	sl, err := listenNear(c.SimListen)
	if err != nil {
		return err
	}
	settings.PublicURL = "http://" + l.Addr().String()
	simURL := "http://" + sl.Addr().String()
	instance, err := config.Instance(dir)
	if err != nil {
		return err
	}
	if err := seedDemo(ctx, settings, simURL); err != nil {
		return err
	}
	a, err := assemble(ctx, settings, parts{instance: instance, openNetwork: true})
	if err != nil {
		return err
	}
	s := sim.New(sim.Options{Logger: a.log, BaseURL: simURL, ReceiptDelay: 700 * time.Millisecond})
	defer s.Close()
	simCtx, stopSim := context.WithCancel(context.WithoutCancel(ctx))
	defer stopSim()
	go func() {
		if err := serveUntil(simCtx, sl, s.Handler()); err != nil {
			a.log.Error("the simulator stopped", "err", err)
		}
	}()
	if err := phones(s); err != nil {
		return err
	}
	open := "http://" + strings.Replace(l.Addr().String(), "127.0.0.1", "localhost", 1)
	fmt.Printf("\n  Bandeja demo\n\n  Inbox       %s/demo   (signs you in as %s)\n  Customers   http://%s   (write as one on WhatsApp or Telegram)\n  Web chat    %s/demo/chat   (write as a visitor of the shop's website)\n  Sign in     %s / %s\n\n",
		open, demo.Users()[0].Name, strings.Replace(sl.Addr().String(), "127.0.0.1", "localhost", 1), open, demo.Users()[0].Email, demo.Password)
	a.server.Handle("GET /demo", a.demoDoor())
	a.server.Handle("GET /demo/chat", a.demoChat())
	// The webhooks are pointed here once the server answers their challenge.
	go a.connectDemo(ctx, simURL)
	return a.run(ctx, l)
}

// listenNear listens on an address, or on a free port of the same host where it is
// taken, and says so.
func listenNear(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err == nil {
		return l, nil
	}
	host, port, serr := net.SplitHostPort(address)
	if serr != nil {
		return nil, err
	}
	l, ferr := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if ferr != nil {
		return nil, errors.Join(err, ferr)
	}
	fmt.Printf("Port %s is taken, using %s instead.\n", port, l.Addr())
	return l, nil
}

// seedDemo fills an empty demo folder.
func seedDemo(ctx context.Context, settings config.Config, simURL string) error {
	clock := time.Now().Add(-20 * 24 * time.Hour)
	a, err := assemble(ctx, settings, parts{openNetwork: true, clock: func() time.Time { return clock }})
	if err != nil {
		return err
	}
	needed, err := a.accounts.NeedsSetup(ctx)
	if err == nil && needed {
		fmt.Println("Making the demo's data …")
		s := demo.Seeder{DB: a.db, Accounts: a.accounts, Gateway: a.gateway, Inbox: a.inbox, Contacts: a.contacts, Files: a.files, Clock: &clock}
		err = s.Seed(ctx, time.Now(), demoChannels(simURL))
	}
	return errors.Join(err, a.db.Close())
}

func demoChannels(simURL string) demo.Channels {
	return demo.Channels{
		{Type: "whatsapp_cloud", Name: "WhatsApp Quito", Config: channel.Config{
			"phone_number_id": sim.WhatsAppPhoneNumberID, "waba_id": sim.WhatsAppWABAID, "access_token": sim.WhatsAppAccessToken,
			"app_secret": sim.WhatsAppAppSecret, "api_base_url": simURL + "/whatsapp",
		}},
		{Type: "telegram", Name: "Telegram", Config: channel.Config{
			"bot_token": sim.TelegramToken, "api_base_url": simURL + "/telegram",
		}},
		{Type: "webchat", Name: "floresamazonas.example", Config: channel.Config{"prechat_name": "optional", "prechat_email": "optional"}},
	}
}

// phones gives every customer of the demo a phone in the simulator.
func phones(s *sim.Sim) error {
	for _, p := range demo.People([]string{"whatsapp_cloud", "telegram", "webchat"}) {
		account := map[string]string{"whatsapp_cloud": sim.WhatsAppAccount, "telegram": sim.TelegramAccount}[p.ChannelType]
		if account == "" {
			continue
		}
		if _, err := s.AddPerson(account, sim.Person{ID: p.Key, Name: p.Name, Username: p.Username, Language: p.Language}); err != nil {
			return fmt.Errorf("demo: a phone for %s: %w", p.Name, err)
		}
	}
	return nil
}

// connectDemo points the channels at this run's simulator and its webhooks here.
func (a *app) connectDemo(ctx context.Context, simURL string) {
	v, err := a.accounts.ViewerByEmail(ctx, demo.Users()[0].Email)
	if err != nil {
		a.log.Error("the demo's owner is missing", "err", err)
		return
	}
	var list []*gateway.Channel
	err = a.db.Read(ctx, func(tx *db.Tx) error {
		list, err = a.gateway.List(tx, v.Workspace)
		return err
	})
	for _, ch := range list {
		if err != nil {
			break
		}
		if base := map[string]string{"whatsapp_cloud": "/whatsapp", "telegram": "/telegram"}[ch.Type]; base != "" {
			if _, err = a.gateway.Update(ctx, v, ch.ID, nil, channel.Config{"api_base_url": simURL + base}); err == nil {
				_, err = a.gateway.Check(ctx, v, ch.ID)
			}
		}
	}
	if err != nil && ctx.Err() == nil {
		a.log.Error("the demo's channels could not be connected to the simulator", "err", err)
	}
}

// demoChat leads to the page that shows the demo's web chat.
func (a *app) demoChat() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var key string
		err := a.db.Read(r.Context(), func(tx *db.Tx) error {
			return tx.Row(`SELECT hook_key FROM channel WHERE type = 'webchat' AND deleted_at = 0 ORDER BY id LIMIT 1`, nil, &key)
		})
		if err != nil {
			a.server.Refuse(w, r, err)
			return
		}
		http.Redirect(w, r, "/widget/"+key+"/try", http.StatusSeeOther)
	})
}

// demoDoor signs a newcomer in without typing.
func (a *app) demoDoor() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var v crm.Viewer
		v, err := a.accounts.ViewerByEmail(r.Context(), demo.Users()[0].Email)
		if err == nil {
			err = a.server.SignIn(w, r, v)
		}
		if err != nil {
			a.server.Refuse(w, r, err)
			return
		}
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
}
