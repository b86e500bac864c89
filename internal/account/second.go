package account

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

const (
	recoveryCodes = 10
	// recoveryLetters of base32 make 60 bits, hashed with a key that is not in the
	// database.
	recoveryLetters = 12
)

var errNoKeys = errors.New("account: second factors need keys")

// SecondFactor is whether an account asks for a code besides the password.
type SecondFactor struct {
	// Since is when it was switched on, 0 where it is off.
	Since int64
	// RecoveryLeft counts the recovery codes that are still good.
	RecoveryLeft int
}

// GetSecondFactor returns the viewer's own second factor.
func GetSecondFactor(tx *db.Tx, v crm.Viewer) (SecondFactor, error) {
	var f SecondFactor
	err := tx.Row(`SELECT totp_since, (SELECT COUNT(*) FROM recovery_code r WHERE r.user_id = u.id) FROM app_user u WHERE u.id = $1`,
		[]any{v.User}, &f.Since, &f.RecoveryLeft)
	return f, err
}

// TOTPSecret is what an authenticator app is set up with.
type TOTPSecret struct {
	// Secret is in base32, URL in the form that is shown as a QR code.
	Secret, URL string
}

// PrepareSecondFactor makes a new secret for the viewer's authenticator app.
// [Service.EnableSecondFactor] puts it to use.
func (s *Service) PrepareSecondFactor(ctx context.Context, v crm.Viewer, password string) (TOTPSecret, error) {
	if s.ways.Keys == nil {
		return TOTPSecret{}, errNoKeys
	}
	if err := s.provePassword(ctx, v, password); err != nil {
		return TOTPSecret{}, err
	}
	raw := make([]byte, totpSecret)
	_, _ = rand.Read(raw)
	var email string
	err := s.d.Write(ctx, func(tx *db.Tx) error {
		err := tx.Row(`UPDATE app_user SET totp_secret = $1, totp_step = 0 WHERE id = $2 AND totp_since = 0 RETURNING email`,
			[]any{s.ways.Keys.Seal(raw, factorPurpose(v.User)), v.User}, &email)
		if errors.Is(err, db.ErrNotFound) {
			return crm.Refuse(crm.CodeTwoFactorOn)
		}
		return err
	})
	if err != nil {
		return TOTPSecret{}, err
	}
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	address := url.URL{Scheme: "otpauth", Host: "totp", Path: "/Bandeja:" + email, RawQuery: url.Values{"secret": {text}, "issuer": {"Bandeja"}}.Encode()}
	return TOTPSecret{Secret: text, URL: address.String()}, nil
}

// EnableSecondFactor switches the second factor on, once a code shows that the
// authenticator app has the secret. It returns the recovery codes, this once.
func (s *Service) EnableSecondFactor(ctx context.Context, v crm.Viewer, code string) (codes []string, err error) {
	if err := s.slowCodes(v.User, code); err != nil {
		return nil, err
	}
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		var sealed []byte
		var since int64
		err := tx.Row(`SELECT totp_secret, totp_since FROM app_user WHERE id = $1`+tx.ForUpdate(), []any{v.User}, &sealed, &since)
		switch {
		case err != nil:
			return err
		case since != 0:
			return crm.Refuse(crm.CodeTwoFactorOn)
		case len(sealed) == 0:
			return crm.Refuse(crm.CodeTwoFactorOff)
		}
		if err := s.useTOTP(tx, v.User, sealed, plainCode(code)); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE app_user SET totp_since = $1 WHERE id = $2`, tx.Micros(), v.User); err != nil {
			return err
		}
		codes, err = s.newRecoveryCodes(tx, v.User)
		return err
	})
	return codes, err
}

// DisableSecondFactor switches the viewer's second factor off.
func (s *Service) DisableSecondFactor(ctx context.Context, v crm.Viewer, password, code string) error {
	return s.proved(ctx, v, password, code, func(tx *db.Tx) error { return dropSecondFactor(tx, v.User) })
}

// RenewRecoveryCodes makes new recovery codes; the old ones are no longer good.
func (s *Service) RenewRecoveryCodes(ctx context.Context, v crm.Viewer, password, code string) (codes []string, err error) {
	err = s.proved(ctx, v, password, code, func(tx *db.Tx) error {
		codes, err = s.newRecoveryCodes(tx, v.User)
		return err
	})
	return codes, err
}

// proved runs do for somebody who has shown both factors.
func (s *Service) proved(ctx context.Context, v crm.Viewer, password, code string, do func(*db.Tx) error) error {
	if err := s.provePassword(ctx, v, password); err != nil {
		return err
	}
	if err := s.slowCodes(v.User, code); err != nil {
		return err
	}
	return s.d.Write(ctx, func(tx *db.Tx) error {
		f, err := GetSecondFactor(tx, v)
		if err != nil {
			return err
		}
		if f.Since == 0 {
			return crm.Refuse(crm.CodeTwoFactorOff)
		}
		if err := s.prove(tx, v.User, code); err != nil {
			return err
		}
		return do(tx)
	})
}

// ResetSecondFactor switches another member's second factor off, who has lost it. An
// account that another workspace relies on too is not one workspace's to open.
func (s *Service) ResetSecondFactor(tx *db.Tx, v crm.Viewer, id crm.ID) error {
	if _, err := member(tx, v, id); err != nil {
		return err
	}
	err := tx.Row(`SELECT workspace_id FROM member WHERE user_id = $1 AND workspace_id <> $2 AND removed_at = 0 LIMIT 1`,
		[]any{id, v.Workspace}, new(int64))
	switch {
	case err == nil:
		return crm.Refuse(crm.CodeForbidden)
	case !errors.Is(err, db.ErrNotFound):
		return err
	}
	return dropSecondFactor(tx, id)
}

func dropSecondFactor(tx *db.Tx, user crm.ID) error {
	if _, err := tx.Exec(`UPDATE app_user SET totp_secret = NULL, totp_since = 0, totp_step = 0 WHERE id = $1`, user); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM recovery_code WHERE user_id = $1`, user)
	return err
}

