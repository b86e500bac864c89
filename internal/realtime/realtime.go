// Package realtime is the browsers' live connection. It follows the event log and
// publishes what happened to those who may see it; typing, presence and counts go
// the same way without being kept. A browser that misses something sees the gap in
// seq and asks the API for the events after it.
package realtime

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"slices"
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
	"github.com/bandeja/bandeja/internal/notify"
)

const (
	// countsEvery spaces the counts that a burst of events would cause.
	countsEvery = 250 * time.Millisecond
	// verifiesEvery spaces the looks at whether what connections were opened with still
	// holds: what ends it may not have reached this process, as the command line.
	verifiesEvery = 30 * time.Second
)

// Hub is the live connection of all browsers to this process.
type Hub struct {
	d         *db.DB
	log       *slog.Logger
	events    *eventlog.Log
	directory *account.Directory
	node      *centrifuge.Node
	taps      []tap

	mu        sync.Mutex
	clients   map[string]client                      // by connection
	dirty     map[crm.ID]bool                        // workspaces whose counts may have moved
	statuses  map[crm.ID]map[crm.ID]account.Activity // as last published
	available map[crm.ID]availability
	kick      chan struct{}
	look      chan struct{} // somebody's status may have changed
	news      map[crm.ID]*news
	tally     *notify.Tally
	tell      chan struct{}
	doubt     chan struct{} // whether all sessions still hold
}

// availability is whether somebody was online at a time.
type availability struct {
	at    time.Time
	there bool
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
		statuses: make(map[crm.ID]map[crm.ID]account.Activity), look: make(chan struct{}, 1),
		available: make(map[crm.ID]availability), news: make(map[crm.ID]*news), tally: notify.NewTally(), tell: make(chan struct{}, 1),
		doubt: make(chan struct{}, 1),
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
	again   Again
}

// Again finds out anew who is connecting: between the request and the connection's first
// word, which the browser chooses, rights may be gone.
type Again func(context.Context) (crm.Viewer, error)

// WithViewer tells the hub's handlers who is connecting.
func WithViewer(ctx context.Context, v crm.Viewer, session crm.ID, again Again) context.Context {
	ctx = centrifuge.SetCredentials(ctx, &centrifuge.Credentials{UserID: v.User.String()})
	return context.WithValue(ctx, viewerKey{}, identity{v, session, again})
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

// Everybody of a workspace hears the common channel. What happens to contacts goes
// to the workspace's channel, which those hear who may know of every contact; the
// others get theirs, one by one, on a channel of their own.
func commonChannel(ws crm.ID) string { return "all:" + ws.String() }

func workspaceChannel(ws crm.ID) string { return "ws:" + ws.String() }

func userChannel(ws, user crm.ID) string { return "user:" + ws.String() + ":" + user.String() }

// viewers returns who is connected in a workspace, each once.
func (h *Hub) viewers(workspace crm.ID) map[crm.ID]crm.Viewer {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make(map[crm.ID]crm.Viewer)
	for _, c := range h.clients {
		if c.viewer.Workspace == workspace {
			out[c.viewer.User] = c.viewer
		}
	}
	return out
}

const (
	topicTyping  = "typing"
	topicSession = "session"
	topicStatus  = "status"
	topicNews    = "notify"
	topicDoubt   = "doubt"
)

// Typing tells those who may see a contact that the contact (user 0) or a user is
// writing.
func (h *Hub) Typing(workspace, contactID, assignee, user crm.ID, on bool) {
	h.typingHere(workspace, contactID, assignee, user, on)
	b, err := json.Marshal([]any{workspace.String(), contactID.String(), assignee.String(), user.String(), on})
	if err == nil {
		h.d.Notify(topicTyping, string(b))
	}
}

func (h *Hub) typingHere(workspace, contactID, assignee, user crm.ID, on bool) {
	p := wire.Push{Type: "typing", ContactID: contactID.String(), Who: "contact", On: &on}
	if user != 0 {
		p.Who, p.UserID = "user", user.String()
	}
	h.publish(workspaceChannel(workspace), p)
	for _, v := range h.viewers(workspace) {
		if v.Restricted() && v.Sees(assignee) {
			h.publish(userChannel(workspace, v.User), p)
		}
	}
	for _, t := range h.taps {
		if t.wants(workspace) {
			t.take(context.Background(), workspace, []wire.Push{p})
		}
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
		if json.Unmarshal([]byte(payload), &p) != nil || len(p) != 5 {
			return
		}
		ids := make([]crm.ID, 4)
		for i := range ids {
			s, _ := p[i].(string)
			ids[i], _ = crm.ParseID(s) // user and assignee may be 0
		}
		on, _ := p[4].(bool)
		h.typingHere(ids[0], ids[1], ids[2], ids[3], on)
	})
	h.d.Listen(ctx, topicStatus, func(string) { h.lookAround() })
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
	h.d.Listen(ctx, topicNews, h.newsFrom)
	h.d.Listen(ctx, topicDoubt, func(string) { h.verifySoon() })
	var wg sync.WaitGroup
	wg.Go(func() { h.newsLoop(ctx) })
	wg.Go(func() { h.countLoop(ctx) })
	wg.Go(func() { h.statusLoop(ctx) })
	wg.Go(func() { h.verifyLoop(ctx) })
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
	for i := range events {
		if events[i].Kind == eventlog.MembersChanged {
			// Before anything is published: rights may have been taken away.
			if err := h.recheck(ctx, workspace); err != nil {
				return err
			}
			break
		}
	}
	viewers := h.viewers(workspace)
	wanted := len(viewers) > 0
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
	if len(viewers) == 0 {
		return nil
	}
	h.publish(workspaceChannel(workspace), pushes)
	for _, v := range viewers {
		if v.Restricted() {
			h.publish(userChannel(workspace, v.User), wire.Visible(pushes, v))
		}
	}
	h.countSoon(workspace)
	return nil
}

