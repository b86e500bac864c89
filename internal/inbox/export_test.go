package inbox

import (
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// CountAgain does once more what a message that opens a conversation costs in counts
// and dots.
func CountAgain(tx *db.Tx, workspace, assignee crm.ID) error {
	tx.Last(func(tx *db.Tx) error { return saveNews(tx, workspace, []crm.ID{assignee}) })
	return saveCounts(tx, workspace, map[countKey]counts{{assignee, crm.Open}: {contacts: 1, unread: 1}})
}
