package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
	"github.com/bandeja/bandeja/internal/inbox"
)

// maxSharers is how many of those who share a phone or an e-mail are told of by name.
const maxSharers = 5

// SharedContacts are contacts that may be the same person.
type SharedContacts struct {
	Phone    string            `json:"phone" doc:"What all of them have; empty where it differs."`
	Email    string            `json:"email" doc:"What all of them have; empty where it differs."`
	Contacts []wire.ContactRow `json:"contacts" nullable:"false" doc:"The first five, the oldest first."`
	More     int               `json:"more" doc:"How many there are besides."`
}

// Workload is how much a user has to do.
type Workload struct {
	UserID string `json:"user_id"`
	Open   int64  `json:"open" doc:"Open conversations assigned to the user."`
	Unread int64  `json:"unread" doc:"Those of them with unread messages."`
}

func (s *Server) dashboardOperations() {
	register(s, huma.Operation{
		OperationID: "list-shared", Method: http.MethodGet, Path: "/duplicates", Tags: []string{"Dashboard"},
		Summary:     "List contacts that may be the same person: they share a phone or an e-mail",
		Description: "As far as one may see them. A page may be short, or empty, where one sees few of those who share something: next_cursor goes on from there.",
	}, func(ctx context.Context, c caller, in *struct {
		Cursor string `query:"cursor" maxLength:"40"`
		Limit  int    `query:"limit" default:"20" minimum:"1" maximum:"50"`
	}) (*body[wire.Page[SharedContacts]], error) {
		names, err := s.Directory.Names(ctx, c.Workspace)
		if err != nil {
			return nil, err
		}
		var items []SharedContacts
		var next string
		err = s.DB.Read(ctx, func(tx *db.Tx) error {
			list, n, err := contact.SharedBy(tx, c.Viewer, in.Cursor, in.Limit)
			for _, shared := range list {
				shown := min(len(shared.Contacts), maxSharers)
				x := SharedContacts{Phone: shared.Phone, Email: shared.Email, More: len(shared.Contacts) - shown}
				for _, of := range shared.Contacts[:shown] {
					x.Contacts = append(x.Contacts, wire.RowOf(of, names))
				}
				items = append(items, x)
			}
			next = n
			return err
		})
		return &body[wire.Page[SharedContacts]]{wire.PageOf(items, next)}, err
	})
	register(s, huma.Operation{
		OperationID: "list-workloads", Method: http.MethodGet, Path: "/workloads", Tags: []string{"Dashboard"},
		Summary: "List how many open conversations each user has, as far as one may see them",
	}, func(ctx context.Context, c caller, _ *none) (*body[wire.List[Workload]], error) {
		var items []Workload
		err := s.DB.Read(ctx, func(tx *db.Tx) error {
			board, err := inbox.LoadBoard(tx, c.Workspace, c.User)
			if err != nil {
				return err
			}
			for _, w := range board.Workloads(c.Viewer) {
				items = append(items, Workload{UserID: w.User.String(), Open: w.Open, Unread: w.Unread})
			}
			return nil
		})
		return &body[wire.List[Workload]]{wire.ListOf(items)}, err
	})
}
