package gateway

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/jobs"
)

const (
	jobSend     = "send"
	jobAck      = "ack"
	jobMarkRead = "mark_read"
	// sendTimeout bounds one provider call with its upload.
	sendTimeout = 60 * time.Second
	// sendTries is how often a transient failure is tried again.
	sendTries = 6
)

// SendPayload names a message in a job, and to the provider as Outbound.Ref.
func SendPayload(contact, message crm.ID) string {
	return contact.String() + "." + message.String()
}

// ParsePayload reads what SendPayload wrote.
func ParsePayload(s string) (contact, message crm.ID, err error) {
	a, b, _ := strings.Cut(s, ".")
	if contact, err = crm.ParseID(a); err != nil {
		return 0, 0, err
	}
	message, err = crm.ParseID(b)
	return contact, message, err
}

// Dispatch promises to send a queued message. A contact's messages go in the
// order they were dispatched.
func (g *Gateway) Dispatch(tx *db.Tx, ch *Channel, contact, message crm.ID) error {
	_, err := g.Queue.Enqueue(tx, jobs.Job{
		Workspace: ch.Workspace, Lane: "out:" + contact.String(), Kind: jobSend,
		LimitKey: ch.LimitKey(), Payload: SendPayload(contact, message),
	})
	return err
}

func (g *Gateway) send(ctx context.Context, batch []*jobs.Job) error {
	j := batch[0]
	contact, message, err := ParsePayload(j.Payload)
	if err != nil {
		return err
	}
	var out *Outbound
	err = g.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = g.inbox.Outbound(tx, j.Workspace, contact, message)
		return err
	})
	if err != nil || out == nil {
		return err
	}
	settle := func(o Outcome, settleJob func(tx *db.Tx) error) error {
		// What the provider did must be recorded even while stopping.
		return g.persist(ctx, func(tx *db.Tx) error {
			o.Reaction = out.Send.React
			if err := g.inbox.Settle(tx, j.Workspace, contact, message, o); err != nil {
				return err
			}
			return settleJob(tx)
		})
	}
	done := func(tx *db.Tx) error { return g.Queue.Done(tx, j) }

	ch, err := g.Channel(ctx, j.Workspace, out.Channel)
	if errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
		return settle(Outcome{Status: crm.Failed, Error: &crm.DeliveryError{Code: "channel_disconnected"}}, done)
	}
	if err != nil {
		return err
	}
	sender, ok := ch.Adapter.(channel.Sender)
	if !ok {
		return settle(Outcome{Status: crm.Failed, Error: &crm.DeliveryError{Code: "channel_cannot_send"}}, done)
	}
	if j.Interrupted && !out.Forced && !ch.About.Capabilities.Idempotent {
		// The process died between taking the job and recording the answer: the
		// request may have left, so it isn't repeated.
		return settle(Outcome{Status: crm.Uncertain, Error: &crm.DeliveryError{Code: "interrupted"}}, done)
	}

	out.Send.Open = g.Files.Attached(j.Workspace)
	j.Begun = true
	callCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTimeout)
	receipt, err := sender.Send(callCtx, ch.View(), out.Send)
	cancel()
	if err == nil {
		if receipt.Status == "" {
			receipt.Status = crm.Sent
		}
		return settle(Outcome{Status: receipt.Status, Receipt: receipt}, func(tx *db.Tx) error {
			if err := g.sent(tx, ch); err != nil {
				return err
			}
			return g.Queue.Done(tx, j)
		})
	}
	// What went of a message of several parts is known by its ids later.
	parts := func(o Outcome, settleJob func(tx *db.Tx) error) error {
		o.Receipt = receipt
		return settle(o, settleJob)
	}
	return g.sendFailed(ctx, ch, j, channel.AsSendError(err), parts)
}

