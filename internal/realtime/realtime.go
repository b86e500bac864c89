// Package realtime is the browsers' live connection. It follows the event log and
// publishes what happened to those who may see it; typing, presence and counts go
// the same way without being kept. A browser that misses something sees the gap in
// seq and asks the API for the events after it.
package realtime

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
	"github.com/bandeja/bandeja/internal/inbox"
)

// countsEvery spaces the counts that a burst of events would cause.
const countsEvery = 250 * time.Millisecond

// Hub is the live connection of all browsers to this process.
type Hub struct {
	d         *db.DB
	log       *slog.Logger
	events    *eventlog.Log
	directory *account.Directory
	node      *centrifuge.Node
	taps      []tap

	mu      sync.Mutex
	clients map[string]client // by connection
	dirty   map[crm.ID]bool   // workspaces whose counts may have moved
	kick    chan struct{}
}

type client struct {
	viewer  crm.Viewer
	session crm.ID
	conn    *centrifuge.Client
}

// Tap gets what browsers get, before they do: the web chat passes on to visitors.
type Tap func(ctx context.Context, workspace crm.ID, pushes []wire.Push)

// New returns a hub. Run starts it.
func New(d *db.DB, events *eventlog.Log, directory *account.Directory, logger *slog.Logger) (*Hub, error) {
	node, err := centrifuge.New(centrifuge.Config{
		LogLevel: centrifuge.LogLevelError,
		LogHandler: func(e centrifuge.LogEntry) {
			logger.Error("realtime: "+e.Message, "fields", e.Fields)
		},
		ClientQueueMaxSize: 4 << 20,
	})
	if err != nil {
		return nil, err
	}
	h := &Hub{
		d: d, log: logger, events: events, directory: directory, node: node,
		clients: make(map[string]client), dirty: make(map[crm.ID]bool), kick: make(chan struct{}, 1),
	}
	node.OnConnecting(h.connecting)
	node.OnConnect(h.connected)
	return h, nil
}

type tap struct {
	wants func(workspace crm.ID) bool
	take  Tap
}

// Tap adds a tap, before Run. It is only called for workspaces that it wants.
func (h *Hub) Tap(wants func(workspace crm.ID) bool, take Tap) {
	h.taps = append(h.taps, tap{wants, take})
}

type viewerKey struct{}

type identity struct {
	viewer  crm.Viewer
	session crm.ID
}

// WithViewer tells the hub's handlers who is connecting.
func WithViewer(ctx context.Context, v crm.Viewer, session crm.ID) context.Context {
	ctx = centrifuge.SetCredentials(ctx, &centrifuge.Credentials{UserID: v.User.String()})
	return context.WithValue(ctx, viewerKey{}, identity{v, session})
}

// Handlers returns the transports by path: a WebSocket, and two for networks that
// let none through. They need a request prepared by WithViewer.
func (h *Hub) Handlers() map[string]http.Handler {
	return map[string]http.Handler{
		"/realtime":             centrifuge.NewWebsocketHandler(h.node, centrifuge.WebsocketConfig{}),
		"/realtime/http_stream": centrifuge.NewHTTPStreamHandler(h.node, centrifuge.HTTPStreamConfig{}),
		"/realtime/sse":         centrifuge.NewSSEHandler(h.node, centrifuge.SSEConfig{}),
		"/realtime/emulation":   centrifuge.NewEmulationHandler(h.node, centrifuge.EmulationConfig{}),
	}
}

func workspaceChannel(ws crm.ID) string { return "ws:" + ws.String() }

func userChannel(ws, user crm.ID) string { return "user:" + ws.String() + ":" + user.String() }

func (h *Hub) connecting(ctx context.Context, _ centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
	id, ok := ctx.Value(viewerKey{}).(identity)
	if !ok {
		return centrifuge.ConnectReply{}, centrifuge.DisconnectInvalidToken
	}
	return centrifuge.ConnectReply{
		Subscriptions: map[string]centrifuge.SubscribeOptions{
			workspaceChannel(id.viewer.Workspace):            {},
			userChannel(id.viewer.Workspace, id.viewer.User): {},
		},
	}, nil
}

func (h *Hub) connected(c *centrifuge.Client) {
	id, ok := c.Context().Value(viewerKey{}).(identity)
	if !ok {
		c.Disconnect(centrifuge.DisconnectInvalidToken)
		return
	}
	h.mu.Lock()
	h.clients[c.ID()] = client{id.viewer, id.session, c}
	h.mu.Unlock()
	c.OnDisconnect(func(centrifuge.DisconnectEvent) {
		h.mu.Lock()
		delete(h.clients, c.ID())
		h.mu.Unlock()
		h.presence(id.viewer.Workspace)
	})
	h.presence(id.viewer.Workspace)
}

// Online returns who has a browser connected.
func (h *Hub) Online(workspace crm.ID) map[crm.ID]bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make(map[crm.ID]bool)
	for _, c := range h.clients {
		if c.viewer.Workspace == workspace {
			out[c.viewer.User] = true
		}
	}
	return out
}

func (h *Hub) presence(workspace crm.ID) {
	online := []string{}
	for id := range h.Online(workspace) {
		online = append(online, id.String())
	}
	sort.Strings(online)
	h.publish(workspaceChannel(workspace), wire.Push{Type: "presence", Online: online})
}

const (
	topicTyping  = "typing"
	topicSession = "session"
)

