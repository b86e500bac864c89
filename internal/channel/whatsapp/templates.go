package whatsapp

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/wire"
	"github.com/bandeja/bandeja/internal/crm"
)

// maxPages bounds the listing; at 100 a page Meta allows 6,000 templates.
const maxPages = 100

type templatePage struct {
	Data   []listedTemplate `json:"data"`
	Paging struct {
		Cursors struct {
			After string `json:"after"`
		} `json:"cursors"`
		Next string `json:"next"`
	} `json:"paging"`
}

type listedTemplate struct {
	ID         wire.ID           `json:"id"`
	Name       string            `json:"name"`
	Language   string            `json:"language"`
	Status     string            `json:"status"`
	Category   string            `json:"category"`
	Format     string            `json:"parameter_format"`
	Components []listedComponent `json:"components"`
}

type listedComponent struct {
	Type    string         `json:"type"`
	Format  string         `json:"format"`
	Text    string         `json:"text"`
	Buttons []listedButton `json:"buttons"`
	Example struct {
		HeaderText  []string       `json:"header_text"`
		BodyText    [][]string     `json:"body_text"`
		HeaderNamed []namedExample `json:"header_text_named_params"`
		BodyNamed   []namedExample `json:"body_text_named_params"`
	} `json:"example"`
}

type namedExample struct {
	Name    string `json:"param_name"`
	Example string `json:"example"`
}

type listedButton struct {
	Type    string   `json:"type"`
	Text    string   `json:"text"`
	URL     string   `json:"url"`
	Phone   string   `json:"phone_number"`
	Example examples `json:"example"`
}

// examples are the examples of a button. A copy-code button has a bare string.
type examples []string

// UnmarshalJSON implements json.Unmarshaler. An example is not worth failing for.
func (e *examples) UnmarshalJSON(b []byte) error {
	var list []string
	var single string
	if json.Unmarshal(b, &list) == nil {
		*e = list
	} else if json.Unmarshal(b, &single) == nil {
		*e = examples{single}
	}
	return nil
}

// Templates implements channel.TemplateLister.
func (Adapter) Templates(ctx context.Context, ch *channel.Channel) ([]crm.Template, error) {
	var all []crm.Template
	query := url.Values{
		"fields": {"id,name,language,status,category,components,parameter_format,quality_score,rejected_reason"},
		"limit":  {"100"},
	}
	for range maxPages {
		var page templatePage
		if err := get(ctx, ch, ch.Config["waba_id"]+"/message_templates?"+query.Encode(), &page); err != nil {
			return nil, err
		}
		for _, t := range page.Data {
			all = append(all, t.common())
		}
		// The last page has cursors too, but no next.
		after := page.Paging.Cursors.After
		if page.Paging.Next == "" || after == "" || after == query.Get("after") {
			break
		}
		query.Set("after", after)
	}
	return all, nil
}

// common turns a listed template into Bandeja's form. A media header is no
// variable: its Format says which file to give.
func (t listedTemplate) common() crm.Template {
	o := crm.Template{
		ExternalID: string(t.ID),
		Name:       t.Name,
		Language:   t.Language,
		Status:     strings.ToUpper(t.Status),
		Category:   strings.ToUpper(t.Category),
		Format:     strings.ToUpper(t.Format),
	}
	for _, c := range t.Components {
		switch kind := strings.ToUpper(c.Type); kind {
		case "HEADER":
			o.Header = &crm.TemplateHeader{Format: strings.ToUpper(c.Format), Text: c.Text}
			names := named(c.Example.HeaderNamed)
			o.Variables = append(o.Variables, variables("header", 0, c.Text, c.Example.HeaderText, names)...)
		case "BODY":
			o.Body = c.Text
			var values []string
			if len(c.Example.BodyText) > 0 {
				values = c.Example.BodyText[0]
			}
			o.Variables = append(o.Variables, variables("body", 0, c.Text, values, named(c.Example.BodyNamed))...)
		case "FOOTER":
			o.Footer = c.Text
		case "BUTTONS":
			for i, b := range c.Buttons {
				addButton(&o, i, b)
			}
		default:
			// CAROUSEL, LIMITED_TIME_OFFER and what is yet to come.
			o.Unsupported = strings.ToLower(kind)
		}
	}
	if o.Format == "" {
		o.Format = "POSITIONAL"
		for _, v := range o.Variables {
			if !isDigits(v.Name) && v.Part != "button" {
				o.Format = "NAMED"
			}
		}
	}
	return o
}

func addButton(t *crm.Template, i int, b listedButton) {
	kind := strings.ToUpper(b.Type)
	t.Buttons = append(t.Buttons, crm.TemplateButton{Type: kind, Text: b.Text, URL: b.URL, Phone: b.Phone})
	switch kind {
	case "URL":
		t.Variables = append(t.Variables, variables("button", i, b.URL, b.Example, nil)...)
	case "COPY_CODE":
		v := crm.TemplateVariable{Part: "button", Index: i, Name: "coupon_code"}
		if len(b.Example) > 0 {
			v.Example = b.Example[0]
		}
		t.Variables = append(t.Variables, v)
	case "OTP": // the code of the body, once more
		t.Variables = append(t.Variables, crm.TemplateVariable{Part: "button", Index: i, Name: "1"})
	case "QUICK_REPLY", "PHONE_NUMBER", "FLOW", "CATALOG":
	default:
		t.Unsupported = strings.ToLower(kind)
	}
}

func named(list []namedExample) map[string]string {
	m := make(map[string]string, len(list))
	for _, e := range list {
		m[e.Name] = e.Example
	}
	return m
}

// variables lists the {{names}} of a text in their order, each once.
func variables(part string, index int, text string, values []string, byName map[string]string) []crm.TemplateVariable {
	var all []crm.TemplateVariable
	seen := map[string]bool{}
	for {
		_, rest, ok := strings.Cut(text, "{{")
		if !ok {
			return all
		}
		name, after, ok := strings.Cut(rest, "}}")
		if !ok {
			return all
		}
		text = after
		name = strings.TrimSpace(name)
		if name == "" || seen[name] {
			continue
		}
		seen[name] = true
		v := crm.TemplateVariable{Part: part, Index: index, Name: name, Example: byName[name]}
		if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= len(values) {
			v.Example = values[n-1]
		} else if part == "button" && len(values) > 0 {
			v.Example = values[0]
		}
		all = append(all, v)
	}
}
