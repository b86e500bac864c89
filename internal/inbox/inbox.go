// Package inbox is the heart: conversations, messages, the timeline, assignment,
// unread marks, the lists and their counts. Everything it does is one transaction
// with its events in the log.
package inbox

import (
	"log/slog"
	"sort"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/gateway"
	"github.com/bandeja/bandeja/internal/jobs"
)

// Inbox does what users and channels do with conversations.
type Inbox struct {
	d      *db.DB
	events *eventlog.Log
	queue  *jobs.Queue
	gw     *gateway.Gateway
	log    *slog.Logger
	sparse *sparse
}

// New returns the inbox, registers its jobs and makes it the gateway's.
func New(events *eventlog.Log, gw *gateway.Gateway, logger *slog.Logger) *Inbox {
	in := &Inbox{d: gw.DB, events: events, queue: gw.Queue, gw: gw, log: logger, sparse: newSparse(gw.DB)}
	gw.SetInbox(in)
	in.queue.Handle(jobHandOver, jobs.Handler{Run: in.runHandOver})
	in.queue.Handle(jobBulk, jobs.Handler{Run: in.runBulk})
	in.queue.Handle(jobUnsnooze, jobs.Handler{Run: in.runUnsnooze})
	// Those of one contact wait for each other, with a connection each.
	in.queue.SetLimit(jobScheduled, jobs.Limit{Concurrency: 4})
	in.queue.Handle(jobScheduled, jobs.Handler{Run: in.runScheduled, Died: in.scheduledDied})
	return in
}

// Conversation is an interval in a contact's life. Times are microseconds UTC.
type Conversation struct {
	ID           crm.ID
	Contact      crm.ID
	OpenedAt     int64
	OpenedSource crm.Source
	OpenedBy     crm.ID
}

// workset holds the contacts that a transaction changes: their rows as they were
// and as they will be. Saving moves the counts by the difference, so no path can
// forget them.
type workset struct {
	in        *Inbox
	tx        *db.Tx
	workspace crm.ID
	contacts  map[crm.ID]*tracked
	// unassigns is whether closing unassigns; nil until it is looked up.
	unassigns *bool
	// welcome is set while a channel's welcome opens a conversation.
	welcome bool
}

type tracked struct {
	*contact.Contact
	before contact.Contact
	// fresh contacts were inserted by this transaction: nothing is counted yet.
	fresh bool
	dirty bool
}

// sameState tells that the conversation, its assignee and the block are as they were.
func (t *tracked) sameState() bool {
	a, b := t.Contact, &t.before
	return !t.fresh && a.Assignee == b.Assignee && a.Status == b.Status && a.StatusSince == b.StatusSince &&
		a.Conversation == b.Conversation && a.Blocked == b.Blocked && a.SnoozedUntil == b.SnoozedUntil && a.BotOn == b.BotOn
}

func (in *Inbox) work(tx *db.Tx, workspace crm.ID) *workset {
	return &workset{in: in, tx: tx, workspace: workspace, contacts: make(map[crm.ID]*tracked)}
}

// load locks contacts and adds them to the set, in id order so that two
// transactions never wait for each other in a circle.
func (w *workset) load(ids ...crm.ID) error {
	missing := ids[:0:0]
	for _, id := range ids {
		if w.contacts[id] == nil {
			missing = append(missing, id)
		}
	}
	found, err := contact.Load(w.tx, w.workspace, missing, true)
	if err != nil {
		return err
	}
	for id, c := range found {
		w.contacts[id] = &tracked{Contact: c, before: *c}
	}
	return nil
}

// one locks a contact; crm.CodeNotFound where it doesn't exist.
func (w *workset) one(id crm.ID) (*tracked, error) {
	if err := w.load(id); err != nil {
		return nil, err
	}
	t := w.contacts[id]
	if t == nil {
		return nil, crm.Refuse(crm.CodeNotFound)
	}
	return t, nil
}

// seen is one for a viewer: a contact that is hidden from them doesn't exist.
func (w *workset) seen(v crm.Viewer, id crm.ID) (*tracked, error) {
	t, err := w.one(id)
	if err == nil && !v.Sees(t.Assignee) {
		return nil, crm.Refuse(crm.CodeNotFound)
	}
	return t, err
}

func (w *workset) append(e eventlog.Event) { w.in.events.Append(w.tx, w.workspace, e) }

// save writes the changed contacts and moves the counts.
func (w *workset) save() error {
	ids := make([]crm.ID, 0, len(w.contacts))
	for id, t := range w.contacts {
		if t.dirty {
			ids = append(ids, id)
		}
	}
	sort.Slice(ids, func(i, j int) bool { return ids[i] < ids[j] })
	moves := make(map[countKey]counts)
	for _, id := range ids {
		t := w.contacts[id]
		save := contact.SaveState
		if t.sameState() {
			save = contact.SaveLast
		}
		if err := save(w.tx, t.Contact); err != nil {
			return err
		}
		if !t.fresh {
			move(moves, &t.before, -1)
		}
		move(moves, t.Contact, 1)
		t.before, t.fresh, t.dirty = *t.Contact, false, false
	}
	return saveCounts(w.tx, w.workspace, moves)
}

// countKey is a row of inbox_count.
type countKey struct {
	assignee crm.ID
	status   crm.ConversationStatus
}

type counts struct{ contacts, unread int64 }

func move(moves map[countKey]counts, c *contact.Contact, by int64) {
	k := countKey{c.Assignee, c.Status}
	switch {
	case c.Blocked:
		k.status = blockedCount
	case c.Status == crm.Closed:
		return // no screen shows how many are closed
	}
	n := moves[k]
	n.contacts += by
	if c.Unread > 0 {
		n.unread += by
	}
	moves[k] = n
}

func saveCounts(tx *db.Tx, workspace crm.ID, moves map[countKey]counts) error {
	keys := make([]countKey, 0, len(moves))
	for k, n := range moves {
		if n != (counts{}) {
			keys = append(keys, k)
		}
	}
	sort.Slice(keys, func(i, j int) bool {
		if keys[i].assignee != keys[j].assignee {
			return keys[i].assignee < keys[j].assignee
		}
		return keys[i].status < keys[j].status
	})
	for _, k := range keys {
		n := moves[k]
		err := tx.Queue(`INSERT INTO inbox_count (workspace_id, assignee_id, status, contacts, unread) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (workspace_id, assignee_id, status) DO UPDATE
			SET contacts = inbox_count.contacts + excluded.contacts, unread = inbox_count.unread + excluded.unread`,
			int64(workspace), int64(k.assignee), string(k.status), n.contacts, n.unread)
		if err != nil {
			return err
		}
	}
	return nil
}
