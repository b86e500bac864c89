package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/gateway"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
)

// Limit bounds a kind of content.
type Limit struct {
	Bytes int64    `json:"bytes"`
	Text  int      `json:"text"`
	MIME  []string `json:"mime" nullable:"false"`
}

// Capabilities are what a channel can do.
type Capabilities struct {
	Out           map[string]Limit `json:"out" nullable:"false"`
	WindowHours   int              `json:"window_hours" doc:"0 means always open."`
	HumanHours    int              `json:"human_hours" doc:"The window for what people write, where that is longer; else 0."`
	OutsideWindow string           `json:"outside_window" enum:",template,tag,none"`
	Tags          []ChannelTag     `json:"tags" nullable:"false" doc:"What a message outside the window may be about, one of which it names."`
	ContactFirst  bool             `json:"contact_first"`
	Delivered     bool             `json:"delivered"`
	ReadReceipts  bool             `json:"read_receipts"`
	ReplyContext  bool             `json:"reply_context"`
	Reactions     bool             `json:"reactions"`
	Typing        bool             `json:"typing"`
	Templates     bool             `json:"templates"`
	MaxButtons    int              `json:"max_buttons"`
	MaxListRows   int              `json:"max_list_rows"`
}

// ChannelTag is a reason for which a message goes outside the messaging window.
type ChannelTag struct {
	Value string `json:"value"`
	Name  string `json:"name"`
	Help  string `json:"help"`
}

func capabilitiesOf(c channel.Capabilities, lang crm.Language) Capabilities {
	out := Capabilities{
		Out: make(map[string]Limit, len(c.Out)), WindowHours: int(c.Window.Hours()), HumanHours: int(c.HumanWindow.Hours()),
		OutsideWindow: c.OutsideWindow, Tags: make([]ChannelTag, 0, len(c.Tags)),
		ContactFirst: c.ContactFirst, Delivered: c.Delivered, ReadReceipts: c.ReadReceipts, ReplyContext: c.ReplyContext,
		Reactions: c.Reactions, Typing: c.Typing, Templates: c.Templates, MaxButtons: c.MaxButtons, MaxListRows: c.MaxListRows,
	}
	for k, l := range c.Out {
		mime := l.MIME
		if mime == nil {
			mime = []string{}
		}
		out.Out[string(k)] = Limit{Bytes: l.Bytes, Text: l.Text, MIME: mime}
	}
	for _, t := range c.Tags {
		out.Tags = append(out.Tags, ChannelTag{t.Value, t.Name.In(string(lang)), t.Help.In(string(lang))})
	}
	return out
}

// ChannelType is a kind of channel that can be connected.
type ChannelType struct {
	Type         string         `json:"type"`
	Name         string         `json:"name"`
	Summary      string         `json:"summary"`
	Fields       []ChannelField `json:"fields" nullable:"false"`
	Capabilities Capabilities   `json:"capabilities"`
}

// ChannelField is a set-up value of a channel.
type ChannelField struct {
	Key       string          `json:"key"`
	Label     string          `json:"label"`
	Help      string          `json:"help"`
	Kind      string          `json:"kind" enum:"text,secret,url,choice,bool,color,list,long"`
	Required  bool            `json:"required"`
	Generated bool            `json:"generated" doc:"Made when left empty."`
	OwnerOnly bool            `json:"owner_only"`
	Advanced  bool            `json:"advanced"`
	Default   string          `json:"default"`
	Pattern   string          `json:"pattern"`
	Options   []ChannelOption `json:"options" nullable:"false"`
}

// ChannelOption is a choice of a field.
type ChannelOption struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

func channelTypeOf(d channel.Description, lang crm.Language) ChannelType {
	l := string(lang)
	out := ChannelType{
		Type: d.Type, Name: d.Name.In(l), Summary: d.Summary.In(l), Fields: []ChannelField{}, Capabilities: capabilitiesOf(d.Capabilities, lang),
	}
	for _, f := range d.Fields {
		w := ChannelField{
			Key: f.Key, Label: f.Label.In(l), Help: f.Help.In(l), Kind: string(f.Kind), Required: f.Required, Generated: f.Generated,
			OwnerOnly: f.OwnerOnly, Advanced: f.Advanced, Default: f.Default, Pattern: f.Pattern, Options: []ChannelOption{},
		}
		for _, o := range f.Options {
			w.Options = append(w.Options, ChannelOption{o.Value, o.Label.In(l)})
		}
		out.Fields = append(out.Fields, w)
	}
	return out
}

