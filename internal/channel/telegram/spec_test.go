package telegram_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/channeltest"
	"github.com/bandeja/bandeja/internal/channel/telegram"
	"github.com/bandeja/bandeja/internal/crm"
)

// botAPI is the machine-readable description of the Bot API.
type botAPI struct {
	Methods map[string]struct{ Fields []apiField }
	Types   map[string]struct {
		Fields   []apiField
		Subtypes []string
	}
}

type apiField struct {
	Name     string
	Types    []string
	Required bool
}

func loadSpec(t *testing.T) *botAPI {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(channeltest.Shared(t), "openapi", "telegram-bot-api.json"))
	if err != nil {
		t.Fatal(err)
	}
	var api botAPI
	if err := json.Unmarshal(raw, &api); err != nil {
		t.Fatal(err)
	}
	return &api
}

// check proves that a call has a known method and parameters, all that are
// required, and values of the right types.
func (api *botAPI) check(t *testing.T, name string, r channeltest.Request) {
	t.Helper()
	method := r.Path[strings.LastIndex(r.Path, "/")+1:]
	m, ok := api.Methods[method]
	if !ok {
		t.Errorf("%s: no method %s", name, method)
		return
	}
	params, _ := r.JSON.(map[string]any)
	if r.Form != nil {
		params = map[string]any{}
		for _, p := range r.Form {
			if strings.HasPrefix(p.Name, "file") { // named by attach://
				continue
			}
			params[p.Name] = p.Value
			if p.File != "" {
				params[p.Name] = p
			}
		}
	}
	for _, problem := range api.object(m.Fields, params) {
		t.Errorf("%s: %s: %s", name, method, problem)
	}
}

func (api *botAPI) object(fields []apiField, params map[string]any) (problems []string) {
	known := map[string]bool{}
	for _, f := range fields {
		known[f.Name] = true
		v, given := params[f.Name]
		switch {
		case !given && f.Required:
			problems = append(problems, f.Name+" is required")
		case given && !api.fits(f.Types, v):
			problems = append(problems, fmt.Sprintf("%s: %v is none of %v", f.Name, v, f.Types))
		}
	}
	for name := range params {
		if !known[name] {
			problems = append(problems, name+" is unknown")
		}
	}
	return problems
}

func (api *botAPI) fits(types []string, v any) bool {
	for _, typ := range types {
		if api.fitsOne(typ, v) {
			return true
		}
	}
	return false
}

func (api *botAPI) fitsOne(typ string, v any) bool {
	if of, ok := strings.CutPrefix(typ, "Array of "); ok {
		list, ok := v.([]any)
		for _, e := range list {
			ok = ok && (api.fitsOne(of, e) || strings.HasPrefix(of, "InputMedia") && api.inputMedia(e))
		}
		return ok
	}
	switch typ {
	case "Integer":
		n, ok := v.(float64)
		return ok && n == float64(int64(n))
	case "Float":
		_, ok := v.(float64)
		return ok
	case "String":
		_, ok := v.(string)
		return ok
	case "Boolean":
		_, ok := v.(bool)
		return ok
	case "InputFile":
		p, ok := v.(channeltest.Part)
		return ok && p.File != ""
	}
	o, ok := v.(map[string]any)
	if !ok {
		return false
	}
	for _, sub := range api.Types[typ].Subtypes {
		if len(api.object(api.Types[sub].Fields, o)) == 0 {
			return true
		}
	}
	return len(api.Types[typ].Subtypes) == 0 && len(api.object(api.Types[typ].Fields, o)) == 0
}

// inputMedia checks an album's element, which may be of several types.
func (api *botAPI) inputMedia(v any) bool {
	for _, typ := range []string{"InputMediaPhoto", "InputMediaVideo"} {
		if api.fitsOne(typ, v) {
			return true
		}
	}
	return false
}

// TestVectors parses the samples published by others and compares the result
// with what is expected of them.
func TestVectors(t *testing.T) {
	type expected struct {
		Event      string
		UpdateID   int64  `json:"update_id"`
		ExternalID string `json:"external_id"`
		ChatID     int64  `json:"chat_id"`
		ChatType   string `json:"chat_type"`
		Name       string
		Username   string
		Language   string
		Timestamp  string
		Text       string
		EditDate   string `json:"edit_date"`
		Media      *struct {
			Kind, Mime, Name, Emoji string
			FileID                  string `json:"file_id"`
			Size                    int64
		}
	}
	for _, v := range channeltest.Vectors(t, "telegram") {
		t.Run(v.Kind, func(t *testing.T) {
			var want []expected
			if err := json.Unmarshal(v.Expected, &want); err != nil || len(want) != 1 {
				t.Fatalf("expected: %v %s", err, v.Expected)
			}
			w := want[0]
			ins, err := telegram.New().Parse(testChannel(), v.Raw)
			if err != nil || len(ins) != 1 {
				t.Fatalf("Parse = %+v, %v", ins, err)
			}
			in := ins[0]
			equal(t, "update id", telegram.New().EventID(v.Raw), fmt.Sprint(w.UpdateID))
			if w.ChatType != "private" {
				equal(t, "kind", in.Kind, channel.Ignored)
				return
			}
			equal(t, "contact", in.Contact.Key, fmt.Sprint(w.ChatID))
			equal(t, "username", in.Profile.Username, w.Username)
			equal(t, "language", in.Profile.Language, w.Language)
			if w.Name != "" {
				equal(t, "name", in.Profile.Name, w.Name)
			}
			equal(t, "text", in.Content.Text, w.Text)
			if strings.HasPrefix(w.Event, "edited") {
				equal(t, "kind", in.Kind, channel.InEdit)
				equal(t, "target", in.TargetID, w.ExternalID)
				equal(t, "time", in.SentAt.Format("2006-01-02T15:04:05Z"), w.EditDate)
				return
			}
			equal(t, "kind", in.Kind, channel.InMessage)
			equal(t, "external id", in.ExternalID, w.ExternalID)
			equal(t, "time", in.SentAt.Format("2006-01-02T15:04:05Z"), w.Timestamp)
			if m := w.Media; m != nil {
				a := in.Content.Attachments[0]
				equal(t, "media kind", in.Content.Kind, crm.ContentKind(m.Kind))
				equal(t, "file id", a.Remote, m.FileID)
				equal(t, "size", a.Size, m.Size)
				equal(t, "emoji", a.Emoji, m.Emoji)
				if m.Mime != "" {
					equal(t, "mime", a.MIME, m.Mime)
				}
				if m.Name != "" {
					equal(t, "file name", a.Name, m.Name)
				}
			}
		})
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
