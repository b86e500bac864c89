package httpapi_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
	"github.com/bandeja/bandeja/internal/sim"
)

// What a message's variables become is seen beforehand and sent so.
func TestVariables(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStaff(t, d)
		s.connect("telegram")
		s.sim.SendText(sim.TelegramAccount, "7001001", "hola")
		c := s.contactOf("Luc")
		s.do(s.tokens["owner"], "POST", "/contact-fields", map[string]any{"name": "Ciudad", "type": "text"}).into(t, nil)
		s.do(s.tokens["owner"], "POST", "/contact-fields", map[string]any{"name": "VIP", "type": "checkbox"}).into(t, nil)
		s.do(s.tokens["owner"], "PATCH", "/contacts/"+c, map[string]any{
			"first_name": "Lucía", "last_name": "Gómez", "country": "EC", "fields": map[string]string{"ciudad": "Quito", "vip": "true"},
		}).into(t, nil)
		s.do(s.tokens["owner"], "PATCH", "/workspace", map[string]any{"timezone": "America/Guayaquil"}).into(t, nil)

		var vars struct {
			Items []struct {
				Token, Label, Value string
				Custom              bool
			}
		}
		s.do(s.tokens["owner"], "GET", "/variables?contact_id="+c, nil).into(t, &vars)
		values := make(map[string]string)
		for _, v := range vars.Items {
			values[v.Token] = v.Label + "=" + v.Value
		}
		for token, want := range map[string]string{
			"$contact.firstname": "First name=Lucía", "$contact.ciudad": "Ciudad=Quito", "$contact.vip": "VIP=Yes",
			"$contact.country": "Country=Ecuador", "$contact.email": "E-mail=",
		} {
			if values[token] != want {
				t.Errorf("%s is listed as %q, want %q", token, values[token], want)
			}
		}

		typed := `Ñandú 🦤 {{$contact.firstname}}, de $contact.ciudad: $contact.email, $contact.nope; soy $assignee.firstname|"alguien" de $contact.country`
		var shown struct {
			Text       string
			Unresolved []struct {
				Text, Reason string
				Start, End   int
			}
		}
		s.as("manager", "POST", "/contacts/"+c+"/preview", map[string]any{"text": typed}).into(t, &shown)
		// Whoever answers an unassigned contact gets it.
		want := `Ñandú 🦤 Lucía, de Quito: $contact.email, $contact.nope; soy Una de Ecuador`
		if shown.Text != want || len(shown.Unresolved) != 2 {
			t.Fatalf("preview: %+v", shown)
		}
		for i, reason := range []string{"empty", "unknown"} {
			u := shown.Unresolved[i]
			if u.Reason != reason || string([]rune(typed)[u.Start:u.End]) != u.Text {
				t.Errorf("unresolved: %+v", u)
			}
		}
		s.as("manager", "POST", "/contacts/"+c+"/preview", map[string]any{"text": "$assignee.firstname", "comment": true}).into(t, &shown)
		if shown.Text != "$assignee.firstname" {
			t.Errorf("a comment assigns nobody: %q", shown.Text)
		}

		s.as("manager", "POST", "/contacts/"+c+"/messages", map[string]any{"text": typed}).into(t, nil)
		s.as("manager", "POST", "/contacts/"+c+"/messages", map[string]any{"text": "$contact.ciudad y $system.current_date", "comment": true}).into(t, nil)
		m := s.messages(c)
		last, comment := m[len(m)-2], m[len(m)-1]
		if last.Content.Text != want || last.Content.Typed != typed {
			t.Errorf("sent %q, typed %q", last.Content.Text, last.Content.Typed)
		}
		zone, err := time.LoadLocation("America/Guayaquil")
		if err != nil {
			t.Fatal(err)
		}
		if comment.Content.Text != "Quito y "+time.Now().In(zone).Format(time.DateOnly) {
			t.Errorf("the comment says %q", comment.Content.Text)
		}
		s.eventually("the phone shows the text without variables", func() bool {
			return slices.ContainsFunc(s.sim.Messages(sim.TelegramAccount, "7001001"), func(m sim.Message) bool { return m.Text == want })
		})
	})
}

