package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
	"github.com/bandeja/bandeja/internal/inbox"
)

// knownUser refuses a user who isn't in the workspace; 0 is nobody.
func knownUser(tx *db.Tx, workspace crm.ID, field string, id crm.ID) error {
	if id == 0 {
		return nil
	}
	ok, err := account.IsMember(tx, workspace, id)
	if err == nil && !ok {
		err = crm.RefuseField(field, crm.CodeUnknownUser)
	}
	return err
}

// act registers what is done to a contact; it answers with the contact as it is then.
func act[B any](s *Server, id, path, summary string, do func(tx *db.Tx, v crm.Viewer, id crm.ID, in B) (*contact.Contact, error)) {
	register(s, huma.Operation{
		OperationID: id, Method: http.MethodPost, Path: "/contacts/{id}/" + path, Tags: []string{"Conversations"}, Summary: summary,
	}, func(ctx context.Context, c caller, in *struct {
		IDPath
		Body B
	}) (*contactOutput, error) {
		err := s.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := do(tx, c.Viewer, in.id(), in.Body)
			return err
		})
		if err != nil {
			return nil, err
		}
		return s.contactAfter(ctx, c, in.id())
	})
}

// plainAct registers an action that needs to know nothing else.
func (s *Server) plainAct(id, path, summary string, do func(tx *db.Tx, v crm.Viewer, id crm.ID) (*contact.Contact, error)) {
	register(s, huma.Operation{
		OperationID: id, Method: http.MethodPost, Path: "/contacts/{id}/" + path, Tags: []string{"Conversations"}, Summary: summary,
	}, func(ctx context.Context, c caller, in *IDPath) (*contactOutput, error) {
		err := s.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := do(tx, c.Viewer, in.id())
			return err
		})
		if err != nil {
			return nil, err
		}
		return s.contactAfter(ctx, c, in.id())
	})
}

// PastConversation is a conversation from its opening to its end.
type PastConversation struct {
	ID       string      `json:"id"`
	OpenedAt time.Time   `json:"opened_at"`
	OpenedBy wire.Actor  `json:"opened_by"`
	ClosedAt *time.Time  `json:"closed_at" doc:"null while it is open."`
	ClosedBy *wire.Actor `json:"closed_by"`
	Category string      `json:"category"`
	Summary  string      `json:"summary"`
}

func pastConversation(p inbox.Past, names wire.Names) PastConversation {
	out := PastConversation{
		ID: p.ID.String(), OpenedAt: *wire.Time(p.OpenedAt), OpenedBy: wire.ActorOf(crm.Actor{Source: p.OpenedSource, ID: p.OpenedBy}, names),
		ClosedAt: wire.Time(p.ClosedAt), Category: p.Note.Category, Summary: p.Note.Summary,
	}
	if p.ClosedAt != 0 {
		by := wire.ActorOf(crm.Actor{Source: p.ClosedSource, ID: p.ClosedBy}, names)
		out.ClosedBy = &by
	}
	return out
}

// CloseInput is the closing note.
type CloseInput struct {
	Category string `json:"category,omitempty" doc:"One of the workspace's categories, by name."`
	Summary  string `json:"summary,omitempty" doc:"At most 512 characters."`
}

// AssignInput says whom a contact goes to.
type AssignInput struct {
	UserID *string `json:"user_id,omitempty" nullable:"true" doc:"null unassigns."`
	TeamID string  `json:"team_id,omitempty" doc:"Instead of a user: the member of a team who is online, or else any, with the fewest open conversations."`
	From   *string `json:"from,omitempty" doc:"Only if the contact is still assigned to this user, or with an empty text to nobody; else 409."`
}

func (in AssignInput) assignment() (a inbox.Assignment, err error) {
	if in.UserID != nil {
		if a.User, err = crm.ParseID(*in.UserID); err != nil {
			return a, crm.RefuseField("user_id", crm.CodeUnknownUser)
		}
	}
	if a.Team, err = optionalID("team_id", in.TeamID); err != nil {
		return a, crm.RefuseField("team_id", crm.CodeUnknownTeam)
	}
	if in.From != nil {
		from, err := optionalID("from", *in.From)
		if err != nil {
			return a, err
		}
		a.OnlyFrom = &from
	}
	return a, nil
}

// SnoozeInput says until when.
type SnoozeInput struct {
	Until time.Time `json:"until"`
}

// BotInput switches bots for a contact.
type BotInput struct {
	On bool `json:"on"`
}

