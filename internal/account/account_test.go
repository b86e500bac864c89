package account_test

import (
	"errors"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/eventlog"
)

const password = "a quiet password"

func newService(d *db.DB) *account.Service {
	return account.New(d, eventlog.New(d, slog.New(slog.DiscardHandler)))
}

func owner() account.NewUser {
	return account.NewUser{Name: "Olga", Email: "Olga@Example.com", Password: password}
}

// Comparing a password takes a while. One that is changed meanwhile begins no session.
func TestPasswordChangedDuringLogin(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(d)
		v, err := s.Setup(t.Context(), account.NewWorkspace{Name: "Shop"}, owner())
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		s.WhileHashing(func() {
			go func() {
				_, _, err := s.Login(t.Context(), account.Credentials{Email: owner().Email, Password: owner().Password, IP: "192.0.2.1"})
				done <- err
			}()
			// By then it has read the password, and waits for its turn.
			for s.Waiting() == 0 {
				runtime.Gosched()
			}
			err = d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(`UPDATE app_user SET password_hash = password_hash || 'x' WHERE id = $1`, v.User)
				return err
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := <-done; err == nil {
			t.Error("the old password began a session")
		}
		var sessions int
		err = d.Read(t.Context(), func(tx *db.Tx) error {
			return tx.Row(`SELECT COUNT(*) FROM session`, nil, &sessions)
		})
		if err != nil || sessions != 0 {
			t.Errorf("%d sessions, %v", sessions, err)
		}
	})
}

// Anybody may ask to set up; once it is done, nobody's password waits for them.
func TestSetupAgainHashesNothing(t *testing.T) {
	d := dbtest.Open(t, dbtest.Options(t, db.SQLite))
	s := newService(d)
	if _, err := s.Setup(t.Context(), account.NewWorkspace{Name: "Shop"}, owner()); err != nil {
		t.Fatal(err)
	}
	s.WhileHashing(func() {
		_, err := s.Setup(t.Context(), account.NewWorkspace{Name: "Shop"}, owner())
		if !errors.Is(err, crm.Refuse(crm.CodeAlreadySetUp)) {
			t.Errorf("setting up again: %v", err)
		}
	})
}

func TestSetupHappensOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(d)
		if needed, err := s.NeedsSetup(t.Context()); err != nil || !needed {
			t.Fatalf("%v %v", needed, err)
		}
		if _, err := s.Setup(t.Context(), account.NewWorkspace{Name: "Shop"}, owner()); err != nil {
			t.Fatal(err)
		}
		if needed, _ := s.NeedsSetup(t.Context()); needed {
			t.Error("set-up is asked for again")
		}
		if _, err := s.Setup(t.Context(), account.NewWorkspace{Name: "Shop"}, owner()); !errors.Is(err, crm.Refuse(crm.CodeAlreadySetUp)) {
			t.Errorf("a second set-up: %v", err)
		}
		if _, err := s.AddUser(t.Context(), account.NewUser{Name: "Twin", Email: "olga@example.com", Password: password, Role: crm.Agent}); !errors.Is(err, crm.RefuseField("email", crm.CodeEmailTaken)) {
			t.Errorf("the same e-mail: %v", err)
		}
	})
}

func TestSessions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(d)
		v, err := s.Setup(t.Context(), account.NewWorkspace{Name: "Shop"}, owner())
		if err != nil {
			t.Fatal(err)
		}
		_, first, err := s.Login(t.Context(), account.Credentials{Email: " olga@example.COM", Password: password, IP: "1.1.1.1", Device: "Firefox"})
		if err != nil {
			t.Fatal(err)
		}
		_, second, err := s.Login(t.Context(), account.Credentials{Email: "olga@example.com", Password: password, IP: "1.1.1.1", Device: "Chrome"})
		if err != nil || first == second {
			t.Fatalf("%v, the same secret twice: %v", err, first == second)
		}
		got, id, err := s.BySession(t.Context(), first)
		if err != nil || got.User != v.User || got.Role != crm.Owner {
			t.Fatalf("%+v %v", got, err)
		}
		if err := s.ChangePassword(t.Context(), got, "wrong", "another quiet one", id); !errors.Is(err, crm.RefuseField("current", crm.CodeWrongCredentials)) {
			t.Errorf("with a wrong password: %v", err)
		}
		if err := s.ChangePassword(t.Context(), got, password, "short", id); !errors.Is(err, crm.RefuseField("new", crm.CodeTooShort)) {
			t.Errorf("to a short one: %v", err)
		}
		if err := s.ChangePassword(t.Context(), got, password, "another quiet one", id); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.BySession(t.Context(), second); !errors.Is(err, crm.Refuse(crm.CodeUnauthenticated)) {
			t.Errorf("the other session after a change of password: %v", err)
		}
		if err := s.Logout(t.Context(), got, first); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.BySession(t.Context(), first); !errors.Is(err, crm.Refuse(crm.CodeUnauthenticated)) {
			t.Errorf("after signing out: %v", err)
		}
		var stored int
		err = d.Read(t.Context(), func(tx *db.Tx) error {
			return tx.Row(`SELECT COUNT(*) FROM session WHERE token_hash = $1`, []any{[]byte(second)}, &stored)
		})
		if err != nil || stored != 0 {
			t.Errorf("a secret is stored in clear: %d %v", stored, err)
		}
	})
}

