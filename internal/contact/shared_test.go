package contact_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
)

var everybody = crm.Viewer{Workspace: 1, User: 1, Access: crm.Access{Role: crm.Owner, Visibility: crm.SeesAll}}

// shares reads all pages, of so many each: who shares what, each as one line, sorted.
func shares(t rapid.TB, d *db.DB, v crm.Viewer, limit int, names map[crm.ID]string) []string {
	t.Helper()
	var out []string
	for at := ""; ; {
		var page []contact.Shared
		err := d.Read(context.Background(), func(tx *db.Tx) (err error) {
			page, at, err = contact.SharedBy(tx, v, at, limit)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(page) > limit {
			t.Fatal("a page of ", len(page))
		}
		for _, s := range page {
			line := ""
			for _, c := range s.Contacts {
				line += names[c.ID] + " "
			}
			for _, what := range []string{s.Phone, strings.ToLower(s.Email)} {
				if what != "" {
					out = append(out, line+what)
				}
			}
		}
		if at == "" {
			slices.Sort(out)
			return out
		}
	}
}

// Under any changes, exactly those are listed who share a phone or an e-mail at that
// moment, for each viewer those they see, however the pages are cut.
func TestShared(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		workspace := crm.ID(100)
		rapid.Check(t, func(t *rapid.T) {
			workspace++
			v := everybody
			v.Workspace = workspace
			own := v
			own.User, own.Role, own.Visibility = 7, crm.Agent, crm.SeesOwn
			var model []*contact.Contact
			names := make(map[crm.ID]string)
			phone := rapid.SampledFrom([]string{"", "", "+593987654321", "+5939876543", "+34600111222"})
			email := rapid.SampledFrom([]string{"", "", "ana@example.com", "ANA@example.com", "a@example.com", strings.Repeat("x", 70) + "@example.com"})
			for range rapid.IntRange(1, 6).Draw(t, "transactions") {
				err := d.Write(context.Background(), func(tx *db.Tx) error {
					for range rapid.IntRange(1, 4).Draw(t, "changes") {
						if len(model) > 0 && rapid.Bool().Draw(t, "change one") {
							c := rapid.SampledFrom(model).Draw(t, "contact")
							stored, err := contact.Get(tx, workspace, c.ID, true)
							if err != nil {
								return err
							}
							stored.Phone, stored.Email = phone.Draw(t, "phone"), email.Draw(t, "email")
							if err := contact.SaveFields(tx, stored); err != nil {
								return err
							}
							c.Phone, c.Email = stored.Phone, stored.Email
							continue
						}
						c := &contact.Contact{Workspace: workspace, ID: tx.NewID(), FirstName: "Ana", Phone: phone.Draw(t, "phone"), Email: email.Draw(t, "email"), Assignee: crm.ID(rapid.SampledFrom([]int64{0, 7}).Draw(t, "assignee"))}
						if err := contact.Insert(tx, c); err != nil {
							return err
						}
						names[c.ID] = fmt.Sprint(len(model))
						model = append(model, c)
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			for _, viewer := range []crm.Viewer{v, own} {
				want := naiveShares(model, viewer, names)
				for _, limit := range []int{1, 50} {
					if got := shares(t, d, viewer, limit, names); !slices.Equal(got, want) {
						t.Fatalf("%d a page: shared %q, want %q", limit, got, want)
					}
				}
			}
		})
	})
}

func naiveShares(model []*contact.Contact, v crm.Viewer, names map[crm.ID]string) []string {
	by := make(map[string][]crm.ID)
	for _, c := range model {
		for _, what := range []string{c.Phone, strings.ToLower(c.Email)} {
			if what != "" && len(what) <= 60 && v.Sees(c.Assignee) { // what is longer is no term
				by[what] = append(by[what], c.ID)
			}
		}
	}
	var out []string
	for what, of := range by {
		if len(of) < 2 {
			continue
		}
		slices.Sort(of)
		line := ""
		for _, id := range of {
			line += names[id] + " "
		}
		out = append(out, line+what)
	}
	slices.Sort(out)
	return out
}

// Of two who come with the same phone at the same moment, one notices.
func TestSharedAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO workspace (id, name, timezone, language, unassign_on_close, created_at) VALUES (1, 'Uno', 'UTC', 'es', FALSE, 0)`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		const rounds = 20
		for i := range rounds {
			var both sync.WaitGroup
			for range 2 {
				both.Go(func() {
					err := d.Write(context.Background(), func(tx *db.Tx) error {
						return contact.Insert(tx, &contact.Contact{Workspace: 1, ID: tx.NewID(), FirstName: "Ana", Phone: fmt.Sprintf("+593987650%03d", i)})
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			both.Wait()
		}
		if got := shares(t, d, everybody, 50, nil); len(got) != rounds {
			t.Errorf("%d of %d shared phones are noticed: %q", len(got), rounds, got)
		}
	})
}
