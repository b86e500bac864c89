package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bandeja/bandeja/internal/blob"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
	"github.com/bandeja/bandeja/internal/inbox"
)

// TimelinePage is a part of a contact's timeline, oldest first.
type TimelinePage struct {
	Items     []TimelineItem `json:"items" nullable:"false"`
	HasBefore bool           `json:"has_before"`
	HasAfter  bool           `json:"has_after"`
}

// TimelineItem is a message or an event.
type TimelineItem struct{ wire.Item }

// Schema tells OpenAPI that an item is one of two.
func (TimelineItem) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{
		r.Schema(reflect.TypeFor[wire.Message](), true, "Message"),
		r.Schema(reflect.TypeFor[wire.Event](), true, "Event"),
	}}
}

// AttachmentInput is an uploaded file to send.
type AttachmentInput struct {
	FileID string `json:"file_id"`
	Voice  bool   `json:"voice,omitempty" doc:"Send audio as a voice note."`
}

// MessageInput is a message to send: text, attachments, or one of the others.
type MessageInput struct {
	ChannelID   string              `json:"channel_id,omitempty" doc:"The contact's last channel where absent."`
	Comment     bool                `json:"comment,omitempty" doc:"Keep it as an internal comment."`
	Text        string              `json:"text,omitempty"`
	Attachments []AttachmentInput   `json:"attachments,omitempty" maxItems:"10"`
	Location    *crm.Location       `json:"location,omitempty"`
	Contacts    []crm.SharedContact `json:"contacts,omitempty" maxItems:"10"`
	Interactive *crm.Interactive    `json:"interactive,omitempty"`
	Template    *crm.TemplateSend   `json:"template,omitempty"`
	Sticker     bool                `json:"sticker,omitempty" doc:"Send the image attached as a sticker."`
	ReplyTo     string              `json:"reply_to,omitempty"`
	Tag         string              `json:"tag,omitempty" maxLength:"64" doc:"Why it goes outside the messaging window: one of the channel's tags."`
}

// outgoing turns the input into a message to send; ref is its Idempotency-Key.
func (in MessageInput) outgoing(tx *db.Tx, v crm.Viewer, ref string) (out inbox.Outgoing, err error) {
	out = inbox.Outgoing{Comment: in.Comment, ClientRef: ref}
	if out.Channel, err = optionalID("channel_id", in.ChannelID); err != nil {
		return out, crm.RefuseField("channel_id", crm.CodeNoChannel)
	}
	if out.ReplyTo, err = optionalID("reply_to", in.ReplyTo); err != nil {
		return out, err
	}
	out.Content, err = in.content(tx, v)
	return out, err
}

// content turns the input into a message's content; files are looked up.
func (in MessageInput) content(tx *db.Tx, v crm.Viewer) (crm.Content, error) {
	c := crm.Content{Kind: crm.KindText, Text: in.Text, Tag: in.Tag}
	switch {
	case in.Template != nil:
		c.Kind, c.Template = crm.KindTemplate, in.Template
		for i, comp := range in.Template.Components {
			for j, p := range comp.Parameters {
				if p.Attachment == nil {
					continue
				}
				a, err := attachment(tx, v, p.Attachment.FileID, fmt.Sprintf("template.components[%d].parameters[%d]", i, j))
				if err != nil {
					return c, err
				}
				in.Template.Components[i].Parameters[j].Attachment = &a
			}
		}
	case in.Location != nil:
		c.Kind, c.Location = crm.KindLocation, in.Location
		if l := in.Location; l.Latitude < -90 || l.Latitude > 90 || l.Longitude < -180 || l.Longitude > 180 {
			return c, crm.RefuseField("location", crm.CodeInvalid)
		}
	case len(in.Contacts) > 0:
		c.Kind, c.Contacts = crm.KindContacts, in.Contacts
	case in.Interactive != nil:
		c.Kind, c.Interactive = crm.KindInteractive, in.Interactive
	}
	var err error
	c.Attachments, err = attachments(tx, v, "attachments", in.Attachments)
	for i := range c.Attachments {
		if in.Sticker && c.Attachments[i].Kind == crm.KindImage {
			c.Attachments[i].Kind = crm.KindSticker
		}
	}
	return c, err
}

// attachments looks up the files of a field.
func attachments(tx *db.Tx, v crm.Viewer, field string, list []AttachmentInput) ([]crm.Attachment, error) {
	var out []crm.Attachment
	for i, input := range list {
		a, err := attachment(tx, v, input.FileID, fmt.Sprintf("%s[%d]", field, i))
		if err != nil {
			return nil, err
		}
		if input.Voice && a.Kind == crm.KindAudio {
			a.Kind = crm.KindVoice
		}
		out = append(out, a)
	}
	return out, nil
}

func attachment(tx *db.Tx, v crm.Viewer, fileID, field string) (crm.Attachment, error) {
	id, err := crm.ParseID(fileID)
	if err != nil {
		return crm.Attachment{}, crm.RefuseField(field, crm.CodeInvalid)
	}
	f, err := blob.Hold(tx, v.Workspace, id)
	if err != nil {
		return crm.Attachment{}, crm.RefuseField(field, crm.CodeInvalid)
	}
	ok, err := inbox.SeesFile(tx, v, f.ID, f.Contact, f.User)
	if err != nil {
		return crm.Attachment{}, err
	}
	if !ok {
		return crm.Attachment{}, crm.RefuseField(field, crm.CodeInvalid)
	}
	return f.Attachment(), nil
}