func TestGuessingIsSlowedAndNobodyIsLockedOut(t *testing.T) {
	s := newService(dbtest.Open(t, dbtest.Options(t, db.SQLite)))
	if _, err := s.Setup(t.Context(), account.NewWorkspace{Name: "Shop"}, owner()); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		if _, _, err := s.Login(t.Context(), account.Credentials{Email: "olga@example.com", Password: "guess", IP: "6.6.6.6"}); !errors.Is(err, crm.Refuse(crm.CodeWrongCredentials)) {
			t.Fatalf("guess %d: %v", i, err)
		}
	}
	if _, _, err := s.Login(t.Context(), account.Credentials{Email: "olga@example.com", Password: password, IP: "6.6.6.6"}); !errors.Is(err, crm.Refuse(crm.CodeThrottled)) {
		t.Errorf("the sixth attempt in a minute: %v", err)
	}
	if _, _, err := s.Login(t.Context(), account.Credentials{Email: "olga@example.com", Password: password, IP: "1.1.1.1"}); err != nil {
		t.Errorf("the owner from elsewhere: %v", err)
	}
	// An unknown address takes as long as a known one with a wrong password.
	begun := time.Now()
	_, _, _ = s.Login(t.Context(), account.Credentials{Email: "nobody@example.com", Password: "guess", IP: "2.2.2.2"})
	if time.Since(begun) < 5*time.Millisecond {
		t.Error("an unknown e-mail is answered without hashing")
	}
}

func TestWeakPasswords(t *testing.T) {
	s := newService(dbtest.Open(t, dbtest.Options(t, db.SQLite)))
	for p, want := range map[string]crm.Code{
		"short": crm.CodeTooShort, "contraseña123": crm.CodeWeakPassword, "1234567890": crm.CodeWeakPassword, "aaaaaaaaaaaa": crm.CodeWeakPassword,
		"olga@example.com": crm.CodeWeakPassword, "Password123": crm.CodeWeakPassword,
	} {
		u := owner()
		u.Password = p
		if _, err := s.Setup(t.Context(), account.NewWorkspace{Name: "Shop"}, u); !errors.Is(err, crm.RefuseField("password", want)) {
			t.Errorf("%s: %v, want %s", p, err, want)
		}
	}
}

// A token does what its owner may do when it is used, also whether tokens may be used.
func TestATokenObeysTheRestriction(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		mara := h.hire("mara", crm.Manager)
		secret := h.addToken(mara)
		restrict := func(list ...crm.Restriction) {
			t.Helper()
			err := h.d.Write(t.Context(), func(tx *db.Tx) error {
				return h.UpdateMember(tx, h.owner, mara.User, account.AccessChange{Restrictions: &list})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		restrict(crm.NoDataExport)
		if v, err := h.ByToken(t.Context(), secret); err != nil || v.May(crm.DataExport) {
			t.Errorf("restricted otherwise: %v %v", v.Restrictions, err)
		}
		restrict(crm.NoIntegrations)
		_, err := h.ByToken(t.Context(), secret)
		refused(t, "whose owner may use no tokens", err, crm.CodeNoTokens)
		restricted, err := h.ViewerByEmail(t.Context(), "mara@example.com")
		if err != nil {
			t.Fatal(err)
		}
		err = h.d.Write(t.Context(), func(tx *db.Tx) error {
			_, _, err := account.AddToken(tx, restricted, "another")
			return err
		})
		refused(t, "another one", err, crm.CodeNoTokens)
		restrict()
		if _, err := h.ByToken(t.Context(), secret); err != nil {
			t.Errorf("once they may again: %v", err)
		}
	})
}

func TestTokens(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(d)
		v, err := s.Setup(t.Context(), account.NewWorkspace{Name: "Shop"}, owner())
		if err != nil {
			t.Fatal(err)
		}
		var token account.Token
		var secret string
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			token, secret, err = account.AddToken(tx, v, "backup")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		got, err := s.ByToken(t.Context(), secret)
		if err != nil || got.User != v.User || got.Token != token.ID || got.Actor().Source != crm.ByAPI {
			t.Errorf("%+v %v", got, err)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return account.RevokeToken(tx, v, token.ID) }); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ByToken(t.Context(), secret); !errors.Is(err, crm.Refuse(crm.CodeUnauthenticated)) {
			t.Errorf("a revoked token: %v", err)
		}
	})
}
