package account

import (
	"database/sql"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// NoteMode is what a person must say to close a conversation.
type NoteMode string

// The modes: a note may be given; the category must; both category and summary must;
// no note at all.
const (
	NoteOptional NoteMode = "optional"
	NoteCategory NoteMode = "category"
	NoteBoth     NoteMode = "both"
	NoteOff      NoteMode = "off"
)

// Category is a kind of outcome of conversations.
type Category struct {
	ID          crm.ID
	Name        string
	Description string
}

// Closing is how a workspace closes conversations.
type Closing struct {
	Mode       NoteMode
	Categories []Category
}

const (
	maxCategories          = 200
	maxCategoryName        = 128
	maxCategoryDescription = 255
)

// GetClosing returns how a workspace closes conversations.
func GetClosing(tx *db.Tx, workspace crm.ID) (Closing, error) {
	var c Closing
	if err := tx.Row(`SELECT closing_note FROM workspace WHERE id = $1`, []any{workspace}, &c.Mode); err != nil {
		return c, err
	}
	err := tx.Each(`SELECT id, name, description FROM closing_category WHERE workspace_id = $1 ORDER BY name, id`, []any{workspace},
		func(r *sql.Rows) error {
			var x Category
			err := r.Scan(&x.ID, &x.Name, &x.Description)
			c.Categories = append(c.Categories, x)
			return err
		})
	return c, err
}

// SetClosing changes a workspace's mode and categories. A category without an id is
// new; one that is missing is deleted, and stays on the conversations closed with it.
func (s *Service) SetClosing(tx *db.Tx, v crm.Viewer, c Closing) (Closing, error) {
	have, err := GetClosing(tx, v.Workspace)
	if err != nil {
		return have, err
	}
	if !slices.Contains([]NoteMode{NoteOptional, NoteCategory, NoteBoth, NoteOff}, c.Mode) {
		return have, crm.RefuseField("mode", crm.CodeInvalid)
	}
	if len(c.Categories) > maxCategories {
		return have, crm.RefuseField("categories", crm.CodeLimit, "max", maxCategories)
	}
	if len(c.Categories) == 0 && (c.Mode == NoteCategory || c.Mode == NoteBoth) {
		return have, crm.RefuseField("categories", crm.CodeRequired)
	}
	seen := make(map[string]bool)
	for i := range c.Categories {
		x := &c.Categories[i]
		x.Name = strings.Join(strings.Fields(crm.Clean(x.Name)), " ")
		x.Description = strings.TrimSpace(crm.Clean(x.Description))
		switch folded := crm.Fold(x.Name); {
		case x.Name == "":
			return have, crm.RefuseField("categories", crm.CodeRequired)
		case utf8.RuneCountInString(x.Name) > maxCategoryName:
			return have, crm.RefuseField("categories", crm.CodeTooLong, "max", maxCategoryName)
		case utf8.RuneCountInString(x.Description) > maxCategoryDescription:
			return have, crm.RefuseField("categories", crm.CodeTooLong, "max", maxCategoryDescription)
		case seen[folded]:
			return have, crm.RefuseField("categories", crm.CodeNameTaken)
		default:
			seen[folded] = true
		}
		if !slices.ContainsFunc(have.Categories, func(h Category) bool { return h.ID == x.ID }) {
			x.ID = tx.NewID()
		}
	}
	if _, err := tx.Exec(`DELETE FROM closing_category WHERE workspace_id = $1`, v.Workspace); err != nil {
		return have, err
	}
	rows := make([][]any, 0, len(c.Categories))
	for _, x := range c.Categories {
		rows = append(rows, []any{int64(v.Workspace), int64(x.ID), x.Name, x.Description})
	}
	if err := tx.Insert(`closing_category (workspace_id, id, name, description)`, "", rows); err != nil {
		return have, err
	}
	if _, err := tx.Exec(`UPDATE workspace SET closing_note = $1 WHERE id = $2`, string(c.Mode), v.Workspace); err != nil {
		return have, err
	}
	s.changed(tx, v)
	return GetClosing(tx, v.Workspace)
}
