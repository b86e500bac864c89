package contact_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
)

func TestSearch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		people := []contact.Contact{
			{FirstName: "María José", LastName: "Rivadeneira", Phone: "+593987654321", Email: "mj.riva@Example.com"},
			{FirstName: "Carlos", LastName: "Oscar Peña", Phone: "+593991112223"},
			{FirstName: "Carter", LastName: "Nuñez", Email: "carter@correo.ec"},
			{Phone: "+16505551234"},
			{FirstName: "Luz Lucía", LastName: "Lucero", Phone: "+573333333333"}, // found by several of its terms
			{FirstName: "Lucio", LastName: "Luz"},
		}
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			for i := range people {
				people[i].Workspace, people[i].ID = 1, tx.NewID()
				if err := contact.Insert(tx, &people[i]); err != nil {
					return err
				}
			}
			other := contact.Contact{Workspace: 2, ID: tx.NewID(), FirstName: "María"}
			return contact.Insert(tx, &other)
		})
		if err != nil {
			t.Fatal(err)
		}
		for text, want := range map[string][]int{
			"maria": {0}, "MARÍA JOSÉ R": {0}, "riva": {0}, "rivadeneira maria": {0}, "jose": {0},
			"car": {1, 2}, "oscar": {1}, "scar": {}, "pena": {1}, "nunez": {2}, "peña carlos": {1},
			"593987": {0}, "+593 98 765": {0}, "0987654321": {0}, "987654321": {0}, "650555": {3}, "98765432100": {},
			"mj.riva@": {0}, "correo.ec": {2}, "": {}, "   ": {}, "%": {}, "zzz": {}, "riva jos mar": {0}, "osc peña car": {1}, "maria 59398765": {0}, "59398765 riva": {0}, "carter @": {},
			"lu": {4, 5}, "luc lu": {4, 5}, "lucero luc luz": {4}, "333": {4}, "luz": {4, 5}, "luz 3333": {4},
			"jose correo.ec": {}, "nunez correo.ec": {2}, "maria zzz": {},
		} {
			var found []contact.Found
			err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
				found, err = contact.Search(tx, 1, nil, text, contact.Found{}, 10)
				return err
			})
			got := make(map[crm.ID]bool)
			for _, f := range found {
				got[f.ID] = true
			}
			ok := err == nil && len(got) == len(want)
			for _, i := range want {
				ok = ok && got[people[i].ID]
			}
			if !ok {
				t.Errorf("%q finds %v, want %v (%v)", text, found, want, err)
			}
			// Page by page the same are found, each once.
			var one []contact.Found
			for at := (contact.Found{}); ; at = one[len(one)-1] {
				var page []contact.Found
				err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
					page, err = contact.Search(tx, 1, nil, text, at, 1)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				if one = append(one, page...); len(page) == 0 || len(one) > len(people) {
					break
				}
			}
			if !slices.Equal(one, found) {
				t.Errorf("%q finds %v at once and %v one by one", text, found, one)
			}
		}
	})
}

func TestFields(t *testing.T) {
	s := func(v string) *string { return &v }
	for name, c := range map[string]struct {
		in   contact.Fields
		want crm.Code
	}{
		"good":         {contact.Fields{FirstName: s(" Ana  María "), Phone: s("+593 98 765 4321"), Email: s("ana@Correo.EC"), Language: s("ES")}, ""},
		"bad phone":    {contact.Fields{Phone: s("hello")}, crm.CodeBadPhone},
		"bad email":    {contact.Fields{Email: s("Ana <ana@correo.ec>")}, crm.CodeBadEmail},
		"bad country":  {contact.Fields{Country: s("XX")}, crm.CodeBadCountry},
		"bad language": {contact.Fields{Language: s("klingon")}, crm.CodeBadLanguage},
	} {
		var got contact.Contact
		err := got.Apply(c.in)
		if c.want == "" {
			if err != nil || got.FirstName != "Ana María" || got.Phone != "+593987654321" || got.Country != "EC" || got.Email != "ana@correo.ec" || got.Language != "es" {
				t.Errorf("%s: %+v %v", name, got, err)
			}
			continue
		}
		if !errors.Is(err, crm.Refuse(c.want)) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}
