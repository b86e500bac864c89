package wire

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/inbox"
	"github.com/bandeja/bandeja/internal/search"
)

// FileURL is where a signed-in browser gets a file.
func FileURL(id crm.ID, name string) string {
	return "/files/" + id.String() + "/" + url.PathEscape(name)
}

// Message is a message or a comment.
type Message struct {
	Item           string             `json:"item" enum:"message"`
	ID             string             `json:"id"`
	At             time.Time          `json:"at"`
	ContactID      string             `json:"contact_id"`
	ConversationID *string            `json:"conversation_id"`
	ChannelID      *string            `json:"channel_id"`
	Direction      crm.Direction      `json:"direction"`
	Source         crm.Source         `json:"source"`
	UserID         *string            `json:"user_id"`
	SenderName     string             `json:"sender_name"`
	Content        crm.Content        `json:"content"`
	Status         crm.Status         `json:"status"`
	StatusTimes    StatusTimes        `json:"status_times"`
	Error          *crm.DeliveryError `json:"error"`
	ReplyTo        *Quote             `json:"reply_to"`
	Reactions      []Reaction         `json:"reactions" nullable:"false"`
	EditedAt       *time.Time         `json:"edited_at"`
	DeletedAt      *time.Time         `json:"deleted_at"`
	SentAt         *time.Time         `json:"sent_at" doc:"The provider's time."`
	ClientRef      string             `json:"client_ref" doc:"The Idempotency-Key it was created with."`
}

// Reaction is an emoji on a message.
type Reaction struct {
	Emoji string `json:"emoji"`
	By    string `json:"by" enum:"contact,us"`
}

// StatusTimes tell when a message that we sent reached each status.
type StatusTimes struct {
	Delivered *time.Time `json:"delivered,omitempty"`
	Failed    *time.Time `json:"failed,omitempty"`
	Read      *time.Time `json:"read,omitempty"`
	Sent      *time.Time `json:"sent,omitempty"`
}

// Quote is the message that another answers.
type Quote struct {
	ID         *string         `json:"id"`
	Text       string          `json:"text"`
	Kind       crm.ContentKind `json:"kind"`
	SenderName string          `json:"sender_name"`
	Direction  crm.Direction   `json:"direction"`
}

// MessageOf returns a message. contactName is its contact's.
func MessageOf(m *inbox.Message, contactName string, names Names) Message {
	out := Message{
		Item: "message", ID: m.ID.String(), At: *Time(m.CreatedAt), ContactID: m.Contact.String(),
		ConversationID: ID(m.Conversation), ChannelID: ID(m.Channel), Direction: m.Direction, Source: m.Source,
		UserID: ID(m.User), Content: m.Content, Status: m.Status,
		Error: m.Error, Reactions: make([]Reaction, 0, len(m.Reactions)), EditedAt: Time(m.EditedAt), DeletedAt: Time(m.DeletedAt),
		SentAt: Time(m.SentAt), ClientRef: m.ClientRef,
	}
	if len(m.Content.Mentions) > 0 {
		out.Content.Mentions = slices.Clone(m.Content.Mentions)
		for i, who := range out.Content.Mentions {
			if id, err := crm.ParseID(who.UserID); err == nil {
				if name := names(id); name != "" { // as they are called today
					out.Content.Mentions[i].Name = name
				}
			}
		}
	}
	for _, r := range m.Reactions {
		if r.Emoji != "" {
			out.Reactions = append(out.Reactions, Reaction{Emoji: r.Emoji, By: r.By})
		}
	}
	sender := func(d crm.Direction, user crm.ID) string {
		switch {
		case d == crm.Incoming:
			return contactName
		case user != 0:
			return names(user)
		}
		return ""
	}
	out.SenderName = sender(m.Direction, m.User)
	if m.Direction == crm.Outgoing {
		out.StatusTimes = StatusTimes{Delivered: Time(m.DeliveredAt), Failed: Time(m.FailedAt), Read: Time(m.ReadAt), Sent: Time(m.SentAt)}
	}
	if q := m.Quote; q != nil {
		out.ReplyTo = &Quote{ID: ID(q.ID), Text: q.Text, Kind: q.Kind, Direction: q.Direction, SenderName: sender(q.Direction, q.User)}
	}
	return out
}

// MessageHit is a message that has the words looked for.
type MessageHit struct {
	Message Message       `json:"message"`
	Contact ContactRow    `json:"contact"`
	Parts   []search.Part `json:"parts" nullable:"false" doc:"The text around the first of the words."`
}

// MessageHits is a page of them.
type MessageHits struct {
	Page[MessageHit]
	Behind bool `json:"behind" doc:"The newest messages are still being indexed: some may be missing on the first page."`
}

