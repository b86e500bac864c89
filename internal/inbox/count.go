package inbox

import (
	"cmp"
	"database/sql"
	"slices"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
)

// blockedCount is the status under which inbox_count keeps the blocked contacts.
const blockedCount crm.ConversationStatus = "blocked"

// Count is what the sidebar shows of an inbox.
type Count struct {
	Inbox Name
	// Team is set for a team's inbox.
	Team crm.ID
	// Open is the number of open conversations, Unread that of open ones with
	// unread messages. For the blocked contacts, Open is how many they are.
	Open, Unread int64
	// News is the blue dot: a message came in since the viewer last opened the
	// inbox, and no inbox of the viewer's is more specific to it.
	News bool
}

// tally is what is kept of an assignee's contacts.
type tally struct {
	counts
	blocked int64
	// news is the log's seq of the last message that came in.
	news int64
}

// Board holds what the sidebars of a workspace show, for any number of viewers. It
// is a few rows for each assignee, however many contacts there are.
type Board struct {
	of    map[crm.ID]tally
	teams []account.Team
	seen  map[seenKey]int64
}

type seenKey struct {
	user  crm.ID
	inbox Name
}

// LoadBoard reads a workspace's board, for one user or with 0 for all.
func LoadBoard(tx *db.Tx, workspace, user crm.ID) (*Board, error) {
	b := &Board{of: make(map[crm.ID]tally), seen: make(map[seenKey]int64)}
	err := tx.Each(`SELECT assignee_id, status, contacts, unread FROM inbox_count WHERE workspace_id = $1 AND status IN ('open', 'blocked')`,
		[]any{workspace}, func(r *sql.Rows) error {
			var assignee crm.ID
			var status crm.ConversationStatus
			var c counts
			if err := r.Scan(&assignee, &status, &c.contacts, &c.unread); err != nil {
				return err
			}
			t := b.of[assignee]
			if status == blockedCount {
				t.blocked = c.contacts
			} else {
				t.counts = c
			}
			b.of[assignee] = t
			return nil
		})
	if err != nil {
		return nil, err
	}
	err = tx.Each(`SELECT assignee_id, seq FROM inbox_news WHERE workspace_id = $1`, []any{workspace}, func(r *sql.Rows) error {
		var assignee crm.ID
		var seq int64
		err := r.Scan(&assignee, &seq)
		t := b.of[assignee]
		t.news = seq
		b.of[assignee] = t
		return err
	})
	if err != nil {
		return nil, err
	}
	q, args := `SELECT user_id, inbox, seq FROM inbox_seen WHERE workspace_id = $1`, []any{workspace}
	if user != 0 {
		q, args = q+` AND user_id = $2`, append(args, user)
	}
	err = tx.Each(q, args, func(r *sql.Rows) error {
		var k seenKey
		var seq int64
		err := r.Scan(&k.user, &k.inbox, &seq)
		b.seen[k] = seq
		return err
	})
	if err != nil {
		return nil, err
	}
	b.teams, err = account.Teams(tx, workspace)
	return b, err
}

// Counts returns the standard and team inboxes that a viewer has, in the sidebar's
// order, with their counts and blue dots. A message marks the most specific inbox
// of the viewer's that its contact is in: Mine before a team's before Unassigned
// before All.
func (b *Board) Counts(v crm.Viewer) []Count {
	unseen := func(n Name, news int64) bool { return news > b.seen[seenKey{v.User, n}] }
	teams := make([]Count, 0, len(b.teams))
	inTeam := make(map[crm.ID]bool)
	for _, t := range b.teams {
		if !v.SeesTeamInbox(t.ID) {
			continue
		}
		c := Count{Inbox: TeamInbox(t.ID), Team: t.ID}
		for _, u := range t.Users {
			n := b.of[u]
			inTeam[u] = true
			c.Open += n.contacts
			c.Unread += n.unread
			c.News = c.News || u != v.User && unseen(c.Inbox, n.news)
		}
		teams = append(teams, c)
	}
	all, mine, unassigned, blocked := Count{Inbox: All}, Count{Inbox: Mine}, Count{Inbox: Unassigned}, Count{Inbox: Blocked}
	for assignee, n := range b.of {
		all.Open += n.contacts
		all.Unread += n.unread
		blocked.Open += n.blocked
		switch {
		case assignee == v.User:
			mine.Open, mine.Unread, mine.News = n.contacts, n.unread, unseen(Mine, n.news)
		case assignee == 0:
			unassigned.Open, unassigned.Unread, unassigned.News = n.contacts, n.unread, unseen(Unassigned, n.news)
		case !inTeam[assignee]:
			all.News = all.News || unseen(All, n.news)
		}
	}
	if v.Restricted() {
		return append([]Count{mine}, teams...)
	}
	out := append([]Count{all, mine, unassigned}, teams...)
	if blocked.Open > 0 {
		out = append(out, blocked)
	}
	return out
}

// Workload is how much a user has to do.
type Workload struct {
	User crm.ID
	// Open is the number of open conversations assigned to the user, Unread that of
	// those with unread messages.
	Open, Unread int64
}

// Workloads returns that of every user with open conversations, as far as the viewer
// may know of them, by the user's id.
func (b *Board) Workloads(v crm.Viewer) []Workload {
	var out []Workload
	for assignee, n := range b.of {
		if assignee != 0 && n.contacts > 0 && v.Sees(assignee) {
			out = append(out, Workload{User: assignee, Open: n.contacts, Unread: n.unread})
		}
	}
	slices.SortFunc(out, func(a, b Workload) int { return cmp.Compare(a.User, b.User) })
	return out
}

// MarkSeen takes an inbox's blue dot away for the viewer: they have opened it.
func MarkSeen(tx *db.Tx, v crm.Viewer, name Name) error {
	if _, err := name.members(tx, v); err != nil {
		return err
	}
	seq, err := eventlog.Head(tx, v.Workspace)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO inbox_seen (workspace_id, user_id, inbox, seq) VALUES ($1, $2, $3, $4)
		ON CONFLICT (workspace_id, user_id, inbox) DO UPDATE SET seq = excluded.seq WHERE inbox_seen.seq < excluded.seq`,
		v.Workspace, v.User, string(name), seq)
	return err
}

type newsKey struct{}

// news notes that a message came in for the contacts of an assignee. It is written
// last, under the workspace's row lock, when the transaction's seq is known.
func (w *workset) news(assignee crm.ID) {
	list, _ := w.tx.Value(newsKey{}).(*[]crm.ID)
	if list == nil {
		list = new([]crm.ID)
		w.tx.SetValue(newsKey{}, list)
		w.tx.Last(func(tx *db.Tx) error { return saveNews(tx, w.workspace, *list) })
	}
	if !slices.Contains(*list, assignee) {
		*list = append(*list, assignee)
	}
}

func saveNews(tx *db.Tx, workspace crm.ID, assignees []crm.ID) error {
	slices.Sort(assignees)
	for _, a := range assignees {
		err := tx.Queue(`INSERT INTO inbox_news (workspace_id, assignee_id, seq) SELECT id, CAST($1 AS BIGINT), event_seq FROM workspace WHERE id = $2
			ON CONFLICT (workspace_id, assignee_id) DO UPDATE SET seq = excluded.seq`, int64(a), int64(workspace))
		if err != nil {
			return err
		}
	}
	return nil
}
