package gateway

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/jobs"
)

const (
	jobInbound = "inbound"
	// inboundBatch is how many webhooks of a channel are taken in one transaction:
	// many enough to run at the writer's speed, few enough not to hold it long.
	inboundBatch = 64
	// inboundTries is how often a webhook is tried before it is set aside.
	inboundTries = 4
)

// Accept verifies a webhook and stores it; once it returns nil the provider may
// be told so. Errors: crm.CodeNotFound, channel.ErrSignatureMissing and
// ErrSignatureWrong (nothing is stored), db.ErrUnavailable.
func (g *Gateway) Accept(ctx context.Context, ch *Channel, w channel.Webhook) error {
	receiver, ok := ch.Adapter.(channel.Receiver)
	if !ok {
		return crm.Refuse(crm.CodeNotFound)
	}
	if err := receiver.Verify(ch.View(), w); err != nil {
		return err
	}
	return g.Store(ctx, ch, w.Body)
}

// Store keeps raw events of a channel and takes them into the inbox, or promises to.
func (g *Gateway) Store(ctx context.Context, ch *Channel, raws ...[]byte) error {
	return g.door.take(ctx, &parcel{ch: ch, raws: raws})
}

// storeIn stores raw events and makes one job of them.
func (g *Gateway) storeIn(tx *db.Tx, ch *Channel, raws [][]byte) error {
	kept, err := g.keep(tx, ch, raws)
	if err != nil || len(kept) == 0 {
		return err
	}
	ids := make([]crm.ID, 0, len(kept))
	for _, k := range kept {
		ids = append(ids, k.id)
	}
	_, err = g.Queue.Enqueue(tx, jobs.Job{Workspace: ch.Workspace, Lane: inLane(ch.ID), Kind: jobInbound, Payload: joinIDs(ids)})
	return err
}

// kept is a raw event that was stored: its id, and which one of those given it is.
type kept struct {
	id    crm.ID
	index int
}

// keep stores those raw events that weren't seen before.
func (g *Gateway) keep(tx *db.Tx, ch *Channel, raws [][]byte) ([]kept, error) {
	index := make(map[crm.ID]int, len(raws))
	rows := make([][]any, 0, len(raws))
	for i, raw := range raws {
		id := tx.NewID()
		index[id] = i
		rows = append(rows, []any{int64(ch.Workspace), int64(ch.ID), int64(id), eventKey(ch, raw), tx.Micros(), "kept", raw})
	}
	var out []kept
	err := tx.InsertEach(`inbound (workspace_id, channel_id, id, event_key, received_at, state, raw)`, `ON CONFLICT (workspace_id, channel_id, event_key) DO NOTHING RETURNING id`, rows,
		func(r *sql.Rows) error {
			var id crm.ID
			err := r.Scan(&id)
			out = append(out, kept{id, index[id]})
			return err
		})
	sort.Slice(out, func(i, j int) bool { return out[i].index < out[j].index })
	return out, err
}

// storeAndDeliver stores raw events and takes them into the inbox, all in one
// transaction, unless others of the channel still wait: then they join them.
func (g *Gateway) storeAndDeliver(ctx context.Context, ch *Channel, raws [][]byte) error {
	read := make([]delivery, 0, len(raws))
	for _, raw := range raws {
		d := delivery{raw: raw}
		d.parse(ch)
		read = append(read, d)
	}
	return g.DB.Write(ctx, func(tx *db.Tx) error {
		waiting, err := g.Queue.Backlog(tx, ch.Workspace, inLane(ch.ID), 1)
		if err != nil {
			return err
		}
		if waiting > 0 {
			// Others don't wait for this channel, which may be gone when it is its turn.
			for i := range read {
				if err := g.handOn(tx, ch, &read[i]); err != nil {
					return err
				}
			}
			return g.storeIn(tx, ch, raws)
		}
		ids, err := g.keep(tx, ch, raws)
		if err != nil {
			return err
		}
		all := make([]*delivery, 0, len(ids))
		for _, k := range ids {
			d := read[k.index]
			d.id = k.id
			all = append(all, &d)
		}
		return g.deliverIn(tx, ch, all, false)
	})
}

func inLane(channelID crm.ID) string { return "in:" + channelID.String() }

func eventKey(ch *Channel, raw []byte) []byte {
	if ider, ok := ch.Adapter.(channel.EventIdentifier); ok {
		if id := ider.EventID(raw); id != "" {
			raw = []byte("id " + id)
		}
	}
	sum := sha256.Sum256(raw)
	return sum[:16]
}

