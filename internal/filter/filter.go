// Package filter is the condition language: one tree of conditions on a contact
// serves custom inboxes and list filters, and whatever else asks which contacts
// are meant. A tree is checked against the fields there are, evaluated in memory,
// and compiled to SQL; the two ways agree on both databases. The package is pure.
package filter

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bandeja/bandeja/internal/crm"
)

// The limits of a tree.
const (
	// MaxDepth is how many groups may stand inside each other.
	MaxDepth = 5
	// MaxConditions is how many conditions a tree may have, in all its groups.
	MaxConditions = 50
	// MaxValues is how many values a condition may list.
	MaxValues = 100
	// MaxText is how long a value may be, in characters.
	MaxText = 200
)

// Node is a group of nodes (Match and Of are set) or a condition (Field and Operator
// are). It is stored and sent as this JSON.
type Node struct {
	// Match says whether all or any of the group must hold.
	Match string `json:"match,omitempty" enum:",all,any" doc:"Of a group: whether all or any of its parts must hold."`
	Of    []Node `json:"of,omitempty" doc:"Of a group: its parts."`
	// Field and the rest are a condition's.
	Field    string   `json:"field,omitempty" doc:"Of a condition: what is looked at."`
	Operator Operator `json:"operator,omitempty"`
	// Value has one entry, two for between, any number for the operators of sets,
	// none for exists and not_exists.
	Value []string `json:"value,omitempty"`
	// Unit is that of a duration: minutes, hours or days.
	Unit string `json:"unit,omitempty" enum:",minutes,hours,days"`
}

// Groups of a tree.
const (
	All = "all"
	Any = "any"
)

// Operator compares a field with values. Those that deny (is_not, not_contains,
// none_of, not_exists) also hold for contacts without a value.
type Operator string

// The operators. Between includes both ends.
const (
	Is          Operator = "is"
	IsNot       Operator = "is_not"
	Contains    Operator = "contains"
	NotContains Operator = "not_contains"
	StartsWith  Operator = "starts_with"
	Greater     Operator = "greater"
	Less        Operator = "less"
	Between     Operator = "between"
	After       Operator = "after"
	Before      Operator = "before"
	AnyOf       Operator = "any_of"
	AllOf       Operator = "all_of"
	NoneOf      Operator = "none_of"
	Exists      Operator = "exists"
	NotExists   Operator = "not_exists"
)

// Kind is what a field holds.
type Kind string

// The kinds. Text is compared without regard to case and accents.
const (
	Text      Kind = "text"
	Phone     Kind = "phone"     // E.164; compared by its digits
	Choice    Kind = "choice"    // one of few, by its exact word or id
	Set       Kind = "set"       // any number of ids
	Checkbox  Kind = "checkbox"  // true or false
	Number    Kind = "number"    // decimal
	Date      Kind = "date"      // YYYY-MM-DD
	Clock     Kind = "time"      // HH:MM
	Timestamp Kind = "timestamp" // a moment; values are RFC 3339 or a date of the viewer's zone
	Duration  Kind = "duration"  // time since a moment
)

// Operators returns what a kind can be compared by, in the order it is offered.
func (k Kind) Operators() []Operator {
	switch k {
	case Text, Phone:
		return []Operator{Is, IsNot, Contains, NotContains, StartsWith, Exists, NotExists}
	case Choice:
		return []Operator{Is, IsNot, AnyOf, NoneOf, Exists, NotExists}
	case Set:
		return []Operator{AnyOf, AllOf, NoneOf, Exists, NotExists}
	case Checkbox:
		return []Operator{Is, Exists, NotExists}
	case Number:
		return []Operator{Is, IsNot, Greater, Less, Between, Exists, NotExists}
	case Date, Clock:
		return []Operator{Is, After, Before, Between, Exists, NotExists}
	case Timestamp:
		return []Operator{After, Before, Between, Exists, NotExists}
	case Duration:
		return []Operator{Greater, Less, Between, Exists, NotExists}
	}
	return nil
}

// Field is something that conditions can be about.
type Field struct {
	Name string
	Kind Kind
	// Options are the words a Choice or Set can have; nil for any.
	Options []string
}

// Catalogue finds a field by its name.
type Catalogue func(name string) (Field, bool)

// Check refuses a tree that is too large, names unknown fields, or compares a field
// in a way or with a value that its kind hasn't. The refusal's field is the place in
// the tree, as filter.of[1].value[0].
func Check(n Node, fields Catalogue) error {
	c := checker{fields: fields}
	return c.node(n, "filter", 1)
}

type checker struct {
	fields     Catalogue
	conditions int
}

