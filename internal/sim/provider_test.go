package sim_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/telegram"
	"github.com/bandeja/bandeja/internal/channel/whatsapp"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/sim"
)

func statuses(ins []channel.Inbound, target string) (all []crm.Status, last channel.Inbound) {
	for _, in := range ins {
		if in.Kind == channel.InStatus && in.TargetID == target {
			all = append(all, in.Status)
			last = in
		}
	}
	return all, last
}

func TestReceipts(t *testing.T) {
	b, p := newBench(t, sim.WhatsAppAccount, sim.Options{}), people[sim.WhatsAppAccount]
	b.SendText(b.account, p, "Hola")
	if err := b.SetReading(b.account, p, false); err != nil {
		t.Fatal(err)
	}
	id := b.mustSend(p, text("Buenas")).ExternalIDs[0]
	all, last := statuses(b.settled(), id)
	if len(all) != 2 || all[0] != crm.Sent || all[1] != crm.Delivered || last.LocalRef != "73"+p {
		t.Errorf("statuses %v, last %+v", all, last)
	}
	if err := b.SetReading(b.account, p, true); err != nil {
		t.Fatal(err)
	}
	if all, _ := statuses(b.settled(), id); len(all) != 3 || all[2] != crm.Read {
		t.Errorf("statuses %v", all)
	}
	if n := len(b.Duplicates(b.account)); n != 0 {
		t.Errorf("%d duplicates", n)
	}
}

func TestEarlyReceipts(t *testing.T) {
	b, p := newBench(t, sim.WhatsAppAccount, sim.Options{}), people[sim.WhatsAppAccount]
	b.SendText(b.account, p, "Hola")
	b.settled()
	b.SetFaults(b.account, sim.Faults{EarlyReceipts: true})
	id := b.mustSend(p, text("Buenas")).ExternalIDs[0]
	b.mu.Lock()
	all, _ := statuses(b.ins, id)
	b.mu.Unlock()
	if len(all) != 3 {
		t.Errorf("when the send was answered, %v had come", all)
	}
}

