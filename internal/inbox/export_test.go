package inbox

import (
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/filter"
)

// CountAgain does once more what a message that opens a conversation costs in counts
// and dots.
func CountAgain(tx *db.Tx, workspace, assignee crm.ID) error {
	tx.Last(func(tx *db.Tx) error { return saveNews(tx, workspace, []crm.ID{assignee}) })
	return saveCounts(tx, workspace, map[countKey]counts{{assignee, crm.Open}: {contacts: 1, unread: 1}})
}

// Impatient makes lists with a filter ask at once who can match, look at them one by
// one, and remember so many.
func (in *Inbox) Impatient(few int) {
	in.sparse.short, in.sparse.together, in.sparse.few = 1, 1, few
}

// HeldBy returns for whom a filter holds, or may within the time that is returned.
func (l *Lens) HeldBy(tx *db.Tx, n filter.Node) ([]crm.ID, time.Duration, error) {
	seats, err := l.heldBy(tx, n, nil, fewFound)
	var ids []crm.ID
	for _, s := range seats {
		ids = append(ids, s.id)
	}
	return ids, foundKeeps, err
}

// Later is the lens some time on.
func (l *Lens) Later(by time.Duration) *Lens {
	c := *l
	c.now = l.now.Add(by)
	return &c
}

// SetPage makes an export read few contacts at a time.
func (x *Export) SetPage(n int) { x.size = n }

// WaitingList is the statement of a list of those who wait for an answer, of one
// assignee's or with 0 of everybody's.
func WaitingList(workspace, assignee crm.ID, order Sort) (string, []any) {
	w := walkOf(workspace, order, true)
	and, value := "", []any(nil)
	if assignee != 0 {
		and, value = assignedTo([]crm.ID{assignee})
	}
	q, args := w.text(nil, crm.Open, and, value...)
	return `SELECT c.id` + q, args
}

// TeamList is the statement of the first places of some assignees' lists.
func TeamList(workspace crm.ID, order Sort, unreplied bool, assignees ...crm.ID) (string, []any) {
	return walkOf(workspace, order, unreplied).placesOf(armsOf([]crm.ConversationStatus{crm.Open}, assignees))
}

func walkOf(workspace crm.ID, order Sort, unreplied bool) walk {
	w := walk{workspace: workspace, column: "last_at", down: order == Newest, limit: 10, unreplied: unreplied}
	if order == Longest || order == Shortest {
		w.column, w.down = "status_since", order == Shortest
	}
	return w
}

// NextChunk is how many contacts a bulk changes at once after some that took so long.
var NextChunk = nextChunk
