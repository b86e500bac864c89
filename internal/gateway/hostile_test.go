package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sort"
	"sync"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/blob"
	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/config"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/gateway"
	"github.com/bandeja/bandeja/internal/inbox"
	"github.com/bandeja/bandeja/internal/jobs"
)

// hostile is an adapter whose provider does what the test says.
type hostile struct {
	mu    sync.Mutex
	calls map[string]int // by message
	// answer decides on a send: n counts the calls for this message.
	answer func(text string, n int) (channel.Receipt, error)
}

func (h *hostile) Describe() channel.Description {
	return channel.Description{
		Type: "hostile", IdentityKind: "hostile", Name: crm.Text{EN: "Hostile"},
		Capabilities: channel.Capabilities{Out: map[crm.ContentKind]channel.Limit{crm.KindText: {Text: 1000}}, Delivered: true, ReadReceipts: true},
	}
}

func (h *hostile) Verify(*channel.Channel, channel.Webhook) error { return nil }

func (h *hostile) Parse(_ *channel.Channel, raw []byte) (out []channel.Inbound, err error) {
	return out, json.Unmarshal(raw, &out)
}

func (h *hostile) Send(_ context.Context, _ *channel.Channel, out channel.Outbound) (channel.Receipt, error) {
	h.mu.Lock()
	h.calls[out.Content.Text]++
	n := h.calls[out.Content.Text]
	h.mu.Unlock()
	return h.answer(out.Content.Text, n)
}

type rig struct {
	t   *testing.T
	d   *db.DB
	gw  *gateway.Gateway
	in  *inbox.Inbox
	ch  *gateway.Channel
	who crm.Viewer
}

func newRig(t *testing.T, d *db.DB, h *hostile) *rig {
	t.Helper()
	h.calls = make(map[string]int)
	r := rigOf(t, d, "", h)
	var err error
	if r.ch, err = r.gw.Create(context.Background(), r.who, "hostile", "Hostile", nil, false); err != nil {
		t.Fatal(err)
	}
	return r
}

