package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
	"github.com/bandeja/bandeja/internal/inbox"
)

// ScheduleInput is a message to send later: at a time, or after the seconds in which
// the caller can take back what they send.
type ScheduleInput struct {
	MessageInput
	SendAt time.Time `json:"send_at,omitzero" doc:"At most a year ahead."`
	Undo   bool      `json:"undo,omitempty" doc:"Instead of send_at: after the caller's undo_send seconds."`
}

// ScheduledFields change a scheduled message; what is absent stays.
type ScheduledFields struct {
	Text        *string            `json:"text,omitempty"`
	Attachments *[]AttachmentInput `json:"attachments,omitempty" maxItems:"10"`
	ChannelID   *string            `json:"channel_id,omitempty"`
	SendAt      *time.Time         `json:"send_at,omitempty"`
}

type ScheduledPath struct {
	IDPath
	Scheduled string `path:"scheduled" pattern:"^[0-9]{1,19}$"`
}

func (p ScheduledPath) scheduled() crm.ID { return IDPath{p.Scheduled}.id() }

// IfMatch is the header of changes that must not overwrite another's.
type IfMatch struct {
	Tag string `header:"If-Match" doc:"The ETag of the version the change was made on; another one answers 412."`
}

// version returns the version, 0 for any.
func (m IfMatch) version() (int64, error) {
	tag := strings.Trim(strings.TrimPrefix(m.Tag, "W/"), `"`)
	if tag == "" || tag == "*" {
		return 0, nil
	}
	n, err := strconv.ParseInt(tag, 10, 64)
	if err != nil {
		return 0, crm.Refuse(crm.CodeChanged)
	}
	return n, nil
}

func (s *Server) scheduledOperations() {
	register(s, huma.Operation{
		OperationID: "list-scheduled", Method: http.MethodGet, Path: "/contacts/{id}/scheduled", Tags: []string{"Scheduled messages"},
		Summary: "List the messages that wait for their time, and those that failed then",
	}, func(ctx context.Context, c caller, in *IDPath) (*body[wire.List[wire.Scheduled]], error) {
		names, err := s.Directory.Names(ctx, c.Workspace)
		if err != nil {
			return nil, err
		}
		var items []wire.Scheduled
		err = s.DB.Read(ctx, func(tx *db.Tx) error {
			list, err := inbox.ListScheduled(tx, c.Viewer, in.id())
			for i := range list {
				items = append(items, scheduledOf(&list[i], c, names))
			}
			return err
		})
		return &body[wire.List[wire.Scheduled]]{wire.ListOf(items)}, err
	})
	register(s, huma.Operation{
		OperationID: "schedule-message", Method: http.MethodPost, Path: "/contacts/{id}/scheduled", Tags: []string{"Scheduled messages"},
		DefaultStatus: http.StatusCreated, Summary: "Send a message, or keep a comment, at a later time",
	}, func(ctx context.Context, c caller, in *struct {
		IDPath
		Idempotent
		Body ScheduleInput
	}) (*body[wire.Scheduled], error) {
		names, err := s.Directory.Names(ctx, c.Workspace)
		if err != nil {
			return nil, err
		}
		out, err := once(ctx, s, c, in.Key, map[string]any{"contact": in.ID, "body": in.Body}, func(tx *db.Tx) (wire.Scheduled, error) {
			message, err := in.Body.outgoing(tx, c.Viewer, in.Key)
			if err != nil {
				return wire.Scheduled{}, err
			}
			x, err := s.Inbox.Schedule(tx, c.Viewer, in.id(), message, inbox.When{At: in.Body.SendAt, Undo: in.Body.Undo})
			if err != nil {
				return wire.Scheduled{}, err
			}
			return scheduledOf(x, c, names), nil
		})
		return &body[wire.Scheduled]{out}, err
	})
	register(s, huma.Operation{
		OperationID: "update-scheduled", Method: http.MethodPatch, Path: "/contacts/{id}/scheduled/{scheduled}", Tags: []string{"Scheduled messages"},
		Summary: "Change a scheduled message, which becomes the caller's",
	}, func(ctx context.Context, c caller, in *struct {
		ScheduledPath
		IfMatch
		Body ScheduledFields
	}) (*body[wire.Scheduled], error) {
		names, err := s.Directory.Names(ctx, c.Workspace)
		if err != nil {
			return nil, err
		}
		version, err := in.version()
		if err != nil {
			return nil, err
		}
		var out wire.Scheduled
		err = s.DB.Write(ctx, func(tx *db.Tx) error {
			change := inbox.ScheduledChange{Text: in.Body.Text, At: in.Body.SendAt}
			if in.Body.ChannelID != nil {
				id, err := optionalID("channel_id", *in.Body.ChannelID)
				if err != nil {
					return crm.RefuseField("channel_id", crm.CodeNoChannel)
				}
				change.Channel = &id
			}
			if in.Body.Attachments != nil {
				list, err := attachments(tx, c.Viewer, "attachments", *in.Body.Attachments)
				if err != nil {
					return err
				}
				change.Attachments = &list
			}
			x, err := s.Inbox.Reschedule(tx, c.Viewer, in.id(), in.scheduled(), version, change)
			if err != nil {
				return err
			}
			out = scheduledOf(x, c, names)
			return nil
		})
		return &body[wire.Scheduled]{out}, err
	})
	register(s, huma.Operation{
		OperationID: "delete-scheduled", Method: http.MethodDelete, Path: "/contacts/{id}/scheduled/{scheduled}", Tags: []string{"Scheduled messages"},
		Summary: "Delete a scheduled message: it isn't sent", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *struct {
		ScheduledPath
		IfMatch
	}) (*none, error) {
		version, err := in.version()
		if err != nil {
			return nil, err
		}
		return nil, s.DB.Write(ctx, func(tx *db.Tx) error {
			return s.Inbox.Unschedule(tx, c.Viewer, in.id(), in.scheduled(), version)
		})
	})
	register(s, huma.Operation{
		OperationID: "send-scheduled", Method: http.MethodPost, Path: "/contacts/{id}/scheduled/{scheduled}/send", Tags: []string{"Scheduled messages"},
		Summary: "Send a scheduled message, or one that failed, now",
	}, func(ctx context.Context, c caller, in *ScheduledPath) (*body[wire.Message], error) {
		return s.changed(ctx, c, func(tx *db.Tx) (*inbox.Message, error) {
			return s.Inbox.SendScheduled(tx, c.Viewer, in.id(), in.scheduled())
		})
	})
}

func scheduledOf(x *inbox.Scheduled, c caller, names wire.Names) wire.Scheduled {
	return wire.ScheduledOf(x, names, func(e *crm.Error) string { return Sentence(e, c.Language) })
}
