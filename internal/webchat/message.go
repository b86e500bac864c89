package webchat

import (
	"context"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/inbox"
)

// Message is a message as its visitor sees it.
type Message struct {
	ID string `json:"id"`
	// CID is what the widget called the message, where it was this browser's.
	CID  string    `json:"cid,omitempty"`
	At   time.Time `json:"at"`
	Mine bool      `json:"mine,omitempty"`
	// From is the agent's first name.
	From        string           `json:"from,omitempty"`
	Bot         bool             `json:"bot,omitempty"`
	Kind        string           `json:"kind"`
	Text        string           `json:"text,omitempty"`
	Attachments []Attachment     `json:"attachments,omitempty"`
	Location    *crm.Location    `json:"location,omitempty"`
	Interactive *crm.Interactive `json:"interactive,omitempty"`
	Form        *crm.Form        `json:"form,omitempty"`
	Quote       *Quote           `json:"quote,omitempty"`
	// Seen is set on our messages that the visitor has looked at, in any browser.
	Seen    bool `json:"seen,omitempty"`
	Deleted bool `json:"deleted,omitempty"`
}

// Attachment is a file of a message.
type Attachment struct {
	Kind     string `json:"kind"`
	Name     string `json:"name,omitempty"`
	MIME     string `json:"mime,omitempty"`
	Size     int64  `json:"size,omitempty"`
	Width    int    `json:"width,omitempty"`
	Height   int    `json:"height,omitempty"`
	Duration int    `json:"duration,omitempty"`
	// URL is a path on our host, "" where the file can't be had.
	URL string `json:"url,omitempty"`
}

// Quote is the message that another answers.
type Quote struct {
	ID   string `json:"id"`
	Mine bool   `json:"mine,omitempty"`
	From string `json:"from,omitempty"`
	Kind string `json:"kind"`
	Text string `json:"text,omitempty"`
}

// Page is a part of a visitor's history, oldest first.
type Page struct {
	Items []Message `json:"items"`
	// Cursor asks, as after, for what has changed since.
	Cursor    string `json:"cursor"`
	HasBefore bool   `json:"has_before"`
	// Reset is set where so much has changed that the newest page is given instead.
	Reset bool `json:"reset,omitempty"`
	// Read tells that the team has read all the visitor wrote.
	Read   bool `json:"read"`
	Online bool `json:"online"`
}

const (
	pageSize = 30
	maxPage  = 100
	// maxChanges is how many events of the whole workspace are looked through for
	// those of one visitor.
	maxChanges = 2000
)

func (s *Service) messages(w http.ResponseWriter, r *http.Request, c *call) error {
	q := r.URL.Query()
	limit := pageSize
	if text := q.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return refuse(codeInvalid)
		}
		limit = min(n, maxPage)
	}
	var before crm.ID
	if text := q.Get("before"); text != "" {
		var err error
		if before, err = crm.ParseID(text); err != nil {
			return refuse(codeInvalid)
		}
	}
	p, err := s.page(r.Context(), c, before, q.Get("after"), limit)
	if err != nil {
		return err
	}
	return answer(w, p)
}

// page reads a part of the visitor's history: what changed after a cursor, what
// lies before a message, or the newest.
func (s *Service) page(ctx context.Context, c *call, before crm.ID, after string, limit int) (*Page, error) {
	names, err := s.Directory.Names(ctx, c.ch.Workspace)
	if err != nil {
		return nil, err
	}
	p := &Page{Items: []Message{}, Online: s.online(c.ch)}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		owners, err := contact.FindIdentities(tx, c.ch.Workspace, c.ch.Space(), c.visitor.keys())
		if err != nil {
			return err
		}
		contacts := contactsOf(owners, c.visitor)
		head, err := eventlog.Head(tx, c.ch.Workspace)
		if err != nil {
			return err
		}
		p.Cursor = s.cursor(c.ch, c.visitor, head)
		var list []*inbox.Message
		seq, ok := int64(0), false
		if after != "" {
			seq, ok = s.openCursor(c.ch, c.visitor, after)
			p.Reset = !ok || head-seq > maxChanges
		}
		if after != "" && !p.Reset {
			list, err = s.changed(tx, c, contacts, seq)
			p.HasBefore = true
		} else {
			list, p.HasBefore, err = history(tx, c, contacts, before, limit)
		}
		if err != nil {
			return err
		}
		if p.Read, err = allRead(tx, c.ch.Workspace, contacts); err != nil {
			return err
		}
		p.Items, err = s.shown(tx, c, list, names)
		return err
	})
	return p, err
}

// history returns the newest messages before an id, ascending.
func history(tx *db.Tx, c *call, contacts []crm.ID, before crm.ID, limit int) (list []*inbox.Message, more bool, err error) {
	for _, id := range contacts {
		found, err := inbox.Exchanged(tx, c.ch.Workspace, id, c.ch.ID, before, limit+1)
		if err != nil {
			return nil, false, err
		}
		list = append(list, found...)
	}
	sortMessages(list)
	if len(list) > limit {
		return list[len(list)-limit:], true, nil
	}
	return list, false, nil
}

func sortMessages(list []*inbox.Message) {
	sort.Slice(list, func(i, j int) bool { return list[i].ID < list[j].ID })
}

