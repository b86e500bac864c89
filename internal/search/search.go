// Package search is the index of what is said in messages and comments: written in
// transactions of its own, behind the event log, and asked newest first. It knows
// texts and ids, not who may see them.
//
// A common word is in millions of texts, so no answer may read all of them, and what
// the databases bring along orders by relevance or not at all. Documents are numbered
// as they come, and blocks of them hold, for each word, which of them have it; blocks
// of blocks tell which of them need be looked at. A question walks them back in time
// until enough is found or its time is over; the rest is the next page's.
package search

import (
	"database/sql"
	"math/bits"
	"slices"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
)

// Doc is a text to be found.
type Doc struct {
	Contact, Message crm.ID
	// Comment is set for internal comments, which can be looked for alone.
	Comment bool
	Text    string
}

// Hit is a text that has the words. Texts that were edited since may not have them
// any more.
type Hit struct {
	// N is the document's number, larger for newer ones.
	N                int64
	Contact, Message crm.ID
}

// Query asks for hits.
type Query struct {
	Workspace crm.ID
	Question  Question
	// Comments leaves only comments.
	Comments bool
	// Contacts, where not nil, are those whose texts are looked at: at most
	// [MaxContacts].
	Contacts []crm.ID
	// Before is the number from which to look back, 0 for the end.
	Before int64
	Limit  int
	// Until is when to stop looking.
	Until time.Time
	// Read tells what was said that is not indexed yet.
	Read Reader
}

// Reader returns the texts of the messages that events are about, in the events'
// order; those that need no new document are left out.
type Reader func(tx *db.Tx, workspace crm.ID, events []eventlog.Event) ([]Doc, error)

// Page is what was found.
type Page struct {
	// Hits are the newest first.
	Hits []Hit
	// Next is the number to go on before, 0 at the end.
	Next int64
	// Behind is set on the first page where so much is not indexed yet that not all
	// of it was looked through.
	Behind bool
}

const (
	// MaxContacts bounds how many contacts a query may name.
	MaxContacts = 250
	// maxOwn bounds how many texts of named contacts are looked at for one page.
	maxOwn = 20_000
	// maxTail bounds how many events that are not indexed yet are looked through.
	maxTail = 1000
)

// A block has 2^blockBits documents; 2^groupBits blocks are a group.
const (
	blockBits = 12
	blockSize = 1 << blockBits
	groupBits = 7
	groupSize = 1 << groupBits
)

// commentMark stands among the words of comments; no word has an underscore.
const commentMark = "_c"

// Find returns a page of hits.
func Find(tx *db.Tx, q Query) (p Page, err error) {
	st, err := loadState(tx, q.Workspace)
	if err != nil || q.Question.Empty() {
		return p, err
	}
	if q.Before == 0 || q.Before > st.docs+1 {
		if err := p.tail(tx, q, st); err != nil || p.Next > 0 {
			return p, err
		}
	}
	q.Limit -= len(p.Hits)
	w := walk{tx: tx, Query: q, before: st.docs + 1, words: q.Question.words, prefix: q.Question.last}
	if q.Before > 0 && q.Before < w.before {
		w.before = q.Before
	}
	if w.prefix != "" { // a beginning stands for the word itself too
		w.words = slices.DeleteFunc(slices.Clone(w.words), func(s string) bool { return s == w.prefix })
	}
	if q.Comments {
		w.words = append(slices.Clone(w.words), commentMark)
	}
	if q.Contacts != nil {
		if err := w.loadOwn(); err != nil || len(w.own) == 0 {
			return p, err
		}
	}
	numbers, err := w.run()
	if err != nil {
		return p, err
	}
	hits, err := loadHits(tx, q.Workspace, numbers)
	p.Hits, p.Next = append(p.Hits, hits...), w.before
	return p, err
}

