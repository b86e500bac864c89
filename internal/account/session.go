package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

const (
	// sessionLife is how long a session lasts without use; seenEvery spaces the
	// writes that note its use.
	sessionLife = 30 * 24 * time.Hour
	seenEvery   = 5 * time.Minute
	tokenPrefix = "bdj_"
)

// Throttled is the refusal of a login that comes too soon.
func throttled(wait time.Duration) error {
	return &crm.Error{Code: crm.CodeThrottled, Args: map[string]any{"seconds": int(wait.Seconds()) + 1}}
}

// Session is a browser that is logged in.
type Session struct {
	ID         crm.ID
	Device     string
	IP         string
	CreatedAt  int64
	LastSeenAt int64
}

// newSecret returns 256 random bits as text, and the hash that is stored of them.
func newSecret() (text string, hash []byte) {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	text = base64.RawURLEncoding.EncodeToString(b)
	return text, hashSecret(text)
}

func hashSecret(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// Credentials are what somebody signs in with, and from where.
type Credentials struct {
	Email, Password string
	// Code is of the authenticator app, or a recovery code.
	Code       string
	IP, Device string
}

// Login checks somebody's credentials and starts a session. It returns the session's
// secret, which only the browser keeps. crm.CodeSecondFactor asks for the code.
func (s *Service) Login(ctx context.Context, c Credentials) (crm.Viewer, string, error) {
	email := strings.ToLower(strings.TrimSpace(c.Email))
	if wait := s.throttle.allow(time.Now(), c.IP, email); wait > 0 {
		return crm.Viewer{}, "", throttled(wait)
	}
	var row viewerRow
	hash := s.hasher.decoy
	err := s.d.Read(ctx, func(tx *db.Tx) error {
		err := tx.Row(`SELECT u.password_hash, `+viewerColumns+`
			FROM app_user u JOIN member m ON m.user_id = u.id WHERE u.email = $1 AND m.removed_at = 0 ORDER BY m.workspace_id LIMIT 1`,
			[]any{email}, append([]any{&hash}, row.into()...)...)
		if errors.Is(err, db.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return crm.Viewer{}, "", err
	}
	v := row.viewer()
	ok, err := s.verify(ctx, c.Password, hash)
	switch {
	case err != nil:
		return crm.Viewer{}, "", err
	case !ok || v.User == 0:
		return crm.Viewer{}, "", crm.Refuse(crm.CodeWrongCredentials)
	case s.ways.OwnersOnly && v.Role != crm.Owner:
		return crm.Viewer{}, "", crm.Refuse(crm.CodeSSOOnly)
	}
	if err := s.slowCodes(v.User, c.Code); err != nil {
		return crm.Viewer{}, "", err
	}
	secret := ""
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		// Comparing takes a while: a password changed meanwhile has ended all sessions,
		// and the old one begins none.
		if err := isStill(tx, v, hash); err != nil {
			return err
		}
		if err := s.prove(tx, v.User, c.Code); err != nil {
			return err
		}
		secret, err = s.startSession(tx, v, c.IP, c.Device)
		return err
	})
	if err == nil {
		// Only now: a password alone mustn't buy more guesses at the code.
		s.throttle.forgive(c.IP, email)
	}
	return v, secret, err
}

// isStill refuses a login where the member or the password is no longer the same.
func isStill(tx *db.Tx, v crm.Viewer, hash string) error {
	var now string
	err := tx.Row(`SELECT u.password_hash FROM app_user u JOIN member m ON m.user_id = u.id
		WHERE u.id = $1 AND m.workspace_id = $2 AND m.removed_at = 0`+tx.ForUpdate(), []any{v.User, v.Workspace}, &now)
	if errors.Is(err, db.ErrNotFound) || err == nil && now != hash {
		return crm.Refuse(crm.CodeWrongCredentials)
	}
	return err
}

// verify compares a password with a hash.
func (s *Service) verify(ctx context.Context, password, hash string) (bool, error) {
	if utf8.RuneCountInString(password) > maxPassword {
		password = ""
	}
	return s.hasher.verify(ctx, password, hash)
}

// StartSession starts a session for a viewer and returns its secret.
func (s *Service) StartSession(ctx context.Context, v crm.Viewer, ip, device string) (secret string, err error) {
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		secret, err = s.startSession(tx, v, ip, device)
		return err
	})
	return secret, err
}