func TestWindow(t *testing.T) {
	c := &clock{at: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	b, p := newBench(t, sim.WhatsAppAccount, sim.Options{Now: c.now}), people[sim.WhatsAppAccount]
	b.SendText(b.account, p, "Hola")
	c.add(24*time.Hour - time.Second)
	b.mustSend(p, text("a tiempo"))
	c.add(2 * time.Second)
	late := b.mustSend(p, text("tarde")).ExternalIDs[0]
	if _, last := statuses(b.settled(), late); last.Status != crm.Failed || last.Error == nil || last.Error.Code != "131047" {
		t.Errorf("late message: %+v", last)
	}
	b.SetFaults(b.account, sim.Faults{ErrorsInAnswer: true})
	if _, err := b.send(p, text("tarde")); channel.AsSendError(err).Kind != channel.WindowClosed {
		t.Errorf("Send: %v, want window_closed", err)
	}
	if _, err := b.send("593000000000", text("nadie")); channel.AsSendError(err).Kind != channel.PermanentContact {
		t.Errorf("Send to nobody: %v", err)
	}
	b.SetFaults(b.account, sim.Faults{})
	b.mustSend(p, crm.Content{Kind: crm.KindTemplate, Template: &crm.TemplateSend{Name: "hello_world", Language: "en_US"}})

	// What the provider held back for a day comes with its own time, and opens nothing.
	if _, err := b.Do(b.account, p, sim.Act{Kind: "text", Text: "Buenas", Ago: 25 * 3600}); err != nil {
		t.Fatal(err)
	}
	if in := b.last(); !in.SentAt.Equal(c.now().Add(-25 * time.Hour)) {
		t.Errorf("held back a day: came as of %v, now %v", in.SentAt, c.now())
	}
	late = b.mustSend(p, text("tarde")).ExternalIDs[0]
	if _, last := statuses(b.settled(), late); last.Status != crm.Failed {
		t.Errorf("an answer to what was held back: %+v", last)
	}
}

func TestTemplates(t *testing.T) {
	b, p := newBench(t, sim.WhatsAppAccount, sim.Options{}), people[sim.WhatsAppAccount]
	list, err := whatsapp.New().Templates(t.Context(), b.ch)
	if err != nil || len(list) != 5 {
		t.Fatalf("%d templates, %v", len(list), err)
	}
	body := func(values ...string) crm.TemplateComponent {
		c := crm.TemplateComponent{Type: "body"}
		for _, v := range values {
			c.Parameters = append(c.Parameters, crm.TemplateParameter{Type: "text", Value: v})
		}
		return c
	}
	button := crm.TemplateComponent{Type: "button", SubType: "url", Parameters: []crm.TemplateParameter{{Type: "text", Value: "A-1"}}}
	for _, c := range []struct {
		name, template, code string
		components           []crm.TemplateComponent
	}{
		{"filled", "pedido_listo", "", []crm.TemplateComponent{body("Ana", "A-1"), button}},
		{"too few", "pedido_listo", "132000", []crm.TemplateComponent{body("Ana"), button}},
		{"unknown", "no_hay", "132001", nil},
		{"paused", "promo_vieja", "132015", nil},
		{"header missing", "promo_navidad", "132012", []crm.TemplateComponent{body("Ana", "25 %")}},
	} {
		_, err := b.send(p, crm.Content{Kind: crm.KindTemplate, Template: &crm.TemplateSend{Name: c.template, Language: "es", Components: c.components}})
		if c.code == "" && err != nil || c.code != "" && channel.AsSendError(err).Code != c.code {
			t.Errorf("%s: %v, want code %q", c.name, err, c.code)
		}
	}
	got := b.Received(b.account)
	if len(got) != 1 || got[0].Text != "Hola Ana, su pedido A-1 está listo para retirar." {
		t.Errorf("received %+v", got)
	}
	b.Tap(b.account, p, got[0].ID, "Gracias")
	if in := b.last(); in.Content.Reply == nil || in.Content.Reply.Type != "button" || in.Content.Reply.Payload != "Gracias" {
		t.Errorf("quick reply came in as %+v", in)
	}
}

func TestBSUID(t *testing.T) {
	b := newBench(t, sim.WhatsAppAccount, sim.Options{})
	const hidden = "EC.40917736281553920174"
	b.SendText(b.account, hidden, "Hola")
	if in := b.last(); in.Contact.Key != hidden || in.Profile.Username != "cami" || in.Profile.Phone != "" {
		t.Errorf("came in as %+v", in)
	}
	if r := b.mustSend(hidden, text("Hola, Camila")); r.Contact.Key != hidden {
		t.Errorf("receipt %+v", r)
	}
	b.SendText(b.account, "16505551234", "Hi")
	if in := b.last(); in.Contact.Key != "16505551234" || len(in.Contact.Alternates) != 1 {
		t.Errorf("came in as %+v", in)
	}
	if _, err := b.Do(b.account, "16505551234", sim.Act{Kind: "move", Text: "16505559999"}); err != nil {
		t.Fatal(err)
	}
	if in := b.last(); in.Kind != channel.InMoved || in.NewAddress.Key != "16505559999" {
		t.Errorf("move came in as %+v", in)
	}
}

func TestTelegramRules(t *testing.T) {
	b := newBench(t, sim.TelegramAccount, sim.Options{})
	wantKind := func(to string, want channel.ErrorKind) {
		t.Helper()
		if _, err := b.send(to, text("x")); channel.AsSendError(err).Kind != want {
			t.Errorf("Send to %s: %v, want %s", to, err, want)
		}
	}
	wantKind("7001002", channel.PermanentContact) // never wrote
	wantKind("999", channel.PermanentContact)     // nobody
	b.Start(b.account, "7001002", "promo-24")
	if in := b.last(); in.Kind != channel.InWelcome || in.Referral == nil || in.Referral.Ref != "promo-24" {
		t.Errorf("/start came in as %+v", in)
	}
	b.mustSend("7001002", text("Bienvenido"))
	if err := b.SetBlocked(b.account, "7001002", true); err != nil {
		t.Fatal(err)
	}
	if in := b.last(); in.Kind != channel.InBlocked || in.Text != "blocked" {
		t.Errorf("block came in as %+v", in)
	}
	wantKind("7001002", channel.PermanentContact)
	if _, err := b.Do(b.account, "7001001", sim.Act{Kind: "album", Album: []sim.Act{{Kind: "image"}, {Kind: "image"}}}); err != nil {
		t.Fatal(err)
	}
	ins := b.settled()
	if x, y := ins[len(ins)-2], ins[len(ins)-1]; x.Content.Album == "" || x.Content.Album != y.Content.Album {
		t.Errorf("album came in as %+v, %+v", x, y)
	}
}

func TestPolling(t *testing.T) {
	s := sim.New(sim.Options{})
	srv := httptest.NewServer(s.Handler())
	defer func() { s.Close(); srv.Close() }()
	ch := &channel.Channel{HTTP: srv.Client(), Config: channel.Config{
		"bot_token": sim.TelegramToken, "mode": "polling", "api_base_url": srv.URL + "/telegram",
	}}
	a := telegram.New()
	if err := a.Subscribe(t.Context(), ch); err != nil {
		t.Fatal(err)
	}
	type result struct {
		raws [][]byte
		next string
		err  error
	}
	poll := func(cursor string) chan result {
		c := make(chan result, 1)
		go func() {
			raws, next, err := a.Poll(t.Context(), ch, cursor)
			c <- result{raws, next, err}
		}()
		return c
	}
	waiting := poll("")
	s.SendText(sim.TelegramAccount, "7001001", "Hola") // wakes the waiting call
	got := <-waiting
	if got.err != nil || len(got.raws) != 1 {
		t.Fatalf("Poll = %+v", got)
	}
	if ins, err := a.Parse(ch, got.raws[0]); err != nil || ins[0].Content.Text != "Hola" {
		t.Errorf("Parse = %+v, %v", ins, err)
	}
	s.SendText(sim.TelegramAccount, "7001001", "Otra")
	if again := <-poll(got.next); len(again.raws) != 1 || strings.Contains(string(again.raws[0]), "Hola") {
		t.Errorf("second Poll = %s, %v", again.raws, again.err)
	}
	ch.Config["mode"], ch.WebhookURL = "webhook", srv.URL+"/nowhere"
	if err := a.Subscribe(t.Context(), ch); err != nil {
		t.Fatal(err)
	}
	if r := <-poll(""); channel.AsSendError(r.err).Code != "409" {
		t.Errorf("Poll beside a webhook: %v, want 409", r.err)
	}
}

func TestCredentials(t *testing.T) {
	forBoth(t, sim.Options{}, func(b *bench, p string) {
		b.SendText(b.account, p, "Hola")
		b.settled() // its webhook is verified by the credentials that change now
		for _, key := range []string{"bot_token", "access_token"} {
			if b.ch.Config[key] != "" {
				b.ch.Config[key] = "100200300:another-token_000000000000"
			}
		}
		if _, err := b.a.Check(b.t.Context(), b.ch); channel.AsSendError(err).Kind != channel.PermanentChannel {
			b.t.Errorf("Check: %v", err)
		}
		if _, err := b.send(p, text("x")); channel.AsSendError(err).Kind != channel.PermanentChannel {
			b.t.Errorf("Send: %v", err)
		}
	})
	b := newBench(t, sim.WhatsAppAccount, sim.Options{})
	b.ch.Config["verify_token"] = ""
	var se *channel.SendError
	if err := b.a.Subscribe(t.Context(), b.ch); !errors.As(err, &se) {
		t.Errorf("Subscribe without a verify token: %v", err)
	}
}

func TestControl(t *testing.T) {
	s := sim.New(sim.Options{})
	srv := httptest.NewServer(s.Handler())
	defer func() { s.Close(); srv.Close() }()
	do := func(method, path, body string, want int) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, srv.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		res, err := srv.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s %s: %s, want %d", method, path, res.Status, want)
		}
	}
	do("GET", "/", "", 200)
	do("GET", "/app.js", "", 200)
	do("GET", "/sim/state", "", 200)
	do("POST", "/sim/accounts", `{"kind":"whatsapp","name":"Otra"}`, 201)
	do("POST", "/sim/accounts", `{"kind":"pigeon"}`, 409)
	do("POST", "/sim/accounts/telegram/people", `{"name":"Nueva"}`, 201)
	do("POST", "/sim/accounts/telegram/people/7001001", `{"kind":"text","text":"Hola"}`, 201)
	do("POST", "/sim/accounts/telegram/people/7001001", `{"kind":"dance"}`, 422)
	do("GET", "/sim/accounts/telegram/people/7001001", "", 200)
	do("GET", "/sim/accounts/telegram/people/nobody", "", 404)
	do("PATCH", "/sim/accounts/telegram/people/7001001", `{"reading":false}`, 204)
	do("PUT", "/sim/accounts/telegram/faults", `{"latency_ms":5,"failure":"500","times":1}`, 200)
	if f := s.FaultsOf(sim.TelegramAccount); f.Latency != 5*time.Millisecond || f.Failure != sim.Internal {
		t.Errorf("faults %+v", f)
	}
	do("GET", "/sim/accounts/telegram/sends", "", 200)
	do("POST", "/telegram/bot1:nonsense/getMe", "", 401)
	do("GET", "/whatsapp/v23.0/1", "", 401)
}
