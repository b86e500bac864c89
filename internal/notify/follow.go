package notify

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/inbox"
)

// follower is the name of the cursor.
const follower = "notify"

// row is a notification to make, or what one grows by.
type row struct {
	owner, contact crm.ID
	kind           Kind
	subject        crm.ID
	message, actor crm.ID
	n, stamp       int64
}

type rowKey struct {
	owner, contact crm.ID
	kind           Kind
	subject        crm.ID
}

// handle turns events into notifications. The cursor moves in the same transaction, so
// that each event counts once, also where several processes follow the log.
func (s *Service) handle(ctx context.Context, workspace crm.ID, events []eventlog.Event) error {
	// Read before the write: messages arrive while this is looked up.
	var known *decision
	err := s.o.DB.Read(ctx, func(tx *db.Tx) (err error) {
		known, err = look(tx, workspace, events)
		return err
	})
	if err != nil {
		return err
	}
	var ids []crm.ID
	err = s.o.DB.WriteSoon(ctx, func(tx *db.Tx) error {
		ids = nil
		fresh, err := advance(tx, workspace, events)
		if err != nil || len(fresh) == 0 {
			return err
		}
		rows := known.decide(fresh)
		if len(rows) == 0 {
			return nil
		}
		if ids, err = save(tx, workspace, rows); err != nil {
			return err
		}
		return s.promisePushes(tx, workspace, ids)
	})
	if err == nil && len(ids) > 0 {
		s.told(workspace, ids)
	}
	return err
}

// advance moves the cursor and returns the events that lie behind where it stood.
func advance(tx *db.Tx, workspace crm.ID, events []eventlog.Event) ([]eventlog.Event, error) {
	var seq int64
	err := tx.Row(`SELECT seq FROM follower WHERE workspace_id = $1 AND name = $2`+tx.ForUpdate(), []any{workspace, follower}, &seq)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return nil, err
	}
	events = slices.DeleteFunc(slices.Clone(events), func(e eventlog.Event) bool { return e.Seq <= seq })
	if len(events) == 0 {
		return nil, nil
	}
	return events, tx.Queue(`INSERT INTO follower (workspace_id, name, seq) VALUES ($1, $2, $3)
		ON CONFLICT (workspace_id, name) DO UPDATE SET seq = excluded.seq WHERE follower.seq < excluded.seq`,
		int64(workspace), follower, events[len(events)-1].Seq)
}

// newsFor is how long something is news. A log that is read from its beginning, after
// an upgrade, rings no bells for what everybody has long seen to.
const newsFor = 24 * time.Hour

// interesting tells whether an event may concern anybody.
func (d *decision) interesting(e *eventlog.Event) bool {
	if e.At.Before(d.since) {
		return false
	}
	switch e.Kind {
	case eventlog.MessageCreated, eventlog.MessageUpdated:
		return e.Message != 0
	case eventlog.Assigned:
		return true
	case eventlog.ScheduledChanged:
		return e.Data != ""
	case eventlog.Unsnoozed:
		return e.Actor.Source == crm.BySystem
	}
	return false
}

// decision is what deciding needs to know.
type decision struct {
	since    time.Time
	contacts map[crm.ID]*contact.Contact
	messages map[[2]crm.ID]*inbox.Message
	viewers  map[crm.ID]crm.Viewer
	rows     []row
	at       map[rowKey]int
}

// look reads what deciding about events needs.
func look(tx *db.Tx, workspace crm.ID, events []eventlog.Event) (*decision, error) {
	d := &decision{since: tx.Now().Add(-newsFor)}
	var ids []crm.ID
	var pairs [][2]crm.ID
	for _, e := range events {
		if !d.interesting(&e) {
			continue
		}
		ids = append(ids, e.Contact)
		if e.Message != 0 {
			pairs = append(pairs, [2]crm.ID{e.Contact, e.Message})
		}
	}
	if len(ids) == 0 {
		return d, nil
	}
	slices.Sort(ids)
	slices.SortFunc(pairs, func(a, b [2]crm.ID) int { return slices.Compare(a[:], b[:]) })
	var err error
	if d.contacts, err = contact.Load(tx, workspace, slices.Compact(ids), false); err != nil {
		return nil, err
	}
	if d.messages, err = inbox.GetMessages(tx, workspace, slices.Compact(pairs)); err != nil {
		return nil, err
	}
	d.viewers, err = account.Viewers(tx, workspace)
	return d, err
}

// decide returns what is to be told of events.
func (d *decision) decide(events []eventlog.Event) []row {
	d.rows, d.at = nil, make(map[rowKey]int)
	for i := range events {
		if d.interesting(&events[i]) {
			d.take(&events[i])
		}
	}
	return d.rows
}

