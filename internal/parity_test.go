package internal_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every row of the parity lists names tests, and every test that is named exists. A
// browser's or the web app's is named by its file, with or without words of its title.
func TestParity(t *testing.T) {
	lists, err := filepath.Glob("../docs/parity/*.md")
	if err != nil || len(lists) == 0 {
		t.Fatal(err, "there are no lists")
	}
	exists := make(map[string]bool)
	functions := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	look := func(root, ends string, found func(path string)) {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() && d.Name() == "node_modules" {
				return fs.SkipDir
			}
			if err == nil && strings.HasSuffix(path, ends) {
				found(path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	look(".", "_test.go", func(path string) {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range functions.FindAllSubmatch(source, -1) {
			exists[filepath.ToSlash(filepath.Dir(path))+" "+string(m[1])] = true
		}
	})
	titles := make(map[string][]string)
	title := regexp.MustCompile("(?m)^\\s*(?:test|describe)(?:\\.each\\([^\n]*\\))?\\(\\s*(?:'([^'\n]+)'|`([^`\n]+)`)")
	file := func(where, path, ends string) {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := where + " " + strings.TrimSuffix(filepath.Base(path), ends)
		exists[name] = true
		for _, m := range title.FindAllSubmatch(source, -1) {
			titles[name] = append(titles[name], string(m[1])+string(m[2]))
		}
	}
	look("../e2e", ".spec.ts", func(path string) { file("e2e", path, ".spec.ts") })
	look("../web/src", ".test.ts", func(path string) { file("web", path, ".ts") })
	named := func(where, what string) bool {
		name, words, ok := strings.Cut(what, ": ")
		name = where + " " + name
		return exists[name] && (!ok || slices.ContainsFunc(titles[name], func(title string) bool { return strings.Contains(title, words) }))
	}

	tests := regexp.MustCompile("`([^`]+)`")
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			t.Fatal(err)
		}
		rows := 0
		for line := range strings.Lines(string(text)) {
			cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
			if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| #") || len(cells) != 3 {
				continue
			}
			rows++
			tested := 0
			for part := range strings.SplitSeq(cells[2], ";") {
				where, _, _ := strings.Cut(strings.TrimSpace(part), " ")
				for _, m := range tests.FindAllStringSubmatch(part, -1) {
					tested++
					if !named(where, m[1]) {
						t.Errorf("%s, row %s: there is no test %s %s", filepath.Base(list), strings.TrimSpace(cells[0]), where, m[1])
					}
				}
			}
			if tested == 0 {
				t.Errorf("%s, row %s names no test", filepath.Base(list), strings.TrimSpace(cells[0]))
			}
		}
		if rows < 100 {
			t.Errorf("%s has %d rows", filepath.Base(list), rows)
		}
	}
}
