package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/jobs"
)

// What comes before the message it is about.

const (
	jobParked = "parked"
	jobLate   = "late"
	// lateTries is how often a change is tried whose message isn't there: for two hours,
	// within which a provider that mixes up the order sends it.
	lateTries = 8
)

// unpark looks once more whether the message of a receipt is there.
func (g *Gateway) unpark(ctx context.Context, batch []*jobs.Job) error {
	channelID, external, _ := strings.Cut(batch[0].Payload, " ")
	ch, err := g.connected(ctx, batch[0].Workspace, channelID)
	if ch == nil {
		return err
	}
	return g.DB.Write(ctx, func(tx *db.Tx) error {
		if err := g.inbox.Unpark(tx, ch, external); err != nil {
			return err
		}
		return g.Queue.Done(tx, batch...)
	})
}

// lateJob is the job of a change whose message isn't there, or not yet. Those about one
// message are made in order.
func lateJob(tx *db.Tx, ch *Channel, e *channel.Inbound) (jobs.Job, error) {
	event, err := json.Marshal(e)
	return jobs.Job{
		Lane: "late:" + ch.ID.String() + ":" + e.TargetID, LimitKey: jobLate, Kind: jobLate,
		Payload: ch.ID.String() + " " + string(event), RunAt: tx.Now().Add(time.Second),
	}, err
}

// errLate means that the message of a change still isn't there.
var errLate = errors.New("gateway: the message isn't there yet")

// changeLate makes a change that came before its message, or gives up in silence: it may
// be about one from before the channel was connected.
func (g *Gateway) changeLate(ctx context.Context, batch []*jobs.Job) error {
	channelID, event, _ := strings.Cut(batch[0].Payload, " ")
	var e channel.Inbound
	if err := json.Unmarshal([]byte(event), &e); err != nil {
		return err
	}
	ch, err := g.connected(ctx, batch[0].Workspace, channelID)
	if ch == nil {
		return err
	}
	return g.DB.WriteSoon(ctx, func(tx *db.Tx) error {
		received, err := g.inbox.Receive(tx, ch, []channel.Inbound{e})
		if err != nil {
			return err
		}
		late := slices.ContainsFunc(received, func(r Received) bool { return r.Late != nil })
		if late && batch[0].Attempt < lateTries {
			return g.Queue.Retry(tx, batch[0], jobs.Backoff(batch[0].Attempt), errLate)
		}
		if !late {
			if err := g.promise(tx, ch, received); err != nil {
				return err
			}
		}
		return g.Queue.Done(tx, batch...)
	})
}