// MessageHitsOf returns a page of hits.
func MessageHitsOf(p inbox.TextPage, names Names) MessageHits {
	hits := make([]MessageHit, len(p.Hits))
	for i, h := range p.Hits {
		row := RowOf(h.Contact, names)
		hits[i] = MessageHit{Message: MessageOf(h.Message, row.Name, names), Contact: row, Parts: h.Parts}
	}
	return MessageHits{PageOf(hits, p.Next), p.Behind}
}

// Actor is who did something.
type Actor struct {
	Source crm.Source `json:"source"`
	UserID *string    `json:"user_id"`
	Name   string     `json:"name"`
}

// ActorOf returns who did something.
func ActorOf(a crm.Actor, names Names) Actor {
	out := Actor{Source: a.Source, UserID: ID(a.ID)}
	if a.ID != 0 {
		out.Name = names(a.ID)
	}
	return out
}

// Event is a line of the timeline that is no message.
type Event struct {
	Item           string        `json:"item" enum:"event"`
	ID             string        `json:"id"`
	At             time.Time     `json:"at"`
	ContactID      string        `json:"contact_id"`
	ConversationID *string       `json:"conversation_id"`
	Kind           eventlog.Kind `json:"kind"`
	Actor          Actor         `json:"actor"`
	Data           EventData     `json:"data"`
}

// EventData is what events tell besides who and when. Each kind has its own few.
type EventData struct {
	AssigneeID   *string       `json:"assignee_id,omitempty"`
	AssigneeName *string       `json:"assignee_name,omitempty"`
	ChannelID    *string       `json:"channel_id,omitempty"`
	ChannelName  *string       `json:"channel_name,omitempty"`
	New          *string       `json:"new,omitempty"`
	Old          *string       `json:"old,omitempty"`
	Referral     *crm.Referral `json:"referral,omitempty"`
	Text         *string       `json:"text,omitempty"`
	Title        *string       `json:"title,omitempty"`
	URL          *string       `json:"url,omitempty"`
	Category     *string       `json:"category,omitempty"`
	Summary      *string       `json:"summary,omitempty"`
	Until        *time.Time    `json:"until,omitempty"`
	Welcome      *bool         `json:"welcome,omitempty" doc:"The conversation was opened by the channel's welcome, as /start."`
	Workflow     *string       `json:"workflow,omitempty" doc:"The workflow's name."`
	Broadcast    *string       `json:"broadcast,omitempty" doc:"The broadcast's name."`
	ContactName  *string       `json:"contact_name,omitempty" doc:"Of a merge: the other contact."`
}

// EventOf returns an event.
func EventOf(e *eventlog.Event, names Names) Event {
	out := Event{
		Item: "event", ID: e.ID.String(), At: *Time(e.At.UnixMicro()), ContactID: e.Contact.String(),
		ConversationID: ID(e.Conversation), Kind: e.Kind,
		Actor: ActorOf(e.Actor, names),
	}
	if e.Data != "" {
		// Our own JSON; an event that can't be read is shown without its details.
		_ = json.Unmarshal([]byte(e.Data), &out.Data)
	}
	if s := out.Data.AssigneeID; s != nil {
		if id, err := crm.ParseID(*s); err == nil {
			name := names(id)
			out.Data.AssigneeName = &name
		}
	}
	return out
}

// Item is a message or an event of a timeline: exactly one is set.
type Item struct {
	Message *Message
	Event   *Event
}

// MarshalJSON writes whichever is set.
func (i Item) MarshalJSON() ([]byte, error) {
	if i.Message != nil {
		return json.Marshal(i.Message)
	}
	return json.Marshal(i.Event)
}

// Push is what the realtime connection sends. With Seq it stands for an event of
// the log; without, it is of the moment.
type Push struct {
	Seq       string      `json:"seq,omitempty"`
	From      string      `json:"from,omitempty" doc:"The first of a stretch of the log that ends with seq, of which nothing is shown."`
	Type      string      `json:"type" enum:"message,message_updated,event,contact,hidden,channel,members,fields,inboxes,bulk,snippets,scheduled,skip,counts,typing,presence,notifications"`
	ContactID string      `json:"contact_id,omitempty"`
	Message   *Message    `json:"message,omitempty"`
	Event     *Event      `json:"event,omitempty"`
	Contact   *ContactRow `json:"contact,omitempty"`
	ChannelID string      `json:"channel_id,omitempty"`
	Inboxes   []Inbox     `json:"inboxes,omitempty" nullable:"false"`
	Who       string      `json:"who,omitempty" enum:",contact,user"`
	UserID    string      `json:"user_id,omitempty"`
	On        *bool       `json:"on,omitempty"`
	Statuses  []Status    `json:"statuses,omitempty" nullable:"false" doc:"Who is there; whoever is absent is offline."`
	// Unread and Notifications tell one user how many new notifications there are, and
	// which came just now.
	Unread        *int    `json:"unread,omitempty"`
	Notifications []Alert `json:"notifications,omitempty" nullable:"false"`

	// about says whose contact this is about, for Visible.
	about concern
}

