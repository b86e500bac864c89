package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/gateway"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
	"github.com/bandeja/bandeja/internal/inbox"
	"github.com/bandeja/bandeja/internal/realtime"
)

// PageQuery asks for a page.
type PageQuery struct {
	Cursor string `query:"cursor" maxLength:"500"`
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"200"`
}

func (s *Server) rows(ctx context.Context, c caller, read func(tx *db.Tx) ([]*contact.Contact, string, error)) (*body[wire.Page[wire.ContactRow]], error) {
	names, err := s.Directory.Names(ctx, c.Workspace)
	if err != nil {
		return nil, err
	}
	var items []wire.ContactRow
	var next string
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		list, n, err := read(tx)
		for _, x := range list {
			items = append(items, wire.RowOf(x, names))
		}
		next = n
		return err
	})
	return &body[wire.Page[wire.ContactRow]]{wire.PageOf(items, next)}, err
}

// list answers with a page of a list.
func (s *Server) list(ctx context.Context, c caller, q inbox.ListQuery) (page *body[wire.Page[wire.ContactRow]], err error) {
	err = s.learned(ctx, func() (err error) {
		page, err = s.rows(ctx, c, func(tx *db.Tx) ([]*contact.Contact, string, error) { return s.Inbox.List(tx, c.Viewer, q) })
		return err
	})
	var unlearned *inbox.Unlearned
	if errors.As(err, &unlearned) {
		return s.rows(ctx, c, func(tx *db.Tx) ([]*contact.Contact, string, error) { return inbox.List(tx, c.Viewer, q) })
	}
	return page, err
}

// learned asks until what the answer hangs on is known; it gives up with
// *inbox.Unlearned where it is too old each time.
func (s *Server) learned(ctx context.Context, ask func() error) error {
	for tries := 0; ; tries++ {
		err := ask()
		var unlearned *inbox.Unlearned
		if tries == 6 || !errors.As(err, &unlearned) { // each status by itself
			return err
		}
		if err := s.Inbox.Learn(ctx, unlearned); err != nil {
			return err
		}
	}
}

// contactDetail reads everything of a contact that the caller may know of.
func (s *Server) contactDetail(ctx context.Context, c caller, id crm.ID) (*contactOutput, error) {
	return s.contactAs(ctx, c, id, contact.See)
}

// contactAfter is contactDetail after the caller has changed the contact, by which
// they may have lost sight of it: they see once more what they did.
func (s *Server) contactAfter(ctx context.Context, c caller, id crm.ID) (*contactOutput, error) {
	return s.contactAs(ctx, c, id, func(tx *db.Tx, v crm.Viewer, id crm.ID, lock bool) (*contact.Contact, error) {
		return contact.Get(tx, v.Workspace, id, lock)
	})
}

func (s *Server) contactAs(ctx context.Context, c caller, id crm.ID, get func(*db.Tx, crm.Viewer, crm.ID, bool) (*contact.Contact, error)) (*contactOutput, error) {
	names, err := s.Directory.Names(ctx, c.Workspace)
	if err != nil {
		return nil, err
	}
	var row *contact.Contact
	var reaches []*inbox.Reach
	var begins []*gateway.Channel
	var conversation *inbox.Conversation
	var draft *inbox.Draft
	values := make(map[string]string)
	var tags []crm.ID
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if row, err = get(tx, c.Viewer, id, false); err != nil {
			return err
		}
		if reaches, err = inbox.Reaches(tx, c.Workspace, id); err != nil {
			return err
		}
		if begins, err = s.Inbox.Begins(tx, row, reaches); err != nil {
			return err
		}
		if conversation, err = inbox.OpenConversation(tx, c.Workspace, id); err != nil {
			return err
		}
		if draft, err = inbox.GetDraft(tx, c.Viewer, id); err != nil {
			return err
		}
		of, err := contact.TagsOf(tx, c.Workspace, []crm.ID{id})
		if err != nil {
			return err
		}
		tags = of[id]
		list, err := contact.Values(tx, c.Workspace, id)
		if err != nil || len(list) == 0 {
			return err
		}
		fields, err := contact.CustomFields(tx, c.Workspace)
		for _, f := range fields {
			for _, v := range list {
				if v.Field == f.ID {
					values[f.Slug] = v.Text
				}
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	out := wire.Contact{
		ContactRow: wire.RowOf(row, names), FirstName: row.FirstName, LastName: row.LastName, Phone: row.Phone,
		Email: row.Email, Country: row.Country, Language: row.Language, CreatedAt: *wire.Time(row.CreatedAt),
		Identities: make([]wire.Identity, 0, len(reaches)), ETag: wire.ETag(row),
		Fields: values, TagIDs: wire.IDs(tags), BotOn: row.BotOn,
	}
	for _, x := range reaches {
		ch, err := s.Gateway.Channel(ctx, c.Workspace, x.Channel)
		if errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
			continue // disconnected
		}
		if err != nil {
			return nil, err
		}
		i := wire.Identity{
			ID: x.Channel.String() + ":" + x.Address, ChannelID: ch.ID.String(), ChannelType: ch.Type, ChannelName: ch.Name,
			Key: x.Address, Label: x.Label, LastMessageAt: wire.Time(x.LastMessageAt), LastIncomingAt: wire.Time(x.LastIncomingAt),
			Reachable: x.Unreachable == "", Used: true,
		}
		if can := ch.About.Capabilities; can.Window > 0 && x.LastIncomingAt > 0 {
			i.WindowClosesAt = wire.Time(x.LastIncomingAt + max(can.Window, can.HumanWindow).Microseconds())
		}
		out.Identities = append(out.Identities, i)
	}
	for _, ch := range begins {
		out.Identities = append(out.Identities, wire.Identity{
			ID: ch.ID.String() + ":" + crm.Digits(row.Phone), ChannelID: ch.ID.String(), ChannelType: ch.Type, ChannelName: ch.Name,
			Key: crm.Digits(row.Phone), Label: row.Phone, Reachable: true,
		})
	}
	if conversation != nil {
		out.Conversation = &wire.Conversation{ID: conversation.ID.String(), OpenedAt: *wire.Time(conversation.OpenedAt), OpenedBy: conversation.OpenedSource}
	}
	if draft != nil {
		out.Draft = &wire.Draft{Text: draft.Text, Comment: draft.Comment, UpdatedAt: *wire.Time(draft.UpdatedAt)}
	}
	return &contactOutput{ETag: out.ETag, Body: out}, nil
}

// Duplicate is a contact that may be the same person as another.
type Duplicate struct {
	Contact wire.ContactRow `json:"contact"`
	Same    []string        `json:"same" enum:"phone,email" nullable:"false" doc:"What both have."`
}

const maxDuplicates = 5

func (s *Server) duplicates(ctx context.Context, c caller, id crm.ID) (*body[wire.List[Duplicate]], error) {
	names, err := s.Directory.Names(ctx, c.Workspace)
	if err != nil {
		return nil, err
	}
	var items []Duplicate
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		of, err := contact.See(tx, c.Viewer, id, false)
		if err != nil {
			return err
		}
		list, err := contact.Duplicates(tx, c.Viewer, of, maxDuplicates)
		for _, d := range list {
			x := Duplicate{Contact: wire.RowOf(d.Contact, names)}
			if d.Phone {
				x.Same = append(x.Same, "phone")
			}
			if d.Email {
				x.Same = append(x.Same, "email")
			}
			items = append(items, x)
		}
		return err
	})
	return &body[wire.List[Duplicate]]{wire.ListOf(items)}, err
}

type contactOutput struct {
	ETag string `header:"ETag"`
	Body wire.Contact
}

// ContactInput are the fields of a contact; those that are absent stay.
type ContactInput struct {
	FirstName *string `json:"first_name,omitempty"`
	LastName  *string `json:"last_name,omitempty"`
	Phone     *string `json:"phone,omitempty" doc:"With the country code, as +593 98 765 4321."`
	Email     *string `json:"email,omitempty"`
	Country   *string `json:"country,omitempty" doc:"ISO 3166-1 alpha-2."`
	Language  *string `json:"language,omitempty" doc:"ISO 639-1."`

	Fields map[string]string `json:"fields,omitempty" doc:"Custom fields by slug; an empty text takes a value away."`
}

// NewContact describes a contact to add.
type NewContact struct {
	ContactInput
	Tags       []string `json:"tags,omitempty" maxItems:"10" doc:"By name; those that don't exist are made."`
	AssigneeID string   `json:"assignee_id,omitempty"`
}

func (in ContactInput) fields() contact.Fields {
	return contact.Fields{
		FirstName: in.FirstName, LastName: in.LastName, Phone: in.Phone, Email: in.Email, Country: in.Country, Language: in.Language, Custom: in.Fields,
	}
}

// ListParams say which contacts of an inbox are listed, and in which order.
type ListParams struct {
	Status    string `query:"status" default:"open" enum:"open,closed,snoozed,all"`
	Unreplied bool   `query:"unreplied" doc:"Only contacts that wait for an answer."`
	Sort      string `query:"sort" default:"newest" enum:"newest,oldest,longest,shortest"`
}

func (p ListParams) query(name inbox.Name, page PageQuery) inbox.ListQuery {
	q := inbox.ListQuery{
		Inbox: name, Status: crm.ConversationStatus(p.Status), Unreplied: p.Unreplied, Sort: inbox.Sort(p.Sort), Cursor: page.Cursor, Limit: page.Limit,
	}
	if p.Status == "all" {
		q.Status = ""
	}
	return q
}

// InboxPath names an inbox.
type InboxPath struct {
	Inbox string `path:"inbox" pattern:"^(all|mine|unassigned|blocked|(team|custom)-[0-9]{1,19})$" doc:"all, mine, unassigned, blocked, team- and a team's id, or a custom inbox's id."`
}

func (p InboxPath) name() inbox.Name { return inbox.Name(p.Inbox) }

func (s *Server) inboxOperations() {
	register(s, huma.Operation{
		OperationID: "list-inboxes", Method: http.MethodGet, Path: "/inboxes", Tags: []string{"Inbox"}, Summary: "List the inboxes with their counts",
	}, func(ctx context.Context, c caller, _ *none) (*body[wire.List[wire.Inbox]], error) {
		var items []wire.Inbox
		err := s.DB.Read(ctx, func(tx *db.Tx) error {
			board, err := inbox.LoadBoard(tx, c.Workspace, c.User)
			if err == nil {
				items = wire.InboxesOf(board.Counts(c.Viewer))
			}
			return err
		})
		return &body[wire.List[wire.Inbox]]{wire.ListOf(items)}, err
	})
	register(s, huma.Operation{
		OperationID: "list-inbox", Method: http.MethodGet, Path: "/inboxes/{inbox}/contacts", Tags: []string{"Inbox"},
		Summary: "List the contacts of an inbox",
	}, func(ctx context.Context, c caller, in *struct {
		InboxPath
		ListParams
		PageQuery
	}) (*body[wire.Page[wire.ContactRow]], error) {
		q := in.query(in.name(), in.PageQuery)
		return s.list(ctx, c, q)
	})
	register(s, huma.Operation{
		OperationID: "see-inbox", Method: http.MethodPost, Path: "/inboxes/{inbox}/seen", Tags: []string{"Inbox"},
		Summary: "Say that one has opened an inbox, which takes its blue dot away", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *InboxPath) (*none, error) {
		err := s.DB.Write(ctx, func(tx *db.Tx) error { return inbox.MarkSeen(tx, c.Viewer, in.name()) })
		if err == nil {
			s.Hub.Seen(c.Workspace)
		}
		return nil, err
	})
	register(s, huma.Operation{
		OperationID: "search-contacts", Method: http.MethodGet, Path: "/contacts", Tags: []string{"Contacts"},
		Summary: "Find contacts by name, phone or e-mail, or list them all",
	}, func(ctx context.Context, c caller, in *struct {
		Search string `query:"search" maxLength:"200" doc:"The beginning of a name, phone number or e-mail."`
		PageQuery
	}) (*body[wire.Page[wire.ContactRow]], error) {
		return s.rows(ctx, c, func(tx *db.Tx) ([]*contact.Contact, string, error) {
			if strings.TrimSpace(in.Search) == "" {
				return inbox.Recent(tx, c.Viewer, in.Cursor, in.Limit)
			}
			return inbox.Search(tx, c.Viewer, in.Search, in.Cursor, in.Limit)
		})
	})
	register(s, huma.Operation{
		OperationID: "search-messages", Method: http.MethodGet, Path: "/messages", Tags: []string{"Messages"},
		Summary:     "Find messages or comments by their words, newest first",
		Description: "All of the words are in the message; the last one may be only begun. A page may be short, or empty, where looking took too long: next_cursor goes on from there.",
	}, func(ctx context.Context, c caller, in *struct {
		Search    string `query:"search" required:"true" minLength:"1" maxLength:"200"`
		Comments  bool   `query:"comments" doc:"Find internal comments instead of messages."`
		ContactID string `query:"contact_id" doc:"Only what was said with this contact."`
		Cursor    string `query:"cursor"`
		Limit     int    `query:"limit" default:"20" minimum:"1" maximum:"50"`
	}) (*body[wire.MessageHits], error) {
		contactID, err := optionalID("contact_id", in.ContactID)
		if err != nil {
			return nil, err
		}
		names, err := s.Directory.Names(ctx, c.Workspace)
		if err != nil {
			return nil, err
		}
		var hits wire.MessageHits
		err = s.DB.Read(ctx, func(tx *db.Tx) error {
			p, err := inbox.SearchTexts(tx, c.Viewer, inbox.TextQuery{
				Text: in.Search, Comments: in.Comments, Contact: contactID, Cursor: in.Cursor, Limit: in.Limit,
			})
			hits = wire.MessageHitsOf(p, names)
			return err
		})
		return &body[wire.MessageHits]{hits}, err
	})
	register(s, huma.Operation{
		OperationID: "create-contact", Method: http.MethodPost, Path: "/contacts", Tags: []string{"Contacts"}, DefaultStatus: http.StatusCreated,
		Summary: "Add a contact",
	}, func(ctx context.Context, c caller, in *struct {
		Idempotent
		Body NewContact
	}) (*contactOutput, error) {
		fields := in.Body.fields()
		fields.Tags = in.Body.Tags
		assignee, err := optionalID("assignee_id", in.Body.AssigneeID)
		if err != nil {
			return nil, err
		}
		fields.Assignee = assignee
		fresh := false
		id, err := once(ctx, s, c, in.Key, in.Body, func(tx *db.Tx) (string, error) {
			fresh = true
			if err := knownUser(tx, c.Workspace, "assignee_id", assignee); err != nil {
				return "", err
			}
			created, err := s.Contacts.Create(tx, c.Viewer, fields)
			if err != nil {
				return "", err
			}
			return created.ID.String(), nil
		})
		if err != nil {
			return nil, err
		}
		if !fresh { // by now it may be somebody else's
			return s.contactDetail(ctx, c, IDPath{id}.id())
		}
		return s.contactAfter(ctx, c, IDPath{id}.id())
	})
	register(s, huma.Operation{
		OperationID: "get-contact", Method: http.MethodGet, Path: "/contacts/{id}", Tags: []string{"Contacts"}, Summary: "Show a contact",
	}, func(ctx context.Context, c caller, in *IDPath) (*contactOutput, error) {
		return s.contactDetail(ctx, c, in.id())
	})
	register(s, huma.Operation{
		OperationID: "list-duplicates", Method: http.MethodGet, Path: "/contacts/{id}/duplicates", Tags: []string{"Contacts"},
		Summary: "List the contacts that may be the same person: those with the same phone or e-mail",
	}, func(ctx context.Context, c caller, in *IDPath) (*body[wire.List[Duplicate]], error) {
		return s.duplicates(ctx, c, in.id())
	})
	register(s, huma.Operation{
		OperationID: "update-contact", Method: http.MethodPatch, Path: "/contacts/{id}", Tags: []string{"Contacts"}, Summary: "Change a contact's fields",
	}, func(ctx context.Context, c caller, in *struct {
		IDPath
		IfMatch string `header:"If-Match" doc:"The ETag of the version the change was made on; another one answers 412."`
		Body    ContactInput
	}) (*contactOutput, error) {
		var version int64
		if tag := strings.Trim(strings.TrimPrefix(in.IfMatch, "W/"), `"`); tag != "" && tag != "*" {
			n, err := strconv.ParseInt(tag, 10, 64)
			if err != nil || n <= 0 {
				return nil, crm.Refuse(crm.CodeChanged)
			}
			version = n
		}
		err := s.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := s.Contacts.Update(tx, c.Viewer, in.id(), version, in.Body.fields())
			return err
		})
		if err != nil {
			return nil, err
		}
		return s.contactDetail(ctx, c, in.id())
	})
	s.conversationOperations()
	s.customInboxOperations()
	s.fieldOperations()
	s.tagOperations()
	s.markOperations()
	s.bulkOperations()
	register(s, huma.Operation{
		OperationID: "list-events", Method: http.MethodGet, Path: "/events", Tags: []string{"Events"},
		Summary: "List what happened after a place in the log, as the realtime connection sends it",
	}, func(ctx context.Context, c caller, in *struct {
		After string `query:"after" pattern:"^[0-9]{1,18}$" doc:"A place in the log; its beginning where absent."`
		Limit int    `query:"limit" default:"500" minimum:"1" maximum:"500"`
	}) (*body[EventPage], error) {
		after, _ := strconv.ParseInt(in.After, 10, 64) // the pattern leaves only numbers and ""
		return s.eventPage(ctx, c, after, in.Limit)
	})
}

