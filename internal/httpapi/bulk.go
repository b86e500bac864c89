package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/filter"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
	"github.com/bandeja/bandeja/internal/inbox"
)

// BulkTarget says which contacts: exactly one of its parts is given.
type BulkTarget struct {
	ContactIDs []string  `json:"contact_ids,omitempty" maxItems:"500" doc:"Those named."`
	Search     string    `json:"search,omitempty" maxLength:"200" doc:"All that a search of contacts finds."`
	Inbox      *BulkList `json:"inbox,omitempty" doc:"All that a list shows."`
}

// BulkList is a list of contacts.
type BulkList struct {
	ID        string       `json:"id" pattern:"^(all|mine|unassigned|blocked|(team|custom)-[0-9]{1,19})$"`
	Status    string       `json:"status,omitempty" default:"open" enum:"open,closed,snoozed,all"`
	Unreplied bool         `json:"unreplied,omitempty"`
	Filter    *filter.Node `json:"filter,omitempty" doc:"Filters that aren't saved, instead of the custom inbox's own."`
}

// BulkAction says what is done: exactly one of its parts is given.
type BulkAction struct {
	Assign *BulkAssign  `json:"assign,omitempty"`
	Close  *CloseInput  `json:"close,omitempty"`
	Snooze *SnoozeInput `json:"snooze,omitempty"`
	Tag    *TagInput    `json:"tag,omitempty"`
}

// BulkAssign says to whom contacts go.
type BulkAssign struct {
	UserID *string `json:"user_id,omitempty" nullable:"true" doc:"null unassigns."`
	TeamID string  `json:"team_id,omitempty" doc:"Instead of a user: the members of a team in turn."`
}

// BulkInput describes something to do to many contacts.
type BulkInput struct {
	Target BulkTarget `json:"target"`
	Action BulkAction `json:"action"`
}

func (t BulkTarget) target() (out inbox.BulkTarget, err error) {
	given := 0
	if len(t.ContactIDs) > 0 {
		given++
		if out.Contacts, err = parseIDs("target.contact_ids", t.ContactIDs); err != nil {
			return out, err
		}
	}
	if t.Search != "" {
		given++
		out.Search = t.Search
	}
	if l := t.Inbox; l != nil {
		given++
		q := ListParams{Status: l.Status, Unreplied: l.Unreplied}.query(inbox.Name(l.ID), PageQuery{})
		if q.Filter = l.Filter; q.Filter != nil {
			if _, custom := q.Inbox.Custom(); custom {
				q.Inbox = "" // the filter stands for the inbox's own
			}
		}
		out.List = &q
	}
	if given != 1 {
		return out, crm.RefuseField("target", crm.CodeInvalid)
	}
	return out, nil
}

func (s *Server) bulkAction(tx *db.Tx, v crm.Viewer, a BulkAction) (out inbox.BulkAction, err error) {
	given := 0
	if a.Assign != nil {
		given++
		to, err := AssignInput{UserID: a.Assign.UserID, TeamID: a.Assign.TeamID}.assignment()
		if err != nil {
			return out, err
		}
		out.Assign = &inbox.BulkAssign{User: to.User, Team: to.Team}
	}
	if a.Close != nil {
		given++
		note := inbox.Note(*a.Close)
		out.Close = &note
	}
	if a.Snooze != nil {
		given++
		out.Snooze = &a.Snooze.Until
	}
	if a.Tag != nil {
		given++
		if len(a.Tag.Add)+len(a.Tag.Remove) == 0 {
			return out, crm.RefuseField("action.tag", crm.CodeRequired)
		}
		out.Tag = &inbox.BulkTag{}
		if out.Tag.Remove, err = parseIDs("action.tag.remove", a.Tag.Remove); err != nil {
			return out, err
		}
		if out.Tag.Add, err = s.Contacts.NameTags(tx, v, a.Tag.Add); err != nil {
			return out, err
		}
	}
	if given != 1 {
		return out, crm.RefuseField("action", crm.CodeInvalid)
	}
	return out, nil
}

// Bulk is something that is done to many contacts.
type Bulk struct {
	ID        string          `json:"id"`
	Action    string          `json:"action" enum:"assign,close,snooze,tag"`
	State     inbox.BulkState `json:"state" enum:"gathering,running,done,cancelled"`
	Total     int64           `json:"total" doc:"Grows until the contacts are gathered."`
	Changed   int64           `json:"changed"`
	Unchanged int64           `json:"unchanged" doc:"Those that were so already."`
	Failed    int64           `json:"failed"`
	CreatedAt time.Time       `json:"created_at"`
	EndedAt   *time.Time      `json:"ended_at"`
}

func bulkOf(b *inbox.Bulk) Bulk {
	out := Bulk{
		ID: b.ID.String(), State: b.State, Total: b.Total, Changed: b.Changed, Unchanged: b.Unchanged, Failed: b.Failed,
		CreatedAt: *wire.Time(b.CreatedAt), EndedAt: wire.Time(b.EndedAt),
	}
	switch {
	case b.Action.Assign != nil:
		out.Action = "assign"
	case b.Action.Close != nil:
		out.Action = "close"
	case b.Action.Snooze != nil:
		out.Action = "snooze"
	default:
		out.Action = "tag"
	}
	return out
}

