package webchat

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/realtime"
)

// browser is a visitor's page that listens, without the network in between: the test
// says when the stream does what.
type browser struct {
	r      *rig
	c      *call
	st     *stream
	leave  func()
	begun  bool
	told   int64 // up to where the log was passed on
	got    map[string]bool
	cursor string
}

func (r *rig) browser(token string) *browser {
	r.t.Helper()
	v, err := r.svc.visitorOf(r.ch, token)
	if err != nil {
		r.t.Fatal(err)
	}
	b := &browser{r: r, c: &call{ch: r.ch, visitor: v, language: crm.English}, leave: func() {}}
	b.reload()
	return b
}

func (b *browser) must(err error) {
	b.r.t.Helper()
	if err != nil {
		b.r.t.Fatal(err)
	}
}

func (b *browser) page(after string) *Page {
	b.r.t.Helper()
	p, err := b.r.svc.page(b.r.t.Context(), b.c, 0, after, maxPage)
	b.must(err)
	return p
}

// reload is what the widget does where it begins, and after a reset.
func (b *browser) reload() {
	p := b.page("")
	b.got, b.cursor = make(map[string]bool), p.Cursor
	for _, m := range p.Items {
		b.got[m.ID] = true
	}
}

// connect opens a stream that hasn't said anything yet.
func (b *browser) connect() {
	b.leave()
	owners, err := b.r.svc.owners(b.r.t.Context(), b.r.ch, b.c.visitor)
	b.must(err)
	st := newStream(b.c, contactsOf(owners, b.c.visitor))
	if !b.r.svc.streams.add(st, b.r.svc.Limits, b.c.visitor.ID, "") {
		b.r.t.Fatal("the stream was not let in")
	}
	b.st, b.begun, b.leave = st, false, func() { b.r.svc.streams.remove(st, b.c.visitor.ID, "") }
}

// hear lets the stream say something, and takes it as the widget does.
func (b *browser) hear(say func(out sse) error) {
	b.r.t.Helper()
	w := httptest.NewRecorder()
	b.must(say(sse{w, http.NewResponseController(w)}))
	reset := false
	for event := range strings.SplitSeq(w.Body.String(), "\n\n") {
		for line := range strings.SplitSeq(event, "\n") {
			switch k, v, _ := strings.Cut(line, ": "); {
			case k == "event" && v == "reset":
				reset = true
			case k == "id":
				b.cursor = v
			case k == "data" && strings.HasPrefix(v, `{"id":"`):
				id, _, _ := strings.Cut(strings.TrimPrefix(v, `{"id":"`), `"`)
				b.got[id] = true
			}
		}
	}
	if reset {
		b.reload()
	}
}

// tell passes on what is new in the log, but for the first skip of it.
func (b *browser) tell(skip, most int) {
	b.r.t.Helper()
	var events []eventlog.Event
	b.must(b.r.d.Read(b.r.t.Context(), func(tx *db.Tx) (err error) {
		events, err = eventlog.After(tx, b.r.ch.Workspace, b.told, 1000)
		return err
	}))
	events = events[min(skip, len(events)):]
	events = events[:min(most, len(events))]
	if len(events) == 0 {
		return
	}
	b.told = events[len(events)-1].Seq
	names, err := b.r.svc.Directory.Names(b.r.t.Context(), b.r.ch.Workspace)
	b.must(err)
	pushes, err := realtime.Hydrate(b.r.t.Context(), b.r.d, b.r.ch.Workspace, events, names)
	b.must(err)
	b.r.svc.Tap(b.r.t.Context(), b.r.ch.Workspace, pushes)
}

// missed returns what is in the history and neither was given nor would be to one who
// comes back with the cursor.
func (b *browser) missed() (out []string) {
	later := b.page(b.cursor)
	if later.Reset {
		return nil
	}
	comes := make(map[string]bool)
	for _, m := range later.Items {
		comes[m.ID] = true
	}
	for _, m := range b.page("").Items {
		if !b.got[m.ID] && !comes[m.ID] {
			out = append(out, m.Text)
		}
	}
	return out
}

// Whatever happens between a mark, a beat and the connection's end: the cursor that a
// visitor holds never passes a message that they weren't given.
func TestCursorNeverPassesWhatWasNotGiven(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, nil)
		r.unlimited()
		for name, steps := range map[string]string{
			"a contact made while connecting": "connect write begin",
			"a beat before the news":          "connect begin write tell beat news write tell beat",
			"a gap behind what is to be sent": "write connect begin write tell write write lose news",
		} {
			t.Run(name, func(t *testing.T) {
				does := r.cursorSteps(t)
				for step := range strings.FieldsSeq(steps) {
					does[step]()
					does[""]()
				}
			})
		}
		t.Run("anything", rapid.MakeCheck(func(rt *rapid.T) {
			actions := make(map[string]func(*rapid.T))
			for name, do := range r.cursorSteps(rt) {
				actions[name] = func(*rapid.T) { do() }
			}
			rt.Repeat(actions)
		}))
	})
}

// run is a test, or one of many of a property.
type run interface {
	rapid.TB
	Cleanup(f func())
}

// cursorSteps returns what may happen to a new visitor's browser, by name, and as "" the
// look whether it would miss anything.
func (r *rig) cursorSteps(t run) map[string]func() {
	ctx, n := context.Background(), 0
	v, other := r.visitor(nil), r.visitor(nil)
	b := r.browser(v.Token)
	b.connect()
	t.Cleanup(func() { b.leave() })
	say := func(token string) {
		n++
		r.say(token, Input{CID: fmt.Sprint(n), T: "message", Text: fmt.Sprint(n)})
	}
	hear := func(say func(out sse) error) {
		if b.begun {
			b.hear(say)
		}
	}
	looked := ""
	return map[string]func(){
		"": func() {
			if b.cursor == looked {
				return // nothing else can make them miss anything
			}
			looked = b.cursor
			if missed := b.missed(); len(missed) > 0 {
				t.Fatalf("whoever comes back now misses %v", missed)
			}
		},
		"write":   func() { say(v.Token) }, // in another tab
		"other":   func() { say(other.Token) },
		"tell":    func() { b.tell(0, 1000) },
		"some":    func() { b.tell(0, 2) },
		"lose":    func() { b.tell(1, 1000) },
		"connect": func() { b.connect() },
		"begin": func() {
			if !b.begun {
				b.begun = true
				b.hear(func(out sse) error { return r.svc.begin(ctx, b.c, b.st, out, b.cursor) })
			}
		},
		"beat": func() { hear(func(out sse) error { return r.svc.beat(ctx, b.c, b.st, out) }) },
		"news": func() { hear(func(out sse) error { return r.svc.sendNews(ctx, b.c, b.st, out) }) },
	}
}