// countSoon sends the counts anew to a workspace's browsers.
func (h *Hub) countSoon(workspace crm.ID) {
	h.mu.Lock()
	h.dirty[workspace] = true
	h.mu.Unlock()
	select {
	case h.kick <- struct{}{}:
	default:
	}
}

// Seen sends the viewer's other browsers the counts after an inbox was opened.
func (h *Hub) Seen(workspace crm.ID) { h.countSoon(workspace) }

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
		h.mu.Unlock()
		for workspace := range dirty {
			viewers := h.viewers(workspace)
			if len(viewers) == 0 {
				continue
			}
			if err := h.count(ctx, workspace, viewers, last); err != nil && ctx.Err() == nil {
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

// count reads a workspace's board once and sends each viewer what has changed for
// them.
func (h *Hub) count(ctx context.Context, workspace crm.ID, viewers map[crm.ID]crm.Viewer, last map[string]string) error {
	var board *inbox.Board
	err := h.d.Read(ctx, func(tx *db.Tx) (err error) {
		board, err = inbox.LoadBoard(tx, workspace, 0)
		return err
	})
	if err != nil {
		return err
	}
	for _, v := range viewers {
		p := wire.Push{Type: "counts", Inboxes: wire.InboxesOf(board.Counts(v))}
		text, err := json.Marshal(p)
		if err != nil {
			return err
		}
		if channel := userChannel(workspace, v.User); last[channel] != string(text) {
			last[channel] = string(text)
			h.publish(channel, p)
		}
	}
	return nil
}

// statusEvery is how soon others see that somebody has gone.
const statusEvery = 5 * time.Second

// Available tells whether a user of the workspace is online. It is asked for every
// visitor of a web chat, so it may be statusEvery old.
func (h *Hub) Available(workspace crm.ID) bool {
	h.mu.Lock()
	a := h.available[workspace]
	h.mu.Unlock()
	if time.Since(a.at) < statusEvery {
		return a.there
	}
	a.at = time.Now()
	err := h.d.Read(context.Background(), func(tx *db.Tx) error {
		statuses, err := account.Statuses(tx, workspace)
		if err == nil {
			a.there = slices.Contains(slices.Collect(maps.Values(statuses)), account.Online)
		}
		return err
	})
	if err != nil {
		h.log.Warn("reading who is there failed", "err", err) // as before, then
	}
	h.mu.Lock()
	h.available[workspace] = a
	h.mu.Unlock()
	return a.there
}

// StatusChanged makes every process look at who is there.
func (h *Hub) StatusChanged() {
	h.lookAround()
	h.d.Notify(topicStatus, "")
}

func (h *Hub) lookAround() {
	select {
	case h.look <- struct{}{}:
	default:
	}
}

// statusLoop tells a workspace's browsers who is online, busy or gone. The truth is
// in the database, where every process notes what its users do.
func (h *Hub) statusLoop(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.look:
		case <-time.After(statusEvery):
		}
		h.mu.Lock()
		workspaces := make(map[crm.ID]bool)
		for _, c := range h.clients {
			workspaces[c.viewer.Workspace] = true
		}
		h.mu.Unlock()
		for ws := range workspaces {
			var now map[crm.ID]account.Activity
			err := h.d.Read(ctx, func(tx *db.Tx) (err error) {
				now, err = account.Statuses(tx, ws)
				return err
			})
			if err != nil {
				if ctx.Err() == nil {
					h.log.Error("reading who is there failed", "err", err)
				}
				continue
			}
			h.mu.Lock()
			before, known := h.statuses[ws]
			h.statuses[ws] = now
			h.mu.Unlock()
			if known && maps.Equal(before, now) {
				continue
			}
			h.publish(commonChannel(ws), wire.Push{Type: "presence", Statuses: wire.StatusesOf(now)})
		}
	}
}
