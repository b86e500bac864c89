package gateway

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"unicode/utf8"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/jobs"
)

// ChannelStatus is the state of a connected channel.
type ChannelStatus string

// The statuses. A channel in error still takes webhooks; its sends fail.
const (
	Connected    ChannelStatus = "connected"
	InError      ChannelStatus = "error"
	Disconnected ChannelStatus = "disconnected"
)

// Channel is a connected account. It is never changed once loaded.
type Channel struct {
	Workspace crm.ID
	ID        crm.ID
	Type      string
	Name      string
	Handle    string
	Key       string
	Config    channel.Config
	Status    ChannelStatus
	CreatedAt int64
	Adapter   channel.Adapter
	About     channel.Description
	view      *channel.Channel
}

// Space is the space of the channel's contact keys.
func (c *Channel) Space() string {
	if c.About.PerChannel {
		return c.About.IdentityKind + ":" + c.ID.String()
	}
	return c.About.IdentityKind
}

// LimitKey is the limit key of the channel's sends.
func (c *Channel) LimitKey() string { return "ch:" + c.ID.String() }

// View is the channel as its adapter sees it.
func (c *Channel) View() *channel.Channel { return c.view }

// WebhookURL is the address the provider calls; only its path where no public
// address is set.
func (g *Gateway) WebhookURL(c *Channel) string {
	return g.PublicURL + "/hooks/" + c.Type + "/" + c.Key
}

const channelColumns = `workspace_id, id, type, name, handle, hook_key, config, status, created_at`

func (g *Gateway) scan(r *sql.Rows) (*Channel, error) {
	c := &Channel{}
	var sealed []byte
	if err := r.Scan(&c.Workspace, &c.ID, &c.Type, &c.Name, &c.Handle, &c.Key, &sealed, &c.Status, &c.CreatedAt); err != nil {
		return c, err
	}
	text, err := g.Keys.Open(sealed, sealPurpose(c.ID))
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(text, &c.Config); err != nil {
		return c, err
	}
	return c, g.complete(c)
}

func sealPurpose(id crm.ID) string { return "channel " + id.String() }

// complete adds what follows from the stored values.
func (g *Gateway) complete(c *Channel) error {
	c.Adapter = g.adapters[c.Type]
	if c.Adapter == nil {
		return crm.RefuseField("type", crm.CodeUnknownType, "type", c.Type)
	}
	c.About = c.Adapter.Describe()
	c.view = &channel.Channel{ID: c.ID, Key: c.Key, Config: c.Config, HTTP: g.guarded}
	if g.PublicURL != "" {
		c.view.WebhookURL = g.WebhookURL(c)
	}
	if c.Config["api_base_url"] != "" || g.OpenNetwork {
		c.view.HTTP = g.private
	}
	return nil
}

// Channel returns a workspace's channel; crm.CodeNotFound where there is none.
func (g *Gateway) Channel(ctx context.Context, workspace, id crm.ID) (*Channel, error) {
	g.mu.RLock()
	c := g.byID[id]
	g.mu.RUnlock()
	if c == nil {
		var err error
		if c, err = g.load(ctx, `WHERE workspace_id = $1 AND id = $2 AND deleted_at = 0`, workspace, id); err != nil {
			return nil, err
		}
	}
	if c.Workspace != workspace {
		return nil, crm.Refuse(crm.CodeNotFound)
	}
	return c, nil
}

// connected returns the channel that a job names, or nil where it is gone by now, and
// with it what there was to do.
func (g *Gateway) connected(ctx context.Context, workspace crm.ID, id string) (*Channel, error) {
	channelID, err := crm.ParseID(id)
	if err != nil {
		return nil, err
	}
	ch, err := g.Channel(ctx, workspace, channelID)
	if errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
		return nil, nil
	}
	return ch, err
}

// ByKey returns the channel of a webhook address; crm.CodeNotFound where there is none.
func (g *Gateway) ByKey(ctx context.Context, typ, key string) (*Channel, error) {
	g.mu.RLock()
	c := g.byKey[key]
	g.mu.RUnlock()
	if c == nil {
		var ws, id crm.ID
		err := g.DB.Read(ctx, func(tx *db.Tx) error {
			return tx.Row(`SELECT workspace_id, channel_id FROM hook_key WHERE hook_key = $1`, []any{key}, &ws, &id)
		})
		if errors.Is(err, db.ErrNotFound) {
			return nil, crm.Refuse(crm.CodeNotFound)
		}
		if err != nil {
			return nil, err
		}
		if c, err = g.Channel(ctx, ws, id); err != nil {
			return nil, err
		}
	}
	if c.Type != typ {
		return nil, crm.Refuse(crm.CodeNotFound)
	}
	return c, nil
}

