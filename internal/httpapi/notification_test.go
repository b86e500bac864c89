package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
	"github.com/bandeja/bandeja/internal/notify"
	"github.com/bandeja/bandeja/internal/sim"
)

// preferences are valid notification preferences, as the API takes them.
func preferences() map[string]any {
	kinds := make(map[string]any)
	for _, k := range notify.Kinds() {
		kinds[string(k)] = map[string]bool{"app": true, "push": true, "mail": true}
	}
	return map[string]any{
		"kinds": kinds, "sound": true, "mail_after": 15, "show_content": true,
		"quiet_hours": map[string]any{"on": false, "from": "22:00", "to": "07:00", "days": []int{1, 2}},
	}
}

// notifications returns what one of the staff is told.
func (s *staff) notifications(who, tab string) []wire.Notification {
	s.t.Helper()
	var page struct{ Items []wire.Notification }
	s.as(who, "GET", "/notifications?tab="+tab, nil).into(s.t, &page)
	return page.Items
}

// mentioned makes a mention of the owner, by the agent, and returns its notification.
func (s *staff) mentioned(contact string) string {
	s.t.Helper()
	newest := func() string {
		if list := s.notifications("owner", "all"); len(list) > 0 {
			return list[0].ID
		}
		return ""
	}
	before := newest()
	s.as("agent", "POST", "/contacts/"+contact+"/messages", map[string]any{"comment": true, "text": "{{@user." + s.id("owner") + "}}"}).into(s.t, nil)
	s.eventually("the owner is told", func() bool { return newest() != before })
	return newest()
}

func TestNotifications(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStaff(t, d)
		s.connect("telegram")
		s.sim.SendText(sim.TelegramAccount, "7001001", "hola")
		contact := s.contactOf("Luc")
		s.assign(contact, "agent")
		l := s.listenAs("agent")
		other := s.listenAs("mate")
		about := func(kind notify.Kind) func(wire.Push) bool {
			return func(p wire.Push) bool {
				return p.Type == "notifications" && len(p.Notifications) > 0 && p.Notifications[len(p.Notifications)-1].Kind == kind
			}
		}

		// A comment names the agent: told once, live, and only there.
		text := "ask {{@user." + s.id("agent") + "}} and {{@user." + s.id("agent") + "}}"
		var m struct {
			ID      string
			Content struct {
				Text     string
				Mentions []struct {
					UserID string `json:"user_id"`
					Name   string
				}
			}
		}
		s.as("manager", "POST", "/contacts/"+contact+"/messages", map[string]any{"comment": true, "text": text}).into(t, &m)
		if m.Content.Text != text || len(m.Content.Mentions) != 1 || m.Content.Mentions[0].Name != "Una agent" {
			t.Errorf("the comment came back as %+v", m.Content)
		}
		s.eventually("the mention arrives live", func() bool { return l.find(about(notify.Mention)) != nil })
		p := l.find(about(notify.Mention))
		n := p.Notifications[len(p.Notifications)-1]
		if n.Text != "ask @Una agent and @Una agent" || n.UserName != "Una manager" || n.MessageID == nil || *n.MessageID != m.ID || !n.Desktop || !n.Sound {
			t.Errorf("the live notification is %+v", n)
		}
		if p := other.find(about(notify.Mention)); p != nil {
			t.Errorf("a colleague hears %+v", *p)
		}
		var row struct {
			Last struct{ Text string } `json:"last_message"`
		}
		s.as("agent", "GET", "/contacts/"+contact, nil).into(t, &row)
		if row.Last.Text != "hola" { // a comment is neither sent nor received
			t.Errorf("the list's row shows %q", row.Last.Text)
		}

		// Several messages of a contact are one notification.
		for _, say := range []string{"uno", "dos", "tres"} {
			s.sim.SendText(sim.TelegramAccount, "7001001", say)
		}
		s.eventually("three messages are one notification", func() bool {
			for _, n := range s.notifications("agent", "new") {
				if n.Kind == notify.MessageMine && n.Count == 3 && n.Text == "tres" {
					return true
				}
			}
			return false
		})
		var count struct{ Unread int }
		s.as("agent", "GET", "/notifications/count", nil).into(t, &count)
		if count.Unread != 3 { // assigned, mention, messages
			t.Errorf("%d unread, want 3: %+v", count.Unread, s.notifications("agent", "new"))
		}

		// Archived and back; opening the contact reads the rest.
		id := s.notifications("agent", "new")[0].ID
		s.as("agent", "POST", "/notifications/"+id+"/archive", nil).into(t, nil)
		if a := s.notifications("agent", "archived"); len(a) != 1 || a[0].ID != id {
			t.Errorf("archived: %+v", a)
		}
		s.as("agent", "POST", "/notifications/"+id+"/unarchive", nil).into(t, nil)
		if a := s.notifications("agent", "new"); len(a) != 3 {
			t.Errorf("after getting it back: %+v", a)
		}
		s.as("agent", "POST", "/contacts/"+contact+"/notifications/read", nil).into(t, nil)
		s.eventually("the bell is silent", func() bool {
			return l.find(func(p wire.Push) bool { return p.Type == "notifications" && p.Unread != nil && *p.Unread == 0 }) != nil
		})
		if a := s.notifications("agent", "all"); len(a) != 3 {
			t.Errorf("everything is still there: %+v", a)
		}
		// Page by page.
		var first struct {
			Items []wire.Notification
			Next  *string `json:"next_cursor"`
		}
		s.as("agent", "GET", "/notifications?tab=all&limit=2", nil).into(t, &first)
		if len(first.Items) != 2 || first.Next == nil {
			t.Fatalf("the first page is %+v", first)
		}
		var second struct {
			Items []wire.Notification
			Next  *string `json:"next_cursor"`
		}
		s.as("agent", "GET", "/notifications?tab=all&limit=2&cursor="+*first.Next, nil).into(t, &second)
		if len(second.Items) != 1 || second.Next != nil {
			t.Errorf("the second page is %+v", second)
		}
		s.as("agent", "POST", "/notifications/archive", nil).into(t, nil)
		if a := s.notifications("agent", "archived"); len(a) != 3 {
			t.Errorf("all archived: %+v", a)
		}
	})
}