// EventPage is a stretch of the event log.
type EventPage struct {
	Items []wire.Push `json:"items" nullable:"false"`
	Seq   string      `json:"seq" doc:"The place after the last item."`
	More  bool        `json:"more" doc:"There is more after the last item."`
	Reset bool        `json:"reset" doc:"The place is too far behind: read everything anew and go on from seq."`
}

// maxBehind is how far behind a reader may be before reading anew is cheaper.
const maxBehind = 5000

func (s *Server) eventPage(ctx context.Context, c caller, after int64, limit int) (*body[EventPage], error) {
	out := &body[EventPage]{EventPage{Items: []wire.Push{}}}
	var events []eventlog.Event
	var head int64
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if head, err = eventlog.Head(tx, c.Workspace); err != nil || head-after > maxBehind || after > head {
			return err
		}
		events, err = eventlog.After(tx, c.Workspace, after, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	out.Body.Seq = strconv.FormatInt(head, 10)
	if head-after > maxBehind || after > head {
		out.Body.Reset = true
		return out, nil
	}
	if len(events) == 0 {
		return out, nil
	}
	names, err := s.Directory.Names(ctx, c.Workspace)
	if err != nil {
		return nil, err
	}
	last := events[len(events)-1].Seq
	out.Body.Seq, out.Body.More = strconv.FormatInt(last, 10), last < head
	pushes, err := realtime.Hydrate(ctx, s.DB, c.Workspace, events, names)
	if pushes = wire.Visible(pushes, c.Viewer); pushes != nil {
		out.Body.Items = pushes
	}
	return out, err
}

func (s *Server) markOperations() {
	mark := func(id, path, summary string, do func(tx *db.Tx, v crm.Viewer, id crm.ID) (*contact.Contact, error)) {
		register(s, huma.Operation{
			OperationID: id, Method: http.MethodPost, Path: "/contacts/{id}/" + path, Tags: []string{"Conversations"}, Summary: summary,
		}, func(ctx context.Context, c caller, in *IDPath) (*body[wire.ContactRow], error) {
			names, err := s.Directory.Names(ctx, c.Workspace)
			if err != nil {
				return nil, err
			}
			var row *contact.Contact
			err = s.DB.Write(ctx, func(tx *db.Tx) (err error) {
				row, err = do(tx, c.Viewer, in.id())
				return err
			})
			if err != nil {
				return nil, err
			}
			return &body[wire.ContactRow]{wire.RowOf(row, names)}, nil
		})
	}
	mark("mark-read", "read", "Mark a contact's messages as read", s.Inbox.MarkRead)
	mark("mark-unread", "unread", "Mark a contact as unread", s.Inbox.MarkUnread)
	register(s, huma.Operation{
		OperationID: "save-draft", Method: http.MethodPut, Path: "/contacts/{id}/draft", Tags: []string{"Conversations"},
		Summary: "Keep what one has begun to write; an empty text removes it", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *struct {
		IDPath
		Body struct {
			Text    string `json:"text"`
			Comment bool   `json:"comment,omitempty"`
		}
	}) (*none, error) {
		return nil, s.DB.Write(ctx, func(tx *db.Tx) error {
			return s.Inbox.SaveDraft(tx, c.Viewer, in.id(), in.Body.Text, in.Body.Comment)
		})
	})
	register(s, huma.Operation{
		OperationID: "type", Method: http.MethodPost, Path: "/contacts/{id}/typing", Tags: []string{"Conversations"},
		Summary: "Show colleagues that one is writing, and the contact unless it is a comment", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *struct {
		IDPath
		Body struct {
			On      bool `json:"on"`
			Comment bool `json:"comment,omitempty" doc:"It is a comment, of which the contact hears nothing."`
		}
	}) (*none, error) {
		ch, to, last, assignee, err := s.Inbox.TypingTo(ctx, s.DB, c.Viewer, in.id())
		if err != nil {
			return nil, err
		}
		s.Hub.Typing(c.Workspace, in.id(), assignee, c.User, in.Body.On)
		if ch != nil && in.Body.On && !in.Body.Comment {
			bg, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
			go func() {
				defer cancel()
				s.Gateway.Typing(bg, ch, to, last)
			}()
		}
		return nil, nil
	})
}