func (c *checker) node(n Node, at string, depth int) error {
	if n.Match == "" && n.Field == "" {
		return crm.RefuseField(at, crm.CodeRequired)
	}
	if n.Field != "" {
		if n.Match != "" || n.Of != nil {
			return crm.RefuseField(at, crm.CodeInvalid)
		}
		if c.conditions++; c.conditions > MaxConditions {
			return crm.RefuseField(at, crm.CodeFilterSize, "max", MaxConditions)
		}
		return c.condition(n, at)
	}
	switch {
	case n.Match != All && n.Match != Any:
		return crm.RefuseField(at+".match", crm.CodeInvalid)
	case n.Operator != "" || n.Value != nil || n.Unit != "":
		return crm.RefuseField(at, crm.CodeInvalid)
	case depth > MaxDepth:
		return crm.RefuseField(at, crm.CodeFilterDepth, "max", MaxDepth)
	case len(n.Of) == 0 && depth > 1:
		return crm.RefuseField(at+".of", crm.CodeRequired)
	}
	for i, part := range n.Of {
		if err := c.node(part, fmt.Sprintf("%s.of[%d]", at, i), depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) condition(n Node, at string) error {
	f, ok := c.fields(n.Field)
	if !ok {
		return crm.RefuseField(at+".field", crm.CodeUnknownField, "field", n.Field)
	}
	if !slices.Contains(f.Kind.Operators(), n.Operator) {
		return crm.RefuseField(at+".operator", crm.CodeWrongOperator, "field", n.Field, "operator", string(n.Operator))
	}
	if (n.Unit != "") != (f.Kind == Duration && n.Operator != Exists && n.Operator != NotExists) {
		return crm.RefuseField(at+".unit", crm.CodeInvalid)
	}
	least, most := 1, 1
	switch n.Operator {
	case Exists, NotExists:
		least, most = 0, 0
	case Between:
		least, most = 2, 2
	case AnyOf, AllOf, NoneOf:
		most = MaxValues
	}
	if len(n.Value) < least {
		return crm.RefuseField(at+".value", crm.CodeRequired)
	}
	if len(n.Value) > most {
		return crm.RefuseField(at+".value", crm.CodeLimit, "max", most)
	}
	for i, v := range n.Value {
		if err := f.check(v, n.Unit); err != nil {
			return crm.RefuseField(fmt.Sprintf("%s.value[%d]", at, i), err.Code, flat(err.Args)...)
		}
	}
	return nil
}

func flat(args map[string]any) []any {
	var out []any
	for k, v := range args {
		out = append(out, k, v)
	}
	return out
}

// check refuses a value that the field can't have.
func (f Field) check(v, unit string) *crm.Error {
	invalid := crm.Refuse(crm.CodeInvalid)
	if utf8.RuneCountInString(v) > MaxText {
		return crm.RefuseField("", crm.CodeTooLong, "max", MaxText)
	}
	switch f.Kind {
	case Text:
		if fold(v) == "" {
			return crm.Refuse(crm.CodeRequired)
		}
	case Phone:
		if crm.Digits(v) == "" {
			return invalid
		}
	case Choice, Set:
		if f.Options != nil && !slices.Contains(f.Options, v) || v == "" {
			return invalid
		}
	case Checkbox:
		if v != "true" && v != "false" {
			return invalid
		}
	case Number, Date, Clock:
		if _, ok := ParseNumber(f.Kind, v); !ok {
			return invalid
		}
	case Timestamp:
		if _, _, ok := moment(v, time.UTC); !ok {
			return invalid
		}
	case Duration:
		if _, ok := length(v, unit); !ok {
			return invalid
		}
	}
	return nil
}

// maxNumber keeps numbers to what a float64 holds exactly.
const maxNumber = 1 << 53

// ParseNumber reads a number, a date (as days since 1970) or a time of day (as
// minutes), which are compared as numbers.
func ParseNumber(k Kind, s string) (float64, bool) {
	switch k {
	case Number:
		x, err := strconv.ParseFloat(s, 64)
		return x, err == nil && x > -maxNumber && x < maxNumber
	case Date:
		t, err := time.Parse(time.DateOnly, s)
		return float64(t.Unix() / 86400), err == nil
	case Clock:
		t, err := time.Parse("15:04", s)
		return float64(t.Hour()*60 + t.Minute()), err == nil
	}
	return 0, false
}

// moment reads RFC 3339 or a date, which stands for the whole day: from and to are
// its first and last microsecond.
func moment(s string, zone *time.Location) (from, to int64, ok bool) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UnixMicro(), t.UnixMicro(), true
	}
	t, err := time.ParseInLocation(time.DateOnly, s, zone)
	if err != nil {
		return 0, 0, false
	}
	return t.UnixMicro(), t.AddDate(0, 0, 1).UnixMicro() - 1, true
}

