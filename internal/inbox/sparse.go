package inbox

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/filter"
)

// sparse remembers whom filters hold for where those are few among many: a walk
// along a list would pass all the others before it finds a page. Of each filter it
// keeps every contact for whom it has held since it was learned, or may come to hold
// by nothing but the passing of time; the log tells who changed since. The list then
// asks the filter of these alone, so what is remembered decides how fast a page is
// found and never what is on it.
type sparse struct {
	d *db.DB
	// learning is held by the one that reads a whole workspace.
	learning chan struct{}
	// short is after how many contacts a walk asks whether those it seeks are few;
	// together is how many of those few are looked at in one go.
	short, together int
	// few is up to how many contacts are remembered of one filter.
	few int
	// wanted are filters to be learned before anybody waits for it.
	wanted chan *Unlearned

	mu    sync.Mutex
	known map[string]*found
	total int // seats in known
	// awaited are the filters in wanted.
	awaited map[string]bool
}

// seat is a contact for whom a filter holds, and where it stands in lists.
type seat struct {
	id, assignee        crm.ID
	lastAt, statusSince int64
}

// found is for whom a filter holds.
type found struct {
	// many is set where they aren't few; seats is nil then.
	many  bool
	seats []seat // by id
	seq   int64  // of the log, up to where ids is true
	until time.Time
	used  time.Time
}

const (
	// fewFound is how many contacts are few, and manyFound up to how many are remembered
	// of all filters together.
	fewFound  = 4000
	manyFound = 1 << 18
	// maxTail is how many events are caught up with rather than learning anew.
	maxTail = 20_000
	// foundKeeps is how far ahead in time a filter's contacts are gathered.
	foundKeeps = time.Hour
	// foundRenews is how long before its end a filter that is asked for is learned anew.
	foundRenews = 10 * time.Minute
	shortWalk   = 1500
	// seatsTogether is somewhat more than a page.
	seatsTogether = 64
)

func newSparse(d *db.DB) *sparse {
	return &sparse{
		d: d, learning: make(chan struct{}, 1), short: shortWalk, together: seatsTogether, few: fewFound, wanted: make(chan *Unlearned, 256),
		known: make(map[string]*found), awaited: make(map[string]bool),
	}
}

// Unlearned is the refusal of a list whose filter [Inbox.Learn] has to look at first.
type Unlearned struct {
	Workspace crm.ID
	Filter    filter.Node
}

func (*Unlearned) Error() string { return "inbox: whom this filter holds for isn't known yet" }

// List returns a page as the function List does, fast also where few among very many
// contacts fit: it may answer with *Unlearned instead. Outside of the transaction,
// Learn is to be called then, and List once more.
func (in *Inbox) List(tx *db.Tx, v crm.Viewer, q ListQuery) (rows []*contact.Contact, next string, err error) {
	return list(tx, v, q, in.sparse)
}

// Learn reads all contacts of a workspace for those that a filter holds for.
func (in *Inbox) Learn(ctx context.Context, u *Unlearned) error { return in.sparse.learn(ctx, u, 0) }

// Expect has the filters of custom inboxes learned by [Inbox.Run], for whoever has them
// in the sidebar may open them next. Lists of what restricted viewers see are short.
func (in *Inbox) Expect(v crm.Viewer, list []Custom) {
	if v.Restricted() {
		return
	}
	for _, x := range list {
		in.sparse.want(&Unlearned{Workspace: v.Workspace, Filter: ofStatus(crm.Open, filter.Node{Match: filter.All, Of: []filter.Node{x.Filter}})})
	}
}

// Run learns what is expected, until ctx ends, and leaves others as long between two.
func (in *Inbox) Run(ctx context.Context) error {
	for {
		var u *Unlearned
		select {
		case <-ctx.Done():
			return nil
		case u = <-in.sparse.wanted:
		}
		begun := time.Now()
		err := in.sparse.learn(ctx, u, foundRenews)
		in.sparse.arrived(u)
		if err != nil && ctx.Err() == nil {
			in.log.Warn("whom a filter holds for could not be learned ahead", "workspace", u.Workspace, "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Since(begun)):
		}
	}
}

// want asks for a filter to be learned ahead. What finds no room is dropped: then its
// list learns it itself.
func (s *sparse) want(u *Unlearned) {
	key := u.key()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.awaited[key] {
		return
	}
	select {
	case s.wanted <- u:
		s.awaited[key] = true
	default:
	}
}

func (s *sparse) arrived(u *Unlearned) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.awaited, u.key())
}

func (u *Unlearned) key() string {
	b, err := json.Marshal(u.Filter)
	if err != nil {
		panic(err) // a tree of words
	}
	return u.Workspace.String() + " " + string(b)
}

// ofStatus is a filter as lists of a status ask for it.
func ofStatus(status crm.ConversationStatus, tree filter.Node) filter.Node {
	only := filter.Node{Field: "status", Operator: filter.Is, Value: []string{string(status)}}
	return filter.Node{Match: filter.All, Of: []filter.Node{only, tree}}
}

func keyOf(l *Lens, n filter.Node) (string, error) {
	b, err := json.Marshal(n)
	return l.workspace.String() + " " + l.zone.String() + " " + string(b), err
}

