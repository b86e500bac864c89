package gateway

import (
	"context"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// Health is how a channel fares. Times are microseconds UTC, 0 for never; counts
// stop at countLimit.
type Health struct {
	LastWebhookAt int64
	LastSendAt    int64
	ErrorAt       int64
	ErrorCode     string
	ErrorText     string
	QueueIn       int
	QueueOut      int
	Unreadable    int
	Dead          int
}

const countLimit = 10_000

// Health reads how a channel fares.
func (g *Gateway) Health(tx *db.Tx, workspace, id crm.ID) (Health, error) {
	var h Health
	err := tx.Row(`SELECT last_webhook_at, last_send_at, error_at, error_code, error_text,
			(SELECT COALESCE(SUM(n), 0) FROM (SELECT LENGTH(payload) - LENGTH(REPLACE(payload, ' ', '')) + 1 AS n FROM job WHERE workspace_id = $1 AND lane = $2 LIMIT $3) a),
			(SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE workspace_id = $1 AND limit_key = $4 AND limit_key <> '' LIMIT $3) b),
			(SELECT COUNT(*) FROM (SELECT 1 FROM inbound WHERE workspace_id = $1 AND channel_id = $5 AND state IN ('unreadable', 'dead') AND state = 'unreadable' LIMIT $3) c),
			(SELECT COUNT(*) FROM (SELECT 1 FROM inbound WHERE workspace_id = $1 AND channel_id = $5 AND state IN ('unreadable', 'dead') AND state = 'dead' LIMIT $3) d)
		FROM channel WHERE workspace_id = $1 AND id = $5`,
		[]any{workspace, inLane(id), countLimit, "ch:" + id.String(), id},
		&h.LastWebhookAt, &h.LastSendAt, &h.ErrorAt, &h.ErrorCode, &h.ErrorText, &h.QueueIn, &h.QueueOut, &h.Unreadable, &h.Dead)
	return h, err
}

// sent notes a successful send and, with it, that the channel works.
func (g *Gateway) sent(tx *db.Tx, ch *Channel) error {
	err := tx.Queue(`UPDATE channel SET last_send_at = $1, status = $2 WHERE workspace_id = $3 AND id = $4`,
		tx.Micros(), string(Connected), int64(ch.Workspace), int64(ch.ID))
	if ch.Status == InError {
		g.changed(tx, ch, crm.Actor{Source: crm.BySystem})
	}
	return err
}

// recordError puts a provider's error on the channel's health page. broken marks
// the channel as in error.
func (g *Gateway) recordError(ctx context.Context, ch *Channel, se *channel.SendError, broken bool) {
	err := g.DB.Write(ctx, func(tx *db.Tx) error { return g.recordErrorIn(tx, ch, se, broken) })
	if err != nil {
		g.Logger.Error("a channel's error could not be recorded", "channel", ch.ID, "err", err, "error", se)
	}
}

func (g *Gateway) recordErrorIn(tx *db.Tx, ch *Channel, se *channel.SendError, broken bool) error {
	text := se.Title
	if se.Detail != "" && se.Detail != se.Title {
		if text != "" {
			text += ": "
		}
		text += se.Detail
	}
	if text == "" {
		text = se.Error()
	}
	status := ch.Status
	if broken {
		status = InError
	}
	code := se.Code
	if code == "" {
		code = string(se.Kind)
	}
	err := tx.Queue(`UPDATE channel SET error_at = $1, error_code = $2, error_text = $3, status = $4 WHERE workspace_id = $5 AND id = $6`,
		tx.Micros(), code, clip(text), string(status), int64(ch.Workspace), int64(ch.ID))
	if err == nil && status != ch.Status {
		g.changed(tx, ch, crm.Actor{Source: crm.BySystem})
	}
	return err
}