func optionalID(field, s string) (crm.ID, error) {
	if s == "" {
		return 0, nil
	}
	id, err := crm.ParseID(s)
	if err != nil {
		return 0, crm.RefuseField(field, crm.CodeInvalid)
	}
	return id, nil
}

type MessagePath struct {
	IDPath
	Message string `path:"message" pattern:"^[0-9]{1,19}$"`
}

func (p MessagePath) message() crm.ID { return IDPath{p.Message}.id() }

func (s *Server) messageOperations() {
	register(s, huma.Operation{
		OperationID: "list-messages", Method: http.MethodGet, Path: "/contacts/{id}/messages", Tags: []string{"Messages"},
		Summary: "Show a part of a contact's timeline: the newest, what lies before, after or around an id, or around a moment",
	}, func(ctx context.Context, c caller, in *struct {
		IDPath
		Before string    `query:"before"`
		After  string    `query:"after"`
		Around string    `query:"around"`
		At     time.Time `query:"at" doc:"Instead of around: the part around a moment."`
		Limit  int       `query:"limit" default:"50" minimum:"1" maximum:"200"`
	}) (*body[TimelinePage], error) {
		q := inbox.TimelineQuery{Limit: in.Limit}
		for _, p := range []struct {
			field, text string
			out         *crm.ID
		}{{"before", in.Before, &q.Before}, {"after", in.After, &q.After}, {"around", in.Around, &q.Around}} {
			id, err := optionalID(p.field, p.text)
			if err != nil {
				return nil, crm.RefuseField(p.field, crm.CodeInvalid)
			}
			*p.out = id
		}
		if !in.At.IsZero() {
			q.Around = max(db.IDFrom(in.At), 1)
		}
		return s.timeline(ctx, c, in.id(), q)
	})
	register(s, huma.Operation{
		OperationID: "send-message", Method: http.MethodPost, Path: "/contacts/{id}/messages", Tags: []string{"Messages"},
		DefaultStatus: http.StatusCreated, Summary: "Send a message to a contact, or keep a comment",
	}, func(ctx context.Context, c caller, in *struct {
		IDPath
		Idempotent
		Body MessageInput
	}) (*body[wire.Message], error) {
		names, err := s.Directory.Names(ctx, c.Workspace)
		if err != nil {
			return nil, err
		}
		what := map[string]any{"contact": in.ID, "body": in.Body}
		out, err := once(ctx, s, c, in.Key, what, func(tx *db.Tx) (wire.Message, error) {
			message, err := in.Body.outgoing(tx, c.Viewer, in.Key)
			if err != nil {
				return wire.Message{}, err
			}
			m, err := s.Inbox.Send(tx, c.Viewer, in.id(), message)
			if err != nil {
				return wire.Message{}, err
			}
			return wire.MessageOf(m, "", names), nil
		})
		return &body[wire.Message]{out}, err
	})
	s.changeMessageOperations()
}

func (s *Server) changeMessageOperations() {
	register(s, huma.Operation{
		OperationID: "retry-message", Method: http.MethodPost, Path: "/contacts/{id}/messages/{message}/retry", Tags: []string{"Messages"},
		Summary: "Send again what failed or may not have been sent",
	}, func(ctx context.Context, c caller, in *MessagePath) (*body[wire.Message], error) {
		return s.changed(ctx, c, func(tx *db.Tx) (*inbox.Message, error) {
			return s.Inbox.Retry(tx, c.Viewer, in.id(), in.message())
		})
	})
	register(s, huma.Operation{
		OperationID: "react", Method: http.MethodPut, Path: "/contacts/{id}/messages/{message}/reaction", Tags: []string{"Messages"},
		Summary: "Set our reaction on a contact's message; an empty one takes it back",
	}, func(ctx context.Context, c caller, in *struct {
		MessagePath
		Body struct {
			Emoji string `json:"emoji" maxLength:"64"`
		}
	}) (*body[wire.Message], error) {
		return s.changed(ctx, c, func(tx *db.Tx) (*inbox.Message, error) {
			return s.Inbox.React(tx, c.Viewer, in.id(), in.message(), in.Body.Emoji)
		})
	})
}

func (s *Server) changed(ctx context.Context, c caller, change func(tx *db.Tx) (*inbox.Message, error)) (*body[wire.Message], error) {
	names, err := s.Directory.Names(ctx, c.Workspace)
	if err != nil {
		return nil, err
	}
	var out wire.Message
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := change(tx)
		if err != nil {
			return err
		}
		owner, err := contact.Get(tx, c.Workspace, m.Contact, false)
		if err != nil {
			return err
		}
		out = wire.MessageOf(m, owner.Name(), names)
		return nil
	})
	return &body[wire.Message]{out}, err
}

func (s *Server) timeline(ctx context.Context, c caller, id crm.ID, q inbox.TimelineQuery) (*body[TimelinePage], error) {
	names, err := s.Directory.Names(ctx, c.Workspace)
	if err != nil {
		return nil, err
	}
	out := &body[TimelinePage]{TimelinePage{Items: []TimelineItem{}}}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		owner, err := contact.See(tx, c.Viewer, id, false)
		if err != nil {
			return err
		}
		items, before, after, err := inbox.Timeline(tx, c.Workspace, id, q)
		if err != nil {
			return err
		}
		out.Body.HasBefore, out.Body.HasAfter = before, after
		for _, it := range items {
			var w wire.Item
			if it.Message != nil {
				m := wire.MessageOf(it.Message, owner.Name(), names)
				w.Message = &m
			} else {
				e := wire.EventOf(it.Event, names)
				w.Event = &e
			}
			out.Body.Items = append(out.Body.Items, TimelineItem{w})
		}
		return nil
	})
	return out, err
}
