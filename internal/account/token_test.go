package account_test

import (
	"testing"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// addToken makes an API token of a member's and returns its secret.
func (h *house) addToken(v crm.Viewer) (secret string) {
	h.t.Helper()
	err := h.d.Write(h.t.Context(), func(tx *db.Tx) (err error) {
		_, secret, err = account.AddToken(tx, v, "shop")
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return secret
}

// A reset is for whoever was broken into: what the intruder made ends with it. Who
// changes the password knowing the old one keeps what programs use.
func TestAResetEndsTokens(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		beto := h.hire("beto", crm.Agent)
		kept := h.addToken(beto)
		first := h.addToken(h.owner)
		if err := h.ChangePassword(t.Context(), h.owner, password, "another quiet one", 0); err != nil {
			t.Fatal(err)
		}
		if _, err := h.ByToken(t.Context(), first); err != nil {
			t.Errorf("a token after a change of password: %v", err)
		}
		if err := h.Forgot(t.Context(), "olga@example.com", "1.1.1.1"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.ResetPassword(t.Context(), h.token(h.mail(1)), "a third quiet one", "1.1.1.1"); err != nil {
			t.Fatal(err)
		}
		_, err := h.ByToken(t.Context(), first)
		refused(t, "a token after a reset by mail", err, crm.CodeUnauthenticated)
		second := h.addToken(h.owner)
		if err := h.SetPassword(t.Context(), "olga@example.com", "a fourth quiet one", false); err != nil {
			t.Fatal(err)
		}
		_, err = h.ByToken(t.Context(), second)
		refused(t, "a token after a reset by the command line", err, crm.CodeUnauthenticated)
		if _, err := h.ByToken(t.Context(), kept); err != nil {
			t.Errorf("somebody else's token: %v", err)
		}
	})
}

// A session that a reset has ended makes no token any more, also where the request was
// under way.
func TestAnEndedSessionLeavesNoToken(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		_, secret, err := h.Login(t.Context(), account.Credentials{Email: "olga@example.com", Password: password, IP: "1.1.1.1"})
		if err != nil {
			t.Fatal(err)
		}
		v, session, err := h.BySession(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		add := func() error {
			return h.d.Write(t.Context(), func(tx *db.Tx) error {
				_, _, err := account.AddTokenIn(tx, v, session, "shop")
				return err
			})
		}
		if err := add(); err != nil {
			t.Errorf("while it lasts: %v", err)
		}
		if err := h.SetPassword(t.Context(), "olga@example.com", "another quiet one", false); err != nil {
			t.Fatal(err)
		}
		refused(t, "after the reset", add(), crm.CodeUnauthenticated)
		if n := h.count(`SELECT COUNT(*) FROM api_token`); n != 0 {
			t.Errorf("%d tokens are left", n)
		}
	})
}
