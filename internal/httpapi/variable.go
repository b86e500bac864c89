package httpapi

import (
	"context"
	"net/http"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
	"github.com/bandeja/bandeja/internal/inbox"
)

// Variable can be written in messages and comments.
type Variable struct {
	Token   string `json:"token" doc:"As it is written: $contact.firstname."`
	Label   string `json:"label"`
	Custom  bool   `json:"custom" doc:"It is a custom field."`
	Example string `json:"example"`
	Value   string `json:"value" doc:"The contact's, where one was asked for; empty for none."`
}

// Previewed is a text as it would be sent.
type Previewed struct {
	Text       string            `json:"text"`
	Unresolved []UnresolvedToken `json:"unresolved" nullable:"false" doc:"What would be sent as it is written."`
}

// UnresolvedToken is a variable that has no value, or doesn't exist.
type UnresolvedToken struct {
	Text   string `json:"text"`
	Start  int    `json:"start" doc:"Where it begins in the text given, in characters (Unicode code points)."`
	End    int    `json:"end"`
	Reason string `json:"reason" enum:"unknown,empty"`
}

func (s *Server) variableOperations() {
	register(s, huma.Operation{
		OperationID: "list-variables", Method: http.MethodGet, Path: "/variables", Tags: []string{"Messages"},
		Summary: "List the variables that messages can have, with a contact's values",
	}, func(ctx context.Context, c caller, in *struct {
		Contact string `query:"contact_id"`
	}) (*body[wire.List[Variable]], error) {
		id, err := optionalID("contact_id", in.Contact)
		if err != nil {
			return nil, err
		}
		var items []Variable
		err = s.DB.Read(ctx, func(tx *db.Tx) error {
			list, err := inbox.Variables(tx, c.Viewer, id)
			for _, v := range list {
				items = append(items, Variable{Token: v.String(), Label: v.Label.In(string(c.Language)), Custom: v.Custom, Example: v.Example, Value: v.Value})
			}
			return err
		})
		return &body[wire.List[Variable]]{wire.ListOf(items)}, err
	})
	register(s, huma.Operation{
		OperationID: "preview-message", Method: http.MethodPost, Path: "/contacts/{id}/preview", Tags: []string{"Messages"},
		Summary: "Show a text with its variables replaced, and those that can't be",
	}, func(ctx context.Context, c caller, in *struct {
		IDPath
		Body struct {
			Text    string `json:"text" maxLength:"20000"`
			Comment bool   `json:"comment,omitempty"`
		}
	}) (*body[Previewed], error) {
		out := Previewed{Unresolved: []UnresolvedToken{}}
		text := crm.Clean(in.Body.Text)
		err := s.DB.Read(ctx, func(tx *db.Tx) error {
			shown, left, err := inbox.Preview(tx, c.Viewer, in.id(), text, in.Body.Comment)
			out.Text = shown
			for _, u := range left {
				start := utf8.RuneCountInString(text[:u.Start])
				out.Unresolved = append(out.Unresolved, UnresolvedToken{
					Text: u.Text, Start: start, End: start + utf8.RuneCountInString(u.Text), Reason: string(u.Reason),
				})
			}
			return err
		})
		return &body[Previewed]{out}, err
	})
}
