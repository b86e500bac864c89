package inbox

import (
	"database/sql"
	"strconv"
	"time"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/search"
)

// textEdited is the data of a MessageUpdated whose text is another.
const textEdited = "edited"

// Texts returns what messages say that events are about: the index's source.
func Texts(tx *db.Tx, workspace crm.ID, events []eventlog.Event) ([]search.Doc, error) {
	var refs []ref
	for _, e := range events {
		if e.Kind == eventlog.MessageCreated || e.Kind == eventlog.MessageUpdated && e.Data == strconv.Quote(textEdited) {
			refs = append(refs, ref{e.Contact, e.Message})
		}
	}
	found, err := loadMessages(tx, workspace, refs)
	if err != nil {
		return nil, err
	}
	docs := make([]search.Doc, 0, len(refs))
	for _, r := range refs {
		m := found[r]
		if m == nil || m.DeletedAt != 0 {
			continue
		}
		if text := m.Content.Searchable(); text != "" {
			docs = append(docs, search.Doc{Contact: m.Contact, Message: m.ID, Comment: m.Direction == crm.Comment, Text: text})
		}
		delete(found, r) // edited twice meanwhile: once is enough
	}
	return docs, nil
}

// TextQuery asks for messages by their words.
type TextQuery struct {
	Text string
	// Comments looks for comments only; otherwise for messages only.
	Comments bool
	// Contact, where not 0, is the only one whose messages are looked at.
	Contact crm.ID
	Cursor  string
	Limit   int
}

// TextHit is a message that has the words.
type TextHit struct {
	Message *Message
	Contact *contact.Contact
	// Parts is the text around the first of them.
	Parts []search.Part
}

// searchTime is how long a page may be looked for. A page that is over time is
// short or empty, and its cursor goes on.
const searchTime = 25 * time.Millisecond

// TextPage is a page of messages with the words, newest first.
type TextPage struct {
	Hits []TextHit
	// Next is the next cursor, "" at the end.
	Next string
	// Behind is set on the first page while newer messages are still being indexed.
	Behind bool
}

// SearchTexts returns a page of the messages with the words.
func SearchTexts(tx *db.Tx, v crm.Viewer, q TextQuery) (p TextPage, err error) {
	question := search.Ask(q.Text)
	sq := search.Query{
		Workspace: v.Workspace, Question: question, Comments: q.Comments, Limit: 2 * q.Limit,
		Until: time.Now().Add(searchTime), Read: Texts,
	}
	if q.Cursor != "" {
		c, err := parseCursor(q.Cursor)
		if err != nil {
			return p, err
		}
		sq.Before = c.Value
	}
	switch {
	case q.Contact != 0:
		if _, err := contact.See(tx, v, q.Contact, false); err != nil {
			return p, err
		}
		sq.Contacts = []crm.ID{q.Contact}
	case v.Restricted():
		// Theirs are mostly few, and then nothing else need be looked at.
		if sq.Contacts, err = fewContacts(tx, v); err != nil {
			return p, err
		}
	}
	seen := make(map[ref]bool)
	for {
		found, err := search.Find(tx, sq)
		if err != nil {
			return p, err
		}
		p.Behind = p.Behind || found.Behind
		part, err := textHits(tx, v, question, q.Comments, found.Hits, seen)
		if err != nil {
			return p, err
		}
		for _, h := range part {
			if len(p.Hits) == q.Limit {
				return p, nil
			}
			p.Hits = append(p.Hits, h.TextHit)
			p.Next = cursor{Value: h.n}.String()
		}
		if found.Next == 0 {
			p.Next = ""
			return p, nil
		}
		sq.Before, p.Next = found.Next, cursor{Value: found.Next}.String()
		if len(p.Hits) == q.Limit || time.Now().After(sq.Until) {
			return p, nil
		}
	}
}

// fewContacts returns the contacts that a restricted viewer may know of, or nil
// where they are many.
func fewContacts(tx *db.Tx, v crm.Viewer) ([]crm.ID, error) {
	list, args := db.InList([]any{v.Workspace}, v.Scope())
	ids := []crm.ID{}
	err := tx.Each(`SELECT id FROM contact WHERE workspace_id = $1 AND assignee_id IN (`+list+`)`+db.Limit(search.MaxContacts+1),
		args, func(r *sql.Rows) error {
			var id crm.ID
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		})
	if len(ids) > search.MaxContacts {
		ids = nil
	}
	return ids, err
}

// placedHit is a hit with its place in the index.
type placedHit struct {
	TextHit
	n int64
}

// textHits loads hits and leaves out what the viewer must not see, what no longer
// has the words, and what the page has already.
func textHits(tx *db.Tx, v crm.Viewer, question search.Question, comments bool, found []search.Hit, seen map[ref]bool) ([]placedHit, error) {
	refs := make([]ref, len(found))
	ids := make([]crm.ID, len(found))
	for i, h := range found {
		refs[i], ids[i] = ref{h.Contact, h.Message}, h.Contact
	}
	contacts, err := contact.Load(tx, v.Workspace, ids, false)
	if err != nil {
		return nil, err
	}
	messages, err := loadMessages(tx, v.Workspace, refs)
	if err != nil {
		return nil, err
	}
	out := make([]placedHit, 0, len(found))
	for i, r := range refs {
		c, m := contacts[r.contact], messages[r]
		if c == nil || m == nil || seen[r] || !v.Sees(c.Assignee) || m.DeletedAt != 0 || (m.Direction == crm.Comment) != comments {
			continue
		}
		parts := question.Excerpt(m.Content.Searchable())
		if parts == nil {
			continue
		}
		seen[r] = true
		out = append(out, placedHit{TextHit{Message: m, Contact: c, Parts: parts}, found[i].N})
	}
	return out, nil
}