// TagInput says which tags to add and to remove.
type TagInput struct {
	Add    []string `json:"add,omitempty" maxItems:"10" doc:"By name; those that don't exist are made."`
	Remove []string `json:"remove,omitempty" maxItems:"100" doc:"By id."`
}

func (s *Server) conversationOperations() {
	register(s, huma.Operation{
		OperationID: "list-conversations", Method: http.MethodGet, Path: "/contacts/{id}/conversations", Tags: []string{"Conversations"},
		Summary: "List a contact's conversations with their closing notes, newest first",
	}, func(ctx context.Context, c caller, in *struct {
		IDPath
		PageQuery
	}) (*body[wire.Page[PastConversation]], error) {
		names, err := s.Directory.Names(ctx, c.Workspace)
		if err != nil {
			return nil, err
		}
		var items []PastConversation
		var next string
		err = s.DB.Read(ctx, func(tx *db.Tx) error {
			list, n, err := inbox.Conversations(tx, c.Viewer, in.id(), in.Cursor, in.Limit)
			for _, p := range list {
				items = append(items, pastConversation(p, names))
			}
			next = n
			return err
		})
		return &body[wire.Page[PastConversation]]{wire.PageOf(items, next)}, err
	})
	act(s, "close-conversation", "close", "Close the open conversation", func(tx *db.Tx, v crm.Viewer, id crm.ID, in *CloseInput) (*contact.Contact, error) {
		note := inbox.Note{}
		if in != nil {
			note = inbox.Note(*in)
		}
		return s.Inbox.Close(tx, v, id, note)
	})
	s.plainAct("open-conversation", "open", "Open a conversation", s.Inbox.Open)
	act(s, "assign-contact", "assign", "Assign a contact to a user, to a team's best placed member, or to nobody",
		func(tx *db.Tx, v crm.Viewer, id crm.ID, in AssignInput) (*contact.Contact, error) {
			a, err := in.assignment()
			if err != nil {
				return nil, err
			}
			return s.Inbox.Assign(tx, v, id, a)
		})
	act(s, "snooze-contact", "snooze", "Take a contact out of the open lists until a time", func(tx *db.Tx, v crm.Viewer, id crm.ID, in SnoozeInput) (*contact.Contact, error) {
		return s.Inbox.Snooze(tx, v, id, in.Until)
	})
	s.plainAct("unsnooze-contact", "unsnooze", "Bring a snoozed contact back now", s.Inbox.Unsnooze)
	s.plainAct("block-contact", "block", "Block a contact", s.Inbox.Block)
	s.plainAct("unblock-contact", "unblock", "Unblock a contact", s.Inbox.Unblock)
	act(s, "set-bot", "bot", "Let bots answer a contact, or make them pause", func(tx *db.Tx, v crm.Viewer, id crm.ID, in BotInput) (*contact.Contact, error) {
		return s.Inbox.SetBot(tx, v, id, in.On)
	})
	act(s, "tag-contact", "tags", "Add tags to a contact and remove others", func(tx *db.Tx, v crm.Viewer, id crm.ID, in TagInput) (*contact.Contact, error) {
		remove, err := parseIDs("remove", in.Remove)
		if err != nil {
			return nil, err
		}
		return s.Inbox.Tag(tx, v, s.Contacts, id, in.Add, remove)
	})
	s.closingOperations()
}

// Category is a kind of outcome of conversations.
type Category struct {
	ID          string `json:"id,omitempty" doc:"Absent for a new one."`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

// Closing is how the workspace closes conversations.
type Closing struct {
	Mode       account.NoteMode `json:"mode" enum:"optional,category,both,off" doc:"Whether a closing note may be given, must have a category, must have category and summary, or isn't asked for."`
	Categories []Category       `json:"categories" nullable:"false" maxItems:"200"`
}

func closingOf(c account.Closing) *body[Closing] {
	out := Closing{Mode: c.Mode, Categories: make([]Category, 0, len(c.Categories))}
	for _, x := range c.Categories {
		out.Categories = append(out.Categories, Category{ID: x.ID.String(), Name: x.Name, Description: x.Description})
	}
	return &body[Closing]{out}
}

func (s *Server) closingOperations() {
	register(s, huma.Operation{
		OperationID: "get-closing", Method: http.MethodGet, Path: "/closing", Tags: []string{"Workspace"},
		Summary: "Show how the workspace closes conversations",
	}, func(ctx context.Context, c caller, _ *none) (*body[Closing], error) {
		var out account.Closing
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			out, err = account.GetClosing(tx, c.Workspace)
			return err
		})
		return closingOf(out), err
	})
	register(s, huma.Operation{
		OperationID: "set-closing", Method: http.MethodPut, Path: "/closing", Tags: []string{"Workspace"},
		Summary: "Change how the workspace closes conversations; a category that is missing is deleted",
	}, func(ctx context.Context, c caller, in *struct{ Body Closing }) (*body[Closing], error) {
		want := account.Closing{Mode: in.Body.Mode}
		for _, x := range in.Body.Categories {
			id, err := optionalID("categories", x.ID)
			if err != nil {
				return nil, err
			}
			want.Categories = append(want.Categories, account.Category{ID: id, Name: x.Name, Description: x.Description})
		}
		var out account.Closing
		err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
			out, err = s.Accounts.SetClosing(tx, c.Viewer, want)
			return err
		})
		return closingOf(out), err
	})
}

