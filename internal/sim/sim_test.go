package sim_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/telegram"
	"github.com/bandeja/bandeja/internal/channel/whatsapp"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/sim"
)

// adapter is what the tests use of both adapters.
type adapter interface {
	channel.Adapter
	channel.Receiver
	channel.Sender
	channel.Connector
	channel.MediaFetcher
	channel.Typer
}

// bench is a simulator and a business connected to it by an adapter.
type bench struct {
	*sim.Sim
	t       *testing.T
	a       adapter
	ch      *channel.Channel
	account string

	mu     sync.Mutex
	ins    []channel.Inbound
	bodies int
	refuse int           // webhooks yet to be answered 503
	news   chan struct{} // renewed at each webhook
}

// clock is a clock that only moves when told.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func newBench(t *testing.T, account string, opt sim.Options) *bench {
	t.Helper()
	opt.RetryDelay = time.Millisecond
	b := &bench{Sim: sim.New(opt), t: t, account: account, news: make(chan struct{})}
	provider := httptest.NewServer(b.Handler())
	hooks := httptest.NewServer(http.HandlerFunc(b.webhook))
	t.Cleanup(func() { b.Close(); provider.Close(); hooks.Close() })
	b.ch = &channel.Channel{ID: 1, HTTP: provider.Client(), WebhookURL: hooks.URL + "/hooks/key"}
	if account == sim.TelegramAccount {
		b.a = telegram.New()
		b.ch.Config = channel.Config{
			"bot_token": sim.TelegramToken, "secret_token": "s3cret", "api_base_url": provider.URL + "/telegram",
		}
	} else {
		b.a = whatsapp.New()
		b.ch.Config = channel.Config{
			"phone_number_id": sim.WhatsAppPhoneNumberID, "waba_id": sim.WhatsAppWABAID, "verify_token": "verify-me",
			"access_token": sim.WhatsAppAccessToken, "app_secret": sim.WhatsAppAppSecret, "api_base_url": provider.URL + "/whatsapp",
		}
	}
	if err := b.a.Subscribe(t.Context(), b.ch); err != nil {
		t.Fatalf("Subscribe: %v", err)
	}
	return b
}

// webhook is the business's end: it verifies and parses as the gateway would.
func (b *bench) webhook(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		word, err := b.a.(channel.Challenger).Challenge(b.ch, r.URL.Query())
		if err != nil {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = io.WriteString(w, word)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refuse > 0 {
		b.refuse--
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if err := b.a.Verify(b.ch, channel.Webhook{Method: r.Method, Header: r.Header, Body: body}); err != nil {
		b.t.Errorf("Verify: %v", err)
		w.WriteHeader(http.StatusForbidden)
		return
	}
	ins, err := b.a.Parse(b.ch, body)
	if err != nil {
		b.t.Errorf("Parse: %v: %s", err, body)
	}
	for _, in := range ins {
		if in.Kind == channel.Unreadable {
			b.t.Errorf("unreadable: %s: %s", in.Note, body)
		}
	}
	b.bodies++
	b.ins = append(b.ins, ins...)
	close(b.news)
	b.news = make(chan struct{})
}

// settled waits for all webhooks and returns what they said.
func (b *bench) settled() []channel.Inbound {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	if err := b.Settle(ctx, b.account); err != nil {
		b.t.Fatalf("the webhooks don't settle: %v", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]channel.Inbound(nil), b.ins...)
}

func (b *bench) last() channel.Inbound {
	b.t.Helper()
	ins := b.settled()
	if len(ins) == 0 {
		b.t.Fatal("nothing came in")
	}
	return ins[len(ins)-1]
}

func (b *bench) send(to string, c crm.Content) (channel.Receipt, error) {
	return b.a.Send(b.t.Context(), b.ch, channel.Outbound{
		Ref: "73" + to, To: channel.Address{Key: to}, Content: c,
		Open: func(context.Context, crm.Attachment) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader("the file")), nil
		},
	})
}

