package account_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/config"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/jobs"
	"github.com/bandeja/bandeja/internal/mail"
	"github.com/bandeja/bandeja/internal/mail/mailtest"
	"github.com/bandeja/bandeja/internal/sso"
)

// house is a workspace with its ways in open, a clock of its own and a mail server.
type house struct {
	*account.Service
	t     *testing.T
	d     *db.DB
	owner crm.Viewer
	post  *mailtest.Box

	mu  sync.Mutex
	now time.Time
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// later lets time pass.
func (h *house) later(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// eachHouse runs a test in a house on each database. open changes how its ways in are.
func eachHouse(t *testing.T, open func(*account.WaysIn), test func(t *testing.T, h *house)) {
	t.Helper()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			h := &house{t: t, now: time.Now(), post: mailtest.New(t)}
			o := dbtest.Options(t, dialect)
			o.Now = h.clock
			h.d = dbtest.Open(t, o)
			test(t, h.build(open))
		})
	}
}

func (h *house) build(open func(*account.WaysIn)) *house {
	t := h.t
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	keys, err := config.NewKeyring(strings.Repeat("5a", 32))
	must(err)
	logger := slog.New(slog.DiscardHandler)
	queue := jobs.New(h.d, logger)
	mailer, err := mail.New(mail.Options{URL: h.post.URL, DB: h.d, Queue: queue, Keys: keys, Logger: logger})
	must(err)
	w := account.WaysIn{Keys: keys, Mail: mailer, Queue: queue, PublicURL: "https://inbox.example.com"}
	if open != nil {
		open(&w)
	}
	h.Service = newService(h.d)
	h.Open(w)
	h.owner, err = h.Setup(t.Context(), account.NewWorkspace{Name: "Flores", Language: crm.Spanish}, owner())
	must(err)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := queue.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); wg.Wait() })
	return h
}

func (h *house) hire(name string, role crm.Role) crm.Viewer {
	h.t.Helper()
	v, err := h.AddUser(h.t.Context(), account.NewUser{Name: name, Email: name + "@example.com", Password: password, Role: role})
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

func (h *house) invite(v crm.Viewer, n account.NewInvitation) (out account.Sent, err error) {
	err = h.d.Write(h.t.Context(), func(tx *db.Tx) error {
		out, err = h.Invite(tx, v, n)
		return err
	})
	return out, err
}

func (h *house) must(sent account.Sent, err error) account.Sent {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
	return sent
}

func agent(email string) account.NewInvitation {
	return account.NewInvitation{Email: email, Access: crm.Access{Role: crm.Agent}}
}

// mail waits for the nth mail and returns it.
func (h *house) mail(n int) string {
	h.t.Helper()
	return h.post.Wait(h.t, n)
}

// settled waits until no job is left.
func (h *house) settled() {
	h.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); h.count(`SELECT COUNT(*) FROM job`) > 0; time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			h.t.Fatal("there is still work")
		}
	}
}

func (h *house) count(q string, args ...any) (n int) {
	h.t.Helper()
	if err := h.d.Read(context.Background(), func(tx *db.Tx) error { return tx.Row(q, args, &n) }); err != nil {
		h.t.Fatal(err)
	}
	return n
}

func (h *house) login(email, pass, code string) error {
	_, _, err := h.Login(h.t.Context(), account.Credentials{Email: email, Password: pass, Code: code, IP: "1.1.1.1"})
	return err
}

