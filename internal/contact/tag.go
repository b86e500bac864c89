package contact

import (
	"database/sql"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// Tag is a label that contacts carry.
type Tag struct {
	ID          crm.ID
	Name        string
	Description string
	Color       string
	Emoji       string
}

// TagColors are the colours a tag can have.
var TagColors = []string{"grey", "red", "orange", "yellow", "green", "blue", "indigo", "purple"}

// The limits of tags.
const (
	MaxTags           = 1000
	maxTagName        = 255
	maxTagDescription = 255
	// maxTagsAtOnce is how many tags one call adds.
	maxTagsAtOnce = 10
)

// Tags returns the tags of a workspace by name.
func Tags(tx *db.Tx, workspace crm.ID) ([]Tag, error) {
	var out []Tag
	err := tx.Each(`SELECT id, name, description, color, emoji FROM tag WHERE workspace_id = $1 ORDER BY folded, id`, []any{workspace},
		func(r *sql.Rows) error {
			var t Tag
			err := r.Scan(&t.ID, &t.Name, &t.Description, &t.Color, &t.Emoji)
			out = append(out, t)
			return err
		})
	return out, err
}

// TagChange describes a tag; nil leaves a value.
type TagChange struct {
	Name, Description, Color, Emoji *string
}

func (t *Tag) apply(c TagChange) error {
	if c.Name != nil {
		t.Name = strings.Join(strings.Fields(crm.Clean(*c.Name)), " ")
		if t.Name == "" {
			return crm.RefuseField("name", crm.CodeRequired)
		}
		if utf8.RuneCountInString(t.Name) > maxTagName {
			return crm.RefuseField("name", crm.CodeTooLong, "max", maxTagName)
		}
	}
	if c.Description != nil {
		t.Description = strings.TrimSpace(crm.Clean(*c.Description))
		if utf8.RuneCountInString(t.Description) > maxTagDescription {
			return crm.RefuseField("description", crm.CodeTooLong, "max", maxTagDescription)
		}
	}
	if c.Color != nil {
		if !slices.Contains(TagColors, *c.Color) {
			return crm.RefuseField("color", crm.CodeInvalid)
		}
		t.Color = *c.Color
	}
	if c.Emoji != nil {
		t.Emoji = crm.Clean(*c.Emoji)
		if utf8.RuneCountInString(t.Emoji) > 16 {
			return crm.RefuseField("emoji", crm.CodeInvalid)
		}
	}
	return nil
}

// AddTag makes a tag.
func (s *Service) AddTag(tx *db.Tx, v crm.Viewer, c TagChange) (Tag, error) {
	t := Tag{ID: tx.NewID(), Color: TagColors[0]}
	if c.Name == nil {
		return t, crm.RefuseField("name", crm.CodeRequired)
	}
	all, err := Tags(tx, v.Workspace)
	if err != nil {
		return t, err
	}
	if len(all) >= MaxTags {
		return t, crm.RefuseField("name", crm.CodeLimit, "max", MaxTags)
	}
	if err := t.apply(c); err != nil {
		return t, err
	}
	_, err = tx.Exec(`INSERT INTO tag (workspace_id, id, name, folded, description, color, emoji, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		v.Workspace, t.ID, t.Name, crm.Fold(t.Name), t.Description, t.Color, t.Emoji, tx.Micros())
	if errors.Is(err, db.ErrConflict) {
		return t, crm.RefuseField("name", crm.CodeNameTaken)
	}
	s.changed(tx, v)
	return t, err
}

// UpdateTag changes a tag, for all contacts that carry it.
func (s *Service) UpdateTag(tx *db.Tx, v crm.Viewer, id crm.ID, c TagChange) (Tag, error) {
	all, err := Tags(tx, v.Workspace)
	if err != nil {
		return Tag{}, err
	}
	i := slices.IndexFunc(all, func(t Tag) bool { return t.ID == id })
	if i < 0 {
		return Tag{}, crm.Refuse(crm.CodeNotFound)
	}
	t := all[i]
	if err := t.apply(c); err != nil {
		return t, err
	}
	_, err = tx.Exec(`UPDATE tag SET name = $1, folded = $2, description = $3, color = $4, emoji = $5 WHERE workspace_id = $6 AND id = $7`,
		t.Name, crm.Fold(t.Name), t.Description, t.Color, t.Emoji, v.Workspace, id)
	if errors.Is(err, db.ErrConflict) {
		return t, crm.RefuseField("name", crm.CodeNameTaken)
	}
	s.changed(tx, v)
	return t, err
}

// DeleteTag removes a tag, from all contacts too.
func (s *Service) DeleteTag(tx *db.Tx, v crm.Viewer, id crm.ID) error {
	n, err := tx.Exec(`DELETE FROM tag WHERE workspace_id = $1 AND id = $2`, v.Workspace, id)
	if err != nil {
		return err
	}
	if n == 0 {
		return crm.Refuse(crm.CodeNotFound)
	}
	_, err = tx.Exec(`DELETE FROM contact_tag WHERE workspace_id = $1 AND tag_id = $2`, v.Workspace, id)
	s.changed(tx, v)
	return err
}

// NameTags returns the tags of the names, making those that don't exist yet.
func (s *Service) NameTags(tx *db.Tx, v crm.Viewer, names []string) ([]crm.ID, error) {
	if len(names) > maxTagsAtOnce {
		return nil, crm.RefuseField("add", crm.CodeLimit, "max", maxTagsAtOnce)
	}
	all, err := Tags(tx, v.Workspace)
	if err != nil {
		return nil, err
	}
	var out []crm.ID
	for _, name := range names {
		folded := crm.Fold(name)
		i := slices.IndexFunc(all, func(t Tag) bool { return crm.Fold(t.Name) == folded })
		if i < 0 {
			t, err := s.AddTag(tx, v, TagChange{Name: &name})
			if err != nil {
				return nil, err
			}
			all = append(all, t)
			i = len(all) - 1
		}
		out = append(out, all[i].ID)
	}
	return out, nil
}

// Retag adds tags to contacts and removes others from them.
func Retag(tx *db.Tx, workspace crm.ID, contacts, add, remove []crm.ID) error {
	var rows [][]any
	for _, c := range contacts {
		for _, t := range add {
			rows = append(rows, []any{int64(workspace), int64(c), int64(t)})
		}
	}
	if err := tx.Insert(`contact_tag (workspace_id, contact_id, tag_id)`, `ON CONFLICT DO NOTHING`, rows); err != nil {
		return err
	}
	if len(remove) == 0 || len(contacts) == 0 {
		return nil
	}
	who, args := db.InList([]any{workspace}, contacts)
	what, args := db.InList(args, remove)
	return tx.Queue(`DELETE FROM contact_tag WHERE workspace_id = $1 AND contact_id IN (`+who+`) AND tag_id IN (`+what+`)`, args...)
}

// TagsOf returns the tags that contacts carry, in id order.
func TagsOf(tx *db.Tx, workspace crm.ID, contacts []crm.ID) (map[crm.ID][]crm.ID, error) {
	out := make(map[crm.ID][]crm.ID)
	if len(contacts) == 0 {
		return out, nil
	}
	list, args := db.InList([]any{workspace}, contacts)
	err := tx.Each(`SELECT contact_id, tag_id FROM contact_tag WHERE workspace_id = $1 AND contact_id IN (`+list+`) ORDER BY contact_id, tag_id`, args,
		func(r *sql.Rows) error {
			var c, t crm.ID
			err := r.Scan(&c, &t)
			out[c] = append(out[c], t)
			return err
		})
	return out, err
}