func (b *bench) mustSend(to string, c crm.Content) channel.Receipt {
	b.t.Helper()
	r, err := b.send(to, c)
	if err != nil {
		b.t.Fatalf("Send: %v", err)
	}
	return r
}

func text(s string) crm.Content { return crm.Content{Kind: crm.KindText, Text: s} }

func file(kind crm.ContentKind, name, mime string) crm.Attachment {
	return crm.Attachment{Kind: kind, FileID: "1", Name: name, MIME: mime, Size: int64(len("the file"))}
}

var people = map[string]string{sim.TelegramAccount: "7001001", sim.WhatsAppAccount: "593987654321"}

func forBoth(t *testing.T, opt sim.Options, run func(b *bench, person string)) {
	for account, person := range people {
		t.Run(account, func(t *testing.T) { t.Parallel(); b := newBench(t, account, opt); b.t = t; run(b, person) })
	}
}

func TestConversation(t *testing.T) {
	forBoth(t, sim.Options{}, func(b *bench, p string) {
		t := b.t
		id := b.SendText(b.account, p, "Hola\x00, ¿tienen rosas? 🌹")
		if in := b.last(); in.Kind != channel.InMessage || in.ExternalID != id || in.Contact.Key != p ||
			in.Content.Text != "Hola, ¿tienen rosas? 🌹" || in.Profile.Name == "" || in.SentAt.IsZero() {
			t.Errorf("text came in as %+v", in)
		}
		for _, kind := range []string{"image", "video", "audio", "voice", "document", "sticker"} {
			b.SendFile(b.account, p, kind, "", "", nil)
			in := b.last()
			want := crm.ContentKind(kind)
			if kind == "document" {
				want = crm.KindFile
			}
			if in.Content.Kind != want {
				t.Errorf("%s came in as %+v", kind, in.Content)
				continue
			}
			m, err := b.a.Fetch(t.Context(), b.ch, in.Content.Attachments[0])
			if err != nil {
				t.Fatalf("Fetch %s: %v", kind, err)
			}
			body, err := io.ReadAll(m.Body)
			m.Body.Close()
			if err != nil || len(body) == 0 || int64(len(body)) != m.Size {
				t.Errorf("Fetch %s: %d bytes of %d, %v", kind, len(body), m.Size, err)
			}
		}
		for kind, want := range map[string]crm.ContentKind{"location": crm.KindLocation, "contact": crm.KindContacts} {
			if _, err := b.Do(b.account, p, sim.Act{Kind: kind}); err != nil {
				t.Fatal(err)
			}
			if in := b.last(); in.Content.Kind != want {
				t.Errorf("%s came in as %+v", kind, in)
			}
		}
		b.SendReply(b.account, p, id, "Es urgente")
		if in := b.last(); in.ReplyTo != id {
			t.Errorf("reply came in as %+v", in)
		}
		b.Edit(b.account, p, id, "Hola otra vez")
		if in := b.last(); in.Kind != channel.InEdit || in.TargetID != id || in.Content.Text != "Hola otra vez" {
			t.Errorf("edit came in as %+v", in)
		}

		r := b.mustSend(p, text("Sí, rojas y blancas"))
		b.React(b.account, p, r.ExternalIDs[0], "👍")
		if in := b.last(); in.Kind != channel.InReaction || in.TargetID != r.ExternalIDs[0] || in.Emoji != "👍" {
			t.Errorf("reaction came in as %+v", in)
		}
		b.React(b.account, p, r.ExternalIDs[0], "")
		if in := b.last(); in.Kind != channel.InReaction || in.Emoji != "" {
			t.Errorf("reaction taken back came in as %+v", in)
		}
		if err := b.a.Typing(t.Context(), b.ch, channel.Address{Key: p}, id); err != nil || !b.Typing(b.account, p) {
			t.Errorf("Typing: %v, shown: %v", err, b.Typing(b.account, p))
		}
		account, err := b.a.Check(t.Context(), b.ch)
		if err != nil || account.Name != "Flores Amazonas" {
			t.Errorf("Check = %+v, %v", account, err)
		}
	})
}