func (s *Service) startSession(tx *db.Tx, v crm.Viewer, ip, device string) (string, error) {
	secret, hash := newSecret()
	_, err := tx.Exec(`INSERT INTO session (token_hash, id, user_id, workspace_id, device, ip, created_at, last_seen_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		hash, tx.NewID(), v.User, v.Workspace, device, ip, tx.Micros(), tx.Micros(), tx.Now().Add(sessionLife).UnixMicro())
	if err != nil {
		return "", err
	}
	if _, err := s.Touch(tx, v, ""); err != nil {
		return "", err
	}
	_, err = tx.Exec(`DELETE FROM session WHERE user_id = $1 AND expires_at < $2`, v.User, tx.Micros())
	return secret, err
}

// BySession returns who a session's secret belongs to, and the session's id;
// crm.CodeUnauthenticated where there is no such session.
func (s *Service) BySession(ctx context.Context, secret string) (crm.Viewer, crm.ID, error) {
	var row viewerRow
	var id crm.ID
	var seen int64
	hash := hashSecret(secret)
	err := s.d.ReadOnce(ctx, func(tx *db.Tx) error {
		return tx.Row(`SELECT s.id, s.last_seen_at, `+viewerColumns+`
			FROM session s JOIN member m ON m.workspace_id = s.workspace_id AND m.user_id = s.user_id JOIN app_user u ON u.id = s.user_id
			WHERE s.token_hash = $1 AND s.expires_at > $2 AND m.removed_at = 0`, []any{hash, tx.Micros()},
			append([]any{&id, &seen}, row.into()...)...)
	})
	v := row.viewer()
	if errors.Is(err, db.ErrNotFound) {
		return v, 0, crm.Refuse(crm.CodeUnauthenticated)
	}
	if err == nil && time.Since(time.UnixMicro(seen)) > seenEvery {
		err = s.d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE session SET last_seen_at = $1, expires_at = $2 WHERE token_hash = $3`,
				tx.Micros(), tx.Now().Add(sessionLife).UnixMicro(), hash)
			return err
		})
		if errors.Is(err, db.ErrUnavailable) {
			err = nil // noting the use can wait
		}
	}
	return v, id, err
}

// Logout ends the session of a secret; with the last one the user is offline.
func (s *Service) Logout(ctx context.Context, v crm.Viewer, secret string) error {
	return s.d.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`DELETE FROM session WHERE token_hash = $1`, hashSecret(secret)); err != nil {
			return err
		}
		return leave(tx, v.Workspace, v.User)
	})
}

// Sessions returns the viewer's sessions, the newest first.
func Sessions(tx *db.Tx, v crm.Viewer) ([]Session, error) {
	var out []Session
	err := tx.Each(`SELECT id, device, ip, created_at, last_seen_at FROM session WHERE user_id = $1 AND expires_at > $2 ORDER BY id DESC LIMIT 100`,
		[]any{v.User, tx.Micros()}, func(r *sql.Rows) error {
			var x Session
			err := r.Scan(&x.ID, &x.Device, &x.IP, &x.CreatedAt, &x.LastSeenAt)
			out = append(out, x)
			return err
		})
	return out, err
}

// RevokeSession ends one of the viewer's sessions.
func RevokeSession(tx *db.Tx, v crm.Viewer, id crm.ID) error {
	n, err := tx.Exec(`DELETE FROM session WHERE user_id = $1 AND id = $2`, v.User, id)
	if err == nil && n == 0 {
		err = crm.Refuse(crm.CodeNotFound)
	}
	return err
}

// ChangePassword sets a new password and ends all other sessions. API tokens stay: it
// takes the old password, so nothing says that the account was broken into.
func (s *Service) ChangePassword(ctx context.Context, v crm.Viewer, current, next string, keep crm.ID) error {
	if wait := s.throttle.allowOne(time.Now(), "password "+v.User.String(), perPair, perPair); wait > 0 {
		return throttled(wait)
	}
	var hash string
	var u User
	err := s.d.Read(ctx, func(tx *db.Tx) (err error) {
		if u, err = GetUser(tx, v); err != nil {
			return err
		}
		return tx.Row(`SELECT password_hash FROM app_user WHERE id = $1`, []any{v.User}, &hash)
	})
	if err != nil {
		return err
	}
	ok, err := s.hasher.verify(ctx, current, hash)
	if err != nil {
		return err
	}
	if !ok {
		return crm.RefuseField("current", crm.CodeWrongCredentials)
	}
	if err := checkPassword(next, u.Email, u.Name); err != nil {
		var ce *crm.Error
		if errors.As(err, &ce) {
			ce.Field = "new"
		}
		return err
	}
	if hash, err = s.hasher.hash(ctx, next); err != nil {
		return err
	}
	return s.d.Write(ctx, func(tx *db.Tx) error {
		return setPassword(tx, v.User, hash, keep)
	})
}

// Token is an API token, without its secret.
type Token struct {
	ID         crm.ID
	Name       string
	Prefix     string
	CreatedAt  int64
	LastUsedAt int64
}

