package httpapi_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/httpapi"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
	"github.com/bandeja/bandeja/internal/sim"
)

// secret is in everything that restricted agents must not come across.
const secret = "Zanahoria"

// visibleNames returns the first names of the contacts in a list.
func (s *staff) visibleNames(who, path string) []string {
	s.t.Helper()
	var page struct{ Items []struct{ Name string } }
	s.as(who, "GET", path, nil).into(s.t, &page)
	var out []string
	for _, x := range page.Items {
		out = append(out, strings.Fields(x.Name)[0])
	}
	slices.Sort(out)
	return out
}

// Nobody learns by any path of a contact that is hidden from them: lists, search, by
// id, its files, events, the live connection. It is as if it didn't exist.
func TestHidden(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStaff(t, d)
		s.connect("telegram")
		for _, p := range []sim.Person{{ID: "1", Name: "Ana Own"}, {ID: "2", Name: "Beto Mate"}, {ID: "3", Name: "Caro " + secret}, {ID: "4", Name: "Dino " + secret}} {
			if _, err := s.sim.AddPerson(sim.TelegramAccount, p); err != nil {
				t.Fatal(err)
			}
			s.sim.SendText(sim.TelegramAccount, p.ID, "hola "+p.Name)
		}
		ana, beto, caro := s.contactOf("Ana"), s.contactOf("Beto"), s.contactOf("Caro")
		s.contactOf("Dino") // stays unassigned
		s.assign(ana, "own")
		s.assign(beto, "mate")
		s.assign(caro, "agent")
		s.sim.SendFile(sim.TelegramAccount, "3", "image", "secreto.png", "image/png", png())
		var file string
		s.eventually("the picture is here", func() bool {
			m := s.messages(caro)
			if last := m[len(m)-1]; len(last.Content.Attachments) == 1 {
				file = last.Content.Attachments[0].FileID
			}
			return file != ""
		})

		var teams struct{ Items []idOnly }
		s.do(s.tokens["owner"], "GET", "/teams", nil).into(t, &teams)
		team := "team-" + teams.Items[0].ID
		var custom idOnly
		everybody := map[string]any{"field": "first_name", "operator": "exists"}
		s.do(s.tokens["owner"], "POST", "/custom-inboxes", map[string]any{"name": "Everybody", "filter": everybody, "sharing": "public"}).into(t, &custom)
		for who, want := range map[string]struct {
			all, found string
			inboxes    string
		}{
			"own":     {all: "Ana", found: "", inboxes: "mine"},
			"team":    {all: "Ana Beto", found: "", inboxes: "mine " + team},
			"agent":   {all: "Ana Beto Caro Dino", found: "Caro Dino", inboxes: "all mine unassigned"},
			"manager": {all: "Ana Beto Caro Dino", found: "Caro Dino", inboxes: "all mine unassigned " + team},
		} {
			var count struct{ Open int }
			s.as(who, "GET", "/custom-inboxes/"+custom.ID+"/count", nil).into(t, &count)
			if count.Open != len(strings.Fields(want.all)) {
				t.Errorf("%s counts %d open conversations in a shared inbox, sees %q", who, count.Open, want.all)
			}
			s.as(who, "POST", "/filter/count", map[string]any{"filter": everybody}).into(t, &count)
			if count.Open != len(strings.Fields(want.all)) {
				t.Errorf("%s counts %d open conversations by a filter, sees %q", who, count.Open, want.all)
			}
			if got := strings.Join(s.visibleNames(who, "/contacts"), " "); got != want.all {
				t.Errorf("%s lists %q, want %q", who, got, want.all)
			}
			for _, q := range []string{"zana", "caro", "caro zana", "zana caro"} {
				if got := s.visibleNames(who, "/contacts?search="+strings.ReplaceAll(q, " ", "%20")); (len(got) > 0) != (want.found != "") {
					t.Errorf("%s finds %q by %q", who, got, q)
				}
			}
			if got := strings.Join(s.visibleNames(who, "/contacts?search=a"), " "); !strings.Contains(want.all, got) {
				t.Errorf("%s finds %q by a", who, got)
			}
			var inboxes struct{ Items []idOnly }
			s.as(who, "GET", "/inboxes", nil).into(t, &inboxes)
			var ids []string
			for _, i := range inboxes.Items {
				ids = append(ids, i.ID)
			}
			if got := strings.Join(ids, " "); got != want.inboxes {
				t.Errorf("%s has the inboxes %q, want %q", who, got, want.inboxes)
			}
		}
		if got := s.visibleNames("team", "/inboxes/"+team+"/contacts"); strings.Join(got, " ") != "Ana Beto" {
			t.Errorf("the team's inbox shows %q", got)
		}
		if a := s.as("agent", "GET", "/inboxes/"+team+"/contacts", nil); a.status != http.StatusNotFound {
			t.Errorf("another team's inbox: %d", a.status)
		}
		if a := s.as("own", "GET", "/inboxes/"+team+"/contacts", nil); a.status != http.StatusNotFound {
			t.Errorf("own team's inbox for one who sees only their own: %d", a.status)
		}

		// Two contacts of one phone: each leads to the other, for those who see both.
		for id, email := range map[string]string{ana: "ana@example.com", beto: "b@example.com", caro: "ANA@example.com"} {
			s.do(s.tokens["owner"], "PATCH", "/contacts/"+id, map[string]any{"phone": "+593987654321", "email": email}).into(t, nil)
		}
		for who, want := range map[string]string{"own": "", "team": "Beto phone", "agent": "Caro phone email, Beto phone"} {
			var page struct {
				Items []struct {
					Contact struct{ Name string }
					Same    []string
				}
			}
			s.as(who, "GET", "/contacts/"+ana+"/duplicates", nil).into(t, &page)
			var got []string
			for _, x := range page.Items {
				got = append(got, strings.Fields(x.Contact.Name)[0]+" "+strings.Join(x.Same, " "))
			}
			if strings.Join(got, ", ") != want {
				t.Errorf("to %s, the same as Ana may be %q, want %q", who, got, want)
			}
		}

		for who, want := range map[string]string{"own": "", "team": "+593987654321 Ana Beto", "agent": "+593987654321 Ana Beto Caro, ana@example.com Ana Caro"} {
			var page struct{ Items []httpapi.SharedContacts }
			s.as(who, "GET", "/duplicates", nil).into(t, &page)
			var got []string
			for _, x := range page.Items {
				line := x.Phone + x.Email
				for _, c := range x.Contacts {
					line += " " + strings.Fields(c.Name)[0]
				}
				got = append(got, line)
			}
			slices.Sort(got)
			if strings.Join(got, ", ") != want {
				t.Errorf("%s is shown as duplicates %q, want %q", who, got, want)
			}
		}
		for who, want := range map[string]string{"own": "own 1", "team": "own 1, mate 1", "manager": "own 1, mate 1, agent 1"} {
			var page struct{ Items []httpapi.Workload }
			s.as(who, "GET", "/workloads", nil).into(t, &page)
			var got []string
			for _, name := range []string{"own", "mate", "team", "agent", "manager", "owner"} {
				for _, x := range page.Items {
					if x.UserID == s.id(name) {
						got = append(got, fmt.Sprint(name, " ", x.Open))
					}
				}
			}
			if strings.Join(got, ", ") != want || len(got) != len(page.Items) {
				t.Errorf("%s is told of workloads %q, want %q", who, got, want)
			}
		}

		var planned idOnly
		s.do(s.tokens["owner"], "POST", "/contacts/"+caro+"/scheduled", map[string]any{"text": secret, "send_at": time.Now().Add(time.Hour)}).into(t, &planned)
		s.do(s.tokens["owner"], "POST", "/snippets", map[string]any{"name": "mine", "text": secret}).into(t, nil)

		listeners := map[string]*listener{"own": s.listenAs("own"), "team": s.listenAs("team"), "agent": s.listenAs("agent")}
		for _, who := range []string{"own", "team"} {
			for _, path := range []string{"/contacts/" + caro, "/contacts/" + caro + "/duplicates", "/contacts/" + caro + "/conversations", "/contacts/" + caro + "/messages", "/files/" + file + "/secreto.png", "/files/" + file + "/secreto.png?w=160"} {
				if a := s.as(who, "GET", path, nil); a.status != http.StatusNotFound || strings.Contains(string(a.body), secret) {
					t.Errorf("%s, %s: %d %s", who, path, a.status, a.body)
				}
			}
			for _, c := range []struct {
				method, path string
				in           any
			}{
				{"POST", "/contacts/" + caro + "/preview", map[string]any{"text": "$contact.name"}},
				{"GET", "/variables?contact_id=" + caro, nil},
				{"GET", "/contacts/" + caro + "/scheduled", nil},
				{"POST", "/contacts/" + caro + "/scheduled", map[string]any{"text": "x", "send_at": time.Now().Add(time.Hour)}},
				{"PATCH", "/contacts/" + caro + "/scheduled/" + planned.ID, map[string]any{"text": "x"}},
				{"POST", "/contacts/" + caro + "/scheduled/" + planned.ID + "/send", nil},
				{"DELETE", "/contacts/" + caro + "/scheduled/" + planned.ID, nil},
				{"GET", "/contacts/" + caro + "/messages?at=2026-01-01T00:00:00Z", nil},
			} {
				if a := s.as(who, c.method, c.path, c.in); a.status != http.StatusNotFound || strings.Contains(string(a.body), secret) {
					t.Errorf("%s, %s %s: %d %s", who, c.method, c.path, a.status, a.body)
				}
			}
			if a := s.as(who, "GET", "/snippets?search="+strings.ToLower(secret), nil); strings.Contains(string(a.body), secret) {
				t.Errorf("%s finds another's snippet: %s", who, a.body)
			}
			if a := s.as(who, "POST", "/contacts/"+ana+"/messages", map[string]any{"text": "mire", "attachments": []map[string]string{{"file_id": file}}}); a.status != http.StatusUnprocessableEntity {
				t.Errorf("%s passes on a file that is hidden: %d %s", who, a.status, a.body)
			}
			if a := s.as(who, "GET", "/events", nil); strings.Contains(string(a.body), secret) || !strings.Contains(string(a.body), "Ana") {
				t.Errorf("%s reads in the log: %s", who, a.body)
			}
		}
		for _, who := range []string{"own", "team"} {
			if a := s.as(who, "POST", "/contacts/"+caro+"/notifications/read", nil); a.status != http.StatusNotFound {
				t.Errorf("%s reads the notifications of a hidden contact: %d %s", who, a.status, a.body)
			}
		}
		// Whom a comment names who can't see the contact isn't told, nor who could once.
		s.assign(caro, "own")
		mention := "{{@user." + s.id("own") + "}} {{@user." + s.id("team") + "}} {{@user." + s.id("agent") + "}} " + secret
		s.as("owner", "POST", "/contacts/"+caro+"/messages", map[string]any{"comment": true, "text": mention}).into(t, nil)
		s.eventually("who sees the contact is told", func() bool {
			return strings.Contains(string(s.as("own", "GET", "/notifications", nil).body), secret)
		})
		s.assign(caro, "agent")
		s.as("owner", "POST", "/contacts/"+caro+"/messages", map[string]any{"comment": true, "text": mention}).into(t, nil)
		s.eventually("the agent is told", func() bool { return len(s.notifications("agent", "all")) >= 2 })
		listeners["own"], listeners["team"] = s.listenAs("own"), s.listenAs("team")
		for _, who := range []string{"own", "team"} {
			for _, tab := range []string{"new", "archived", "all"} {
				if a := s.as(who, "GET", "/notifications?tab="+tab, nil); strings.Contains(string(a.body), secret) || strings.Contains(string(a.body), caro) {
					t.Errorf("%s is told of a hidden contact: %s", who, a.body)
				}
			}
			var count struct{ Unread int }
			s.as(who, "GET", "/notifications/count", nil).into(t, &count)
			if have := len(s.notifications(who, "new")); count.Unread != have {
				t.Errorf("%s counts %d notifications and sees %d", who, count.Unread, have)
			}
		}
		if a := s.as("agent", "GET", "/files/"+file+"/secreto.png", nil); a.status != http.StatusOK {
			t.Errorf("whoever sees the contact gets its file: %d", a.status)
		}

		// What is said, too.
		s.do(s.tokens["owner"], "POST", "/contacts/"+caro+"/messages", map[string]any{"text": "nota " + secret, "comment": true}).into(t, nil)
		said := func(who, query string) (texts []string) {
			var page struct{ Items []wire.MessageHit }
			s.as(who, "GET", "/messages?search="+query, nil).into(t, &page)
			for _, h := range page.Items {
				texts = append(texts, h.Contact.Name+": "+h.Message.Content.Text)
			}
			slices.Sort(texts)
			return texts
		}
		s.eventually("everything said can be found", func() bool { return len(said("agent", "hola")) == 4 && len(said("agent", "nota&comments=true")) == 1 })
		for who, want := range map[string]string{"own": "Ana Own: hola Ana Own", "team": "Ana Own: hola Ana Own, Beto Mate: hola Beto Mate"} {
			if got := strings.Join(said(who, "hola"), ", "); got != want {
				t.Errorf("%s finds %q, want %q", who, got, want)
			}
			if got := append(said(who, strings.ToLower(secret)), said(who, "nota&comments=true")...); len(got) > 0 {
				t.Errorf("%s finds %q", who, got)
			}
			if a := s.as(who, "GET", "/messages?search=hola&contact_id="+caro, nil); a.status != http.StatusNotFound {
				t.Errorf("%s looks through a hidden contact: %d", who, a.status)
			}
		}
		if got := said("agent", "hola&contact_id="+caro); len(got) != 1 {
			t.Errorf("looking through one contact finds %q", got)
		}

		// Live: each gets what is theirs, and nothing of the rest.
		s.do(s.tokens["owner"], "POST", "/contacts/"+caro+"/typing", map[string]any{"on": true}).into(t, nil)
		s.sim.SendText(sim.TelegramAccount, "3", secret)
		s.sim.SendText(sim.TelegramAccount, "2", "para el equipo")
		s.sim.SendText(sim.TelegramAccount, "1", "para mí")
		heard := func(text string) func(wire.Push) bool {
			return func(p wire.Push) bool { return p.Message != nil && p.Message.Content.Text == text }
		}
		for who, l := range listeners {
			s.eventually(who+" hears of Ana", func() bool { return l.find(heard("para mí")) != nil })
		}
		s.eventually("the team hears of Beto", func() bool { return listeners["team"].find(heard("para el equipo")) != nil })
		s.eventually("the agent hears of Caro", func() bool { return listeners["agent"].find(heard(secret)) != nil })
		if listeners["own"].find(heard("para el equipo")) != nil {
			t.Error("one who sees only their own hears of a colleague's")
		}
		for _, who := range []string{"own", "team"} {
			if p := listeners[who].find(func(p wire.Push) bool { return p.ContactID == caro }); p != nil {
				t.Errorf("%s hears of a hidden contact: %+v", who, *p)
			}
		}
		// Their stretch of the log has no gaps all the same.
		last, gap := "", false
		l := listeners["own"]
		l.mu.Lock()
		for _, p := range l.pushes {
			if p.Seq == "" {
				continue
			}
			from := p.From
			if from == "" {
				from = p.Seq
			}
			gap = gap || last != "" && number(t, from) != number(t, last)+1
			last = p.Seq
		}
		l.mu.Unlock()
		if gap {
			t.Error("there are gaps in what a restricted agent hears")
		}

		// Who gives a contact away sees it go, and that is all.
		if a := s.as("own", "POST", "/contacts/"+ana+"/assign", map[string]any{"user_id": s.id("agent")}); a.status != http.StatusOK {
			t.Fatalf("giving away: %d %s", a.status, a.body)
		}
		s.eventually("the contact goes from the screen", func() bool {
			return listeners["own"].find(func(p wire.Push) bool {
				return p.Type == "hidden" && p.ContactID == ana && p.Contact == nil && p.Event == nil
			}) != nil
		})
		if a := s.as("own", "GET", "/contacts/"+ana, nil); a.status != http.StatusNotFound {
			t.Errorf("after giving it away: %d", a.status)
		}

		// Rights that change hold at once, for the live connection too.
		s.do(s.tokens["owner"], "PATCH", "/users/"+s.id("agent"), map[string]any{"visibility": "own"}).into(t, nil)
		s.eventually("the connection made with other rights is dropped", func() bool {
			l := listeners["agent"]
			l.mu.Lock()
			defer l.mu.Unlock()
			return l.closed || l.dropped
		})
		if got := strings.Join(s.visibleNames("agent", "/contacts"), " "); got != "Ana Caro" {
			t.Errorf("after the change the agent lists %q", got)
		}
	})
}