// changed returns the messages that the events after seq are about, ascending.
func (s *Service) changed(tx *db.Tx, c *call, contacts []crm.ID, seq int64) ([]*inbox.Message, error) {
	if len(contacts) == 0 {
		return nil, nil
	}
	events, err := eventlog.After(tx, c.ch.Workspace, seq, maxChanges)
	if err != nil {
		return nil, err
	}
	seen := make(map[crm.ID]bool)
	var pairs [][2]crm.ID
	for _, e := range events {
		if e.Message != 0 && !seen[e.Message] && contains(contacts, e.Contact) {
			seen[e.Message] = true
			pairs = append(pairs, [2]crm.ID{e.Contact, e.Message})
		}
	}
	return exchanged(tx, c, pairs)
}

func contains(ids []crm.ID, id crm.ID) bool {
	for _, x := range ids {
		if x == id {
			return true
		}
	}
	return false
}

// exchanged returns those of the messages that the visitor may see, ascending.
func exchanged(tx *db.Tx, c *call, pairs [][2]crm.ID) ([]*inbox.Message, error) {
	found, err := inbox.GetMessages(tx, c.ch.Workspace, pairs)
	if err != nil {
		return nil, err
	}
	var list []*inbox.Message
	for _, m := range found {
		if m.ExchangedOver(c.ch.ID) {
			list = append(list, m)
		}
	}
	sortMessages(list)
	return list, nil
}

func allRead(tx *db.Tx, workspace crm.ID, contacts []crm.ID) (bool, error) {
	found, err := contact.Load(tx, workspace, contacts, false)
	for _, ct := range found {
		if ct.Unread > 0 {
			return false, err
		}
	}
	return len(found) > 0, err
}

// shown turns messages into what the visitor sees. It is the only way by which a
// message leaves for a visitor, so it checks once more.
func (s *Service) shown(tx *db.Tx, c *call, list []*inbox.Message, names func(crm.ID) string) ([]Message, error) {
	var quotes [][2]crm.ID
	for _, m := range list {
		if m.Quote != nil && m.Quote.ID != 0 {
			quotes = append(quotes, [2]crm.ID{m.Contact, m.Quote.ID})
		}
	}
	quoted, err := inbox.GetMessages(tx, c.ch.Workspace, quotes)
	if err != nil {
		return nil, err
	}
	out := make([]Message, 0, len(list))
	for _, m := range list {
		if !m.ExchangedOver(c.ch.ID) {
			continue
		}
		w := s.messageOf(c, m, names)
		// Agents may answer a comment, or what was said on another channel: the
		// quote would show it.
		if m.Quote != nil && !w.Deleted {
			if q := quoted[[2]crm.ID{m.Contact, m.Quote.ID}]; q != nil && q.ExchangedOver(c.ch.ID) && q.DeletedAt == 0 {
				w.Quote = &Quote{ID: q.ID.String(), Mine: q.Direction == crm.Incoming, Kind: string(q.Content.Kind), Text: q.Content.Preview()}
				if !w.Quote.Mine {
					w.Quote.From = firstName(names(q.User))
				}
			}
		}
		out = append(out, w)
	}
	return out, nil
}

func (s *Service) messageOf(c *call, m *inbox.Message, names func(crm.ID) string) Message {
	out := Message{
		ID: m.ID.String(), At: time.UnixMicro(m.CreatedAt).UTC().Truncate(time.Millisecond), Mine: m.Direction == crm.Incoming,
		Kind: string(m.Content.Kind),
	}
	if out.Mine {
		if cid, ok := strings.CutPrefix(m.ExternalID, c.visitor.ID+"/"); ok {
			out.CID = cid
		}
	} else {
		out.From, out.Seen = firstName(names(m.User)), m.Status == crm.Read
		out.Bot = m.User == 0
	}
	if m.DeletedAt != 0 {
		out.Deleted, out.Kind = true, string(crm.KindText)
		return out
	}
	out.Text, out.Location, out.Interactive, out.Form = m.Content.Text, m.Content.Location, m.Content.Interactive, m.Content.Form
	if m.Content.Reply != nil {
		out.Text = m.Content.Reply.Title
	}
	for _, a := range m.Content.Attachments {
		w := Attachment{
			Kind: string(a.Kind), Name: a.Name, MIME: a.MIME, Size: a.Size, Width: a.Width, Height: a.Height, Duration: a.Duration,
		}
		if a.FileID != "" {
			w.URL = s.fileURL(c, a)
		}
		out.Attachments = append(out.Attachments, w)
	}
	return out
}

func (s *Service) fileURL(c *call, a crm.Attachment) string {
	until := time.Now().UTC().Truncate(24 * time.Hour).Add(fileFor)
	name := a.Name
	if name == "" {
		name = string(a.Kind)
	}
	return "/widget/" + c.ch.Key + "/files/" + a.FileID + "/" + url.PathEscape(name) + "?token=" + s.pass(filePurpose(c.ch, a.FileID), until)
}

// firstName is all that visitors learn of an agent's name.
func firstName(name string) string {
	if f := strings.Fields(name); len(f) > 0 {
		return f[0]
	}
	return ""
}
