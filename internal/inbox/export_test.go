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

// Impatient makes lists with a filter ask at once who can match.
func (in *Inbox) Impatient() { in.sparse.short = 1 }

// HeldBy returns for whom a filter holds, or may within the time that is returned.
func (l *Lens) HeldBy(tx *db.Tx, n filter.Node) ([]crm.ID, time.Duration, error) {
	ids, err := l.heldBy(tx, n, nil)
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
