// Package internal_test holds the rules that span all packages.
package internal_test

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// layers is the house from the roof down: a package imports only what stands below
// it. Those in one line are neighbours that don't know each other.
var layers = [][]string{
	{"cmd/bandeja"},
	{"internal/demo", "internal/bench"},
	{"internal/webchat"},
	{"internal/httpapi"},
	{"internal/realtime"},
	{"internal/httpapi/wire"},
	{"internal/notify"},
	{"internal/inbox"},
	{"internal/content"},
	{"internal/account"},
	{"internal/contact"},
	{"internal/gateway", "internal/mail", "internal/sso", "internal/search", "internal/webpush"},
	{"internal/channel/telegram", "internal/channel/whatsapp", "internal/channel/webchat"},
	{"internal/channel/wire"},
	{"internal/channel"},
	{"internal/jobs", "internal/eventlog", "internal/blob"},
	{"internal/safehttp"},
	{"internal/config"},
	{"internal/db", "internal/filter", "internal/template", "internal/sheet"},
	{"internal/crm"},
	{"internal/sim"},
	{"web", "widget", "sim/ui"},
}

const module = "github.com/bandeja/bandeja/"

func TestImportsPointDown(t *testing.T) {
	place := make(map[string]int)
	for i, names := range layers {
		for _, n := range names {
			place[n] = i
		}
	}
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	seen := 0
	for dec.More() {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		if strings.HasSuffix(name, "test") || name == "internal" {
			continue // what tests are made of
		}
		at, ok := place[name]
		if !ok {
			t.Errorf("%s has no place in the house: add it to layers", name)
			continue
		}
		seen++
		for _, imported := range p.Imports {
			below, ours := place[strings.TrimPrefix(imported, module)]
			if strings.HasPrefix(imported, module) && (!ours || below <= at) {
				t.Errorf("%s imports %s, which doesn't stand below it", name, imported)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d packages seen", seen)
	}
}

// The pure parts do no input or output and know no clock.
func TestPureParts(t *testing.T) {
	for _, name := range []string{"internal/crm", "internal/template"} {
		out, err := exec.Command("go", "list", "-f", `{{join .Imports "\n"}}`, module+name).Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, imported := range strings.Fields(string(out)) {
			switch imported {
			case "os", "net", "net/http", "io", "database/sql", "time", "context":
				t.Errorf("%s imports %s", name, imported)
			}
		}
	}
}