// Who added a contact sees it, and no more by asking for the same again once it is hidden.
func TestAddingAgain(t *testing.T) {
	s := newStaff(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)))
	add := func() answer {
		return s.do("", "POST", "/contacts", map[string]any{"first_name": "Eva"}, "Idempotency-Key", "eva", "Cookie", s.cookies["own"])
	}
	var eva, again idOnly
	add().into(t, &eva)
	s.assign(eva.ID, "agent")
	s.do(s.tokens["owner"], "PATCH", "/contacts/"+eva.ID, map[string]any{"last_name": secret}).into(t, nil)
	if a := add(); a.status != http.StatusNotFound || strings.Contains(string(a.body), secret) {
		t.Errorf("adding again what is somebody else's by now: %d %s", a.status, a.body)
	}
	s.assign(eva.ID, "own")
	if add().into(t, &again); again != eva {
		t.Errorf("added twice: %v, %v", eva, again)
	}
}

// Whoever leaves loses everything at once, and their contacts go to another.
func TestRemoveUser(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStaff(t, d)
		s.connect("telegram")
		s.sim.SendText(sim.TelegramAccount, "7001001", "hola")
		contact := s.contactOf("Luc")
		s.do(s.tokens["agent"], "POST", "/contacts/"+contact+"/messages", map[string]any{"text": "de Una", "comment": true}).into(t, nil)
		s.assign(contact, "agent")
		l := s.listenAs("agent")
		if a := s.as("manager", "DELETE", "/users/"+s.id("agent")+"?reassign_to="+s.id("agent"), nil); a.status != http.StatusUnprocessableEntity {
			t.Errorf("to the one who leaves: %d %s", a.status, a.body)
		}
		if a := s.as("manager", "DELETE", "/users/"+s.id("agent")+"?reassign_to="+s.id("mate"), nil); a.status != http.StatusNoContent {
			t.Fatalf("removing: %d %s", a.status, a.body)
		}
		for _, who := range []string{"agent", "token"} {
			if a := s.as(who, "GET", "/me", nil); a.status != http.StatusUnauthorized {
				t.Errorf("%s still gets in: %d", who, a.status)
			}
		}
		s.eventually("their live connection ends", func() bool {
			l.mu.Lock()
			defer l.mu.Unlock()
			return l.closed || l.dropped
		})
		s.eventually("the contact changes hands", func() bool {
			return slices.Equal(s.visibleNames("mate", "/inboxes/mine/contacts"), []string{"Lucía"})
		})
		if m := s.messages(contact); m[len(m)-1].SenderName != "Una agent" {
			t.Errorf("their name is gone from what they wrote: %+v", m[len(m)-1])
		}
		if a := s.do("", "POST", "/session", map[string]string{"email": email("agent"), "password": password}); a.status != http.StatusUnauthorized {
			t.Errorf("signing in again: %d", a.status)
		}
		if a := s.as("manager", "POST", "/contacts/"+contact+"/assign", map[string]any{"user_id": s.id("agent")}); a.problem().Code != "unknown_user" {
			t.Errorf("assigning to one who left: %d %s", a.status, a.body)
		}
	})
}

