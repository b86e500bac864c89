package httpapi

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
	"github.com/bandeja/bandeja/internal/notify"
	"github.com/bandeja/bandeja/internal/webpush"
)

// UnreadCount is how many new notifications there are.
type UnreadCount struct {
	Unread int `json:"unread" doc:"At most 100, which stands for more."`
}

func (s *Server) notificationOperations() {
	register(s, huma.Operation{
		OperationID: "list-notifications", Method: http.MethodGet, Path: "/notifications", Tags: []string{"Notifications"},
		Summary: "List one's notifications, the newest first",
	}, s.listNotifications)
	register(s, huma.Operation{
		OperationID: "count-notifications", Method: http.MethodGet, Path: "/notifications/count", Tags: []string{"Notifications"},
		Summary: "Count one's new notifications",
	}, func(ctx context.Context, c caller, _ *none) (*body[UnreadCount], error) {
		var out UnreadCount
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			out.Unread, err = notify.Unread(tx, c.Viewer)
			return err
		})
		return &body[UnreadCount]{out}, err
	})
	for _, o := range []struct {
		id, path, summary string
		do                func(*db.Tx, crm.Viewer, crm.ID) error
	}{
		{"read-notification", "/read", "Mark a notification as read", notify.MarkRead},
		{"archive-notification", "/archive", "Put a notification away", notify.Archive},
		{"unarchive-notification", "/unarchive", "Get an archived notification back", notify.Unarchive},
	} {
		register(s, huma.Operation{
			OperationID: o.id, Method: http.MethodPost, Path: "/notifications/{id}" + o.path, Tags: []string{"Notifications"},
			Summary: o.summary, DefaultStatus: http.StatusNoContent,
		}, func(ctx context.Context, c caller, in *IDPath) (*none, error) {
			return nil, s.changeNotifications(ctx, c, func(tx *db.Tx) error { return o.do(tx, c.Viewer, in.id()) })
		})
	}
	for _, o := range []struct {
		id, path, summary string
		do                func(*db.Tx, crm.Viewer) error
	}{
		{"read-notifications", "/read", "Mark all notifications as read", notify.MarkAllRead},
		{"archive-notifications", "/archive", "Put all notifications away", notify.ArchiveAll},
	} {
		register(s, huma.Operation{
			OperationID: o.id, Method: http.MethodPost, Path: "/notifications" + o.path, Tags: []string{"Notifications"},
			Summary: o.summary, DefaultStatus: http.StatusNoContent,
		}, func(ctx context.Context, c caller, _ *none) (*none, error) {
			return nil, s.changeNotifications(ctx, c, func(tx *db.Tx) error { return o.do(tx, c.Viewer) })
		})
	}
	register(s, huma.Operation{
		OperationID: "read-contact-notifications", Method: http.MethodPost, Path: "/contacts/{id}/notifications/read", Tags: []string{"Notifications"},
		Summary: "Mark the notifications about a contact as read, because it was opened", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *IDPath) (*none, error) {
		var changed bool
		err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
			changed, err = notify.ReadContact(tx, c.Viewer, in.id())
			return err
		})
		if changed {
			s.Hub.NotificationsRead(c.Workspace, c.User)
		}
		return nil, err
	})
	s.notifyPreferenceOperations()
	s.pushOperations()
}

func (s *Server) listNotifications(ctx context.Context, c caller, in *struct {
	Tab    notify.Tab `query:"tab" default:"new" enum:"new,archived,all"`
	Cursor string     `query:"cursor" maxLength:"20"`
	Limit  int        `query:"limit" default:"30" minimum:"1" maximum:"100"`
}) (*body[wire.Page[wire.Notification]], error) {
	var before crm.ID
	if in.Cursor != "" {
		id, err := crm.ParseID(in.Cursor)
		if err != nil {
			return nil, crm.RefuseField("cursor", crm.CodeBadCursor)
		}
		before = id
	}
	names, err := s.Directory.Names(ctx, c.Workspace)
	if err != nil {
		return nil, err
	}
	items, next := []wire.Notification{}, ""
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := notify.List(tx, c.Viewer, in.Tab, before, in.Limit+1)
		if err != nil {
			return err
		}
		if len(list) > in.Limit {
			list = list[:in.Limit]
			next = list[in.Limit-1].LastID.String()
		}
		about, err := notify.Describe(tx, c.Workspace, list)
		if err != nil {
			return err
		}
		for i := range list {
			if x := about.Contacts[list[i].Contact]; x != nil {
				items = append(items, wire.NotificationOf(&list[i], x, about.Message(&list[i]), names))
			}
		}
		return nil
	})
	return &body[wire.Page[wire.Notification]]{wire.PageOf(items, next)}, err
}

