package httpapi

import (
	"html/template"
	"net/http"
	"sort"

	"github.com/danielgtaylor/huma/v2"
)

// docsPage is the API's reference, drawn from the OpenAPI document by the server:
// nothing is loaded from elsewhere, and no script runs.
var docsPage = template.Must(template.New("docs").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Bandeja API</title>
<style>
:root{color-scheme:light dark;--line:#e7e4de;--muted:#6b665e;--accent:#0f6b63;--bg:#fff;--sunken:#f7f6f3;--text:#1d1b18}
@media(prefers-color-scheme:dark){:root{--line:#2c2a27;--muted:#a39d93;--accent:#5cc9bb;--bg:#131211;--sunken:#1b1a18;--text:#eceae6}}
body{font:14px/20px system-ui,sans-serif;margin:0 auto;max-width:880px;padding:32px 24px 96px;background:var(--bg);color:var(--text)}
h1{font-size:20px}h2{font-size:16px;margin:36px 0 8px}p{max-width:70ch}a{color:var(--accent)}
details{border:1px solid var(--line);border-radius:10px;margin:8px 0;background:var(--sunken)}summary{padding:10px 14px;cursor:pointer;display:flex;gap:12px;flex-wrap:wrap}
summary code{font-weight:600}summary b{font-weight:600;color:var(--accent);min-width:52px}summary span{color:var(--muted)}
.in{padding:0 14px 14px}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:4px 12px 4px 0;vertical-align:top;border-top:1px solid var(--line);font-weight:400}
th{color:var(--muted)}code{font:13px/20px ui-monospace,monospace}
</style></head><body><main>
<h1>{{.Title}} API <small>{{.Version}}</small></h1><p>{{.Description}}</p>
<p>Machine-readable: <a href="/api/openapi.json">OpenAPI</a>. Send <code>Authorization: Bearer TOKEN</code>.</p>
{{range .Tags}}<h2>{{.Name}}</h2>{{range .Operations}}
<details id="{{.ID}}"><summary><b>{{.Method}}</b><code>{{.Path}}</code><span>{{.Summary}}</span></summary><div class="in">
{{if .Parameters}}<table><caption hidden>Parameters</caption><tr><th>Parameter</th><th>In</th><th>Meaning</th></tr>{{range .Parameters}}<tr><td><code>{{.Name}}</code>{{if .Required}} *{{end}}</td><td>{{.In}}</td><td>{{.Text}}</td></tr>{{end}}</table>{{end}}
{{if .Body}}<p>Body</p><table><caption hidden>Body</caption><tr><th>Field</th><th>Type</th><th>Meaning</th></tr>{{range .Body}}<tr><td><code>{{.Name}}</code>{{if .Required}} *{{end}}</td><td>{{.In}}</td><td>{{.Text}}</td></tr>{{end}}</table>{{end}}
{{if .Answer}}<p>Answer</p><table><caption hidden>Answer</caption><tr><th>Field</th><th>Type</th><th>Meaning</th></tr>{{range .Answer}}<tr><td><code>{{.Name}}</code></td><td>{{.In}}</td><td>{{.Text}}</td></tr>{{end}}</table>{{end}}
</div></details>{{end}}{{end}}</main></body></html>
`))

type docsTag struct {
	Name       string
	Operations []docsOperation
}

type docsOperation struct {
	ID, Method, Path, Summary string
	Parameters, Body, Answer  []docsField
}

type docsField struct {
	Name, In, Text string
	Required       bool
}

func (s *Server) docs(w http.ResponseWriter, r *http.Request) {
	api := s.api.OpenAPI()
	byTag := make(map[string]*docsTag)
	for path, item := range api.Paths {
		for method, op := range map[string]*huma.Operation{
			"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete,
		} {
			if op == nil {
				continue
			}
			name := "Other"
			if len(op.Tags) > 0 {
				name = op.Tags[0]
			}
			if byTag[name] == nil {
				byTag[name] = &docsTag{Name: name}
			}
			byTag[name].Operations = append(byTag[name].Operations, describe(api, method, path, op))
		}
	}
	var tags []*docsTag
	for _, t := range byTag {
		sort.Slice(t.Operations, func(i, j int) bool {
			a, b := t.Operations[i], t.Operations[j]
			return a.Path < b.Path || a.Path == b.Path && a.Method < b.Method
		})
		tags = append(tags, t)
	}
	sort.Slice(tags, func(i, j int) bool { return tags[i].Name < tags[j].Name })
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	err := docsPage.Execute(w, map[string]any{
		"Title": api.Info.Title, "Version": api.Info.Version, "Description": api.Info.Description, "Tags": tags,
	})
	if err != nil {
		s.log.Debug("the reference page was not sent whole", "err", err)
	}
}

func describe(api *huma.OpenAPI, method, path string, op *huma.Operation) docsOperation {
	out := docsOperation{ID: op.OperationID, Method: method, Path: path, Summary: op.Summary}
	for _, p := range op.Parameters {
		text := p.Description
		if text == "" && p.Schema != nil {
			text = p.Schema.Description
		}
		out.Parameters = append(out.Parameters, docsField{Name: p.Name, In: p.In, Text: text, Required: p.Required})
	}
	if op.RequestBody != nil {
		out.Body = fieldsOf(api, op.RequestBody.Content["application/json"])
	}
	for _, status := range []string{"200", "201"} {
		if answer := op.Responses[status]; answer != nil {
			out.Answer = fieldsOf(api, answer.Content["application/json"])
		}
	}
	return out
}

func fieldsOf(api *huma.OpenAPI, media *huma.MediaType) []docsField {
	if media == nil || media.Schema == nil {
		return nil
	}
	schema := media.Schema
	if schema.Ref != "" {
		schema = api.Components.Schemas.SchemaFromRef(schema.Ref)
	}
	if schema == nil {
		return nil
	}
	required := make(map[string]bool)
	for _, n := range schema.Required {
		required[n] = true
	}
	var out []docsField
	for name, p := range schema.Properties {
		typ := p.Type
		if len(p.AnyOf) > 0 {
			p = &huma.Schema{Ref: p.AnyOf[0].Ref, Description: p.Description} // it or null
		}
		if p.Ref != "" {
			typ = p.Ref[len("#/components/schemas/"):]
		} else if p.Items != nil && p.Items.Ref != "" {
			typ = "array of " + p.Items.Ref[len("#/components/schemas/"):]
		}
		out = append(out, docsField{Name: name, In: typ, Text: p.Description, Required: required[name]})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}