// tail adds the hits among what is not indexed yet, under the numbers that it will
// get, and sets Next where that is a page.
func (p *Page) tail(tx *db.Tx, q Query, st state) error {
	events, err := eventlog.After(tx, q.Workspace, st.seq, maxTail)
	if err != nil {
		return err
	}
	p.Behind = len(events) == maxTail
	docs, err := q.Read(tx, q.Workspace, events)
	if err != nil {
		return err
	}
	for i, d := range slices.Backward(docs) {
		n := st.docs + 1 + int64(i)
		switch {
		case q.Before > 0 && n >= q.Before:
		case q.Comments && !d.Comment:
		case q.Contacts != nil && !slices.Contains(q.Contacts, d.Contact):
		case q.Question.Excerpt(d.Text) == nil:
		default:
			p.Hits = append(p.Hits, Hit{N: n, Contact: d.Contact, Message: d.Message})
			if len(p.Hits) == q.Limit {
				p.Next = n
				return nil
			}
		}
	}
	return nil
}

// walk goes back through the documents.
type walk struct {
	tx *db.Tx
	Query
	// before is where it stands: what is left is below; 0 when nothing is. Where the
	// documents of the named contacts were too many, floor is the last that was taken.
	before, floor int64
	words         []string
	prefix        string
	// own are the documents that may be hits, where contacts are named: a set for
	// each block.
	own map[int64]*set
}

// set is some of the documents of a block.
type set [blockSize / 64]uint64

func (s *set) add(place int) { s[place/64] |= 1 << (place % 64) }

// loadOwn finds the newest documents of the named contacts.
func (w *walk) loadOwn() error {
	w.own = make(map[int64]*set)
	if len(w.Contacts) == 0 {
		return nil
	}
	list, args := db.InList([]any{w.Workspace}, w.Contacts)
	count := 0
	err := w.tx.Each(`SELECT n FROM search_doc WHERE workspace_id = $1 AND contact_id IN (`+list+`) AND n < `+db.Params(len(args)+1, 1)+
		` ORDER BY n DESC LIMIT `+db.Params(len(args)+2, 1), append(args, w.before, maxOwn), func(r *sql.Rows) error {
		var n int64
		if err := r.Scan(&n); err != nil {
			return err
		}
		b := n >> blockBits
		if w.own[b] == nil {
			w.own[b] = new(set)
		}
		w.own[b].add(int(n & (blockSize - 1)))
		w.floor = n
		count++
		return nil
	})
	if count < maxOwn {
		w.floor = 0
	}
	return err
}

// run returns the numbers of up to Limit hits, and moves before.
func (w *walk) run() (numbers []int64, err error) {
	for w.before > max(w.floor, 1) {
		top := (w.before - 1) >> blockBits // the newest block there may be something in
		blocks, err := w.blocksOf(top>>groupBits, top)
		if err != nil {
			return nil, err
		}
		for stride := 1; len(blocks) > 0; stride = min(stride*4, 64) {
			part := blocks[:min(stride, len(blocks))]
			blocks = blocks[len(part):]
			found, err := w.look(part)
			if err != nil {
				return nil, err
			}
			for _, n := range found {
				numbers = append(numbers, n)
				if len(numbers) == w.Limit {
					w.before = n
					return numbers, nil
				}
			}
			w.before = min(w.before, part[len(part)-1]<<blockBits)
			if time.Now().After(w.Until) {
				return numbers, nil
			}
		}
		w.before = min(w.before, top>>groupBits<<(groupBits+blockBits))
		if time.Now().After(w.Until) {
			return numbers, nil
		}
	}
	w.before = w.floor
	return numbers, nil
}

