package sheet_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/bandeja/bandeja/internal/sheet"
)

func TestCell(t *testing.T) {
	for in, want := range map[string]string{
		"":                               "",
		"Ana":                            "Ana",
		"=1+1":                           "'=1+1",
		"=HYPERLINK(\"http://x\",\"y\")": "'=HYPERLINK(\"http://x\",\"y\")",
		"+cmd|' /C calc'!A0":             "'+cmd|' /C calc'!A0",
		"@SUM(A1)":                       "'@SUM(A1)",
		"\t=1":                           "'\t=1",
		"＝1+1":                           "'＝1+1",
		"-2+3":                           "'-2+3",
		"+593987654321":                  "+593987654321",
		"-12.50":                         "-12.50",
		"a=1":                            "a=1",
	} {
		if got := sheet.Cell(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

// Whatever is written is read again by any reader of CSV, cell by cell.
func FuzzWriter(f *testing.F) {
	f.Add("Ana", "dijo \"hola\",\ny se fue")
	f.Add("=1", "")
	f.Fuzz(func(t *testing.T, a, b string) {
		var out strings.Builder
		w, err := sheet.NewWriter(&out)
		if err != nil {
			t.Fatal(err)
		}
		rows := [][]string{{"x", a}, {b, "y"}}
		for _, row := range rows {
			if err := w.Write(row); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		text, marked := strings.CutPrefix(out.String(), "\ufeff")
		if !marked {
			t.Fatal("it isn't marked as UTF-8")
		}
		got, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || len(got) != 2 {
			t.Fatalf("%q is read as %q, %v", text, got, err)
		}
		// A reader takes \r\n for one end of a line, within a cell too.
		lines := func(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }
		for i, row := range rows {
			for k, cell := range row {
				if want := lines(sheet.Cell(cell)); got[i][k] != want {
					t.Errorf("%q is read as %q", want, got[i][k])
				}
			}
		}
	})
}
