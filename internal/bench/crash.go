package bench

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/bandeja/bandeja/internal/sim"
)

// CrashOptions describe a storm of kills.
type CrashOptions struct {
	Server *Server
	Kills  int
	// Rate is how many messages a second go in, and as many out.
	Rate int
	// Up is the mean time between a restart and the next kill.
	Up  time.Duration
	Log io.Writer
}

// CrashReport is what was found after the storm.
type CrashReport struct {
	Kills        int `json:"kills"`
	AcceptedIn   int `json:"accepted_in"`
	AcceptedOut  int `json:"accepted_out"`
	MissingIn    int `json:"missing_in"`
	MissingOut   int `json:"missing_out"`
	DoubledRows  int `json:"doubled_rows"`
	DoubledSends int `json:"doubled_sends"`
	// Uncertain were cut off while they were being sent and are listed as such.
	Uncertain int `json:"uncertain"`
	// Unsent are neither sent, failed nor uncertain when all is quiet.
	Unsent     int `json:"unsent"`
	OutOfOrder int `json:"out_of_order"`
	// Example names the first pair out of order.
	Example string `json:"example,omitempty"`
}

// Err says whether anything was lost, doubled or out of order.
func (r CrashReport) Err() error {
	if r.MissingIn+r.MissingOut+r.DoubledRows+r.DoubledSends+r.Unsent+r.OutOfOrder > 0 {
		return fmt.Errorf("bench: after %d kills: %+v", r.Kills, r)
	}
	return nil
}

const stormPeople = 40

// storm is the load of one run: each person writes in order, and is written to in order.
type storm struct {
	o       CrashOptions
	sim     *sim.Sim
	channel Channel

	mu       sync.Mutex
	contacts map[string]string   // person → contact id
	in       map[string][]string // person → accepted texts, in order
	out      map[string][]string
}

// Crash runs a storm: messages in and out against the simulator while the server is
// killed again and again, then a count of everything.
func Crash(ctx context.Context, o CrashOptions) (CrashReport, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return CrashReport{}, err
	}
	s := &storm{o: o, contacts: make(map[string]string), in: make(map[string][]string), out: make(map[string][]string)}
	s.sim = sim.New(sim.Options{BaseURL: "http://" + l.Addr().String(), Connections: 4, Retries: 400, RetryDelay: 100 * time.Millisecond, History: 1_000_000})
	defer s.sim.Close()
	simServer := &http.Server{Handler: s.sim.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = simServer.Serve(l) }()
	defer simServer.Close()
	for i := range stormPeople {
		if _, err := s.sim.AddPerson(sim.WhatsAppAccount, sim.Person{ID: person(i), Name: fmt.Sprint("Person ", i)}); err != nil {
			return CrashReport{}, err
		}
	}
	if err := o.Server.SetUp(ctx); err != nil {
		return CrashReport{}, err
	}
	if _, err := o.Server.Start(ctx); err != nil {
		return CrashReport{}, err
	}
	defer o.Server.Kill()
	s.channel, err = o.Server.Connect(ctx, "whatsapp_cloud", map[string]string{
		"phone_number_id": sim.WhatsAppPhoneNumberID, "waba_id": sim.WhatsAppWABAID, "access_token": sim.WhatsAppAccessToken,
		"app_secret": sim.WhatsAppAppSecret, "api_base_url": "http://" + l.Addr().String() + "/whatsapp",
	})
	if err != nil {
		return CrashReport{}, err
	}
	if err := s.greet(ctx); err != nil {
		return CrashReport{}, err
	}
	load, stopLoad := context.WithCancel(ctx)
	defer stopLoad()
	var wg sync.WaitGroup
	for i := range stormPeople {
		wg.Go(func() { s.write(load, ctx, i) })
		wg.Go(func() { s.answer(load, ctx, i) })
	}
	for k := range o.Kills {
		wait := time.Duration((0.3 + 1.4*rand.Float64()) * float64(o.Up))
		select {
		case <-ctx.Done():
			return CrashReport{}, ctx.Err()
		case <-time.After(wait):
		}
		o.Server.Kill()
		if _, err := o.Server.Start(ctx); err != nil {
			return CrashReport{}, err
		}
		if o.Log != nil {
			fmt.Fprintf(o.Log, "kill %d of %d\n", k+1, o.Kills)
		}
	}
	stopLoad()
	wg.Wait()
	if err := s.quiet(ctx); err != nil {
		return CrashReport{}, err
	}
	r, err := s.count(ctx)
	r.Kills = o.Kills
	return r, err
}