// Typing tells the workspace that a contact (user 0) or a user is writing.
func (h *Hub) Typing(workspace, contactID, user crm.ID, on bool) {
	h.typingHere(workspace, contactID, user, on)
	b, err := json.Marshal([]any{workspace.String(), contactID.String(), user.String(), on})
	if err == nil {
		h.d.Notify(topicTyping, string(b))
	}
}

func (h *Hub) typingHere(workspace, contactID, user crm.ID, on bool) {
	p := wire.Push{Type: "typing", ContactID: contactID.String(), Who: "contact", On: &on}
	if user != 0 {
		p.Who, p.UserID = "user", user.String()
	}
	h.publish(workspaceChannel(workspace), p)
	for _, t := range h.taps {
		if t.wants(workspace) {
			t.take(context.Background(), workspace, []wire.Push{p})
		}
	}
}

// EndSession drops the connections of a session that was ended; 0 ends all of the
// user's but keep.
func (h *Hub) EndSession(user, session, keep crm.ID) {
	h.endSessionHere(user, session, keep)
	h.d.Notify(topicSession, user.String()+" "+session.String()+" "+keep.String())
}

func (h *Hub) endSessionHere(user, session, keep crm.ID) {
	h.mu.Lock()
	var gone []*centrifuge.Client
	for _, c := range h.clients {
		if c.viewer.User == user && (c.session == session || session == 0) && c.session != keep {
			gone = append(gone, c.conn)
		}
	}
	h.mu.Unlock()
	for _, c := range gone {
		c.Disconnect(centrifuge.DisconnectInvalidToken)
	}
}

func (h *Hub) publish(channel string, v any) {
	data, err := json.Marshal(v)
	if err == nil {
		_, err = h.node.Publish(channel, data)
	}
	if err != nil {
		h.log.Error("publishing failed", "channel", channel, "err", err)
	}
}

// Run follows the log until ctx ends, then closes the connections.
func (h *Hub) Run(ctx context.Context) error {
	if err := h.node.Run(); err != nil {
		return err
	}
	h.d.Listen(ctx, topicTyping, func(payload string) {
		var p []any
		if json.Unmarshal([]byte(payload), &p) != nil || len(p) != 4 {
			return
		}
		ids := make([]crm.ID, 3)
		for i := range ids {
			s, _ := p[i].(string)
			ids[i], _ = crm.ParseID(s) // the user may be 0
		}
		on, _ := p[3].(bool)
		h.typingHere(ids[0], ids[1], ids[2], on)
	})
	h.d.Listen(ctx, topicSession, func(payload string) {
		parts := strings.Fields(payload)
		if len(parts) != 3 {
			return
		}
		ids := make([]crm.ID, 3)
		for i, s := range parts {
			ids[i], _ = crm.ParseID(s) // 0 stands for none
		}
		h.endSessionHere(ids[0], ids[1], ids[2])
	})
	var wg sync.WaitGroup
	wg.Go(func() { h.countLoop(ctx) })
	err := h.events.Follow(ctx, eventlog.Follower{Name: "realtime", FromNow: true, Handle: h.handle})
	wg.Wait()
	shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	if serr := h.node.Shutdown(shutdown); serr != nil {
		h.log.Warn("closing the live connections took too long", "err", serr)
	}
	return err
}

func (h *Hub) handle(ctx context.Context, workspace crm.ID, events []eventlog.Event) error {
	watched := h.node.Hub().NumSubscribers(workspaceChannel(workspace)) > 0
	wanted := watched
	for _, t := range h.taps {
		wanted = wanted || t.wants(workspace)
	}
	if !wanted {
		return nil // nobody looks: whoever comes reads the log first
	}
	names, err := h.directory.Names(ctx, workspace)
	if err != nil {
		return err
	}
	pushes, err := Hydrate(ctx, h.d, workspace, events, names)
	if err != nil {
		return err
	}
	for _, t := range h.taps {
		if t.wants(workspace) {
			t.take(ctx, workspace, pushes)
		}
	}
	if !watched {
		return nil
	}
	h.publish(workspaceChannel(workspace), pushes)
	h.mu.Lock()
	h.dirty[workspace] = true
	h.mu.Unlock()
	select {
	case h.kick <- struct{}{}:
	default:
	}
	return nil
}

// countLoop sends each user the counts of their inboxes after something moved.
func (h *Hub) countLoop(ctx context.Context) {
	last := make(map[string]string)
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.kick:
		}
		h.mu.Lock()
		dirty := h.dirty
		h.dirty = make(map[crm.ID]bool)
		viewers := make(map[string]crm.Viewer)
		for _, c := range h.clients {
			if dirty[c.viewer.Workspace] {
				viewers[userChannel(c.viewer.Workspace, c.viewer.User)] = c.viewer
			}
		}
		h.mu.Unlock()
		for channel, v := range viewers {
			err := h.d.Read(ctx, func(tx *db.Tx) error {
				counts, err := inbox.Counts(tx, v)
				if err != nil {
					return err
				}
				p := wire.Push{Type: "counts", Inboxes: wire.InboxesOf(counts)}
				text, err := json.Marshal(p)
				if err == nil && last[channel] != string(text) {
					last[channel] = string(text)
					h.publish(channel, p)
				}
				return err
			})
			if err != nil && ctx.Err() == nil {
				h.log.Error("counting failed", "err", err)
			}
		}
		if len(last) > 10_000 {
			clear(last)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(countsEvery):
		}
	}
}
