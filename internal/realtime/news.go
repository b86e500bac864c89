package realtime

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
	"github.com/bandeja/bandeja/internal/notify"
)

const (
	// newsEvery spaces what is told of notifications in a burst.
	newsEvery = 500 * time.Millisecond
	// newsChunk is how many ids go to the other processes at once.
	newsChunk = 200
)

// news is what a workspace's browsers are to be told of notifications.
type news struct {
	// ids are of notifications that were made or grew; users have read or archived some.
	ids, users map[crm.ID]bool
}

// Notified tells those whom notifications concern that these were made or grew.
func (h *Hub) Notified(workspace crm.ID, ids []crm.ID) {
	h.newsHere(workspace, ids, nil)
	for chunk := range slices.Chunk(ids, newsChunk) {
		h.d.Notify(topicNews, "ids "+workspace.String()+" "+strings.Join(wire.IDs(chunk), " "))
	}
}

// NotificationsRead tells a user's other browsers how many new ones are left.
func (h *Hub) NotificationsRead(workspace, user crm.ID) {
	h.newsHere(workspace, nil, []crm.ID{user})
	h.d.Notify(topicNews, "user "+workspace.String()+" "+user.String())
}

func (h *Hub) newsFrom(payload string) {
	words := strings.Fields(payload)
	var ids []crm.ID
	for _, w := range words[min(1, len(words)):] {
		id, err := crm.ParseID(w)
		if err != nil {
			return
		}
		ids = append(ids, id)
	}
	switch {
	case len(ids) < 2:
	case words[0] == "ids":
		h.newsHere(ids[0], ids[1:], nil)
	default:
		h.newsHere(ids[0], nil, ids[1:])
	}
}

func (h *Hub) newsHere(workspace crm.ID, ids, users []crm.ID) {
	h.mu.Lock()
	n := h.news[workspace]
	if n == nil {
		n = &news{ids: make(map[crm.ID]bool), users: make(map[crm.ID]bool)}
		h.news[workspace] = n
	}
	for _, id := range ids {
		n.ids[id] = true
	}
	for _, u := range users {
		n.users[u] = true
	}
	h.mu.Unlock()
	select {
	case h.tell <- struct{}{}:
	default:
	}
}

// newsLoop tells users of their notifications, each their own.
func (h *Hub) newsLoop(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.tell:
		}
		h.mu.Lock()
		all := h.news
		h.news = make(map[crm.ID]*news)
		h.mu.Unlock()
		for workspace, n := range all {
			viewers := h.viewers(workspace)
			if len(viewers) == 0 {
				continue
			}
			if err := h.tellNews(ctx, workspace, n, viewers); err != nil && ctx.Err() == nil {
				h.log.Error("telling of notifications failed", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(newsEvery):
		}
	}
}

func (h *Hub) tellNews(ctx context.Context, workspace crm.ID, n *news, viewers map[crm.ID]crm.Viewer) error {
	names, err := h.directory.Names(ctx, workspace)
	if err != nil {
		return err
	}
	out := make(map[crm.ID]wire.Push)
	err = h.d.Read(ctx, func(tx *db.Tx) error {
		told, err := h.tally.Deliver(tx, workspace, slices.Collect(maps.Keys(n.ids)), slices.Collect(maps.Keys(n.users)), viewers)
		if err != nil {
			return err
		}
		var list []notify.Notification
		for _, d := range told {
			for i := range d.Items {
				list = append(list, d.Items[i].Notification)
			}
		}
		about, err := notify.Describe(tx, workspace, list)
		if err != nil {
			return err
		}
		for u, d := range told {
			p := wire.Push{Type: "notifications", Unread: &d.Unread}
			for i := range d.Items {
				a := &d.Items[i]
				if c := about.Contacts[a.Contact]; c != nil {
					p.Notifications = append(p.Notifications, wire.Alert{
						Notification: wire.NotificationOf(&a.Notification, c, about.Message(&a.Notification), names), Desktop: a.Desktop, Sound: a.Sound,
					})
				}
			}
			out[u] = p
		}
		return nil
	})
	if err != nil {
		return err
	}
	for u, p := range out {
		h.publish(userChannel(workspace, u), p)
	}
	return nil
}
