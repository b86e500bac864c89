package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/telegram"
	"github.com/bandeja/bandeja/internal/channel/whatsapp"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/gateway"
	"github.com/bandeja/bandeja/internal/jobs"
	"github.com/bandeja/bandeja/internal/sim"
)

// town is a gateway that the simulated providers reach, with a second number of the
// first one's business account.
type town struct {
	*rig
	sim      *sim.Sim
	provider *httptest.Server
	second   sim.AccountInfo
}

func newTown(t *testing.T, d *db.DB) *town {
	t.Helper()
	b := &town{sim: sim.New(sim.Options{})}
	b.provider = httptest.NewServer(b.sim.Handler())
	hooks := httptest.NewServer(http.HandlerFunc(b.hook))
	t.Cleanup(func() { b.sim.Close(); b.provider.Close(); hooks.Close() })
	b.rig = rigOf(t, d, hooks.URL, whatsapp.New(), telegram.New())
	var err error
	b.second, err = b.sim.AddAccount(sim.AccountInfo{
		ID: "second", Kind: sim.WhatsApp, WABAID: sim.WhatsAppWABAID, AppSecret: sim.WhatsAppAppSecret, PhoneNumberID: "106540352299999",
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.sim.AddPerson("second", sim.Person{ID: "593987650000", Name: "Rosa"}); err != nil {
		t.Fatal(err)
	}
	return b
}

// hook is /hooks/TYPE/KEY as the server has it.
func (b *town) hook(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/hooks/"), "/")
	ch, err := b.gw.ByKey(r.Context(), parts[0], parts[1])
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if r.Method == http.MethodGet {
		word, err := ch.Adapter.(channel.Challenger).Challenge(ch.View(), r.URL.Query())
		if err != nil {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = io.WriteString(w, word)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = b.gw.Accept(r.Context(), ch, channel.Webhook{Method: r.Method, Header: r.Header, Query: r.URL.Query(), Body: body})
	}
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

func (b *town) values(a sim.AccountInfo) channel.Config {
	return channel.Config{
		"phone_number_id": a.PhoneNumberID, "waba_id": a.WABAID, "access_token": a.Token, "app_secret": a.AppSecret,
		"api_base_url": b.provider.URL + "/whatsapp",
	}
}

func (b *town) connect(name string, a sim.AccountInfo) *gateway.Channel {
	b.t.Helper()
	ch, err := b.gw.Create(b.t.Context(), b.who, "whatsapp_cloud", name, b.values(a), true)
	if err != nil {
		b.t.Fatal(err)
	}
	return ch
}

func (b *town) first() sim.AccountInfo {
	for _, a := range b.sim.Accounts() {
		if a.ID == sim.WhatsAppAccount {
			return a
		}
	}
	b.t.Fatal("the simulator has no such account")
	return sim.AccountInfo{}
}

func (b *town) arrived(ch *gateway.Channel, want int) {
	b.t.Helper()
	b.eventually(ch.Name+" has its messages, and no other has", func() bool {
		return b.number(`SELECT COUNT(*) FROM message WHERE channel_id = $1`, int64(ch.ID)) == want
	})
}

// Two numbers of a business account: each hears what is said to it, whichever was
// connected last, and goes on when the other is disconnected.
func TestTwoNumbersOfAnAccount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newTown(t, d)
		ctx := t.Context()
		one, two := b.connect("One", b.first()), b.connect("Two", b.second)
		b.sim.SendText(sim.WhatsAppAccount, "593987654321", "to the first")
		b.sim.SendText("second", "593987650000", "to the second")
		b.arrived(one, 1)
		b.arrived(two, 1)

		// As it is where the numbers were connected before they had addresses of their
		// own: the account's is that of the second. What is the first's is handed on.
		if _, err := b.gw.Check(ctx, b.who, two.ID); err != nil {
			t.Fatal(err)
		}
		b.unpoint(b.first())
		b.sim.SendText(sim.WhatsAppAccount, "593987654321", "by the account's address")
		b.arrived(one, 2)
		b.arrived(two, 1)

		if err := b.gw.Delete(ctx, b.who, two.ID); err != nil {
			t.Fatal(err)
		}
		b.sim.SendText(sim.WhatsAppAccount, "593987654321", "after the second is gone")
		b.arrived(one, 3)
		if n := b.number(`SELECT COUNT(*) FROM message`); n != 4 {
			t.Errorf("%d messages, want 4", n)
		}
	})
}

func (b *town) unpoint(a sim.AccountInfo) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.provider.URL+"/whatsapp/v21.0/"+a.PhoneNumberID,
		strings.NewReader(`{"webhook_configuration":{"override_callback_uri":""}}`))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+a.Token)
	res, err := b.provider.Client().Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK {
		b.t.Fatal(res.Status, err)
	}
}