// Channel is a connected channel.
type Channel struct {
	ID           string            `json:"id"`
	Type         string            `json:"type"`
	Name         string            `json:"name"`
	Handle       string            `json:"handle"`
	Status       string            `json:"status" enum:"connected,error,disconnected"`
	WebhookURL   string            `json:"webhook_url"`
	Capabilities Capabilities      `json:"capabilities"`
	Config       map[string]string `json:"config" nullable:"false" doc:"Set-up values; secrets are empty."`
	SecretsSet   []string          `json:"secrets_set" nullable:"false"`
	CreatedAt    *time.Time        `json:"created_at" nullable:"false"`
	Health       Health            `json:"health"`
}

// Health is how a channel fares.
type Health struct {
	LastWebhookAt *time.Time    `json:"last_webhook_at"`
	LastSendAt    *time.Time    `json:"last_send_at"`
	LastError     *ChannelError `json:"last_error"`
	QueueIn       int           `json:"queue_in"`
	QueueOut      int           `json:"queue_out"`
	Unreadable    int           `json:"unreadable"`
	Dead          int           `json:"dead"`
}

// ChannelError is the last error of a channel, in the provider's words.
type ChannelError struct {
	At   *time.Time `json:"at" nullable:"false"`
	Code string     `json:"code"`
	Text string     `json:"text"`
}

func (s *Server) channelOf(ctx context.Context, c caller, ch *gateway.Channel) (Channel, error) {
	out := Channel{
		ID: ch.ID.String(), Type: ch.Type, Name: ch.Name, Handle: ch.Handle, Status: string(ch.Status),
		Capabilities: capabilitiesOf(ch.About.Capabilities, requestOf(ctx).language), Config: map[string]string{}, SecretsSet: []string{}, CreatedAt: wire.Time(ch.CreatedAt),
	}
	manages := c.May(crm.ChannelsManage)
	for _, f := range ch.About.Fields {
		value := ch.Config[f.Key]
		switch {
		case !manages || f.OwnerOnly && !c.May(crm.ChannelsAdvanced):
		case f.Kind == channel.FieldSecret:
			out.Config[f.Key] = ""
			if value != "" {
				out.SecretsSet = append(out.SecretsSet, f.Key)
			}
		default:
			out.Config[f.Key] = value
		}
	}
	if !manages {
		return out, nil
	}
	out.WebhookURL = s.Gateway.WebhookURL(ch)
	var h gateway.Health
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		h, err = s.Gateway.Health(tx, c.Workspace, ch.ID)
		return err
	})
	out.Health = Health{
		LastWebhookAt: wire.Time(h.LastWebhookAt), LastSendAt: wire.Time(h.LastSendAt), QueueIn: h.QueueIn, QueueOut: h.QueueOut,
		Unreadable: h.Unreadable, Dead: h.Dead,
	}
	if h.ErrorAt != 0 {
		out.Health.LastError = &ChannelError{wire.Time(h.ErrorAt), h.ErrorCode, h.ErrorText}
	}
	return out, err
}

func (s *Server) channelAnswer(ctx context.Context, c caller, ch *gateway.Channel, err error) (*body[Channel], error) {
	if err != nil {
		return nil, err
	}
	out, err := s.channelOf(ctx, c, ch)
	return &body[Channel]{out}, err
}

