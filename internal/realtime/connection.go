package realtime

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/centrifugal/centrifuge"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// How a connection begins, and how it ends with what it was opened with.

func (h *Hub) connecting(ctx context.Context, _ centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
	id, ok := ctx.Value(viewerKey{}).(identity)
	if !ok {
		return centrifuge.ConnectReply{}, centrifuge.DisconnectInvalidToken
	}
	v, err := id.again(ctx)
	if err != nil {
		return centrifuge.ConnectReply{}, why(err)
	}
	id.viewer = v
	subscriptions := make(map[string]centrifuge.SubscribeOptions)
	for _, name := range channelsOf(v) {
		subscriptions[name] = centrifuge.SubscribeOptions{}
	}
	return centrifuge.ConnectReply{Context: context.WithValue(ctx, viewerKey{}, id), Subscriptions: subscriptions}, nil
}

// channelsOf are the channels that a viewer hears.
func channelsOf(v crm.Viewer) []string {
	names := []string{commonChannel(v.Workspace), userChannel(v.Workspace, v.User)}
	if !v.Restricted() {
		names = append(names, workspaceChannel(v.Workspace))
	}
	return names
}

// why is how a connection ends that can't be: for good, or to be tried again.
func why(err error) centrifuge.Disconnect {
	if errors.Is(err, crm.Refuse(crm.CodeUnauthenticated)) || errors.Is(err, crm.Refuse(crm.CodeNoTokens)) {
		return centrifuge.DisconnectInvalidToken
	}
	return centrifuge.DisconnectForceReconnect
}

func (h *Hub) connected(c *centrifuge.Client) {
	id, ok := c.Context().Value(viewerKey{}).(identity)
	if !ok {
		c.Disconnect(centrifuge.DisconnectInvalidToken)
		return
	}
	me := client{id.viewer, id.session, c}
	h.mu.Lock()
	h.clients[c.ID()] = me
	// Whoever comes must hear everybody's status, also if none changes.
	delete(h.statuses, id.viewer.Workspace)
	h.mu.Unlock()
	c.OnDisconnect(func(centrifuge.DisconnectEvent) {
		h.mu.Lock()
		delete(h.clients, c.ID())
		h.mu.Unlock()
	})
	// From here on a change of rights finds this connection; one just before didn't.
	if now, err := id.again(c.Context()); err != nil {
		h.drop([]client{me}, why(err))
	} else if !now.SameRights(id.viewer) {
		h.drop([]client{me}, centrifuge.DisconnectForceReconnect)
	}
	h.lookAround()
}

// drop ends connections. Nothing that is published from now on reaches them, although
// the browser hears of its end a moment later.
func (h *Hub) drop(gone []client, why centrifuge.Disconnect) {
	h.mu.Lock()
	for _, c := range gone {
		delete(h.clients, c.conn.ID())
	}
	h.mu.Unlock()
	for _, c := range gone {
		for _, name := range channelsOf(c.viewer) {
			c.conn.Unsubscribe(name)
		}
		c.conn.Disconnect(why)
	}
}

// verifyLoop ends the connections of sessions and tokens that there are no more.
func (h *Hub) verifyLoop(ctx context.Context) {
	tick := time.NewTicker(verifiesEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-h.doubt:
		}
		if err := h.verify(ctx); err != nil && ctx.Err() == nil {
			h.log.Error("looking whether sessions still hold failed", "err", err)
		}
	}
}

// Verify has all connections looked at soon, here and on other servers.
func (h *Hub) Verify() {
	h.verifySoon()
	h.d.Notify(topicDoubt, "")
}

func (h *Hub) verifySoon() {
	select {
	case h.doubt <- struct{}{}:
	default:
	}
}

func (h *Hub) verify(ctx context.Context) error {
	h.mu.Lock()
	all := slices.Collect(maps.Values(h.clients))
	h.mu.Unlock()
	if len(all) == 0 {
		return nil
	}
	users := make(map[crm.ID]bool)
	for _, c := range all {
		users[c.viewer.User] = true
	}
	var alive map[crm.ID]bool
	err := h.d.Read(ctx, func(tx *db.Tx) (err error) {
		alive, err = account.Alive(tx, slices.Sorted(maps.Keys(users)))
		return err
	})
	if err != nil {
		return err
	}
	gone := slices.DeleteFunc(all, func(c client) bool { return alive[cmp.Or(c.session, c.viewer.Token)] })
	h.drop(gone, centrifuge.DisconnectInvalidToken)
	return nil
}

// EndSession drops the connections of a session that was ended; 0 ends all of the
// user's but keep.
func (h *Hub) EndSession(user, session, keep crm.ID) {
	h.endSessionHere(user, session, keep)
	h.d.Notify(topicSession, user.String()+" "+session.String()+" "+keep.String())
}

func (h *Hub) endSessionHere(user, session, keep crm.ID) {
	h.mu.Lock()
	var gone []client
	for _, c := range h.clients {
		if c.viewer.User == user && c.session != 0 && (c.session == session || session == 0) && c.session != keep {
			gone = append(gone, c)
		}
	}
	h.mu.Unlock()
	h.drop(gone, centrifuge.DisconnectInvalidToken)
}

// recheck drops the connections of those whose rights are no longer those they
// connected with. Their browsers come back at once and are judged anew.
func (h *Hub) recheck(ctx context.Context, workspace crm.ID) error {
	var now map[crm.ID]crm.Viewer
	err := h.d.Read(ctx, func(tx *db.Tx) (err error) {
		now, err = account.Viewers(tx, workspace)
		return err
	})
	if err != nil {
		return err
	}
	h.directory.Forget(workspace)
	h.mu.Lock()
	var gone, changed []client
	for _, c := range h.clients {
		if c.viewer.Workspace != workspace {
			continue
		}
		v, ok := now[c.viewer.User]
		switch {
		case !ok, c.viewer.Token != 0 && !v.May(crm.TokensManage):
			gone = append(gone, c)
		case !v.SameRights(c.viewer):
			changed = append(changed, c)
		}
	}
	h.mu.Unlock()
	h.drop(gone, centrifuge.DisconnectInvalidToken)
	h.drop(changed, centrifuge.DisconnectForceReconnect)
	return nil
}