// delivery is a stored webhook on its way into the inbox.
type delivery struct {
	id     crm.ID
	raw    []byte
	events []channel.Inbound
	// elsewhere names the accounts that something in it is meant for.
	elsewhere []string
	// bad says why nothing, or not everything, could be read.
	bad string
}

// process takes a channel's backlog into the inbox.
func (g *Gateway) process(ctx context.Context, batch []*jobs.Job) error {
	channelID, err := crm.ParseID(batch[0].Lane[len("in:"):])
	if err != nil {
		return err
	}
	ch, err := g.Channel(ctx, batch[0].Workspace, channelID)
	if errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
		// Disconnected meanwhile; what came before is taken in all the same.
		ch, err = g.disconnected(ctx, batch[0].Workspace, channelID)
	}
	if err != nil {
		return err
	}
	for len(batch) > 0 {
		n := some(batch)
		if err := g.processSome(ctx, ch, batch[:n]); err != nil {
			return err
		}
		batch = batch[n:]
	}
	return nil
}

// some returns how many of the jobs make a batch of webhooks.
func some(batch []*jobs.Job) int {
	webhooks := 0
	for n, j := range batch {
		webhooks += 1 + strings.Count(j.Payload, " ")
		if n > 0 && webhooks > inboundBatch {
			return n
		}
	}
	return len(batch)
}

func (g *Gateway) processSome(ctx context.Context, ch *Channel, batch []*jobs.Job) error {
	all, err := g.parse(ctx, ch, batch)
	if err != nil {
		return err
	}
	err = g.deliver(ctx, ch, all, batch)
	if err == nil || errors.Is(err, jobs.ErrLost) || errors.Is(err, db.ErrUnavailable) || ctx.Err() != nil {
		return err
	}
	g.Logger.Warn("a batch of webhooks failed, taking them one by one", "channel", ch.ID, "count", len(all), "err", err)
	if len(batch) > 1 {
		for _, j := range batch {
			if err := g.processSome(ctx, ch, []*jobs.Job{j}); err != nil {
				return err
			}
		}
		return nil
	}
	for _, d := range all {
		err := g.deliver(ctx, ch, []*delivery{d}, nil)
		if err == nil {
			continue
		}
		if batch[0].Attempt+1 < inboundTries || errors.Is(err, db.ErrUnavailable) {
			return err // tried again later, and what came after it waits: order matters
		}
		if err := g.setAside(ctx, ch, d, err); err != nil {
			return err
		}
	}
	return nil // the queue settles the job
}

// parse reads those of the jobs' webhooks that are still to be processed.
func (g *Gateway) parse(ctx context.Context, ch *Channel, batch []*jobs.Job) ([]*delivery, error) {
	ids, err := storedIDs(batch...)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	var all []*delivery
	err = g.DB.Read(ctx, func(tx *db.Tx) error {
		list, args := db.InList([]any{ch.Workspace, ch.ID}, ids)
		return tx.Each(`SELECT id, raw FROM inbound WHERE workspace_id = $1 AND channel_id = $2 AND id IN (`+list+`) AND state = 'kept' ORDER BY id`, args,
			func(r *sql.Rows) error {
				d := &delivery{}
				err := r.Scan(&d.id, &d.raw)
				all = append(all, d)
				return err
			})
	})
	if err != nil {
		return nil, err
	}
	for _, d := range all {
		d.parse(ch)
	}
	return all, nil
}

// joinIDs writes the ids of webhooks as a job has them; storedIDs reads them.
func joinIDs(ids []crm.ID) string {
	text := make([]string, 0, len(ids))
	for _, id := range ids {
		text = append(text, id.String())
	}
	return strings.Join(text, " ")
}

// storedIDs returns the ids of the webhooks that jobs are about.
func storedIDs(batch ...*jobs.Job) (ids []any, err error) {
	for _, j := range batch {
		for _, s := range strings.Fields(j.Payload) {
			id, err := crm.ParseID(s)
			if err != nil {
				return nil, err
			}
			ids = append(ids, int64(id))
		}
	}
	return ids, nil
}

// parse reads one body. Parsers are fuzzed; one that panics all the same costs its own
// body alone.
func (d *delivery) parse(ch *Channel) {
	defer func() {
		if p := recover(); p != nil {
			d.events, d.elsewhere, d.bad = nil, nil, fmt.Sprintf("panic: %v", p)
		}
	}()
	events, err := ch.Adapter.(channel.Receiver).Parse(ch.View(), d.raw)
	if err != nil {
		d.bad = err.Error()
		return
	}
	for _, e := range events {
		switch e.Kind {
		case channel.Unreadable:
			d.bad = e.Note
		case channel.Elsewhere:
			if !slices.Contains(d.elsewhere, e.Account) {
				d.elsewhere = append(d.elsewhere, e.Account)
			}
		case channel.Ignored:
		default:
			d.events = append(d.events, e)
		}
	}
}