// blocksOf returns the blocks of a group, newest first and none above top, that have
// all of the words somewhere.
func (w *walk) blocksOf(group, top int64) ([]int64, error) {
	has := make(map[string]*[groupSize]bool)
	err := w.rows([]int64{-group - 1}, func(_ int64, key string, places []byte) {
		if has[key] == nil {
			has[key] = new([groupSize]bool)
		}
		for _, p := range places {
			has[key][p&(groupSize-1)] = true
		}
	})
	if err != nil {
		return nil, err
	}
	var blocks []int64
	for b := top; b >= group<<groupBits; b-- {
		all := w.own == nil || w.own[b] != nil
		for _, key := range w.keys() {
			all = all && has[key] != nil && has[key][b&(groupSize-1)]
		}
		if all {
			blocks = append(blocks, b)
		}
	}
	return blocks, nil
}

// prefixKey stands for all words with the beginning; no word is empty.
const prefixKey = ""

// keys are what a document must have.
func (w *walk) keys() []string {
	if w.prefix == "" {
		return w.words
	}
	return append(slices.Clone(w.words), prefixKey)
}

// look returns the numbers of the documents in some blocks that have all of the
// words, newest first.
func (w *walk) look(blocks []int64) (numbers []int64, err error) {
	type key struct {
		block int64
		word  string
	}
	sets := make(map[key]*set)
	err = w.rows(blocks, func(block int64, word string, places []byte) {
		s := sets[key{block, word}]
		if s == nil {
			s = new(set)
			sets[key{block, word}] = s
		}
		for i := 0; i+1 < len(places); i += 2 {
			s.add((int(places[i])<<8 | int(places[i+1])) & (blockSize - 1))
		}
	})
	if err != nil {
		return nil, err
	}
	for _, b := range blocks {
		all := set{}
		for i := range all {
			all[i] = ^uint64(0)
		}
		if w.own != nil {
			all = *w.own[b]
		}
		for _, k := range w.keys() {
			s := sets[key{b, k}]
			if s == nil {
				s = new(set)
			}
			for i := range all {
				all[i] &= s[i]
			}
		}
		for i := len(all) - 1; i >= 0; i-- {
			for word := all[i]; word != 0; {
				bit := 63 - bits.LeadingZeros64(word)
				word &^= 1 << bit
				if n := b<<blockBits + int64(i*64+bit); n < w.before {
					numbers = append(numbers, n)
				}
			}
		}
	}
	return numbers, nil
}

// rows calls fn for what some blocks hold of the words; those that begin with the
// prefix are given as one.
func (w *walk) rows(blocks []int64, fn func(block int64, key string, places []byte)) error {
	list, args := db.InList([]any{w.Workspace}, blocks)
	each := func(q string, args []any, prefix bool) error {
		return w.tx.Each(`SELECT block, word, places FROM search_post WHERE workspace_id = $1 AND block IN (`+list+`) AND `+q, args, func(r *sql.Rows) error {
			var block int64
			var word string
			var places sql.RawBytes
			if err := r.Scan(&block, &word, &places); err != nil {
				return err
			}
			if prefix {
				word = prefixKey
			}
			fn(block, word, places)
			return nil
		})
	}
	n := len(args)
	if len(w.words) > 0 {
		words, all := db.InList(slices.Clone(args), w.words)
		if err := each(`word IN (`+words+`)`, all, false); err != nil {
			return err
		}
	}
	if w.prefix == "" {
		return nil
	}
	return each(`word >= `+db.Params(n+1, 1)+` AND word < `+db.Params(n+2, 1), append(args, w.prefix, w.prefix+"\U0010FFFF"), true)
}

func loadHits(tx *db.Tx, workspace crm.ID, numbers []int64) ([]Hit, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	hits := make([]Hit, 0, len(numbers))
	list, args := db.InList([]any{workspace}, numbers)
	err := tx.Each(`SELECT n, contact_id, message_id FROM search_doc WHERE workspace_id = $1 AND n IN (`+list+`) ORDER BY n DESC`, args,
		func(r *sql.Rows) error {
			var h Hit
			err := r.Scan(&h.N, &h.Contact, &h.Message)
			hits = append(hits, h)
			return err
		})
	return hits, err
}
