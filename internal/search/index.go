package search

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
)

// Index follows the event log and keeps what is said findable.
type Index struct {
	d      *db.DB
	events *eventlog.Log
	read   Reader

	mu sync.Mutex
	// known are the words of the newest block that its group knows of.
	known map[crm.ID]blockWords
}

type blockWords struct {
	block int64
	words map[string]struct{}
}

// New returns the index of what read tells.
func New(d *db.DB, events *eventlog.Log, read Reader) *Index {
	return &Index{d: d, events: events, read: read, known: make(map[crm.ID]blockWords)}
}

const (
	// batch bounds how long one transaction holds SQLite's writer.
	batch = 200
	// rest is how long the index waits after some work for more to come together.
	rest = 200 * time.Millisecond
)

// Run keeps the index up to date until ctx ends.
func (x *Index) Run(ctx context.Context) error {
	return x.events.Follow(ctx, eventlog.Follower{Name: "search", Handle: func(ctx context.Context, workspace crm.ID, events []eventlog.Event) error {
		if err := x.add(ctx, workspace, events); err != nil {
			return err
		}
		if len(events) < batch {
			select {
			case <-ctx.Done():
			case <-time.After(rest):
			}
		}
		return nil
	}})
}

func (x *Index) add(ctx context.Context, workspace crm.ID, events []eventlog.Event) error {
	for len(events) > 0 {
		n := min(batch, len(events))
		err := x.addBatch(ctx, workspace, events[:n])
		if errors.Is(err, errElsewhere) {
			continue // another process was first: look again
		}
		if err != nil {
			return err
		}
		events = events[n:]
	}
	return nil
}

// errElsewhere means that another process indexed something meanwhile.
var errElsewhere = errors.New("search: indexed elsewhere")

func (x *Index) addBatch(ctx context.Context, workspace crm.ID, events []eventlog.Event) error {
	var st state
	var docs []Doc
	err := x.d.Read(ctx, func(tx *db.Tx) (err error) {
		if st, err = loadState(tx, workspace); err != nil {
			return err
		}
		for len(events) > 0 && events[0].Seq <= st.seq {
			events = events[1:]
		}
		docs, err = x.read(tx, workspace, events)
		return err
	})
	if err != nil || len(events) == 0 {
		return err
	}
	last := events[len(events)-1].Seq
	if len(docs) == 0 && last-st.seq < batch {
		return nil // nothing to store; the follower's own cursor goes on
	}
	words := make([][]string, len(docs))
	for i, d := range docs {
		words[i] = Words(d.Text)
	}
	return x.d.WriteSoon(ctx, func(tx *db.Tx) error {
		if err := st.claim(tx, workspace, last, len(docs)); err != nil {
			return err
		}
		return x.insert(tx, workspace, st.docs, docs, words)
	})
}

// state is a row of search_state.
type state struct{ seq, docs int64 }

func loadState(tx *db.Tx, workspace crm.ID) (s state, err error) {
	err = tx.Row(`SELECT seq, docs FROM search_state WHERE workspace_id = $1`, []any{workspace}, &s.seq, &s.docs)
	if errors.Is(err, db.ErrNotFound) {
		return state{}, nil
	}
	return s, err
}

// claim moves the index on by a number of documents, if it is still where s says.
func (s state) claim(tx *db.Tx, workspace crm.ID, seq int64, docs int) error {
	if s == (state{}) {
		if _, err := tx.Exec(`INSERT INTO search_state (workspace_id, seq, docs) VALUES ($1, 0, 0) ON CONFLICT DO NOTHING`, workspace); err != nil {
			return err
		}
	}
	n, err := tx.Exec(`UPDATE search_state SET seq = $1, docs = docs + $2 WHERE workspace_id = $3 AND seq = $4`, seq, docs, workspace, s.seq)
	if err == nil && n == 0 {
		err = errElsewhere
	}
	return err
}

// insert stores documents, with their words, behind the number last.
func (x *Index) insert(tx *db.Tx, workspace crm.ID, last int64, docs []Doc, texts [][]string) error {
	rows := make([][]any, len(docs))
	posts := make(map[post][]byte)
	for i, d := range docs {
		n := last + int64(i) + 1
		rows[i] = []any{int64(workspace), n, int64(d.Contact), int64(d.Message)}
		place := n & (blockSize - 1)
		words := texts[i][:len(texts[i]):len(texts[i])]
		if d.Comment {
			words = append(words, commentMark)
		}
		for _, w := range words {
			p := post{n >> blockBits, w}
			posts[p] = append(posts[p], byte(place>>8), byte(place))
		}
	}
	if err := tx.Insert(`search_doc (workspace_id, n, contact_id, message_id)`, "", rows); err != nil {
		return err
	}
	x.group(tx, workspace, posts)
	return insertPosts(tx, workspace, posts)
}

// post is a row of search_post.
type post struct {
	block int64
	word  string
}

// group adds, for words that are new to their block, the block to the group's list.
// A block that is on it twice does no harm.
func (x *Index) group(tx *db.Tx, workspace crm.ID, posts map[post][]byte) {
	x.mu.Lock()
	defer x.mu.Unlock()
	keys := slices.SortedFunc(maps.Keys(posts), func(a, b post) int { return cmp.Compare(a.block, b.block) })
	var fresh []post
	for _, p := range keys {
		known := x.known[workspace]
		if known.words == nil || known.block < p.block {
			known = blockWords{p.block, make(map[string]struct{})}
			x.known[workspace] = known
		}
		if _, ok := known.words[p.word]; ok && known.block == p.block {
			continue
		}
		fresh = append(fresh, p)
		g := post{-(p.block >> groupBits) - 1, p.word}
		posts[g] = append(posts[g], byte(p.block&(groupSize-1)))
	}
	// Only what is committed is known.
	tx.OnCommit(func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		for _, p := range fresh {
			if known := x.known[workspace]; known.block == p.block {
				known.words[p.word] = struct{}{}
			}
		}
	})
}

func insertPosts(tx *db.Tx, workspace crm.ID, posts map[post][]byte) error {
	// In the order of the key: neighbours are on one page.
	keys := slices.SortedFunc(maps.Keys(posts), func(a, b post) int {
		return cmp.Or(cmp.Compare(a.block, b.block), cmp.Compare(a.word, b.word))
	})
	rows := make([][]any, len(keys))
	for i, p := range keys {
		rows[i] = []any{int64(workspace), p.block, p.word, posts[p]}
	}
	binary := "BLOB" // what SQLite joins is text otherwise
	if tx.Dialect() == db.Postgres {
		binary = "BYTEA"
	}
	return tx.Insert(`search_post (workspace_id, block, word, places)`,
		` ON CONFLICT (workspace_id, block, word) DO UPDATE SET places = CAST(search_post.places || excluded.places AS `+binary+`)`, rows)
}