// CustomCount is how much there is in a custom inbox, or would be.
type CustomCount struct {
	Open int  `json:"open"`
	More bool `json:"more" doc:"There are more; they are not counted further."`
}

func (s *Server) customInboxOperations() {
	register(s, huma.Operation{
		OperationID: "list-custom-inboxes", Method: http.MethodGet, Path: "/custom-inboxes", Tags: []string{"Inbox"},
		Summary: "List the custom inboxes that one has created or been given",
	}, func(ctx context.Context, c caller, _ *none) (*body[wire.List[wire.CustomInbox]], error) {
		var items []wire.CustomInbox
		err := s.DB.Read(ctx, func(tx *db.Tx) error {
			list, err := inbox.Customs(tx, c.Viewer)
			for _, x := range list {
				items = append(items, wire.CustomInboxOf(x))
			}
			s.Inbox.Expect(c.Viewer, list)
			return err
		})
		return &body[wire.List[wire.CustomInbox]]{wire.ListOf(items)}, err
	})
	register(s, huma.Operation{
		OperationID: "create-custom-inbox", Method: http.MethodPost, Path: "/custom-inboxes", Tags: []string{"Inbox"}, DefaultStatus: http.StatusCreated,
		Summary: "Save a filter as an inbox",
	}, func(ctx context.Context, c caller, in *struct {
		Idempotent
		Body CustomInboxInput
	}) (*body[wire.CustomInbox], error) {
		change, err := in.Body.change()
		if err != nil {
			return nil, err
		}
		out, err := once(ctx, s, c, in.Key, in.Body, func(tx *db.Tx) (wire.CustomInbox, error) {
			x, err := s.Inbox.AddCustom(tx, c.Viewer, change)
			return wire.CustomInboxOf(x), err
		})
		return &body[wire.CustomInbox]{out}, err
	})
	register(s, huma.Operation{
		OperationID: "count-custom-inbox", Method: http.MethodGet, Path: "/custom-inboxes/{inbox}/count", Tags: []string{"Inbox"},
		Summary: "Count the open conversations of a custom inbox, as far as one may see them",
	}, func(ctx context.Context, c caller, in *CustomPath) (*body[CustomCount], error) {
		return s.countOpen(ctx, c, inbox.ListQuery{Inbox: inbox.CustomInbox(in.id())})
	})
	register(s, huma.Operation{
		OperationID: "update-custom-inbox", Method: http.MethodPatch, Path: "/custom-inboxes/{inbox}", Tags: []string{"Inbox"},
		Summary: "Change a custom inbox of one's own",
	}, func(ctx context.Context, c caller, in *struct {
		CustomPath
		Body CustomInboxInput
	}) (*body[wire.CustomInbox], error) {
		change, err := in.Body.change()
		if err != nil {
			return nil, err
		}
		var x inbox.Custom
		err = s.DB.Write(ctx, func(tx *db.Tx) (err error) {
			x, err = s.Inbox.UpdateCustom(tx, c.Viewer, in.id(), change)
			return err
		})
		return &body[wire.CustomInbox]{wire.CustomInboxOf(x)}, err
	})
	register(s, huma.Operation{
		OperationID: "delete-custom-inbox", Method: http.MethodDelete, Path: "/custom-inboxes/{inbox}", Tags: []string{"Inbox"},
		Summary: "Delete a custom inbox of one's own, for everybody who has it", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *CustomPath) (*none, error) {
		return nil, s.DB.Write(ctx, func(tx *db.Tx) error { return s.Inbox.DeleteCustom(tx, c.Viewer, in.id()) })
	})
	s.filterOperations()
}
