// Package sheet writes tables as CSV (RFC 4180) for spreadsheets: in UTF-8 and marked
// as such, and so that no cell is taken for a formula.
package sheet

import (
	"encoding/csv"
	"io"
	"regexp"
	"strings"
)

// byteOrderMark tells spreadsheets that the text is UTF-8.
const byteOrderMark = "\ufeff"

// Writer writes a table.
type Writer struct {
	csv *csv.Writer
	row []string
}

// NewWriter begins a table.
func NewWriter(w io.Writer) (*Writer, error) {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return nil, err
	}
	return &Writer{csv: csv.NewWriter(w)}, nil
}

// Write adds a row.
func (w *Writer) Write(cells []string) error {
	w.row = w.row[:0]
	for _, c := range cells {
		w.row = append(w.row, Cell(c))
	}
	return w.csv.Write(w.row)
}

// Flush passes on what has been written so far.
func (w *Writer) Flush() error {
	w.csv.Flush()
	return w.csv.Error()
}

// formula are the signs by which a formula begins, of full width too.
const formula = "=+-@\t\r\n＝＋－＠"

// plain are cells that begin as a formula does and can't be one: phone numbers, and
// negative numbers.
var plain = regexp.MustCompile(`^(\+[0-9]+|-[0-9]+([.,][0-9]+)?)$`)

// Cell returns a text as a cell that no spreadsheet computes: what strangers write
// about themselves could otherwise call out of the table (OWASP, "CSV Injection").
func Cell(s string) string {
	if strings.IndexAny(s, formula) == 0 && !plain.MatchString(s) {
		return "'" + s
	}
	return s
}
