// Package eventlog is the log of everything that happened in a workspace: it is
// appended to in the transaction that did it, and followed from a cursor. The
// sequence number is taken as the last statement before commit, under the
// workspace's row lock, so it is gap-free and in commit order on both databases.
package eventlog

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// Kind names what happened.
type Kind string

// The kinds. Those that a contact's timeline shows are appended with Timeline set.
const (
	MessageCreated     Kind = "message_created"
	MessageUpdated     Kind = "message_updated"
	ContactCreated     Kind = "contact_created"
	ContactUpdated     Kind = "contact_updated"
	ConversationOpened Kind = "conversation_opened"
	ConversationClosed Kind = "conversation_closed"
	Assigned           Kind = "assigned"
	Unassigned         Kind = "unassigned"
	ChannelAdded       Kind = "channel_added"
	ChannelEvent       Kind = "channel_event"
	PageChange         Kind = "page_change"
	Welcome            Kind = "welcome"
	ContactBlocked     Kind = "contact_blocked"
	ContactUnblocked   Kind = "contact_unblocked"
	IdentityChanged    Kind = "identity_changed"
	ChannelChanged     Kind = "channel_changed"
	MembersChanged     Kind = "members_changed"
	FieldsChanged      Kind = "fields_changed"
	InboxesChanged     Kind = "inboxes_changed"
	SnippetsChanged    Kind = "snippets_changed"
	ScheduledChanged   Kind = "scheduled_changed"
	BulkChanged        Kind = "bulk_changed"
	Snoozed            Kind = "snoozed"
	Unsnoozed          Kind = "unsnoozed"
	BotOff             Kind = "bot_off"
	BotOn              Kind = "bot_on"
	TagsChanged        Kind = "tags_changed"
	AssignFailed       Kind = "assign_failed"
	BroadcastSent      Kind = "broadcast_sent"
	WorkflowStarted    Kind = "workflow_started"
	WorkflowEnded      Kind = "workflow_ended"
	ContactMerged      Kind = "contact_merged"
	ContactUnmerged    Kind = "contact_unmerged"
	// The contact blocked us at the provider, and took it back; contact_blocked is what we do.
	ChannelBlocked   Kind = "channel_blocked"
	ChannelUnblocked Kind = "channel_unblocked"
)

// Event is one thing that happened.
type Event struct {
	// Seq is set by the log: 1, 2, 3 … in each workspace.
	Seq int64
	// ID sorts the event among the contact's messages. Append makes one where it is 0.
	ID           crm.ID
	At           time.Time
	Kind         Kind
	Contact      crm.ID
	Conversation crm.ID
	Message      crm.ID
	Actor        crm.Actor
	// Data is JSON, "" for none.
	Data string
	// Timeline tells that the contact's timeline shows it.
	Timeline bool
}

// Log appends events and wakes those who follow.
type Log struct {
	d   *db.DB
	log *slog.Logger

	mu        sync.Mutex
	followers []*follower
}

// New returns the log of a database.
func New(d *db.DB, logger *slog.Logger) *Log {
	return &Log{d: d, log: logger}
}

type txKey struct{}

type collected struct {
	workspaces []crm.ID
	events     map[crm.ID][]Event
}

// Append adds an event to the transaction. It is written with the commit.
func (l *Log) Append(tx *db.Tx, workspace crm.ID, e Event) {
	c, _ := tx.Value(txKey{}).(*collected)
	if c == nil {
		c = &collected{events: make(map[crm.ID][]Event)}
		tx.SetValue(txKey{}, c)
		tx.Last(func(tx *db.Tx) error { return l.flush(tx, c) })
		tx.OnCommit(func() { l.Wake(c.workspaces...) })
	}
	if e.ID == 0 {
		e.ID = tx.NewID()
	}
	if e.At.IsZero() {
		e.At = tx.Now()
	}
	if c.events[workspace] == nil {
		c.workspaces = append(c.workspaces, workspace)
	}
	c.events[workspace] = append(c.events[workspace], e)
}

// Data encodes an event's data.
func Data(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own plain structs and maps
	}
	return string(b)
}

func (l *Log) flush(tx *db.Tx, c *collected) error {
	for _, ws := range c.workspaces {
		events := c.events[ws]
		if err := tx.Queue(`UPDATE workspace SET event_seq = event_seq + $1 WHERE id = $2`, len(events), ws); err != nil {
			return err
		}
		for i := 0; i < len(events); {
			n := db.Chunk(len(events) - i)
			if err := insert(tx, ws, events[i:i+n], len(events)-1-i); err != nil {
				return err
			}
			i += n
		}
	}
	return nil
}