func (d *decision) take(e *eventlog.Event) {
	c := d.contacts[e.Contact]
	if c == nil {
		return
	}
	switch e.Kind {
	case eventlog.MessageCreated:
		if m := d.messages[[2]crm.ID{e.Contact, e.Message}]; m != nil {
			d.created(c, m, e)
		}
	case eventlog.MessageUpdated:
		// The stamp is the failure's time: later news of the same failure changes nothing.
		m := d.messages[[2]crm.ID{e.Contact, e.Message}]
		if m != nil && m.Status == crm.Failed && m.Direction == crm.Outgoing && m.Source == crm.ByUser && e.Actor.ID != m.User {
			d.tell(m.User, c, row{kind: SendFailed, subject: m.ID, message: m.ID, stamp: m.FailedAt})
		}
	case eventlog.Assigned:
		var data struct {
			Assignee string `json:"assignee_id"`
		}
		_ = json.Unmarshal([]byte(e.Data), &data) // our own JSON
		if to, err := crm.ParseID(data.Assignee); err == nil && to != e.Actor.ID && to == c.Assignee {
			d.tell(to, c, row{kind: AssignedToMe, actor: e.Actor.ID, stamp: e.Seq})
		}
	case eventlog.ScheduledChanged:
		var unsent inbox.Unsent
		_ = json.Unmarshal([]byte(e.Data), &unsent) // our own JSON
		d.unsent(c, unsent, e)
	case eventlog.Unsnoozed:
		var due inbox.Due
		_ = json.Unmarshal([]byte(e.Data), &due) // our own JSON
		d.tell(c.Assignee, c, row{kind: SnoozeDue, stamp: e.Seq})
		if due.SnoozedBy != c.Assignee {
			d.tell(due.SnoozedBy, c, row{kind: SnoozeDue, stamp: e.Seq})
		}
	}
}

// created takes a new message or comment.
func (d *decision) created(c *contact.Contact, m *inbox.Message, e *eventlog.Event) {
	switch m.Direction {
	case crm.Comment:
		for _, who := range m.Content.Mentions {
			if id, err := crm.ParseID(who.UserID); err == nil && id != m.User {
				d.tell(id, c, row{kind: Mention, subject: m.ID, message: m.ID, actor: m.User, stamp: e.Seq})
			}
		}
	case crm.Incoming:
		var about inbox.Arrived
		if e.Data != "" {
			_ = json.Unmarshal([]byte(e.Data), &about) // our own JSON
		}
		if !about.History {
			d.add(row{owner: c.Assignee, contact: c.ID, kind: message, message: m.ID, n: 1, stamp: e.Seq})
		}
	}
}

// unsent takes a scheduled message that wasn't sent. Somebody must see to it: where its
// author can't be told, whoever has the contact, or else the owners.
func (d *decision) unsent(c *contact.Contact, about inbox.Unsent, e *eventlog.Event) {
	r := row{kind: SendFailed, subject: about.Scheduled, stamp: e.Seq}
	if d.tell(about.Author, c, r) {
		return
	}
	r.actor = about.Author // who of the colleagues wrote it
	if d.tell(c.Assignee, c, r) {
		return
	}
	for user, v := range d.viewers {
		if v.Role == crm.Owner {
			d.tell(user, c, r)
		}
	}
}

// tell adds a row for one user, if they are there and may see the contact, and tells
// whether they are.
func (d *decision) tell(user crm.ID, c *contact.Contact, r row) bool {
	v, ok := d.viewers[user]
	if !ok || !v.Sees(c.Assignee) {
		return false
	}
	r.owner, r.contact, r.n = user, c.ID, 1
	d.add(r)
	return true
}

func (d *decision) add(r row) {
	if r.kind.withheld() && d.contacts[r.contact].Blocked {
		return
	}
	k := rowKey{r.owner, r.contact, r.kind, r.subject}
	i, ok := d.at[k]
	if !ok {
		d.at[k] = len(d.rows)
		d.rows = append(d.rows, r)
		return
	}
	if have := &d.rows[i]; have.stamp < r.stamp {
		r.n += have.n
		*have = r
	}
}

// save stores rows, or lets those that exist grow, and returns the ids of both.
func save(tx *db.Tx, workspace crm.ID, rows []row) (ids []crm.ID, err error) {
	// In one order, so that two transactions never wait for each other in a circle.
	slices.SortStableFunc(rows, func(a, b row) int {
		x, y := []int64{int64(a.owner), int64(a.contact), int64(a.subject)}, []int64{int64(b.owner), int64(b.contact), int64(b.subject)}
		return slices.Compare(x, y)
	})
	values := make([][]any, 0, len(rows))
	for _, r := range rows {
		id := int64(tx.NewID())
		values = append(values, []any{
			int64(workspace), id, int64(r.owner), int64(r.contact), string(r.kind), int64(r.subject), int64(r.message), int64(r.actor), r.n, r.stamp, id,
		})
	}
	err = tx.InsertEach(`notification (workspace_id, id, owner_id, contact_id, kind, subject_id, message_id, actor_id, total, stamp, last_id)`,
		`ON CONFLICT (workspace_id, owner_id, contact_id, kind, subject_id) DO UPDATE SET message_id = excluded.message_id,
			actor_id = excluded.actor_id, total = notification.total + excluded.total, stamp = excluded.stamp, last_id = excluded.last_id
		WHERE notification.stamp < excluded.stamp RETURNING id`, values, func(r *sql.Rows) error {
			var id crm.ID
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		})
	return ids, err
}
