// Package template finds and replaces the $variables of a text: $contact.firstname,
// $assignee.name, $system.current_date, a custom field as $contact.city; with what to
// say where there is nothing, as $contact.firstname|"cliente"; also between braces, as
// {{$contact.name}}. Everything else stays as it is written, "$100" and "$shop.name"
// too. It is pure: what a variable stands for is the caller's to know.
package template

import (
	"strings"
	"unicode/utf8"
)

// Family is what a variable is about.
type Family string

// The families.
const (
	Contact  Family = "contact"
	Assignee Family = "assignee"
	System   Family = "system"
)

// Variable names a variable: the city of $contact.city.
type Variable struct {
	Family Family
	Name   string
}

// String returns the variable as it is written in a text.
func (v Variable) String() string { return "$" + string(v.Family) + "." + v.Name }

// Token is a place of a text that a variable is asked for.
type Token struct {
	Variable
	// Start and End are bytes of the text, braces and fallback within.
	Start, End int
	// Fallback stands where the variable has no value, if HasFallback.
	Fallback    string
	HasFallback bool
}

// longestName bounds a variable's name; custom fields have shorter ones.
const longestName = 64

// Parse returns the tokens of a text in their order.
func Parse(text string) []Token {
	var out []Token
	for at := 0; at < len(text); {
		i := strings.IndexByte(text[at:], '$')
		if i < 0 {
			break
		}
		at += i
		t, ok := parseAt(text, at)
		if !ok {
			at++
			continue
		}
		out = append(out, embrace(text, t))
		at = out[len(out)-1].End
	}
	return out
}

// parseAt reads the token that begins with the dollar sign at a place.
func parseAt(text string, at int) (Token, bool) {
	family, _, ok := strings.Cut(text[at+1:min(len(text), at+16)], ".")
	if !ok {
		return Token{}, false
	}
	t := Token{Start: at, Variable: Variable{Family: Family(strings.ToLower(family))}}
	switch t.Family {
	case Contact, Assignee, System:
	default:
		return Token{}, false
	}
	start := at + 1 + len(family) + 1
	end := start
	for end < len(text) && end-start <= longestName && nameByte(text[end]) {
		end++
	}
	if end == start || end-start > longestName {
		return Token{}, false
	}
	t.Name, t.End = strings.ToLower(text[start:end]), end
	if fallback, n, ok := parseFallback(text[end:]); ok {
		t.Fallback, t.HasFallback, t.End = fallback, true, end+n
	}
	return t, true
}

func nameByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_'
}

// parseFallback reads |"words", which stand on one line; \" and \\ are a quote and a
// backslash in them. A telephone's curly quotes do too. n is how many bytes it takes.
func parseFallback(text string) (words string, n int, ok bool) {
	if !strings.HasPrefix(text, "|") {
		return "", 0, false
	}
	opening, size := utf8.DecodeRuneInString(text[1:])
	if opening != '"' && opening != '“' && opening != '”' {
		return "", 0, false
	}
	var b strings.Builder
	escaped := false
	for i, r := range text[1+size:] {
		switch {
		case r == '\n':
			return "", 0, false
		case escaped:
			if r != '"' && r != '\\' {
				b.WriteByte('\\')
			}
			escaped = false
		case r == '\\':
			escaped = true
			continue
		case opening == '"' && r == '"', opening != '"' && (r == '”' || r == '“'):
			return b.String(), 1 + size + i + utf8.RuneLen(r), true
		}
		if r == utf8.RuneError {
			_, w := utf8.DecodeRuneInString(text[1+size+i:])
			b.WriteString(text[1+size+i:][:w])
			continue
		}
		b.WriteRune(r)
	}
	return "", 0, false
}

// embrace takes the braces around a token into it.
func embrace(text string, t Token) Token {
	before := strings.TrimRight(text[:t.Start], " ")
	after := strings.TrimLeft(text[t.End:], " ")
	if strings.HasSuffix(before, "{{") && strings.HasPrefix(after, "}}") {
		t.Start = len(before) - 2
		t.End = len(text) - len(after) + 2
	}
	return t
}

// Reason says why a token couldn't be replaced.
type Reason string

// The reasons: there is no such variable; it has no value here.
const (
	Unknown Reason = "unknown"
	Empty   Reason = "empty"
)

// Unresolved is a token that stays as it is written.
type Unresolved struct {
	Token
	// Text is the token as it is written.
	Text   string
	Reason Reason
}

// Resolve replaces the tokens of a text. value returns what a variable stands for,
// "" for nothing, and whether there is such a variable. What takes a token's place
// isn't looked at again: a contact's name can't ask for another's. Tokens without a
// value and a fallback stay, and are returned.
func Resolve(text string, value func(Variable) (value string, known bool)) (string, []Unresolved) {
	tokens := Parse(text)
	if len(tokens) == 0 {
		return text, nil
	}
	var b strings.Builder
	var left []Unresolved
	at := 0
	for _, t := range tokens {
		b.WriteString(text[at:t.Start])
		at = t.End
		words, known := value(t.Variable)
		switch {
		case words != "":
			b.WriteString(words)
		case t.HasFallback:
			b.WriteString(t.Fallback)
		default:
			u := Unresolved{Token: t, Text: text[t.Start:t.End], Reason: Empty}
			if !known {
				u.Reason = Unknown
			}
			b.WriteString(u.Text)
			left = append(left, u)
		}
	}
	b.WriteString(text[at:])
	return b.String(), left
}