// rigOf is a gateway without a channel, reached from outside at the address.
func rigOf(t *testing.T, d *db.DB, publicURL string, adapters ...channel.Adapter) *rig {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	files, err := blob.Open(t.TempDir(), d)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := config.NewKeyring("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")
	if err != nil {
		t.Fatal(err)
	}
	events, queue := eventlog.New(d, logger), jobs.New(d, logger)
	r := &rig{t: t, d: d, who: crm.Viewer{Workspace: d.NewID(), User: d.NewID(), Access: crm.Access{Role: crm.Owner}}}
	r.gw = gateway.New(gateway.Options{DB: d, Queue: queue, Events: events, Files: files, Keys: keys, Adapters: adapters, PublicURL: publicURL, Logger: logger, MaxUpload: 1 << 20})
	r.in = inbox.New(events, r.gw, logger)
	err = d.Write(context.Background(), func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO workspace (id, name, timezone, language, unassign_on_close, created_at) VALUES ($1, 'w', 'UTC', 'en', TRUE, 0)`, r.who.Workspace)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := queue.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); wg.Wait() })
	return r
}

func (r *rig) eventually(what string, ok func() bool) {
	r.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(3 * time.Millisecond) {
		if time.Now().After(deadline) {
			r.t.Fatalf("not in time: %s", what)
		}
	}
}

func (r *rig) number(q string, args ...any) (n int) {
	r.t.Helper()
	if err := r.d.Read(context.Background(), func(tx *db.Tx) error { return tx.Row(q, args, &n) }); err != nil {
		r.t.Fatal(err)
	}
	return n
}

func (r *rig) post(events ...channel.Inbound) {
	r.t.Helper()
	raw, err := json.Marshal(events)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.gw.Accept(context.Background(), r.ch, channel.Webhook{Body: raw}); err != nil {
		r.t.Fatal(err)
	}
}

func said(person, n int, at time.Time) channel.Inbound {
	return channel.Inbound{
		Kind: channel.InMessage, ExternalID: fmt.Sprintf("m-%d-%d", person, n), Contact: channel.Address{Key: fmt.Sprint("p", person)}, SentAt: at,
		Content: crm.Content{Kind: crm.KindText, Text: fmt.Sprintf("%04d", n)},
	}
}

// Replays, reordering and batches of up to fifty: each message is there once, and in
// the order in which the provider says it was sent (R2).
func TestReplaysReordersAndBatches(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, &hostile{})
		const people, each = 6, 60
		start := time.Now().Add(-time.Hour).Truncate(time.Second)
		var all []channel.Inbound
		for n := range each {
			for p := range people {
				for range 1 + rand.IntN(5) {
					all = append(all, said(p, n, start.Add(time.Duration(n)*time.Second)))
				}
			}
		}
		for i := range all { // out of order, but not by much
			j := min(len(all)-1, i+rand.IntN(40))
			all[i], all[j] = all[j], all[i]
		}
		for len(all) > 0 {
			n := min(len(all), 1+rand.IntN(50))
			r.post(all[:n]...)
			if rand.IntN(4) == 0 {
				r.post(all[:n]...) // the same delivery again
			}
			all = all[n:]
		}
		r.eventually("everything is in", func() bool { return r.number(`SELECT COUNT(*) FROM job`) == 0 })
		if n := r.number(`SELECT COUNT(*) FROM message`); n != people*each {
			t.Errorf("%d messages, want %d", n, people*each)
		}
		if n := r.number(`SELECT COUNT(*) FROM contact`); n != people {
			t.Errorf("%d contacts, want %d", n, people)
		}
		for p := range people {
			var texts []string
			err := d.Read(context.Background(), func(tx *db.Tx) error {
				var id crm.ID
				if err := tx.Row(`SELECT contact_id FROM identity WHERE identity_key = $1`, []any{fmt.Sprint("p", p)}, &id); err != nil {
					return err
				}
				items, _, _, err := inbox.Timeline(tx, r.who.Workspace, id, inbox.TimelineQuery{Limit: 200})
				for _, it := range items {
					if it.Message != nil {
						texts = append(texts, it.Message.Content.Text)
					}
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if !sort.StringsAreSorted(texts) {
				t.Errorf("person %d: out of order: %v", p, texts)
			}
		}
	})
}

// A crowd at the door, each delivering everything twice at once: all is stored before
// the answer, once, and each person's messages keep their order.
func TestACrowdAtTheDoor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, &hostile{})
		const people, each = 120, 12
		start := time.Now().Add(-time.Hour).Truncate(time.Second)
		var wg sync.WaitGroup
		for p := range people {
			wg.Go(func() {
				for n := range each {
					raw, err := json.Marshal([]channel.Inbound{said(p, n, start.Add(time.Duration(n/3)*time.Second))})
					if err != nil {
						t.Error(err)
						return
					}
					var twice sync.WaitGroup
					for range 2 {
						twice.Go(func() {
							if err := r.gw.Store(context.Background(), r.ch, raw); err != nil {
								t.Error(err)
							}
						})
					}
					twice.Wait()
				}
			})
		}
		wg.Wait()
		if n := r.number(`SELECT COUNT(*) FROM inbound`); n != people*each {
			t.Errorf("%d webhooks are stored, want %d", n, people*each)
		}
		r.eventually("everything is in", func() bool { return r.number(`SELECT COUNT(*) FROM job`) == 0 })
		if n := r.number(`SELECT COUNT(*) FROM message`); n != people*each {
			t.Errorf("%d messages, want %d", n, people*each)
		}
		wrong := r.number(`SELECT COUNT(*) FROM message a JOIN message b ON b.contact_id = a.contact_id AND b.id > a.id AND b.external_id < a.external_id
			WHERE LENGTH(a.external_id) = LENGTH(b.external_id)`)
		if wrong != 0 {
			t.Errorf("%d pairs of messages are out of order", wrong)
		}
	})
}

// One poisoned event doesn't take the others of its batch along, and is listed.
func TestOneBadWebhookIsSetAside(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, &hostile{})
		r.post(said(1, 1, time.Now()))
		if err := r.gw.Store(context.Background(), r.ch, []byte("not json")); err != nil {
			t.Fatal(err)
		}
		r.post(channel.Inbound{Kind: channel.Unreadable, Note: "this part is garbled"}, said(1, 2, time.Now()))
		r.post(said(1, 3, time.Now()))
		r.eventually("three messages", func() bool { return r.number(`SELECT COUNT(*) FROM message`) == 3 })
		r.eventually("two troubles", func() bool { return r.number(`SELECT COUNT(*) FROM inbound WHERE state = 'unreadable'`) == 2 })
	})
}

// What a contact does with a message may come before the message.
func TestChangesBeforeTheirMessage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, &hostile{})
		start := time.Now().Add(-time.Minute)
		about := func(kind channel.InboundKind, n int) channel.Inbound {
			m := said(1, n, start.Add(time.Duration(n)*time.Second))
			return channel.Inbound{Kind: kind, Contact: m.Contact, TargetID: m.ExternalID, SentAt: m.SentAt.Add(time.Second)}
		}
		edit, reaction := about(channel.InEdit, 1), about(channel.InReaction, 3)
		edit.Content = crm.Content{Kind: crm.KindText, Text: "mended"}
		reaction.Emoji = "❤️"
		r.post(edit, about(channel.InDelete, 2), reaction, about(channel.InDelete, 9))
		for n := 1; n <= 3; n++ {
			r.post(said(1, n, start.Add(time.Duration(n)*time.Second)))
		}
		r.eventually("all three are changed", func() bool {
			return r.number(`SELECT COUNT(*) FROM message WHERE content LIKE '%mended%' AND edited_at > 0`) == 1 &&
				r.number(`SELECT COUNT(*) FROM message WHERE deleted_at > 0`) == 1 &&
				r.number(`SELECT COUNT(*) FROM message WHERE reactions LIKE '%❤️%'`) == 1
		})
	})
}

// A reaction that came before its message, and is made later, doesn't replace a newer one
// or bring back one that was taken back.
func TestAnOldReactionComesLate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, &hostile{})
		start := time.Now().Add(-time.Minute)
		react := func(n, second int, emoji string) channel.Inbound {
			m := said(1, n, start)
			return channel.Inbound{Kind: channel.InReaction, Contact: m.Contact, TargetID: m.ExternalID, SentAt: start.Add(time.Duration(second) * time.Second), Emoji: emoji}
		}
		r.post(react(1, 1, "👍"), react(2, 1, "👍"), react(3, 1, "👍"))
		r.eventually("they wait", func() bool { return r.number(`SELECT COUNT(*) FROM job WHERE kind = 'late'`) == 3 })
		r.post(said(1, 1, start), said(1, 2, start), said(1, 3, start), react(1, 2, "❤️"), react(2, 2, ""))
		r.eventually("nothing waits", func() bool { return r.number(`SELECT COUNT(*) FROM job`) == 0 })
		for n, want := range []string{"❤️", "", "👍"} {
			m := said(1, n+1, start)
			var stored string
			err := d.Read(t.Context(), func(tx *db.Tx) error {
				return tx.Row(`SELECT reactions FROM message WHERE external_id = $1`, []any{m.ExternalID}, &stored)
			})
			if err != nil {
				t.Fatal(err)
			}
			var got []inbox.Reaction
			if err := json.Unmarshal([]byte(stored), &got); err != nil || len(got) != 1 || got[0].Emoji != want {
				t.Errorf("message %d has %s, want %q alone (%v)", n+1, stored, want, err)
			}
		}
	})
}

// Raw webhooks are deleted once they are old, but neither those in trouble nor any
// while one of the channel, which may be an old one replayed, waits.
func TestPurge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, &hostile{})
		ctx, later := context.Background(), time.Now().Add(time.Hour)
		purge := func() (left int) {
			t.Helper()
			if err := r.gw.Purge(ctx, later); err != nil {
				t.Fatal(err)
			}
			return r.number(`SELECT COUNT(*) FROM inbound`)
		}
		r.post(said(1, 1, time.Now()))
		r.post(said(1, 2, time.Now()))
		if err := r.gw.Store(ctx, r.ch, []byte("not json")); err != nil {
			t.Fatal(err)
		}
		r.eventually("all is read", func() bool { return r.number(`SELECT COUNT(*) FROM inbound WHERE state = 'unreadable'`) == 1 })
		err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO job (workspace_id, lane, id, kind, limit_key, payload, run_at) VALUES ($1, $2, $3, 'inbound', '', '1', $4)`,
				r.who.Workspace, "in:"+r.ch.ID.String(), tx.NewID(), later.UnixMicro())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if left := purge(); left != 3 {
			t.Errorf("with a webhook waiting %d of 3 are left", left)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(`DELETE FROM job`); return err }); err != nil {
			t.Fatal(err)
		}
		if left := purge(); left != 1 {
			t.Errorf("%d are left, want the unreadable one", left)
		}
	})
}

