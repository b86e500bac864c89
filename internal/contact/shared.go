package contact

import (
	"cmp"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// sharedKeys are a contact's phone and e-mail.
type sharedKeys struct{ phone, email string }

func keysOf(c *Contact) sharedKeys { return sharedKeys{c.Phone, c.Email} }

type sharingKey struct{}

// sharing collects, over a transaction, who got a phone or an e-mail and who has one
// no longer.
type sharing struct {
	workspaces []crm.ID
	of         map[crm.ID]*changedKeys
}

type changedKeys struct {
	got  []crm.ID
	gone []sharedKeys
}

// noteShared takes note that a contact is stored. What it shares with others since is
// found out last, under the workspace's row lock: of two transactions that store
// the same phone at once, the second sees the first.
func noteShared(tx *db.Tx, c *Contact) {
	was, is := c.stored, keysOf(c)
	c.stored = is
	if was == is {
		return
	}
	was.email, is.email = crm.Fold(was.email), crm.Fold(is.email)
	s, _ := tx.Value(sharingKey{}).(*sharing)
	if s == nil {
		s = &sharing{of: make(map[crm.ID]*changedKeys)}
		tx.SetValue(sharingKey{}, s)
		tx.Last(s.save)
	}
	of := s.of[c.Workspace]
	if of == nil {
		of = new(changedKeys)
		s.of[c.Workspace] = of
		s.workspaces = append(s.workspaces, c.Workspace)
	}
	if (is.phone != "" && is.phone != was.phone) || (is.email != "" && is.email != was.email) {
		of.got = append(of.got, c.ID)
	}
	var gone sharedKeys
	if was.phone != is.phone {
		gone.phone = was.phone
	}
	if was.email != is.email {
		gone.email = was.email
	}
	if gone != (sharedKeys{}) {
		of.gone = append(of.gone, gone)
	}
}

func (s *sharing) save(tx *db.Tx) error {
	slices.Sort(s.workspaces)
	for _, workspace := range s.workspaces {
		if lock := tx.ForUpdate(); lock != "" {
			err := tx.Each(`SELECT id FROM workspace WHERE id = $1`+lock, []any{workspace}, func(*sql.Rows) error { return nil })
			if err != nil {
				return err
			}
		}
		of := s.of[workspace]
		for ids := range slices.Chunk(of.got, 256) {
			if err := markShared(tx, workspace, ids); err != nil {
				return err
			}
		}
		for _, gone := range of.gone {
			for _, k := range []struct{ kind, column, value, term string }{
				{"phone", "phone", gone.phone, crm.Digits(gone.phone)},
				{"email", "email_folded", gone.email, gone.email},
			} {
				if k.value == "" {
					continue
				}
				err := tx.Queue(`DELETE FROM shared_value WHERE workspace_id = $1 AND kind = $2 AND value = $3 AND (SELECT COUNT(*) FROM (
						SELECT o.id FROM contact_term t JOIN contact o ON o.workspace_id = t.workspace_id AND o.id = t.contact_id
						WHERE t.workspace_id = $4 AND t.term = $5 AND o.`+k.column+` = $6 LIMIT 2) sharing) < 2`,
					int64(workspace), k.kind, k.value, int64(workspace), k.term, k.value)
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// markShared marks what these contacts share with any other.
func markShared(tx *db.Tx, workspace crm.ID, ids []crm.ID) error {
	// With a limit, not as EXISTS: PostgreSQL would make a join of it, and may take
	// the whole table for one of its sides.
	other := func(column, term string) string {
		return `(SELECT o.id FROM contact_term t JOIN contact o ON o.workspace_id = t.workspace_id AND o.id = t.contact_id
			WHERE c.` + column + ` <> '' AND t.workspace_id = c.workspace_id AND t.term = ` + term + ` AND t.contact_id <> c.id AND o.` + column + ` = c.` + column + ` LIMIT 1) IS NOT NULL`
	}
	type mark struct{ kind, value string }
	var marks []mark
	list, args := db.InList([]any{workspace}, ids)
	err := tx.Each(`SELECT c.phone, c.email_folded, `+other("phone", "REPLACE(c.phone, '+', '')")+`, `+other("email_folded", "c.email_folded")+`
			FROM contact c WHERE c.workspace_id = $1 AND c.id IN (`+list+`) ORDER BY c.id`, args, func(r *sql.Rows) error {
		var keys sharedKeys
		var phone, email bool
		err := r.Scan(&keys.phone, &keys.email, &phone, &email)
		if phone {
			marks = append(marks, mark{"phone", keys.phone})
		}
		if email {
			marks = append(marks, mark{"email", keys.email})
		}
		return err
	})
	for _, m := range marks {
		if err == nil {
			err = tx.Queue(`INSERT INTO shared_value (workspace_id, kind, value, id) VALUES ($1, $2, $3, $4)
				ON CONFLICT (workspace_id, kind, value) DO UPDATE SET id = excluded.id`, int64(workspace), m.kind, m.value, int64(tx.NewID()))
		}
	}
	return err
}

// Shared are contacts that may be the same person: they have the same phone or the
// same e-mail, or both.
type Shared struct {
	// Phone and Email are what they share, "" where that differs.
	Phone, Email string
	// Contacts are those that the viewer may know of, the oldest first: at least
	// two, and no more than maxSharing.
	Contacts []*Contact
}

const (
	// sharedChunk is how many shared values are looked at at once.
	sharedChunk = 16
	// sharedChunks bounds how often that is done for one page, where a viewer may
	// see few of those who share.
	sharedChunks = 8
)

// SharedBy returns those who share a phone or an e-mail, as far as the viewer may know
// of them, those first who came to it last, and the next page's cursor, "" at the
// end. A page may be short, or empty, where the viewer sees few of them.
func SharedBy(tx *db.Tx, v crm.Viewer, at string, limit int) (out []Shared, next string, err error) {
	from := sharedPlace{ID: 1<<63 - 1}
	if at != "" {
		if from, err = parseSharedPlace(at); err != nil {
			return nil, "", err
		}
	}
	for range sharedChunks {
		marks, err := sharedAfter(tx, v.Workspace, from)
		if err != nil || len(marks) == 0 {
			return out, "", err
		}
		found, err := sharers(tx, v, marks)
		if err != nil {
			return nil, "", err
		}
		for i, m := range marks {
			from = m.sharedPlace
			both := slices.IndexFunc(out, func(s Shared) bool { return slices.EqualFunc(s.Contacts, found[i].Contacts, sameContact) })
			switch {
			case len(found[i].Contacts) < 2:
			case both >= 0:
				out[both].Phone += found[i].Phone
				out[both].Email += found[i].Email
			case len(out) == limit:
				return out, next, nil
			default:
				out = append(out, found[i])
			}
			next = from.String()
		}
		if len(marks) < sharedChunk {
			return out, "", nil
		}
	}
	return out, next, nil
}

func sameContact(a, b *Contact) bool { return a.ID == b.ID }

// sharedPlace is a place in the order of shared values.
type sharedPlace struct {
	ID   crm.ID
	Kind string
}

func (p sharedPlace) String() string { return p.ID.String() + "." + p.Kind }

func parseSharedPlace(s string) (p sharedPlace, err error) {
	id, kind, ok := strings.Cut(s, ".")
	n, err := strconv.ParseInt(id, 10, 64)
	if !ok || err != nil {
		return p, crm.RefuseField("cursor", crm.CodeBadCursor)
	}
	return sharedPlace{crm.ID(n), kind}, nil
}

type sharedMark struct {
	sharedPlace
	value string
}

func sharedAfter(tx *db.Tx, workspace crm.ID, at sharedPlace) ([]sharedMark, error) {
	var out []sharedMark
	err := tx.Each(`SELECT id, kind, value FROM shared_value WHERE workspace_id = $1 AND (id, kind) < ($2, $3) ORDER BY id DESC, kind DESC LIMIT $4`,
		[]any{workspace, at.ID, at.Kind, sharedChunk}, func(r *sql.Rows) error {
			var m sharedMark
			err := r.Scan(&m.ID, &m.Kind, &m.value)
			out = append(out, m)
			return err
		})
	return out, err
}

// sharers returns who has each of the values, of those the viewer may know of.
func sharers(tx *db.Tx, v crm.Viewer, marks []sharedMark) ([]Shared, error) {
	// However many share one value, each has its own bound.
	var q strings.Builder
	var args []any
	for i := range sharedChunk {
		if i > 0 {
			q.WriteString(` UNION ALL `)
		}
		n := strconv.Itoa(i)
		q.WriteString(`SELECT ` + n + ` AS mark, s.contact_id FROM (SELECT contact_id FROM contact_term WHERE workspace_id = ` + db.Params(len(args)+1, 1) +
			` AND term = ` + db.Params(len(args)+2, 1) + ` ORDER BY contact_id` + db.Limit(maxSharing) + `) s`)
		term := ""
		if i < len(marks) {
			if term = marks[i].value; marks[i].Kind == "phone" {
				term = crm.Digits(term)
			}
		}
		args = append(args, v.Workspace, term)
	}
	of := make([][]crm.ID, len(marks))
	var ids []crm.ID
	err := tx.Each(q.String()+` ORDER BY 1, 2`, args, func(r *sql.Rows) error {
		var i int
		var id crm.ID
		if err := r.Scan(&i, &id); err != nil || i >= len(marks) {
			return err
		}
		of[i] = append(of[i], id)
		ids = append(ids, id)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(ids)
	found, err := Load(tx, v.Workspace, slices.Compact(ids), false)
	out := make([]Shared, len(marks))
	for i, m := range marks {
		for _, id := range of[i] {
			c := found[id]
			switch {
			case c == nil || !v.Sees(c.Assignee):
			case m.Kind == "phone" && c.Phone == m.value:
				out[i].Phone = c.Phone
				out[i].Contacts = append(out[i].Contacts, c)
			case m.Kind == "email" && crm.Fold(c.Email) == m.value:
				out[i].Email = cmp.Or(out[i].Email, c.Email)
				out[i].Contacts = append(out[i].Contacts, c)
			}
		}
	}
	return out, err
}