// learn remembers for whom a filter holds, where that isn't known for some time on.
// One reads at a time, and leaves the other connections to those who wait for less.
func (s *sparse) learn(ctx context.Context, u *Unlearned, ahead time.Duration) error {
	select {
	case s.learning <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.learning }()
	return s.d.Read(ctx, func(tx *db.Tx) error {
		l, err := lensFor(tx, u.Workspace, u.Filter)
		if err != nil {
			return err
		}
		key, err := keyOf(l, u.Filter)
		if err != nil {
			return err
		}
		if s.get(key, l.now, ahead) != nil {
			return nil // by the one that was waited for
		}
		if ahead > 0 { // its list may find them without
			if ids, err := few(tx, l, u.Filter); err != nil || ids != nil || neverOf(u.Filter, crm.Open) {
				return err
			}
		}
		f := &found{until: l.now.Add(foundKeeps), used: l.now}
		if f.seq, err = eventlog.Head(tx, u.Workspace); err != nil {
			return err
		}
		if f.seats, err = l.heldBy(tx, u.Filter, nil, s.few); err != nil {
			return err
		}
		if len(f.seats) > s.few {
			f.many, f.seats = true, nil
		}
		s.put(key, f)
		return nil
	})
}

// heldBy returns the contacts, of these or of all where these is nil, for whom a
// filter holds now or within foundKeeps: one more than few at most.
func (l *Lens) heldBy(tx *db.Tx, n filter.Node, these []crm.ID, few int) ([]seat, error) {
	env := l.Env()
	env.Until = l.now.Add(foundKeeps)
	test, args := filter.SQL(n, l.Field, l.source, env, []any{l.workspace})
	q := `SELECT c.id, c.assignee_id, c.last_at, c.status_since FROM contact c WHERE c.workspace_id = $1 AND ` + test
	if these != nil {
		var list string
		list, args = db.InList(args, these)
		q += ` AND c.id IN (` + list + `)`
	}
	// In the order of the table, which is the fastest that there is.
	q += ` ORDER BY c.id LIMIT ` + db.Params(len(args)+1, 1)
	seats := []seat{}
	err := tx.Each(q, append(args, few+1), func(r *sql.Rows) error {
		var s seat
		err := r.Scan(&s.id, &s.assignee, &s.lastAt, &s.statusSince)
		seats = append(seats, s)
		return err
	})
	return seats, err
}

// get returns what is known, as long as it is for some time ahead. Only what is asked
// for now counts as used.
func (s *sparse) get(key string, now time.Time, ahead time.Duration) *found {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.known[key]
	if f == nil || now.Add(ahead).After(f.until) {
		return nil
	}
	if ahead == 0 {
		f.used = now
	}
	c := *f
	return &c
}

// put remembers, and forgets what was used longest ago where that is too much.
func (s *sparse) put(key string, f *found) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(key)
	s.known[key] = f
	s.total += 1 + len(f.seats)
	for s.total > manyFound {
		oldest := ""
		for k, x := range s.known {
			if oldest == "" || x.used.Before(s.known[oldest].used) {
				oldest = k
			}
		}
		s.drop(oldest)
	}
}

// bring brings what is known up to date, if it hasn't been learned anew meanwhile.
func (s *sparse) bring(key string, f *found) {
	s.mu.Lock()
	same := s.known[key] != nil && s.known[key].until.Equal(f.until)
	s.mu.Unlock()
	if same {
		s.put(key, f)
	}
}

func (s *sparse) drop(key string) {
	if f := s.known[key]; f != nil {
		s.total -= 1 + len(f.seats)
		delete(s.known, key)
	}
}

func (s *sparse) forget(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(key)
}

// find returns all contacts for whom a filter can hold, nil where they aren't few;
// *Unlearned where that isn't known.
func (s *sparse) find(tx *db.Tx, l *Lens, n filter.Node) ([]seat, error) {
	unlearned := &Unlearned{Workspace: l.workspace, Filter: n}
	key, err := keyOf(l, n)
	if err != nil {
		return nil, err
	}
	f := s.get(key, l.now, 0)
	switch {
	case f == nil:
		return nil, unlearned
	case l.now.After(f.until.Add(-foundRenews)):
		s.want(unlearned)
	}
	if f.many {
		return nil, nil
	}
	changed, seq, ok, err := changedSince(tx, l.workspace, f.seq)
	if err != nil {
		return nil, err
	}
	if !ok {
		s.forget(key)
		return nil, unlearned
	}
	if seq == f.seq {
		return f.seats, nil
	}
	f.seq = seq
	gone := func(x seat) bool {
		_, is := slices.BinarySearch(changed, x.id)
		return is
	}
	f.seats = slices.DeleteFunc(slices.Clone(f.seats), gone) // until they are found to fit again
	for these := range slices.Chunk(changed, atOnce) {
		held, err := l.heldBy(tx, n, these, s.few)
		if err != nil {
			return nil, err
		}
		f.seats = append(f.seats, held...)
	}
	slices.SortFunc(f.seats, func(a, b seat) int { return cmp.Compare(a.id, b.id) })
	if len(f.seats) > s.few {
		s.forget(key)
		return nil, unlearned
	}
	s.bring(key, f)
	return f.seats, nil
}

// changedSince returns whom the log has something of after seq, and its head. ok is
// false where that is too much, or where something changed that filters ask about
// and that no contact's event tells of: a field, a tag, a channel, a team.
func changedSince(tx *db.Tx, workspace crm.ID, seq int64) (changed []crm.ID, head int64, ok bool, err error) {
	head = seq
	ok = true
	rows := 0
	err = tx.Each(`SELECT seq, kind, contact_id FROM event WHERE workspace_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
		[]any{workspace, seq, maxTail + 1}, func(r *sql.Rows) error {
			var kind eventlog.Kind
			var id crm.ID
			if err := r.Scan(&head, &kind, &id); err != nil {
				return err
			}
			rows++
			switch {
			case id != 0:
				changed = append(changed, id)
			case kind == eventlog.FieldsChanged, kind == eventlog.ChannelChanged, kind == eventlog.MembersChanged:
				ok = false
			}
			return nil
		})
	slices.Sort(changed)
	changed = slices.Compact(changed)
	return changed, head, ok && rows <= maxTail && len(changed) <= fewFound, err
}