func (s *Server) changeNotifications(ctx context.Context, c caller, change func(*db.Tx) error) error {
	err := s.DB.Write(ctx, change)
	if err == nil {
		s.Hub.NotificationsRead(c.Workspace, c.User)
	}
	return err
}

// NotifyWays are by which ways one is told of a kind.
type NotifyWays struct {
	App  bool `json:"app" doc:"In the notification centre; the other two need it."`
	Push bool `json:"push" doc:"On the desktop or the phone."`
	Mail bool `json:"mail" doc:"By mail, when away."`
}

// QuietHours are when nothing but the centre tells of anything.
type QuietHours struct {
	On   bool   `json:"on"`
	From string `json:"from" doc:"As 22:00, in one's own time zone."`
	To   string `json:"to" doc:"As 07:00; where it is before from, on the next day."`
	Days []int  `json:"days" nullable:"false" maxItems:"7" doc:"The weekdays on which they begin, 0 for Sunday."`
}

// NotifyPreferences are how one wants to be told.
type NotifyPreferences struct {
	Kinds       map[string]NotifyWays `json:"kinds" doc:"By kind of notification; all must be there."`
	QuietHours  QuietHours            `json:"quiet_hours"`
	Sound       bool                  `json:"sound"`
	MailAfter   int                   `json:"mail_after" doc:"After how many minutes without a key or a click mail is sent: 5, 15, 30 or 60."`
	ShowContent bool                  `json:"show_content" doc:"Whether pushes and mails show what was written."`
}

// NotifyState is how one wants to be told, and what can be had.
type NotifyState struct {
	NotifyPreferences
	MailAvailable bool `json:"mail_available" doc:"Whether this server sends mail."`
}

func preferencesOf(p notify.Preferences) NotifyPreferences {
	out := NotifyPreferences{
		Kinds: make(map[string]NotifyWays, len(p.Kinds)), Sound: p.Sound, MailAfter: p.MailAfter, ShowContent: p.Content,
		QuietHours: QuietHours{On: p.Quiet.On, From: clock(p.Quiet.From), To: clock(p.Quiet.To), Days: append([]int{}, p.Quiet.Days...)},
	}
	for k, w := range p.Kinds {
		out.Kinds[string(k)] = NotifyWays(w)
	}
	return out
}

func (p NotifyPreferences) preferences() notify.Preferences {
	out := notify.Preferences{
		Kinds: make(map[notify.Kind]notify.Ways, len(p.Kinds)), Sound: p.Sound, MailAfter: p.MailAfter, Content: p.ShowContent,
		Quiet: notify.Quiet{On: p.QuietHours.On, From: minutes(p.QuietHours.From), To: minutes(p.QuietHours.To), Days: append([]int{}, p.QuietHours.Days...)},
	}
	for k, w := range p.Kinds {
		out.Kinds[notify.Kind(k)] = notify.Ways(w)
	}
	return out
}

func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// minutes reads a time of day; -1 for what is none.
func minutes(clock string) int {
	if len(clock) != 5 || clock[2] != ':' {
		return -1
	}
	h, herr := strconv.ParseUint(clock[:2], 10, 8)
	m, merr := strconv.ParseUint(clock[3:], 10, 8)
	if herr != nil || merr != nil || h > 23 || m > 59 {
		return -1
	}
	return int(h*60 + m)
}