// Template parameters have variables too.
func TestTemplateVariables(t *testing.T) {
	s := newStaff(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)))
	s.connect("whatsapp_cloud")
	s.sim.SendText(sim.WhatsAppAccount, "593991112223", "hola")
	var page struct {
		Items []struct{ ID, Name string }
	}
	s.eventually("the contact", func() bool {
		s.do(s.tokens["owner"], "GET", "/contacts", nil).into(t, &page)
		return len(page.Items) == 1
	})
	c := page.Items[0].ID
	s.do(s.tokens["owner"], "PATCH", "/contacts/"+c, map[string]any{"first_name": "Mateo"}).into(t, nil)
	var sent message
	s.do(s.tokens["owner"], "POST", "/contacts/"+c+"/messages", map[string]any{
		"text": "Hola $contact.firstname", "template": map[string]any{"name": "x", "language": "es", "components": []any{
			map[string]any{"type": "body", "parameters": []any{map[string]any{"type": "text", "value": "$contact.firstname"}}},
		}},
	}).into(t, &sent)
	if got := sent.Content.Template.Components[0].Parameters[0].Value; got != "Mateo" || sent.Content.Text != "Hola Mateo" {
		t.Errorf("the template got %q, people read %q", got, sent.Content.Text)
	}
}

func TestSnippets(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStaff(t, d)
		var teams struct{ Items []idOnly }
		s.do(s.tokens["owner"], "GET", "/teams", nil).into(t, &teams)
		type snippet struct {
			ID, Name, Text, Scope string
			MayChange             bool `json:"may_change"`
			Used                  int
			TeamIDs               []string `json:"team_ids"`
		}
		add := func(who string, in map[string]any) (x snippet) {
			t.Helper()
			s.as(who, "POST", "/snippets", in).into(t, &x)
			return x
		}
		names := func(who, search string) string {
			t.Helper()
			var page struct{ Items []snippet }
			s.as(who, "GET", "/snippets?search="+url.QueryEscape(search), nil).into(t, &page)
			var out []string
			for _, x := range page.Items {
				out = append(out, x.Name)
			}
			return strings.Join(out, " ")
		}
		add("owner", map[string]any{"name": "/saludo", "text": "Hola $contact.firstname", "scope": "workspace"})
		add("owner", map[string]any{"name": "horario", "text": "Un SALUDO: abrimos a las 9", "scope": "workspace"})
		sales := add("manager", map[string]any{"name": "precios", "text": "100 %", "scope": "team", "team_ids": []string{teams.Items[0].ID}})
		mine := add("agent", map[string]any{"name": "mío", "text": "firma"})
		if mine.Scope != "personal" || !mine.MayChange {
			t.Errorf("an agent's: %+v", mine)
		}
		l := s.listenAs("own")
		for _, c := range []struct{ who, search, want string }{
			{"agent", "", "horario mío saludo"}, {"own", "", "horario precios saludo"}, {"manager", "", "horario precios saludo"},
			{"agent", "sálu", "saludo horario"}, {"own", "%", "precios"}, {"own", "_", ""}, {"own", "MIO", ""}, {"agent", "MIO", "mío"},
		} {
			if got := names(c.who, c.search); got != c.want {
				t.Errorf("%s finds %q by %q, want %q", c.who, got, c.search, c.want)
			}
		}
		long := strings.Repeat("a", 4097)
		for _, c := range []struct {
			who, method, path string
			in                any
			code, field       string
		}{
			{"agent", "POST", "/snippets", map[string]any{"name": "x", "text": "x", "scope": "workspace"}, "forbidden", "scope"},
			{"agent", "POST", "/snippets", map[string]any{"name": "dos palabras", "text": "x"}, "bad_shortcut", "name"},
			{"agent", "POST", "/snippets", map[string]any{"name": strings.Repeat("ñ", 51), "text": "x"}, "too_long", "name"},
			{"agent", "POST", "/snippets", map[string]any{"name": "x", "text": long}, "too_long", "text"},
			{"agent", "POST", "/snippets", map[string]any{"name": "x", "text": " "}, "required", "text"},
			{"agent", "POST", "/snippets", map[string]any{"text": "x"}, "required", "name"},
			{"agent", "POST", "/snippets", map[string]any{"name": "MIO", "text": "x"}, "name_taken", "name"},
			{"manager", "POST", "/snippets", map[string]any{"name": "Saludo", "text": "x", "scope": "team", "team_ids": []string{teams.Items[0].ID}}, "name_taken", "name"},
			{"manager", "POST", "/snippets", map[string]any{"name": "x", "text": "x", "scope": "team"}, "required", "team_ids"},
			{"manager", "POST", "/snippets", map[string]any{"name": "x", "text": "x", "scope": "team", "team_ids": []string{"999"}}, "unknown_team", "team_ids"},
			{"manager", "POST", "/snippets", map[string]any{"name": "x", "text": "x", "files": slices.Repeat([]map[string]string{{"file_id": "1"}}, 6)}, "limit_reached", "files"},
			{"own", "PATCH", "/snippets/" + sales.ID, map[string]any{"text": "y"}, "forbidden", ""},
			{"own", "DELETE", "/snippets/" + sales.ID, nil, "forbidden", ""},
			{"agent", "PATCH", "/snippets/" + sales.ID, map[string]any{"text": "y"}, "not_found", ""},
			{"owner", "PATCH", "/snippets/" + mine.ID, map[string]any{"text": "y"}, "not_found", ""},
			{"agent", "GET", "/snippets?cursor=x", nil, "bad_cursor", "cursor"},
		} {
			a := s.as(c.who, c.method, c.path, c.in)
			p := a.problem()
			field := ""
			if len(p.Errors) > 0 {
				field = p.Errors[0].Field
			}
			if p.Code != c.code || field != c.field {
				t.Errorf("%s %s %s %v: %d %s", c.who, c.method, c.path, c.in, a.status, a.body)
			}
		}
		// A colleague hears of a change, uses it, and a team's can become everybody's.
		var changed snippet
		s.as("manager", "PATCH", "/snippets/"+sales.ID, map[string]any{"scope": "workspace", "name": "tarifas"}).into(t, &changed)
		if changed.Scope != "workspace" || len(changed.TeamIDs) > 0 || names("agent", "tar") != "tarifas" {
			t.Errorf("changed to %+v", changed)
		}
		s.eventually("a colleague hears of it", func() bool { return l.find(func(p wire.Push) bool { return p.Type == "snippets" }) != nil })
		s.as("agent", "POST", "/snippets/"+sales.ID+"/use", nil).into(t, nil)
		var page struct{ Items []snippet }
		s.as("agent", "GET", "/snippets?search=tarifas", nil).into(t, &page)
		if page.Items[0].Used != 1 || page.Items[0].MayChange {
			t.Errorf("used: %+v", page.Items[0])
		}
		s.as("owner", "DELETE", "/snippets/"+sales.ID, nil).into(t, nil)
		if got := names("own", ""); got != "horario saludo" {
			t.Errorf("after deleting: %q", got)
		}
		// Page by page one sees each once, in the order of the whole.
		for i := range 7 {
			add("agent", map[string]any{"name": fmt.Sprintf("m%d", i), "text": "saludo"})
		}
		var got []string
		for cursor := ""; ; {
			var page struct {
				Items []snippet
				Next  *string `json:"next_cursor"`
			}
			s.as("agent", "GET", "/snippets?limit=2&search=saludo&cursor="+url.QueryEscape(cursor), nil).into(t, &page)
			for _, x := range page.Items {
				got = append(got, x.Name)
			}
			if page.Next == nil {
				break
			}
			cursor = *page.Next
		}
		if strings.Join(got, " ") != names("agent", "saludo") || len(got) != 9 {
			t.Errorf("page by page: %q", got)
		}
	})
}

