package inbox

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/content"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// Message is a message or a comment. Times are microseconds UTC, 0 for never.
type Message struct {
	Workspace    crm.ID
	Contact      crm.ID
	ID           crm.ID
	Conversation crm.ID
	Channel      crm.ID
	Direction    crm.Direction
	Source       crm.Source
	User         crm.ID
	Content      crm.Content
	Status       crm.Status
	CreatedAt    int64
	// SentAt is the provider's time of an incoming message, and when an outgoing
	// one was sent.
	SentAt      int64
	DeliveredAt int64
	ReadAt      int64
	FailedAt    int64
	EditedAt    int64
	DeletedAt   int64
	Error       *crm.DeliveryError
	Quote       *Quote
	Reactions   []Reaction
	ExternalID  string
	// ClientRef is the Idempotency-Key it was created with.
	ClientRef string
}

// Quote is the message that another answers, as it was then.
type Quote struct {
	// ID is 0 where the quoted message isn't known here.
	ID        crm.ID          `json:"id,omitempty"`
	Text      string          `json:"text,omitempty"`
	Kind      crm.ContentKind `json:"kind,omitempty"`
	Direction crm.Direction   `json:"direction,omitempty"`
	User      crm.ID          `json:"user,omitempty"`
}

// Reaction is an emoji on a message, by the contact or by us. One that was taken back
// stays without its emoji, so that an older one that comes late doesn't set it again.
type Reaction struct {
	Emoji string `json:"emoji"`
	By    string `json:"by"`
	// At is when it was set or taken back.
	At int64 `json:"at,omitempty"`
}

const messageColumns = `contact_id, id, conversation_id, channel_id, direction, source, user_id, content, status,
	created_at, sent_at, delivered_at, read_at, failed_at, edited_at, deleted_at, error, quote, reactions, external_id, client_ref`

