package webchat

import (
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/blob"
	adapter "github.com/bandeja/bandeja/internal/channel/webchat"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/httpapi"
	"github.com/bandeja/bandeja/internal/inbox"
)

// Limits of one batch.
const (
	maxEvents      = 50
	maxAttachments = 10
	maxURL         = 2000
	maxTitle       = 300
)

// Input is what a widget tells of its visitor.
type Input struct {
	// CID is the widget's name for the event: the same one is the same event.
	CID string `json:"cid"`
	T   string `json:"t"`

	Text string `json:"text"`
	// Files are what uploads were answered with.
	Files    []string      `json:"files"`
	Choice   *Choice       `json:"choice"`
	Location *crm.Location `json:"location"`
	// ReplyTo is the message that is quoted.
	ReplyTo string `json:"reply_to"`
	// UpTo is the newest message of ours that was seen or delivered.
	UpTo     string            `json:"up_to"`
	URL      string            `json:"url"`
	Title    string            `json:"title"`
	Referrer string            `json:"referrer"`
	Fields   map[string]string `json:"fields"`
	On       bool              `json:"on"`
}

// Choice is a button or a list row of a message that the visitor tapped.
type Choice struct {
	Message string `json:"message"`
	ID      string `json:"id"`
}

// Result is what became of an event. Without a problem it is stored.
type Result struct {
	CID     string           `json:"cid"`
	Problem *httpapi.Problem `json:"problem,omitempty"`
}

// cidShape is what the widget may call an event.
func cidShape(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' && r != '_'
	})
}