// A snippet's file is for whoever has the snippet, though it was another's upload.
func TestSnippetFiles(t *testing.T) {
	s := newStaff(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)))
	s.connect("telegram")
	s.sim.SendText(sim.TelegramAccount, "7001001", "hola")
	c := s.contactOf("Luc")
	s.assign(c, "own")
	var file struct{ ID string }
	s.do(s.tokens["owner"], "POST", "/files?name=menu.png", string(png()), "Content-Type", "image/png").into(t, &file)
	with := map[string]any{"text": "mire", "attachments": []map[string]string{{"file_id": file.ID}}}
	if a := s.as("own", "POST", "/contacts/"+c+"/messages", with); a.status != http.StatusUnprocessableEntity {
		t.Fatalf("another's upload: %d %s", a.status, a.body)
	}
	var x idOnly
	s.do(s.tokens["owner"], "POST", "/snippets", map[string]any{"name": "menu", "scope": "workspace", "files": []map[string]string{{"file_id": file.ID}}}).into(t, &x)
	if a := s.as("own", "GET", "/files/"+file.ID+"/menu.png", nil); a.status != http.StatusOK {
		t.Errorf("the snippet's file: %d", a.status)
	}
	s.as("own", "POST", "/contacts/"+c+"/messages", with).into(t, nil)
	s.eventually("the phone shows the picture", func() bool {
		return slices.ContainsFunc(s.sim.Messages(sim.TelegramAccount, "7001001"), func(m sim.Message) bool { return m.Text == "mire" })
	})
}

