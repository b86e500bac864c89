package filter

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// next is the number right beside x.
func next(x float64, direction int) float64 { return math.Nextafter(x, math.Inf(direction)) }

// Source says where SQL finds a field of a contact, whose row is named c.
type Source struct {
	// Expr is the value: of texts the folded form, of choices and sets the word, or
	// the id where ID is set.
	Expr string
	// Empty is the value that stands for none; "" where rows that aren't there do.
	Empty string
	// Rows is what follows FROM where the value isn't in the contact's own row, with
	// a condition that ties it to c: "contact_tag t WHERE t.contact_id = c.id".
	Rows string
	// ID tells that choices and sets are ids, which SQL compares as numbers.
	ID bool
	// Whole tells that numbers are whole, as moments in microseconds are.
	Whole bool
	// Each, where set, knows the field by the word of another one: what a colleague's
	// name is by the colleague. Expr is then that other field's, and Each holds the
	// fact for each of its words, those that stand for nobody among them.
	Each map[string]Fact
	// Is, where set, is the field's fact for every contact.
	Is *Fact
}

// SQL compiles a tree that was checked. It returns a condition on the row c and the
// arguments, whose numbers follow those of args.
func SQL(n Node, fields Catalogue, sources func(name string) Source, env Env, args []any) (string, []any) {
	c := &compiler{fields: fields, sources: sources, env: env, args: args}
	return c.node(n), c.args
}

type compiler struct {
	fields  Catalogue
	sources func(string) Source
	env     Env
	args    []any
}

func (c *compiler) arg(v any) string {
	c.args = append(c.args, v)
	return "$" + strconv.Itoa(len(c.args))
}

func truth(b bool) string {
	if b {
		return "1 = 1"
	}
	return "1 = 0"
}

func (c *compiler) node(n Node) string {
	if n.Field != "" {
		f, ok := c.fields(n.Field)
		if !ok {
			return truth(false)
		}
		return c.condition(n, f)
	}
	if len(n.Of) == 0 {
		return truth(true)
	}
	parts := make([]string, 0, len(n.Of))
	for _, p := range n.Of {
		parts = append(parts, c.node(p))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	if n.Match == Any {
		return "(" + strings.Join(parts, " OR ") + ")"
	}
	return "(" + strings.Join(parts, " AND ") + ")"
}

func (c *compiler) condition(n Node, f Field) string {
	s := c.sources(n.Field)
	switch {
	case !c.env.Until.IsZero() && (s.Is != nil || s.Each != nil):
		return truth(true) // what is so now may not be so then
	case s.Is != nil:
		return truth(n.holds(f.Kind, *s.Is, c.env))
	case s.Each != nil:
		return c.each(n, f, s)
	}
	switch n.Operator {
	case IsNot, NotContains, NoneOf, NotExists:
		positive := n
		positive.Operator = map[Operator]Operator{IsNot: Is, NotContains: Contains, NoneOf: AnyOf, NotExists: Exists}[n.Operator]
		return "NOT " + c.condition(positive, f)
	}
	if f.Kind == Set && n.Operator == AllOf {
		parts := make([]string, 0, len(n.Value))
		for _, v := range slices.Compact(slices.Sorted(slices.Values(n.Value))) {
			one := n
			one.Operator, one.Value = AnyOf, []string{v}
			parts = append(parts, c.condition(one, f))
		}
		return "(" + strings.Join(parts, " AND ") + ")"
	}
	var parts []string
	if s.Empty != "" {
		parts = append(parts, s.Expr+" <> "+s.Empty)
	}
	if n.Operator != Exists {
		parts = append(parts, c.compare(n, f, s))
	}
	test := strings.Join(parts, " AND ")
	switch {
	case s.Rows == "" && test == "":
		return truth(true) // every contact has one
	case s.Rows == "":
		return "(" + test + ")"
	}
	if test != "" {
		test = " AND " + test
	}
	return "EXISTS (SELECT 1 FROM " + s.Rows + test + ")"
}

// each asks by whom: those of the other field's words for which the condition holds.
func (c *compiler) each(n Node, f Field, s Source) string {
	var words []string
	for word, fact := range s.Each {
		if n.holds(f.Kind, fact, c.env) {
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		return truth(false)
	}
	slices.Sort(words)
	return c.in(s, words)
}

func (c *compiler) in(s Source, words []string) string {
	list := make([]string, 0, len(words))
	for _, w := range words {
		if s.ID {
			id, err := strconv.ParseInt(w, 10, 64)
			if err != nil {
				continue
			}
			list = append(list, c.arg(id))
		} else {
			list = append(list, c.arg(w))
		}
	}
	if len(list) == 0 {
		return truth(false)
	}
	return s.Expr + " IN (" + strings.Join(list, ", ") + ")"
}

var escape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// compare tests a value that is there.
func (c *compiler) compare(n Node, f Field, s Source) string {
	switch f.Kind {
	case Text, Phone:
		want := n.text(f.Kind)
		switch n.Operator {
		case Contains:
			return s.Expr + ` LIKE ` + c.arg("%"+escape.Replace(want)+"%") + ` ESCAPE '\'`
		case StartsWith:
			if f.Kind == Phone {
				return s.Expr + ` LIKE ` + c.arg(escape.Replace(want)+"%") + ` ESCAPE '\'`
			}
			// A range, so that an index can answer; folded texts are ordered by bytes.
			return s.Expr + " >= " + c.arg(want) + " AND " + s.Expr + " < " + c.arg(want+"\U0010FFFF")
		}
		return s.Expr + " = " + c.arg(want)
	case Choice, Checkbox, Set:
		return c.in(s, n.Value)
	}
	r := n.span(f.Kind, c.env)
	number := func(x float64) string {
		if s.Whole {
			return c.arg(int64(x))
		}
		return c.arg(x)
	}
	if s.Whole {
		r = span{math.Ceil(r.from), math.Floor(r.to)}
	}
	var parts []string
	if r.from > -farthest {
		parts = append(parts, s.Expr+" >= "+number(r.from))
	}
	if r.to < farthest {
		parts = append(parts, s.Expr+" <= "+number(r.to))
	}
	return strings.Join(parts, " AND ")
}