// What one app's webhook brings is believed for its own numbers alone.
func TestAnotherAppsWordIsNotBelieved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newTown(t, d)
		theirs := b.second
		one := b.connect("One", b.first())
		values := b.values(theirs)
		values["app_secret"] = strings.Repeat("e", 32)
		two, err := b.gw.Create(t.Context(), b.who, "whatsapp_cloud", "Two", values, false)
		if err != nil {
			t.Fatal(err)
		}
		raw := `{"object":"whatsapp_business_account","entry":[{"id":"` + sim.WhatsAppWABAID + `","changes":[{"field":"messages","value":{
			"messaging_product":"whatsapp","metadata":{"phone_number_id":"` + theirs.PhoneNumberID + `"},
			"contacts":[{"profile":{"name":"Eve"},"wa_id":"593900000009"}],
			"messages":[{"from":"593900000009","id":"wamid.forged","timestamp":"1760000000","type":"text","text":{"body":"forged"}}]}}]}]}`
		if err := b.gw.Store(t.Context(), one, []byte(raw)); err != nil {
			t.Fatal(err)
		}
		b.sim.SendText(sim.WhatsAppAccount, "593987654321", "after it")
		b.arrived(one, 1)
		b.arrived(two, 0)
		if n := b.number(`SELECT COUNT(*) FROM inbound WHERE channel_id = $1`, int64(two.ID)); n != 0 {
			t.Errorf("%d webhooks of another app were kept", n)
		}
	})
}

// One account has one webhook at its provider, so it is connected once.
func TestAnAccountIsConnectedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newTown(t, d)
		one := b.connect("One", b.first())
		_, err := b.gw.Create(t.Context(), b.who, "whatsapp_cloud", "Again", b.values(b.first()), true)
		if !errors.Is(err, crm.RefuseField("config", crm.CodeAccountConnected)) {
			t.Errorf("a second time: %v", err)
		}
		elsewhere := b.who
		elsewhere.Workspace = d.NewID()
		_, err = b.gw.Create(t.Context(), elsewhere, "whatsapp_cloud", "Again", b.values(b.first()), true)
		if !errors.Is(err, crm.RefuseField("config", crm.CodeAccountElsewhere)) {
			t.Errorf("in another workspace: %v", err)
		}
		two := b.connect("Two", b.second)
		_, err = b.gw.Update(t.Context(), b.who, two.ID, nil, b.values(b.first()))
		if !errors.Is(err, crm.RefuseField("config", crm.CodeAccountConnected)) {
			t.Errorf("by changing another: %v", err)
		}
		if err := b.gw.Delete(t.Context(), b.who, one.ID); err != nil {
			t.Fatal(err)
		}
		b.arrived(b.connect("Again", b.first()), 0)
	})
}

// Two who connect one account at the same time: it is one's.
func TestAnAccountIsConnectedOnceAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newTown(t, d)
		var wg sync.WaitGroup
		var connected atomic.Int32
		for i := range 8 {
			wg.Go(func() {
				_, err := b.gw.Create(t.Context(), b.who, "whatsapp_cloud", fmt.Sprint("Try ", i), b.values(b.first()), false)
				switch {
				case err == nil:
					connected.Add(1)
				case !errors.Is(err, crm.RefuseField("config", crm.CodeAccountConnected)):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := connected.Load(); n != 1 {
			t.Errorf("connected %d times", n)
		}
	})
}

// A channel that can't be read is no reason to do without the others.
func TestAChannelThatCannotBeRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newTown(t, d)
		one := b.connect("One", b.first())
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO channel (workspace_id, id, type, name, handle, hook_key, config, status, created_at)
				SELECT workspace_id, id - 1, type, 'garbled', '', 'garbled', $1, status, created_at FROM channel WHERE id = $2`, []byte("garbled"), int64(one.ID))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		two := b.connect("Two", b.second)
		var list []*gateway.Channel
		err = d.Read(t.Context(), func(tx *db.Tx) error { list, err = b.gw.List(tx, b.who.Workspace); return err })
		if err != nil || len(list) != 2 || list[0].ID != one.ID || list[1].ID != two.ID {
			t.Errorf("%d channels, %v", len(list), err)
		}
		b.sim.SendText("second", "593987650000", "to the second")
		b.arrived(two, 1)
	})
}

// What one number's webhook brings for another doesn't wait for what the first still has
// to take in, and so isn't lost with it.
func TestHandedOnWhileTheFirstWaits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newTown(t, d)
		one, two := b.connect("One", b.first()), b.connect("Two", b.second)
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO job (workspace_id, lane, id, kind, limit_key, payload, run_at) VALUES ($1, $2, $3, 'inbound', '', '', $4)`,
				b.who.Workspace, "in:"+one.ID.String(), tx.NewID(), tx.Now().Add(time.Hour).UnixMicro())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.gw.Check(t.Context(), b.who, one.ID); err != nil { // the account's address is the first's
			t.Fatal(err)
		}
		b.unpoint(b.second)
		b.sim.SendText("second", "593987650000", "by the account's address")
		b.arrived(two, 1)
		if err := b.gw.Delete(t.Context(), b.who, one.ID); err != nil {
			t.Fatal(err)
		}
		b.arrived(two, 1)
		b.arrived(one, 0)
	})
}