// concern is the contact a push is about, as far as it decides who may see it.
type concern struct {
	contact  bool
	assignee crm.ID
	// was is who had the contact before an assignment; lost tells that it is one.
	was  crm.ID
	lost bool
}

// Concerns notes by whom the contact that an event is about is assigned now.
func (p *Push) Concerns(assignee crm.ID, e *eventlog.Event) {
	p.about = concern{contact: true, assignee: assignee}
	if e.Kind != eventlog.Assigned && e.Kind != eventlog.Unassigned {
		return
	}
	p.about.lost = true
	var data EventData
	if json.Unmarshal([]byte(e.Data), &data) == nil && data.Old != nil {
		p.about.was, _ = crm.ParseID(*data.Old) // 0 for nobody
	}
}

// Visible returns what a viewer may see of pushes. Stretches they may not see become
// one that only counts; of a contact they lose sight of they learn just that.
func Visible(pushes []Push, v crm.Viewer) []Push {
	if !v.Restricted() {
		return pushes
	}
	out := make([]Push, 0, len(pushes))
	for i := range pushes {
		p := pushes[i]
		switch a := p.about; {
		case !a.contact || v.Sees(a.assignee):
		case a.lost && v.Sees(a.was):
			p = Push{Seq: p.Seq, Type: "hidden", ContactID: p.ContactID}
		default:
			p = Push{Seq: p.Seq, From: p.Seq, Type: "skip"}
			if n := len(out); n > 0 && out[n-1].From != "" {
				out[n-1].Seq = p.Seq
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

// Status is what a user is to others, if not offline.
type Status struct {
	UserID string `json:"user_id"`
	Status string `json:"status" enum:"online,busy"`
}

// StatusesOf returns statuses by user.
func StatusesOf(of map[crm.ID]account.Activity) []Status {
	out := make([]Status, 0, len(of))
	for id, a := range of {
		out = append(out, Status{id.String(), string(a)})
	}
	slices.SortFunc(out, func(a, b Status) int { return strings.Compare(a.UserID, b.UserID) })
	return out
}

// Scheduled is a message that waits for its time, or that failed then.
type Scheduled struct {
	ID         string            `json:"id"`
	ContactID  string            `json:"contact_id"`
	ChannelID  *string           `json:"channel_id"`
	Comment    bool              `json:"comment"`
	Content    crm.Content       `json:"content" doc:"As it was written: variables are replaced when it is sent."`
	ReplyTo    *string           `json:"reply_to"`
	SendAt     time.Time         `json:"send_at"`
	Undo       bool              `json:"undo" doc:"It was sent, and can be taken back until send_at."`
	Status     string            `json:"status" enum:"waiting,failed"`
	Error      *ScheduledFailure `json:"error"`
	UserID     string            `json:"user_id" doc:"Who wrote it, or changed it last, and sends it."`
	SenderName string            `json:"sender_name"`
	ClientRef  string            `json:"client_ref" doc:"The message has it too, once it is sent."`
	CreatedAt  time.Time         `json:"created_at"`
	ETag       string            `json:"etag"`
}

// ScheduledFailure says why a scheduled message wasn't sent.
type ScheduledFailure struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// ScheduledOf returns a scheduled message; said turns a refusal into a sentence.
func ScheduledOf(s *inbox.Scheduled, names Names, said func(*crm.Error) string) Scheduled {
	out := Scheduled{
		ID: s.ID.String(), ContactID: s.Contact.String(), ChannelID: ID(s.Out.Channel), Comment: s.Out.Comment, Content: s.Out.Content,
		ReplyTo: ID(s.Out.ReplyTo), SendAt: *Time(s.SendAt), Undo: s.Undo, Status: string(s.Status), UserID: s.User.String(),
		SenderName: names(s.User), ClientRef: s.Out.ClientRef, CreatedAt: *Time(s.CreatedAt), ETag: `"` + strconv.FormatInt(s.Version, 10) + `"`,
	}
	if s.Error != nil {
		out.Error = &ScheduledFailure{Code: string(s.Error.Code), Detail: said(s.Error)}
	}
	return out
}