func refused(t *testing.T, what string, err error, code crm.Code) {
	t.Helper()
	if !errors.Is(err, crm.Refuse(code)) {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

var link = regexp.MustCompile(`https://inbox\.example\.com/(invite|reset)/([\w-]{43})`)

// token is the token of the link in a mail.
func (h *house) token(text string) string {
	h.t.Helper()
	m := link.FindStringSubmatch(text)
	if m == nil {
		h.t.Fatalf("no link in %s", text)
	}
	return m[2]
}

func TestAnInvitationIsMailedAndAccepted(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		var team account.Team
		name, err := "Ventas", error(nil)
		if err = h.d.Write(t.Context(), func(tx *db.Tx) error {
			team, err = h.AddTeam(tx, h.owner, account.TeamChange{Name: &name})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		sent := h.must(h.invite(h.owner, account.NewInvitation{
			Email: " Ana@Example.org ", Access: crm.Access{Role: crm.Agent, Visibility: crm.SeesTeam, Restrictions: []crm.Restriction{crm.NoShortcuts}}, Teams: []crm.ID{team.ID},
		}))
		if !sent.Mailed || sent.Email != "ana@example.org" {
			t.Errorf("%+v", sent)
		}
		text := h.mail(1)
		if h.token(text) != sent.Token || !strings.Contains(text, "For ana@example.org") || !strings.Contains(text, "Aceptar la invitaci") {
			t.Errorf("the mail: %s", text)
		}
		if n := h.count(`SELECT COUNT(*) FROM ticket WHERE token_hash = $1`, []byte(sent.Token)); n != 0 {
			t.Error("a token is stored in clear")
		}
		w, err := h.LookAtInvitation(t.Context(), sent.Token, "1.1.1.1")
		if err != nil || w.Workspace != "Flores" || w.Inviter != "Olga" || w.Email != "ana@example.org" || w.Role != crm.Agent || w.Known {
			t.Errorf("%+v %v", w, err)
		}
		a := account.Acceptance{Token: sent.Token, Name: "Ana", IP: "1.1.1.1"}
		_, _, err = h.AcceptInvitation(t.Context(), a)
		refused(t, "without a password", err, crm.CodeTooShort)
		a.Password, a.Name = "flores de ana", ""
		_, _, err = h.AcceptInvitation(t.Context(), a)
		refused(t, "without a name", err, crm.CodeRequired)
		a.Name = "Ana"
		v, secret, err := h.AcceptInvitation(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := h.BySession(t.Context(), secret)
		if err != nil || got.User != v.User || got.Role != crm.Agent || got.Visibility != crm.SeesTeam || !slices.Equal(got.Teams, []crm.ID{team.ID}) ||
			!slices.Equal(got.Restrictions, []crm.Restriction{crm.NoShortcuts}) || got.Language != crm.Spanish {
			t.Errorf("%+v %v", got, err)
		}
		if err := h.login("ana@example.org", "flores de ana", ""); err != nil {
			t.Errorf("signing in: %v", err)
		}
		_, _, err = h.AcceptInvitation(t.Context(), a)
		refused(t, "a second time", err, crm.CodeLinkUsed)
		if n := h.count(`SELECT COUNT(*) FROM invitation`) + h.count(`SELECT COUNT(*) FROM ticket`); n != 0 {
			t.Errorf("%d rows are left", n)
		}
		_, err = h.invite(h.owner, agent("ana@example.org"))
		refused(t, "inviting a member", err, crm.CodeAlreadyMember)
	})
}

func TestWhoMayInviteWhom(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		manager := h.hire("mara", crm.Manager)
		as := func(role crm.Role) account.NewInvitation {
			return account.NewInvitation{Email: string(role) + "@example.org", Access: crm.Access{Role: role}}
		}
		for _, c := range []struct {
			name string
			who  crm.Viewer
			n    account.NewInvitation
			want error
		}{
			{"a manager an owner", manager, as(crm.Owner), crm.RefuseField("role", crm.CodeForbidden)},
			{"a manager a manager", manager, as(crm.Manager), crm.RefuseField("role", crm.CodeForbidden)},
			{"a manager an agent", manager, as(crm.Agent), nil},
			{"the agent again", manager, as(crm.Agent), crm.RefuseField("email", crm.CodeAlreadyInvited)},
			{"an owner an owner", h.owner, as(crm.Owner), nil},
			{"no role", h.owner, account.NewInvitation{Email: "x@example.org"}, crm.RefuseField("role", crm.CodeInvalid)},
			{"no e-mail", h.owner, agent(""), crm.RefuseField("email", crm.CodeRequired)},
			{"no e-mail at all", h.owner, agent("x"), crm.RefuseField("email", crm.CodeBadEmail)},
			{"a team that isn't", h.owner, account.NewInvitation{Email: "x@example.org", Access: crm.Access{Role: crm.Agent}, Teams: []crm.ID{7}}, crm.RefuseField("team_ids", crm.CodeUnknownTeam)},
			{"what the role can't have", h.owner, account.NewInvitation{Email: "x@example.org", Access: crm.Access{Role: crm.Owner, Visibility: crm.SeesOwn}}, crm.RefuseField("visibility", crm.CodeNotForRole)},
			{"another language", h.owner, account.NewInvitation{Email: "x@example.org", Access: crm.Access{Role: crm.Agent}, Language: "fr"}, crm.RefuseField("language", crm.CodeBadLanguage)},
			{"a member", h.owner, agent("MARA@example.com"), crm.RefuseField("email", crm.CodeAlreadyMember)},
		} {
			if _, err := h.invite(c.who, c.n); c.want == nil && err != nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", c.name, err, c.want)
			}
		}
		var list []account.Invitation
		if err := h.d.Read(t.Context(), func(tx *db.Tx) (err error) {
			list, err = account.Invitations(tx, manager)
			return err
		}); err != nil || len(list) != 2 || list[0].Email != "owner@example.org" {
			t.Fatalf("%+v %v", list, err)
		}
		// The invitation of an owner isn't the manager's.
		_, err := h.ResendInvitation(t.Context(), manager, list[0].ID)
		refused(t, "sending it again", err, crm.CodeForbidden)
		err = h.d.Write(t.Context(), func(tx *db.Tx) error { return h.DeleteInvitation(tx, manager, list[0].ID) })
		refused(t, "taking it back", err, crm.CodeForbidden)
		err = h.d.Write(t.Context(), func(tx *db.Tx) error {
			return h.DeleteInvitation(tx, crm.Viewer{Workspace: 7, Access: h.owner.Access}, list[0].ID)
		})
		refused(t, "from another workspace", err, crm.CodeNotFound)
	})
}

