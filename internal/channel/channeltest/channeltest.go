// Package channeltest proves an adapter: golden payloads in, golden requests
// out, an error table against a hostile provider, signature tables and a fuzz
// harness. An adapter's tests call each with their own cases; run them with
// -update to rewrite the golden files.
package channeltest

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/wire"
)

// update is a command-line flag, set once before the tests run.
var update = flag.Bool("update", false, "rewrite the golden files")

// Inbound parses every NAME.json in dir and compares what came out with
// NAME.golden.json. It also checks what holds for any payload.
func Inbound(t *testing.T, r channel.Receiver, ch *channel.Channel, dir string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no payloads in %s", dir)
	}
	for _, name := range names {
		if strings.HasSuffix(name, ".golden.json") {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(name), ".json"), func(t *testing.T) {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			ins, err := r.Parse(ch, raw)
			if err != nil {
				t.Fatalf("Parse: %v", err)
			}
			checkInbound(t, r, ch, raw, ins)
			Golden(t, strings.TrimSuffix(name, ".json")+".golden.json", ins)
		})
	}
}

// checkInbound proves what holds of every result of Parse.
func checkInbound(t *testing.T, r channel.Receiver, ch *channel.Channel, raw []byte, ins []channel.Inbound) {
	t.Helper()
	if len(ins) == 0 {
		t.Errorf("an authentic body came out as nothing; it should at least be Ignored")
	}
	for i, in := range ins {
		switch in.Kind {
		case channel.InMessage, channel.InEcho, channel.InHistory, channel.InWelcome:
			if in.ExternalID == "" || in.Contact.Key == "" {
				t.Errorf("event %d: a message needs an external id and a contact: %+v", i, in)
			}
			if in.Kind != channel.InWelcome && in.Content.Kind == "" {
				t.Errorf("event %d: a message without content", i)
			}
		case channel.InStatus, channel.InReaction, channel.InEdit, channel.InDelete:
			if in.TargetID == "" || in.ExternalID != "" {
				t.Errorf("event %d: %s needs a target and no external id: %+v", i, in.Kind, in)
			}
		case channel.Ignored, channel.Unreadable:
			if in.Note == "" {
				t.Errorf("event %d: %s without a reason", i, in.Kind)
			}
		case "":
			t.Errorf("event %d has no kind", i)
		}
		if !in.SentAt.IsZero() && in.SentAt.Location() != time.UTC {
			t.Errorf("event %d: time not in UTC", i)
		}
	}
	b, err := json.Marshal(ins)
	if err != nil {
		t.Fatalf("the result can't be stored: %v", err)
	}
	if !bytes.Equal(wire.Clean(b), b) {
		t.Errorf("NUL came through: %s", b)
	}
	again, err := r.Parse(ch, raw)
	if err != nil {
		t.Fatalf("Parse again: %v", err)
	}
	if diff := cmp.Diff(ins, again); diff != "" {
		t.Errorf("Parse isn't pure: %s", diff)
	}
}

// FuzzParse feeds Parse with anything. The payloads in dir are the seeds.
func FuzzParse(f *testing.F, r channel.Receiver, ch *channel.Channel, dir string) {
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, ".golden.json") {
			continue
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte(`{}`))
	f.Add([]byte(`[]`))
	f.Add([]byte("{\"update_id\":1,\"message\":{\"text\":\"\xff\\u0000\"}}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		kept := bytes.Clone(raw)
		ins, err := r.Parse(ch, raw)
		if !bytes.Equal(raw, kept) {
			t.Error("Parse changed the body")
		}
		if err != nil {
			if len(ins) > 0 {
				t.Error("an error and events at once: which of them counts?")
			}
			return
		}
		checkInbound(t, r, ch, raw, ins)
		if e, ok := r.(channel.EventIdentifier); ok {
			e.EventID(raw)
		}
	})
}

// Golden compares v, as JSON without empty fields, with the golden file.
func Golden(t *testing.T, path string, v any) {
	t.Helper()
	got, err := json.MarshalIndent(compact(reflect.ValueOf(v)), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(bytes.ReplaceAll(bytes.ReplaceAll(got, []byte(`\u003c`), []byte("<")), []byte(`\u003e`), []byte(">")), '\n')
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run with -update to make it)", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

// compact turns v into what JSON would show, without zero fields.
func compact(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return compact(v.Elem())
	case reflect.Slice, reflect.Array:
		all := make([]any, 0, v.Len())
		for i := range v.Len() {
			all = append(all, compact(v.Index(i)))
		}
		return all
	case reflect.Map:
		all := map[string]any{}
		for _, k := range v.MapKeys() {
			all[k.String()] = compact(v.MapIndex(k))
		}
		return all
	case reflect.Struct:
		if at, ok := v.Interface().(time.Time); ok {
			return at.Format(time.RFC3339)
		}
		all := map[string]any{}
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() && !v.Field(i).IsZero() {
				all[field.Name] = compact(v.Field(i))
			}
		}
		return all
	}
	return v.Interface()
}

// Shared finds the folder that holds the providers' published samples and
// descriptions (vectors/, openapi/): $BANDEJA_SHARED, or "shared" beside one of
// the folders above. The test is skipped where there is none.
func Shared(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("BANDEJA_SHARED"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		shared := filepath.Join(dir, "shared")
		if _, err := os.Stat(filepath.Join(shared, "vectors")); err == nil {
			return shared
		}
		if dir == filepath.Dir(dir) {
			t.Skip("the shared test vectors aren't here; set BANDEJA_SHARED to their folder")
		}
		dir = filepath.Dir(dir)
	}
}

// Vector is a row of the index of published samples.
type Vector struct {
	File     string          `json:"file"`
	Provider string          `json:"provider"`
	Kind     string          `json:"kind"`
	Expected json.RawMessage `json:"expected"`
	// Raw is the sample itself.
	Raw []byte `json:"-"`
}

// Vectors returns the samples of a provider.
func Vectors(t *testing.T, provider string) []Vector {
	t.Helper()
	dir := filepath.Join(Shared(t), "vectors")
	raw, err := os.ReadFile(filepath.Join(dir, "INDEX.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all, mine []Vector
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	for _, v := range all {
		if v.Provider != provider {
			continue
		}
		if v.Raw, err = os.ReadFile(filepath.Join(dir, filepath.FromSlash(v.File))); err != nil {
			t.Fatal(err)
		}
		mine = append(mine, v)
	}
	if len(mine) == 0 {
		t.Fatalf("no vectors of %s", provider)
	}
	return mine
}