func (s *Server) channelOperations() {
	register(s, huma.Operation{
		OperationID: "list-channel-types", Method: http.MethodGet, Path: "/channel-types", Tags: []string{"Channels"},
		Summary: "List the kinds of channel and what each needs to be set up",
	}, func(ctx context.Context, c caller, _ *none) (*body[wire.List[ChannelType]], error) {
		var items []ChannelType
		for _, d := range s.Gateway.Descriptions() {
			items = append(items, channelTypeOf(d, requestOf(ctx).language))
		}
		return &body[wire.List[ChannelType]]{wire.ListOf(items)}, nil
	})
	register(s, huma.Operation{
		OperationID: "list-channels", Method: http.MethodGet, Path: "/channels", Tags: []string{"Channels"}, Summary: "List the connected channels",
	}, func(ctx context.Context, c caller, _ *none) (*body[wire.List[Channel]], error) {
		var list []*gateway.Channel
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			list, err = s.Gateway.List(tx, c.Workspace)
			return err
		})
		if err != nil {
			return nil, err
		}
		var items []Channel
		for _, ch := range list {
			out, err := s.channelOf(ctx, c, ch)
			if err != nil {
				return nil, err
			}
			items = append(items, out)
		}
		return &body[wire.List[Channel]]{wire.ListOf(items)}, nil
	})
	register(s, huma.Operation{
		OperationID: "create-channel", Method: http.MethodPost, Path: "/channels", Tags: []string{"Channels"}, DefaultStatus: http.StatusCreated,
		Summary: "Connect a channel",
	}, func(ctx context.Context, c caller, in *struct {
		Idempotent
		Check string `query:"check" default:"true" enum:"true,false" doc:"Ask the provider whether the credentials work, and subscribe to its webhooks."`
		Body  struct {
			Type   string            `json:"type"`
			Name   string            `json:"name,omitempty"`
			Config map[string]string `json:"config,omitempty"`
		}
	}) (*body[Channel], error) {
		id, err := onceOutside(ctx, s, c, in.Key, in.Body, func() (string, error) {
			ch, err := s.Gateway.Create(ctx, c.Viewer, in.Body.Type, in.Body.Name, in.Body.Config, in.Check != "false")
			if err != nil {
				return "", err
			}
			return ch.ID.String(), nil
		})
		if err != nil {
			return nil, err
		}
		ch, err := s.Gateway.Channel(ctx, c.Workspace, IDPath{id}.id())
		return s.channelAnswer(ctx, c, ch, err)
	})
	register(s, huma.Operation{
		OperationID: "get-channel", Method: http.MethodGet, Path: "/channels/{id}", Tags: []string{"Channels"}, Summary: "Show a channel and its health",
	}, func(ctx context.Context, c caller, in *IDPath) (*body[Channel], error) {
		ch, err := s.Gateway.Channel(ctx, c.Workspace, in.id())
		return s.channelAnswer(ctx, c, ch, err)
	})
	register(s, huma.Operation{
		OperationID: "update-channel", Method: http.MethodPatch, Path: "/channels/{id}", Tags: []string{"Channels"}, Summary: "Change a channel's name or set-up",
	}, func(ctx context.Context, c caller, in *struct {
		IDPath
		Body struct {
			Name   *string           `json:"name,omitempty"`
			Config map[string]string `json:"config,omitempty"`
		}
	}) (*body[Channel], error) {
		ch, err := s.Gateway.Update(ctx, c.Viewer, in.id(), in.Body.Name, in.Body.Config)
		return s.channelAnswer(ctx, c, ch, err)
	})
	register(s, huma.Operation{
		OperationID: "delete-channel", Method: http.MethodDelete, Path: "/channels/{id}", Tags: []string{"Channels"},
		Summary: "Disconnect a channel; what was said over it stays", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *IDPath) (*none, error) {
		return nil, s.Gateway.Delete(ctx, c.Viewer, in.id())
	})
	s.channelCareOperations()
	s.troubleOperations()
}

// CheckResult is the provider's word on a channel's credentials.
type CheckResult struct {
	OK      bool `json:"ok"`
	Account struct {
		Name   string `json:"name"`
		Handle string `json:"handle"`
	} `json:"account"`
	Error *crm.DeliveryError `json:"error"`
}

// TemplateList are a channel's templates as last listed.
type TemplateList struct {
	Items     []crm.Template `json:"items" nullable:"false"`
	FetchedAt *time.Time     `json:"fetched_at"`
}

func (s *Server) channelCareOperations() {
	register(s, huma.Operation{
		OperationID: "check-channel", Method: http.MethodPost, Path: "/channels/{id}/check", Tags: []string{"Channels"},
		Summary: "Ask the provider whether a channel's credentials work, and subscribe again",
	}, func(ctx context.Context, c caller, in *IDPath) (*body[CheckResult], error) {
		out := &body[CheckResult]{}
		a, err := s.Gateway.Check(ctx, c.Viewer, in.id())
		var se *channel.SendError
		if errors.As(err, &se) {
			out.Body.Error = &crm.DeliveryError{Code: se.Code, Title: se.Title, Detail: se.Detail}
			if se.Title == "" && se.Detail == "" && se.Err != nil {
				out.Body.Error.Detail = se.Err.Error()
			}
			return out, nil
		}
		out.Body.OK = err == nil
		out.Body.Account.Name, out.Body.Account.Handle = a.Name, a.Handle
		return out, err
	})
	register(s, huma.Operation{
		OperationID: "list-templates", Method: http.MethodGet, Path: "/channels/{id}/templates", Tags: []string{"Channels"},
		Summary: "List a channel's templates",
	}, func(ctx context.Context, c caller, in *struct {
		IDPath
		Refresh bool `query:"refresh" doc:"Ask the provider first, unless it was asked in the last 30 seconds."`
	}) (*body[TemplateList], error) {
		got, err := s.templates.get(ctx, c.Workspace.String()+"/"+in.id().String(), in.Refresh, func(ctx context.Context, anew bool) (t templates, err error) {
			t.items, t.at, err = s.Gateway.Templates(ctx, c.Viewer, in.id(), anew)
			return t, err
		})
		if got.items == nil {
			got.items = []crm.Template{}
		}
		return &body[TemplateList]{TemplateList{got.items, wire.Time(got.at)}}, err
	})
}

