package inbox

import (
	"slices"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/filter"
)

// Lens is what the conditions of a workspace can be about: the fields that contacts
// have, and what users are called for the variables.
type Lens struct {
	workspace crm.ID
	zone      *time.Location
	now       time.Time
	custom    map[string]contact.Field // by name in filters
	users     []account.User
}

// customPrefix stands before a custom field's slug in filters.
const customPrefix = "field:"

// NewLens reads what conditions can be about.
func NewLens(tx *db.Tx, workspace crm.ID) (*Lens, error) { return newLens(tx, workspace, true) }

// lensFor reads what the conditions of one tree are about: it need not know all users for
// most.
func lensFor(tx *db.Tx, workspace crm.ID, n filter.Node) (*Lens, error) {
	return newLens(tx, workspace, asksForUsers(n))
}

func asksForUsers(n filter.Node) bool {
	return strings.HasPrefix(n.Field, "$assignee.") || slices.ContainsFunc(n.Of, asksForUsers)
}

func newLens(tx *db.Tx, workspace crm.ID, users bool) (*Lens, error) {
	l := &Lens{workspace: workspace, now: tx.Now(), custom: make(map[string]contact.Field)}
	ws, err := account.GetWorkspace(tx, workspace)
	if err != nil {
		return nil, err
	}
	if l.zone, err = time.LoadLocation(ws.Timezone); err != nil {
		l.zone = time.UTC
	}
	fields, err := contact.CustomFields(tx, workspace)
	if err != nil {
		return nil, err
	}
	for _, f := range fields {
		l.custom[customPrefix+f.Slug] = f
	}
	if users {
		l.users, err = account.Users(tx, workspace)
	}
	return l, err
}

// Env is what trees are evaluated in: now, in the workspace's time zone.
func (l *Lens) Env() filter.Env { return filter.Env{Now: l.now, Zone: l.zone} }

// ownFields are those that every contact has.
func ownFields() []filter.Field {
	f := func(name string, k filter.Kind, options ...string) filter.Field {
		return filter.Field{Name: name, Kind: k, Options: options}
	}
	return []filter.Field{
		f("first_name", filter.Text), f("last_name", filter.Text), f("phone", filter.Phone), f("email", filter.Text),
		f("country", filter.Choice), f("language", filter.Choice), f("created_at", filter.Timestamp),
		f("tag", filter.Set), f("channel", filter.Set), f("last_channel", filter.Choice),
		f("last_message_at", filter.Timestamp), f("last_incoming_at", filter.Timestamp), f("since_incoming", filter.Duration),
		f("status", filter.Choice, "open", "closed", "snoozed"), f("assignee", filter.Choice), f("bot", filter.Checkbox),
		f("unread", filter.Checkbox), f("unreplied", filter.Checkbox),
		f("$contact.id", filter.Choice), f("$contact.name", filter.Text),
		f("$assignee.name", filter.Text), f("$assignee.email", filter.Text), f("$assignee.team", filter.Set),
		f("$system.current_date", filter.Date), f("$system.current_time", filter.Clock),
	}
}

// Fields returns every field there is, those of all contacts first.
func (l *Lens) Fields() []filter.Field {
	out := ownFields()
	for name, f := range l.custom {
		out = append(out, filter.Field{Name: name, Kind: f.Type.Kind(), Options: f.Options})
	}
	return out
}

// Field is the catalogue that trees are checked against.
func (l *Lens) Field(name string) (filter.Field, bool) {
	if f, ok := l.custom[name]; ok {
		return filter.Field{Name: name, Kind: f.Type.Kind(), Options: f.Options}, true
	}
	for _, f := range ownFields() {
		if f.Name == name {
			return f, true
		}
	}
	return filter.Field{}, false
}

// source says where SQL finds a field; the contact's row is c.
func (l *Lens) source(name string) filter.Source {
	if f, ok := l.custom[name]; ok {
		s := filter.Source{
			Rows: `contact_value x WHERE x.workspace_id = c.workspace_id AND x.contact_id = c.id AND x.field_id = ` + f.ID.String(), Expr: `x.folded`,
		}
		switch f.Type.Kind() {
		case filter.Number, filter.Date, filter.Clock:
			s.Expr = `x.number`
		case filter.Choice, filter.Checkbox:
			s.Expr = `x.value`
		}
		return s
	}
	switch name {
	case "first_name":
		return filter.Source{Expr: `c.first_folded`, Empty: `''`}
	case "last_name":
		return filter.Source{Expr: `c.last_folded`, Empty: `''`}
	case "$contact.name":
		return filter.Source{Expr: `TRIM(c.first_folded || ' ' || c.last_folded)`, Empty: `''`}
	case "email":
		return filter.Source{Expr: `c.email_folded`, Empty: `''`}
	case "phone", "country", "language":
		return filter.Source{Expr: `c.` + name, Empty: `''`}
	case "status":
		return filter.Source{Expr: `c.status`}
	case "created_at":
		return filter.Source{Expr: `c.created_at`, Whole: true}
	case "last_message_at":
		return filter.Source{Expr: `c.last_at`, Empty: `0`, Whole: true}
	case "last_incoming_at", "since_incoming":
		return filter.Source{Expr: `c.last_incoming_at`, Empty: `0`, Whole: true}
	case "tag":
		return filter.Source{Rows: `contact_tag x WHERE x.workspace_id = c.workspace_id AND x.contact_id = c.id`, Expr: `x.tag_id`, ID: true}
	case "channel":
		return filter.Source{Rows: `contact_channel x WHERE x.workspace_id = c.workspace_id AND x.contact_id = c.id`, Expr: `x.channel_id`, ID: true}
	case "last_channel":
		return filter.Source{Expr: `c.last_channel_id`, Empty: `0`, ID: true}
	case "assignee":
		return filter.Source{Expr: `c.assignee_id`, Empty: `0`, ID: true}
	case "$contact.id":
		return filter.Source{Expr: `c.id`, ID: true}
	case "bot":
		return filter.Source{Expr: `CASE WHEN c.bot_on THEN 'true' ELSE 'false' END`}
	case "unread":
		return filter.Source{Expr: `CASE WHEN c.unread > 0 THEN 'true' ELSE 'false' END`}
	case "unreplied":
		return filter.Source{Expr: `CASE WHEN c.unreplied THEN 'true' ELSE 'false' END`}
	case "$assignee.name", "$assignee.email", "$assignee.team":
		each := map[string]filter.Fact{"0": {}}
		for _, u := range l.users {
			each[u.ID.String()] = l.assigneeFact(name, u.ID)
		}
		return filter.Source{Expr: `c.assignee_id`, ID: true, Each: each}
	}
	fact := l.systemFact(name)
	return filter.Source{Is: &fact}
}

