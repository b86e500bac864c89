package inbox

import (
	"database/sql"
	"sort"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
)

// Item is a message or an event of a contact's timeline.
type Item struct {
	ID      crm.ID
	Message *Message
	Event   *eventlog.Event
}

// TimelineQuery asks for a part of a contact's timeline: the newest, or what lies
// before, after or around an id. At most one of the three is set.
type TimelineQuery struct {
	Before, After, Around crm.ID
	Limit                 int
}

// Timeline returns a part of a contact's timeline in ascending order, and whether
// there is more on either side.
func Timeline(tx *db.Tx, workspace, contactID crm.ID, q TimelineQuery) (items []Item, before, after bool, err error) {
	const end = crm.ID(1<<63 - 1)
	switch {
	case q.Around != 0:
		half := max(q.Limit/2, 1)
		up, more, err := side(tx, workspace, contactID, q.Around, true, half)
		if err != nil {
			return nil, false, false, err
		}
		down, rest, err := side(tx, workspace, contactID, q.Around-1, false, half)
		if err != nil {
			return nil, false, false, err
		}
		return append(up, down...), more, rest, nil
	case q.After != 0:
		items, after, err = side(tx, workspace, contactID, q.After, false, q.Limit)
		return items, true, after, err
	default:
		from := q.Before
		if from == 0 {
			from = end
		}
		items, before, err = side(tx, workspace, contactID, from, true, q.Limit)
		return items, before, q.Before != 0, err
	}
}

// side returns up to limit items below (up the screen) or above an id, ascending,
// and whether there are more beyond.
func side(tx *db.Tx, workspace, contactID, id crm.ID, up bool, limit int) ([]Item, bool, error) {
	q := `SELECT ` + messageColumns + ` FROM message WHERE workspace_id = $1 AND contact_id = $2 AND id > $3 ORDER BY id`
	if up {
		q = `SELECT ` + messageColumns + ` FROM message WHERE workspace_id = $1 AND contact_id = $2 AND id < $3 ORDER BY id DESC`
	}
	var items []Item
	err := tx.Each(q+db.Limit(limit+1), []any{workspace, contactID, id}, func(r *sql.Rows) error {
		m, err := scanMessage(r, workspace)
		if err == nil {
			items = append(items, Item{ID: m.ID, Message: m})
		}
		return err
	})
	if err != nil {
		return nil, false, err
	}
	events, err := eventlog.Timeline(tx, workspace, contactID, id, up, limit+1)
	if err != nil {
		return nil, false, err
	}
	for i := range events {
		items = append(items, Item{ID: events[i].ID, Event: &events[i]})
	}
	sort.Slice(items, func(i, j int) bool { return items[i].ID < items[j].ID })
	if len(items) <= limit {
		return items, false, nil
	}
	if up {
		return items[len(items)-limit:], true, nil
	}
	return items[:limit], true, nil
}
