package contact

import (
	"database/sql"
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
	if err != nil || len(words) == 1 || len(found) > 0 || at != (Found{}) {
		return found, err
	}
	longest := 0
	for i, w := range words {
		if len(w) > len(words[longest]) {
			longest = i
		}
	}
	others := append(append([]string{}, words[:longest]...), words[longest+1:]...)
	for _, w := range words {
		if strings.ContainsAny(w, "0123456789@.") { // part of a phone or an e-mail
			return scanTerms(tx, workspace, words[longest], others, at, limit)
		}
	}
	return scanNames(tx, workspace, words[longest], others, limit)
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
func scanNames(tx *db.Tx, workspace crm.ID, prefix string, others []string, limit int) ([]Found, error) {
	var out []Found
	seen := make(map[crm.ID]bool)
	err := tx.Each(`SELECT term, contact_id FROM contact_term WHERE workspace_id = $1 AND term >= $2 AND term < $3
		ORDER BY term, contact_id LIMIT $4`, []any{workspace, prefix, after(prefix), scanLimit}, func(r *sql.Rows) error {
		var f Found
		if err := r.Scan(&f.Term, &f.ID); err != nil {
			return err
		}
		if len(out) < limit && !seen[f.ID] && hasWords(f.Term, others) {
			seen[f.ID] = true
			out = append(out, f)
		}
		return nil
	})
	return out, err
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

func scanTerms(tx *db.Tx, workspace crm.ID, prefix string, others []string, at Found, limit int) ([]Found, error) {
	if prefix == "" {
		return nil, nil
	}
	args := []any{workspace, prefix, after(prefix), at.Term, at.ID}
	q := `SELECT t.term, t.contact_id FROM contact_term t WHERE t.workspace_id = $1 AND t.term >= $2 AND t.term < $3
		AND (t.term, t.contact_id) > ($4, $5)`
	if len(others) > 0 {
		q = `SELECT term, contact_id FROM (` + q + ` ORDER BY t.term, t.contact_id LIMIT $6) s WHERE TRUE`
		args = append(args, scanLimit)
		for _, w := range others[:min(len(others), 4)] {
			n := len(args)
			q += ` AND EXISTS (SELECT 1 FROM contact_term o WHERE o.workspace_id = $1 AND o.contact_id = s.contact_id
				AND o.term >= ` + db.Params(n+1, 1) + ` AND o.term < ` + db.Params(n+2, 1) + `)`
			args = append(args, w, after(w))
		}
		q += ` ORDER BY term, contact_id LIMIT ` + db.Params(len(args)+1, 1)
	} else {
		q += ` ORDER BY t.term, t.contact_id LIMIT $6`
	}
	args = append(args, limit*2) // several terms of one contact may match
	var out []Found
	seen := make(map[crm.ID]bool)
	err := tx.Each(q, args, func(r *sql.Rows) error {
		var f Found
		if err := r.Scan(&f.Term, &f.ID); err != nil {
			return err
		}
		if !seen[f.ID] && len(out) < limit {
			seen[f.ID] = true
			out = append(out, f)
		}
		return nil
	})
	return out, err
}