// Files that come while the provider refuses the token are fetched when another is
// given, and say meanwhile why they aren't there.
func TestFilesWaitForTheirChannel(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newTown(t, d)
		one := b.connect("One", b.first())
		b.token(one, "EAASIMrevoked")
		b.sim.SendFile(sim.WhatsAppAccount, "593987654321", "image", "photo.jpg", "image/jpeg", nil)
		b.sim.SendFile(sim.WhatsAppAccount, "593987654321", "document", "list.pdf", "application/pdf", nil)
		b.arrived(one, 2)
		held := func() int { return b.number(`SELECT COUNT(*) FROM message WHERE content LIKE '%"error":"held"%'`) }
		b.eventually("one of them says why, and the other isn't tried", func() bool { return held() > 0 })
		b.eventually("the channel is marked", func() bool {
			ch, err := b.gw.Channel(t.Context(), b.who.Workspace, one.ID)
			return err == nil && ch.Status == gateway.InError
		})
		b.sim.SendFile(sim.WhatsAppAccount, "593987654321", "image", "late.jpg", "image/jpeg", nil)
		b.arrived(one, 3)
		b.eventually("what comes now says so at once", func() bool { return held() > 1 })
		b.token(one, b.first().Token)
		b.eventually("all are there", func() bool {
			return b.number(`SELECT COUNT(*) FROM message WHERE content LIKE '%"file_id":"%'`) == 3 && held() == 0
		})
	})
}

func (b *town) token(ch *gateway.Channel, token string) {
	b.t.Helper()
	if _, err := b.gw.Update(b.t.Context(), b.who, ch.ID, nil, channel.Config{"access_token": token}); err != nil {
		b.t.Fatal(err)
	}
}

// What a channel brought and nobody has taken in yet when it is disconnected is taken
// in all the same.
func TestDisconnectedWithABacklog(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newTown(t, d)
		one := b.connect("One", b.first())
		b.sim.SendText(sim.WhatsAppAccount, "593987654321", "before")
		b.arrived(one, 1)
		var job crm.ID
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			var id crm.ID
			// The same webhook with another message, as if it waited.
			err := tx.Row(`INSERT INTO inbound (workspace_id, channel_id, id, event_key, received_at, state, raw)
				SELECT workspace_id, channel_id, $1, $2, received_at, 'kept', $3 FROM inbound WHERE channel_id = $4 ORDER BY id LIMIT 1 RETURNING id`,
				[]any{tx.NewID(), []byte("another"), []byte(waiting), int64(one.ID)}, &id)
			if err != nil {
				return err
			}
			job = tx.NewID()
			_, err = tx.Exec(`INSERT INTO job (workspace_id, lane, id, kind, limit_key, payload, run_at) VALUES ($1, $2, $3, 'inbound', '', $4, 0)`,
				b.who.Workspace, "in:"+one.ID.String(), job, id.String())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.gw.Delete(t.Context(), b.who, one.ID); err != nil {
			t.Fatal(err)
		}
		b.eventually("it is taken in", func() bool { return b.number(`SELECT COUNT(*) FROM job WHERE id = $1`, int64(job)) == 0 })
		b.arrived(one, 2)
		var left string
		err = d.Read(t.Context(), func(tx *db.Tx) error {
			var sealed []byte
			err := tx.Row(`SELECT config FROM channel WHERE id = $1`, []any{int64(one.ID)}, &sealed)
			if err != nil {
				return err
			}
			text, err := b.gw.Keys.Open(sealed, "channel "+one.ID.String())
			left = string(text)
			return err
		})
		if err != nil || strings.Contains(left, b.first().Token) || strings.Contains(left, sim.WhatsAppAppSecret) {
			t.Errorf("secrets are left of a disconnected channel: %v", err)
		}
	})
}

const waiting = `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{
	"messaging_product":"whatsapp","metadata":{"phone_number_id":"` + sim.WhatsAppPhoneNumberID + `"},
	"contacts":[{"profile":{"name":"Valentina Ruiz"},"wa_id":"593987654321"}],
	"messages":[{"from":"593987654321","id":"wamid.waiting","timestamp":"1760000000","type":"text","text":{"body":"waiting"}}]}}]}]}`