type scheduled struct {
	ID, Status, ETag string
	UserID           string    `json:"user_id"`
	SendAt           time.Time `json:"send_at"`
	Undo             bool
	Content          crm.Content
	ClientRef        string `json:"client_ref"`
	Error            *struct{ Code, Detail string }
}

// Messages that wait: refused, changed by two, sent early, sent in their time, undone.
func TestScheduledMessages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStaff(t, d)
		s.connect("telegram")
		s.sim.SendText(sim.TelegramAccount, "7001001", "hola")
		c := s.contactOf("Luc")
		path := "/contacts/" + c + "/scheduled"
		in := func(after time.Duration) time.Time { return time.Now().Add(after) }
		list := func() []scheduled {
			t.Helper()
			var page struct{ Items []scheduled }
			s.as("owner", "GET", path, nil).into(t, &page)
			return page.Items
		}
		for _, c := range []struct {
			body        map[string]any
			code, field string
		}{
			{map[string]any{"text": "x", "send_at": in(-time.Minute)}, "in_the_past", "send_at"},
			{map[string]any{"text": "x"}, "in_the_past", "send_at"},
			{map[string]any{"text": "x", "send_at": in(400 * 24 * time.Hour)}, "too_far_ahead", "send_at"},
			{map[string]any{"text": " ", "send_at": in(time.Hour)}, "message_empty", "text"},
			{map[string]any{"text": "x", "channel_id": "99", "send_at": in(time.Hour)}, "no_channel", "channel_id"},
			{map[string]any{"text": "x", "reply_to": "99", "send_at": in(time.Hour)}, "invalid", "reply_to"},
			{map[string]any{"text": strings.Repeat("x", 1001), "comment": true, "send_at": in(time.Hour)}, "too_long", "text"},
		} {
			p := s.as("agent", "POST", path, c.body).problem()
			if p.Code != c.code || len(p.Errors) != 1 || p.Errors[0].Field != c.field {
				t.Errorf("%v: %+v", c.body, p)
			}
		}

		l := s.listenAs("owner")
		var x scheduled
		s.as("agent", "POST", path, map[string]any{"text": "Mañana, $contact.firstname", "send_at": in(time.Hour)}).into(t, &x)
		s.eventually("a colleague sees it", func() bool {
			return l.find(func(p wire.Push) bool { return p.Type == "scheduled" && p.ContactID == c }) != nil
		})
		// Of two who change it, the second is told.
		at := in(2 * time.Hour).UTC().Truncate(time.Millisecond)
		tag := x.ETag
		s.do("", "PATCH", path+"/"+x.ID, map[string]any{"send_at": at}, "Cookie", s.cookies["manager"], "If-Match", tag).into(t, &x)
		if a := s.do("", "PATCH", path+"/"+x.ID, map[string]any{"text": "otro"}, "Cookie", s.cookies["agent"], "If-Match", tag); a.status != http.StatusPreconditionFailed {
			t.Errorf("on an old version: %d %s", a.status, a.body)
		}
		if got := list(); len(got) != 1 || !got[0].SendAt.Equal(at) || got[0].UserID != s.id("manager") || got[0].Content.Text != "Mañana, $contact.firstname" {
			t.Errorf("listed: %+v", got)
		}
		if p := s.as("agent", "PATCH", path+"/"+x.ID, map[string]any{"send_at": in(-time.Second)}).problem(); p.Code != "in_the_past" {
			t.Errorf("changed to the past: %+v", p)
		}
		var sent message
		s.as("agent", "POST", path+"/"+x.ID+"/send", nil).into(t, &sent)
		if !strings.HasPrefix(sent.Content.Text, "Mañana, Lucía") || sent.SenderName != "Una agent" {
			t.Errorf("sent now: %+v", sent)
		}
		for _, method := range []string{"PATCH", "DELETE", "POST"} {
			to, body := path+"/"+x.ID, any(nil)
			switch method {
			case "POST":
				to += "/send"
			case "PATCH":
				body = map[string]any{"text": "tarde"}
			}
			if a := s.as("agent", method, to, body); a.problem().Code != "already_sent" {
				t.Errorf("%s after it was sent: %d %s", method, a.status, a.body)
			}
		}

		// By itself, with a comment; each in its time.
		s.as("agent", "POST", path, map[string]any{"text": "segundo", "send_at": in(1400 * time.Millisecond)}).into(t, nil)
		s.as("agent", "POST", path, map[string]any{"text": "primero", "send_at": in(1000 * time.Millisecond)}).into(t, nil)
		s.as("agent", "POST", path, map[string]any{"text": "nota", "comment": true, "send_at": in(1800 * time.Millisecond)}).into(t, nil)
		s.eventually("all are sent", func() bool { return len(list()) == 0 })
		var texts []string
		for _, m := range s.messages(c) {
			texts = append(texts, m.Content.Text)
		}
		if got := strings.Join(texts[len(texts)-3:], " "); got != "primero segundo nota" {
			t.Errorf("sent %q", got)
		}

		// Undone: the time is the server's to choose.
		s.as("agent", "PATCH", "/me", map[string]any{"undo_send": 30}).into(t, nil)
		if p := s.as("agent", "PATCH", "/me", map[string]any{"undo_send": 7}).problem(); p.Code != "invalid" {
			t.Errorf("7 seconds: %+v", p)
		}
		s.as("agent", "POST", path, map[string]any{"text": "ups", "undo": true}).into(t, &x)
		if left := time.Until(x.SendAt); !x.Undo || left < 25*time.Second || left > 31*time.Second {
			t.Errorf("undo in %s: %+v", left, x)
		}
		// With less time to undo, the next still waits for the one before.
		s.as("agent", "PATCH", "/me", map[string]any{"undo_send": 5}).into(t, nil)
		var next scheduled
		s.as("agent", "POST", path, map[string]any{"text": "y otra", "undo": true}).into(t, &next)
		if next.SendAt.Before(x.SendAt) {
			t.Errorf("%s overtakes %s", next.SendAt, x.SendAt)
		}
		s.as("agent", "DELETE", path+"/"+x.ID, nil).into(t, nil)
		s.as("agent", "DELETE", path+"/"+next.ID, nil).into(t, nil)
		if a := s.as("agent", "DELETE", path+"/"+x.ID, nil); a.status != http.StatusNotFound {
			t.Errorf("undone twice: %d", a.status)
		}

		// What isn't possible then is kept, with the reason, and can be sent again.
		var late scheduled
		s.as("agent", "POST", path, map[string]any{"text": "tarde", "send_at": in(1000 * time.Millisecond)}).into(t, &late)
		s.as("owner", "POST", "/contacts/"+c+"/block", nil).into(t, nil)
		s.eventually("it fails", func() bool { got := list(); return len(got) == 1 && got[0].Status == "failed" })
		if got := list()[0]; got.Error == nil || got.Error.Code != "contact_blocked" || got.Error.Detail == "" {
			t.Errorf("failed with %+v", got.Error)
		}
		if a := s.as("agent", "POST", path+"/"+late.ID+"/send", nil); a.problem().Code != "contact_blocked" {
			t.Errorf("sent again: %d %s", a.status, a.body)
		}
		s.as("owner", "POST", "/contacts/"+c+"/unblock", nil).into(t, nil)
		s.as("agent", "POST", path+"/"+late.ID+"/send", nil).into(t, nil)
		if got := list(); len(got) != 0 {
			t.Errorf("after sending again: %+v", got)
		}

		// An author who lost sight of the contact, or left, sends nothing.
		s.as("agent", "POST", path, map[string]any{"text": "ya no", "send_at": in(1500 * time.Millisecond)}).into(t, &late)
		s.do(s.tokens["owner"], "PATCH", "/users/"+s.id("agent"), map[string]any{"visibility": "own"}).into(t, nil)
		s.assign(c, "mate")
		s.eventually("it fails too", func() bool { got := list(); return len(got) == 1 && got[0].Status == "failed" })
		if got := list()[0]; got.Error.Code != "author_lost_access" {
			t.Errorf("failed with %+v", got.Error)
		}
		s.as("owner", "DELETE", path+"/"+late.ID, nil).into(t, nil)
		s.as("mate", "POST", path, map[string]any{"text": "adiós", "send_at": in(1500 * time.Millisecond)}).into(t, &late)
		s.do(s.tokens["owner"], "DELETE", "/users/"+s.id("mate"), nil).into(t, nil)
		s.eventually("and without its author", func() bool { got := list(); return len(got) == 1 && got[0].Status == "failed" })
		if got := list()[0]; got.Error.Code != "author_gone" {
			t.Errorf("failed with %+v", got.Error)
		}
	})
}

