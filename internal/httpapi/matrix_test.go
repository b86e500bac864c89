package httpapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/sim"
)

// staff are the people of the matrix: everybody that an operation can be called by.
type staff struct {
	*rig
	users   map[string]crm.Viewer
	cookies map[string]string
	made    int
}

func email(name string) string { return name + "@example.com" }

// hire adds a user, with a session.
func (s *staff) hire(name string, a crm.Access) crm.Viewer {
	s.t.Helper()
	v, err := s.accounts.AddUser(context.Background(), account.NewUser{Name: "Una " + name, Email: email(name), Password: password, Role: a.Role})
	if err != nil {
		s.t.Fatal(err)
	}
	if a.Visibility != "" || a.Restrictions != nil {
		err = s.d.Write(context.Background(), func(tx *db.Tx) error {
			return s.accounts.UpdateMember(tx, s.owner, v.User, account.AccessChange{Visibility: &a.Visibility, Restrictions: &a.Restrictions})
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	s.users[name] = v
	return v
}

func newStaff(t *testing.T, d *db.DB) *staff {
	s := &staff{rig: newRig(t, d), users: make(map[string]crm.Viewer), cookies: make(map[string]string)}
	s.hire("own", crm.Access{Role: crm.Agent, Visibility: crm.SeesOwn})
	s.hire("team", crm.Access{Role: crm.Agent, Visibility: crm.SeesTeam})
	s.hire("mate", crm.Access{Role: crm.Agent})
	var users struct{ Items []struct{ Email string } }
	s.do(s.tokens["owner"], "GET", "/users", nil).into(t, &users)
	for _, u := range users.Items {
		name, _, _ := strings.Cut(u.Email, "@")
		v, err := s.accounts.ViewerByEmail(context.Background(), u.Email)
		if err != nil {
			t.Fatal(err)
		}
		s.users[name] = v
		s.session(name)
	}
	s.do(s.tokens["owner"], "POST", "/teams", map[string]any{"name": "Sales", "user_ids": []string{s.id("own"), s.id("team"), s.id("mate")}}).into(t, nil)
	return s
}

// session gives one of the staff a new session. Signing in so often by password
// would be throttled.
func (s *staff) session(name string) {
	s.t.Helper()
	secret, err := s.accounts.StartSession(context.Background(), s.users[name], "192.0.2.1", "test")
	if err != nil {
		s.t.Fatal(err)
	}
	s.cookies[name] = "bandeja_session=" + secret
}

func (s *staff) id(name string) string { return s.users[name].User.String() }

// as makes a request as one of the staff; token stands for the agent's API token,
// stranger for the owner of another workspace.
func (s *staff) as(who, method, path string, in any) answer {
	switch who {
	case "anonymous":
		return s.do("", method, path, in)
	case "token":
		return s.do(s.tokens["agent"], method, path, in)
	case "stranger":
		return s.do(s.tokens["stranger"], method, path, in)
	}
	return s.do("", method, path, in, "Cookie", s.cookies[who])
}

// assign gives a contact to a user, "" to nobody.
func (s *staff) assign(contact, to string) {
	s.t.Helper()
	var user any
	if to != "" {
		user = s.id(to)
	}
	s.do(s.tokens["owner"], "POST", "/contacts/"+contact+"/assign", map[string]any{"user_id": user}).into(s.t, nil)
}

// callers of the matrix, in the order of its columns.
var callers = []string{"anonymous", "stranger", "own", "team", "agent", "manager", "owner", "token"}

// verdict is what authorisation made of a request: u without a caller (401), f
// forbidden (403), n hidden (404), + let through, whatever came of it then.
func verdict(a answer) string {
	switch {
	case a.status == http.StatusUnauthorized && a.problem().Code == string(crm.CodeUnauthenticated):
		return "u"
	case a.status == http.StatusForbidden:
		return "f"
	case a.status == http.StatusNotFound:
		return "n"
	}
	return "+"
}

// expected says for each operation who may call it, in the order of callers. The
// contact is assigned to the agent, who is in no team of own's and team's.
func expected() map[string]string {
	const (
		anyone  = "++++++++"
		member  = "u+++++++"
		contact = "unnn++++" // a contact that is hidden from some
		session = "uf+++++f"
	)
	return map[string]string{
		"get-setup": anyone, "set-up": anyone, "login": anyone,
		"logout": session, "change-password": session, "list-sessions": session, "revoke-session": session, "create-token": session,
		"set-activity": session, "get-two-factor": session, "prepare-two-factor": session, "enable-two-factor": session,
		"disable-two-factor": session, "renew-recovery-codes": session, "reset-two-factor": "unfff++f",
		"forgot-password": anyone, "look-at-invitation": "nnnnnnnn", "accept-invitation": "nnnnnnnn", "reset-password": "nnnnnnnn", // by a made-up link
		"list-invitations": "u+fff++f", "create-invitation": "u+fff++f", "resend-invitation": "unfff++f", "delete-invitation": "unfff++f",
		"get-me": member, "update-me": member, "list-users": member, "list-teams": member, "list-tokens": member, "revoke-token": member,
		"update-workspace": "u+fff++f",
		"update-user":      "unfff++f", "remove-user": "unfff++f",
		"create-team": "u+fff++f", "update-team": "unfff++f", "delete-team": "unffff+f",

		"list-shared": member, "list-workloads": member, "list-inboxes": member, "list-inbox": "u+ff++++", "see-inbox": "u+ff++++",
		"search-contacts": member, "search-messages": member, "create-contact": member, "list-events": member, "upload-file": member,
		"get-contact": contact, "list-duplicates": contact, "list-conversations": contact, "update-contact": contact, "assign-contact": contact, "close-conversation": contact,
		"open-conversation": contact, "mark-read": contact, "mark-unread": contact, "save-draft": contact, "type": contact,
		"list-messages": contact, "send-message": contact, "retry-message": contact, "react": contact,

		"preview-message": contact, "list-variables": member, "list-scheduled": contact, "schedule-message": contact,
		"update-scheduled": contact, "delete-scheduled": contact, "send-scheduled": contact,
		"list-snippets": member, "create-snippet": member,
		"update-snippet": "unfff++f", "delete-snippet": "unfff++f", "use-snippet": "un++++++",

		"list-notifications": member, "count-notifications": member, "read-notifications": member, "archive-notifications": member,
		"read-notification": "unnnnn+n", "archive-notification": "unnnnn+n", "unarchive-notification": "unnnnn+n", // the owner's
		"read-contact-notifications": contact, "get-notify-preferences": member, "set-notify-preferences": member,
		"get-push": session, "subscribe-push": session, "unsubscribe-push": session, "test-push": "ufnnnnnf", // no browser of theirs takes pushes
		"snooze-contact": contact, "unsnooze-contact": contact, "block-contact": contact, "unblock-contact": contact, "set-bot": contact, "tag-contact": contact,
		"get-closing": member, "set-closing": "u+fff++f",
		"list-custom-inboxes": member, "create-custom-inbox": member, "list-filter-fields": member, "filter-contacts": member, "count-filter": member,
		"count-custom-inbox": "unnnnn+n", "update-custom-inbox": "unnnnn+n", "delete-custom-inbox": "unnnnn+n", // the owner's, shared with nobody
		"start-bulk": member, "list-bulks": member, "get-bulk": "unnnnn+n", "cancel-bulk": "unnnnn+n", "list-bulk-failures": "unnnnn+n", // the owner's
		"export-users": "u+fff++f", "start-export": "u+fff++f", "download-export": "unfffn+f", // the owner's
		"list-fields": member, "create-field": "u+fff++f", "update-field": "unfff++f", "delete-field": "unffff+f",
		"list-tags": member, "create-tag": member, "update-tag": "unfff++f", "delete-tag": "unffff+f",

		"list-channel-types": member, "list-channels": member, "get-channel": "un++++++", "list-templates": "un++++++",
		"create-channel": "u+fff++f", "update-channel": "unfff++f", "delete-channel": "unffff+f", "check-channel": "unfff++f",
		"list-inbound": "unfff++f", "replay-inbound": "unfff++f", "list-dead-jobs": "u+fff++f", "replay-dead-job": "unfff++f",
	}
}

// Every operation of the API, called by everybody there is. An operation without a
// row here fails the build.
func TestAuthorisationMatrix(t *testing.T) {
	s := newStaff(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)))
	s.users["stranger"] = s.strange()
	s.tokens["stranger"] = s.token(s.users["stranger"])
	ch := s.connect("telegram")
	s.sim.SendText(sim.TelegramAccount, "7001001", "hola")
	contact := s.contactOf("Luc")
	message := s.messages(contact)[0].ID
	s.do(s.tokens["owner"], "PATCH", "/channels/"+ch.ID, map[string]any{"config": map[string]string{"secret_token": "s3cret"}}).into(t, nil)
	s.do("", "POST", strings.TrimPrefix(ch.WebhookURL, s.srv.URL), `{"update_id":`, "X-Telegram-Bot-Api-Secret-Token", "s3cret").into(t, nil)
	var trouble struct{ Items []idOnly }
	s.eventually("the unreadable webhook is listed", func() bool {
		s.do(s.tokens["owner"], "GET", "/channels/"+ch.ID+"/inbound", nil).into(t, &trouble)
		return len(trouble.Items) == 1
	})

	text, err := s.api.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	// ids returns what stands for {id} of an operation, fresh where it may be used up.
	ids := func(op, who string) string {
		s.made++
		name := fmt.Sprint("extra", s.made)
		switch op {
		case "resend-invitation", "delete-invitation":
			var sent struct{ Invitation idOnly }
			s.do(s.tokens["owner"], "POST", "/invitations", map[string]string{"email": email(name), "role": "agent"}).into(s.t, &sent)
			return sent.Invitation.ID
		case "get-bulk", "cancel-bulk", "list-bulk-failures":
			var b idOnly
			s.do(s.tokens["owner"], "POST", "/bulk", map[string]any{
				"target": map[string]any{"contact_ids": []string{"1"}}, "action": map[string]any{"assign": map[string]any{}},
			}).into(t, &b)
			return b.ID
		case "download-export":
			var x idOnly
			s.do(s.tokens["owner"], "POST", "/contact-exports", map[string]any{"target": map[string]any{"contact_ids": []string{contact}}}).into(t, &x)
			return x.ID
		case "update-user", "remove-user", "reset-two-factor":
			return s.hire(name, crm.Access{Role: crm.Agent}).User.String()
		case "read-notification", "archive-notification", "unarchive-notification":
			return s.mentioned(contact) // also where it was blocked before
		case "update-team", "delete-team":
			var team idOnly
			s.do(s.tokens["owner"], "POST", "/teams", map[string]any{"name": name}).into(t, &team)
			return team.ID
		case "update-field", "delete-field":
			var f idOnly
			s.do(s.tokens["owner"], "POST", "/contact-fields", map[string]any{"name": name, "type": "text"}).into(t, &f)
			return f.ID
		case "update-snippet", "delete-snippet", "use-snippet":
			var x idOnly
			s.do(s.tokens["owner"], "POST", "/snippets", map[string]any{"name": name, "text": "x", "scope": "workspace"}).into(t, &x)
			return x.ID
		case "update-tag", "delete-tag":
			var tag idOnly
			s.do(s.tokens["owner"], "POST", "/tags", map[string]any{"name": name}).into(t, &tag)
			return tag.ID
		case "delete-channel":
			var extra idOnly
			s.do(s.tokens["owner"], "POST", "/channels?check=false", map[string]any{"type": "telegram", "name": name, "config": map[string]string{
				"bot_token": fmt.Sprintf("%d:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 100_000_000+s.made), "api_base_url": s.simURL + "/telegram",
			}}).into(t, &extra)
			return extra.ID
		case "get-channel", "update-channel", "check-channel", "list-templates", "list-inbound", "replay-inbound":
			return ch.ID
		case "replay-dead-job":
			id := s.d.NewID()
			err := s.d.Write(t.Context(), func(tx *db.Tx) error {
				return tx.Queue(`INSERT INTO job_dead (workspace_id, id, lane, kind, limit_key, payload, attempt, error, died_at) VALUES ($1, $2, 'x', 'none', '', '', 1, '', 1)`,
					int64(s.owner.Workspace), int64(id))
			})
			if err != nil {
				t.Fatal(err)
			}
			return id.String()
		case "revoke-session", "revoke-token":
			if who == "anonymous" {
				return "1"
			}
			list, method := "/me/sessions", "GET"
			if op == "revoke-token" {
				list = "/tokens"
				name := who
				if who == "token" {
					name = "agent"
				}
				if v, ok := s.users[name]; ok {
					s.token(v) // one to end
				}
			}
			var page struct{ Items []idOnly }
			_ = json.Unmarshal(s.as(who, method, list, nil).body, &page)
			if len(page.Items) > 0 {
				return page.Items[0].ID
			}
			return "1"
		}
		return contact
	}
	bodies := map[string]any{
		"login":             map[string]string{"email": email("owner"), "password": password},
		"create-invitation": map[string]string{"email": email("invited"), "role": "agent"}, "forgot-password": map[string]string{"email": email("x")},
		"look-at-invitation": map[string]string{"token": "x"}, "accept-invitation": map[string]string{"token": "x", "password": "a quiet password"},
		"reset-password":  map[string]string{"token": "x", "password": "a quiet password"},
		"change-password": map[string]string{"current": "wrong", "new": "another quiet password"},
		"create-contact":  map[string]string{"first_name": "New"}, "assign-contact": map[string]any{"user_id": nil},
		"send-message": map[string]any{"text": "hi", "comment": true}, "react": map[string]string{"emoji": "👍"},
		"preview-message": map[string]any{"text": "$contact.name"}, "schedule-message": map[string]any{"text": "x", "send_at": time.Now().Add(time.Hour)},
		"create-snippet": map[string]any{"name": "hi", "text": "x"},
		"snooze-contact": map[string]any{"until": time.Now().Add(time.Hour)}, "set-bot": map[string]bool{"on": false},
		"set-closing": map[string]any{"mode": "optional", "categories": []any{}}, "filter-contacts": map[string]any{"filter": map[string]any{"match": "all"}}, "count-filter": map[string]any{"filter": map[string]any{"match": "all"}},
		"set-notify-preferences": preferences(), "subscribe-push": map[string]any{"endpoint": "https://push.example.com/1", "keys": map[string]string{"p256dh": "x", "auth": "y"}}, "type": map[string]bool{"on": false}, "save-draft": map[string]string{"text": "x"},
	}
	want := expected()
	var seen []string
	for path, methods := range doc.Paths {
		for method, operation := range methods {
			op := operation.OperationID
			row, ok := want[op]
			if !ok {
				t.Errorf("operation %s has no row in this table", op)
				continue
			}
			seen = append(seen, op)
			body := bodies[op]
			if body == nil && method != "get" {
				body = map[string]any{}
			}
			got := ""
			for _, who := range callers {
				if contact != "" {
					s.assign(contact, "agent")
				}
				named := "all"
				if strings.HasPrefix(path, "/api/v1/custom-inboxes/") {
					var x idOnly
					s.made++
					s.do(s.tokens["owner"], "POST", "/custom-inboxes", map[string]any{"name": fmt.Sprint("inbox", s.made), "filter": map[string]any{"match": "all"}}).into(t, &x)
					named = x.ID
				}
				scheduled := ""
				if strings.Contains(path, "{scheduled}") {
					var x idOnly
					s.do(s.tokens["owner"], "POST", "/contacts/"+contact+"/unblock", nil).into(t, nil)
					s.do(s.tokens["owner"], "POST", "/contacts/"+contact+"/scheduled", map[string]any{"text": "x", "send_at": time.Now().Add(time.Hour)}).into(t, &x)
					scheduled = x.ID
				}
				url := strings.NewReplacer("{scheduled}", scheduled, "{id}", ids(op, who), "{message}", message, "{inbound}", trouble.Items[0].ID, "{inbox}", named).Replace(path)
				got += verdict(s.as(who, strings.ToUpper(method), url, body))
				if _, ok := s.cookies[who]; ok && (op == "logout" || op == "revoke-session") {
					s.session(who) // that one may have ended
				}
			}
			if got != row {
				t.Errorf("%-20s is %s, want %s  (%s)", op, got, row, strings.Join(callers, ", "))
			}
		}
	}
	for op := range want {
		if !slices.Contains(seen, op) {
			t.Errorf("the table has a row for %s, which the API hasn't", op)
		}
	}
}
