package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
)

// FieldInput describes a custom field; what is absent stays.
type FieldInput struct {
	Name        *string   `json:"name,omitempty"`
	Slug        *string   `json:"slug,omitempty" doc:"Small letters, digits and _; it can't be changed later."`
	Description *string   `json:"description,omitempty"`
	Type        *string   `json:"type,omitempty" enum:"text,list,checkbox,email,number,url,date,time"`
	Options     *[]string `json:"options,omitempty" maxItems:"500"`
}

func (in FieldInput) change() contact.FieldChange {
	c := contact.FieldChange{Slug: in.Slug, Name: in.Name, Description: in.Description, Options: in.Options}
	if in.Type != nil {
		t := contact.FieldType(*in.Type)
		c.Type = &t
	}
	return c
}

func (s *Server) fieldOperations() {
	register(s, huma.Operation{
		OperationID: "list-fields", Method: http.MethodGet, Path: "/contact-fields", Tags: []string{"Contacts"}, Summary: "List the custom fields of contacts",
	}, func(ctx context.Context, c caller, _ *none) (*body[wire.List[wire.Field]], error) {
		var items []wire.Field
		err := s.DB.Read(ctx, func(tx *db.Tx) error {
			list, err := contact.CustomFields(tx, c.Workspace)
			for _, f := range list {
				items = append(items, wire.FieldOf(f))
			}
			return err
		})
		return &body[wire.List[wire.Field]]{wire.ListOf(items)}, err
	})
	register(s, huma.Operation{
		OperationID: "create-field", Method: http.MethodPost, Path: "/contact-fields", Tags: []string{"Contacts"}, DefaultStatus: http.StatusCreated,
		Summary: "Make a custom field",
	}, func(ctx context.Context, c caller, in *struct {
		Idempotent
		Body FieldInput
	}) (*body[wire.Field], error) {
		f, err := once(ctx, s, c, in.Key, in.Body, func(tx *db.Tx) (wire.Field, error) {
			f, err := s.Contacts.AddField(tx, c.Viewer, in.Body.change())
			return wire.FieldOf(f), err
		})
		return &body[wire.Field]{f}, err
	})
	register(s, huma.Operation{
		OperationID: "update-field", Method: http.MethodPatch, Path: "/contact-fields/{id}", Tags: []string{"Contacts"},
		Summary: "Change a custom field's name, description and options",
	}, func(ctx context.Context, c caller, in *struct {
		IDPath
		Body FieldInput
	}) (*body[wire.Field], error) {
		var f contact.Field
		err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
			f, err = s.Contacts.UpdateField(tx, c.Viewer, in.id(), in.Body.change())
			return err
		})
		return &body[wire.Field]{wire.FieldOf(f)}, err
	})
	register(s, huma.Operation{
		OperationID: "delete-field", Method: http.MethodDelete, Path: "/contact-fields/{id}", Tags: []string{"Contacts"},
		Summary: "Delete a custom field and its values", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *IDPath) (*none, error) {
		return nil, s.DB.Write(ctx, func(tx *db.Tx) error { return s.Contacts.DeleteField(tx, c.Viewer, in.id()) })
	})
}

// TagFields describe a tag; what is absent stays.
type TagFields struct {
	Name        *string `json:"name,omitempty"`
	Description *string `json:"description,omitempty"`
	Color       *string `json:"color,omitempty" enum:"grey,red,orange,yellow,green,blue,indigo,purple"`
	Emoji       *string `json:"emoji,omitempty"`
}

func (s *Server) tagOperations() {
	register(s, huma.Operation{
		OperationID: "list-tags", Method: http.MethodGet, Path: "/tags", Tags: []string{"Contacts"}, Summary: "List the tags",
	}, func(ctx context.Context, c caller, _ *none) (*body[wire.List[wire.Tag]], error) {
		var items []wire.Tag
		err := s.DB.Read(ctx, func(tx *db.Tx) error {
			list, err := contact.Tags(tx, c.Workspace)
			for _, t := range list {
				items = append(items, wire.TagOf(t))
			}
			return err
		})
		return &body[wire.List[wire.Tag]]{wire.ListOf(items)}, err
	})
	register(s, huma.Operation{
		OperationID: "create-tag", Method: http.MethodPost, Path: "/tags", Tags: []string{"Contacts"}, DefaultStatus: http.StatusCreated, Summary: "Make a tag",
	}, func(ctx context.Context, c caller, in *struct {
		Idempotent
		Body TagFields
	}) (*body[wire.Tag], error) {
		t, err := once(ctx, s, c, in.Key, in.Body, func(tx *db.Tx) (wire.Tag, error) {
			t, err := s.Contacts.AddTag(tx, c.Viewer, contact.TagChange(in.Body))
			return wire.TagOf(t), err
		})
		return &body[wire.Tag]{t}, err
	})
	register(s, huma.Operation{
		OperationID: "update-tag", Method: http.MethodPatch, Path: "/tags/{id}", Tags: []string{"Contacts"}, Summary: "Change a tag, for all contacts that carry it",
	}, func(ctx context.Context, c caller, in *struct {
		IDPath
		Body TagFields
	}) (*body[wire.Tag], error) {
		var t contact.Tag
		err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
			t, err = s.Contacts.UpdateTag(tx, c.Viewer, in.id(), contact.TagChange(in.Body))
			return err
		})
		return &body[wire.Tag]{wire.TagOf(t)}, err
	})
	register(s, huma.Operation{
		OperationID: "delete-tag", Method: http.MethodDelete, Path: "/tags/{id}", Tags: []string{"Contacts"},
		Summary: "Delete a tag, from all contacts too", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *IDPath) (*none, error) {
		return nil, s.DB.Write(ctx, func(tx *db.Tx) error { return s.Contacts.DeleteTag(tx, c.Viewer, in.id()) })
	})
}