// InboundItem is a webhook that was stored but not shown.
type InboundItem struct {
	ID         string     `json:"id"`
	ReceivedAt *time.Time `json:"received_at" nullable:"false"`
	State      string     `json:"state" enum:"unreadable,dead"`
	Error      string     `json:"error"`
	Preview    string     `json:"preview" doc:"The body's beginning."`
}

// DeadJob is work that failed too often.
type DeadJob struct {
	ID       string     `json:"id"`
	Kind     string     `json:"kind"`
	Lane     string     `json:"lane"`
	Error    string     `json:"error"`
	Attempts int        `json:"attempts"`
	DiedAt   *time.Time `json:"died_at" nullable:"false"`
}

func (s *Server) troubleOperations() {
	register(s, huma.Operation{
		OperationID: "list-inbound", Method: http.MethodGet, Path: "/channels/{id}/inbound", Tags: []string{"Channels"},
		Summary: "List webhooks that could not be read or processed",
	}, func(ctx context.Context, c caller, in *struct {
		IDPath
		PageQuery
	}) (*body[wire.Page[InboundItem]], error) {
		before, err := optionalID("cursor", in.Cursor)
		if err != nil {
			return nil, crm.RefuseField("cursor", crm.CodeBadCursor)
		}
		if _, err := s.Gateway.Channel(ctx, c.Workspace, in.id()); err != nil {
			return nil, err
		}
		var items []InboundItem
		next := ""
		err = s.DB.Read(ctx, func(tx *db.Tx) error {
			list, err := s.Gateway.Troubles(tx, c.Workspace, in.id(), before, in.Limit+1)
			for i, t := range list {
				if i == in.Limit {
					next = list[i-1].ID.String()
					break
				}
				items = append(items, InboundItem{t.ID.String(), wire.Time(t.ReceivedAt), t.State, t.Error, preview(t.Raw)})
			}
			return err
		})
		return &body[wire.Page[InboundItem]]{wire.PageOf(items, next)}, err
	})
	register(s, huma.Operation{
		OperationID: "replay-inbound", Method: http.MethodPost, Path: "/channels/{id}/inbound/{inbound}/replay", Tags: []string{"Channels"},
		Summary: "Process a stored webhook again", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *struct {
		IDPath
		Inbound string `path:"inbound" pattern:"^[0-9]{1,19}$"`
	}) (*none, error) {
		return nil, s.Gateway.Replay(ctx, c.Workspace, in.id(), IDPath{in.Inbound}.id())
	})
	register(s, huma.Operation{
		OperationID: "list-dead-jobs", Method: http.MethodGet, Path: "/jobs/dead", Tags: []string{"Jobs"}, Summary: "List work that failed too often",
	}, func(ctx context.Context, c caller, in *PageQuery) (*body[wire.Page[DeadJob]], error) {
		before, err := optionalID("cursor", in.Cursor)
		if err != nil {
			return nil, crm.RefuseField("cursor", crm.CodeBadCursor)
		}
		var items []DeadJob
		next := ""
		err = s.DB.Read(ctx, func(tx *db.Tx) error {
			list, err := s.Queue.ListDead(tx, c.Workspace, before, in.Limit+1)
			for i, d := range list {
				if i == in.Limit {
					next = list[i-1].ID.String()
					break
				}
				items = append(items, DeadJob{d.ID.String(), d.Kind, d.Lane, d.Error, d.Attempt, wire.Time(d.DiedAt.UnixMicro())})
			}
			return err
		})
		return &body[wire.Page[DeadJob]]{wire.PageOf(items, next)}, err
	})
	register(s, huma.Operation{
		OperationID: "replay-dead-job", Method: http.MethodPost, Path: "/jobs/dead/{id}/replay", Tags: []string{"Jobs"},
		Summary: "Do failed work again", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *IDPath) (*none, error) {
		return nil, s.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := s.Queue.Replay(tx, c.Workspace, in.id())
			return err
		})
	})
}

func preview(raw []byte) string {
	const most = 400
	s := strings.ToValidUTF8(string(raw[:min(len(raw), most)]), "\uFFFD")
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most])
	}
	return s
}