func TestLinksOfInvitationsDie(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		look := func(s account.Sent) error {
			_, err := h.LookAtInvitation(t.Context(), s.Token, "1.1.1.1")
			return err
		}
		first := h.must(h.invite(h.owner, agent("ana@example.org")))
		h.later(8 * 24 * time.Hour)
		refused(t, "after a week", look(first), crm.CodeLinkExpired)
		_, _, err := h.AcceptInvitation(t.Context(), account.Acceptance{Token: first.Token, Name: "Ana", Password: "flores de ana"})
		refused(t, "accepting after a week", err, crm.CodeLinkExpired)
		second := h.must(h.ResendInvitation(t.Context(), h.owner, first.ID))
		refused(t, "the old link", look(first), crm.CodeLinkUsed)
		if err := look(second); err != nil || second.ExpiresAt <= first.ExpiresAt || !second.Mailed {
			t.Errorf("the new link: %v %+v", err, second)
		}
		if err := h.d.Write(t.Context(), func(tx *db.Tx) error { return h.DeleteInvitation(tx, h.owner, first.ID) }); err != nil {
			t.Fatal(err)
		}
		refused(t, "after it was taken back", look(second), crm.CodeLinkUsed)
		refused(t, "a made-up link", look(account.Sent{Token: "x"}), crm.CodeLinkUsed)
		if _, err := h.ResendInvitation(t.Context(), h.owner, first.ID); !errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
			t.Errorf("sending again what was taken back: %v", err)
		}
		h.must(h.invite(h.owner, agent("ana@example.org")))
		h.later(40 * 24 * time.Hour)
		if err := h.Purge(t.Context()); err != nil || h.count(`SELECT COUNT(*) FROM ticket`) != 0 {
			t.Errorf("long dead links are kept: %v", err)
		}
	})
}