// deliver gives the inbox what was read and settles the jobs. Without jobs it marks
// what it took, so that another run of its job leaves it alone.
func (g *Gateway) deliver(ctx context.Context, ch *Channel, all []*delivery, batch []*jobs.Job) error {
	return g.DB.WriteSoon(ctx, func(tx *db.Tx) error {
		if err := g.Queue.Done(tx, batch...); err != nil {
			return err
		}
		return g.deliverIn(tx, ch, all, len(batch) == 0)
	})
}

// deliverIn gives the inbox what was read and promises what follows from it. mark
// notes it on what was stored; mostly that no job is left says as much, and spares
// a write a message.
func (g *Gateway) deliverIn(tx *db.Tx, ch *Channel, all []*delivery, mark bool) error {
	var events []channel.Inbound
	for _, d := range all {
		events = append(events, d.events...)
		if err := g.handOn(tx, ch, d); err != nil {
			return err
		}
		state, text := "done", ""
		if d.bad != "" {
			state, text = "unreadable", clip(d.bad)
		} else if !mark {
			continue
		}
		err := tx.Queue(`UPDATE inbound SET state = $1, error = $2 WHERE workspace_id = $3 AND channel_id = $4 AND id = $5`,
			state, text, int64(ch.Workspace), int64(ch.ID), int64(d.id))
		if err != nil {
			return err
		}
	}
	received, err := g.inbox.Receive(tx, ch, events)
	if err != nil {
		return err
	}
	if err := g.promise(tx, ch, received); err != nil {
		return err
	}
	return tx.Queue(`UPDATE channel SET last_webhook_at = $1 WHERE workspace_id = $2 AND id = $3`,
		tx.Micros(), int64(ch.Workspace), int64(ch.ID))
}

// promise enqueues what follows from received events.
func (g *Gateway) promise(tx *db.Tx, ch *Channel, received []Received) error {
	for _, r := range received {
		var js []jobs.Job
		if r.Media {
			js = append(js, jobs.Job{
				Lane: "media:" + r.Message.String(), Kind: jobMedia, LimitKey: mediaKey(ch.ID),
				Payload: SendPayload(r.Contact, r.Message),
			})
		}
		if r.AckID != "" {
			js = append(js, jobs.Job{Lane: "ack:" + ch.ID.String(), Kind: jobAck, Payload: ch.ID.String() + " " + r.AckID})
		}
		if r.Templates {
			js = append(js, jobs.Job{Lane: "templates:" + ch.ID.String(), Kind: jobTemplates, Payload: ch.ID.String()})
		}
		if r.Parked != "" && tx.Dialect() == db.Postgres {
			// The send's own transaction may have looked for receipts before this one
			// is visible; SQLite's writer is alone, so there it can't.
			js = append(js, jobs.Job{
				Lane: "parked:" + r.Parked, Kind: jobParked, Payload: ch.ID.String() + " " + r.Parked, RunAt: tx.Now().Add(3 * time.Second),
			})
		}
		if r.Late != nil {
			j, err := lateJob(tx, ch, r.Late)
			if err != nil {
				return err
			}
			js = append(js, j)
		}
		for _, j := range js {
			j.Workspace = ch.Workspace
			if _, err := g.Queue.Enqueue(tx, j); err != nil {
				return err
			}
		}
		if r.Account != "" {
			err := tx.Queue(`UPDATE channel SET error_at = $1, error_code = 'account', error_text = $2 WHERE workspace_id = $3 AND id = $4`,
				tx.Micros(), clip(r.Account), int64(ch.Workspace), int64(ch.ID))
			if err != nil {
				return err
			}
			g.changed(tx, ch, crm.Actor{Source: crm.BySystem})
		}
	}
	return nil
}

// setAside takes a webhook that can't be processed out of the way; the health
// page lists it and can replay it.
func (g *Gateway) setAside(ctx context.Context, ch *Channel, d *delivery, cause error) error {
	g.Logger.Error("a webhook could not be processed and is set aside", "channel", ch.ID, "inbound", d.id, "err", cause)
	return g.DB.Write(ctx, func(tx *db.Tx) error {
		return tx.Queue(`UPDATE inbound SET state = 'dead', error = $1 WHERE workspace_id = $2 AND channel_id = $3 AND id = $4`,
			clip(cause.Error()), int64(ch.Workspace), int64(ch.ID), int64(d.id))
	})
}

// inboundDied marks the webhooks of a job that is given up, so that they are listed with
// what is in trouble and not purged with what was taken in.
func (g *Gateway) inboundDied(tx *db.Tx, j *jobs.Job) error {
	_, err := g.mark(tx, j, "kept", "dead", "given up")
	return err
}

