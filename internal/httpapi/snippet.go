package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bandeja/bandeja/internal/content"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
)

// SnippetInput describes a snippet; what is absent stays.
type SnippetInput struct {
	Name    *string            `json:"name,omitempty" doc:"What is typed after the slash: letters, digits, - and _, at most 50. Unique among one's own, and among the shared ones."`
	Text    *string            `json:"text,omitempty" doc:"At most 4096 characters."`
	Scope   *string            `json:"scope,omitempty" enum:"personal,team,workspace"`
	TeamIDs *[]string          `json:"team_ids,omitempty" maxItems:"100"`
	Files   *[]AttachmentInput `json:"files,omitempty" maxItems:"20" doc:"At most 5."`
}

func (in SnippetInput) change(tx *db.Tx, v crm.Viewer) (content.Change, error) {
	c := content.Change{Name: in.Name, Text: in.Text}
	if in.Scope != nil {
		scope := content.Scope(*in.Scope)
		c.Scope = &scope
	}
	if in.TeamIDs != nil {
		teams := make([]crm.ID, 0, len(*in.TeamIDs))
		for _, s := range *in.TeamIDs {
			id, err := crm.ParseID(s)
			if err != nil {
				return c, crm.RefuseField("team_ids", crm.CodeUnknownTeam)
			}
			teams = append(teams, id)
		}
		c.Teams = &teams
	}
	if in.Files != nil {
		if len(*in.Files) > content.MaxFiles {
			return c, crm.RefuseField("files", crm.CodeLimit, "max", content.MaxFiles)
		}
		list, err := attachments(tx, v, "files", *in.Files)
		if err != nil {
			return c, err
		}
		c.Files = &list
	}
	return c, nil
}

func (s *Server) snippetOperations() {
	register(s, huma.Operation{
		OperationID: "list-snippets", Method: http.MethodGet, Path: "/snippets", Tags: []string{"Snippets"},
		Summary: "List the snippets that one has, or find them by name and text",
	}, func(ctx context.Context, c caller, in *struct {
		PageQuery
		Search string `query:"search" maxLength:"200"`
	}) (*body[wire.Page[wire.Snippet]], error) {
		var items []wire.Snippet
		var next string
		err := s.DB.Read(ctx, func(tx *db.Tx) error {
			list, n, err := content.List(tx, c.Viewer, in.Search, in.Cursor, in.Limit)
			for i := range list {
				items = append(items, wire.SnippetOf(&list[i], c.Viewer))
			}
			next = n
			return err
		})
		return &body[wire.Page[wire.Snippet]]{wire.PageOf(items, next)}, err
	})
	register(s, huma.Operation{
		OperationID: "create-snippet", Method: http.MethodPost, Path: "/snippets", Tags: []string{"Snippets"}, DefaultStatus: http.StatusCreated,
		Summary: "Make a snippet, personal unless said otherwise",
	}, func(ctx context.Context, c caller, in *struct {
		Idempotent
		Body SnippetInput
	}) (*body[wire.Snippet], error) {
		out, err := once(ctx, s, c, in.Key, in.Body, func(tx *db.Tx) (wire.Snippet, error) {
			change, err := in.Body.change(tx, c.Viewer)
			if err != nil {
				return wire.Snippet{}, err
			}
			x, err := s.Content.Add(tx, c.Viewer, change)
			return wire.SnippetOf(&x, c.Viewer), err
		})
		return &body[wire.Snippet]{out}, err
	})
	register(s, huma.Operation{
		OperationID: "update-snippet", Method: http.MethodPatch, Path: "/snippets/{id}", Tags: []string{"Snippets"}, Summary: "Change a snippet",
	}, func(ctx context.Context, c caller, in *struct {
		IDPath
		Body SnippetInput
	}) (*body[wire.Snippet], error) {
		var out wire.Snippet
		err := s.DB.Write(ctx, func(tx *db.Tx) error {
			change, err := in.Body.change(tx, c.Viewer)
			if err != nil {
				return err
			}
			x, err := s.Content.Update(tx, c.Viewer, in.id(), change)
			out = wire.SnippetOf(&x, c.Viewer)
			return err
		})
		return &body[wire.Snippet]{out}, err
	})
	register(s, huma.Operation{
		OperationID: "delete-snippet", Method: http.MethodDelete, Path: "/snippets/{id}", Tags: []string{"Snippets"},
		Summary: "Delete a snippet", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *IDPath) (*none, error) {
		return nil, s.DB.Write(ctx, func(tx *db.Tx) error { return s.Content.Delete(tx, c.Viewer, in.id()) })
	})
	register(s, huma.Operation{
		OperationID: "use-snippet", Method: http.MethodPost, Path: "/snippets/{id}/use", Tags: []string{"Snippets"},
		Summary: "Count that a snippet was taken", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *IDPath) (*none, error) {
		return nil, s.DB.Write(ctx, func(tx *db.Tx) error { return content.Use(tx, c.Viewer, in.id()) })
	})
}
