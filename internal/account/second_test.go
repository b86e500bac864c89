package account_test

import (
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// The vectors of RFC 6238, appendix B, for SHA-1; ours are their last six digits.
func TestTOTPVectors(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := account.TOTPCode(secret, at/30); got != want[2:] {
			t.Errorf("at %d: %s, want %s", at, got, want[2:])
		}
	}
}

// app is somebody's authenticator app.
type app struct {
	h        *house
	secret   []byte
	recovery []string
}

// code is what the app shows, some steps from now.
func (a app) code(steps int64) string {
	return account.TOTPCode(a.secret, a.h.clock().Unix()/30+steps)
}

func (h *house) enable(v crm.Viewer) app {
	h.t.Helper()
	s, err := h.PrepareSecondFactor(h.t.Context(), v, password)
	if err != nil {
		h.t.Fatal(err)
	}
	secret, err := base32.StdEncoding.DecodeString(s.Secret)
	if err != nil {
		h.t.Fatal(err)
	}
	a := app{h: h, secret: secret}
	if a.recovery, err = h.EnableSecondFactor(h.t.Context(), v, a.code(0)); err != nil {
		h.t.Fatal(err)
	}
	return a
}

func (h *house) factor(v crm.Viewer) (f account.SecondFactor) {
	h.t.Helper()
	err := h.d.Read(h.t.Context(), func(tx *db.Tx) (err error) {
		f, err = account.GetSecondFactor(tx, v)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return f
}

func TestSettingUpTheSecondFactor(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		_, err := h.EnableSecondFactor(t.Context(), h.owner, "123456")
		refused(t, "before there is a secret", err, crm.CodeTwoFactorOff)
		_, err = h.PrepareSecondFactor(t.Context(), h.owner, "guess")
		refused(t, "with a wrong password", err, crm.CodeWrongCredentials)
		s, err := h.PrepareSecondFactor(t.Context(), h.owner, password)
		if err != nil || s.URL != "otpauth://totp/Bandeja:olga@example.com?issuer=Bandeja&secret="+s.Secret {
			t.Fatalf("%+v %v", s, err)
		}
		if err := h.login("olga@example.com", password, ""); err != nil {
			t.Errorf("before it is on: %v", err)
		}
		_, err = h.EnableSecondFactor(t.Context(), h.owner, "12345x")
		refused(t, "with a wrong code", err, crm.CodeWrongCode)
		if f := h.factor(h.owner); f.Since != 0 || f.RecoveryLeft != 0 {
			t.Errorf("%+v", f)
		}
		a := h.enable(h.owner) // anew: the first secret is gone
		if f := h.factor(h.owner); f.Since == 0 || f.RecoveryLeft != 10 || len(a.recovery) != 10 {
			t.Errorf("%+v, codes %v", f, a.recovery)
		}
		_, err = h.PrepareSecondFactor(t.Context(), h.owner, password)
		refused(t, "a second time", err, crm.CodeTwoFactorOn)
		var sealed []byte
		if err := h.d.Read(t.Context(), func(tx *db.Tx) error { return tx.Row(`SELECT totp_secret FROM app_user`, nil, &sealed) }); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(sealed), string(a.secret)) || len(sealed) == 0 {
			t.Error("the secret is stored in clear")
		}
		for _, code := range a.recovery {
			if h.count(`SELECT COUNT(*) FROM recovery_code WHERE code_hash = $1`, []byte(code)) > 0 {
				t.Error("a recovery code is stored in clear")
			}
		}
	})
}

func TestSigningInWithTheSecondFactor(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		a := h.enable(h.owner)
		in := func(code string) error {
			h.later(15 * time.Minute) // enough for another code
			return h.login("olga@example.com", password, code)
		}
		refused(t, "no code", in(""), crm.CodeSecondFactor)
		refused(t, "no code but a wrong password", h.login("olga@example.com", "guess", ""), crm.CodeWrongCredentials)
		h.later(time.Minute)
		now := a.code(0)
		if err := h.login("olga@example.com", password, now[:3]+" "+now[3:]); err != nil {
			t.Errorf("the code: %v", err)
		}
		refused(t, "the same code again", h.login("olga@example.com", password, now), crm.CodeWrongCode)
		refused(t, "the code before it", h.login("olga@example.com", password, a.code(-1)), crm.CodeWrongCode)
		if err := h.login("olga@example.com", password, a.code(1)); err != nil {
			t.Errorf("a phone whose clock is fast: %v", err)
		}
	})
	eachHouse(t, nil, func(t *testing.T, h *house) {
		a := h.enable(h.owner)
		h.later(5 * time.Minute)
		refused(t, "two steps away", h.login("olga@example.com", password, a.code(2)), crm.CodeWrongCode)
		if err := h.login("olga@example.com", password, a.code(-1)); err != nil {
			t.Errorf("a phone whose clock is slow: %v", err)
		}
		if err := h.login("olga@example.com", password, strings.ToUpper(a.recovery[3])); err != nil {
			t.Errorf("a recovery code: %v", err)
		}
		refused(t, "the recovery code again", h.login("olga@example.com", password, a.recovery[3]), crm.CodeWrongCode)
		if f := h.factor(h.owner); f.RecoveryLeft != 9 {
			t.Errorf("%+v", f)
		}
	})
}

