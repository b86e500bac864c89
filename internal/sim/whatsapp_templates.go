package sim

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// template is an approved message. Its JSON is as the Graph API lists it.
type template struct {
	ID         string              `json:"id"`
	Name       string              `json:"name"`
	Language   string              `json:"language"`
	Status     string              `json:"status"`
	Category   string              `json:"category"`
	Format     string              `json:"parameter_format"`
	Components []templateComponent `json:"components"`
}

type templateComponent struct {
	Type    string           `json:"type"`
	Format  string           `json:"format,omitempty"`
	Text    string           `json:"text,omitempty"`
	Example map[string]any   `json:"example,omitempty"`
	Buttons []templateButton `json:"buttons,omitempty"`
}

type templateButton struct {
	Type    string   `json:"type"`
	Text    string   `json:"text"`
	URL     string   `json:"url,omitempty"`
	Phone   string   `json:"phone_number,omitempty"`
	Example []string `json:"example,omitempty"`
}

func seedTemplates() []*template {
	body := func(text string, example ...string) templateComponent {
		c := templateComponent{Type: "BODY", Text: text}
		if len(example) > 0 {
			c.Example = map[string]any{"body_text": [][]string{example}}
		}
		return c
	}
	all := []*template{
		{Name: "hello_world", Language: "en_US", Category: "UTILITY", Components: []templateComponent{
			{Type: "HEADER", Format: "TEXT", Text: "Hello World"},
			body("Welcome and congratulations!! This message demonstrates your ability to send a WhatsApp message notification from the Cloud API."),
			{Type: "FOOTER", Text: "WhatsApp Business Platform sample message"},
		}},
		{Name: "pedido_listo", Language: "es", Category: "UTILITY", Components: []templateComponent{
			body("Hola {{1}}, su pedido {{2}} está listo para retirar.", "Ana", "A-1042"),
			{Type: "FOOTER", Text: "Flores Amazonas"},
			{Type: "BUTTONS", Buttons: []templateButton{
				{Type: "URL", Text: "Ver pedido", URL: "https://flores.example/p/{{1}}", Example: []string{"https://flores.example/p/A-1042"}},
				{Type: "QUICK_REPLY", Text: "Gracias"},
			}},
		}},
		{Name: "promo_navidad", Language: "es", Category: "MARKETING", Components: []templateComponent{
			{Type: "HEADER", Format: "IMAGE"},
			body("{{1}}, esta Navidad las rosas tienen {{2}} de descuento.", "Ana", "25 %"),
			{Type: "BUTTONS", Buttons: []templateButton{{Type: "QUICK_REPLY", Text: "Quiero"}, {Type: "QUICK_REPLY", Text: "No enviar más"}}},
		}},
		{Name: "cita_recordatorio", Language: "es", Category: "UTILITY", Format: "NAMED", Components: []templateComponent{
			{Type: "BODY", Text: "Hola {{nombre}}, le esperamos el {{fecha}}.", Example: map[string]any{
				"body_text_named_params": []any{
					map[string]string{"param_name": "nombre", "example": "Ana"}, map[string]string{"param_name": "fecha", "example": "lunes 5"},
				},
			}},
		}},
		{Name: "promo_vieja", Language: "es", Category: "MARKETING", Status: "PAUSED", Components: []templateComponent{body("Oferta de verano.")}},
	}
	for i, t := range all {
		t.ID = strconv.Itoa(594425479260000 + i)
		t.Status, t.Format = cmp.Or(t.Status, "APPROVED"), cmp.Or(t.Format, "POSITIONAL")
	}
	return all
}

// pageSize bounds a page of templates, so that paging is met early.
const pageSize = 3

func (s *Sim) listTemplates(a *account, r *http.Request) (any, *graphError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from := 0
	if after := r.URL.Query().Get("after"); after != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(after, "C"))
		if err != nil || n < 0 || n > len(a.templates) {
			return nil, invalid("the cursor is wrong")
		}
		from = n
	}
	to := min(from+pageSize, len(a.templates))
	cursor := func(n int) string { return "C" + strconv.Itoa(n) }
	paging := map[string]any{"cursors": map[string]any{"before": cursor(from), "after": cursor(to)}}
	if to < len(a.templates) {
		paging["next"] = "https://graph.facebook.com/v23.0/" + a.wabaID + "/message_templates?after=" + cursor(to)
	}
	return map[string]any{"data": a.templates[from:to], "paging": paging}, nil
}

type waTemplate struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	Language  struct {
		Code   string `json:"code"`
		Policy string `json:"policy"`
	} `json:"language"`
	Components []struct {
		Type       string          `json:"type"`
		SubType    string          `json:"sub_type"`
		Index      json.RawMessage `json:"index"`
		Parameters []waParameter   `json:"parameters"`
	} `json:"components"`
}