// provePassword makes sure that it is the viewer who sits there.
func (s *Service) provePassword(ctx context.Context, v crm.Viewer, password string) error {
	key := "password of " + v.User.String()
	if wait := s.throttle.allowOne(time.Now(), key, perPair, perPair); wait > 0 {
		return throttled(wait)
	}
	var hash string
	err := s.d.Read(ctx, func(tx *db.Tx) error {
		return tx.Row(`SELECT password_hash FROM app_user WHERE id = $1`, []any{v.User}, &hash)
	})
	if err != nil {
		return err
	}
	ok, err := s.verify(ctx, password, hash)
	if err != nil {
		return err
	}
	if !ok {
		return crm.RefuseField("password", crm.CodeWrongCredentials)
	}
	s.throttle.forgiveOne(key)
	return nil
}

// slowCodes slows down guessing an account's codes. It is asked before the
// transaction that checks the code.
func (s *Service) slowCodes(user crm.ID, code string) error {
	if code == "" {
		return nil
	}
	if wait := s.throttle.allowOne(time.Now(), codesOf(user), codesAtOnce, codesAMinute); wait > 0 {
		return throttled(wait)
	}
	return nil
}

// prove uses up a code where the account has a second factor.
func (s *Service) prove(tx *db.Tx, user crm.ID, code string) error {
	var sealed []byte
	var since int64
	err := tx.Row(`SELECT totp_secret, totp_since FROM app_user WHERE id = $1`, []any{user}, &sealed, &since)
	if err != nil || since == 0 {
		return err
	}
	code = plainCode(code)
	switch {
	case code == "":
		return crm.Refuse(crm.CodeSecondFactor)
	case len(code) == totpDigits:
		return s.useTOTP(tx, user, sealed, code)
	}
	if s.ways.Keys == nil {
		return errNoKeys
	}
	n, err := tx.Exec(`DELETE FROM recovery_code WHERE user_id = $1 AND code_hash = $2`, user, s.recoveryHash(user, code))
	return s.judged(tx, user, n, err)
}

// judged says what came of a code: whether it was there to be used up. A good one
// gives back the guesses.
func (s *Service) judged(tx *db.Tx, user crm.ID, used int64, err error) error {
	if err == nil && used == 0 {
		return crm.RefuseField("code", crm.CodeWrongCode)
	}
	tx.OnCommit(func() { s.throttle.forgiveOne(codesOf(user)) })
	return err
}

// useTOTP uses up a code of the authenticator app, and all before it.
func (s *Service) useTOTP(tx *db.Tx, user crm.ID, sealed []byte, code string) error {
	if s.ways.Keys == nil {
		return errNoKeys
	}
	secret, err := s.ways.Keys.Open(sealed, factorPurpose(user))
	if err != nil {
		return err
	}
	step, ok := totpStep(secret, code, tx.Now())
	if !ok {
		return crm.RefuseField("code", crm.CodeWrongCode)
	}
	n, err := tx.Exec(`UPDATE app_user SET totp_step = $1 WHERE id = $2 AND totp_step < $1`, step, user)
	return s.judged(tx, user, n, err)
}

// codesOf is by what guesses at an account's codes are counted.
func codesOf(user crm.ID) string { return "code of " + user.String() }

func factorPurpose(user crm.ID) string { return "second factor of " + user.String() }

func (s *Service) newRecoveryCodes(tx *db.Tx, user crm.ID) ([]string, error) {
	if _, err := tx.Exec(`DELETE FROM recovery_code WHERE user_id = $1`, user); err != nil {
		return nil, err
	}
	codes := make([]string, 0, recoveryCodes)
	rows := make([][]any, 0, recoveryCodes)
	for range recoveryCodes {
		raw := make([]byte, recoveryLetters)
		_, _ = rand.Read(raw)
		text := strings.ToLower(base32.StdEncoding.EncodeToString(raw))[:recoveryLetters]
		rows = append(rows, []any{int64(user), s.recoveryHash(user, text)})
		codes = append(codes, text[:4]+"-"+text[4:8]+"-"+text[8:])
	}
	return codes, tx.Insert(`recovery_code (user_id, code_hash)`, "", rows)
}

func (s *Service) recoveryHash(user crm.ID, code string) []byte {
	return s.ways.Keys.MAC([]byte(code), "recovery code of "+user.String())
}

// plainCode strips what people write codes with.
func plainCode(code string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '\u00a0', '\t':
			return -1
		}
		return r
	}, strings.ToLower(code))
}
