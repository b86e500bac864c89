package account

import (
	"context"
	"errors"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// ticketKind is what a one-time link is for.
type ticketKind string

const (
	forInvitation ticketKind = "invitation"
	forReset      ticketKind = "reset"

	invitationLasts = 7 * 24 * time.Hour
	resetLasts      = time.Hour
	// deadTicketsKept is for how long an expired link is told from one that never was.
	deadTicketsKept = 30 * 24 * time.Hour
)

// ticket is a one-time link. Only the hash of its token is stored.
type ticket struct {
	Workspace, Subject crm.ID
	ExpiresAt          int64
}

// newTicket makes a ticket and returns its token.
func newTicket(tx *db.Tx, kind ticketKind, workspace, subject crm.ID, lasts time.Duration) (string, error) {
	token, hash := newSecret()
	_, err := tx.Exec(`INSERT INTO ticket (token_hash, kind, workspace_id, subject_id, expires_at) VALUES ($1, $2, $3, $4, $5)`,
		hash, string(kind), workspace, subject, tx.Now().Add(lasts).UnixMicro())
	return token, err
}

// findTicket looks at a token without using it up.
func findTicket(tx *db.Tx, kind ticketKind, token string) (ticket, error) {
	var t ticket
	err := tx.Row(`SELECT workspace_id, subject_id, expires_at FROM ticket WHERE token_hash = $1 AND kind = $2`,
		[]any{hashSecret(token), string(kind)}, &t.Workspace, &t.Subject, &t.ExpiresAt)
	return t, t.judge(tx, err)
}

// takeTicket uses a token up.
func takeTicket(tx *db.Tx, kind ticketKind, token string) (ticket, error) {
	var t ticket
	err := tx.Row(`DELETE FROM ticket WHERE token_hash = $1 AND kind = $2 RETURNING workspace_id, subject_id, expires_at`,
		[]any{hashSecret(token), string(kind)}, &t.Workspace, &t.Subject, &t.ExpiresAt)
	return t, t.judge(tx, err)
}

func (t ticket) judge(tx *db.Tx, err error) error {
	switch {
	case errors.Is(err, db.ErrNotFound):
		return crm.RefuseField("token", crm.CodeLinkUsed)
	case err == nil && t.ExpiresAt <= tx.Micros():
		return crm.RefuseField("token", crm.CodeLinkExpired)
	}
	return err
}

// dropTickets ends all links of a kind for a subject.
func dropTickets(tx *db.Tx, kind ticketKind, subject crm.ID) error {
	_, err := tx.Exec(`DELETE FROM ticket WHERE kind = $1 AND subject_id = $2`, string(kind), subject)
	return err
}

// Purge deletes links that have long expired.
func (s *Service) Purge(ctx context.Context) error {
	return s.d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM ticket WHERE expires_at < $1`, tx.Now().Add(-deadTicketsKept).UnixMicro())
		return err
	})
}