func (g *Gateway) load(ctx context.Context, where string, args ...any) (*Channel, error) {
	found, err := g.find(ctx, where+` LIMIT 1`, args...)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, crm.Refuse(crm.CodeNotFound)
	}
	c := found[0]
	limit := jobs.Limit{PerSecond: c.About.Capabilities.PerSecond, Concurrency: 16}
	limit.Burst = max(1, int(limit.PerSecond/2))
	g.Queue.SetLimit(c.LimitKey(), limit)
	g.Queue.SetLimit(mediaKey(c.ID), jobs.Limit{Concurrency: 4})
	if c.Status == Connected { // another process may have found that it works again
		g.Queue.Resume(mediaKey(c.ID))
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.byID[c.ID], g.byKey[c.Key] = c, c
	return c, nil
}

// disconnected returns a channel that was deleted, with what is left of its values.
func (g *Gateway) disconnected(ctx context.Context, workspace, id crm.ID) (*Channel, error) {
	found, err := g.find(ctx, `WHERE workspace_id = $1 AND id = $2 AND deleted_at > 0`, workspace, id)
	if err == nil && len(found) == 0 {
		err = crm.Refuse(crm.CodeNotFound)
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

func (g *Gateway) find(ctx context.Context, where string, args ...any) (out []*Channel, err error) {
	err = g.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = g.findIn(tx, where, args...)
		return err
	})
	return out, err
}

func (g *Gateway) findIn(tx *db.Tx, where string, args ...any) (out []*Channel, err error) {
	err = tx.Each(`SELECT `+channelColumns+` FROM channel `+where, args, func(r *sql.Rows) error {
		c, err := g.scan(r)
		out = append(out, c)
		return err
	})
	return out, err
}

// readable returns the channels that can be read: one that can't, for it was written by
// a newer version or with another key, is no reason to do without the others.
func (g *Gateway) readable(tx *db.Tx, where string, args ...any) (out []*Channel, err error) {
	err = tx.Each(`SELECT `+channelColumns+` FROM channel `+where, args, func(r *sql.Rows) error {
		c, err := g.scan(r)
		if err != nil {
			g.Logger.Error("a channel could not be read and is left out", "channel", c.ID, "err", err)
			return nil
		}
		out = append(out, c)
		return nil
	})
	return out, err
}

// List returns a workspace's channels, oldest first.
func (g *Gateway) List(tx *db.Tx, workspace crm.ID) ([]*Channel, error) {
	return g.readable(tx, `WHERE workspace_id = $1 AND deleted_at = 0 ORDER BY id LIMIT 200`, workspace)
}

// others returns the connected channels of a channel's type but itself, of all
// workspaces: the provider knows none.
func (g *Gateway) others(tx *db.Tx, c *Channel) ([]*Channel, error) {
	return g.readable(tx, `WHERE type = $1 AND id <> $2 AND deleted_at = 0 ORDER BY id LIMIT 1000`, c.Type, c.ID)
}

// isFree refuses an account that another channel has: the provider knows one webhook
// of it, so one of the two would hear nothing.
func (g *Gateway) isFree(tx *db.Tx, c *Channel) error {
	connector, ok := c.Adapter.(channel.Connector)
	if !ok {
		return nil
	}
	account := connector.AccountID(c.View())
	if account == "" {
		return nil
	}
	if tx.Dialect() == db.Postgres { // two that connect it at once would not see each other
		if _, err := tx.Exec(`SELECT pg_advisory_xact_lock(7236542)`); err != nil {
			return err
		}
	}
	others, err := g.others(tx, c)
	if err != nil {
		return err
	}
	for _, o := range others {
		if connector.AccountID(o.View()) != account {
			continue
		}
		if o.Workspace != c.Workspace {
			return crm.RefuseField("config", crm.CodeAccountElsewhere)
		}
		return crm.RefuseField("config", crm.CodeAccountConnected, "channel", o.Name)
	}
	return nil
}

const topicChannels = "channels"

// forget drops a changed channel from memory, here and in the other processes.
func (g *Gateway) forget(id crm.ID) {
	g.forgetHere(id)
	g.DB.Notify(topicChannels, id.String())
}

func (g *Gateway) forgetHere(id crm.ID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if c := g.byID[id]; c != nil {
		delete(g.byID, id)
		delete(g.byKey, c.Key)
	}
	clear(g.takers)
	g.changes++
}

