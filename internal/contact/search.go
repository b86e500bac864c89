package contact

import (
	"cmp"
	"database/sql"
	"slices"
	"strings"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

const (
	maxTerms    = 12
	maxTermSize = 60
	// scanLimit bounds how many candidates a search of several words looks at.
	scanLimit = 4000
)

// Terms returns what a contact is found by; what people type is the beginning of
// one of them: the name from each of its words on and around to its start, so that
// "García Ana" finds Ana García by one range; the phone's digits with and without
// the country; the e-mail.
func Terms(c *Contact) []string {
	var terms []string
	add := func(s string) {
		if len(s) > maxTermSize {
			s = s[:maxTermSize]
			s = strings.ToValidUTF8(s, "")
		}
		if s == "" || len(terms) >= maxTerms {
			return
		}
		for _, t := range terms {
			if t == s {
				return
			}
		}
		terms = append(terms, s)
	}
	name := c.FirstName + " " + c.LastName
	if strings.TrimSpace(name) == "" {
		name = c.Alias
	}
	words := strings.Fields(crm.Fold(name))
	for i := range min(len(words), 6) {
		add(strings.Join(append(append([]string{}, words[i:]...), words[:i]...), " "))
	}
	if d := crm.Digits(c.Phone); d != "" {
		add(d)
		for _, cut := range []int{1, 2, 3} { // country codes have one to three digits
			if len(d)-cut >= 6 {
				add(d[cut:])
			}
		}
	}
	if c.Email != "" {
		e := crm.Fold(c.Email)
		add(e)
		if at := strings.IndexByte(e, '@'); at >= 0 {
			add(e[at+1:])
		}
	}
	return terms
}

func addTerms(tx *db.Tx, c *Contact) error {
	for _, t := range Terms(c) {
		err := tx.Queue(`INSERT INTO contact_term (workspace_id, term, contact_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			int64(c.Workspace), t, int64(c.ID))
		if err != nil {
			return err
		}
	}
	return nil
}

// after is the smallest string that is larger than every one that starts with p.
func after(p string) string { return p + "\U0010FFFF" }

// Found is a hit's place, for the next page.
type Found struct {
	Term string
	ID   crm.ID
}

// orStart returns the place, or that before all terms which begin with prefix. It is
// the one lower bound of a scan: given two, PostgreSQL starts from either, and from
// the lesser one it walks through everything between them.
func (f Found) orStart(prefix string) Found {
	if f.Term < prefix {
		return Found{Term: prefix}
	}
	return f
}

// Search returns the ids of up to limit contacts that the text finds, after a
// place: whose name, phone or e-mail has each of its words, the first of them (or
// the text as a whole) at the start of a word. Where scope isn't nil, only contacts
// assigned to one of it are found.
func Search(tx *db.Tx, workspace crm.ID, scope []crm.ID, text string, at Found, limit int) ([]Found, error) {
	folded := crm.Fold(text)
	if folded == "" {
		return nil, nil
	}
	if scope != nil {
		return scanScope(tx, workspace, scope, folded, at, limit)
	}
	if d := crm.Digits(folded); len(d) >= 3 && strings.Trim(folded, "+0123456789 ()-.") == "" {
		return scanTerms(tx, workspace, strings.TrimLeft(d, "0"), nil, at, limit)
	}
	// Words in the order of the name are one range of the index.
	found, err := scanTerms(tx, workspace, folded, nil, at, limit)
	words := strings.Fields(folded)
	if err != nil || len(words) == 1 || len(found) > 0 || strings.HasPrefix(at.Term, folded) {
		return found, err
	}
	// From the word that fewest have: part of a phone or an e-mail, else the longest.
	address := func(w string) int {
		if strings.ContainsAny(w, "0123456789@.") {
			return 1
		}
		return 0
	}
	rarest := slices.MaxFunc(words, func(a, b string) int {
		return cmp.Or(cmp.Compare(address(a), address(b)), cmp.Compare(len(a), len(b)))
	})
	i := slices.Index(words, rarest)
	others := slices.Concat(words[:i], words[i+1:])
	if address(rarest) == 1 {
		return scanTerms(tx, workspace, rarest, others, at, limit)
	}
	return scanNames(tx, workspace, rarest, others, at, limit)
}

// scanScope finds contacts of some assignees. It starts from them and not from the
// text: they are few, while a beginning may be that of many names that the viewer
// must not see.
func scanScope(tx *db.Tx, workspace crm.ID, scope []crm.ID, folded string, at Found, limit int) ([]Found, error) {
	words := strings.Fields(folded)
	if d := crm.Digits(folded); len(d) >= 3 && strings.Trim(folded, "+0123456789 ()-.") == "" {
		words = []string{strings.TrimLeft(d, "0")}
	}
	list, args := db.InList([]any{workspace}, scope)
	q := `SELECT MIN(t.term), c.id FROM contact c JOIN contact_term t ON t.workspace_id = c.workspace_id AND t.contact_id = c.id
		WHERE c.workspace_id = $1 AND c.assignee_id IN (` + list + `)`
	for i, w := range words[:min(len(words), 5)] {
		n := len(args)
		if i == 0 {
			q += ` AND t.term >= ` + db.Params(n+1, 1) + ` AND t.term < ` + db.Params(n+2, 1)
		} else {
			q += ` AND EXISTS (SELECT 1 FROM contact_term o WHERE o.workspace_id = c.workspace_id AND o.contact_id = c.id
				AND o.term >= ` + db.Params(n+1, 1) + ` AND o.term < ` + db.Params(n+2, 1) + `)`
		}
		args = append(args, w, after(w))
	}
	n := len(args)
	q += ` GROUP BY c.id HAVING (MIN(t.term), c.id) > (` + db.Params(n+1, 2) + `) ORDER BY MIN(t.term), c.id LIMIT ` + db.Params(n+3, 1)
	var out []Found
	err := tx.Each(q, append(args, at.Term, at.ID, limit), func(r *sql.Rows) error {
		var f Found
		err := r.Scan(&f.Term, &f.ID)
		out = append(out, f)
		return err
	})
	return out, err
}

// scanNames finds the names that have prefix and each of the other words, in any
// order. A name's term holds all of its words, so nothing else is looked up.
func scanNames(tx *db.Tx, workspace crm.ID, prefix string, others []string, at Found, limit int) ([]Found, error) {
	at = at.orStart(prefix)
	var out []Found
	err := tx.Each(`SELECT term, contact_id FROM contact_term WHERE workspace_id = $1 AND term < $2 AND (term, contact_id) > ($3, $4)
		ORDER BY term, contact_id LIMIT $5`, []any{workspace, after(prefix), at.Term, at.ID, scanLimit}, func(r *sql.Rows) error {
		var f Found
		if err := r.Scan(&f.Term, &f.ID); err != nil {
			return err
		}
		if len(out) < limit && hasWords(f.Term, others) && isFirst(f.Term, prefix) {
			out = append(out, f)
		}
		return nil
	})
	return out, err
}

// isFirst tells whether of a name's terms that begin with prefix this is the first,
// which is the one that counts.
func isFirst(term, prefix string) bool {
	words := strings.Fields(term)
	for i := 1; i < len(words); i++ {
		t := strings.Join(append(append([]string{}, words[i:]...), words[:i]...), " ")
		if t < term && strings.HasPrefix(t, prefix) {
			return false
		}
	}
	return true
}

// hasWords tells whether each of the beginnings is that of a word of the term.
func hasWords(term string, beginnings []string) bool {
	for _, b := range beginnings {
		if !strings.HasPrefix(term, b) && !strings.Contains(term, " "+b) {
			return false
		}
	}
	return true
}

// scanTerms finds the contacts of which a term begins with prefix, each at the first
// of those terms, and which have a term for each of the other words.
func scanTerms(tx *db.Tx, workspace crm.ID, prefix string, others []string, at Found, limit int) ([]Found, error) {
	if prefix == "" {
		return nil, nil
	}
	at = at.orStart(prefix)
	args := []any{workspace, after(prefix), at.Term, at.ID}
	q := `SELECT s.term, s.contact_id FROM contact_term s WHERE s.workspace_id = $1 AND s.term < $2 AND (s.term, s.contact_id) > ($3, $4)`
	if len(others) > 0 {
		q = `SELECT s.term, s.contact_id FROM (` + q + ` ORDER BY s.term, s.contact_id LIMIT $5) s WHERE TRUE`
		args = append(args, scanLimit)
	}
	n := len(args)
	q += ` AND NOT EXISTS (SELECT 1 FROM contact_term o WHERE o.workspace_id = $1 AND o.contact_id = s.contact_id
		AND o.term >= ` + db.Params(n+1, 1) + ` AND o.term < s.term)`
	args = append(args, prefix)
	for _, w := range others[:min(len(others), 4)] {
		n := len(args)
		q += ` AND EXISTS (SELECT 1 FROM contact_term o WHERE o.workspace_id = $1 AND o.contact_id = s.contact_id
			AND o.term >= ` + db.Params(n+1, 1) + ` AND o.term < ` + db.Params(n+2, 1) + ` LIMIT 1 OFFSET 0)`
		args = append(args, w, after(w))
	}
	// PostgreSQL: a limit that it knows keeps it from planning for many rows, and the
	// offset above from gathering everybody who has the other word.
	q += ` ORDER BY s.term, s.contact_id` + db.Limit(limit)
	var out []Found
	err := tx.Each(q, args, func(r *sql.Rows) error {
		var f Found
		err := r.Scan(&f.Term, &f.ID)
		out = append(out, f)
		return err
	})
	return out, err
}