func TestEveryKindOut(t *testing.T) {
	forBoth(t, sim.Options{}, func(b *bench, p string) {
		t := b.t
		first := b.SendText(b.account, p, "Hola")
		photo := file(crm.KindImage, "foto.jpg", "image/jpeg")
		doc := file(crm.KindFile, "factura.pdf", "application/pdf")
		for name, c := range map[string]crm.Content{
			"text":     text("Hola"),
			"image":    {Kind: crm.KindImage, Text: "Mire", Attachments: []crm.Attachment{photo}},
			"video":    {Kind: crm.KindVideo, Attachments: []crm.Attachment{file(crm.KindVideo, "v.mp4", "video/mp4")}},
			"voice":    {Kind: crm.KindVoice, Attachments: []crm.Attachment{file(crm.KindVoice, "v.ogg", "audio/ogg")}},
			"document": {Kind: crm.KindFile, Attachments: []crm.Attachment{doc}},
			"sticker":  {Kind: crm.KindSticker, Attachments: []crm.Attachment{file(crm.KindSticker, "s.webp", "image/webp")}},
			"several":  {Kind: crm.KindImage, Text: "Tres", Attachments: []crm.Attachment{photo, file(crm.KindImage, "b.jpg", "image/jpeg"), doc}},
			"location": {Kind: crm.KindLocation, Location: &crm.Location{Latitude: -0.2, Longitude: -78.5, Name: "Tienda", Address: "Quito"}},
			"contacts": {Kind: crm.KindContacts, Contacts: []crm.SharedContact{{Name: "Ana Paz", Phones: []string{"+593987650000"}}}},
		} {
			before := len(b.Received(b.account))
			r, err := b.send(p, c)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if got := len(b.Received(b.account)) - before; got != len(r.ExternalIDs) || got == 0 {
				t.Errorf("%s: the person got %d messages, the receipt has %v", name, got, r.ExternalIDs)
			}
		}
		reply, err := b.a.Send(t.Context(), b.ch, channel.Outbound{To: channel.Address{Key: p}, ReplyTo: first, Content: text("A eso")})
		received := b.Received(b.account)
		if last := received[len(received)-1]; err != nil || last.ReplyTo != first || last.ID != reply.ExternalIDs[0] || len(last.Raw) == 0 {
			t.Errorf("reply arrived as %+v, %v", last, err)
		}
		if _, err := b.a.Send(t.Context(), b.ch, channel.Outbound{To: channel.Address{Key: p}, ReplyTo: first, React: true, Reaction: "👍"}); err != nil {
			t.Errorf("reaction: %v", err)
		}
		if m := b.Messages(b.account, p)[0]; m.Reactions["business"] != "👍" {
			t.Errorf("the reaction isn't on the message: %+v", m)
		}
	})
}

func TestChoices(t *testing.T) {
	forBoth(t, sim.Options{}, func(b *bench, p string) {
		t := b.t
		b.SendText(b.account, p, "Hola")
		buttons := b.mustSend(p, crm.Content{Kind: crm.KindInteractive, Text: "¿Cómo paga?", Interactive: &crm.Interactive{
			Buttons: []crm.Button{{ID: "efectivo", Title: "Efectivo"}, {ID: "tarjeta", Title: "Tarjeta"}},
		}})
		b.Tap(b.account, p, buttons.ExternalIDs[0], "tarjeta")
		in := b.last()
		if in.Content.Kind != crm.KindReply || in.Content.Reply.ID != "tarjeta" || in.Content.Text != "Tarjeta" || in.ReplyTo != buttons.ExternalIDs[0] {
			t.Errorf("tap came in as %+v", in)
		}
		if ack, ok := b.a.(channel.Acknowledger); ok {
			if err := ack.Acknowledge(t.Context(), b.ch, in.AckID); in.AckID == "" || err != nil {
				t.Errorf("Acknowledge(%q): %v", in.AckID, err)
			}
		}
		list := b.mustSend(p, crm.Content{Kind: crm.KindInteractive, Text: "Envío", Interactive: &crm.Interactive{
			ListName: "Ver", Sections: []crm.Section{{Rows: []crm.ListRow{{ID: "e1", Title: "Exprés", Description: "1 día"}}}},
		}})
		b.Tap(b.account, p, list.ExternalIDs[0], "Exprés")
		if in := b.last(); in.Content.Reply == nil || in.Content.Reply.ID != "e1" {
			t.Errorf("choice came in as %+v", in)
		}
	})
}