// inboundRevived leaves a job those of its webhooks that weren't replayed by themselves.
func (g *Gateway) inboundRevived(tx *db.Tx, j *jobs.Job) error {
	ids, err := g.mark(tx, j, "dead", "kept", "")
	j.Payload = joinIDs(ids)
	return err
}

// mark puts those of a job's webhooks that are in one state into another, and returns them.
func (g *Gateway) mark(tx *db.Tx, j *jobs.Job, from, to, text string) (marked []crm.ID, err error) {
	channelID, err := crm.ParseID(strings.TrimPrefix(j.Lane, "in:"))
	if err != nil {
		return nil, err
	}
	ids, err := storedIDs(j)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	list, args := db.InList([]any{to, text, j.Workspace, channelID, from}, ids)
	err = tx.Each(`UPDATE inbound SET state = $1, error = $2 WHERE workspace_id = $3 AND channel_id = $4 AND state = $5 AND id IN (`+list+`) RETURNING id`, args,
		func(r *sql.Rows) error {
			var id crm.ID
			err := r.Scan(&id)
			marked = append(marked, id)
			return err
		})
	slices.Sort(marked)
	return marked, err
}

// Trouble is a webhook that was stored but not shown.
type Trouble struct {
	ID         crm.ID
	ReceivedAt int64
	State      string
	Error      string
	Raw        []byte
}

// Troubles lists the webhooks of a channel that could not be read or processed,
// newest first, older than before (0: all).
func (g *Gateway) Troubles(tx *db.Tx, workspace, channelID, before crm.ID, limit int) ([]Trouble, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	var out []Trouble
	err := tx.Each(`SELECT id, received_at, state, error, raw FROM inbound
		WHERE workspace_id = $1 AND channel_id = $2 AND state IN ('unreadable', 'dead') AND id < $3 ORDER BY id DESC LIMIT $4`,
		[]any{workspace, channelID, before, limit}, func(r *sql.Rows) error {
			var t Trouble
			err := r.Scan(&t.ID, &t.ReceivedAt, &t.State, &t.Error, &t.Raw)
			out = append(out, t)
			return err
		})
	return out, err
}

// Replay processes a stored webhook again.
func (g *Gateway) Replay(ctx context.Context, workspace, channelID, id crm.ID) error {
	return g.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE inbound SET state = 'kept', error = '' WHERE workspace_id = $1 AND channel_id = $2 AND id = $3
			AND state IN ('unreadable', 'dead')`, workspace, channelID, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return crm.Refuse(crm.CodeNotFound)
		}
		_, err = g.Queue.Enqueue(tx, jobs.Job{Workspace: workspace, Lane: inLane(channelID), Kind: jobInbound, Payload: id.String()})
		return err
	})
}

// Purge deletes raw webhooks that were processed before the time, in small steps.
func (g *Gateway) Purge(ctx context.Context, before time.Time) error {
	var channels [][2]crm.ID
	err := g.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(`SELECT workspace_id, id FROM channel`, nil, func(r *sql.Rows) error {
			var c [2]crm.ID
			err := r.Scan(&c[0], &c[1])
			channels = append(channels, c)
			return err
		})
	})
	if err != nil {
		return err
	}
	for _, c := range channels {
		err := g.DB.Sweep(ctx, func(tx *db.Tx) (bool, error) { return g.purgeSome(tx, c[0], c[1], before) })
		if err != nil {
			return err
		}
	}
	return g.DB.Write(ctx, func(tx *db.Tx) error {
		return tx.Queue(`DELETE FROM parked_receipt WHERE parked_at < $1`, before.UnixMicro())
	})
}

const purgeStep = 500

func (g *Gateway) purgeSome(tx *db.Tx, workspace, channelID crm.ID, before time.Time) (more bool, err error) {
	// While something of the channel waits to be processed nothing is deleted: it
	// may be old, as a replayed webhook is.
	waiting, err := g.Queue.Backlog(tx, workspace, inLane(channelID), 1)
	if err != nil || waiting > 0 {
		return false, err
	}
	n, err := tx.Exec(`DELETE FROM inbound WHERE workspace_id = $1 AND channel_id = $2 AND id IN
		(SELECT id FROM inbound WHERE workspace_id = $1 AND channel_id = $2 AND id < $3 AND state IN ('kept', 'done') ORDER BY id LIMIT $4)`,
		workspace, channelID, db.IDFrom(before), purgeStep)
	return n == purgeStep, err
}

func clip(s string) string {
	if len(s) > 1000 {
		s = s[:1000]
	}
	return crm.Clean(s)
}