// What mentions and preferences refuse, and with which field.
func TestNotificationRules(t *testing.T) {
	s := newStaff(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)))
	s.connect("telegram")
	s.sim.SendText(sim.TelegramAccount, "7001001", "hola")
	contact := s.contactOf("Luc")
	stranger := s.strange()
	many := ""
	for i := range 21 {
		many += "{{@user." + strings.Repeat("1", i+1)[:min(i+1, 18)] + "}}"
	}
	with := func(change func(map[string]any)) map[string]any {
		p := preferences()
		change(p)
		return p
	}
	for _, c := range []struct {
		path, method string
		in           any
		code, field  string
	}{
		{"/contacts/" + contact + "/messages", "POST", map[string]any{"comment": true, "text": "{{@user." + stranger.User.String() + "}}"}, "unknown_user", "text"},
		{"/contacts/" + contact + "/messages", "POST", map[string]any{"comment": true, "text": strings.Repeat("x", 990) + "{{@user." + s.id("agent") + "}}"}, "", ""},
		{"/contacts/" + contact + "/messages", "POST", map[string]any{"comment": true, "text": strings.Repeat("x", 995) + "{{@user." + s.id("agent") + "}}"}, "too_long", "text"},
		{"/me/notifications", "PUT", with(func(p map[string]any) { p["mail_after"] = 7 }), "invalid", "mail_after"},
		{"/me/notifications", "PUT", with(func(p map[string]any) { delete(p["kinds"].(map[string]any), "mention") }), "required", "kinds.mention"},
		{"/me/notifications", "PUT", with(func(p map[string]any) { p["quiet_hours"].(map[string]any)["from"] = "25:00" }), "invalid", "quiet_hours.from"},
		{"/me/notifications", "PUT", preferences(), "", ""},
		{"/notifications?cursor=x", "GET", nil, "bad_cursor", "cursor"},
	} {
		a := s.as("owner", c.method, c.path, c.in)
		p := a.problem()
		field := ""
		if len(p.Errors) > 0 {
			field = p.Errors[0].Field
		}
		if p.Code != c.code || field != c.field || c.code == "" && a.status >= http.StatusBadRequest {
			t.Errorf("%s %v: %d %s", c.path, c.in, a.status, a.body)
		}
	}
	if a := s.as("owner", "POST", "/contacts/"+contact+"/messages", map[string]any{"comment": true, "text": many}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("too many mentions: %d %s", a.status, a.body)
	}
}
