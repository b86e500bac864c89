package account

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/sso"
)

// LoginBy starts a session for somebody whom the single sign-on vouches for: a member
// by what the provider calls them, else by verified e-mail; somebody with an open
// invitation, which is accepted by it; or, where that is allowed, a newcomer. The
// second factor is the provider's business.
func (s *Service) LoginBy(ctx context.Context, id sso.Identity, ip, device string) (v crm.Viewer, secret string, err error) {
	// An e-mail that nobody has made sure of says nothing.
	email, bad := contact.ParseEmail(id.Email)
	if bad != nil || !id.Verified {
		email = ""
	}
	email = strings.ToLower(email)
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		user, linked, err := userBy(tx, id, email)
		if err != nil {
			return err
		}
		if !linked && email == "" {
			return crm.Refuse(crm.CodeSSOUnverified)
		}
		v, err = firstMembership(tx, user)
		if errors.Is(err, db.ErrNotFound) {
			v, err = s.joinBy(tx, id, email, user)
		}
		if err != nil {
			return err
		}
		if !linked {
			_, err := tx.Exec(`INSERT INTO oidc_identity (issuer, subject, user_id) VALUES ($1, $2, $3)`, id.Issuer, id.Subject, v.User)
			if err != nil {
				return err
			}
		}
		secret, err = s.startSession(tx, v, ip, device)
		return err
	})
	return v, secret, err
}

// userBy finds the account of an identity; 0 for none. linked tells that it was found
// by what the provider calls it.
func userBy(tx *db.Tx, id sso.Identity, email string) (user crm.ID, linked bool, err error) {
	err = tx.Row(`SELECT user_id FROM oidc_identity WHERE issuer = $1 AND subject = $2`, []any{id.Issuer, id.Subject}, &user)
	if !errors.Is(err, db.ErrNotFound) {
		return user, err == nil, err
	}
	err = tx.Row(`SELECT id FROM app_user WHERE email = $1`, []any{email}, &user)
	if errors.Is(err, db.ErrNotFound) {
		err = nil
	}
	return user, false, err
}

func firstMembership(tx *db.Tx, user crm.ID) (crm.Viewer, error) {
	var row viewerRow
	err := tx.Row(`SELECT `+viewerColumns+` FROM member m JOIN app_user u ON u.id = m.user_id
		WHERE m.user_id = $1 AND m.removed_at = 0 ORDER BY m.workspace_id LIMIT 1`, []any{user}, row.into()...)
	return row.viewer(), err
}

// joinBy makes somebody a member by their invitation, or as a newcomer. Who was a
// member before needs an invitation.
func (s *Service) joinBy(tx *db.Tx, id sso.Identity, email string, user crm.ID) (crm.Viewer, error) {
	var row invitationRow
	var workspace crm.ID
	err := tx.Row(`SELECT workspace_id, `+invitationColumns+` FROM invitation WHERE email = $1 AND expires_at > $2 ORDER BY workspace_id LIMIT 1`+tx.ForUpdate(),
		[]any{email, tx.Micros()}, append([]any{&workspace}, row.into()...)...)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return crm.Viewer{}, err
	}
	invited := err == nil
	if !invited && (!s.ways.Join || user != 0) {
		return crm.Viewer{}, crm.Refuse(crm.CodeSSOUnknown)
	}
	if user == 0 {
		if user, err = insertUser(tx, newcomer(id, email), nobodysHash()); err != nil {
			return crm.Viewer{}, err
		}
	}
	if invited {
		return s.join(tx, workspace, user, row.invitation())
	}
	err = tx.Row(`SELECT id FROM workspace ORDER BY id LIMIT 1`, nil, &workspace)
	if errors.Is(err, db.ErrNotFound) {
		return crm.Viewer{}, crm.Refuse(crm.CodeSSOUnknown)
	}
	if err != nil {
		return crm.Viewer{}, err
	}
	if err := s.admit(tx, workspace, user, crm.Access{Role: crm.Agent, Visibility: crm.SeesAll}); err != nil {
		return crm.Viewer{}, err
	}
	return viewerOf(tx, workspace, user)
}

func newcomer(id sso.Identity, email string) NewUser {
	name := strings.Join(strings.Fields(crm.Clean(id.Name)), " ")
	if name == "" {
		name, _, _ = strings.Cut(email, "@")
	}
	if utf8.RuneCountInString(name) > 100 {
		name = string([]rune(name)[:100])
	}
	return NewUser{Email: email, Name: name, Language: id.Language}
}

// nobodysHash is the hash of an account without a password.
func nobodysHash() string {
	raw := make([]byte, 16+argonKey)
	_, _ = rand.Read(raw)
	return encodeHash(raw[:16], raw[16:])
}
