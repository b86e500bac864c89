package inbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/jobs"
)

// BulkState is how far something that is done to many contacts has got.
type BulkState string

// The states, in their order; the last two are ends.
const (
	BulkGathering BulkState = "gathering"
	BulkRunning   BulkState = "running"
	BulkDone      BulkState = "done"
	BulkCancelled BulkState = "cancelled"
)

// BulkAction is what is done to each contact: exactly one of its parts is set.
type BulkAction struct {
	Assign *BulkAssign `json:"assign,omitempty"`
	Close  *Note       `json:"close,omitempty"`
	Snooze *time.Time  `json:"snooze,omitempty"`
	Tag    *BulkTag    `json:"tag,omitempty"`
}

// BulkAssign says to whom contacts go: a user, a team's members in turn, or with
// neither nobody.
type BulkAssign struct {
	User crm.ID `json:"user,omitempty"`
	Team crm.ID `json:"team,omitempty"`
}

// BulkTag are the tags that contacts get and lose.
type BulkTag struct {
	Add    []crm.ID `json:"add,omitempty"`
	Remove []crm.ID `json:"remove,omitempty"`
}

// BulkTarget says which contacts: those named, those a search finds, or all that a
// list shows, as they are when they are gathered.
type BulkTarget struct {
	Contacts []crm.ID   `json:"contacts,omitempty"`
	Search   string     `json:"search,omitempty"`
	List     *ListQuery `json:"list,omitempty"`
}

// Bulk is something that is done to many contacts.
type Bulk struct {
	ID     crm.ID
	User   crm.ID
	Action BulkAction
	Target BulkTarget
	State  BulkState
	// Total is known once the contacts are gathered; until then it grows.
	Total                      int64
	Changed, Unchanged, Failed int64
	CreatedAt, EndedAt         int64

	place string
}

const (
	jobBulk = "bulk"
	// maxBulkNamed bounds how many contacts can be named.
	maxBulkNamed = 500
	// bulkGather is how many contacts one transaction notes, and bulkMost and bulkLeast
	// between how many one changes: fewer where that takes longer than bulkTime, in which
	// nobody else can write on SQLite.
	bulkGather = 1000
	bulkMost   = 50
	bulkLeast  = 5
	bulkTime   = 20 * time.Millisecond
	// bulkPause is the least that is left to others between two transactions.
	bulkPause = 20 * time.Millisecond
	// bulkNews is how often colleagues' browsers hear of the progress.
	bulkNews = time.Second
	// bulkKeep is how long reports are kept.
	bulkKeep = 30 * 24 * time.Hour
)

