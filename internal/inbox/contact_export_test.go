package inbox_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/filter"
	"github.com/bandeja/bandeja/internal/inbox"
)

// exported returns whom a file has, by first name; between says what happens after
// the first of them was written.
func (r *rig) exported(v crm.Viewer, target inbox.BulkTarget, between func()) []string {
	r.t.Helper()
	var x *inbox.Export
	r.write(func(tx *db.Tx) (err error) {
		x, err = inbox.StartExport(tx, v, target)
		return err
	})
	x.SetPage(3)
	var names []string
	err := x.Contacts(r.t.Context(), r.d, v, func(c inbox.ExportedContact) error {
		if len(names) == 0 && between != nil {
			between()
		}
		names = append(names, strings.TrimPrefix(c.Name(), "Person "))
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	if got := r.number(`SELECT contacts FROM contact_export WHERE workspace_id = $1 AND id = $2`, x.ID); got != int64(len(names)) {
		r.t.Errorf("it is noted that %d contacts were taken, and it was %d", got, len(names))
	}
	slices.Sort(names)
	return names
}

// A file has everybody that was asked for, once, whatever happens while it is
// written, and nobody whom the one who fetches it may not see.
func TestExport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := bulkRig(t, d, 10) // p0 to p9
		own := crm.Viewer{Workspace: r.viewer.Workspace, User: r.other.User, Access: crm.Access{Role: crm.Agent, Visibility: crm.SeesOwn}}
		r.write(func(tx *db.Tx) error {
			for _, p := range []string{"p2", "p5"} {
				if _, err := r.in.Assign(tx, r.viewer, r.contactOf(p), inbox.Assignment{User: r.other.User}); err != nil {
					return err
				}
			}
			if _, err := r.in.Close(tx, r.viewer, r.contactOf("p8"), inbox.Note{}); err != nil {
				return err
			}
			_, err := r.in.Block(tx, r.viewer, r.contactOf("p9"))
			return err
		})

		times := 0
		stir := func() {
			times++
			var events []channel.Inbound
			for i := range 8 { // all of them move to the top of every list
				events = append(events, text(fmt.Sprint("p", i), fmt.Sprint("again", times, "-", i), "otra vez"))
			}
			r.receive(events...)
		}
		list := func(name inbox.Name, status crm.ConversationStatus, f *filter.Node) inbox.BulkTarget {
			return inbox.BulkTarget{List: &inbox.ListQuery{Inbox: name, Status: status, Filter: f}}
		}
		to := filter.Node{Field: "assignee", Operator: filter.Is, Value: []string{r.other.User.String()}}
		for _, c := range []struct {
			what   string
			viewer crm.Viewer
			target inbox.BulkTarget
			want   string
		}{
			{"all open", r.viewer, list(inbox.All, crm.Open, nil), "p0 p1 p2 p3 p4 p5 p6 p7"},
			{"all", r.viewer, list(inbox.All, "", nil), "p0 p1 p2 p3 p4 p5 p6 p7 p8"},
			{"closed", r.viewer, list(inbox.All, crm.Closed, nil), "p8"},
			{"blocked", r.viewer, list(inbox.Blocked, "", nil), "p9"},
			{"unassigned", r.viewer, list(inbox.Unassigned, crm.Open, nil), "p0 p1 p3 p4 p6 p7"},
			{"of a filter", r.viewer, list(inbox.All, crm.Open, &to), "p2 p5"},
			{"found", r.viewer, inbox.BulkTarget{Search: "person"}, "p0 p1 p2 p3 p4 p5 p6 p7 p8 p9"},
			{"named", r.viewer, inbox.BulkTarget{Contacts: []crm.ID{r.contactOf("p3"), r.contactOf("p5"), r.contactOf("p3"), 7}}, "p3 p5"},
			{"one's own", own, list(inbox.Mine, crm.Open, nil), "p2 p5"},
			{"what one may see of a filter", own, list("", crm.Open, &filter.Node{Match: filter.All}), "p2 p5"},
			{"what one may see of a search", own, inbox.BulkTarget{Search: "person"}, "p2 p5"},
			{"what one may see of those named", own, inbox.BulkTarget{Contacts: []crm.ID{r.contactOf("p3"), r.contactOf("p5")}}, "p5"},
		} {
			if got := strings.Join(r.exported(c.viewer, c.target, stir), " "); got != c.want {
				t.Errorf("%s: %q, want %q", c.what, got, c.want)
			}
		}
	})
}