func text(s string) filter.Fact { return filter.Fact{Has: s != "", Text: s} }

func (l *Lens) assigneeFact(name string, id crm.ID) filter.Fact {
	for _, u := range l.users {
		if u.ID != id {
			continue
		}
		switch name {
		case "$assignee.name":
			return text(crm.Fold(u.Name))
		case "$assignee.email":
			return text(crm.Fold(u.Email))
		}
		var teams []string
		for _, t := range u.Teams {
			teams = append(teams, t.String())
		}
		return filter.Fact{Has: len(teams) > 0, Set: teams}
	}
	return filter.Fact{}
}

func (l *Lens) systemFact(name string) filter.Fact {
	now := l.now.In(l.zone)
	switch name {
	case "$system.current_date":
		n, _ := filter.ParseNumber(filter.Date, now.Format(time.DateOnly))
		return filter.Fact{Has: true, Number: n}
	case "$system.current_time":
		n, _ := filter.ParseNumber(filter.Clock, now.Format("15:04"))
		return filter.Fact{Has: true, Number: n}
	}
	return filter.Fact{}
}

// Facts is what a contact has besides its row.
type Facts struct {
	Contact  *contact.Contact
	Values   []contact.Value
	Tags     []crm.ID
	Channels []crm.ID
}

// Matches tells whether a tree that was checked holds for a contact, as the SQL of
// the same tree does.
func (l *Lens) Matches(n filter.Node, f Facts) bool {
	return filter.Match(n, l.Field, func(name string) filter.Fact { return l.fact(name, f) }, l.Env())
}

func (l *Lens) fact(name string, f Facts) filter.Fact {
	c := f.Contact
	id := func(x crm.ID) filter.Fact {
		if x == 0 {
			return filter.Fact{}
		}
		return text(x.String())
	}
	moment := func(micros int64) filter.Fact { return filter.Fact{Has: micros != 0, Number: float64(micros)} }
	set := func(list []crm.ID) filter.Fact {
		out := filter.Fact{Has: len(list) > 0}
		for _, x := range list {
			out.Set = append(out.Set, x.String())
		}
		return out
	}
	yes := func(b bool) filter.Fact {
		if b {
			return text("true")
		}
		return text("false")
	}
	if field, ok := l.custom[name]; ok {
		return customFact(field, f.Values)
	}
	switch name {
	case "first_name":
		return text(crm.Fold(c.FirstName))
	case "last_name":
		return text(crm.Fold(c.LastName))
	case "$contact.name":
		return text(strings.TrimSpace(crm.Fold(c.FirstName) + " " + crm.Fold(c.LastName)))
	case "email":
		return text(crm.Fold(c.Email))
	case "phone":
		return text(c.Phone)
	case "country":
		return text(c.Country)
	case "language":
		return text(c.Language)
	case "status":
		return text(string(c.Status))
	case "created_at":
		return moment(c.CreatedAt)
	case "last_message_at":
		return moment(c.Last.At)
	case "last_incoming_at", "since_incoming":
		return moment(c.LastIncomingAt)
	case "tag":
		return set(f.Tags)
	case "channel":
		return set(f.Channels)
	case "last_channel":
		return id(c.Last.Channel)
	case "assignee":
		return id(c.Assignee)
	case "$contact.id":
		return id(c.ID)
	case "bot":
		return yes(c.BotOn)
	case "unread":
		return yes(c.Unread > 0)
	case "unreplied":
		return yes(c.Unreplied)
	case "$assignee.name", "$assignee.email", "$assignee.team":
		return l.assigneeFact(name, c.Assignee)
	}
	return l.systemFact(name)
}

func customFact(f contact.Field, values []contact.Value) filter.Fact {
	for _, v := range values {
		if v.Field != f.ID {
			continue
		}
		switch k := f.Type.Kind(); k {
		case filter.Number, filter.Date, filter.Clock:
			n, ok := filter.ParseNumber(k, v.Text)
			return filter.Fact{Has: ok, Number: n}
		case filter.Choice, filter.Checkbox:
			return text(v.Text)
		}
		return text(crm.Fold(v.Text))
	}
	return filter.Fact{}
}