// What becomes of a message for each way a send can end (R3).
func TestSendTaxonomy(t *testing.T) {
	boom := errors.New("connection reset")
	fails := func(kind channel.ErrorKind, times int) func(n int) error {
		return func(n int) error {
			if n > times {
				return nil
			}
			return &channel.SendError{Kind: kind, Code: "42", Title: "No", RetryAfter: 30 * time.Millisecond, Err: boom}
		}
	}
	cases := []struct {
		text  string
		fail  func(n int) error
		want  crm.Status
		calls int
	}{
		{"fine", fails(channel.Transient, 0), crm.Sent, 1},
		{"throttled twice", fails(channel.Throttled, 2), crm.Sent, 3},
		{"transient once", fails(channel.Transient, 1), crm.Sent, 2},
		{"window closed", fails(channel.WindowClosed, 9), crm.Failed, 1},
		{"bad message", fails(channel.PermanentMessage, 9), crm.Failed, 1},
		{"bad contact", fails(channel.PermanentContact, 9), crm.Failed, 1},
		{"bad channel", fails(channel.PermanentChannel, 9), crm.Failed, 1},
		{"uncertain", fails(channel.UncertainResult, 9), crm.Uncertain, 1},
		{"unknown error", func(int) error { return boom }, crm.Uncertain, 1},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := &hostile{}
		byText := make(map[string]func(int) error)
		h.answer = func(text string, n int) (channel.Receipt, error) {
			if err := byText[text](n); err != nil {
				return channel.Receipt{}, err
			}
			return channel.Receipt{ExternalIDs: []string{"ext-" + text}}, nil
		}
		r := newRig(t, d, h)
		for i, c := range cases {
			byText[c.text] = c.fail
			r.post(said(i, 0, time.Now()))
		}
		r.eventually("everybody wrote", func() bool { return r.number(`SELECT COUNT(*) FROM message`) == len(cases) })
		ids := make(map[string]crm.ID)
		for i, c := range cases {
			err := d.Write(context.Background(), func(tx *db.Tx) error {
				var contact crm.ID
				if err := tx.Row(`SELECT contact_id FROM identity WHERE identity_key = $1`, []any{fmt.Sprint("p", i)}, &contact); err != nil {
					return err
				}
				m, err := r.in.Send(tx, r.who, contact, inbox.Outgoing{Content: crm.Content{Kind: crm.KindText, Text: c.text}})
				if err == nil {
					ids[c.text] = m.ID
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		r.eventually("all is settled", func() bool { return r.number(`SELECT COUNT(*) FROM job`) == 0 })
		for _, c := range cases {
			var status, failure string
			err := d.Read(context.Background(), func(tx *db.Tx) error {
				return tx.Row(`SELECT status, error FROM message WHERE id = $1`, []any{ids[c.text]}, &status, &failure)
			})
			if err != nil {
				t.Fatal(err)
			}
			if crm.Status(status) != c.want || h.calls[c.text] != c.calls {
				t.Errorf("%s: %s after %d calls, want %s after %d", c.text, status, h.calls[c.text], c.want, c.calls)
			}
			if c.want == crm.Failed && failure == "" {
				t.Errorf("%s: failed without the provider's words", c.text)
			}
		}
		if n := r.number(`SELECT COUNT(*) FROM channel WHERE error_code = '42'`); n != 1 {
			t.Error("the channel's own fault is not shown on it")
		}
		// A receipt settles what was uncertain, and never sends it again.
		r.post(channel.Inbound{Kind: channel.InStatus, TargetID: "late", LocalRef: r.ref(ids["uncertain"]), Status: crm.Delivered, SentAt: time.Now()})
		r.eventually("the receipt has settled it", func() bool {
			return r.number(`SELECT COUNT(*) FROM message WHERE id = $1 AND status = 'delivered'`, ids["uncertain"]) == 1
		})
		if h.calls["uncertain"] != 1 {
			t.Error("an uncertain message was sent again")
		}
	})
}

func (r *rig) ref(message crm.ID) (s string) {
	r.t.Helper()
	err := r.d.Read(context.Background(), func(tx *db.Tx) error {
		var contact crm.ID
		err := tx.Row(`SELECT contact_id FROM message WHERE id = $1`, []any{message}, &contact)
		s = gateway.SendPayload(contact, message)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

// Receipts that come before the send's answer, twice or out of order never take a
// message back.
func TestEarlyReceipts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := &hostile{}
		var r *rig
		h.answer = func(string, int) (channel.Receipt, error) {
			for _, s := range []crm.Status{crm.Read, crm.Sent, crm.Delivered, crm.Sent} {
				r.post(channel.Inbound{Kind: channel.InStatus, TargetID: "x1", Status: s, SentAt: time.Now()})
			}
			r.eventually("the receipts are parked", func() bool { return r.number(`SELECT COUNT(*) FROM parked_receipt`) == 3 })
			return channel.Receipt{ExternalIDs: []string{"x1"}}, nil
		}
		r = newRig(t, d, h)
		r.post(said(1, 1, time.Now()))
		r.eventually("the contact wrote", func() bool { return r.number(`SELECT COUNT(*) FROM message`) == 1 })
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			var contact crm.ID
			if err := tx.Row(`SELECT contact_id FROM identity WHERE identity_key = 'p1'`, nil, &contact); err != nil {
				return err
			}
			_, err := r.in.Send(tx, r.who, contact, inbox.Outgoing{Content: crm.Content{Kind: crm.KindText, Text: "hi"}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		r.eventually("read", func() bool {
			return r.number(`SELECT COUNT(*) FROM message WHERE status = 'read' AND delivered_at > 0`) == 1
		})
		if n := r.number(`SELECT COUNT(*) FROM parked_receipt`); n != 0 {
			t.Errorf("%d receipts are still parked", n)
		}
	})
}