func scanMessage(r *sql.Rows, workspace crm.ID) (*Message, error) {
	m := &Message{Workspace: workspace}
	var content, failure, quote, reactions string
	err := r.Scan(&m.Contact, &m.ID, &m.Conversation, &m.Channel, &m.Direction, &m.Source, &m.User, &content, &m.Status,
		&m.CreatedAt, &m.SentAt, &m.DeliveredAt, &m.ReadAt, &m.FailedAt, &m.EditedAt, &m.DeletedAt,
		&failure, &quote, &reactions, &m.ExternalID, &m.ClientRef)
	if err != nil {
		return nil, err
	}
	for text, out := range map[string]any{content: &m.Content, failure: &m.Error, quote: &m.Quote, reactions: &m.Reactions} {
		if text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(text), out); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// document encodes a part of a message; "" for nothing.
func document[T any](v *T) string {
	if v == nil {
		return ""
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain structs of ours
	}
	return string(b)
}

func reactions(list []Reaction) string {
	if len(list) == 0 {
		return ""
	}
	return document(&list)
}

func insertMessage(tx *db.Tx, m *Message) error { return insertMessages(tx, [][]any{m.row()}) }

// row is the message as insertMessages takes it.
func (m *Message) row() []any {
	return []any{
		int64(m.Workspace), int64(m.Contact), int64(m.ID), int64(m.Conversation), int64(m.Channel), string(m.Direction),
		string(m.Source), int64(m.User), document(&m.Content), string(m.Status), m.CreatedAt, m.SentAt,
		quoteID(m.Quote), document(m.Quote), m.ExternalID, m.ClientRef,
	}
}

func insertMessages(tx *db.Tx, rows [][]any) error {
	return tx.Insert(`message (workspace_id, contact_id, id, conversation_id, channel_id, direction, source, user_id,
		content, status, created_at, sent_at, reply_to, quote, external_id, client_ref)`, "", rows)
}

func quoteID(q *Quote) int64 {
	if q == nil {
		return 0
	}
	return int64(q.ID)
}

// saveMessage stores what may change of a message.
func saveMessage(tx *db.Tx, m *Message) error {
	return tx.Queue(`UPDATE message SET content = $1, status = $2, sent_at = $3, delivered_at = $4, read_at = $5, failed_at = $6,
			edited_at = $7, deleted_at = $8, error = $9, reactions = $10, external_id = $11
		WHERE workspace_id = $12 AND contact_id = $13 AND id = $14`,
		document(&m.Content), string(m.Status), m.SentAt, m.DeliveredAt, m.ReadAt, m.FailedAt, m.EditedAt, m.DeletedAt,
		document(m.Error), reactions(m.Reactions), m.ExternalID, int64(m.Workspace), int64(m.Contact), int64(m.ID))
}

// ref names a message.
type ref struct{ contact, message crm.ID }

// Messages returns the messages of the refs that exist.
func loadMessages(tx *db.Tx, workspace crm.ID, refs []ref) (map[ref]*Message, error) {
	out := make(map[ref]*Message, len(refs))
	for some := range slices.Chunk(refs, atOnce) {
		args := []any{workspace}
		var values strings.Builder
		for i := range db.Batched(len(some)) {
			r := some[min(i, len(some)-1)]
			if i > 0 {
				values.WriteByte(',')
			}
			fmt.Fprintf(&values, "(CAST($%d AS BIGINT),CAST($%d AS BIGINT))", len(args)+1, len(args)+2)
			args = append(args, int64(r.contact), int64(r.message))
		}
		err := tx.Each(`SELECT `+messageColumns+` FROM message WHERE workspace_id = $1 AND (contact_id, id) IN (VALUES `+values.String()+`)`,
			args, func(r *sql.Rows) error {
				m, err := scanMessage(r, workspace)
				if err == nil {
					out[ref{m.Contact, m.ID}] = m
				}
				return err
			})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// getMessage returns a contact's message; crm.CodeNotFound where it doesn't exist.
func getMessage(tx *db.Tx, workspace, contactID, id crm.ID) (*Message, error) {
	r := ref{contactID, id}
	found, err := loadMessages(tx, workspace, []ref{r})
	if err != nil {
		return nil, err
	}
	if found[r] == nil {
		return nil, crm.Refuse(crm.CodeNotFound)
	}
	return found[r], nil
}

// GetMessages returns those messages of the pairs of contact and message that exist.
func GetMessages(tx *db.Tx, workspace crm.ID, pairs [][2]crm.ID) (map[[2]crm.ID]*Message, error) {
	refs := make([]ref, 0, len(pairs))
	for _, p := range pairs {
		refs = append(refs, ref{p[0], p[1]})
	}
	found, err := loadMessages(tx, workspace, refs)
	out := make(map[[2]crm.ID]*Message, len(found))
	for r, m := range found {
		out[[2]crm.ID{r.contact, r.message}] = m
	}
	return out, err
}

// findExternal returns the messages that a channel's external ids name.
func findExternal(tx *db.Tx, workspace, channelID crm.ID, ids []string) (map[string]ref, error) {
	out := make(map[string]ref, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	list, args := db.InList([]any{workspace, channelID}, ids)
	err := tx.Each(`SELECT external_id, contact_id, message_id FROM message_external
		WHERE workspace_id = $1 AND channel_id = $2 AND external_id IN (`+list+`)`, args, func(r *sql.Rows) error {
		var id string
		var m ref
		err := r.Scan(&id, &m.contact, &m.message)
		out[id] = m
		return err
	})
	return out, err
}

// addExternals stores which message an external id names.
func addExternals(tx *db.Tx, rows [][]any) error {
	return tx.Insert(`message_external (workspace_id, channel_id, external_id, contact_id, message_id)`, "", rows)
}

// quoteOf returns m as another message quotes it.
func quoteOf(m *Message) *Quote {
	return &Quote{ID: m.ID, Text: m.Content.Preview(), Kind: m.Content.Kind, Direction: m.Direction, User: m.User}
}

// useFiles notes that a message has its files: it keeps them, and shows them to whoever
// may see its contact.
func useFiles(tx *db.Tx, m *Message) error {
	files := m.Content.Attachments
	if m.Content.Template != nil {
		for _, c := range m.Content.Template.Components {
			for _, p := range c.Parameters {
				if p.Attachment != nil {
					files = append(files[:len(files):len(files)], *p.Attachment)
				}
			}
		}
	}
	rows := make([][]any, 0, len(files))
	ids := make([]int64, 0, len(files))
	for _, a := range files {
		if id, err := crm.ParseID(a.FileID); err == nil {
			rows = append(rows, []any{int64(m.Workspace), int64(id), int64(m.Contact)})
			ids = append(ids, int64(id))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if err := tx.Insert(`file_use (workspace_id, file_id, contact_id)`, ` ON CONFLICT DO NOTHING`, rows); err != nil {
		return err
	}
	list, args := db.InList([]any{int64(m.Workspace)}, ids)
	return tx.Queue(`UPDATE file SET waiting = FALSE WHERE workspace_id = $1 AND id IN (`+list+`) AND waiting`, args...)
}

// SeesFile tells whether a viewer may have a file: their own upload, a colleague's
// picture, one that the timeline of a contact shows whom they may know of, or one of
// a snippet that they have.
func SeesFile(tx *db.Tx, v crm.Viewer, file, contactID, uploader crm.ID) (bool, error) {
	if !v.Restricted() || uploader == v.User {
		return true, nil
	}
	list, args := db.InList([]any{v.Workspace, file, contactID}, v.Scope())
	var n int
	err := tx.Row(`SELECT CASE WHEN EXISTS (SELECT 1 FROM member WHERE workspace_id = $1 AND picture_id = $2)
		OR EXISTS (SELECT 1 FROM contact WHERE workspace_id = $1 AND id = $3 AND assignee_id IN (`+list+`))
		OR EXISTS (SELECT 1 FROM file_use f JOIN contact c ON c.workspace_id = f.workspace_id AND c.id = f.contact_id
			WHERE f.workspace_id = $1 AND f.file_id = $2 AND c.assignee_id IN (`+list+`)) THEN 1 ELSE 0 END`, args, &n)
	if err != nil || n == 1 {
		return n == 1, err
	}
	return content.Carries(tx, v, file)
}

// touch makes m, which was sent or received, the newest of its contact, if it is.
func (t *tracked) touch(m *Message, channelType string) {
	if m.ID < t.Last.ID {
		return
	}
	t.Last = contact.Last{
		At: m.CreatedAt, ID: m.ID, Direction: m.Direction, Kind: m.Content.Kind, Text: m.Content.Preview(),
		Source: m.Source, User: m.User, Channel: m.Channel, ChannelType: channelType,
	}
	t.Unreplied = m.Direction == crm.Incoming && t.Conversation != 0 && !t.Blocked
	t.dirty = true
	t.mark(m)
}

// mark notes on the contact's row that its newest message didn't get through.
func (t *tracked) mark(m *Message) {
	s := m.Status
	if s != crm.Failed && s != crm.Uncertain {
		s = ""
	}
	if t.Last.ID == m.ID && t.Last.Status != s {
		t.Last.Status, t.dirty = s, true
	}
}
