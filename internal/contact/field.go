package contact

import (
	"database/sql"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/filter"
)

// FieldType is what a custom field holds. It can't be changed later.
type FieldType string

// The types. Values are texts in the forms given.
const (
	FieldText     FieldType = "text"
	FieldList     FieldType = "list"     // one of the field's options
	FieldCheckbox FieldType = "checkbox" // true or false
	FieldEmail    FieldType = "email"
	FieldNumber   FieldType = "number" // decimal, with a point
	FieldURL      FieldType = "url"    // http or https
	FieldDate     FieldType = "date"   // YYYY-MM-DD
	FieldTime     FieldType = "time"   // HH:MM, 24 hours
)

// Kind is what the filter language sees of the type.
func (t FieldType) Kind() filter.Kind {
	switch t {
	case FieldList:
		return filter.Choice
	case FieldCheckbox:
		return filter.Checkbox
	case FieldNumber:
		return filter.Number
	case FieldDate:
		return filter.Date
	case FieldTime:
		return filter.Clock
	}
	return filter.Text
}

// Field is a custom field of a workspace's contacts.
type Field struct {
	ID          crm.ID
	Slug        string
	Name        string
	Description string
	Type        FieldType
	Options     []string
}

// The limits of custom fields.
const (
	MaxFields           = 200
	maxFieldName        = 50
	maxFieldDescription = 255
	maxOptions          = 200
	maxOption           = 100
	maxValue            = 1000
)

// slugShape is what a field's id in variables may be, as $contact.city.
var slugShape = regexp.MustCompile(`^[a-z0-9_]{1,50}$`)

// ownNames are taken by the fields that every contact has.
var ownNames = []string{"id", "name", "firstname", "lastname", "first_name", "last_name", "phone", "email", "country", "language", "picture", "assignee", "status", "tags"}

// FieldChange describes a field; nil leaves a value.
type FieldChange struct {
	Slug, Name, Description *string
	Type                    *FieldType
	Options                 *[]string
}

// Fields returns the custom fields of a workspace in their order.
func CustomFields(tx *db.Tx, workspace crm.ID) ([]Field, error) {
	var out []Field
	err := tx.Each(`SELECT id, slug, name, description, type, options FROM contact_field WHERE workspace_id = $1 ORDER BY position, id`,
		[]any{workspace}, func(r *sql.Rows) error {
			var f Field
			var options string
			if err := r.Scan(&f.ID, &f.Slug, &f.Name, &f.Description, &f.Type, &options); err != nil {
				return err
			}
			err := json.Unmarshal([]byte(options), &f.Options)
			out = append(out, f)
			return err
		})
	return out, err
}

