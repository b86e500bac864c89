package mail

import (
	"html/template"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
)

// Message is a mail with one thing to do. It is stored as JSON, sealed.
type Message struct {
	To       string       `json:"to"`
	Language crm.Language `json:"language"`
	Subject  string       `json:"subject"`
	// Paragraphs come before the items and the button, the note after them, small.
	Paragraphs []string `json:"paragraphs"`
	Items      []Item   `json:"items,omitempty"`
	Button     string   `json:"button"`
	Link       string   `json:"link"`
	Note       string   `json:"note"`
	// Until is when it is too late to send it; zero for never.
	Until time.Time `json:"until"`
}

// Item is a thing of several that a mail tells of, with where to read on.
type Item struct {
	Title string   `json:"title"`
	Lines []string `json:"lines"`
	Link  string   `json:"link"`
}

func (m Message) text() string {
	parts := append([]string{}, m.Paragraphs...)
	for _, i := range m.Items {
		parts = append(parts, strings.Join(append([]string{i.Title}, append(i.Lines, i.Link)...), "\n"))
	}
	if m.Link != "" {
		parts = append(parts, m.Button+":\n"+m.Link)
	}
	if m.Note != "" {
		parts = append(parts, m.Note)
	}
	return strings.Join(parts, "\n\n") + "\n"
}

func (m Message) html() (string, error) {
	page, err := template.New("mail").Parse(layout)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = page.Execute(&b, m)
	return b.String(), err
}

// layout keeps to what mail programs know: a table, inline styles, no pictures.
const layout = `<!doctype html>
<html lang="{{.Language}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><title>{{.Subject}}</title></head>
<body style="margin:0;padding:24px 12px;background:#f7f6f3">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:520px;background:#ffffff;border:1px solid #e7e4de;border-radius:10px">
<tr><td style="padding:28px;font:16px/24px system-ui,-apple-system,'Segoe UI',sans-serif;color:#1d1b18">
{{range .Paragraphs}}<p style="margin:0 0 16px">{{.}}</p>
{{end}}{{range .Items}}<p style="margin:0 0 12px;padding:12px 0 0;border-top:1px solid #e7e4de"><a href="{{.Link}}" style="color:#0f6b63;font-weight:600;text-decoration:none">{{.Title}}</a>{{range .Lines}}<br>{{.}}{{end}}</p>
{{end}}{{if .Link}}<p style="margin:24px 0"><a href="{{.Link}}" style="display:inline-block;padding:10px 18px;border-radius:8px;background:#0f6b63;color:#ffffff;text-decoration:none;font-weight:600">{{.Button}}</a></p>
<p style="margin:0 0 16px;font-size:13px;line-height:20px;color:#6b665e;word-break:break-all">{{.Link}}</p>
{{end}}{{if .Note}}<p style="margin:0;font-size:13px;line-height:20px;color:#6b665e">{{.Note}}</p>
{{end}}</td></tr></table>
<p style="margin:16px 0 0;font:13px/20px system-ui,-apple-system,'Segoe UI',sans-serif;color:#6b665e">Bandeja</p>
</td></tr></table></body></html>
`