type waParameter struct {
	Type     string          `json:"type"`
	Name     string          `json:"parameter_name"`
	Text     string          `json:"text"`
	Payload  string          `json:"payload"`
	Coupon   string          `json:"coupon_code"`
	Image    *waFile         `json:"image"`
	Video    *waFile         `json:"video"`
	Document *waFile         `json:"document"`
	Location json.RawMessage `json:"location"`
	Action   json.RawMessage `json:"action"`
	Currency *struct {
		Fallback string `json:"fallback_value"`
		Code     string `json:"code"`
		Amount   int64  `json:"amount_1000"`
	} `json:"currency"`
	DateTime *struct {
		Fallback string `json:"fallback_value"`
	} `json:"date_time"`
}

// words is what the person reads in place of the variable.
func (p waParameter) words() string {
	switch {
	case p.Currency != nil:
		return p.Currency.Fallback
	case p.DateTime != nil:
		return p.DateTime.Fallback
	}
	return p.Text
}

// waTemplate finds the template and fills it. The caller holds mu.
func (s *Sim) waTemplate(a *account, m *Message, in *waTemplate) *graphError {
	var t *template
	for _, candidate := range a.templates {
		if candidate.Name == in.Name && candidate.Language == in.Language.Code {
			t = candidate
		}
	}
	switch {
	case t == nil:
		e := graph(132001, "(#132001) Template name does not exist in the translation", fmt.Sprintf("template name (%s) does not exist in %s", in.Name, in.Language.Code))
		e.status = http.StatusNotFound
		return e
	case t.Status == "PAUSED":
		return graph(132015, "(#132015) Template is paused", "Template is paused due to low quality.")
	case t.Status != "APPROVED":
		return graph(132016, "(#132016) Template is disabled", "Template is not approved.")
	}
	m.Kind, m.Template = "template", t.Name
	given := map[string][]waParameter{}
	for _, c := range in.Components {
		key := strings.ToLower(c.Type)
		if key == "button" {
			key += strings.Trim(string(c.Index), `"`)
		}
		given[key] = c.Parameters
	}
	for _, c := range t.Components {
		switch c.Type {
		case "HEADER":
			if e := s.fillHeader(m, c, given["header"]); e != nil {
				return e
			}
		case "BODY":
			text, e := fill(t, "body", c.Text, given["body"])
			if e != nil {
				return e
			}
			m.Text = text
		case "FOOTER":
			m.Footer = c.Text
		case "BUTTONS":
			for i, b := range c.Buttons {
				button, e := fillButton(t, i, b, given["button"+strconv.Itoa(i)])
				if e != nil {
					return e
				}
				m.Buttons = append(m.Buttons, button)
			}
		}
	}
	return nil
}

func (s *Sim) fillHeader(m *Message, c templateComponent, given []waParameter) *graphError {
	if c.Format == "TEXT" {
		text, e := fill(&template{Format: "POSITIONAL"}, "header", c.Text, given)
		m.Header = text
		return e
	}
	kind := strings.ToLower(c.Format)
	if len(given) != 1 || given[0].Type != kind {
		return graph(132012, "(#132012) Parameter format does not match format in the created template", fmt.Sprintf("header: Format mismatch, expected %s", c.Format))
	}
	file := map[string]*waFile{"image": given[0].Image, "video": given[0].Video, "document": given[0].Document}[kind]
	if file == nil {
		return invalid("header needs its %s", kind)
	}
	return s.waMedia(m, file, kind)
}

func fillButton(t *template, i int, b templateButton, given []waParameter) (Button, *graphError) {
	switch b.Type {
	case "URL":
		address, e := fill(t, "button", b.URL, given)
		return Button{Title: b.Text, URL: address}, e
	case "QUICK_REPLY":
		id := b.Text
		if len(given) > 0 {
			id = cmp.Or(given[0].Payload, id)
		}
		return Button{ID: id, Title: b.Text, Quick: true}, nil
	}
	return Button{ID: strconv.Itoa(i), Title: b.Text, URL: "tel:" + b.Phone}, nil
}

// fill puts the parameters in the place of the variables.
func fill(t *template, part, text string, given []waParameter) (string, *graphError) {
	want := strings.Count(text, "{{")
	if len(given) != want {
		return "", graph(132000, "(#132000) Number of parameters does not match the expected number of params", fmt.Sprintf("%s: number of localizable_params (%d) does not match the expected number of params (%d)", part, len(given), want))
	}
	for i, p := range given {
		name := strconv.Itoa(i + 1)
		if t.Format == "NAMED" && part == "body" {
			name = p.Name
		}
		if !strings.Contains(text, "{{"+name+"}}") {
			return "", graph(100, "(#100) Invalid parameter", "Parameter name is missing or empty")
		}
		if p.words() == "" {
			return "", graph(131008, "(#131008) Required parameter is missing", part+": text is empty")
		}
		text = strings.ReplaceAll(text, "{{"+name+"}}", p.words())
	}
	return text, nil
}

func base64Sum(data []byte) string {
	sum := sha256.Sum256(data)
	return base64.StdEncoding.EncodeToString(sum[:])
}
