package notify

import (
	"cmp"
	"database/sql"
	"maps"
	"slices"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// Delivery is what a user is told now.
type Delivery struct {
	Unread int
	// Items are those of the notifications asked for that are new to the user.
	Items []Alert
}

// Alert is a notification with how it may be made known besides the centre.
type Alert struct {
	Notification
	// Desktop and Sound tell whether the user wants these, now.
	Desktop, Sound bool
}

// deliverItems is how many notifications a user is told of one by one, at once: the
// newest. The number of the unread tells of the others.
const deliverItems = 50

// deliverRows bounds how many rows are looked at for each user: the newest.
const deliverRows = 4 * deliverItems

// Tally tells connected users of notifications, and remembers which are new to each: one
// more is no reason to look again at everything their colleagues were told in months. It
// serves one goroutine.
type Tally struct {
	known map[crm.ID]map[crm.ID]*known // by workspace and user
}

// known are a user's new notifications, MaxUnread at most, as they were counted at a time
// for who is told of what like says.
type known struct {
	ids  map[crm.ID]bool
	like string
	at   time.Time
}

// knownFor is how long a count is built upon. It doesn't see that a contact has gone to
// somebody else, whose team is told of it now.
const knownFor = time.Minute

// NewTally returns a tally of nobody.
func NewTally() *Tally { return &Tally{known: make(map[crm.ID]map[crm.ID]*known)} }

// Deliver returns what each of the viewers is told of the notifications that were made
// or grew, and how many new ones those have who have read or archived some; viewers who are
// told nothing are absent.
func (t *Tally) Deliver(tx *db.Tx, workspace crm.ID, ids, readers []crm.ID, viewers map[crm.ID]crm.Viewer) (map[crm.ID]Delivery, error) {
	told, err := tell(tx, workspace, ids, readers, viewers)
	if err != nil {
		return nil, err
	}
	of := t.of(workspace, viewers)
	out := make(map[crm.ID]Delivery)
	var count []scope
	for u, x := range told {
		read := slices.Contains(readers, u)
		if len(x.items) == 0 && !read {
			continue
		}
		d := Delivery{Items: x.items}
		if k := of[u]; k != nil && k.holds(x.scope, tx.Now()) && !read && !x.more {
			k.add(x.fresh)
			d.Unread = len(k.ids)
		} else {
			count = append(count, x.scope)
		}
		out[u] = d
	}
	found, err := unread(tx, count)
	if err != nil {
		return nil, err
	}
	for _, s := range count {
		k := &known{ids: make(map[crm.ID]bool), like: s.likewise(), at: tx.Now()}
		k.add(found[s.v.User])
		of[s.v.User] = k
		out[s.v.User] = Delivery{Items: out[s.v.User].Items, Unread: len(k.ids)}
	}
	return out, nil
}

// of returns what is known of a workspace's viewers, and forgets who is not there any more.
func (t *Tally) of(workspace crm.ID, viewers map[crm.ID]crm.Viewer) map[crm.ID]*known {
	of := t.known[workspace]
	if of == nil {
		of = make(map[crm.ID]*known)
		t.known[workspace] = of
	}
	maps.DeleteFunc(of, func(u crm.ID, _ *known) bool { _, there := viewers[u]; return !there })
	return of
}

// holds tells that a count may be built upon.
func (k *known) holds(s scope, now time.Time) bool {
	return k.like == s.likewise() && now.Sub(k.at) <= knownFor
}

func (k *known) add(ids []crm.ID) {
	for _, id := range ids {
		if len(k.ids) < MaxUnread {
			k.ids[id] = true
		}
	}
}

// told is what a user is told of some notifications.
type told struct {
	scope
	items []Alert
	fresh []crm.ID // all that are new to them, unless there are more
	more  bool
}

// tell returns what each of the viewers is told of the notifications that were made or
// grew. Who is told is decided in memory: most of the viewers are told of the same. The
// readers among them are always there.
func tell(tx *db.Tx, workspace crm.ID, ids, readers []crm.ID, viewers map[crm.ID]crm.Viewer) (map[crm.ID]told, error) {
	rows, err := load(tx, workspace, ids)
	if err != nil {
		return nil, err
	}
	who, err := rows.concern(tx, workspace, readers, viewers)
	if err != nil || len(who) == 0 {
		return nil, err
	}
	states, err := rows.states(tx, workspace)
	if err != nil {
		return nil, err
	}
	out := make(map[crm.ID]told, len(who))
	for u, p := range who {
		x := told{scope: scope{v: viewers[u], mates: p.mates, kinds: p.Kinds}, more: len(p.rows) == deliverRows}
		quiet := p.quietAt(tx.Now())
		for _, row := range p.rows { // the newest first
			n := row.Notification
			n.Kind = x.as(n.Kind, row.owner)
			w := p.Kinds[n.Kind]
			state := states[stateKey{n.ID, u}]
			n.fill(state.seen, state.archived)
			if !w.App || !n.New {
				continue
			}
			x.fresh = append(x.fresh, n.ID)
			if len(x.items) < deliverItems {
				x.items = append(x.items, Alert{Notification: n, Desktop: w.Push && !quiet, Sound: w.Push && p.Sound && !quiet})
			}
		}
		slices.Reverse(x.items)
		out[u] = x
	}
	return out, nil
}

// stored is a row of the table with the contact's part of who may see it.
type stored struct {
	Notification
	owner, assignee crm.ID
}

// storedRows are sorted, the newest first.
type storedRows []stored

const loadChunk = 256

func load(tx *db.Tx, workspace crm.ID, ids []crm.ID) (storedRows, error) {
	var out storedRows
	for some := range slices.Chunk(ids, loadChunk) {
		list, args := db.InList([]any{workspace}, some)
		err := tx.Each(`SELECT n.id, n.kind, n.owner_id, n.contact_id, n.message_id, n.actor_id, n.total, n.last_id, c.assignee_id, c.blocked FROM notification n
			JOIN contact c ON c.workspace_id = n.workspace_id AND c.id = n.contact_id WHERE n.workspace_id = $1 AND n.id IN (`+list+`)`,
			args, func(r *sql.Rows) error {
				var x stored
				var blocked bool
				err := r.Scan(&x.ID, &x.Kind, &x.owner, &x.Contact, &x.Message, &x.Actor, &x.total, &x.LastID, &x.assignee, &blocked)
				if (!blocked || !x.Kind.withheld()) && (x.Kind != message || x.owner == x.assignee) {
					out = append(out, x)
				}
				return err
			})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b stored) int { return cmp.Compare(b.LastID, a.LastID) })
	return out, nil
}