func person(i int) string { return fmt.Sprintf("5939870%05d", i) }

// webhook is one message as WhatsApp sends it, signed.
func (s *storm) webhook(i int, id, text string) (http.Header, []byte) {
	body, err := json.Marshal(map[string]any{"object": "whatsapp_business_account", "entry": []any{map[string]any{
		"id": sim.WhatsAppWABAID, "changes": []any{map[string]any{"field": "messages", "value": map[string]any{
			"messaging_product": "whatsapp",
			"metadata":          map[string]any{"display_phone_number": sim.WhatsAppNumber, "phone_number_id": sim.WhatsAppPhoneNumberID},
			"contacts":          []any{map[string]any{"wa_id": person(i), "profile": map[string]any{"name": fmt.Sprint("Person ", i)}}},
			"messages": []any{map[string]any{
				"from": person(i), "id": id, "timestamp": fmt.Sprint(time.Now().Unix()), "type": "text", "text": map[string]any{"body": text},
			}},
		}}},
	}}})
	if err != nil {
		panic(err) // plain maps
	}
	mac := hmac.New(sha256.New, []byte(sim.WhatsAppAppSecret))
	mac.Write(body)
	return http.Header{"Content-Type": {"application/json"}, "X-Hub-Signature-256": {"sha256=" + hex.EncodeToString(mac.Sum(nil))}}, body
}

// greet makes each person write once, on the simulator too so that their messaging
// windows are open, and learns their contacts.
func (s *storm) greet(ctx context.Context) error {
	for i := range stormPeople {
		s.sim.SendText(sim.WhatsAppAccount, person(i), "hello")
	}
	for i := range stormPeople {
		for {
			var page struct {
				Items []struct {
					ID string `json:"id"`
				} `json:"items"`
			}
			if _, err := s.o.Server.Call(ctx, http.MethodGet, "/contacts?search="+person(i), "", nil, &page); err != nil {
				return err
			}
			if len(page.Items) == 1 {
				s.contacts[person(i)] = page.Items[0].ID
				break
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(5 * time.Millisecond):
			}
		}
	}
	return nil
}

func (s *storm) pace() time.Duration {
	return time.Duration(float64(time.Second) * stormPeople / float64(s.o.Rate))
}

