package gateway

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/jobs"
)

const (
	jobPoll      = "poll"
	jobTemplates = "templates"
)

// startPolling makes sure that every polled channel has its job.
func (g *Gateway) startPolling(ctx context.Context) error {
	type ref struct{ ws, id crm.ID }
	var all []ref
	err := g.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(`SELECT workspace_id, id FROM channel WHERE deleted_at = 0`, nil, func(r *sql.Rows) error {
			var c ref
			err := r.Scan(&c.ws, &c.id)
			all = append(all, c)
			return err
		})
	})
	if err != nil {
		return err
	}
	for _, c := range all {
		ch, err := g.Channel(ctx, c.ws, c.id)
		if err == nil {
			err = g.startPollingOne(ctx, ch)
		}
		if err != nil {
			g.Logger.Error("a channel can't be started", "channel", c.id, "err", err)
		}
	}
	return nil
}

func (g *Gateway) startPollingOne(ctx context.Context, ch *Channel) error {
	p, ok := ch.Adapter.(channel.Poller)
	if !ok || !p.Polls(ch.View()) {
		return nil
	}
	lane := "poll:" + ch.ID.String()
	return g.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := g.Queue.Backlog(tx, ch.Workspace, lane, 1)
		if err != nil || n > 0 {
			return err
		}
		_, err = g.Queue.Enqueue(tx, jobs.Job{Workspace: ch.Workspace, Lane: lane, Kind: jobPoll, Payload: ch.ID.String()})
		return err
	})
}

// poll asks a provider once for news, stores it together with the cursor, and
// promises the next poll.
func (g *Gateway) poll(ctx context.Context, batch []*jobs.Job) error {
	j := batch[0]
	ch, err := g.connected(ctx, j.Workspace, j.Payload)
	if ch == nil {
		return err
	}
	poller, ok := ch.Adapter.(channel.Poller)
	if !ok || !poller.Polls(ch.View()) {
		return nil // set to webhooks meanwhile
	}
	var cursor string
	err = g.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.Row(`SELECT cursor FROM channel WHERE workspace_id = $1 AND id = $2`, []any{ch.Workspace, ch.ID}, &cursor)
	})
	if err != nil {
		return err
	}
	raws, next, err := poller.Poll(ctx, ch.View(), cursor)
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		se := channel.AsSendError(err)
		g.recordError(ctx, ch, se, se.Kind == channel.PermanentChannel)
		wait := max(se.RetryAfter, 5*time.Second)
		return g.DB.Write(ctx, func(tx *db.Tx) error { return g.Queue.Retry(tx, j, wait, nil) })
	}
	return g.DB.Write(ctx, func(tx *db.Tx) error {
		if err := g.Queue.Done(tx, j); err != nil {
			return err
		}
		if err := g.storeIn(tx, ch, raws); err != nil {
			return err
		}
		if next != cursor {
			_, err := tx.Exec(`UPDATE channel SET cursor = $1 WHERE workspace_id = $2 AND id = $3`, next, ch.Workspace, ch.ID)
			if err != nil {
				return err
			}
		}
		_, err := g.Queue.Enqueue(tx, jobs.Job{Workspace: j.Workspace, Lane: j.Lane, Kind: jobPoll, Payload: j.Payload})
		return err
	})
}

// Templates returns a channel's templates as last listed, and when. With refresh
// the provider is asked first.
func (g *Gateway) Templates(ctx context.Context, v crm.Viewer, id crm.ID, refresh bool) (list []crm.Template, at int64, err error) {
	ch, err := g.Channel(ctx, v.Workspace, id)
	if err != nil {
		return nil, 0, err
	}
	read := func() (text string, err error) {
		err = g.DB.Read(ctx, func(tx *db.Tx) error {
			return tx.Row(`SELECT templates, templates_at FROM channel WHERE workspace_id = $1 AND id = $2`,
				[]any{ch.Workspace, ch.ID}, &text, &at)
		})
		return text, err
	}
	text, err := read()
	if err == nil && (refresh || at == 0) {
		if err = g.listTemplates(ctx, ch); err == nil {
			text, err = read()
		}
	}
	if err != nil {
		return nil, 0, err
	}
	return list, at, json.Unmarshal([]byte(text), &list)
}

func (g *Gateway) listTemplates(ctx context.Context, ch *Channel) error {
	lister, ok := ch.Adapter.(channel.TemplateLister)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	list, err := lister.Templates(ctx, ch.View())
	if err != nil {
		return refusal(err)
	}
	if list == nil {
		list = []crm.Template{}
	}
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return g.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE channel SET templates = $1, templates_at = $2 WHERE workspace_id = $3 AND id = $4`,
			string(text), tx.Micros(), ch.Workspace, ch.ID)
		return err
	})
}

func (g *Gateway) refreshTemplates(ctx context.Context, batch []*jobs.Job) error {
	ch, err := g.connected(ctx, batch[0].Workspace, batch[0].Payload)
	if ch == nil {
		return err
	}
	return g.listTemplates(ctx, ch)
}