// stateKey names what a user has done to a notification, and marks say it.
type stateKey struct{ notification, user crm.ID }

type marks struct{ seen, archived int64 }

// states reads what anybody has done to the rows.
func (rows storedRows) states(tx *db.Tx, workspace crm.ID) (map[stateKey]marks, error) {
	out := make(map[stateKey]marks)
	for some := range slices.Chunk(rows, loadChunk) {
		ids := make([]crm.ID, len(some))
		for i, x := range some {
			ids[i] = x.ID
		}
		list, args := db.InList([]any{workspace}, ids)
		err := tx.Each(`SELECT notification_id, user_id, seen, archived FROM notification_state WHERE workspace_id = $1 AND notification_id IN (`+list+`)`,
			args, func(r *sql.Rows) error {
				var k stateKey
				var m marks
				err := r.Scan(&k.notification, &k.user, &m.seen, &m.archived)
				out[k] = m
				return err
			})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// concerned is a user whom some of the rows concern.
type concerned struct {
	user
	mates []crm.ID
	rows  []*stored
}

// concern finds out which of the viewers the rows concern, in memory: most of them are
// of one user, and need no more of the others. The readers among them are always there.
func (rows storedRows) concern(tx *db.Tx, workspace crm.ID, readers []crm.ID, viewers map[crm.ID]crm.Viewer) (map[crm.ID]concerned, error) {
	teams, err := account.Teams(tx, workspace)
	if err != nil {
		return nil, err
	}
	mates := make(map[crm.ID]map[crm.ID]bool)
	for _, t := range teams {
		for _, a := range t.Users {
			for _, b := range t.Users {
				if a != b && (viewers[a].User != 0) {
					if mates[a] == nil {
						mates[a] = make(map[crm.ID]bool)
					}
					mates[a][b] = true
				}
			}
		}
	}
	found := make(map[crm.ID][]*stored)
	for _, u := range readers {
		if viewers[u].User != 0 {
			found[u] = nil
		}
	}
	for u, v := range viewers {
		for i := range rows {
			x := &rows[i]
			if len(found[u]) == deliverRows {
				break
			}
			mine := x.owner == u || x.Kind == message && (x.owner == 0 || mates[u][x.owner])
			if mine && v.Sees(x.assignee) {
				found[u] = append(found[u], x)
			}
		}
	}
	if len(found) == 0 {
		return nil, nil
	}
	who, err := users(tx, workspace, slices.Collect(maps.Keys(found)))
	if err != nil {
		return nil, err
	}
	out := make(map[crm.ID]concerned, len(who))
	for u, p := range who {
		out[u] = concerned{user: p, mates: slices.Sorted(maps.Keys(mates[u])), rows: found[u]}
	}
	return out, nil
}
