package httpapi_test

import (
	"strings"
	"testing"

	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/sim"
)

// Whoever's phone is known can be written to on WhatsApp first, with a template, whether
// they use another channel or none; without a phone, or where the number is somebody
// else's on WhatsApp, they can't.
func TestBeginningOnWhatsApp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		ch := r.connect("whatsapp_cloud")
		r.connect("telegram")
		type contact struct {
			ID         string
			Identities []struct {
				ChannelID   string `json:"channel_id"`
				ChannelType string `json:"channel_type"`
				Key         string
				Used        bool
				Reachable   bool
			}
		}
		owner := r.tokens["owner"]
		made := func(in map[string]any) (c contact) {
			r.do(owner, "POST", "/contacts", in).into(t, &c)
			r.do(owner, "GET", "/contacts/"+c.ID, nil).into(t, &c)
			return c
		}
		phoneless := made(map[string]any{"first_name": "Bea"})
		if len(phoneless.Identities) != 0 {
			t.Errorf("without a phone: %+v", phoneless.Identities)
		}
		ana := made(map[string]any{"first_name": "Ana", "phone": "+593987654321"})
		if len(ana.Identities) != 1 || ana.Identities[0].ChannelID != ch.ID || ana.Identities[0].Used || !ana.Identities[0].Reachable || ana.Identities[0].Key != "593987654321" {
			t.Fatalf("with a phone: %+v", ana.Identities)
		}
		path := "/contacts/" + ana.ID + "/messages"
		if a := r.do(owner, "POST", path, map[string]any{"text": "hola", "channel_id": ch.ID}); a.problem().Code != "window_closed" {
			t.Errorf("free text: %d %s", a.status, a.body)
		}
		if a := r.do(owner, "POST", "/contacts/"+phoneless.ID+"/messages", map[string]any{"text": "hola", "channel_id": ch.ID}); a.problem().Code != "contact_must_write_first" {
			t.Errorf("to nobody's phone: %d %s", a.status, a.body)
		}
		template := map[string]any{"channel_id": ch.ID, "template": map[string]any{"name": "hello_world", "language": "en_US"}}
		var m message
		r.do(owner, "POST", path, template).into(t, &m)
		r.eventually("it is sent", func() bool {
			l := r.messages(ana.ID)
			return len(l) == 1 && l[0].Status != "queued" && l[0].Status != "sending"
		})
		if l := r.messages(ana.ID); l[0].Status == "failed" {
			t.Errorf("the template failed: %+v", l[0])
		}
		r.do(owner, "GET", "/contacts/"+ana.ID, nil).into(t, &ana)
		if len(ana.Identities) != 1 || !ana.Identities[0].Used {
			t.Errorf("once reached: %+v", ana.Identities)
		}
		// The same number on another profile belongs to the first on WhatsApp.
		if twin := made(map[string]any{"first_name": "Ana María", "phone": "+593987654321"}); len(twin.Identities) != 0 {
			t.Errorf("a second profile of the number: %+v", twin.Identities)
		}
		// Whoever writes on Telegram can be written to on both.
		r.sim.SendText(sim.TelegramAccount, "7001001", "hola")
		lucia := r.contactOf("Luc")
		r.do(owner, "PATCH", "/contacts/"+lucia, map[string]any{"phone": "+593987651111"}).into(t, nil)
		var both contact
		r.do(owner, "GET", "/contacts/"+lucia, nil).into(t, &both)
		if len(both.Identities) != 2 || !both.Identities[0].Used || both.Identities[0].ChannelType != "telegram" || both.Identities[1].Used {
			t.Errorf("with Telegram and a phone: %+v", both.Identities)
		}
	})
}

// A number is one contact's on WhatsApp. Who doesn't see that contact adds another with the
// number as with any, can't write to it there, and hears no more than that.
func TestTheNumberOfAHiddenContact(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStaff(t, d)
		ch := s.connect("whatsapp_cloud")
		template := map[string]any{"channel_id": ch.ID, "template": map[string]any{"name": "hello_world", "language": "en_US"}}
		var hidden, own idOnly
		s.as("owner", "POST", "/contacts", map[string]any{"first_name": secret, "phone": "+593987654321", "assignee_id": s.id("agent")}).into(t, &hidden)
		s.as("owner", "POST", "/contacts/"+hidden.ID+"/messages", template).into(t, nil)

		added := s.as("own", "POST", "/contacts", map[string]any{"first_name": "Ana", "phone": "+593987654321"})
		added.into(t, &own)
		refusal := s.as("own", "POST", "/contacts/"+own.ID+"/messages", template)
		said(t, "writing to it", refusal, 422, "unreachable")
		for what, a := range map[string]answer{
			"added": added, "refused": refusal, "shown": s.as("own", "GET", "/contacts/"+own.ID, nil),
			"duplicates": s.as("own", "GET", "/contacts/"+own.ID+"/duplicates", nil), "all duplicates": s.as("own", "GET", "/duplicates", nil),
		} {
			if strings.Contains(string(a.body), secret) || strings.Contains(string(a.body), hidden.ID) {
				t.Errorf("%s: %s", what, a.body)
			}
		}
		for who, want := range map[string]int{"own": 0, "agent": 1} {
			var page struct{ Items []struct{} }
			path := "/contacts/" + own.ID + "/duplicates"
			if s.as(who, "GET", path, nil).into(t, &page); len(page.Items) != want {
				t.Errorf("%s is shown %d duplicates, want %d", who, len(page.Items), want)
			}
		}
	})
}