// AddToken makes an API token that acts as the viewer. The secret is returned
// this once.
func AddToken(tx *db.Tx, v crm.Viewer, name string) (Token, string, error) {
	if !v.May(crm.TokensManage) {
		return Token{}, "", crm.Refuse(crm.CodeNoTokens)
	}
	name = strings.Join(strings.Fields(crm.Clean(name)), " ")
	if name == "" {
		return Token{}, "", crm.RefuseField("name", crm.CodeRequired)
	}
	if utf8.RuneCountInString(name) > 60 {
		return Token{}, "", crm.RefuseField("name", crm.CodeTooLong, "max", 60)
	}
	secret, _ := newSecret()
	secret = tokenPrefix + secret
	t := Token{ID: tx.NewID(), Name: name, Prefix: secret[:len(tokenPrefix)+4], CreatedAt: tx.Micros()}
	_, err := tx.Exec(`INSERT INTO api_token (token_hash, id, workspace_id, user_id, name, prefix, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		hashSecret(secret), t.ID, v.Workspace, v.User, t.Name, t.Prefix, t.CreatedAt)
	return t, secret, err
}

// AddTokenIn makes an API token for whoever is in a session, which must still be: what a
// reset of the password has ended makes nothing that outlives it.
func AddTokenIn(tx *db.Tx, v crm.Viewer, session crm.ID, name string) (Token, string, error) {
	err := tx.Row(`SELECT id FROM session WHERE user_id = $1 AND id = $2`+tx.ForUpdate(), []any{v.User, session}, new(int64))
	if errors.Is(err, db.ErrNotFound) {
		err = crm.Refuse(crm.CodeUnauthenticated)
	}
	if err != nil {
		return Token{}, "", err
	}
	return AddToken(tx, v, name)
}

// Tokens returns the viewer's API tokens, the newest first.
func Tokens(tx *db.Tx, v crm.Viewer) ([]Token, error) {
	var out []Token
	err := tx.Each(`SELECT id, name, prefix, created_at, last_used_at FROM api_token WHERE workspace_id = $1 AND user_id = $2 ORDER BY id DESC LIMIT 200`,
		[]any{v.Workspace, v.User}, func(r *sql.Rows) error {
			var t Token
			err := r.Scan(&t.ID, &t.Name, &t.Prefix, &t.CreatedAt, &t.LastUsedAt)
			out = append(out, t)
			return err
		})
	return out, err
}

// RevokeToken ends one of the viewer's API tokens.
func RevokeToken(tx *db.Tx, v crm.Viewer, id crm.ID) error {
	n, err := tx.Exec(`DELETE FROM api_token WHERE workspace_id = $1 AND user_id = $2 AND id = $3`, v.Workspace, v.User, id)
	if err == nil && n == 0 {
		err = crm.Refuse(crm.CodeNotFound)
	}
	return err
}

// Alive returns the sessions and tokens that the given users have, by id: a server asks
// that holds connections opened with some of them.
func Alive(tx *db.Tx, users []crm.ID) (map[crm.ID]bool, error) {
	out := make(map[crm.ID]bool)
	for some := range slices.Chunk(users, 500) {
		args := []any{tx.Micros()}
		for _, id := range some {
			args = append(args, id)
		}
		in := db.Params(2, len(some))
		err := tx.Each(`SELECT id FROM session WHERE expires_at > $1 AND user_id IN (`+in+`)
			UNION ALL SELECT id FROM api_token WHERE user_id IN (`+in+`)`, args, func(r *sql.Rows) error {
			var id crm.ID
			err := r.Scan(&id)
			out[id] = true
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ByToken returns who an API token acts as, with the rights they have now;
// crm.CodeUnauthenticated where there is no such token, crm.CodeNoTokens where its user
// may use none any more.
func (s *Service) ByToken(ctx context.Context, secret string) (crm.Viewer, error) {
	var row viewerRow
	var token crm.ID
	var used int64
	hash := hashSecret(secret)
	err := s.d.ReadOnce(ctx, func(tx *db.Tx) error {
		return tx.Row(`SELECT t.id, t.last_used_at, `+viewerColumns+`
			FROM api_token t JOIN member m ON m.workspace_id = t.workspace_id AND m.user_id = t.user_id JOIN app_user u ON u.id = t.user_id
			WHERE t.token_hash = $1 AND m.removed_at = 0`, []any{hash}, append([]any{&token, &used}, row.into()...)...)
	})
	v := row.viewer()
	v.Token = token
	switch {
	case errors.Is(err, db.ErrNotFound):
		return v, crm.Refuse(crm.CodeUnauthenticated)
	case err == nil && !v.May(crm.TokensManage):
		return v, crm.Refuse(crm.CodeNoTokens)
	}
	if err == nil && time.Since(time.UnixMicro(used)) > seenEvery {
		err = s.d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE api_token SET last_used_at = $1 WHERE token_hash = $2`, tx.Micros(), hash)
			return err
		})
		if errors.Is(err, db.ErrUnavailable) {
			err = nil // noting the use can wait
		}
	}
	return v, err
}

// ViewerByEmail returns a member as a viewer, for the command line.
func (s *Service) ViewerByEmail(ctx context.Context, email string) (v crm.Viewer, err error) {
	var row viewerRow
	err = s.d.Read(ctx, func(tx *db.Tx) error {
		return tx.Row(`SELECT `+viewerColumns+` FROM app_user u JOIN member m ON m.user_id = u.id
			WHERE u.email = $1 AND m.removed_at = 0 ORDER BY m.workspace_id LIMIT 1`, []any{strings.ToLower(strings.TrimSpace(email))}, row.into()...)
	})
	if errors.Is(err, db.ErrNotFound) {
		err = crm.RefuseField("email", crm.CodeNotFound)
	}
	return row.viewer(), err
}