// A moment finds its place in the timeline.
func TestTimelineAt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStaff(t, d)
		s.connect("telegram")
		s.sim.SendText(sim.TelegramAccount, "7001001", "hola")
		c := s.contactOf("Luc")
		var times []time.Time
		for i := range 6 {
			var m struct{ At time.Time }
			s.do(s.tokens["owner"], "POST", "/contacts/"+c+"/messages", map[string]any{"text": fmt.Sprint("n", i), "comment": true}).into(t, &m)
			times = append(times, m.At)
			time.Sleep(3 * time.Millisecond) // ids tell milliseconds apart
		}
		var page struct {
			Items     []message
			HasBefore bool `json:"has_before"`
			HasAfter  bool `json:"has_after"`
		}
		s.do(s.tokens["owner"], "GET", "/contacts/"+c+"/messages?limit=2&at="+times[3].Format("2006-01-02T15:04:05.000Z"), nil).into(t, &page)
		if len(page.Items) != 2 || page.Items[1].Content.Text != "n3" || !page.HasBefore || !page.HasAfter {
			t.Errorf("around the moment: %+v", page)
		}
		s.do(s.tokens["owner"], "GET", "/contacts/"+c+"/messages?limit=2&at=2001-01-01T00:00:00Z", nil).into(t, &page)
		if page.HasBefore || len(page.Items) != 1 {
			t.Errorf("before everything: %+v", page)
		}
	})
}
