package httpapi_test

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
)

// A file of contacts has every column, in the reader's words, opens in a spreadsheet
// without anything being computed, and is for whoever asked for it alone.
func TestExportFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStaff(t, d)
		do := func(method, path string, in any) answer { return s.as("owner", method, path, in) }
		do("POST", "/contact-fields", map[string]any{"name": "Talla", "slug": "size", "type": "number"}).into(t, nil)
		do("POST", "/contact-fields", map[string]any{"name": "VIP", "slug": "vip", "type": "checkbox"}).into(t, nil)
		var vip, zone, ana idOnly
		do("POST", "/tags", map[string]any{"name": "Quito"}).into(t, &zone)
		do("POST", "/tags", map[string]any{"name": "Mayorista"}).into(t, &vip)
		do("POST", "/contacts", map[string]any{
			"first_name": "Ana, \"la Nena\"", "last_name": "=HYPERLINK(\"http://x\")", "phone": "+593987654321", "email": "ana@example.com",
			"fields": map[string]string{"size": "38", "vip": "true"},
		}).into(t, &ana)
		do("POST", "/contacts/"+ana.ID+"/tags", map[string]any{"add": []string{"Quito", "Mayorista"}}).into(t, nil)
		s.assign(ana.ID, "agent")

		var x struct{ ID, URL string }
		do("POST", "/contact-exports", map[string]any{"target": map[string]any{"contact_ids": []string{ana.ID}}}).into(t, &x)
		path := strings.TrimPrefix(x.URL, "/api/v1")
		read := func(language string) [][]string {
			t.Helper()
			a := s.do("", "GET", path, nil, "Cookie", s.cookies["owner"], "Accept-Language", language)
			if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment; filename=") || a.header.Get("Cache-Control") != "no-store" {
				t.Fatalf("%d %v %s", a.status, a.header, a.body)
			}
			text, marked := strings.CutPrefix(string(a.body), "\ufeff")
			rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
			if err != nil || !marked || len(rows) != 2 {
				t.Fatalf("%q is read as %v, %v", text, rows, err)
			}
			return rows
		}
		rows := read("en")
		if got, want := strings.Join(rows[0], "|"), "ID|First name|Last name|Phone|E-mail|Country|Language|Status|Assigned to|Tags|Blocked|Created|Last message|Last incoming message|Talla|VIP"; got != want {
			t.Errorf("the head is %s", got)
		}
		created := rows[1][11]
		if len(created) != len("2006-01-02 15:04:05") {
			t.Errorf("created %q", created)
		}
		want := ana.ID + `|Ana, "la Nena"|'=HYPERLINK("http://x")|+593987654321|ana@example.com|EC||Closed|Una agent|Mayorista, Quito|No|` + created + `|||38|Yes`
		if got := strings.Join(rows[1], "|"); got != want {
			t.Errorf("the row is\n%s, want\n%s", got, want)
		}

		// The user's own language stands above the browser's.
		do("PATCH", "/me", map[string]any{"language": "es"}).into(t, nil)
		rows = read("en")
		if rows[0][1] != "Nombre" || rows[1][7] != "Cerrado" || rows[1][15] != "Sí" {
			t.Errorf("in Spanish it is %v", rows)
		}

		for who, status := range map[string]int{"manager": 404, "agent": 403, "token": 403, "anonymous": 401} {
			if a := s.as(who, "GET", path, nil); a.status != status || strings.Contains(string(a.body), "Nena") {
				t.Errorf("%s fetches another's file: %d %s", who, a.status, a.body)
			}
		}
		s.hire("careful", crm.Access{Role: crm.Manager, Visibility: crm.SeesAll, Restrictions: []crm.Restriction{crm.NoDataExport}})
		s.session("careful")
		if a := s.as("careful", "POST", "/contact-exports", map[string]any{"target": map[string]any{"search": "ana"}}); a.status != http.StatusForbidden {
			t.Errorf("a manager who may not export does: %d", a.status)
		}
		for name, target := range map[string]map[string]any{
			"nothing":            {},
			"two things":         {"search": "ana", "contact_ids": []string{ana.ID}},
			"a filter unknown":   {"inbox": map[string]any{"id": "all", "filter": map[string]any{"field": "nope", "operator": "is", "value": []string{"x"}}}},
			"an inbox of nobody": {"inbox": map[string]any{"id": "team-77"}},
		} {
			if a := do("POST", "/contact-exports", map[string]any{"target": target}); a.status != 422 && a.status != 404 {
				t.Errorf("%s: %d %s", name, a.status, a.body)
			}
		}
		// An hour later it is gone.
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE contact_export SET created_at = created_at - 3600000000`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if a := do("GET", path, nil); a.status != http.StatusNotFound {
			t.Errorf("after an hour: %d", a.status)
		}
	})
}

// A file of users has everybody with what they may do, for who may take data out.
func TestUserFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStaff(t, d)
		s.hire("careful", crm.Access{Role: crm.Manager, Visibility: crm.SeesAll, Restrictions: []crm.Restriction{crm.NoDataExport, crm.NoIntegrations}})
		s.session("careful")
		s.as("owner", "POST", "/teams", map[string]any{"name": "Ventas", "user_ids": []string{s.id("careful"), s.id("team")}}).into(t, nil)
		a := s.do("", "GET", "/users/users.csv", nil, "Cookie", s.cookies["owner"], "Accept-Language", "en")
		if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Disposition"), `attachment; filename="users-`) {
			t.Fatalf("%d %v %s", a.status, a.header, a.body)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(a.body), "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		of := make(map[string]string)
		for _, row := range rows {
			of[row[0]] = strings.Join(row[3:7], "|")
		}
		for who, want := range map[string]string{
			"owner": "Owner|All||", "careful": "Manager|All|Export data, Use API tokens|Ventas", "own": "Agent|Only their own||Sales",
		} {
			if got := of[s.id(who)]; got != want {
				t.Errorf("%s is %q, want %q", who, got, want)
			}
		}
		if a := s.as("careful", "GET", "/users/users.csv", nil); a.status != http.StatusForbidden {
			t.Errorf("a manager who may not export does: %d", a.status)
		}
		s.as("owner", "PATCH", "/me", map[string]any{"language": "es"}).into(t, nil)
		if a := s.as("owner", "GET", "/users/users.csv", nil); !strings.Contains(string(a.body), "Administrador") {
			t.Errorf("in Spanish it is %s", a.body)
		}
	})
}