// insert writes events that lie behind the workspace's newest seq by behind,
// behind-1 …: the number is known to the database alone, so one round trip is
// enough.
func insert(tx *db.Tx, ws crm.ID, events []Event, behind int) error {
	args := make([]any, 0, 11*len(events)+1)
	for i, e := range events {
		args = append(args, int64(behind-i), int64(e.ID), e.At.UnixMicro(), string(e.Kind), int64(e.Contact),
			int64(e.Conversation), int64(e.Message), string(e.Actor.Source), int64(e.Actor.ID), e.Data, e.Timeline)
	}
	return tx.Queue(insertText(len(events)), append(args, int64(ws))...)
}

var insertTexts sync.Map // number of events → string

func insertText(n int) string {
	if text, ok := insertTexts.Load(n); ok {
		return text.(string)
	}
	var b strings.Builder
	b.WriteString(`INSERT INTO event (workspace_id, seq, id, at, kind, contact_id, conversation_id, message_id, actor_source, actor_id, data, timeline)
		SELECT w.id, w.event_seq - v.column1, v.column2, v.column3, v.column4, v.column5, v.column6, v.column7, v.column8, v.column9, v.column10, v.column11
		FROM workspace w, (VALUES `)
	types := []string{"BIGINT", "BIGINT", "BIGINT", "TEXT", "BIGINT", "BIGINT", "BIGINT", "TEXT", "BIGINT", "TEXT", "BOOLEAN"}
	p := 0
	for row := range n {
		values := make([]string, len(types))
		for i, t := range types {
			p++
			values[i] = fmt.Sprintf("CAST($%d AS %s)", p, t)
		}
		if row > 0 {
			b.WriteByte(',')
		}
		b.WriteString("(" + strings.Join(values, ",") + ")")
	}
	fmt.Fprintf(&b, `) v WHERE w.id = $%d`, p+1)
	insertTexts.Store(n, b.String())
	return b.String()
}

const columns = `seq, id, at, kind, contact_id, conversation_id, message_id, actor_source, actor_id, data, timeline`

func scan(r *sql.Rows) (Event, error) {
	var e Event
	var at int64
	err := r.Scan(&e.Seq, &e.ID, &at, &e.Kind, &e.Contact, &e.Conversation, &e.Message,
		&e.Actor.Source, &e.Actor.ID, &e.Data, &e.Timeline)
	e.At = time.UnixMicro(at).UTC()
	return e, err
}

// After returns up to limit events of a workspace with a larger seq.
func After(tx *db.Tx, workspace crm.ID, seq int64, limit int) ([]Event, error) {
	var events []Event
	err := tx.Each(`SELECT `+columns+` FROM event WHERE workspace_id = $1 AND seq > $2 ORDER BY seq`+db.Limit(limit),
		[]any{workspace, seq}, func(r *sql.Rows) error {
			e, err := scan(r)
			events = append(events, e)
			return err
		})
	return events, err
}

// Timeline returns up to limit timeline events of a contact whose id is below
// (down) or above id, nearest first.
func Timeline(tx *db.Tx, workspace, contact, id crm.ID, down bool, limit int) ([]Event, error) {
	q := `SELECT ` + columns + ` FROM event WHERE workspace_id = $1 AND contact_id = $2 AND timeline AND id > $3 ORDER BY id`
	if down {
		q = `SELECT ` + columns + ` FROM event WHERE workspace_id = $1 AND contact_id = $2 AND timeline AND id < $3 ORDER BY id DESC`
	}
	var events []Event
	err := tx.Each(q+db.Limit(limit), []any{workspace, contact, id}, func(r *sql.Rows) error {
		e, err := scan(r)
		events = append(events, e)
		return err
	})
	return events, err
}

// Head returns the workspace's last seq.
func Head(tx *db.Tx, workspace crm.ID) (seq int64, err error) {
	err = tx.Row(`SELECT event_seq FROM workspace WHERE id = $1`, []any{workspace}, &seq)
	return seq, err
}

const topic = "events"

// Wake makes the followers look at the workspaces.
func (l *Log) Wake(workspaces ...crm.ID) {
	l.wakeHere(workspaces...)
	for _, ws := range workspaces {
		l.d.Notify(topic, ws.String())
	}
}

func (l *Log) wakeHere(workspaces ...crm.ID) {
	l.mu.Lock()
	followers := l.followers
	l.mu.Unlock()
	for _, f := range followers {
		f.wake(workspaces...)
	}
}

// Run listens to the other processes of this database until ctx ends.
func (l *Log) Run(ctx context.Context) {
	l.d.Listen(ctx, topic, func(payload string) {
		if n, err := strconv.ParseInt(payload, 10, 64); err == nil {
			l.wakeHere(crm.ID(n))
		}
	})
}