func (s *Server) notifyPreferenceOperations() {
	register(s, huma.Operation{
		OperationID: "get-notify-preferences", Method: http.MethodGet, Path: "/me/notifications", Tags: []string{"Me"},
		Summary: "Tell how one wants to be told of things",
	}, func(ctx context.Context, c caller, _ *none) (*body[NotifyState], error) { return s.notifyState(ctx, c) })
	register(s, huma.Operation{
		OperationID: "set-notify-preferences", Method: http.MethodPut, Path: "/me/notifications", Tags: []string{"Me"},
		Summary: "Set how one wants to be told of things",
	}, func(ctx context.Context, c caller, in *struct{ Body NotifyPreferences }) (*body[NotifyState], error) {
		err := s.changeNotifications(ctx, c, func(tx *db.Tx) error {
			return notify.SetPreferences(tx, c.Viewer, in.Body.preferences())
		})
		if err != nil {
			return nil, err
		}
		return s.notifyState(ctx, c)
	})
}

// PushState is what a browser needs to take pushes.
type PushState struct {
	PublicKey  string `json:"public_key" doc:"The applicationServerKey, in base64url."`
	Subscribed bool   `json:"subscribed" doc:"Notifications are pushed to this browser."`
}

// PushSubscription is where a browser takes pushes, as its PushSubscription says.
type PushSubscription struct {
	Endpoint string `json:"endpoint" maxLength:"2000"`
	Keys     struct {
		P256dh string `json:"p256dh" maxLength:"200"`
		Auth   string `json:"auth" maxLength:"100"`
	} `json:"keys"`
}

func (s *Server) pushOperations() {
	register(s, huma.Operation{
		OperationID: "get-push", Method: http.MethodGet, Path: "/me/push", Tags: []string{"Me"},
		Summary: "Tell what a browser needs to take pushes",
	}, func(ctx context.Context, c caller, _ *none) (*body[PushState], error) {
		key, err := s.Notify.PublicKey(ctx, c.Workspace)
		if err != nil {
			return nil, err
		}
		out := PushState{PublicKey: key}
		err = s.DB.Read(ctx, func(tx *db.Tx) error {
			on, err := notify.Subscribed(tx, c.Viewer)
			out.Subscribed = on[c.session]
			return err
		})
		return &body[PushState]{out}, err
	})
	register(s, huma.Operation{
		OperationID: "subscribe-push", Method: http.MethodPost, Path: "/me/push", Tags: []string{"Me"},
		Summary: "Push notifications to this browser, until its session ends", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, in *struct{ Body PushSubscription }) (*none, error) {
		// Some browsers pad what others don't.
		decode := func(text string) []byte {
			b, _ := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "=")) // what can't be read is no key
			return b
		}
		sub := webpush.Subscription{Endpoint: in.Body.Endpoint, Key: decode(in.Body.Keys.P256dh), Auth: decode(in.Body.Keys.Auth)}
		return nil, s.DB.Write(ctx, func(tx *db.Tx) error { return s.Notify.Subscribe(tx, c.Viewer, c.session, sub) })
	})
	register(s, huma.Operation{
		OperationID: "unsubscribe-push", Method: http.MethodDelete, Path: "/me/push", Tags: []string{"Me"},
		Summary: "Push nothing more to this browser", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, _ *none) (*none, error) {
		return nil, s.DB.Write(ctx, func(tx *db.Tx) error { return notify.Unsubscribe(tx, c.Viewer, c.session) })
	})
	register(s, huma.Operation{
		OperationID: "test-push", Method: http.MethodPost, Path: "/me/push/test", Tags: []string{"Me"},
		Summary: "Push a greeting to this browser", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, c caller, _ *none) (*none, error) {
		return nil, s.DB.Write(ctx, func(tx *db.Tx) error { return s.Notify.TestPush(tx, c.Viewer, c.session) })
	})
}

func (s *Server) notifyState(ctx context.Context, c caller) (*body[NotifyState], error) {
	out := NotifyState{MailAvailable: s.Notify.SendsMail()}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		p, err := notify.GetPreferences(tx, c.Viewer)
		out.NotifyPreferences = preferencesOf(p)
		return err
	})
	return &body[NotifyState]{out}, err
}