// An invitation is worth what whoever made it may do: it ends with their right to make
// it, and whoever sends it again answers for it from then on.
func TestInvitationsEndWithTheirMaker(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		as := func(email string, role crm.Role) account.NewInvitation {
			return account.NewInvitation{Email: email, Access: crm.Access{Role: role}}
		}
		look := func(s account.Sent) error {
			_, err := h.LookAtInvitation(t.Context(), s.Token, "1.1.1.1")
			return err
		}
		open := func() (emails []string) {
			t.Helper()
			err := h.d.Read(t.Context(), func(tx *db.Tx) error {
				list, err := account.Invitations(tx, h.owner)
				for _, i := range list {
					if i.ExpiresAt > tx.Micros() {
						emails = append(emails, i.Email)
					}
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return emails
		}
		change := func(v crm.Viewer, c account.AccessChange) {
			t.Helper()
			if err := h.d.Write(t.Context(), func(tx *db.Tx) error { return h.UpdateMember(tx, h.owner, v.User, c) }); err != nil {
				t.Fatal(err)
			}
		}
		other, mara := h.hire("otra", crm.Owner), h.hire("mara", crm.Manager)
		owners := h.must(h.invite(other, as("duena@example.org", crm.Owner)))
		agents := h.must(h.invite(other, as("ana@example.org", crm.Agent)))
		maras := h.must(h.invite(mara, as("eva@example.org", crm.Agent)))

		// A manager still invites agents, and no owners.
		manager := crm.Manager
		change(other, account.AccessChange{Role: &manager})
		refused(t, "an owner's, by one who is a manager now", look(owners), crm.CodeLinkExpired)
		_, _, err := h.AcceptInvitation(t.Context(), account.Acceptance{Token: owners.Token, Name: "Dueña", Password: "flores de ana"})
		refused(t, "accepting it", err, crm.CodeLinkExpired)
		_, _, err = h.LoginBy(t.Context(), person("2", "duena@example.org", true), "1.1.1.1", "")
		refused(t, "accepting it by single sign-on", err, crm.CodeSSOUnknown)
		if err := errors.Join(look(agents), look(maras)); err != nil {
			t.Errorf("those of agents: %v", err)
		}
		restrictions := []crm.Restriction{crm.NoWorkspaceSettings}
		change(mara, account.AccessChange{Restrictions: &restrictions})
		refused(t, "of one who no longer opens the settings", look(maras), crm.CodeLinkExpired)

		if err := h.d.Write(t.Context(), func(tx *db.Tx) error { return h.RemoveMember(tx, h.owner, other.User) }); err != nil {
			t.Fatal(err)
		}
		refused(t, "of one who was removed", look(agents), crm.CodeLinkExpired)
		if got := open(); len(got) != 0 || h.count(`SELECT COUNT(*) FROM invitation`) != 3 {
			t.Errorf("open still: %v", got)
		}

		again := h.must(h.ResendInvitation(t.Context(), h.owner, agents.ID))
		w, err := h.LookAtInvitation(t.Context(), again.Token, "1.1.1.1")
		if err != nil || w.Inviter != "Olga" || again.InvitedBy != h.owner.User {
			t.Errorf("sent again: %+v %v", w, err)
		}
		// Those who lost the right while they asked.
		_, err = h.invite(other, as("luz@example.org", crm.Agent))
		refused(t, "inviting after that", err, crm.CodeForbidden)
		_, err = h.invite(mara, as("luz@example.org", crm.Agent))
		refused(t, "inviting with a restriction", err, crm.CodeForbidden)
		_, err = h.ResendInvitation(t.Context(), other, maras.ID)
		refused(t, "sending again after that", err, crm.CodeForbidden)
		if _, _, err := h.AcceptInvitation(t.Context(), account.Acceptance{Token: again.Token, Name: "Ana", Password: "flores de ana"}); err != nil {
			t.Errorf("accepting what was sent again: %v", err)
		}
	})
}

// Who was taken out comes back as the same person, with the new access, and only with
// their own password.
func TestSomebodyComesBack(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		beto := h.hire("beto", crm.Manager)
		if err := h.d.Write(t.Context(), func(tx *db.Tx) error { return h.RemoveMember(tx, h.owner, beto.User) }); err != nil {
			t.Fatal(err)
		}
		sent := h.must(h.invite(h.owner, agent("beto@example.com")))
		if w, err := h.LookAtInvitation(t.Context(), sent.Token, "1.1.1.1"); err != nil || !w.Known {
			t.Errorf("%+v %v", w, err)
		}
		a := account.Acceptance{Token: sent.Token, Password: "not this one at all", IP: "1.1.1.1"}
		_, _, err := h.AcceptInvitation(t.Context(), a)
		refused(t, "with another password", err, crm.CodeWrongCredentials)
		a.Password = password
		v, _, err := h.AcceptInvitation(t.Context(), a)
		if err != nil || v.User != beto.User || v.Role != crm.Agent || v.Visibility != crm.SeesAll {
			t.Errorf("%+v %v", v, err)
		}
		if err := h.login("beto@example.com", password, ""); err != nil {
			t.Errorf("signing in: %v", err)
		}
	})
}

