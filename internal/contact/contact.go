// Package contact keeps the people who write: their fields, the channel
// identities by which they are recognised, and the terms they are found by.
//
// A contact's row also holds its place in the inbox (status, assignee, unread,
// last message), because every list of the inbox is a list of contacts; package
// inbox decides on those columns.
package contact

import (
	"database/sql"
	"net/mail"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
)

// Contact is a person. Times are microseconds UTC, 0 for never.
type Contact struct {
	Workspace crm.ID
	ID        crm.ID
	FirstName string
	LastName  string
	Phone     string // E.164 with its plus sign
	Email     string
	Country   string // ISO 3166-1 alpha-2
	Language  string // ISO 639-1
	Picture   string
	// Alias is what the channel calls the person, where no name is known.
	Alias string

	Assignee       crm.ID
	Status         crm.ConversationStatus
	StatusSince    int64
	Conversation   crm.ID // the open one, or 0
	Unread         int
	Blocked        bool
	Last           Last
	LastIncomingAt int64
	LastIncomingID crm.ID
	// Unreplied tells that a conversation is open and the last message in it, not
	// counting comments, is the contact's.
	Unreplied bool
	// SnoozedUntil is when a snoozed contact comes back.
	SnoozedUntil int64
	// BotOn lets bots answer the contact.
	BotOn     bool
	Version   int64
	CreatedAt int64

	// stored are the phone and the e-mail that the contact is found by.
	stored sharedKeys
}

// Last is the newest message, as lists show it.
type Last struct {
	At        int64
	ID        crm.ID
	Direction crm.Direction
	Kind      crm.ContentKind
	Text      string
	Source    crm.Source
	User      crm.ID
	// Status is kept where something is amiss: failed or uncertain.
	Status      crm.Status
	Channel     crm.ID
	ChannelType string
}

// Name is what people call the contact: name, phone, e-mail, or what the channel
// says.
func (c *Contact) Name() string {
	if name := strings.TrimSpace(c.FirstName + " " + c.LastName); name != "" {
		return name
	}
	for _, s := range []string{c.Phone, c.Email, c.Alias} {
		if s != "" {
			return s
		}
	}
	return "#" + c.ID.String()
}

// Columns are a contact's, in the order Scan reads them.
const Columns = `id, first_name, last_name, phone, email, country, language, picture, alias,
	assignee_id, status, status_since, conversation_id, unread, blocked,
	last_at, last_id, last_direction, last_kind, last_text, last_source, last_user_id, last_status, last_channel_id, last_channel_type,
	last_incoming_at, last_incoming_id, unreplied, snoozed_until, bot_on, version, created_at`

// Scan reads a row of Columns.
func Scan(r *sql.Rows, workspace crm.ID) (*Contact, error) {
	c := &Contact{Workspace: workspace}
	err := r.Scan(&c.ID, &c.FirstName, &c.LastName, &c.Phone, &c.Email, &c.Country, &c.Language, &c.Picture, &c.Alias,
		&c.Assignee, &c.Status, &c.StatusSince, &c.Conversation, &c.Unread, &c.Blocked,
		&c.Last.At, &c.Last.ID, &c.Last.Direction, &c.Last.Kind, &c.Last.Text, &c.Last.Source, &c.Last.User, &c.Last.Status,
		&c.Last.Channel, &c.Last.ChannelType, &c.LastIncomingAt, &c.LastIncomingID, &c.Unreplied, &c.SnoozedUntil, &c.BotOn,
		&c.Version, &c.CreatedAt)
	c.stored = keysOf(c)
	return c, err
}

