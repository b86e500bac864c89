package notify

import (
	"cmp"
	"database/sql"
	"maps"
	"slices"

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

// Deliver returns what each of the viewers is told of the notifications that were made
// or grew; viewers who are told nothing are absent. Who is told is decided in memory:
// most of the viewers are told of the same.
func Deliver(tx *db.Tx, workspace crm.ID, ids []crm.ID, viewers map[crm.ID]crm.Viewer) (map[crm.ID]Delivery, error) {
	rows, err := load(tx, workspace, ids)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	told, err := rows.concern(tx, workspace, viewers)
	if err != nil || len(told) == 0 {
		return nil, err
	}
	states, err := rows.states(tx, workspace)
	if err != nil {
		return nil, err
	}
	out := make(map[crm.ID]Delivery)
	var scopes []scope
	for u, p := range told {
		s := scope{v: viewers[u], mates: p.mates, kinds: p.Kinds}
		d := Delivery{}
		quiet := p.quietAt(tx.Now())
		for _, x := range p.rows { // the newest first
			n := x.Notification
			n.Kind = s.as(n.Kind, x.owner)
			w := p.Kinds[n.Kind]
			state := states[stateKey{n.ID, u}]
			n.fill(state.seen, state.archived)
			if !w.App || !n.New {
				continue
			}
			d.Items = append(d.Items, Alert{Notification: n, Desktop: w.Push && !quiet, Sound: w.Push && p.Sound && !quiet})
			if len(d.Items) == deliverItems {
				break
			}
		}
		if len(d.Items) == 0 {
			continue
		}
		slices.Reverse(d.Items)
		out[u] = d
		scopes = append(scopes, s)
	}
	counts, err := unread(tx, scopes)
	if err != nil {
		return nil, err
	}
	for u, d := range out {
		d.Unread = counts[u]
		out[u] = d
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
// of one user, and need no more of the others.
func (rows storedRows) concern(tx *db.Tx, workspace crm.ID, viewers map[crm.ID]crm.Viewer) (map[crm.ID]concerned, error) {
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