func TestFaultsOfAnswers(t *testing.T) {
	for failure, want := range map[sim.Failure]struct {
		kind channel.ErrorKind
		acts bool
	}{
		sim.TooMany:    {channel.Throttled, false},
		sim.Internal:   {channel.Transient, false},
		sim.ResetAfter: {channel.UncertainResult, true},
		sim.Cut:        {channel.UncertainResult, true},
		sim.Garbage:    {channel.UncertainResult, true},
		sim.Hang:       {channel.UncertainResult, true},
		// On our side of the wire it looks the same as ResetAfter.
		sim.ResetBefore: {channel.UncertainResult, false},
	} {
		t.Run(string(failure), func(t *testing.T) {
			forBoth(t, sim.Options{}, func(b *bench, p string) {
				b.SendText(b.account, p, "Hola")
				b.SetFaults(b.account, sim.Faults{Failure: failure, Times: 1, CutAfter: 10, RetryAfter: 3 * time.Second})
				ctx, cancel := context.WithCancel(b.t.Context())
				defer cancel()
				if failure == sim.Hang {
					time.AfterFunc(time.Second, cancel)
				}
				_, err := b.a.Send(ctx, b.ch, channel.Outbound{Ref: "1", To: channel.Address{Key: p}, Content: text("uno")})
				se := channel.AsSendError(err)
				if err == nil || se.Kind != want.kind {
					b.t.Errorf("Send: %v, want %s", err, want.kind)
				}
				if failure == sim.TooMany && se.RetryAfter != 3*time.Second {
					b.t.Errorf("RetryAfter %v", se.RetryAfter)
				}
				if got := len(b.Sends(b.account)) == 1; got != want.acts {
					b.t.Errorf("acted: %v, want %v", got, want.acts)
				}
				// Whoever sends again now is found out.
				if _, err := b.a.Send(b.t.Context(), b.ch, channel.Outbound{Ref: "1", To: channel.Address{Key: p}, Content: text("uno")}); err != nil {
					b.t.Errorf("the fault lasts: %v", err)
				}
				if got := len(b.Duplicates(b.account)) == 1; got != want.acts {
					b.t.Errorf("duplicates %+v", b.Duplicates(b.account))
				}
			})
		})
	}
}

func TestWebhookFaults(t *testing.T) {
	forBoth(t, sim.Options{Seed: 7}, func(b *bench, p string) {
		t := b.t
		b.refuse = 3
		b.SetFaults(b.account, sim.Faults{Duplicate: 2, Reorder: 5, Batch: 50, Split: true})
		want := map[string]bool{}
		for range 40 {
			want[b.SendText(b.account, p, "¡Señor 🌹! "+strings.Repeat("ñ", 20))] = true
		}
		seen := map[string]int{}
		for _, in := range b.settled() {
			seen[in.ExternalID]++
			if !strings.HasPrefix(in.Content.Text, "¡Señor 🌹!") {
				t.Errorf("text broke: %q", in.Content.Text)
			}
		}
		for id := range want {
			if seen[id] != 3 {
				t.Errorf("%s came %d times, want 3", id, seen[id])
			}
		}
		if len(seen) != len(want) {
			t.Errorf("%d messages, want %d", len(seen), len(want))
		}
		if st := b.Stats(b.account); st.Refused != 3 || st.Dropped != 0 {
			t.Errorf("stats %+v", st)
		}
	})
}

// TestSharesNothing keeps the simulator independent of what it tests.
func TestSharesNothing(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Skipf("go list: %v", err)
	}
	for pkg := range strings.Lines(string(out)) {
		if strings.Contains(pkg, "bandeja/internal/channel") {
			t.Errorf("sim imports %s", strings.TrimSpace(pkg))
		}
	}
}