// length reads a duration, in microseconds.
func length(s, unit string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	size, ok := map[string]time.Duration{"minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour}[unit]
	if err != nil || !ok || n < 0 || n > 100_000 {
		return 0, false
	}
	return n * size.Microseconds(), true
}

func fold(s string) string { return crm.Fold(s) }

// Env is what a tree is evaluated in.
type Env struct {
	Now time.Time
	// Zone is that of dates: the workspace's.
	Zone *time.Location
	// Until, where set, asks SQL for all for whom the tree may hold at some moment
	// from Now to then, as they are: no fewer, if a few more.
	Until time.Time
}

// Fact is what a contact has of a field. The zero Fact is no value.
type Fact struct {
	// Has tells that there is a value.
	Has bool
	// Text is the value of texts, folded, and of choices and checkboxes as it is.
	Text string
	// Number is that of numbers, dates and times of day, and the microseconds of
	// timestamps and of the moment a duration runs from.
	Number float64
	Set    []string
}

// Subject returns what a contact has of a field.
type Subject func(field string) Fact

// Match tells whether a tree that was checked holds for a contact.
func Match(n Node, fields Catalogue, s Subject, env Env) bool {
	if n.Field == "" {
		for _, part := range n.Of {
			if Match(part, fields, s, env) == (n.Match == Any) {
				return n.Match == Any
			}
		}
		return n.Match != Any || len(n.Of) == 0
	}
	f, ok := fields(n.Field)
	return ok && n.holds(f.Kind, s(n.Field), env)
}

func (n Node) holds(k Kind, have Fact, env Env) bool {
	switch n.Operator {
	case Exists:
		return have.Has
	case NotExists:
		return !have.Has
	case IsNot, NotContains, NoneOf:
		positive := n
		positive.Operator = map[Operator]Operator{IsNot: Is, NotContains: Contains, NoneOf: AnyOf}[n.Operator]
		return !positive.holds(k, have, env)
	}
	if !have.Has {
		return false
	}
	switch k {
	case Text, Phone:
		want := n.text(k)
		switch n.Operator {
		case Contains:
			return strings.Contains(have.Text, want)
		case StartsWith:
			return strings.HasPrefix(have.Text, want)
		}
		return have.Text == want
	case Choice, Checkbox:
		return slices.Contains(n.Value, have.Text)
	case Set:
		in := func(v string) bool { return slices.Contains(have.Set, v) }
		if n.Operator == AllOf {
			return !slices.ContainsFunc(n.Value, func(v string) bool { return !in(v) })
		}
		return slices.ContainsFunc(n.Value, in)
	}
	r := n.span(k, env)
	return have.Number >= r.from && have.Number <= r.to
}

// text is what a text is compared with. Phones are kept as + and digits, and people
// write them in many ways.
func (n Node) text(k Kind) string {
	switch {
	case k == Text:
		return fold(n.Value[0])
	case n.Operator == Contains:
		return crm.Digits(n.Value[0])
	}
	return "+" + crm.Digits(n.Value[0])
}

// span is a range of numbers, both ends in it.
type span struct{ from, to float64 }

const farthest = 1 << 62

// span returns the numbers for which a condition on an ordered kind holds.
func (n Node) span(k Kind, env Env) span {
	r := span{-farthest, farthest}
	switch k {
	case Timestamp:
		from, to, _ := moment(n.Value[0], env.Zone)
		switch n.Operator {
		case After:
			r.from = float64(to + 1)
		case Before:
			r.to = float64(from - 1)
		case Between:
			_, end, _ := moment(n.Value[1], env.Zone)
			r.from, r.to = float64(from), float64(end)
		}
	case Duration:
		// Longer ago is an earlier moment.
		since := func(now time.Time, i int) float64 {
			d, _ := length(n.Value[i], n.Unit)
			return float64(now.UnixMicro() - d)
		}
		last := env.Now
		if !env.Until.IsZero() {
			last = env.Until
		}
		switch n.Operator {
		case Greater:
			r.to = since(last, 0) - 1
		case Less:
			r.from = since(env.Now, 0) + 1
		case Between:
			r.from, r.to = since(env.Now, 1), since(last, 0)
		}
	default:
		x, _ := ParseNumber(k, n.Value[0])
		switch n.Operator {
		case Is:
			r = span{x, x}
		case Greater, After:
			r.from = next(x, 1)
		case Less, Before:
			r.to = next(x, -1)
		case Between:
			y, _ := ParseNumber(k, n.Value[1])
			r = span{x, y}
		}
	}
	return r
}
