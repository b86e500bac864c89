// Package wire holds the types that the browser and the API see, and how the
// modules' rows become them. The realtime connection sends the same.
package wire

import (
	"hash/fnv"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/blob"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/filter"
	"github.com/bandeja/bandeja/internal/inbox"
)

// Page is a page of a list.
type Page[T any] struct {
	Items []T `json:"items" nullable:"false"`
	// NextCursor asks for the next page; null on the last.
	NextCursor *string `json:"next_cursor" doc:"Give it as cursor to get the next page; null on the last."`
}

// List is a whole list.
type List[T any] struct {
	Items []T `json:"items" nullable:"false"`
}

// PageOf returns a page; next is "" at the end.
func PageOf[T any](items []T, next string) Page[T] {
	p := Page[T]{Items: items}
	if items == nil {
		p.Items = []T{}
	}
	if next != "" {
		p.NextCursor = &next
	}
	return p
}

// ListOf returns a list that is never null.
func ListOf[T any](items []T) List[T] {
	if items == nil {
		items = []T{}
	}
	return List[T]{Items: items}
}

// Time is a moment of a row, or nil for never.
func Time(micros int64) *time.Time {
	if micros == 0 {
		return nil
	}
	t := time.UnixMicro(micros).UTC().Truncate(time.Millisecond)
	return &t
}

// ID is an id, or nil for none.
func ID(id crm.ID) *string {
	if id == 0 {
		return nil
	}
	s := id.String()
	return &s
}

// Colors is the number of avatar colours.
const Colors = 12

// Color returns the stable avatar colour of a thing.
func Color(id crm.ID) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(strconv.FormatInt(int64(id), 10)))
	return int(h.Sum32() % Colors)
}

// Initials returns up to two letters of a name.
func Initials(name string) string {
	var out []rune
	words := strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == '@' || r == '.' || r == '_' })
	for i, w := range words {
		if i != 0 && i != len(words)-1 {
			continue
		}
		for _, r := range w {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				out = append(out, unicode.ToUpper(r))
				break
			}
		}
	}
	if len(out) == 0 {
		return "#"
	}
	return string(out)
}

// User is a member of the workspace.
type User struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Email      string   `json:"email"`
	Role       string   `json:"role" enum:"owner,manager,agent"`
	Initials   string   `json:"initials"`
	Color      int      `json:"color" minimum:"0" maximum:"11"`
	PictureURL string   `json:"picture_url"`
	Activity   string   `json:"activity" enum:"online,busy,offline"`
	TeamIDs    []string `json:"team_ids" nullable:"false"`
	// Visibility and the restrictions say what is taken from the role.
	Visibility   string     `json:"visibility" enum:"all,team,own" doc:"Which contacts an agent sees: every one, those of the agent's teams, or the agent's own."`
	Restrictions []string   `json:"restrictions" nullable:"false" doc:"What is taken from the role: data_export, contact_deletion, workspace_settings and integrations of managers, shortcuts of agents."`
	LastActiveAt *time.Time `json:"last_active_at"`
}

// UserOf returns a member with what others see of them.
func UserOf(u account.User, status account.Activity) User {
	out := User{
		ID: u.ID.String(), Name: u.Name, Email: u.Email, Role: string(u.Role), Initials: Initials(u.Name),
		Color: Color(u.ID), Activity: string(status), TeamIDs: make([]string, 0, len(u.Teams)),
		Visibility: string(u.Visibility), Restrictions: make([]string, 0, len(u.Restrictions)), LastActiveAt: Time(u.ActiveAt),
	}
	if status == "" {
		out.Activity = string(account.Offline)
	}
	if u.Picture != 0 {
		out.PictureURL = FileURL(u.Picture, "picture")
	}
	for _, r := range u.Restrictions {
		out.Restrictions = append(out.Restrictions, string(r))
	}
	for _, t := range u.Teams {
		out.TeamIDs = append(out.TeamIDs, t.String())
	}
	return out
}

// Team is a group of users.
type Team struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	UserIDs     []string `json:"user_ids" nullable:"false"`
}

// TeamOf returns a team.
func TeamOf(t account.Team) Team {
	out := Team{ID: t.ID.String(), Name: t.Name, Description: t.Description, UserIDs: make([]string, 0, len(t.Users))}
	for _, u := range t.Users {
		out.UserIDs = append(out.UserIDs, u.String())
	}
	return out
}