// AddField makes a custom field. Without a slug it gets one of its name.
func (s *Service) AddField(tx *db.Tx, v crm.Viewer, c FieldChange) (Field, error) {
	all, err := CustomFields(tx, v.Workspace)
	if err != nil {
		return Field{}, err
	}
	if len(all) >= MaxFields {
		return Field{}, crm.RefuseField("name", crm.CodeLimit, "max", MaxFields)
	}
	f := Field{ID: tx.NewID()}
	if c.Name == nil {
		return f, crm.RefuseField("name", crm.CodeRequired)
	}
	if c.Type == nil {
		return f, crm.RefuseField("type", crm.CodeRequired)
	}
	f.Type = *c.Type
	if !slices.Contains([]FieldType{FieldText, FieldList, FieldCheckbox, FieldEmail, FieldNumber, FieldURL, FieldDate, FieldTime}, f.Type) {
		return f, crm.RefuseField("type", crm.CodeInvalid)
	}
	if err := f.apply(c); err != nil {
		return f, err
	}
	f.Slug = slugOf(f.Name)
	if c.Slug != nil {
		f.Slug = *c.Slug
	}
	if !slugShape.MatchString(f.Slug) {
		return f, crm.RefuseField("slug", crm.CodeBadSlug)
	}
	if slices.Contains(ownNames, f.Slug) || slices.ContainsFunc(all, func(o Field) bool { return o.Slug == f.Slug }) {
		return f, crm.RefuseField("slug", crm.CodeNameTaken)
	}
	options, err := json.Marshal(f.Options)
	if err != nil {
		return f, err
	}
	_, err = tx.Exec(`INSERT INTO contact_field (workspace_id, id, slug, name, description, type, options, position, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		v.Workspace, f.ID, f.Slug, f.Name, f.Description, string(f.Type), string(options), len(all), tx.Micros())
	s.changed(tx, v)
	return f, err
}

// UpdateField changes a field's words and options, never its slug or type. Values of
// an option that is taken away stay as they are.
func (s *Service) UpdateField(tx *db.Tx, v crm.Viewer, id crm.ID, c FieldChange) (Field, error) {
	all, err := CustomFields(tx, v.Workspace)
	if err != nil {
		return Field{}, err
	}
	i := slices.IndexFunc(all, func(f Field) bool { return f.ID == id })
	switch {
	case i < 0:
		return Field{}, crm.Refuse(crm.CodeNotFound)
	case c.Slug != nil && *c.Slug != all[i].Slug:
		return all[i], crm.RefuseField("slug", crm.CodeFixed)
	case c.Type != nil && *c.Type != all[i].Type:
		return all[i], crm.RefuseField("type", crm.CodeFixed)
	}
	f := all[i]
	if err := f.apply(c); err != nil {
		return f, err
	}
	options, err := json.Marshal(f.Options)
	if err != nil {
		return f, err
	}
	_, err = tx.Exec(`UPDATE contact_field SET name = $1, description = $2, options = $3 WHERE workspace_id = $4 AND id = $5`,
		f.Name, f.Description, string(options), v.Workspace, id)
	s.changed(tx, v)
	return f, err
}

// DeleteField removes a field and its values.
func (s *Service) DeleteField(tx *db.Tx, v crm.Viewer, id crm.ID) error {
	n, err := tx.Exec(`DELETE FROM contact_field WHERE workspace_id = $1 AND id = $2`, v.Workspace, id)
	if err != nil {
		return err
	}
	if n == 0 {
		return crm.Refuse(crm.CodeNotFound)
	}
	_, err = tx.Exec(`DELETE FROM contact_value WHERE workspace_id = $1 AND field_id = $2`, v.Workspace, id)
	s.changed(tx, v)
	return err
}

func (s *Service) changed(tx *db.Tx, v crm.Viewer) {
	s.events.Append(tx, v.Workspace, eventlog.Event{Kind: eventlog.FieldsChanged, Actor: v.Actor()})
}

func slugOf(name string) string {
	slug := strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, crm.Fold(name)), "_")
	return slug[:min(len(slug), 50)]
}

func (f *Field) apply(c FieldChange) error {
	if c.Name != nil {
		f.Name = strings.Join(strings.Fields(crm.Clean(*c.Name)), " ")
		if f.Name == "" {
			return crm.RefuseField("name", crm.CodeRequired)
		}
		if utf8.RuneCountInString(f.Name) > maxFieldName {
			return crm.RefuseField("name", crm.CodeTooLong, "max", maxFieldName)
		}
	}
	if c.Description != nil {
		f.Description = strings.TrimSpace(crm.Clean(*c.Description))
		if utf8.RuneCountInString(f.Description) > maxFieldDescription {
			return crm.RefuseField("description", crm.CodeTooLong, "max", maxFieldDescription)
		}
	}
	if c.Options != nil {
		f.Options = nil
		for _, o := range *c.Options {
			o = strings.Join(strings.Fields(crm.Clean(o)), " ")
			if o == "" || slices.Contains(f.Options, o) {
				continue
			}
			if utf8.RuneCountInString(o) > maxOption {
				return crm.RefuseField("options", crm.CodeTooLong, "max", maxOption)
			}
			f.Options = append(f.Options, o)
		}
		if len(f.Options) > maxOptions {
			return crm.RefuseField("options", crm.CodeLimit, "max", maxOptions)
		}
	}
	if f.Type == FieldList && len(f.Options) == 0 {
		return crm.RefuseField("options", crm.CodeRequired)
	}
	return nil
}

// Value is what a contact has of a custom field.
type Value struct {
	Field crm.ID
	Text  string
}

// parse returns a value in the field's form, and how it is compared.
func (f Field) parse(s string) (value, folded string, number float64, err error) {
	at := "fields." + f.Slug
	invalid := crm.RefuseField(at, crm.CodeInvalid)
	s = strings.TrimSpace(crm.Clean(s))
	if utf8.RuneCountInString(s) > maxValue {
		return "", "", 0, crm.RefuseField(at, crm.CodeTooLong, "max", maxValue)
	}
	if s == "" {
		return "", "", 0, nil
	}
	switch f.Type {
	case FieldList:
		if !slices.Contains(f.Options, s) {
			return "", "", 0, invalid
		}
		return s, s, 0, nil
	case FieldCheckbox:
		if s != "true" && s != "false" {
			return "", "", 0, invalid
		}
		return s, s, 0, nil
	case FieldEmail:
		e, err := ParseEmail(s)
		if err != nil {
			return "", "", 0, crm.RefuseField(at, crm.CodeBadEmail)
		}
		s = e
	case FieldURL:
		u, err := url.Parse(s)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return "", "", 0, invalid
		}
	case FieldNumber, FieldDate, FieldTime:
		n, ok := filter.ParseNumber(f.Type.Kind(), s)
		if !ok {
			return "", "", 0, invalid
		}
		return s, s, n, nil
	}
	return s, crm.Fold(s), 0, nil
}

// SetValues sets custom fields of a contact by slug; "" takes a value away.
func SetValues(tx *db.Tx, workspace, id crm.ID, values map[string]string) (changed bool, err error) {
	if len(values) == 0 {
		return false, nil
	}
	fields, err := CustomFields(tx, workspace)
	if err != nil {
		return false, err
	}
	have := make(map[crm.ID]string)
	list, err := Values(tx, workspace, id)
	if err != nil {
		return false, err
	}
	for _, x := range list {
		have[x.Field] = x.Text
	}
	slugs := make([]string, 0, len(values))
	for slug := range values {
		slugs = append(slugs, slug)
	}
	slices.Sort(slugs)
	for _, slug := range slugs {
		i := slices.IndexFunc(fields, func(f Field) bool { return f.Slug == slug })
		if i < 0 {
			return false, crm.RefuseField("fields."+slug, crm.CodeUnknownField, "field", slug)
		}
		f := fields[i]
		value, folded, number, err := f.parse(values[slug])
		if err != nil {
			return false, err
		}
		if have[f.ID] == value {
			continue
		}
		changed = true
		if value == "" {
			err = tx.Queue(`DELETE FROM contact_value WHERE workspace_id = $1 AND contact_id = $2 AND field_id = $3`, int64(workspace), int64(id), int64(f.ID))
		} else {
			err = tx.Queue(`INSERT INTO contact_value (workspace_id, contact_id, field_id, value, folded, number) VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT (workspace_id, contact_id, field_id) DO UPDATE SET value = excluded.value, folded = excluded.folded, number = excluded.number`,
				int64(workspace), int64(id), int64(f.ID), value, folded, number)
		}
		if err != nil {
			return false, err
		}
	}
	return changed, nil
}

// Values returns the custom values of a contact.
func Values(tx *db.Tx, workspace, id crm.ID) ([]Value, error) {
	var out []Value
	err := tx.Each(`SELECT field_id, value FROM contact_value WHERE workspace_id = $1 AND contact_id = $2 ORDER BY field_id`, []any{workspace, id},
		func(r *sql.Rows) error {
			var v Value
			err := r.Scan(&v.Field, &v.Text)
			out = append(out, v)
			return err
		})
	return out, err
}

// ValuesOf returns the custom values of contacts, by contact and by field.
func ValuesOf(tx *db.Tx, workspace crm.ID, contacts []crm.ID) (map[crm.ID]map[crm.ID]string, error) {
	out := make(map[crm.ID]map[crm.ID]string)
	if len(contacts) == 0 {
		return out, nil
	}
	list, args := db.InList([]any{workspace}, contacts)
	err := tx.Each(`SELECT contact_id, field_id, value FROM contact_value WHERE workspace_id = $1 AND contact_id IN (`+list+`)`, args,
		func(r *sql.Rows) error {
			var c, f crm.ID
			var value string
			err := r.Scan(&c, &f, &value)
			if out[c] == nil {
				out[c] = make(map[crm.ID]string)
			}
			out[c][f] = value
			return err
		})
	return out, err
}
