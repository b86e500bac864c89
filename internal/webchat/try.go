package webchat

import (
	"html/template"
	"net/http"

	adapter "github.com/bandeja/bandeja/internal/channel/webchat"
	"github.com/bandeja/bandeja/internal/crm"
)

// try serves a page that shows the chat as a website would.
func (s *Service) try(w http.ResponseWriter, r *http.Request, c *call) error {
	t, err := template.New("try").Parse(tryPage)
	if err != nil {
		return err
	}
	said := func(en, es string) string { return crm.Text{EN: en, ES: es}.In(string(c.language)) }
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("X-Robots-Tag", "noindex")
	return t.Execute(w, map[string]string{
		"Language": string(c.language),
		"Key":      c.ch.Key,
		"Name":     c.ch.Name,
		"Color":    c.ch.Config.Or(adapter.FieldColor, adapter.DefaultColor),
		"Heading":  said("This is what your visitors see", "Así lo ven sus visitantes"),
		"Text": said(
			"The chat sits in the corner, as on your own website. Write something: it arrives in your inbox, and what you answer there appears here.",
			"El chat está en la esquina, como en su propio sitio. Escriba algo: llega a su bandeja de entrada, y lo que responda allí aparece aquí."),
		"Embed": said("To show it on your website, put this line before </body> on every page:",
			"Para mostrarlo en su sitio, ponga esta línea antes de </body> en cada página:"),
		"Line": `<script async src="` + s.ownAddress(r, c) + `/widget.js" data-channel="` + c.ch.Key + `"></script>`,
	})
}

// ownAddress is where browsers reach us.
func (s *Service) ownAddress(r *http.Request, c *call) string {
	if s.Gateway.PublicURL != "" {
		return s.Gateway.PublicURL
	}
	if c.frame.HTTPS {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

const tryPage = `<!doctype html>
<html lang="{{.Language}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<title>{{.Name}}</title>
<style>
body { margin: 0; font: 16px/1.6 Inter, system-ui, sans-serif; background: #f7f6f3; color: #1d1b18; }
header { height: 56px; border-bottom: 1px solid #e5e1da; background: #fff; display: flex; align-items: center; gap: 10px; padding: 0 24px; font-weight: 600; }
header i { width: 12px; height: 12px; border-radius: 4px; background: {{.Color}}; }
main { max-width: 620px; margin: 12vh auto; padding: 0 24px; }
h1 { font-size: 32px; line-height: 1.2; letter-spacing: -.02em; margin: 0 0 16px; text-wrap: balance; }
p { color: #625d55; margin: 0 0 16px; }
pre { background: #fff; border: 1px solid #e5e1da; border-radius: 10px; padding: 14px 16px; overflow: auto; font-size: 13px; white-space: pre-wrap; overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) {
  body { background: #131211; color: #eceae6; }
  header, pre { background: #1b1a18; border-color: #2d2a27; }
  p { color: #aca69b; }
}
</style>
</head>
<body>
<header><i></i>{{.Name}}</header>
<main>
<h1>{{.Heading}}</h1>
<p>{{.Text}}</p>
<p>{{.Embed}}</p>
<pre>{{.Line}}</pre>
</main>
<script async src="/widget.js" data-channel="{{.Key}}"></script>
</body>
</html>
`
