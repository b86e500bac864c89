package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Clean removes NUL, which PostgreSQL can't store, from the strings of a JSON
// text, whether written plainly or as an escape. Invalid UTF-8 is replaced later,
// by encoding/json.
func Clean(raw []byte) []byte {
	if bytes.IndexByte(raw, 0) < 0 && !bytes.Contains(raw, []byte(`\u0000`)) {
		return raw
	}
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		switch {
		case raw[i] == 0:
		case raw[i] != '\\' || i+1 == len(raw):
			out = append(out, raw[i])
		case bytes.HasPrefix(raw[i:], []byte(`\u0000`)):
			i += len(`\u0000`) - 1
		default: // any other escape, taken whole so that \\u0000 stays
			out = append(out, raw[i], raw[i+1])
			i++
		}
	}
	return out
}

// ID is an identifier that providers write as a string or as a number.
type ID string

// UnmarshalJSON implements json.Unmarshaler.
func (id *ID) UnmarshalJSON(b []byte) error {
	var s string
	switch {
	case string(b) == "null":
	case len(b) > 0 && b[0] == '"':
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
	case len(b) > 0 && (b[0] == '-' || b[0] >= '0' && b[0] <= '9'):
		s = string(b)
	default:
		return fmt.Errorf("wire: %.20s is not an id", b)
	}
	*id = ID(s)
	return nil
}

// Flag is a boolean that some senders write as 0 or 1.
type Flag bool

// UnmarshalJSON implements json.Unmarshaler.
func (f *Flag) UnmarshalJSON(b []byte) error {
	switch strings.Trim(string(b), `"`) {
	case "true", "1":
		*f = true
	case "false", "0", "null", "":
		*f = false
	default:
		return fmt.Errorf("wire: %.20s is not a boolean", b)
	}
	return nil
}

// Number is a number that some senders write as a string.
type Number float64

// UnmarshalJSON implements json.Unmarshaler.
func (n *Number) UnmarshalJSON(b []byte) error {
	s := strings.Trim(string(b), `"`)
	if s == "" || s == "null" {
		return nil
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("wire: %.20s is not a number", b)
	}
	*n = Number(v)
	return nil
}

// Unix is a moment in unix time, written as a number or a string, in seconds or
// milliseconds: one of 10^12 or more is in milliseconds.
type Unix int64

// UnmarshalJSON implements json.Unmarshaler.
func (u *Unix) UnmarshalJSON(b []byte) error {
	s := strings.Trim(string(b), `"`)
	if s == "" || s == "null" {
		return nil
	}
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return fmt.Errorf("wire: %.20s is not a unix time", b)
	}
	*u = Unix(v)
	return nil
}

// Time returns the moment in UTC, the zero time for 0.
func (u Unix) Time() time.Time {
	switch {
	case u == 0:
		return time.Time{}
	case u >= 1e12:
		return time.UnixMilli(int64(u)).UTC()
	}
	return time.Unix(int64(u), 0).UTC()
}

// Cut shortens s to at most n characters.
func Cut(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
