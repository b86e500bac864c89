package filter_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/filter"
)

// catalogue has a field of each kind, called like it.
func catalogue(name string) (filter.Field, bool) {
	f := filter.Field{Name: name, Kind: filter.Kind(name)}
	if name == "choice" {
		f.Options = []string{"gold", "silver"}
	}
	return f, f.Kind.Operators() != nil
}

func condition(field filter.Kind, op filter.Operator, values ...string) filter.Node {
	return filter.Node{Field: string(field), Operator: op, Value: values}
}

// What conditions mean, at their edges. Quito is five hours behind UTC.
func TestMeaning(t *testing.T) {
	quito, err := time.LoadLocation("America/Guayaquil")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	env := filter.Env{Now: now, Zone: quito}
	text := func(s string) filter.Fact { return filter.Fact{Has: s != "", Text: s} }
	number := func(n float64) filter.Fact { return filter.Fact{Has: true, Number: n} }
	at := func(s string) filter.Fact {
		x, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return number(float64(x.UnixMicro()))
	}
	set := func(ids ...string) filter.Fact { return filter.Fact{Has: len(ids) > 0, Set: ids} }
	ago := func(n filter.Node, unit string) filter.Node { n.Unit = unit; return n }
	for _, c := range []struct {
		n    filter.Node
		have filter.Fact
		want bool
	}{
		{condition(filter.Text, filter.Is, "JOSÉ"), text("jose"), true},
		{condition(filter.Text, filter.Contains, "Ñ"), text("el nandu"), true},
		{condition(filter.Text, filter.StartsWith, "os"), text("jose"), false},
		{condition(filter.Text, filter.IsNot, "jose"), text(""), true}, // also without a value
		{condition(filter.Text, filter.NotContains, "x"), text(""), true},
		{condition(filter.Text, filter.Is, "x"), text(""), false},
		{condition(filter.Phone, filter.Is, "+593 98-765 4321"), text("+593987654321"), true},
		{condition(filter.Phone, filter.StartsWith, "593"), text("+593987654321"), true},
		{condition(filter.Phone, filter.Contains, "8765"), text("+593987654321"), true},
		{condition(filter.Choice, filter.AnyOf, "gold", "silver"), text("silver"), true},
		{condition(filter.Choice, filter.NoneOf, "gold"), text(""), true},
		{condition(filter.Set, filter.AllOf, "1", "2"), set("2", "3"), false},
		{condition(filter.Set, filter.AllOf, "1", "2"), set("1", "2", "3"), true},
		{condition(filter.Set, filter.NotExists), set(), true},
		{condition(filter.Number, filter.Between, "1", "3"), number(3), true}, // both ends
		{condition(filter.Number, filter.Greater, "3"), number(3), false},
		{condition(filter.Number, filter.Less, "3"), number(2.999), true},
		{condition(filter.Checkbox, filter.Is, "false"), text(""), false}, // not answered is not no
		{condition(filter.Date, filter.After, "2026-11-23"), number(20781), true},
		{condition(filter.Clock, filter.Before, "09:00"), number(9 * 60), false},
		// A date is the whole day in the workspace's zone.
		{condition(filter.Timestamp, filter.After, "2026-11-23"), at("2026-11-24T04:59:59Z"), false},
		{condition(filter.Timestamp, filter.After, "2026-11-23"), at("2026-11-24T05:00:00Z"), true},
		{condition(filter.Timestamp, filter.Before, "2026-11-23"), at("2026-11-23T04:59:59Z"), true},
		{condition(filter.Timestamp, filter.Between, "2026-11-23", "2026-11-23"), at("2026-11-23T05:00:00Z"), true},
		{condition(filter.Timestamp, filter.After, "2026-11-24T05:00:00Z"), at("2026-11-24T05:00:00Z"), false},
		{ago(condition(filter.Duration, filter.Greater, "2"), "hours"), at("2026-11-24T10:00:00Z"), false},
		{ago(condition(filter.Duration, filter.Greater, "2"), "hours"), at("2026-11-24T09:59:59Z"), true},
		{ago(condition(filter.Duration, filter.Less, "1"), "days"), at("2026-11-23T12:00:01Z"), true},
		{ago(condition(filter.Duration, filter.Between, "1", "2"), "hours"), at("2026-11-24T10:00:00Z"), true},
		{ago(condition(filter.Duration, filter.Less, "1"), "days"), filter.Fact{}, false}, // never wrote
	} {
		if err := filter.Check(c.n, catalogue); err != nil {
			t.Errorf("%+v: %v", c.n, err)
		}
		if got := filter.Match(c.n, catalogue, func(string) filter.Fact { return c.have }, env); got != c.want {
			t.Errorf("%+v of %+v is %v", c.n, c.have, got)
		}
	}
	group := func(match string, of ...filter.Node) filter.Node { return filter.Node{Match: match, Of: of} }
	yes, no := condition(filter.Text, filter.Is, "a"), condition(filter.Text, filter.Is, "b")
	for _, c := range []struct {
		n    filter.Node
		want bool
	}{
		{group(filter.All), true}, {group(filter.All, yes, no), false}, {group(filter.Any, no, yes), true}, {group(filter.Any, no, no), false},
		{group(filter.All, yes, group(filter.Any, no, group(filter.All, yes))), true},
	} {
		if got := filter.Match(c.n, catalogue, func(string) filter.Fact { return text("a") }, env); got != c.want {
			t.Errorf("%+v is %v", c.n, got)
		}
	}
}

// Whatever arrives as a filter is refused or works: it can be evaluated, and its SQL
// has its arguments in order.
func FuzzFilter(f *testing.F) {
	for _, s := range []string{
		`{"match":"all","of":[{"field":"text","operator":"contains","value":["50%_\\"]},{"match":"any","of":[{"field":"set","operator":"all_of","value":["1","1"]}]}]}`,
		`{"field":"duration","operator":"between","value":["1","2"],"unit":"days"}`,
		`{"field":"timestamp","operator":"between","value":["2026-01-01","x"]}`,
		`{"match":"any"}`, `{}`, `{"field":"number","operator":"is","value":["1e400"]}`,
	} {
		f.Add(s)
	}
	env := filter.Env{Now: time.Unix(1_700_000_000, 0), Zone: time.UTC}
	source := func(name string) filter.Source {
		switch filter.Kind(name) {
		case filter.Set:
			return filter.Source{Rows: "tags x WHERE x.contact = c.id", Expr: "x.tag", ID: true}
		case filter.Timestamp, filter.Duration:
			return filter.Source{Expr: "c.at", Empty: "0", Whole: true}
		}
		return filter.Source{Expr: "c.v", Empty: "''"}
	}
	f.Fuzz(func(t *testing.T, s string) {
		var n filter.Node
		if json.Unmarshal([]byte(s), &n) != nil || filter.Check(n, catalogue) != nil {
			return
		}
		filter.Match(n, catalogue, func(string) filter.Fact { return filter.Fact{Has: true, Text: "a", Number: 1, Set: []string{"1"}} }, env)
		text, args := filter.SQL(n, catalogue, source, env, []any{"first"})
		if strings.Contains(text, "()") || strings.Count(text, "$") != len(args)-1 {
			t.Errorf("%s became %s with %d arguments", s, text, len(args)-1)
		}
	})
}