// BulkFailure is a contact to which something could not be done.
type BulkFailure struct {
	Contact wire.ContactRow `json:"contact"`
	Code    crm.Code        `json:"code"`
	Detail  string          `json:"detail"`
}

func (s *Server) bulkOperations() {
	register(s, huma.Operation{
		OperationID: "start-bulk", Method: http.MethodPost, Path: "/bulk", Tags: []string{"Bulk"}, DefaultStatus: http.StatusCreated,
		Summary:     "Assign, close, snooze or tag many contacts at once",
		Description: "It is done bit by bit; what has been done is read under the id. A push of type bulk tells of progress.",
	}, func(ctx context.Context, c caller, in *struct {
		Idempotent
		Body BulkInput
	}) (*body[Bulk], error) {
		target, err := in.Body.Target.target()
		if err != nil {
			return nil, err
		}
		if target.List != nil {
			if err := s.listable(ctx, c, *target.List); err != nil {
				return nil, err
			}
		}
		out, err := once(ctx, s, c, in.Key, in.Body, func(tx *db.Tx) (Bulk, error) {
			action, err := s.bulkAction(tx, c.Viewer, in.Body.Action)
			if err != nil {
				return Bulk{}, err
			}
			b, err := s.Inbox.StartBulk(tx, c.Viewer, target, action)
			if err != nil {
				return Bulk{}, err
			}
			return bulkOf(b), nil
		})
		return &body[Bulk]{out}, err
	})
	register(s, huma.Operation{
		OperationID: "list-bulks", Method: http.MethodGet, Path: "/bulk", Tags: []string{"Bulk"}, Summary: "List what one has done to many contacts in the last 30 days, newest first",
	}, func(ctx context.Context, c caller, in *struct {
		Limit int `query:"limit" default:"20" minimum:"1" maximum:"100"`
	}) (*body[wire.List[Bulk]], error) {
		var items []Bulk
		err := s.DB.Read(ctx, func(tx *db.Tx) error {
			list, err := inbox.ListBulks(tx, c.Viewer, in.Limit)
			for _, b := range list {
				items = append(items, bulkOf(b))
			}
			return err
		})
		return &body[wire.List[Bulk]]{wire.ListOf(items)}, err
	})
	register(s, huma.Operation{
		OperationID: "get-bulk", Method: http.MethodGet, Path: "/bulk/{id}", Tags: []string{"Bulk"}, Summary: "Show how far it has got",
	}, func(ctx context.Context, c caller, in *IDPath) (*body[Bulk], error) {
		var out Bulk
		err := s.DB.Read(ctx, func(tx *db.Tx) error {
			b, err := inbox.GetBulk(tx, c.Viewer, in.id())
			if err == nil {
				out = bulkOf(b)
			}
			return err
		})
		return &body[Bulk]{out}, err
	})
	register(s, huma.Operation{
		OperationID: "cancel-bulk", Method: http.MethodPost, Path: "/bulk/{id}/cancel", Tags: []string{"Bulk"}, Summary: "End it; what was done stays",
	}, func(ctx context.Context, c caller, in *IDPath) (*body[Bulk], error) {
		var out Bulk
		err := s.DB.Write(ctx, func(tx *db.Tx) error {
			b, err := s.Inbox.CancelBulk(tx, c.Viewer, in.id())
			if err == nil {
				out = bulkOf(b)
			}
			return err
		})
		return &body[Bulk]{out}, err
	})
	register(s, huma.Operation{
		OperationID: "list-bulk-failures", Method: http.MethodGet, Path: "/bulk/{id}/failures", Tags: []string{"Bulk"}, Summary: "List the contacts to which it could not be done, and why",
	}, func(ctx context.Context, c caller, in *struct {
		IDPath
		PageQuery
	}) (*body[wire.Page[BulkFailure]], error) {
		names, err := s.Directory.Names(ctx, c.Workspace)
		if err != nil {
			return nil, err
		}
		var items []BulkFailure
		var next string
		err = s.DB.Read(ctx, func(tx *db.Tx) error {
			list, n, err := inbox.BulkFailures(tx, c.Viewer, in.id(), in.Cursor, in.Limit)
			for _, f := range list {
				items = append(items, BulkFailure{wire.RowOf(f.Contact, names), f.Code, Sentence(&crm.Error{Code: f.Code}, requestOf(ctx).language)})
			}
			next = n
			return err
		})
		return &body[wire.Page[BulkFailure]]{wire.PageOf(items, next)}, err
	})
}

// listable refuses a list that can't be listed: what it shows can't be gathered.
func (s *Server) listable(ctx context.Context, c caller, q inbox.ListQuery) error {
	if q.Filter != nil {
		err := s.DB.Read(ctx, func(tx *db.Tx) error { return inbox.CheckFilter(tx, c.Workspace, *q.Filter) })
		if err != nil {
			return err
		}
	}
	q.Limit = 1
	_, err := s.list(ctx, c, q)
	return err
}