func TestAForgottenPassword(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		_, old, err := h.Login(t.Context(), account.Credentials{Email: "olga@example.com", Password: password, IP: "1.1.1.1"})
		if err != nil {
			t.Fatal(err)
		}
		for _, email := range []string{"nobody@example.com", "not an e-mail", "", "OLGA@example.com ", "olga@example.com"} {
			if err := h.Forgot(t.Context(), email, "1.1.1.1"); err != nil {
				t.Errorf("%q: %v", email, err)
			}
		}
		first, second := h.token(h.mail(1)), h.token(h.mail(2))
		h.settled()
		if mails := h.post.Got(); len(mails) != 2 || !strings.Contains(mails[0], "For olga@example.com") {
			t.Errorf("%d mails: %v", len(mails), mails)
		}
		reset := func(token, pass string) error {
			_, err := h.ResetPassword(t.Context(), token, pass, "1.1.1.1")
			return err
		}
		refused(t, "to a weak one", reset(first, "olga@example.com"), crm.CodeWeakPassword)
		refused(t, "by a made-up link", reset("x", "another quiet one"), crm.CodeLinkUsed)
		if err := reset(first, "another quiet one"); err != nil {
			t.Fatal(err)
		}
		refused(t, "by the same link", reset(first, "a third quiet one"), crm.CodeLinkUsed)
		refused(t, "by the other link", reset(second, "a third quiet one"), crm.CodeLinkUsed)
		_, _, err = h.BySession(t.Context(), old)
		refused(t, "an old session", err, crm.CodeUnauthenticated)
		refused(t, "the old password", h.login("olga@example.com", password, ""), crm.CodeWrongCredentials)
		if err := h.login("olga@example.com", "another quiet one", ""); err != nil {
			t.Errorf("the new password: %v", err)
		}
		if err := h.Forgot(t.Context(), "olga@example.com", "2.2.2.2"); err != nil {
			t.Fatal(err)
		}
		third := h.token(h.mail(3))
		h.later(61 * time.Minute)
		refused(t, "after an hour", reset(third, "a third quiet one"), crm.CodeLinkExpired)
	})
}

// A mailbox isn't filled, from however many addresses; nor is one address let try all.
func TestForgettingIsSlowed(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		for i := range 8 {
			if err := h.Forgot(t.Context(), "olga@example.com", fmt.Sprint("9.9.9.", i)); err != nil {
				t.Fatal(err)
			}
		}
		h.settled()
		if n := len(h.post.Got()); n != 3 {
			t.Errorf("%d mails", n)
		}
		var err error
		for i := 0; i < 6 && err == nil; i++ {
			err = h.Forgot(t.Context(), "nobody@example.com", "6.6.6.6")
		}
		refused(t, "the sixth time in a minute", err, crm.CodeThrottled)
	})
}

func TestThePasswordOfTheCommandLine(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		h.enable(h.owner)
		refused(t, "somebody unknown", h.SetPassword(t.Context(), "x@example.com", "another quiet one", false), crm.CodeNotFound)
		refused(t, "a weak one", h.SetPassword(t.Context(), "olga@example.com", "olga", false), crm.CodeTooShort)
		if err := h.SetPassword(t.Context(), "Olga@example.com", "another quiet one", false); err != nil {
			t.Fatal(err)
		}
		refused(t, "the second factor stays", h.login("olga@example.com", "another quiet one", ""), crm.CodeSecondFactor)
		if err := h.SetPassword(t.Context(), "olga@example.com", "a third quiet one", true); err != nil {
			t.Fatal(err)
		}
		if err := h.login("olga@example.com", "a third quiet one", ""); err != nil {
			t.Errorf("without the second factor: %v", err)
		}
	})
}

func person(subject, email string, verified bool) sso.Identity {
	return sso.Identity{Issuer: "https://id.example", Subject: subject, Email: email, Verified: verified, Name: "Ana Ríos", Language: crm.Spanish}
}

func TestSingleSignOn(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		in := func(id sso.Identity) (crm.Viewer, error) {
			v, secret, err := h.LoginBy(t.Context(), id, "1.1.1.1", "Firefox")
			if err == nil {
				_, _, err = h.BySession(t.Context(), secret)
			}
			return v, err
		}
		_, err := in(person("1", "Olga@example.com", false))
		refused(t, "an e-mail nobody has verified", err, crm.CodeSSOUnverified)
		_, err = in(person("1", "", true))
		refused(t, "no e-mail", err, crm.CodeSSOUnverified)
		_, err = in(person("2", "ana@example.org", true))
		refused(t, "somebody unknown", err, crm.CodeSSOUnknown)
		if v, err := in(person("1", "OLGA@example.com", true)); err != nil || v.User != h.owner.User {
			t.Errorf("a member's e-mail: %+v %v", v, err)
		}
		if v, err := in(person("1", "olga.married@example.com", false)); err != nil || v.User != h.owner.User {
			t.Errorf("the same person with another e-mail: %+v %v", v, err)
		}
		h.must(h.invite(h.owner, account.NewInvitation{Email: "ana@example.org", Access: crm.Access{Role: crm.Manager}}))
		v, err := in(person("2", "ana@example.org", true))
		if err != nil || v.Role != crm.Manager || v.Language != crm.Spanish || h.count(`SELECT COUNT(*) FROM invitation`) != 0 {
			t.Errorf("somebody invited: %+v %v", v, err)
		}
		refused(t, "with an empty password", h.login("ana@example.org", "", ""), crm.CodeWrongCredentials)
		if err := h.d.Write(t.Context(), func(tx *db.Tx) error { return h.RemoveMember(tx, h.owner, v.User) }); err != nil {
			t.Fatal(err)
		}
		_, err = in(person("2", "ana@example.org", true))
		refused(t, "who was taken out", err, crm.CodeSSOUnknown)
	})
}

