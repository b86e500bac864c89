package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/inbox"
)

// What may be sent how long after the contact last wrote, on a channel whose provider
// takes templates late (WhatsApp's rule) and on one whose provider takes a person's
// answer for a week and tagged messages at any time (Messenger's rule).
func TestMessagingWindow(t *testing.T) {
	const day = 24 * time.Hour
	plain := crm.Content{Kind: crm.KindText, Text: "hola"}
	template := crm.Content{Kind: crm.KindTemplate, Template: &crm.TemplateSend{Name: "on_the_way", Language: "es"}}
	with := func(tag string) crm.Content { return crm.Content{Kind: crm.KindText, Text: "hola", Tag: tag} }
	cases := []struct {
		channel string
		ago     time.Duration
		content crm.Content
		api     bool
		want    crm.Code // "" where it is taken
		hours   int
		tag     string // that it carries then
	}{
		{"paper", day, plain, false, "", 0, ""},
		{"paper", day + time.Second, plain, false, crm.CodeWindowClosed, 24, ""},
		{"paper", day + time.Second, template, false, "", 0, ""},
		{"paper", time.Hour, with("ACCOUNT_UPDATE"), false, crm.CodeInvalid, 0, ""},
		{"tagged", day, plain, false, "", 0, ""},
		{"tagged", 25 * time.Hour, plain, false, "", 0, "HUMAN_AGENT"},
		{"tagged", 25 * time.Hour, plain, true, crm.CodeWindowClosed, 24, ""},
		{"tagged", 25 * time.Hour, with("HUMAN_AGENT"), true, crm.CodeWindowClosed, 24, ""},
		{"tagged", 25 * time.Hour, with("ACCOUNT_UPDATE"), true, "", 0, "ACCOUNT_UPDATE"},
		{"tagged", 7 * day, plain, false, "", 0, "HUMAN_AGENT"},
		{"tagged", 7*day + time.Second, plain, false, crm.CodeWindowClosed, 168, ""},
		{"tagged", 7*day + time.Second, with("POST_PURCHASE_UPDATE"), false, "", 0, "POST_PURCHASE_UPDATE"},
		{"tagged", 7*day + time.Second, with("SALE"), false, crm.CodeInvalid, 0, ""},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		for i, c := range cases {
			t.Run(fmt.Sprintf("%s %s %s%s", c.channel, c.ago, c.content.Kind, c.content.Tag), func(t *testing.T) {
				if r.ch.Type != c.channel {
					var err error
					if r.ch, err = r.gw.Create(context.Background(), r.viewer, c.channel, c.channel, nil, false); err != nil {
						t.Fatal(err)
					}
				}
				who := fmt.Sprint("p", i)
				r.receive(text(who, who, "hola"))
				id := r.contactOf(who)
				v := r.viewer
				if c.api {
					v.Token = 1
				}
				var m *inbox.Message
				err := r.try(func(tx *db.Tx) (err error) {
					_, err = tx.Exec(`UPDATE contact_channel SET last_incoming_at = $1 WHERE workspace_id = $2 AND contact_id = $3`,
						tx.Now().Add(-c.ago).UnixMicro(), v.Workspace, id)
					if err == nil {
						m, err = r.in.Send(tx, v, id, inbox.Outgoing{Content: c.content})
					}
					return err
				})
				var refusal *crm.Error
				switch {
				case c.want == "" && err != nil:
					t.Fatal(err)
				case c.want == "" && m.Content.Tag != c.tag:
					t.Errorf("it carries %q, not %q", m.Content.Tag, c.tag)
				case c.want == "":
				case !errors.As(err, &refusal) || refusal.Code != c.want:
					t.Errorf("%v, not %s", err, c.want)
				case c.hours > 0 && fmt.Sprint(refusal.Args["hours"]) != fmt.Sprint(c.hours):
					t.Errorf("%v hours are named, not %d", refusal.Args["hours"], c.hours)
				}
			})
		}
	})
}