// Whoever has the password guesses no more than a few codes, from wherever.
func TestGuessingCodesIsSlowed(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		h.enable(h.owner)
		var err error
		tries := 0
		for ; tries < 20 && !errors.Is(err, crm.Refuse(crm.CodeThrottled)); tries++ {
			_, _, err = h.Login(t.Context(), account.Credentials{Email: "olga@example.com", Password: password, Code: "abcd-efgh-ijkl", IP: fmt.Sprint("9.9.9.", tries)})
		}
		if tries != 6 {
			t.Errorf("%d guesses: %v", tries, err)
		}
	})
}

func TestEndingTheSecondFactor(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		refused(t, "where there is none", h.DisableSecondFactor(t.Context(), h.owner, password, "123456"), crm.CodeTwoFactorOff)
		a := h.enable(h.owner)
		refused(t, "with a wrong password", h.DisableSecondFactor(t.Context(), h.owner, "guess", a.recovery[0]), crm.CodeWrongCredentials)
		refused(t, "without a code", h.DisableSecondFactor(t.Context(), h.owner, password, ""), crm.CodeSecondFactor)
		codes, err := h.RenewRecoveryCodes(t.Context(), h.owner, password, a.recovery[0])
		if err != nil || len(codes) != 10 || slices.Contains(codes, a.recovery[1]) {
			t.Fatalf("%v %v", codes, err)
		}
		refused(t, "with an old recovery code", h.DisableSecondFactor(t.Context(), h.owner, password, a.recovery[1]), crm.CodeWrongCode)
		if err := h.DisableSecondFactor(t.Context(), h.owner, password, codes[0]); err != nil {
			t.Fatal(err)
		}
		if err := h.login("olga@example.com", password, ""); err != nil {
			t.Errorf("signing in without: %v", err)
		}
		if n := h.count(`SELECT COUNT(*) FROM recovery_code`); n != 0 {
			t.Errorf("%d recovery codes are left", n)
		}
	})
}

func TestWhoMayResetASecondFactor(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		mara, beto, other := h.hire("mara", crm.Manager), h.hire("beto", crm.Agent), h.hire("otra", crm.Owner)
		for _, v := range []crm.Viewer{mara, beto, other} {
			h.enable(v)
		}
		reset := func(who crm.Viewer, whose crm.ID) error {
			return h.d.Write(t.Context(), func(tx *db.Tx) error { return h.ResetSecondFactor(tx, who, whose) })
		}
		refused(t, "one's own", reset(other, other.User), crm.CodeOwnAccess)
		refused(t, "a manager an owner's", reset(mara, other.User), crm.CodeForbidden)
		refused(t, "an agent a manager's", reset(beto, mara.User), crm.CodeForbidden)
		refused(t, "from another workspace", reset(crm.Viewer{Workspace: 7, User: h.owner.User, Access: h.owner.Access}, beto.User), crm.CodeNotFound)
		if err := reset(mara, beto.User); err != nil {
			t.Errorf("a manager an agent's: %v", err)
		}
		if err := h.login("beto@example.com", password, ""); err != nil {
			t.Errorf("signing in after that: %v", err)
		}
		if err := h.d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO member (workspace_id, user_id, role, joined_at) VALUES (7, $1, 'agent', 1)`, mara.User)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		refused(t, "of somebody who is a member elsewhere", reset(h.owner, mara.User), crm.CodeForbidden)
	})
}

// A known account with a second factor shows it when it accepts an invitation too.
func TestAcceptingWithASecondFactor(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		beto := h.hire("beto", crm.Agent)
		a := h.enable(beto)
		if err := h.d.Write(t.Context(), func(tx *db.Tx) error { return h.RemoveMember(tx, h.owner, beto.User) }); err != nil {
			t.Fatal(err)
		}
		accept := account.Acceptance{Token: h.must(h.invite(h.owner, agent("beto@example.com"))).Token, Password: password, IP: "1.1.1.1"}
		_, _, err := h.AcceptInvitation(t.Context(), accept)
		refused(t, "without a code", err, crm.CodeSecondFactor)
		accept.Code = a.recovery[0]
		if _, _, err := h.AcceptInvitation(t.Context(), accept); err != nil {
			t.Errorf("with one: %v", err)
		}
	})
}
