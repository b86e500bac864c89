package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/jobs"
)

const (
	forgotKind = "password.forgot"
	// resetsAtOnce is how many reset links of an account live at a time: nobody's
	// mailbox is filled by somebody else.
	resetsAtOnce = 3
)

// forgotten is the payload of a job.
type forgotten struct {
	Email string `json:"email"`
}

// Forgot sends whoever has this e-mail a link to choose a new password. It does the
// same whether or not there is such an account, down to the time it takes: looking is
// left to a job.
func (s *Service) Forgot(ctx context.Context, email, ip string) error {
	email = strings.ToLower(strings.TrimSpace(email))
	if wait := s.throttle.allow(time.Now(), ip, "forgot "+email); wait > 0 {
		return throttled(wait)
	}
	if parsed, err := contact.ParseEmail(email); err != nil || parsed == "" || !s.SendsMail() {
		return nil //nolint:nilerr // the answer is always the same
	}
	payload, err := json.Marshal(forgotten{email})
	if err != nil {
		return err
	}
	return s.d.Write(ctx, func(tx *db.Tx) error {
		// Not of any workspace before the account is found.
		_, err := s.ways.Queue.Enqueue(tx, jobs.Job{Lane: "forgot:" + email, Kind: forgotKind, Payload: string(payload)})
		return err
	})
}

// sendResets is the job that Forgot leaves.
func (s *Service) sendResets(ctx context.Context, batch []*jobs.Job) error {
	for _, j := range batch {
		var f forgotten
		if err := json.Unmarshal([]byte(j.Payload), &f); err != nil {
			return fmt.Errorf("account: a forgotten password's job can't be read: %w", err)
		}
		err := s.d.Write(ctx, func(tx *db.Tx) error {
			if err := s.sendReset(tx, f.Email); err != nil {
				return err
			}
			return s.ways.Queue.Done(tx, j)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) sendReset(tx *db.Tx, email string) error {
	var user, workspace crm.ID
	var name string
	var language crm.Language
	var role crm.Role
	err := tx.Row(`SELECT u.id, u.name, u.language, m.workspace_id, m.role FROM app_user u JOIN member m ON m.user_id = u.id
		WHERE u.email = $1 AND m.removed_at = 0 ORDER BY m.workspace_id LIMIT 1`, []any{email}, &user, &name, &language, &workspace, &role)
	if errors.Is(err, db.ErrNotFound) || err == nil && s.ways.OwnersOnly && role != crm.Owner {
		return nil
	}
	if err != nil {
		return err
	}
	live := 0
	err = tx.Row(`SELECT COUNT(*) FROM ticket WHERE kind = $1 AND subject_id = $2 AND expires_at > $3`, []any{string(forReset), user, tx.Micros()}, &live)
	if err != nil || live >= resetsAtOnce {
		return err
	}
	token, err := newTicket(tx, forReset, workspace, user, resetLasts)
	if err != nil {
		return err
	}
	_, err = s.ways.Mail.Enqueue(tx, workspace, resetMail(email, name, language, s.ways.PublicURL+"/reset/"+token, tx.Now().Add(resetLasts)))
	return err
}

// ResetPassword sets a new password by a link's token. All sessions and API tokens of
// the account end, and all other links. It returns whose it is.
func (s *Service) ResetPassword(ctx context.Context, token, password, ip string) (user crm.ID, err error) {
	if wait := s.throttle.allowOne(time.Now(), "reset "+AddressKey(ip), perAddress, perAddress); wait > 0 {
		return 0, throttled(wait)
	}
	var email, name string
	err = s.d.Read(ctx, func(tx *db.Tx) error {
		t, err := findTicket(tx, forReset, token)
		if err != nil {
			return err
		}
		var role crm.Role
		err = tx.Row(`SELECT u.email, u.name, m.role FROM app_user u JOIN member m ON m.user_id = u.id AND m.workspace_id = $1
			WHERE u.id = $2 AND m.removed_at = 0`, []any{t.Workspace, t.Subject}, &email, &name, &role)
		switch {
		case errors.Is(err, db.ErrNotFound):
			return crm.RefuseField("token", crm.CodeLinkUsed)
		case err == nil && s.ways.OwnersOnly && role != crm.Owner:
			return crm.Refuse(crm.CodeSSOOnly)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	if err := checkPassword(password, email, name); err != nil {
		return 0, err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return 0, err
	}
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		t, err := takeTicket(tx, forReset, token)
		if err != nil {
			return err
		}
		user = t.Subject
		return resetPassword(tx, user, hash)
	})
	return user, err
}

// SetPassword sets an account's password from the command line, and switches its
// second factor off where that is lost too. All its sessions and API tokens end.
func (s *Service) SetPassword(ctx context.Context, email, password string, dropSecond bool) error {
	var user crm.ID
	var name string
	email = strings.ToLower(strings.TrimSpace(email))
	err := s.d.Read(ctx, func(tx *db.Tx) error {
		return tx.Row(`SELECT id, name FROM app_user WHERE email = $1`, []any{email}, &user, &name)
	})
	if errors.Is(err, db.ErrNotFound) {
		return crm.RefuseField("email", crm.CodeNotFound)
	}
	if err != nil {
		return err
	}
	if err := checkPassword(password, email, name); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.d.Write(ctx, func(tx *db.Tx) error {
		if dropSecond {
			if err := dropSecondFactor(tx, user); err != nil {
				return err
			}
		}
		return resetPassword(tx, user, hash)
	})
}

// resetPassword stores a new password for somebody who no longer has the old one, or no
// longer has it alone: whoever got in by it keeps no way in.
func resetPassword(tx *db.Tx, user crm.ID, hash string) error {
	if err := setPassword(tx, user, hash, 0); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM api_token WHERE user_id = $1`, user)
	return err
}

// setPassword stores a new password and ends what the old one has let in: all
// sessions but keep, and links to reset it.
func setPassword(tx *db.Tx, user crm.ID, hash string, keep crm.ID) error {
	if _, err := tx.Exec(`UPDATE app_user SET password_hash = $1 WHERE id = $2`, hash, user); err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM session WHERE user_id = $1 AND id <> $2`, user, keep); err != nil {
		return err
	}
	return dropTickets(tx, forReset, user)
}
