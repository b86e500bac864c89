package crm_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/bandeja/bandeja/internal/crm"
)

func TestMentions(t *testing.T) {
	people := []crm.Mention{{UserID: "12", Name: "Ana Pérez"}, {UserID: "7", Name: "Beto"}}
	for _, c := range []struct {
		text, shown string
		ids         []crm.ID
	}{
		{"nobody here", "nobody here", nil},
		{"{{@user.12}} please", "@Ana Pérez please", []crm.ID{12}},
		{"{{@user.7}}{{@user.12}} and {{@user.7}}", "@Beto@Ana Pérez and @Beto", []crm.ID{7, 12}},
		{"{{@user.99}}", "{{@user.99}}", []crm.ID{99}},
		{"{{@user.", "{{@user.", nil},
		{"{{@user.x}} {{@user.0}} {{@user.-4}} {{@user.07}}", "{{@user.x}} {{@user.0}} {{@user.-4}} {{@user.07}}", nil},
		{"{{@user.{{@user.12}}", "{{@user.@Ana Pérez", []crm.ID{12}},
		{"{{$contact.name}} {{@user.12}}", "{{$contact.name}} @Ana Pérez", []crm.ID{12}},
	} {
		content := crm.Content{Kind: crm.KindText, Text: c.text, Mentions: people}
		if got := crm.MentionsIn(c.text); !slices.Equal(got, c.ids) {
			t.Errorf("%q mentions %v, want %v", c.text, got, c.ids)
		}
		if got := content.Shown(); got != c.shown {
			t.Errorf("%q is shown as %q, want %q", c.text, got, c.shown)
		}
	}
	// A preview is clipped after names were put in, so that no half token is left.
	long := crm.Content{Kind: crm.KindText, Text: strings.Repeat("x", 130) + " {{@user.12}} " + strings.Repeat("y", 50), Mentions: people}
	if p := long.Preview(); strings.Contains(p, "{{") || !strings.Contains(p, "@Ana Pé") {
		t.Errorf("the preview is %q", p)
	}
}

func FuzzMentions(f *testing.F) {
	f.Add("{{@user.12}} {{@user.")
	f.Add("{{@user.{{@user.7}}}}")
	f.Fuzz(func(t *testing.T, text string) {
		// With nobody named the text stays as it is; with all named no token is left.
		var people []crm.Mention
		for _, id := range crm.MentionsIn(text) {
			people = append(people, crm.Mention{UserID: id.String(), Name: "N"})
		}
		if got := (crm.Content{Text: text, Mentions: []crm.Mention{{UserID: "x"}}}).Shown(); got != text {
			t.Errorf("%q became %q", text, got)
		}
		shown := crm.Content{Text: text, Mentions: people}.Shown()
		if len(people) > 0 && !strings.Contains(shown, "@N") {
			t.Errorf("%q is shown as %q", text, shown)
		}
	})
}