// Inbox is an inbox of the sidebar with its counts.
type Inbox struct {
	ID     string  `json:"id" doc:"all, mine, unassigned, blocked, or team- and a team's id."`
	Kind   string  `json:"kind" enum:"standard,team,blocked"`
	TeamID *string `json:"team_id"`
	Open   int64   `json:"open" doc:"Open conversations; for the blocked contacts, how many they are."`
	Unread int64   `json:"unread" doc:"Open conversations with unread messages."`
	News   bool    `json:"news" doc:"A message came in since the inbox was opened, and it is in no more specific inbox."`
}

// InboxesOf returns inboxes with their counts.
func InboxesOf(counts []inbox.Count) []Inbox {
	out := make([]Inbox, 0, len(counts))
	for _, c := range counts {
		i := Inbox{ID: string(c.Inbox), Kind: "standard", TeamID: ID(c.Team), Open: c.Open, Unread: c.Unread, News: c.News}
		switch {
		case c.Team != 0:
			i.Kind = "team"
		case c.Inbox == inbox.Blocked:
			i.Kind = "blocked"
		}
		out = append(out, i)
	}
	return out
}

// LastMessage is the newest message of a contact, in one line.
type LastMessage struct {
	ID         string          `json:"id"`
	At         time.Time       `json:"at"`
	Direction  crm.Direction   `json:"direction"`
	Kind       crm.ContentKind `json:"kind"`
	Text       string          `json:"text" doc:"One line; empty where only the kind can be told."`
	SenderName string          `json:"sender_name"`
	Source     crm.Source      `json:"source"`
	Status     string          `json:"status" enum:",uncertain,failed" doc:"Set where the message didn't get through."`
	UserID     *string         `json:"user_id"`
}

// ChannelRef names a channel.
type ChannelRef struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

// ContactRow is a contact as lists show it.
type ContactRow struct {
	ID             string       `json:"id"`
	Name           string       `json:"name" doc:"Name, else phone, e-mail or what the channel calls the person."`
	Initials       string       `json:"initials"`
	Color          int          `json:"color" minimum:"0" maximum:"11"`
	PictureURL     string       `json:"picture_url"`
	Status         string       `json:"status" enum:"open,closed,snoozed"`
	StatusSince    time.Time    `json:"status_since"`
	Unread         int          `json:"unread"`
	AssigneeID     *string      `json:"assignee_id"`
	LastMessage    *LastMessage `json:"last_message"`
	Channel        *ChannelRef  `json:"channel"`
	Blocked        bool         `json:"blocked"`
	LastIncomingAt *time.Time   `json:"last_incoming_at"`
	Unreplied      bool         `json:"unreplied" doc:"A conversation is open and the contact wrote last, not counting comments."`
	SnoozedUntil   *time.Time   `json:"snoozed_until"`
}

// Names tells what users are called.
type Names func(crm.ID) string

// RowOf returns a contact as lists show it.
func RowOf(c *contact.Contact, names Names) ContactRow {
	name := c.Name()
	row := ContactRow{
		ID: c.ID.String(), Name: name, Initials: Initials(name), Color: Color(c.ID), PictureURL: c.Picture,
		Status: string(c.Status), StatusSince: *Time(max(c.StatusSince, 1)), Unread: c.Unread, AssigneeID: ID(c.Assignee),
		Blocked: c.Blocked, LastIncomingAt: Time(c.LastIncomingAt), Unreplied: c.Unreplied, SnoozedUntil: Time(c.SnoozedUntil),
	}
	if c.Last.ID != 0 {
		row.LastMessage = &LastMessage{
			ID: c.Last.ID.String(), At: *Time(c.Last.At), Direction: c.Last.Direction, Kind: c.Last.Kind,
			Text: c.Last.Text, Source: c.Last.Source, Status: string(c.Last.Status), UserID: ID(c.Last.User),
		}
		if c.Last.Direction == crm.Incoming {
			row.LastMessage.SenderName = name
		} else if c.Last.User != 0 {
			row.LastMessage.SenderName = names(c.Last.User)
		}
	}
	if c.Last.Channel != 0 {
		row.Channel = &ChannelRef{ID: c.Last.Channel.String(), Type: c.Last.ChannelType}
	}
	return row
}

// Identity is a way to reach a contact.
type Identity struct {
	ID             string     `json:"id"`
	ChannelID      string     `json:"channel_id"`
	ChannelType    string     `json:"channel_type"`
	ChannelName    string     `json:"channel_name"`
	Key            string     `json:"key"`
	Label          string     `json:"label"`
	LastMessageAt  *time.Time `json:"last_message_at"`
	LastIncomingAt *time.Time `json:"last_incoming_at"`
	WindowClosesAt *time.Time `json:"window_closes_at" doc:"When the messaging window closes for people; null where the channel has none, or it was never open."`
	Reachable      bool       `json:"reachable"`
	Used           bool       `json:"used" doc:"False where the contact was never reached over the channel, and could be."`
}