// Run keeps the channels fresh until ctx ends.
func (g *Gateway) Run(ctx context.Context) error {
	g.DB.Listen(ctx, topicChannels, func(payload string) {
		if id, err := crm.ParseID(payload); err == nil {
			g.forgetHere(id)
		}
	})
	return g.startPolling(ctx)
}

// Create connects a channel: it checks the values, asks the provider whether
// they work (unless check is false), stores the channel and subscribes to its
// webhooks.
func (g *Gateway) Create(ctx context.Context, v crm.Viewer, typ, name string, values channel.Config, check bool) (*Channel, error) {
	c := &Channel{Workspace: v.Workspace, ID: g.DB.NewID(), Type: typ, Status: Connected, Key: randomKey(24)}
	c.Config = channel.Config{}
	if err := g.complete(c); err != nil {
		return nil, err
	}
	if err := c.setName(name); err != nil {
		return nil, err
	}
	if err := g.apply(v, c, values, true); err != nil {
		return nil, err
	}
	if err := g.complete(c); err != nil {
		return nil, err
	}
	if connector, ok := c.Adapter.(channel.Connector); ok && check {
		account, err := connector.Check(ctx, c.View())
		if err != nil {
			return nil, refusal(err)
		}
		c.Handle = account.Handle
		if c.Name == "" {
			c.Name = account.Name
		}
	}
	if c.Name == "" {
		c.Name = c.About.Name.In(string(v.Language))
	}
	if err := g.store(ctx, v, c, nil); err != nil {
		return nil, err
	}
	if check {
		g.subscribe(ctx, c)
	}
	return c, g.startPollingOne(ctx, c)
}

func (c *Channel) setName(name string) error {
	c.Name = strings.TrimSpace(crm.Clean(name))
	if utf8.RuneCountInString(c.Name) > 60 {
		return crm.RefuseField("name", crm.CodeTooLong, "max", 60)
	}
	return nil
}

// subscribe points the provider's webhooks at us, or away where news are asked for. A
// failure is shown on the channel's health; the channel exists all the same.
func (g *Gateway) subscribe(ctx context.Context, c *Channel) {
	connector, ok := c.Adapter.(channel.Connector)
	poller, may := c.Adapter.(channel.Poller)
	polls := may && poller.Polls(c.View())
	if !ok || c.View().WebhookURL == "" && !polls {
		return
	}
	if err := connector.Subscribe(ctx, c.View()); err != nil {
		g.recordError(ctx, c, channel.AsSendError(err), false)
	}
}

