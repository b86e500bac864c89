package inbox_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/filter"
	"github.com/bandeja/bandeja/internal/inbox"
)

// page lists as the API does: what isn't known yet is learned.
func (r *rig) page(v crm.Viewer, q inbox.ListQuery) (ids []crm.ID, next string) {
	r.t.Helper()
	for range 6 {
		ids = nil
		err := r.d.Read(context.Background(), func(tx *db.Tx) error {
			rows, n, err := r.in.List(tx, v, q)
			for _, x := range rows {
				ids = append(ids, x.ID)
			}
			next = n
			return err
		})
		var unlearned *inbox.Unlearned
		if err == nil {
			return ids, next
		} else if !errors.As(err, &unlearned) {
			r.t.Fatal(err)
		}
		if err := r.in.Learn(context.Background(), unlearned); err != nil {
			r.t.Fatal(err)
		}
	}
	r.t.Fatal("what is learned isn't known")
	return nil, ""
}

// What is remembered of a filter changes no list, whatever happens after it was
// learned.
func TestRememberedListIsTheList(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			r := newRig(t, dbtest.Open(t, dbtest.Options(t, dialect)), t.TempDir())
			people := contact.NewService(r.log)
			runs := 0
			rapid.Check(t, func(t *rapid.T) {
				if runs++; dialect == db.Postgres && runs%4 > 0 {
					return // each step is several round trips there
				}
				r.fresh()
				r.in.Impatient(rapid.IntRange(1, 4).Draw(t, "few"))
				w := &world{rig: r, ranks: make(map[crm.ID]crm.Status)}
				w.receive(text("p0", "a", "hola"), text("p1", "b", "hola"), text("p2", "c", "hola"), text("p3", "d", "hola"))
				name, plan := "vip", "Plan"
				var tag contact.Tag
				var field contact.Field
				r.write(func(tx *db.Tx) (err error) {
					if tag, err = people.AddTag(tx, r.viewer, contact.TagChange{Name: &name}); err != nil {
						return err
					}
					kind := contact.FieldText
					field, err = people.AddField(tx, r.viewer, contact.FieldChange{Name: &plan, Type: &kind})
					return err
				})
				is := func(field string, op filter.Operator, value ...string) filter.Node {
					return filter.Node{Field: field, Operator: op, Value: value}
				}
				recent := filter.Node{Field: "since_incoming", Operator: filter.Less, Value: []string{"5"}, Unit: "minutes"}
				trees := []filter.Node{
					is("tag", filter.AnyOf, tag.ID.String()), is("tag", filter.NoneOf, tag.ID.String()),
					is("first_name", filter.Is, "ana"), is("unread", filter.Is, "true"), is("field:"+field.Slug, filter.Contains, "oro"),
					{Match: filter.Any, Of: []filter.Node{is("assignee", filter.NotExists), is("status", filter.IsNot, "open")}},
					{Match: filter.All, Of: []filter.Node{recent, is("bot", filter.Is, "true"), is("$assignee.name", filter.NotExists)}},
				}
				for range rapid.IntRange(1, 30).Draw(t, "steps") {
					who := w.contactOf(fmt.Sprint("p", rapid.IntRange(0, 3).Draw(t, "who")))
					r.change(t, people, who, tag.ID, field.Slug)
					if rapid.Bool().Draw(t, "more") {
						w.do(t, drawStep(t))
					}
					for i, tree := range trees {
						if rapid.IntRange(0, 2).Draw(t, "look") == 0 {
							r.compare(t, i, tree)
						}
					}
				}
			})
		})
	}
}

// counted counts as the API does.
func (r *rig) counted(v crm.Viewer, q inbox.ListQuery) (n int) {
	r.t.Helper()
	for range 6 {
		err := r.d.Read(context.Background(), func(tx *db.Tx) (err error) {
			n, err = r.in.CountOpen(tx, v, q)
			return err
		})
		var unlearned *inbox.Unlearned
		if err == nil {
			return n
		} else if !errors.As(err, &unlearned) {
			r.t.Fatal(err)
		}
		if err := r.in.Learn(context.Background(), unlearned); err != nil {
			r.t.Fatal(err)
		}
	}
	r.t.Fatal("what is learned isn't known")
	return 0
}

// change does something that filters can tell.
func (r *rig) change(t *rapid.T, people *contact.Service, who, tag crm.ID, slug string) {
	err := r.try(func(tx *db.Tx) (err error) {
		switch rapid.IntRange(0, 6).Draw(t, "change") {
		case 0:
			_, err = r.in.Tag(tx, r.viewer, people, who, []string{"vip"}, nil)
		case 1:
			_, err = r.in.Tag(tx, r.viewer, people, who, nil, []crm.ID{tag})
		case 2:
			first := rapid.SampledFrom([]string{"Ana", "Luis"}).Draw(t, "name")
			_, err = people.Update(tx, r.viewer, who, 0, contact.Fields{FirstName: &first})
		case 3:
			_, err = people.Update(tx, r.viewer, who, 0, contact.Fields{Custom: map[string]string{slug: rapid.SampledFrom([]string{"Oro", "Plata", ""}).Draw(t, "plan")}})
		case 4:
			_, err = r.in.SetBot(tx, r.viewer, who, rapid.Bool().Draw(t, "bot"))
		case 5:
			_, err = r.in.Snooze(tx, r.viewer, who, time.Now().Add(time.Hour))
		case 6:
			if rapid.Bool().Draw(t, "block") {
				_, err = r.in.Block(tx, r.viewer, who)
			} else {
				_, err = r.in.Unblock(tx, r.viewer, who)
			}
		}
		return err
	})
	var refused *crm.Error
	if err != nil && !errors.As(err, &refused) {
		t.Fatal(err)
	}
}

