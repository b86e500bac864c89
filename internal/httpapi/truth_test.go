package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

type schema struct {
	Ref                  string `json:"$ref"`
	Type                 any
	Enum                 []any
	AnyOf, OneOf         []schema
	Properties           map[string]schema
	AdditionalProperties json.RawMessage
	Required             []string
	Items                *schema
}

type description struct {
	Paths map[string]map[string]struct {
		Responses map[string]struct {
			Content map[string]struct{ Schema schema }
		}
	}
	Components struct{ Schemas map[string]schema }
}

var described = sync.OnceValues(func() (d description, err error) {
	b, err := os.ReadFile("../../web/openapi.json")
	if err == nil {
		err = json.Unmarshal(b, &d)
	}
	return d, err
})

// asDescribed fails where an answer is not what the document promises: the web app
// is typed by it, and nothing else would notice.
func asDescribed(t *testing.T, method, path string, a answer) {
	t.Helper()
	d, err := described()
	if err != nil {
		t.Fatal(err)
	}
	path, _, _ = strings.Cut(path, "?")
	kind, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	for template, item := range d.Paths {
		pattern := regexp.MustCompile(`\\\{\w+\\\}`).ReplaceAllString(regexp.QuoteMeta(template), `[^/]+`)
		op, ok := item[strings.ToLower(method)]
		if !ok || !regexp.MustCompile("^"+pattern+"$").MatchString(path) {
			continue
		}
		content, ok := op.Responses[fmt.Sprint(a.status)].Content[kind]
		if !ok {
			if a.status < http.StatusBadRequest && len(a.body) > 0 {
				t.Errorf("%s %s: the document has no answer %d of type %s", method, template, a.status, kind)
			}
			continue
		}
		var v any
		if !strings.HasSuffix(kind, "json") {
			v = string(a.body)
		} else if err := json.Unmarshal(a.body, &v); err != nil {
			t.Fatal(err)
		}
		if err := d.fits(content.Schema, v, ""); err != nil {
			t.Errorf("%s %s answers %d not as described: %v", method, template, a.status, err)
		}
	}
}

func (d description) fits(s schema, v any, at string) error {
	if s.Ref != "" {
		return d.fits(d.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")], v, at)
	}
	if either := slices.Concat(s.AnyOf, s.OneOf); len(either) > 0 {
		var err error
		for _, one := range either {
			if err = d.fits(one, v, at); err == nil {
				return nil
			}
		}
		return err
	}
	types, ok := s.Type.([]any)
	if !ok && s.Type != nil {
		types = []any{s.Type}
	}
	name := "null"
	switch v := v.(type) {
	case string:
		name = "string"
	case bool:
		name = "boolean"
	case float64:
		name = "number"
		if v == float64(int64(v)) && !slices.Contains(types, any("number")) {
			name = "integer"
		}
	case []any:
		name = "array"
	case map[string]any:
		name = "object"
	}
	if len(types) > 0 && !slices.Contains(types, any(name)) {
		return fmt.Errorf("%s is of type %s, not %v", at, name, types)
	}
	if len(s.Enum) > 0 && v != nil && !slices.Contains(s.Enum, v) {
		return fmt.Errorf("%s is %q, not of %v", at, v, s.Enum)
	}
	switch v := v.(type) {
	case []any:
		for i, x := range v {
			if s.Items == nil {
				break
			}
			if err := d.fits(*s.Items, x, fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, name := range s.Required {
			if _, ok := v[name]; !ok {
				return fmt.Errorf("%s.%s is missing", at, name)
			}
		}
		for name, x := range v {
			property, ok := s.Properties[name]
			if !ok {
				if string(s.AdditionalProperties) == "false" {
					return fmt.Errorf("%s.%s is not in the document", at, name)
				}
				_ = json.Unmarshal(s.AdditionalProperties, &property) // true and absent allow anything
			}
			if err := d.fits(property, x, at+"."+name); err != nil {
				return err
			}
		}
	}
	return nil
}