// store writes a channel as it is now; old is what it was, nil for a new one.
func (g *Gateway) store(ctx context.Context, v crm.Viewer, c, old *Channel) error {
	text, err := json.Marshal(c.Config)
	if err != nil {
		return err
	}
	sealed := g.Keys.Seal(text, sealPurpose(c.ID))
	return g.DB.Write(ctx, func(tx *db.Tx) error {
		if old == nil || !sameAccount(c, old) {
			if err := g.isFree(tx, c); err != nil {
				return err
			}
		}
		if old == nil {
			c.CreatedAt = tx.Micros()
			if err := tx.Queue(`INSERT INTO hook_key (hook_key, workspace_id, channel_id) VALUES ($1, $2, $3)`,
				c.Key, int64(c.Workspace), int64(c.ID)); err != nil {
				return err
			}
			err = tx.Queue(`INSERT INTO channel (workspace_id, id, type, name, handle, hook_key, config, status, created_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
				int64(c.Workspace), int64(c.ID), c.Type, c.Name, c.Handle, c.Key, sealed, string(c.Status), c.CreatedAt)
		} else {
			err = tx.Queue(`UPDATE channel SET name = $1, handle = $2, config = $3, status = $4 WHERE workspace_id = $5 AND id = $6`,
				c.Name, c.Handle, sealed, string(c.Status), int64(c.Workspace), int64(c.ID))
		}
		if err != nil {
			return err
		}
		g.changed(tx, c, v.Actor())
		return nil
	})
}

func sameAccount(a, b *Channel) bool {
	connector, ok := a.Adapter.(channel.Connector)
	return !ok || connector.AccountID(a.View()) == connector.AccountID(b.View())
}

// changed tells everybody, after the commit, that a channel is another.
func (g *Gateway) changed(tx *db.Tx, c *Channel, by crm.Actor) {
	g.Events.Append(tx, c.Workspace, eventlog.Event{
		Kind: eventlog.ChannelChanged, Actor: by, Data: eventlog.Data(map[string]string{"channel_id": c.ID.String()}),
	})
	tx.OnCommit(func() { g.forget(c.ID) })
}

// Update changes a channel's name and values; nil leaves them.
func (g *Gateway) Update(ctx context.Context, v crm.Viewer, id crm.ID, name *string, values channel.Config) (*Channel, error) {
	old, err := g.Channel(ctx, v.Workspace, id)
	if err != nil {
		return nil, err
	}
	c := *old
	c.Config = make(channel.Config, len(old.Config))
	for k, value := range old.Config {
		c.Config[k] = value
	}
	if name != nil {
		if err := c.setName(*name); err != nil {
			return nil, err
		}
		if c.Name == "" {
			return nil, crm.RefuseField("name", crm.CodeRequired)
		}
	}
	if err := g.apply(v, &c, values, false); err != nil {
		return nil, err
	}
	if err := g.complete(&c); err != nil {
		return nil, err
	}
	if err := g.store(ctx, v, &c, old); err != nil || maps.Equal(old.Config, c.Config) {
		return &c, err
	}
	// The provider knows another secret, address or way by now.
	g.Queue.Resume(mediaKey(c.ID))
	g.subscribe(ctx, &c)
	return &c, g.startPollingOne(ctx, &c)
}

// Check asks the provider again whether a channel's credentials work.
func (g *Gateway) Check(ctx context.Context, v crm.Viewer, id crm.ID) (channel.Account, error) {
	c, err := g.Channel(ctx, v.Workspace, id)
	if err != nil {
		return channel.Account{}, err
	}
	connector, ok := c.Adapter.(channel.Connector)
	if !ok {
		return channel.Account{Name: c.Name}, nil
	}
	account, err := connector.Check(ctx, c.View())
	if err != nil {
		se := channel.AsSendError(err)
		g.recordError(ctx, c, se, se.Kind == channel.PermanentChannel)
		return account, err
	}
	g.Queue.Resume(mediaKey(c.ID))
	g.subscribe(ctx, c)
	next := *c
	next.Status = Connected
	if account.Handle != "" {
		next.Handle = account.Handle
	}
	if next.Status != c.Status || next.Handle != c.Handle {
		err = g.store(ctx, v, &next, c)
	}
	return account, err
}

// Delete disconnects a channel. What was said over it stays, and what it brought and
// still waits is taken in.
func (g *Gateway) Delete(ctx context.Context, v crm.Viewer, id crm.ID) error {
	c, err := g.Channel(ctx, v.Workspace, id)
	if err != nil {
		return err
	}
	if err := g.unsubscribe(ctx, c); err != nil {
		g.Logger.Warn("the provider could not be told that the channel is gone", "channel", c.ID, "err", err)
	}
	left, err := json.Marshal(c.withoutSecrets())
	if err != nil {
		return err
	}
	return g.DB.Write(ctx, func(tx *db.Tx) error {
		err := tx.Queue(`UPDATE channel SET deleted_at = $1, status = $2, config = $3 WHERE workspace_id = $4 AND id = $5`,
			tx.Micros(), string(Disconnected), g.Keys.Seal(left, sealPurpose(c.ID)), int64(c.Workspace), int64(c.ID))
		if err != nil {
			return err
		}
		if err := tx.Queue(`DELETE FROM hook_key WHERE hook_key = $1`, c.Key); err != nil {
			return err
		}
		g.changed(tx, c, v.Actor())
		return nil
	})
}

func (g *Gateway) unsubscribe(ctx context.Context, c *Channel) error {
	connector, ok := c.Adapter.(channel.Connector)
	if !ok || c.View().WebhookURL == "" {
		return nil
	}
	var rest []*channel.Channel
	err := g.DB.Read(ctx, func(tx *db.Tx) error {
		others, err := g.others(tx, c)
		for _, o := range others {
			rest = append(rest, o.View())
		}
		return err
	})
	if err != nil {
		return err
	}
	return connector.Unsubscribe(ctx, c.View(), rest)
}

// withoutSecrets is what webhooks that are stored already can still be read with.
func (c *Channel) withoutSecrets() channel.Config {
	left := channel.Config{}
	for _, f := range c.About.Fields {
		if f.Kind != channel.FieldSecret && c.Config[f.Key] != "" {
			left[f.Key] = c.Config[f.Key]
		}
	}
	return left
}

// refusal turns a failed check into words for whoever connects the channel.
func refusal(err error) error {
	se := channel.AsSendError(err)
	code := crm.CodeProviderDown
	switch se.Kind {
	case channel.PermanentChannel, channel.PermanentMessage, channel.PermanentContact:
		code = crm.CodeCredentialsRefused
	}
	text := strings.TrimSpace(se.Title + " " + se.Detail)
	if text == "" && se.Err != nil {
		text = se.Err.Error()
	}
	return crm.RefuseField("config", code, "provider", text)
}

func randomKey(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