// compare looks at a random list both ways, page by page.
func (r *rig) compare(t *rapid.T, i int, tree filter.Node) {
	own := r.other
	own.Visibility = crm.SeesOwn
	v := rapid.SampledFrom([]crm.Viewer{r.viewer, own}).Draw(t, "viewer")
	q := inbox.ListQuery{
		Filter: &tree, Limit: 2, Status: rapid.SampledFrom([]crm.ConversationStatus{"", "", crm.Open}).Draw(t, "status"),
		Sort: rapid.SampledFrom([]inbox.Sort{inbox.Newest, inbox.Oldest, inbox.Longest, inbox.Shortest}).Draw(t, "sort"), Unreplied: rapid.Bool().Draw(t, "unreplied"),
	}
	open := q
	open.Status, open.Limit, open.Unreplied = crm.Open, 1000, false
	var all []*contact.Contact
	r.read(func(tx *db.Tx) (err error) { all, _, err = inbox.List(tx, v, open); return err })
	if n := r.counted(v, inbox.ListQuery{Filter: &tree}); n != len(all) {
		t.Fatalf("tree %d: %d open conversations are counted, %d listed", i, n, len(all))
	}
	for pages := 0; pages < 4; pages++ {
		got, next := r.page(v, q)
		var want []crm.ID
		var end string
		r.read(func(tx *db.Tx) error {
			rows, n, err := inbox.List(tx, v, q)
			for _, x := range rows {
				want = append(want, x.ID)
			}
			end = n
			return err
		})
		if !slices.Equal(got, want) || next != end {
			t.Fatalf("tree %d, %+v: remembered %v %q, listed %v %q", i, q, got, next, want, end)
		}
		if q.Cursor = next; next == "" {
			return
		}
	}
}

// Who is remembered for a filter are all for whom it holds now, and at any moment
// until it is learned anew.
func TestHeldByCoversTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		runs := 0
		rapid.Check(t, func(t *rapid.T) {
			if runs++; runs%2 > 0 {
				return // making the contacts is slow
			}
			c := newCrowd(t, r)
			for range 20 {
				n := c.tree(t, 3)
				if rapid.Bool().Draw(t, "by time") {
					minutes := 60*rapid.IntRange(0, 100).Draw(t, "hours") + rapid.IntRange(0, 60).Draw(t, "minutes")
					n = filter.Node{Field: "since_incoming", Unit: "minutes", Operator: rapid.SampledFrom([]filter.Operator{filter.Greater, filter.Less, filter.Between}).Draw(t, "operator"), Value: []string{fmt.Sprint(minutes)}}
					if n.Operator == filter.Between {
						n.Value = append(n.Value, fmt.Sprint(minutes+rapid.IntRange(0, 120).Draw(t, "span")))
					}
				}
				r.read(func(tx *db.Tx) error {
					lens, err := inbox.NewLens(tx, r.viewer.Workspace)
					if err != nil {
						return err
					}
					held, keeps, err := lens.HeldBy(tx, n)
					if err != nil {
						return err
					}
					later := lens.Later(time.Duration(rapid.Int64Range(0, int64(keeps)).Draw(t, "later")))
					for _, f := range c.facts {
						if later.Matches(n, f) && !slices.Contains(held, f.Contact.ID) {
							t.Fatalf("contact %d fits later and isn't remembered: %+v", f.Contact.ID, n)
						}
					}
					return nil
				})
			}
		})
	})
}

// A list of those who wait for an answer reads only them, in any order, and not
// everybody in the order of the list.
func TestWaitingListReadsOnlyThem(t *testing.T) {
	d := dbtest.Open(t, dbtest.Options(t, db.SQLite))
	for _, assignee := range []crm.ID{0, 7} {
		for _, order := range sorts {
			q, args := inbox.WaitingList(1, assignee, order)
			plan := planOf(t, d, q, args)
			if !strings.Contains(plan, "contact_waiting_") || strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("%s of %d: %s", order, assignee, plan)
			}
		}
	}
}

// A team's list reads the indexes of its members, in any order, and no contact before it
// is known which are on the page.
func TestTeamListReadsOnlyIndexes(t *testing.T) {
	d := dbtest.Open(t, dbtest.Options(t, db.SQLite))
	for _, unreplied := range []bool{false, true} {
		for _, order := range sorts {
			q, args := inbox.TeamList(1, order, unreplied, 7, 8, 9)
			plan := planOf(t, d, q, args)
			if !strings.Contains(plan, "COVERING INDEX contact_") || strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("%s, unreplied %t: %s", order, unreplied, plan)
			}
		}
	}
}

var sorts = []inbox.Sort{inbox.Newest, inbox.Oldest, inbox.Longest, inbox.Shortest}

// planOf is how SQLite goes about a statement.
func planOf(t *testing.T, d *db.DB, q string, args []any) (plan string) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		return tx.Each(`EXPLAIN QUERY PLAN `+q, args, func(r *sql.Rows) error {
			var detail string
			err := r.Scan(new(int), new(int), new(int), &detail)
			plan += detail + "\n"
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}