// StartBulk promises to do something to many contacts, by the rights that the user
// has when each is done. What could not be done to any is refused; whether a list
// can be listed at all is to be seen before, for that may take a while.
func (in *Inbox) StartBulk(tx *db.Tx, v crm.Viewer, target BulkTarget, action BulkAction) (*Bulk, error) {
	if err := in.checkBulk(tx, v, &target, &action); err != nil {
		return nil, err
	}
	b := &Bulk{ID: tx.NewID(), User: v.User, Action: action, Target: target, State: BulkGathering, CreatedAt: tx.Micros()}
	err := tx.Queue(`INSERT INTO bulk (workspace_id, id, user_id, action, target, state, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		int64(v.Workspace), int64(b.ID), int64(b.User), document(&action), document(&target), string(b.State), b.CreatedAt)
	if err != nil {
		return nil, err
	}
	_, err = in.queue.Enqueue(tx, jobs.Job{Workspace: v.Workspace, Lane: "bulk:" + v.User.String(), Kind: jobBulk, Payload: b.ID.String()})
	return b, err
}

func (in *Inbox) checkBulk(tx *db.Tx, v crm.Viewer, target *BulkTarget, a *BulkAction) error {
	if len(target.Contacts) > maxBulkNamed {
		return crm.RefuseField("contact_ids", crm.CodeLimit, "max", maxBulkNamed)
	}
	switch {
	case a.Assign != nil:
		_, err := in.work(tx, v.Workspace).takers(*a.Assign)
		return err
	case a.Close != nil:
		if err := a.Close.fits(); err != nil {
			return err
		}
		settings, err := account.GetClosing(tx, v.Workspace)
		if err != nil {
			return err
		}
		return a.Close.check(settings, v.Token == 0)
	case a.Snooze != nil:
		return checkSnooze(tx, *a.Snooze)
	}
	return nil
}

// ListBulks returns what a user has done to many contacts lately, newest first.
func ListBulks(tx *db.Tx, v crm.Viewer, limit int) ([]*Bulk, error) {
	return bulks(tx, v, ` ORDER BY id DESC LIMIT $3`, limit)
}

// GetBulk returns one of a user's; others' don't exist for them.
func GetBulk(tx *db.Tx, v crm.Viewer, id crm.ID) (*Bulk, error) {
	list, err := bulks(tx, v, ` AND id = $3`, id)
	if err == nil && len(list) == 0 {
		err = crm.Refuse(crm.CodeNotFound)
	}
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

func bulks(tx *db.Tx, v crm.Viewer, rest string, arg any) ([]*Bulk, error) {
	var out []*Bulk
	err := tx.Each(`SELECT id, user_id, action, target, state, place, total, changed, unchanged, failed, created_at, ended_at FROM bulk
		WHERE workspace_id = $1 AND user_id = $2`+rest, []any{v.Workspace, v.User, arg}, func(r *sql.Rows) error {
		b := &Bulk{}
		var action, target string
		err := r.Scan(&b.ID, &b.User, &action, &target, &b.State, &b.place, &b.Total, &b.Changed, &b.Unchanged, &b.Failed, &b.CreatedAt, &b.EndedAt)
		if err != nil {
			return err
		}
		out = append(out, b)
		return errors.Join(json.Unmarshal([]byte(action), &b.Action), json.Unmarshal([]byte(target), &b.Target))
	})
	return out, err
}

// CancelBulk ends what isn't done yet; what was done stays. Cancelling what has ended
// is nothing.
func (in *Inbox) CancelBulk(tx *db.Tx, v crm.Viewer, id crm.ID) (*Bulk, error) {
	b, err := GetBulk(tx, v, id)
	if err != nil || b.EndedAt != 0 {
		return b, err
	}
	b.State, b.EndedAt = BulkCancelled, tx.Micros()
	_, err = tx.Exec(`UPDATE bulk SET state = $1, ended_at = $2 WHERE workspace_id = $3 AND id = $4 AND ended_at = 0`,
		string(b.State), b.EndedAt, v.Workspace, id)
	in.tellBulk(tx, v.Workspace, b)
	return b, err
}

// BulkFailure is a contact to which something could not be done.
type BulkFailure struct {
	Contact *contact.Contact
	Code    crm.Code
}

// BulkFailures returns a page of the contacts that failed, and the next cursor. Those
// that the viewer can't see (any more) are counted, not named.
func BulkFailures(tx *db.Tx, v crm.Viewer, id crm.ID, at string, limit int) (out []BulkFailure, next string, err error) {
	if _, err := GetBulk(tx, v, id); err != nil {
		return nil, "", err
	}
	var from cursor
	if at != "" {
		if from, err = parseCursor(at); err != nil {
			return nil, "", err
		}
	}
	var ids []crm.ID
	codes := make(map[crm.ID]crm.Code)
	last := from
	err = tx.Each(`SELECT code, contact_id FROM bulk_contact WHERE workspace_id = $1 AND bulk_id = $2 AND (code, contact_id) > ($3, $4) AND code <> ''
		ORDER BY code, contact_id LIMIT $5`, []any{v.Workspace, id, from.Term, from.ID, limit + 1}, func(r *sql.Rows) error {
		var c crm.ID
		var code crm.Code
		err := r.Scan(&code, &c)
		if len(ids) == limit {
			next = last.String()
			return err
		}
		ids, codes[c], last = append(ids, c), code, cursor{Term: string(code), ID: c}
		return err
	})
	if err != nil {
		return nil, "", err
	}
	found, err := contact.Load(tx, v.Workspace, ids, false)
	for _, c := range ids {
		if t := found[c]; t != nil && v.Sees(t.Assignee) {
			out = append(out, BulkFailure{t, codes[c]})
		}
	}
	return out, next, err
}

// runBulk goes through the contacts in small transactions with pauses between them,
// so that it is in nobody's way. A run that is cut off goes on where it was.
func (in *Inbox) runBulk(ctx context.Context, list []*jobs.Job) error {
	for _, j := range list {
		id, err := crm.ParseID(j.Payload)
		if err != nil {
			return fmt.Errorf("inbox: the job's payload can't be read: %w", err)
		}
		var told time.Time
		chunk := bulkMost
		for more := true; more; {
			begun := time.Now()
			news := begun.Sub(told) > bulkNews
			found, err := in.gatherBulk(ctx, j.Workspace, id)
			if err != nil {
				return err
			}
			var took time.Duration
			err = in.d.WriteSoon(ctx, func(tx *db.Tx) (err error) {
				started := time.Now()
				if more, err = in.bulkStep(tx, j.Workspace, id, found, chunk, news); err == nil && !more {
					err = in.queue.Done(tx, j)
				}
				took = time.Since(started)
				return err
			})
			if err != nil {
				return err
			}
			chunk = nextChunk(chunk, took)
			if news {
				told = begun
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(max(bulkPause, time.Since(begun))):
			}
		}
	}
	return nil
}

// nextChunk returns how many contacts to change at once after chunk of them took so long.
func nextChunk(chunk int, took time.Duration) int {
	switch {
	case took > bulkTime:
		return max(bulkLeast, chunk/2)
	case took < bulkTime/2:
		return min(bulkMost, chunk+bulkLeast)
	}
	return chunk
}

// gathered are the next contacts of a bulk: those behind a place, and the next place,
// "" at the end.
type gathered struct {
	from, next string
	ids        []crm.ID
	// gone is set where they can't be listed any more: the inbox was deleted, or is
	// not for its user now.
	gone bool
}

// gatherBulk looks for the next contacts, outside of any writing.
func (in *Inbox) gatherBulk(ctx context.Context, workspace, id crm.ID) (g gathered, err error) {
	err = in.d.Read(ctx, func(tx *db.Tx) error {
		b, v, err := bulkAndViewer(tx, workspace, id)
		if err != nil || b == nil || v == nil || b.State != BulkGathering {
			return err
		}
		g = gathered{from: b.place, ids: b.Target.Contacts}
		var rows []*contact.Contact
		switch {
		case b.Target.List != nil:
			q := *b.Target.List
			// The order in which contacts don't change places while messages come.
			q.Sort, q.Cursor, q.Limit = Longest, b.place, bulkGather
			rows, g.next, err = List(tx, *v, q)
		case b.Target.Search != "":
			rows, g.next, err = Search(tx, *v, b.Target.Search, b.place, bulkGather/2)
		}
		var refusal *crm.Error
		if errors.As(err, &refusal) {
			g.gone = true
			return nil
		}
		for _, c := range rows {
			g.ids = append(g.ids, c.ID)
		}
		return err
	})
	return g, err
}

// bulkAndViewer returns a bulk and whoever began it as they are now; nil where either
// doesn't exist any more.
func bulkAndViewer(tx *db.Tx, workspace, id crm.ID) (*Bulk, *crm.Viewer, error) {
	var user crm.ID
	err := tx.Row(`SELECT user_id FROM bulk WHERE workspace_id = $1 AND id = $2`, []any{workspace, id}, &user)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	viewers, err := account.Viewers(tx, workspace)
	if err != nil {
		return nil, nil, err
	}
	b, err := GetBulk(tx, crm.Viewer{Workspace: workspace, User: user}, id)
	v, member := viewers[user]
	if !member {
		return b, nil, err
	}
	return b, &v, err
}

// bulkStep does the next piece, of chunk contacts at most, and tells whether there may be more.
func (in *Inbox) bulkStep(tx *db.Tx, workspace, id crm.ID, found gathered, chunk int, news bool) (more bool, err error) {
	// Cancelling waits for the piece that is being done.
	if _, err := tx.Exec(`UPDATE bulk SET id = id WHERE workspace_id = $1 AND id = $2`, workspace, id); err != nil {
		return false, err
	}
	b, v, err := bulkAndViewer(tx, workspace, id)
	if err != nil || b == nil {
		return false, err
	}
	had := b.EndedAt != 0
	switch {
	case had:
	case v == nil || found.gone: // what they began ends with them
		b.State, b.EndedAt = BulkCancelled, tx.Micros()
	case b.State == BulkGathering && b.place == found.from:
		err = b.take(tx, workspace, found)
	case b.State == BulkRunning:
		err = in.bulkSome(tx, *v, b, chunk)
	}
	if err != nil {
		return false, err
	}
	ended := b.EndedAt != 0
	if news || ended && !had {
		in.tellBulk(tx, workspace, b)
	}
	if err := b.save(tx, workspace); err != nil || !ended {
		return !ended, err
	}
	return forget(tx, workspace, id, `code = ''`) // what is left undone
}

// forget deletes some of the contacts of a bulk, and tells whether there may be more.
func forget(tx *db.Tx, workspace, id crm.ID, which string) (more bool, err error) {
	n, err := tx.Exec(`DELETE FROM bulk_contact WHERE workspace_id = $1 AND bulk_id = $2 AND (code, contact_id) IN
		(SELECT code, contact_id FROM bulk_contact WHERE workspace_id = $1 AND bulk_id = $2 AND `+which+` LIMIT $3)`, workspace, id, bulkGather)
	return n == bulkGather, err
}

// take stores what was gathered.
func (b *Bulk) take(tx *db.Tx, workspace crm.ID, found gathered) error {
	rows := make([][]any, len(found.ids))
	for i, id := range found.ids {
		rows[i] = []any{int64(workspace), int64(b.ID), int64(id)}
	}
	// Whoever is noted already isn't counted again.
	err := tx.InsertEach(`bulk_contact (workspace_id, bulk_id, contact_id)`, ` ON CONFLICT DO NOTHING RETURNING contact_id`, rows,
		func(*sql.Rows) error {
			b.Total++
			return nil
		})
	if b.place = found.next; b.place == "" {
		b.State = BulkRunning
	}
	return err
}

func (b *Bulk) save(tx *db.Tx, workspace crm.ID) error {
	return tx.Queue(`UPDATE bulk SET state = $1, place = $2, total = $3, changed = $4, unchanged = $5, failed = $6, ended_at = $7
		WHERE workspace_id = $8 AND id = $9`,
		string(b.State), b.place, b.Total, b.Changed, b.Unchanged, b.Failed, b.EndedAt, int64(workspace), int64(b.ID))
}

func (in *Inbox) tellBulk(tx *db.Tx, workspace crm.ID, b *Bulk) {
	in.events.Append(tx, workspace, eventlog.Event{Kind: eventlog.BulkChanged, Actor: crm.Actor{Source: crm.ByUser, ID: b.User}})
}

// bulkSome does the next contacts, chunk of them.
func (in *Inbox) bulkSome(tx *db.Tx, v crm.Viewer, b *Bulk, chunk int) error {
	var ids []crm.ID
	err := tx.Each(`SELECT contact_id FROM bulk_contact WHERE workspace_id = $1 AND bulk_id = $2 AND code = '' ORDER BY contact_id LIMIT $3`,
		[]any{v.Workspace, b.ID, chunk}, func(r *sql.Rows) error {
			var id crm.ID
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		})
	if err != nil {
		return err
	}
	if len(ids) < chunk {
		b.State, b.EndedAt = BulkDone, tx.Micros()
	}
	if len(ids) == 0 {
		return nil
	}
	w := in.work(tx, v.Workspace)
	if err := w.load(ids...); err != nil {
		return err
	}
	do, err := w.bulkDoer(b.Action, ids, v.Actor())
	if err != nil {
		return err
	}
	var failures [][]any
	for _, id := range ids {
		t := w.contacts[id]
		changed, err := false, error(crm.Refuse(crm.CodeNotFound))
		if t != nil && v.Sees(t.Assignee) {
			changed, err = do(t)
		}
		var refusal *crm.Error
		switch {
		case errors.As(err, &refusal):
			b.Failed++
			failures = append(failures, []any{int64(v.Workspace), int64(b.ID), string(refusal.Code), int64(id)})
		case err != nil:
			return err
		case changed:
			b.Changed++
		default:
			b.Unchanged++
		}
	}
	list, args := db.InList([]any{v.Workspace, b.ID}, ids)
	if _, err := tx.Exec(`DELETE FROM bulk_contact WHERE workspace_id = $1 AND bulk_id = $2 AND code = '' AND contact_id IN (`+list+`)`, args...); err != nil {
		return err
	}
	if err := tx.Insert(`bulk_contact (workspace_id, bulk_id, code, contact_id)`, ` ON CONFLICT DO NOTHING`, failures); err != nil {
		return err
	}
	return w.save()
}

// bulkDoer returns what does the action to one of some contacts, and tells whether it
// changed anything. What all of them need is looked up once.
func (w *workset) bulkDoer(a BulkAction, ids []crm.ID, by crm.Actor) (func(t *tracked) (bool, error), error) {
	switch {
	case a.Assign != nil:
		next, err := w.takers(*a.Assign)
		var refusal *crm.Error
		if errors.As(err, &refusal) { // whoever was to have them is gone meanwhile
			return func(*tracked) (bool, error) { return false, refusal }, nil
		}
		return func(t *tracked) (bool, error) {
			before := t.Assignee
			w.assign(t, next(before), by)
			return t.Assignee != before, nil
		}, err
	case a.Close != nil:
		return func(t *tracked) (bool, error) {
			if t.Blocked {
				return false, crm.Refuse(crm.CodeBlocked)
			}
			open := t.Conversation != 0
			return open, w.close(t, by, *a.Close)
		}, nil
	case a.Snooze != nil:
		if !a.Snooze.After(w.tx.Now()) {
			return func(*tracked) (bool, error) { return false, crm.RefuseField("until", crm.CodePast) }, nil
		}
		return func(t *tracked) (bool, error) {
			before := t.SnoozedUntil
			err := w.snooze(t, by, *a.Snooze)
			return t.SnoozedUntil != before, err
		}, nil
	case a.Tag != nil:
		have, err := contact.TagsOf(w.tx, w.workspace, ids)
		return func(t *tracked) (bool, error) { return w.retag(t, by, have[t.ID], a.Tag.Add, a.Tag.Remove) }, err
	}
	return func(*tracked) (bool, error) { return false, crm.Refuse(crm.CodeInvalid) }, nil
}

// takers returns who gets the next contact, given who has it: of a team the member
// with the fewest, those first who are there; who has it already keeps it.
func (w *workset) takers(a BulkAssign) (func(has crm.ID) crm.ID, error) {
	if a.Team == 0 {
		if a.User != 0 {
			ok, err := account.IsMember(w.tx, w.workspace, a.User)
			if err == nil && !ok {
				err = crm.RefuseField("user_id", crm.CodeUnknownUser)
			}
			if err != nil {
				return nil, err
			}
		}
		return func(crm.ID) crm.ID { return a.User }, nil
	}
	team, load, err := w.team(a.Team)
	if err != nil {
		return nil, err
	}
	return func(has crm.ID) crm.ID {
		if slices.Contains(team, has) {
			return has
		}
		best := slices.MinFunc(team, func(x, y crm.ID) int {
			a, b := load[x], load[y]
			return slices.Compare(a[:], b[:])
		})
		l := load[best]
		l[1]++
		load[best] = l
		return best
	}, nil
}

// PurgeBulks deletes some of the reports that are old, and tells whether there may be
// more.
func PurgeBulks(tx *db.Tx) (more bool, err error) {
	var workspace, id crm.ID
	err = tx.Row(`SELECT workspace_id, id FROM bulk WHERE ended_at > 0 AND ended_at < $1 LIMIT 1`, []any{tx.Now().Add(-bulkKeep).UnixMicro()}, &workspace, &id)
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if more, err = forget(tx, workspace, id, `code >= ''`); err != nil || more {
		return more, err
	}
	_, err = tx.Exec(`DELETE FROM bulk WHERE workspace_id = $1 AND id = $2`, workspace, id)
	return true, err
}