// A webhook whose job was given up is listed, isn't purged, and comes in when the job is
// replayed.
func TestGivenUpWebhook(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, &hostile{})
		ctx, tomorrow := context.Background(), time.Now().Add(24*time.Hour)
		r.post(said(1, 1, time.Now()))
		r.eventually("it is there", func() bool { return r.number(`SELECT COUNT(*) FROM message`) == 1 })
		raw, err := json.Marshal([]channel.Inbound{said(1, 2, time.Now())})
		if err != nil {
			t.Fatal(err)
		}
		job := &jobs.Job{Workspace: r.who.Workspace, Lane: "in:" + r.ch.ID.String(), Kind: "inbound"}
		err = d.Write(ctx, func(tx *db.Tx) error {
			id := tx.NewID()
			_, err := tx.Exec(`INSERT INTO inbound (workspace_id, channel_id, id, event_key, received_at, state, raw) VALUES ($1, $2, $3, $4, $5, 'kept', $6)`,
				job.Workspace, r.ch.ID, id, []byte("another"), tx.Micros(), raw)
			if err != nil {
				return err
			}
			job.ID, job.Payload = tx.NewID(), id.String()
			_, err = tx.Exec(`INSERT INTO job (workspace_id, lane, id, kind, limit_key, payload, run_at) VALUES ($1, $2, $3, 'inbound', '', $4, $5)`,
				job.Workspace, job.Lane, job.ID, job.Payload, tomorrow.UnixMicro())
			if err != nil {
				return err
			}
			return r.gw.Queue.Bury(tx, job, errors.New("the disk is full"))
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.gw.Purge(ctx, tomorrow); err != nil {
			t.Fatal(err)
		}
		if n := r.number(`SELECT COUNT(*) FROM inbound WHERE state = 'dead'`); n != 1 {
			t.Fatalf("%d webhooks are listed as in trouble, want 1", n)
		}
		err = d.Write(ctx, func(tx *db.Tx) error {
			_, err := r.gw.Queue.Replay(tx, r.who.Workspace, job.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		r.eventually("it comes in", func() bool { return r.number(`SELECT COUNT(*) FROM message`) == 2 })
	})
}

// A given-up webhook that somebody replays by itself, and somebody else with its job,
// comes in once.
func TestReplayedBothWays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, &hostile{})
		ctx := t.Context()
		page := said(1, 1, time.Now())
		r.post(page)
		r.eventually("the contact is there", func() bool { return r.number(`SELECT COUNT(*) FROM message`) == 1 })
		page.Kind, page.ExternalID, page.Text = channel.InEvent, "", "opted in"
		raw, err := json.Marshal([]channel.Inbound{page})
		if err != nil {
			t.Fatal(err)
		}
		var hook crm.ID
		job := &jobs.Job{Workspace: r.who.Workspace, Lane: "in:" + r.ch.ID.String(), Kind: "inbound"}
		err = d.Write(ctx, func(tx *db.Tx) error {
			hook = tx.NewID()
			_, err := tx.Exec(`INSERT INTO inbound (workspace_id, channel_id, id, event_key, received_at, state, raw) VALUES ($1, $2, $3, $4, $5, 'kept', $6)`,
				job.Workspace, r.ch.ID, hook, []byte("another"), tx.Micros(), raw)
			if err != nil {
				return err
			}
			job.ID, job.Payload = tx.NewID(), hook.String()
			_, err = tx.Exec(`INSERT INTO job (workspace_id, lane, id, kind, limit_key, payload, run_at) VALUES ($1, $2, $3, 'inbound', '', $4, $5)`,
				job.Workspace, job.Lane, job.ID, job.Payload, tx.Now().Add(time.Hour).UnixMicro())
			if err != nil {
				return err
			}
			return r.gw.Queue.Bury(tx, job, errors.New("the disk is full"))
		})
		if err != nil {
			t.Fatal(err)
		}
		before := r.number(`SELECT COUNT(*) FROM event`)
		if err := r.gw.Replay(ctx, r.who.Workspace, r.ch.ID, hook); err != nil {
			t.Fatal(err)
		}
		r.eventually("it is in", func() bool { return r.number(`SELECT COUNT(*) FROM job`) == 0 })
		once := r.number(`SELECT COUNT(*) FROM event`)
		if once == before {
			t.Fatal("it did nothing")
		}
		err = d.Write(ctx, func(tx *db.Tx) error {
			_, err := r.gw.Queue.Replay(tx, r.who.Workspace, job.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		r.eventually("the job is done", func() bool { return r.number(`SELECT COUNT(*) FROM job`) == 0 })
		if n := r.number(`SELECT COUNT(*) FROM event`); n != once {
			t.Errorf("it came in twice: %d events, want %d", n, once)
		}
	})
}
