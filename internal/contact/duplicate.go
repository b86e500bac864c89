package contact

import (
	"cmp"
	"database/sql"
	"slices"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// maxSharing bounds how many contacts of one phone or e-mail are looked at.
const maxSharing = 64

// Duplicate is a contact that may be the same person as another.
type Duplicate struct {
	*Contact
	// Phone and Email tell what both have.
	Phone, Email bool
}

// Duplicates returns the contacts that a viewer may see who have the phone or the
// e-mail of another: those first who have both, then the oldest.
func Duplicates(tx *db.Tx, v crm.Viewer, of *Contact, limit int) ([]Duplicate, error) {
	var terms []any
	for _, s := range []string{crm.Digits(of.Phone), crm.Fold(of.Email)} {
		if t, ok := ExactTerm(s); ok {
			terms = append(terms, t)
		}
	}
	if len(terms) == 0 {
		return nil, nil
	}
	list, args := db.InList([]any{v.Workspace, of.ID}, terms)
	var ids []crm.ID
	err := tx.Each(`SELECT DISTINCT contact_id FROM contact_term WHERE workspace_id = $1 AND contact_id <> $2 AND term IN (`+list+`) ORDER BY contact_id LIMIT `+db.Params(len(args)+1, 1),
		append(args, maxSharing), func(r *sql.Rows) error {
			var id crm.ID
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		})
	if err != nil {
		return nil, err
	}
	found, err := Load(tx, v.Workspace, ids, false)
	if err != nil {
		return nil, err
	}
	var out []Duplicate
	for _, id := range ids {
		c := found[id]
		if c == nil || !v.Sees(c.Assignee) {
			continue
		}
		d := Duplicate{
			Contact: c,
			Phone:   c.Phone != "" && c.Phone == of.Phone,
			Email:   c.Email != "" && crm.Fold(c.Email) == crm.Fold(of.Email),
		}
		if d.Phone || d.Email { // else a name that reads the same
			out = append(out, d)
		}
	}
	both := func(d Duplicate) int {
		if d.Phone && d.Email {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(out, func(a, b Duplicate) int { return cmp.Compare(both(a), both(b)) })
	return out[:min(len(out), limit)], nil
}

// ExactTerm returns the term that everybody has who has a phone's digits or a folded
// e-mail; none stands for what is too long to be a term as a whole.
func ExactTerm(s string) (string, bool) { return s, s != "" && len(s) <= maxTermSize }