// Load returns the contacts of the ids that exist, by id. lock holds them until
// the transaction ends.
func Load(tx *db.Tx, workspace crm.ID, ids []crm.ID, lock bool) (map[crm.ID]*Contact, error) {
	out := make(map[crm.ID]*Contact, len(ids))
	if len(ids) > loadedAtOnce { // locks are taken in the same order by all
		ids = slices.Sorted(slices.Values(ids))
	}
	for some := range slices.Chunk(ids, loadedAtOnce) {
		list, args := db.InList([]any{workspace}, some)
		q := `SELECT ` + Columns + ` FROM contact WHERE workspace_id = $1 AND id IN (` + list + `) ORDER BY id`
		if lock {
			q += tx.ForUpdate()
		}
		err := tx.Each(q, args, func(r *sql.Rows) error {
			c, err := Scan(r, workspace)
			out[c.ID] = c
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// loadedAtOnce is how many contacts one statement reads.
const loadedAtOnce = 256

// Get returns a contact; crm.CodeNotFound where it doesn't exist.
func Get(tx *db.Tx, workspace, id crm.ID, lock bool) (*Contact, error) {
	found, err := Load(tx, workspace, []crm.ID{id}, lock)
	if err != nil {
		return nil, err
	}
	c := found[id]
	if c == nil {
		return nil, crm.Refuse(crm.CodeNotFound)
	}
	return c, nil
}

// See returns a contact that the viewer may know of; crm.CodeNotFound where it
// doesn't exist or is hidden from the viewer, who can't tell which.
func See(tx *db.Tx, v crm.Viewer, id crm.ID, lock bool) (*Contact, error) {
	c, err := Get(tx, v.Workspace, id, lock)
	if err == nil && !v.Sees(c.Assignee) {
		return nil, crm.Refuse(crm.CodeNotFound)
	}
	return c, err
}

// Insert stores a new contact and what it is found by.
func Insert(tx *db.Tx, c *Contact) error {
	if c.Status == "" {
		c.Status = crm.Closed
	}
	c.Version = 1
	if c.CreatedAt == 0 {
		c.CreatedAt = tx.Micros()
	}
	if c.StatusSince == 0 {
		c.StatusSince = c.CreatedAt
	}
	err := tx.Queue(`INSERT INTO contact (workspace_id, id, first_name, last_name, phone, email, country, language, picture, alias,
			assignee_id, status, status_since, conversation_id, unread, blocked, version, created_at, first_folded, last_folded, email_folded)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
		int64(c.Workspace), int64(c.ID), c.FirstName, c.LastName, c.Phone, c.Email, c.Country, c.Language, c.Picture, c.Alias,
		int64(c.Assignee), string(c.Status), c.StatusSince, int64(c.Conversation), c.Unread, c.Blocked, c.Version, c.CreatedAt,
		crm.Fold(c.FirstName), crm.Fold(c.LastName), crm.Fold(c.Email))
	if err != nil {
		return err
	}
	noteShared(tx, c)
	return addTerms(tx, c)
}

// SaveState stores the columns that package inbox decides on.
func SaveState(tx *db.Tx, c *Contact) error {
	c.Version++
	return tx.Queue(`UPDATE contact SET assignee_id = $1, status = $2, status_since = $3, conversation_id = $4, unread = $5, blocked = $6,
			last_at = $7, last_id = $8, last_direction = $9, last_kind = $10, last_text = $11, last_source = $12,
			last_user_id = $13, last_channel_id = $14, last_channel_type = $15, last_incoming_at = $16, last_incoming_id = $17, last_status = $18, version = $19,
			unreplied = $20, snoozed_until = $21, bot_on = $22
		WHERE workspace_id = $23 AND id = $24`,
		int64(c.Assignee), string(c.Status), c.StatusSince, int64(c.Conversation), c.Unread, c.Blocked,
		c.Last.At, int64(c.Last.ID), string(c.Last.Direction), string(c.Last.Kind), c.Last.Text, string(c.Last.Source),
		int64(c.Last.User), int64(c.Last.Channel), c.Last.ChannelType, c.LastIncomingAt, int64(c.LastIncomingID), string(c.Last.Status), c.Version,
		c.Unreplied, c.SnoozedUntil, c.BotOn, int64(c.Workspace), int64(c.ID))
}

// SaveLast is SaveState for a contact of which only the unread mark and what was
// written last has changed: the row keeps its place in every list that isn't
// sorted by the last message, and those indexes aren't touched.
func SaveLast(tx *db.Tx, c *Contact) error {
	c.Version++
	return tx.Queue(`UPDATE contact SET unread = $1, last_at = $2, last_id = $3, last_direction = $4, last_kind = $5, last_text = $6,
			last_source = $7, last_user_id = $8, last_channel_id = $9, last_channel_type = $10, last_incoming_at = $11,
			last_incoming_id = $12, last_status = $13, version = $14, unreplied = $15
		WHERE workspace_id = $16 AND id = $17`,
		c.Unread, c.Last.At, int64(c.Last.ID), string(c.Last.Direction), string(c.Last.Kind), c.Last.Text,
		string(c.Last.Source), int64(c.Last.User), int64(c.Last.Channel), c.Last.ChannelType, c.LastIncomingAt,
		int64(c.LastIncomingID), string(c.Last.Status), c.Version, c.Unreplied, int64(c.Workspace), int64(c.ID))
}

// SaveFields stores the fields that describe the person, and its terms anew.
func SaveFields(tx *db.Tx, c *Contact) error {
	c.Version++
	err := tx.Queue(`UPDATE contact SET first_name = $1, last_name = $2, phone = $3, email = $4, country = $5, language = $6,
			picture = $7, alias = $8, version = $9, first_folded = $10, last_folded = $11, email_folded = $12 WHERE workspace_id = $13 AND id = $14`,
		c.FirstName, c.LastName, c.Phone, c.Email, c.Country, c.Language, c.Picture, c.Alias, c.Version,
		crm.Fold(c.FirstName), crm.Fold(c.LastName), crm.Fold(c.Email),
		int64(c.Workspace), int64(c.ID))
	if err != nil {
		return err
	}
	err = tx.Queue(`DELETE FROM contact_term WHERE workspace_id = $1 AND contact_id = $2`, int64(c.Workspace), int64(c.ID))
	if err != nil {
		return err
	}
	noteShared(tx, c)
	return addTerms(tx, c)
}

// Fields are changes to a contact; nil leaves a field as it is.
type Fields struct {
	FirstName, LastName, Phone, Email, Country, Language *string
	// Custom are custom fields by slug; "" takes a value away.
	Custom map[string]string
	// Tags are those of a new contact, by name; Assignee is whom it is assigned to.
	Tags     []string
	Assignee crm.ID
}

// Service changes contacts for people and for the API.
type Service struct {
	events *eventlog.Log
}

// NewService returns the contacts' service.
func NewService(events *eventlog.Log) *Service { return &Service{events: events} }

// Create adds a contact by hand. The first name is required.
func (s *Service) Create(tx *db.Tx, v crm.Viewer, f Fields) (*Contact, error) {
	c := &Contact{Workspace: v.Workspace, ID: tx.NewID()}
	if f.FirstName == nil {
		return nil, crm.RefuseField("first_name", crm.CodeRequired)
	}
	if err := c.Apply(f); err != nil {
		return nil, err
	}
	if c.FirstName == "" {
		return nil, crm.RefuseField("first_name", crm.CodeRequired)
	}
	c.Assignee, c.BotOn = f.Assignee, true
	if v.Restricted() && !v.Sees(c.Assignee) {
		c.Assignee = v.User // or they would lose sight of whom they just added
	}
	if err := Insert(tx, c); err != nil {
		return nil, err
	}
	if _, err := SetValues(tx, v.Workspace, c.ID, f.Custom); err != nil {
		return nil, err
	}
	tags, err := s.NameTags(tx, v, f.Tags)
	if err != nil {
		return nil, err
	}
	if err := Retag(tx, v.Workspace, []crm.ID{c.ID}, tags, nil); err != nil {
		return nil, err
	}
	s.events.Append(tx, v.Workspace, eventlog.Event{
		Kind: eventlog.ContactCreated, Contact: c.ID, Actor: v.Actor(), Timeline: true,
	})
	return c, nil
}

// Update changes a contact's fields. version, when not 0, must be the one the
// change was made on (crm.CodeChanged).
func (s *Service) Update(tx *db.Tx, v crm.Viewer, id crm.ID, version int64, f Fields) (*Contact, error) {
	c, err := See(tx, v, id, true)
	if err != nil {
		return nil, err
	}
	if version != 0 && version != c.Version {
		return nil, crm.Refuse(crm.CodeChanged)
	}
	before := *c
	if err := c.Apply(f); err != nil {
		return nil, err
	}
	custom, err := SetValues(tx, v.Workspace, id, f.Custom)
	if err != nil {
		return nil, err
	}
	if *c == before && !custom {
		return c, nil
	}
	if c.FirstName == "" && before.FirstName != "" && c.LastName == "" {
		return nil, crm.RefuseField("first_name", crm.CodeRequired)
	}
	if err := SaveFields(tx, c); err != nil {
		return nil, err
	}
	s.events.Append(tx, v.Workspace, eventlog.Event{Kind: eventlog.ContactUpdated, Contact: c.ID, Actor: v.Actor()})
	return c, nil
}

const maxName = 100

// Apply checks the changes and makes them.
func (c *Contact) Apply(f Fields) error {
	for _, n := range []struct {
		field string
		in    *string
		out   *string
	}{{"first_name", f.FirstName, &c.FirstName}, {"last_name", f.LastName, &c.LastName}} {
		if n.in == nil {
			continue
		}
		s := strings.Join(strings.Fields(crm.Clean(*n.in)), " ")
		if utf8.RuneCountInString(s) > maxName {
			return crm.RefuseField(n.field, crm.CodeTooLong, "max", maxName)
		}
		*n.out = s
	}
	if f.Phone != nil {
		p, country, err := ParsePhone(*f.Phone, c.Country)
		if err != nil {
			return err
		}
		c.Phone = p
		if c.Country == "" {
			c.Country = country
		}
	}
	if f.Email != nil {
		e, err := ParseEmail(*f.Email)
		if err != nil {
			return err
		}
		c.Email = e
	}
	if f.Country != nil {
		s := strings.ToUpper(strings.TrimSpace(*f.Country))
		if s != "" {
			if r, err := language.ParseRegion(s); err != nil || len(s) != 2 || !r.IsCountry() {
				return crm.RefuseField("country", crm.CodeBadCountry)
			}
		}
		c.Country = s
	}
	if f.Language != nil {
		s := strings.ToLower(strings.TrimSpace(*f.Language))
		if s != "" {
			if _, err := language.ParseBase(s); err != nil || len(s) > 3 {
				return crm.RefuseField("language", crm.CodeBadLanguage)
			}
		}
		c.Language = s
	}
	return nil
}

// ParseEmail returns the bare address, its domain in lower case; "" for "".
func ParseEmail(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", nil
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 || !strings.Contains(s[strings.LastIndexByte(s, '@'):], ".") {
		return "", crm.RefuseField("email", crm.CodeBadEmail)
	}
	at := strings.LastIndexByte(s, '@')
	return s[:at] + strings.ToLower(s[at:]), nil
}

// FindIdentities returns who the keys of a space belong to.
func FindIdentities(tx *db.Tx, workspace crm.ID, space string, keys []string) (map[string]crm.ID, error) {
	out := make(map[string]crm.ID, len(keys))
	if len(keys) == 0 {
		return out, nil
	}
	list, args := db.InList([]any{workspace, space}, keys)
	err := tx.Each(`SELECT identity_key, contact_id FROM identity WHERE workspace_id = $1 AND space = $2 AND identity_key IN (`+list+`)`,
		args, func(r *sql.Rows) error {
			var key string
			var id crm.ID
			err := r.Scan(&key, &id)
			out[key] = id
			return err
		})
	return out, err
}

// AddIdentity gives a contact an identity; db.ErrConflict where another has it.
func AddIdentity(tx *db.Tx, workspace crm.ID, space, key string, contact crm.ID) error {
	return tx.Queue(`INSERT INTO identity (workspace_id, space, identity_key, contact_id) VALUES ($1, $2, $3, $4)`,
		int64(workspace), space, key, int64(contact))
}