// write is a person writing: each message is posted until it is accepted, as the
// provider would, before the next.
func (s *storm) write(load, ctx context.Context, i int) {
	t := time.NewTicker(s.pace())
	defer t.Stop()
	for n := 0; ; n++ {
		select {
		case <-load.Done():
			return
		case <-t.C:
		}
		text := fmt.Sprintf("in-%03d-%06d", i, n)
		for ctx.Err() == nil {
			header, body := s.webhook(i, "wamid."+text, text)
			if s.o.Server.Post(ctx, s.channel.WebhookURL, header, body) == http.StatusOK {
				s.mu.Lock()
				s.in[person(i)] = append(s.in[person(i)], text)
				s.mu.Unlock()
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// answer is an agent writing back, each with its own Idempotency-Key.
func (s *storm) answer(load, ctx context.Context, i int) {
	t := time.NewTicker(s.pace())
	defer t.Stop()
	for n := 0; ; n++ {
		select {
		case <-load.Done():
			return
		case <-t.C:
		}
		text := fmt.Sprintf("out-%03d-%06d", i, n)
		for ctx.Err() == nil {
			status, err := s.o.Server.Call(ctx, http.MethodPost, "/contacts/"+s.contacts[person(i)]+"/messages", text, map[string]any{"text": text}, nil)
			if err == nil && status == http.StatusCreated {
				s.mu.Lock()
				s.out[person(i)] = append(s.out[person(i)], text)
				s.mu.Unlock()
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// quiet waits until both queues are empty and all receipts are in.
func (s *storm) quiet(ctx context.Context) error {
	deadline := time.Now().Add(10 * time.Minute)
	for time.Now().Before(deadline) {
		var ch Channel
		if _, err := s.o.Server.Call(ctx, http.MethodGet, "/channels/"+s.channel.ID, "", nil, &ch); err != nil {
			return err
		}
		settle, cancel := context.WithTimeout(ctx, 5*time.Second)
		err := s.sim.Settle(settle, sim.WhatsAppAccount)
		cancel()
		if ch.Health.QueueIn == 0 && ch.Health.QueueOut == 0 && err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return errors.New("bench: the queues are not empty after ten minutes: " + s.o.Server.Output())
}

type message struct {
	Item      string `json:"item"`
	ID        string `json:"id"`
	Direction string `json:"direction"`
	Status    string `json:"status"`
	Content   struct {
		Text string `json:"text"`
	} `json:"content"`
}

func (s *storm) timeline(ctx context.Context, contact string) ([]message, error) {
	var all []message
	after := "1"
	for {
		var page struct {
			Items    []message `json:"items"`
			HasAfter bool      `json:"has_after"`
		}
		if _, err := s.o.Server.Call(ctx, http.MethodGet, "/contacts/"+contact+"/messages?limit=200&after="+after, "", nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if !page.HasAfter || len(page.Items) == 0 {
			return all, nil
		}
		after = page.Items[len(page.Items)-1].ID
	}
}

// count compares what was accepted with what is stored and what the provider got.
func (s *storm) count(ctx context.Context) (CrashReport, error) {
	var r CrashReport
	r.DoubledSends = len(s.sim.Duplicates(sim.WhatsAppAccount))
	got := make(map[string][]string) // person → texts the provider got, in order
	for _, m := range s.sim.Received(sim.WhatsAppAccount) {
		got[m.Person] = append(got[m.Person], m.Text)
	}
	for i := range stormPeople {
		p := person(i)
		all, err := s.timeline(ctx, s.contacts[p])
		if err != nil {
			return r, err
		}
		stored := make(map[string]int)
		status := make(map[string]string)
		var in []string
		for _, m := range all {
			if m.Item != "message" {
				continue
			}
			stored[m.Content.Text]++
			status[m.Content.Text] = m.Status
			if m.Direction == "incoming" && strings.HasPrefix(m.Content.Text, "in-") {
				in = append(in, m.Content.Text)
			}
		}
		for text, n := range stored {
			if n > 1 && text != "hello" {
				r.DoubledRows += n - 1
			}
		}
		r.AcceptedIn += len(s.in[p])
		for _, text := range s.in[p] {
			if stored[text] == 0 {
				r.MissingIn++
			}
		}
		r.order("in", in)
		r.AcceptedOut += len(s.out[p])
		times := make(map[string]int)
		for _, text := range got[p] {
			times[text]++
		}
		for _, text := range s.out[p] {
			switch {
			case stored[text] == 0:
				r.MissingOut++
			case status[text] == "uncertain":
				r.Uncertain++
			case status[text] == "queued", status[text] == "sending", times[text] == 0 && status[text] != "failed":
				r.Unsent++
			}
			if times[text] > 1 {
				r.DoubledSends++
			}
		}
		r.order("out", got[p])
	}
	return r, nil
}

func (r *CrashReport) order(side string, texts []string) {
	for i := 1; i < len(texts); i++ {
		if texts[i] < texts[i-1] {
			r.OutOfOrder++
			r.Example = cmp.Or(r.Example, side+": "+texts[i]+" after "+texts[i-1])
		}
	}
}