// Conversation is an open conversation.
type Conversation struct {
	ID       string     `json:"id"`
	OpenedAt time.Time  `json:"opened_at"`
	OpenedBy crm.Source `json:"opened_by"`
}

// Draft is what the viewer has begun to write.
type Draft struct {
	Text      string    `json:"text"`
	Comment   bool      `json:"comment"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Contact is a contact with all that is known of it.
type Contact struct {
	ContactRow
	FirstName    string        `json:"first_name"`
	LastName     string        `json:"last_name"`
	Phone        string        `json:"phone"`
	Email        string        `json:"email"`
	Country      string        `json:"country"`
	Language     string        `json:"language"`
	CreatedAt    time.Time     `json:"created_at"`
	Identities   []Identity    `json:"identities" nullable:"false"`
	Conversation *Conversation `json:"conversation"`
	Draft        *Draft        `json:"draft"`
	// Fields are the custom fields that have a value.
	Fields map[string]string `json:"fields" doc:"Custom fields by slug, as far as they have a value."`
	TagIDs []string          `json:"tag_ids" nullable:"false"`
	BotOn  bool              `json:"bot_on" doc:"Bots may answer the contact."`
	ETag   string            `json:"etag"`
}

// Field is a custom field of contacts.
type Field struct {
	ID          string   `json:"id"`
	Slug        string   `json:"slug" doc:"Names the field in variables and filters; it never changes."`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Type        string   `json:"type" enum:"text,list,checkbox,email,number,url,date,time"`
	Options     []string `json:"options" nullable:"false" doc:"Of a list."`
}

// FieldOf returns a custom field.
func FieldOf(f contact.Field) Field {
	out := Field{ID: f.ID.String(), Slug: f.Slug, Name: f.Name, Description: f.Description, Type: string(f.Type), Options: f.Options}
	if out.Options == nil {
		out.Options = []string{}
	}
	return out
}

// Tag is a label that contacts carry.
type Tag struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Color       string `json:"color" enum:"grey,red,orange,yellow,green,blue,indigo,purple"`
	Emoji       string `json:"emoji"`
}

// TagOf returns a tag.
func TagOf(t contact.Tag) Tag {
	return Tag{ID: t.ID.String(), Name: t.Name, Description: t.Description, Color: t.Color, Emoji: t.Emoji}
}

// CustomInbox is a saved filter that serves as an inbox.
type CustomInbox struct {
	ID        string        `json:"id" doc:"custom- and a number."`
	Name      string        `json:"name"`
	CreatorID string        `json:"creator_id"`
	Filter    filter.Node   `json:"filter"`
	Sharing   inbox.Sharing `json:"sharing" enum:"private,public,shared"`
	UserIDs   []string      `json:"user_ids" nullable:"false"`
	TeamIDs   []string      `json:"team_ids" nullable:"false"`
	UpdatedAt *time.Time    `json:"updated_at" nullable:"false"`
}

// CustomInboxOf returns a custom inbox.
func CustomInboxOf(c inbox.Custom) CustomInbox {
	return CustomInbox{
		ID: string(inbox.CustomInbox(c.ID)), Name: c.Name, CreatorID: c.Creator.String(), Filter: c.Filter, Sharing: c.Sharing,
		UserIDs: IDs(c.Users), TeamIDs: IDs(c.Teams), UpdatedAt: Time(c.UpdatedAt),
	}
}

// IDs returns ids as texts, never null.
func IDs(list []crm.ID) []string {
	out := make([]string, 0, len(list))
	for _, id := range list {
		out = append(out, id.String())
	}
	return out
}

// ETag is a contact's version as an entity tag.
func ETag(c *contact.Contact) string { return `"` + strconv.FormatInt(c.Version, 10) + `"` }

// File is an uploaded file.
type File struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	MIME     string `json:"mime"`
	Size     int64  `json:"size" doc:"Bytes."`
	Kind     string `json:"kind" enum:"image,video,audio,voice,file"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
	Duration int    `json:"duration" doc:"Seconds."`
	URL      string `json:"url"`
}

// FileOf returns a file.
func FileOf(f *blob.File) File {
	return File{
		ID: f.ID.String(), Name: f.Name, MIME: f.MIME, Size: f.Size, Kind: string(f.Kind), Width: f.Width,
		Height: f.Height, Duration: f.Duration, URL: FileURL(f.ID, f.Name),
	}
}