// sendFailed decides what becomes of a message that didn't go.
func (g *Gateway) sendFailed(ctx context.Context, ch *Channel, j *jobs.Job, se *channel.SendError,
	settle func(Outcome, func(*db.Tx) error) error,
) error {
	g.Logger.Info("a send failed", "channel", ch.ID, "job", j.ID, "attempt", j.Attempt, "kind", se.Kind, "err", se)
	words := &crm.DeliveryError{Code: se.Code, Title: se.Title, Detail: se.Detail, Final: se.Partial}
	if words.Title == "" && words.Detail == "" {
		words.Detail = strings.TrimSpace(string(se.Kind))
	}
	done := func(tx *db.Tx) error { return g.Queue.Done(tx, j) }
	// These two kinds are answers that nothing went (channel.ErrorKind); a message of
	// which some parts went has neither (wire.Partly).
	j.Begun = se.Kind != channel.Throttled && se.Kind != channel.Transient
	switch se.Kind {
	case channel.Throttled:
		wait := se.RetryAfter
		if wait <= 0 {
			wait = jobs.Backoff(j.Attempt)
		}
		g.Queue.Pause(ch.LimitKey(), min(wait, 10*time.Minute))
		return g.persist(ctx, func(tx *db.Tx) error { return g.Queue.Retry(tx, j, wait, nil) })
	case channel.Transient:
		if j.Attempt < sendTries {
			wait := max(jobs.Backoff(j.Attempt), se.RetryAfter)
			return g.persist(ctx, func(tx *db.Tx) error { return g.Queue.Retry(tx, j, wait, se) })
		}
	case channel.UncertainResult:
		return settle(Outcome{Status: crm.Uncertain, Error: words}, done)
	case channel.PermanentChannel:
		return settle(Outcome{Status: crm.Failed, Error: words}, func(tx *db.Tx) error {
			if err := g.recordErrorIn(tx, ch, se, true); err != nil {
				return err
			}
			return g.Queue.Done(tx, j)
		})
	}
	return settle(Outcome{Status: crm.Failed, Error: words, Unreachable: se.Kind == channel.PermanentContact}, done)
}

// persist writes what happened outside and must not be forgotten: it tries until
// the database takes it.
func (g *Gateway) persist(ctx context.Context, fn func(tx *db.Tx) error) error {
	ctx = context.WithoutCancel(ctx)
	delay := 20 * time.Millisecond
	for try := 1; ; try++ {
		err := g.DB.Write(ctx, fn)
		if err == nil || !errors.Is(err, db.ErrUnavailable) || try > 40 {
			return err
		}
		g.Logger.Error("the outcome of a send can't be stored yet, trying again", "err", err)
		time.Sleep(delay)
		delay = min(delay*2, 2*time.Second)
	}
}

// Acknowledge and mark_read are courtesies to the provider.

func (g *Gateway) acknowledge(ctx context.Context, batch []*jobs.Job) error {
	id, ack, _ := strings.Cut(batch[0].Payload, " ")
	return g.courtesy(ctx, batch[0], id, func(ctx context.Context, ch *Channel) error {
		if a, ok := ch.Adapter.(channel.Acknowledger); ok {
			return a.Acknowledge(ctx, ch.View(), ack)
		}
		return nil
	})
}

// PromiseRead tells the provider, later, that a contact's message was read.
func (g *Gateway) PromiseRead(tx *db.Tx, ch *Channel, contact crm.ID, address, externalID string) error {
	if _, ok := ch.Adapter.(channel.ReadMarker); !ok || externalID == "" {
		return nil
	}
	_, err := g.Queue.Enqueue(tx, jobs.Job{
		Workspace: ch.Workspace, Lane: "read:" + contact.String(), Kind: jobMarkRead,
		Payload: ch.ID.String() + " " + address + " " + externalID,
	})
	return err
}

func (g *Gateway) markRead(ctx context.Context, batch []*jobs.Job) error {
	parts := strings.SplitN(batch[0].Payload, " ", 3)
	if len(parts) != 3 {
		return fmt.Errorf("gateway: bad payload %q", batch[0].Payload)
	}
	return g.courtesy(ctx, batch[0], parts[0], func(ctx context.Context, ch *Channel) error {
		if m, ok := ch.Adapter.(channel.ReadMarker); ok {
			return m.MarkRead(ctx, ch.View(), channel.Address{Key: parts[1]}, parts[2])
		}
		return nil
	})
}

// courtesy calls the provider; only what may pass later is tried again.
func (g *Gateway) courtesy(ctx context.Context, j *jobs.Job, channelID string, call func(context.Context, *Channel) error) error {
	ch, err := g.connected(ctx, j.Workspace, channelID)
	if ch == nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := call(ctx, ch); err != nil {
		if k := channel.AsSendError(err).Kind; (k == channel.Transient || k == channel.Throttled) && j.Attempt < 2 {
			return err
		}
		g.Logger.Debug("a courtesy call failed", "kind", j.Kind, "channel", ch.ID, "err", err)
	}
	return nil
}

// Typing shows the contact that somebody is writing; failures are only logged.
func (g *Gateway) Typing(ctx context.Context, ch *Channel, to channel.Address, lastIncoming string) {
	t, ok := ch.Adapter.(channel.Typer)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := t.Typing(ctx, ch.View(), to, lastIncoming); err != nil {
		g.Logger.Debug("typing could not be shown", "channel", ch.ID, "err", err)
	}
}