func TestNewcomersBySingleSignOn(t *testing.T) {
	eachHouse(t, func(w *account.WaysIn) { w.Join = true }, func(t *testing.T, h *house) {
		v, _, err := h.LoginBy(t.Context(), person("2", "ana@example.org", true), "1.1.1.1", "")
		if err != nil || v.Role != crm.Agent || v.Workspace != h.owner.Workspace {
			t.Fatalf("%+v %v", v, err)
		}
		if n := h.count(`SELECT COUNT(*) FROM app_user WHERE name = 'Ana Ríos' AND email = 'ana@example.org'`); n != 1 {
			t.Errorf("%d accounts", n)
		}
		if err := h.d.Write(t.Context(), func(tx *db.Tx) error { return h.RemoveMember(tx, h.owner, v.User) }); err != nil {
			t.Fatal(err)
		}
		for _, subject := range []string{"2", "3"} {
			_, _, err = h.LoginBy(t.Context(), person(subject, "ana@example.org", true), "1.1.1.1", "")
			refused(t, "who was taken out, as "+subject, err, crm.CodeSSOUnknown)
		}
	})
}

// Where passwords are for owners only, no other way leads around it.
func TestOnlySingleSignOn(t *testing.T) {
	eachHouse(t, func(w *account.WaysIn) { w.OwnersOnly = true }, func(t *testing.T, h *house) {
		h.hire("beto", crm.Agent)
		refused(t, "an agent's password", h.login("beto@example.com", password, ""), crm.CodeSSOOnly)
		refused(t, "a wrong one", h.login("beto@example.com", "guess", ""), crm.CodeWrongCredentials)
		if err := h.login("olga@example.com", password, ""); err != nil {
			t.Errorf("an owner's: %v", err)
		}
		for _, email := range []string{"beto@example.com", "olga@example.com"} {
			if err := h.Forgot(t.Context(), email, "1.1.1.1"); err != nil {
				t.Fatal(err)
			}
		}
		token := h.token(h.mail(1))
		h.settled()
		if mails := h.post.Got(); len(mails) != 1 || !strings.Contains(mails[0], "For olga@example.com") {
			t.Errorf("mails: %v", mails)
		}
		if _, err := h.ResetPassword(t.Context(), token, "another quiet one", "1.1.1.1"); err != nil {
			t.Errorf("an owner's reset: %v", err)
		}
		sent := h.must(h.invite(h.owner, agent("ana@example.org")))
		_, _, err := h.AcceptInvitation(t.Context(), account.Acceptance{Token: sent.Token, Name: "Ana", Password: "flores de ana"})
		refused(t, "accepting with a password", err, crm.CodeSSOOnly)
		if v, _, err := h.LoginBy(t.Context(), person("2", "ana@example.org", true), "1.1.1.1", ""); err != nil || v.Role != crm.Agent {
			t.Errorf("accepting by single sign-on: %+v %v", v, err)
		}
	})
}

func TestWithoutMail(t *testing.T) {
	eachHouse(t, func(w *account.WaysIn) { w.Mail = nil }, func(t *testing.T, h *house) {
		sent := h.must(h.invite(h.owner, agent("ana@example.org")))
		if sent.Mailed || sent.Token == "" || h.SendsMail() {
			t.Errorf("%+v", sent)
		}
		if err := h.Forgot(t.Context(), "olga@example.com", "1.1.1.1"); err != nil {
			t.Error(err)
		}
		if n := h.count(`SELECT COUNT(*) FROM job`) + h.count(`SELECT COUNT(*) FROM ticket WHERE kind = 'reset'`); n != 0 {
			t.Errorf("%d rows promise a mail", n)
		}
	})
}