// What the access rules refuse, and with which code.
func TestAccessRules(t *testing.T) {
	s := newStaff(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)))
	for _, c := range []struct {
		who, method, path string
		in                any
		code, field       string
	}{
		{"manager", "PATCH", "/users/" + s.id("agent"), map[string]any{"role": "manager"}, "forbidden", "role"},
		{"manager", "PATCH", "/users/" + s.id("owner"), map[string]any{"role": "agent"}, "forbidden", ""},
		{"owner", "PATCH", "/users/" + s.id("owner"), map[string]any{"role": "agent"}, "own_access", ""},
		{"owner", "DELETE", "/users/" + s.id("owner"), nil, "own_access", ""},
		{"owner", "PATCH", "/users/" + s.id("manager"), map[string]any{"visibility": "own"}, "not_for_this_role", "visibility"},
		{"owner", "PATCH", "/users/" + s.id("agent"), map[string]any{"restrictions": []string{"data_export"}}, "not_for_this_role", "restrictions"},
		{"owner", "PATCH", "/users/" + s.id("agent"), map[string]any{"restrictions": []string{"flying"}}, "invalid", "restrictions"},
		{"owner", "PATCH", "/users/" + s.id("agent"), map[string]any{"team_ids": []string{"999"}}, "unknown_team", "team_ids"},
		{"owner", "PATCH", "/users/999", map[string]any{"role": "agent"}, "not_found", ""},
		{"owner", "POST", "/teams", map[string]any{"name": " "}, "required", "name"},
		{"owner", "POST", "/teams", map[string]any{"name": "SALES"}, "name_taken", "name"},
		{"owner", "POST", "/teams", map[string]any{"name": "New", "user_ids": []string{"999"}}, "unknown_user", "user_ids"},
		{"owner", "PATCH", "/workspace", map[string]any{"inactivity": 61}, "out_of_range", "inactivity"},
		{"owner", "PUT", "/me/activity", map[string]any{"status": "offline"}, "invalid", "status"},
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
	// A restriction takes a right, and only that.
	s.as("owner", "PATCH", "/users/"+s.id("manager"), map[string]any{"restrictions": []string{"workspace_settings", "integrations"}}).into(t, nil)
	for path, want := range map[string]int{"/teams": http.StatusForbidden, "/tokens": http.StatusForbidden, "/contacts": http.StatusCreated} {
		name := "name"
		if path == "/contacts" {
			name = "first_name"
		}
		if a := s.as("manager", "POST", path, map[string]any{name: "x"}); a.status != want {
			t.Errorf("a restricted manager, POST %s: %d, want %d", path, a.status, want)
		}
	}
}
