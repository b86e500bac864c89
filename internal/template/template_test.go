package template_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bandeja/bandeja/internal/template"
)

// known are the variables of these tests; the city has no value.
var known = map[string]string{
	"$contact.firstname": "Lucía", "$contact.name": "Lucía Gómez", "$contact.city": "", "$contact.tricky": "$contact.firstname",
	"$assignee.name": "Ana", "$system.current_date": "2026-11-24",
}

func value(v template.Variable) (string, bool) {
	s, ok := known[v.String()]
	return s, ok
}

func TestResolve(t *testing.T) {
	for _, c := range []struct {
		text, want string
		left       []string // reason and text
	}{
		{text: "", want: ""},
		{text: "Hola", want: "Hola"},
		{text: "Hola $contact.firstname!", want: "Hola Lucía!"},
		{text: "Hola $contact.firstname.", want: "Hola Lucía."},
		{text: "$contact.firstname$contact.firstname", want: "LucíaLucía"},
		{text: "Soy $assignee.name, hoy es $system.current_date", want: "Soy Ana, hoy es 2026-11-24"},
		{text: "{{$contact.name}}", want: "Lucía Gómez"},
		{text: "a {{ $contact.name }} b", want: "a Lucía Gómez b"},
		{text: "{{$contact.name} y }}", want: "{{Lucía Gómez} y }}"},
		{text: "{{1}} {{$contact.name}}", want: "{{1}} Lucía Gómez"},
		{text: "$Contact.FirstName", want: "Lucía"},
		// Money, other people's variables and half-written ones are text.
		{text: "$100, US$ 5, $", want: "$100, US$ 5, $"},
		{text: "$foo.bar $contact $contact. $contact.-", want: "$foo.bar $contact $contact. $contact.-"},
		{text: "$$contact.firstname", want: "$Lucía"},
		{text: "$contact." + strings.Repeat("a", 65), want: "$contact." + strings.Repeat("a", 65)},
		// What has no value stays, unless something else is offered.
		{text: "de $contact.city", want: "de $contact.city", left: []string{"empty $contact.city"}},
		{text: "de {{$contact.city}}", want: "de {{$contact.city}}", left: []string{"empty {{$contact.city}}"}},
		{text: "$contact.nope y $system.nope", want: "$contact.nope y $system.nope", left: []string{"unknown $contact.nope", "unknown $system.nope"}},
		{text: `de $contact.city|"su ciudad", sí`, want: "de su ciudad, sí"},
		{text: `{{$contact.city|"su ciudad"}}`, want: "su ciudad"},
		{text: `$contact.firstname|"cliente"`, want: "Lucía"},
		{text: `$contact.nope|"cliente"`, want: "cliente"},
		{text: `$contact.city|""`, want: ""},
		{text: `$contact.city|"un \"sitio\" \\ \n"`, want: `un "sitio" \ \n`},
		{text: `$contact.city|“su ciudad”`, want: "su ciudad"},
		{text: `$contact.city|"sin fin`, want: `$contact.city|"sin fin`, left: []string{"empty $contact.city"}},
		{text: "$contact.city|\"dos\nlíneas\"", want: "$contact.city|\"dos\nlíneas\"", left: []string{"empty $contact.city"}},
		{text: "$contact.firstname|cliente", want: "Lucía|cliente"},
		// Values aren't templates.
		{text: "$contact.tricky", want: "$contact.firstname"},
	} {
		got, left := template.Resolve(c.text, value)
		var names []string
		for _, u := range left {
			names = append(names, string(u.Reason)+" "+u.Text)
			if c.text[u.Start:u.End] != u.Text {
				t.Errorf("%q: %+v isn't where it says", c.text, u)
			}
		}
		if got != c.want {
			t.Errorf("%q becomes %q, want %q", c.text, got, c.want)
		}
		if d := cmp.Diff(c.left, names); d != "" {
			t.Errorf("%q leaves (-want +got):\n%s", c.text, d)
		}
	}
}

// A text without variables stays as it is, and one with variables is its parts.
func TestProperties(t *testing.T) {
	plain := rapid.StringMatching(`([^$]|\$[^cas]|\$[0-9]){0,20}`)
	token := rapid.SampledFrom([]string{"$contact.firstname", "{{$contact.name}}", `$contact.city|"x"`, "$assignee.name", "$contact.nope", "$contact.city"})
	rapid.Check(t, func(t *rapid.T) {
		text := plain.Draw(t, "plain")
		if got, left := template.Resolve(text, value); got != text || len(left) > 0 {
			t.Fatalf("%q without variables became %q %v", text, got, left)
		}
		var written, want strings.Builder
		unresolved := 0
		for range rapid.IntRange(0, 4).Draw(t, "tokens") {
			// Neither a letter that would lengthen a name nor braces may touch a token.
			written.WriteString(" - " + text + " - ")
			want.WriteString(" - " + text + " - ")
			tok := token.Draw(t, "token")
			alone, left := template.Resolve(tok, value)
			unresolved += len(left)
			written.WriteString(tok)
			want.WriteString(alone)
		}
		got, left := template.Resolve(written.String(), value)
		if got != want.String() || len(left) != unresolved {
			t.Fatalf("%q became %q, want %q; %d of %d left", written.String(), got, want.String(), len(left), unresolved)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"$contact.name", `{{ $contact.city|"x\"y" }}`, "$", "{{$system.", "$assignee.team|“a”", "$contact.a|\"\xff\""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, tok := range template.Parse(text) {
			if tok.Start < end || tok.End <= tok.Start || tok.End > len(text) {
				t.Fatalf("%q: token %+v after %d", text, tok, end)
			}
			end = tok.End
		}
		same, left := template.Resolve(text, func(template.Variable) (string, bool) { return "", true })
		for _, u := range left {
			if text[u.Start:u.End] != u.Text {
				t.Fatalf("%q: %+v isn't where it says", text, u)
			}
		}
		if len(template.Parse(text)) == len(left) && same != text {
			t.Fatalf("%q became %q though nothing was replaced", text, same)
		}
	})
}