// events stores what a visitor did. A 200 means that every event without a problem
// is stored for good; one with a problem never will be, and the rest don't wait
// for it.
func (s *Service) events(w http.ResponseWriter, r *http.Request, c *call) error {
	var in struct {
		Events []Input `json:"events"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if len(in.Events) == 0 || len(in.Events) > maxEvents {
		return refuse(codeInvalid)
	}
	if wait := s.limits.events.ip.take(account.AddressKey(c.frame.IP), len(in.Events)); wait > 0 {
		return throttled(wait)
	}
	if wait := s.limits.events.visitor.take(c.ch.ID.String()+c.visitor.ID, len(in.Events)); wait > 0 {
		return throttled(wait)
	}
	results := make([]Result, len(in.Events))
	var raws [][]byte
	var typing *bool
	var contacts []crm.ID
	var assignee crm.ID
	err := s.DB.Read(r.Context(), func(tx *db.Tx) error {
		raws, typing = nil, nil
		owners, err := contact.FindIdentities(tx, c.ch.Workspace, c.ch.Space(), c.visitor.keys())
		if err != nil {
			return err
		}
		contacts = contactsOf(owners, c.visitor)
		known, err := mentioned(tx, c, contacts, in.Events)
		if err != nil {
			return err
		}
		for i := range in.Events {
			e := &in.Events[i]
			results[i] = Result{CID: e.CID}
			if e.T == "typing" {
				typing = &e.On
				continue
			}
			raw, err := s.event(tx, c, e, known)
			var bad *refusal
			if errors.As(err, &bad) {
				results[i].Problem = bad.problem(c.language, c.frame.RequestID)
			} else if err != nil {
				return err
			} else if raw != nil {
				raws = append(raws, raw)
			}
		}
		if typing == nil || len(contacts) == 0 {
			return nil
		}
		x, err := contact.Get(tx, c.ch.Workspace, contacts[0], false)
		if err == nil {
			assignee = x.Assignee
		}
		return err
	})
	if err != nil {
		return err
	}
	if len(raws) > 0 {
		if err := s.Gateway.Store(r.Context(), c.ch, raws...); err != nil {
			return err
		}
	}
	if typing != nil && len(contacts) > 0 {
		s.Hub.Typing(c.ch.Workspace, contacts[0], assignee, 0, *typing)
	}
	return answer(w, map[string]any{"results": results})
}

// mentioned returns the messages that events point at and the visitor may see.
func mentioned(tx *db.Tx, c *call, contacts []crm.ID, events []Input) (map[string]*inbox.Message, error) {
	var pairs [][2]crm.ID
	for _, e := range events {
		refs := []string{e.ReplyTo, e.UpTo}
		if e.Choice != nil {
			refs = append(refs, e.Choice.Message)
		}
		for _, text := range refs {
			if id, err := crm.ParseID(text); err == nil {
				for _, owner := range contacts {
					pairs = append(pairs, [2]crm.ID{owner, id})
				}
			}
		}
	}
	list, err := exchanged(tx, c, pairs)
	out := make(map[string]*inbox.Message, len(list))
	for _, m := range list {
		out[m.ID.String()] = m
	}
	return out, err
}

// event checks one event and returns it as it is stored; nil for one that changes
// nothing.
func (s *Service) event(tx *db.Tx, c *call, in *Input, known map[string]*inbox.Message) ([]byte, error) {
	if !cidShape(in.CID) {
		return nil, refuse(codeInvalid)
	}
	e := c.visitor.event(in.T, in.CID, c.language)
	switch in.T {
	case adapter.EventMessage:
		if err := s.fill(tx, c, in, &e, known); err != nil {
			return nil, err
		}
	case adapter.EventPrechat:
		if err := prechat(c, in, &e); err != nil {
			return nil, err
		}
	case adapter.EventPage:
		if !webAddress(in.URL) || len(in.URL) > maxURL {
			return nil, refuse(codeInvalid)
		}
		e.Page = &adapter.Page{URL: crm.Clean(in.URL), Title: clip(in.Title, maxTitle)}
		if webAddress(in.Referrer) && len(in.Referrer) <= maxURL {
			e.Page.Referrer = crm.Clean(in.Referrer)
		}
	case "event": // a word of the host page, by its script
		e.Kind, e.Text = adapter.EventNote, clip(in.Text, maxTitle)
		if e.Text == "" {
			return nil, refuse(codeEmpty)
		}
	case adapter.EventSeen, adapter.EventDelivered:
		m := known[in.UpTo]
		if m == nil || m.Direction != crm.Outgoing {
			return nil, nil // of a message that isn't this visitor's, or isn't there any more
		}
		e.UpTo = m.ID.String()
	default:
		return nil, refuse(codeInvalid)
	}
	return e.Raw(), nil
}

func webAddress(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

// fill puts a message's content into the event.
func (s *Service) fill(tx *db.Tx, c *call, in *Input, e *adapter.Event, known map[string]*inbox.Message) error {
	if m := known[in.ReplyTo]; m != nil {
		e.ReplyTo = m.ExternalID
	}
	if in.Choice != nil {
		return choose(in.Choice, e, known)
	}
	if l := in.Location; l != nil {
		if l.Latitude < -90 || l.Latitude > 90 || l.Longitude < -180 || l.Longitude > 180 {
			return refuse(codeInvalid)
		}
		e.Location = &crm.Location{Latitude: l.Latitude, Longitude: l.Longitude, Name: clip(l.Name, 200), Address: clip(l.Address, 300)}
		return nil
	}
	e.Text = strings.TrimSpace(crm.Clean(in.Text))
	if utf8.RuneCountInString(e.Text) > adapter.MaxText {
		return &refusal{code: codeTooLong, max: adapter.MaxText}
	}
	if len(in.Files) > maxAttachments {
		return refuse(codeInvalid)
	}
	for _, ticket := range in.Files {
		id, pass, _ := strings.Cut(ticket, ".")
		fileID, err := crm.ParseID(id)
		if err != nil || !s.passes(pass, uploadPurpose(c.ch, c.visitor, id)) {
			return refuse(codeInvalid)
		}
		f, err := blob.Get(tx, c.ch.Workspace, fileID)
		if errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
			return refuse(codeInvalid)
		}
		if err != nil {
			return err
		}
		e.Attachments = append(e.Attachments, f.Attachment())
	}
	if e.Text == "" && len(e.Attachments) == 0 {
		return refuse(codeEmpty)
	}
	return nil
}

// choose finds the button that was tapped: its words are ours, not the visitor's.
func choose(in *Choice, e *adapter.Event, known map[string]*inbox.Message) error {
	m := known[in.Message]
	if m == nil || m.Direction != crm.Outgoing || m.Content.Interactive == nil {
		return refuse(codeInvalid)
	}
	e.ReplyTo = m.ExternalID
	for _, b := range m.Content.Interactive.Buttons {
		if b.ID == in.ID {
			e.Reply = &crm.ButtonReply{Type: "button_reply", ID: b.ID, Title: b.Title, Payload: b.ID}
			return nil
		}
	}
	for _, section := range m.Content.Interactive.Sections {
		for _, row := range section.Rows {
			if row.ID == in.ID {
				e.Reply = &crm.ButtonReply{Type: "list_reply", ID: row.ID, Title: row.Title, Description: row.Description, Payload: row.ID}
				return nil
			}
		}
	}
	return refuse(codeInvalid)
}

// phoneShape tells what anybody would take for a phone number; the contact keeps
// those that are valid, and the timeline what was written.
func phoneShape(s string) bool {
	digits := len(crm.Digits(s))
	return digits >= 6 && digits <= 15 && strings.Trim(s, "+0123456789 ().-") == ""
}

// prechat checks the answers and keeps them in the order they were asked.
func prechat(c *call, in *Input, e *adapter.Event) error {
	bad := &refusal{code: codeInvalid}
	for _, f := range []struct {
		name, setting string
		into          *string
	}{
		{"name", adapter.FieldName, &e.Visitor.Name},
		{"email", adapter.FieldEmail, &e.Visitor.Email},
		{"phone", adapter.FieldPhone, &e.Visitor.Phone},
	} {
		setting := c.ch.Config.Or(f.setting, adapter.Hidden)
		if setting == adapter.Hidden {
			continue
		}
		value := clip(in.Fields[f.name], 254)
		wrong := code("")
		switch {
		case value == "" && setting == adapter.Required:
			wrong = codeRequired
		case value == "":
			continue
		case f.name == "email":
			if _, err := contact.ParseEmail(value); err != nil {
				wrong = codeBadEmail
			}
		case f.name == "phone" && !phoneShape(value):
			wrong = codeBadPhone
		case f.name == "name":
			value = clip(value, 100)
		}
		if wrong != "" {
			bad.code = wrong
			bad.fields = append(bad.fields, fieldRefusal{field: f.name, code: wrong})
			continue
		}
		*f.into = value
		e.Form = append(e.Form, crm.FormField{Name: f.name, Value: value})
	}
	if len(bad.fields) > 0 {
		return bad
	}
	if len(e.Form) == 0 {
		return refuse(codeEmpty)
	}
	return nil
}
