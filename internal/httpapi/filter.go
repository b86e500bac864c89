package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/filter"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
	"github.com/bandeja/bandeja/internal/inbox"
)

// CustomPath names a custom inbox.
type CustomPath struct {
	Inbox string `path:"inbox" pattern:"^custom-[0-9]{1,19}$"`
}

func (p CustomPath) id() crm.ID {
	id, _ := inbox.Name(p.Inbox).Custom() // the pattern leaves nothing else
	return id
}

// CustomInboxInput describes a custom inbox; what is absent stays.
type CustomInboxInput struct {
	Name    *string      `json:"name,omitempty"`
	Filter  *filter.Node `json:"filter,omitempty"`
	Sharing *string      `json:"sharing,omitempty" enum:"private,public,shared"`
	UserIDs *[]string    `json:"user_ids,omitempty" maxItems:"200"`
	TeamIDs *[]string    `json:"team_ids,omitempty" maxItems:"100"`
}

func (in CustomInboxInput) change() (inbox.CustomChange, error) {
	c := inbox.CustomChange{Name: in.Name, Filter: in.Filter}
	if in.Sharing != nil {
		s := inbox.Sharing(*in.Sharing)
		c.Sharing = &s
	}
	for _, list := range []struct {
		field string
		in    *[]string
		out   **[]crm.ID
	}{{"user_ids", in.UserIDs, &c.Users}, {"team_ids", in.TeamIDs, &c.Teams}} {
		if list.in == nil {
			continue
		}
		ids, err := parseIDs(list.field, *list.in)
		if err != nil {
			return c, err
		}
		*list.out = &ids
	}
	return c, nil
}

// FilterField is something that conditions can be about.
type FilterField struct {
	Name      string            `json:"name"`
	Kind      filter.Kind       `json:"kind" enum:"text,phone,choice,set,checkbox,number,date,time,timestamp,duration"`
	Operators []filter.Operator `json:"operators" nullable:"false"`
	Options   []string          `json:"options" nullable:"false" doc:"The words it can have; empty for any."`
}

func (s *Server) filterOperations() {
	register(s, huma.Operation{
		OperationID: "list-filter-fields", Method: http.MethodGet, Path: "/filter/fields", Tags: []string{"Inbox"},
		Summary: "List what the conditions of a filter can be about",
	}, func(ctx context.Context, c caller, _ *none) (*body[wire.List[FilterField]], error) {
		var items []FilterField
		err := s.DB.Read(ctx, func(tx *db.Tx) error {
			lens, err := inbox.NewLens(tx, c.Workspace)
			if err != nil {
				return err
			}
			for _, f := range lens.Fields() {
				item := FilterField{Name: f.Name, Kind: f.Kind, Operators: f.Kind.Operators(), Options: f.Options}
				if item.Options == nil {
					item.Options = []string{}
				}
				items = append(items, item)
			}
			return nil
		})
		return &body[wire.List[FilterField]]{wire.ListOf(items)}, err
	})
	register(s, huma.Operation{
		OperationID: "filter-contacts", Method: http.MethodPost, Path: "/filter/contacts", Tags: []string{"Inbox"},
		Summary: "List the contacts that a filter holds for, without saving it",
	}, func(ctx context.Context, c caller, in *struct {
		ListParams
		PageQuery
		Body struct {
			Filter filter.Node `json:"filter"`
		}
	}) (*body[wire.Page[wire.ContactRow]], error) {
		q := in.query("", in.PageQuery)
		q.Filter = &in.Body.Filter
		err := s.DB.Read(ctx, func(tx *db.Tx) error { return inbox.CheckFilter(tx, c.Workspace, in.Body.Filter) })
		if err != nil {
			return nil, err
		}
		return s.list(ctx, c, q)
	})
	register(s, huma.Operation{
		OperationID: "count-filter", Method: http.MethodPost, Path: "/filter/count", Tags: []string{"Inbox"},
		Summary: "Count the open conversations of those whom a filter holds for, as far as one may see them",
	}, func(ctx context.Context, c caller, in *struct {
		Body struct {
			Filter filter.Node `json:"filter"`
		}
	}) (*body[CustomCount], error) {
		err := s.DB.Read(ctx, func(tx *db.Tx) error { return inbox.CheckFilter(tx, c.Workspace, in.Body.Filter) })
		if err != nil {
			return nil, err
		}
		return s.countOpen(ctx, c, inbox.ListQuery{Filter: &in.Body.Filter})
	})
}

func (s *Server) countOpen(ctx context.Context, c caller, q inbox.ListQuery) (*body[CustomCount], error) {
	n := 0
	err := s.learned(ctx, func() error {
		return s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			n, err = s.Inbox.CountOpen(tx, c.Viewer, q)
			return err
		})
	})
	return &body[CustomCount]{CustomCount{Open: min(n, inbox.MaxCounted), More: n > inbox.MaxCounted}}, err
}
