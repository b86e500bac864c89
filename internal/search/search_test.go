package search_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/search"
)

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "",
		"¡Muchas GRACIAS, señor Ñandú!":  "muchas gracias senor nandu",
		"pedido A-1042 (a-1042)":         "pedido a 1042",
		"ana@ejemplo.com +593 98-765":    "ana ejemplo com 593 98 765",
		"cafe\u0301 con leche":           "cafe con leche",
		"订单123 到了":                       "订 单 123 到 了",
		"Straße ΑΘΗΝΑ":                   "straße αθηνα",
		"_c _k1 \"x\" OR (y) NOT 'z'|!&": "c k1 x or y not z",
		strings.Repeat("ñ", 60):          strings.Repeat("n", 40),
		"emoji 🙌 fin\x00\xff":            "emoji fin",
	} {
		if got := strings.Join(search.Words(text), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("bla ", 100)
	for _, c := range []struct{ ask, text, want string }{
		{"gracias", "Muchas GRACIAS a todos", "Muchas [GRACIAS] a todos"},
		{"senor", "Buenos días, Señor", "Buenos días, [Señor]"},
		{"gra", "Muchas gracias", "Muchas [gracias]"},
		{"gra ", "Muchas gracias", ""}, // ended by a space: no beginning
		{"gracias todos", "Muchas gracias a todos", "Muchas [gracias] a [todos]"},
		{"gracias nadie", "Muchas gracias a todos", ""},
		{"fin", long + "fin", "…bla bla bla bla bla bla bla bla bla [fin]"},
		{"bla", long, "[bla]" + strings.Repeat(" [bla]", 59) + " …"},
		{"g", "g y gg", "[g] y gg"}, // one letter is a word, no beginning
	} {
		var b strings.Builder
		for _, p := range search.Ask(c.ask).Excerpt(c.text) {
			if p.Hit {
				b.WriteString("[" + p.Text + "]")
			} else {
				b.WriteString(p.Text)
			}
		}
		if b.String() != c.want {
			t.Errorf("%q in %q: %q, want %q", c.ask, c.text, b.String(), c.want)
		}
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add("gracias", "Muchas Gracias a \u0301todos 订单")
	f.Add("a\u0301", "\xffá\x00")
	f.Fuzz(func(t *testing.T, ask, text string) {
		text = crm.Clean(text)
		var all string
		for _, p := range search.Ask(ask).Excerpt(text) {
			if p.Text == "" || !utf8.ValidString(p.Text) {
				t.Fatalf("part %q", p.Text)
			}
			all += p.Text
		}
		if !strings.Contains(text, strings.TrimSuffix(strings.TrimPrefix(all, "…"), "…")) {
			t.Fatalf("%q is not in %q", all, text)
		}
		for i, w := range search.Words(text) {
			if got := search.Words(w); len(got) > 1 {
				t.Fatalf("word %d, %q, is %q", i, w, got)
			}
		}
	})
}

// What is found is what a plain look at every text finds, newest first, over pages
// of any size, whichever the slices are.
func TestFindAgreesWithNaiveModel(t *testing.T) {
	vocabulary := []string{"hola", "holanda", "gracias", "gra", "pedido", "pedidos", "1042", "ñandú", "订"}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		m := newModel(t, d, eventlog.New(d, slog.New(slog.DiscardHandler)))
		r := rand.New(rand.NewPCG(1, 2))
		for stretch := range 4 {
			m.write(func(tx *db.Tx) error {
				for range 60 {
					var words []string
					for range 1 + r.IntN(4) {
						words = append(words, vocabulary[r.IntN(len(vocabulary))])
					}
					m.say(tx, crm.ID(1+r.IntN(5)), r.IntN(3) == 0, strings.Join(words, " "))
				}
				return nil
			})
			m.index(1 + stretch%2)          // twice: cut off before it was noted
			m.write(func(tx *db.Tx) error { // on to the ends of blocks and groups
				_, err := tx.Exec(`UPDATE search_state SET docs = docs + $1 WHERE workspace_id = $2`, []int64{3900, 1<<19 - 4200, 2 << 19, 0}[stretch], m.workspace)
				return err
			})
		}
		m.write(func(tx *db.Tx) error { // and something that is not indexed yet
			for i := range 30 {
				m.say(tx, crm.ID(1+i%5), i%3 == 0, vocabulary[i%9]+" "+vocabulary[i%7])
			}
			return nil
		})
		rapid.Check(t, func(rt *rapid.T) {
			m.rt = rt
			m.ask(search.Query{
				Question: search.Ask(strings.Join(rapid.SliceOfN(rapid.SampledFrom(append(vocabulary, "ho", "pe", "nada")), 1, 3).Draw(rt, "ask"), " ")),
				Comments: rapid.Bool().Draw(rt, "comments"),
				Contacts: rapid.SampledFrom([][]crm.ID{nil, nil, {}, {1}, {2, 3}}).Draw(rt, "contacts"),
				Limit:    rapid.IntRange(8, 60).Draw(rt, "limit"),
			})
		})
	})
}

type model struct {
	rt        rapid.TB
	d         *db.DB
	log       *eventlog.Log
	workspace crm.ID
	docs      map[crm.ID]search.Doc
	order     []crm.ID
	indexed   int64
	x         *search.Index
}

func newModel(rt rapid.TB, d *db.DB, log *eventlog.Log) *model {
	m := &model{rt: rt, d: d, log: log, workspace: d.NewID(), docs: make(map[crm.ID]search.Doc)}
	m.write(func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO workspace (id, name, timezone, language, unassign_on_close, created_at) VALUES ($1, 'w', 'UTC', 'es', FALSE, 0)`, m.workspace)
		return err
	})
	m.x = search.New(d, log, m.read)
	return m
}

func (m *model) read(_ *db.Tx, _ crm.ID, events []eventlog.Event) (docs []search.Doc, _ error) {
	for _, e := range events {
		docs = append(docs, m.docs[e.Message])
	}
	return docs, nil
}

func (m *model) write(fn func(tx *db.Tx) error) {
	if err := m.d.Write(context.Background(), fn); err != nil {
		m.rt.Fatal(err)
	}
}

func (m *model) say(tx *db.Tx, contact crm.ID, comment bool, text string) {
	id := tx.NewID()
	m.docs[id] = search.Doc{Contact: contact, Message: id, Comment: comment, Text: text}
	m.order = append(m.order, id)
	m.log.Append(tx, m.workspace, eventlog.Event{Kind: eventlog.MessageCreated, Contact: contact, Message: id})
}

// index brings the index up to date, as a process does that is cut off now and then
// before it has noted how far it got.
func (m *model) index(times int) {
	for {
		var events []eventlog.Event
		if err := m.d.Read(context.Background(), func(tx *db.Tx) (err error) {
			events, err = eventlog.After(tx, m.workspace, m.indexed, 50)
			return err
		}); err != nil {
			m.rt.Fatal(err)
		}
		if len(events) == 0 {
			return
		}
		for range times {
			if err := m.x.Add(context.Background(), m.workspace, events); err != nil {
				m.rt.Fatal(err)
			}
		}
		m.indexed = events[len(events)-1].Seq
	}
}

func (m *model) ask(q search.Query) {
	q.Workspace = m.workspace
	q.Until, q.Read = time.Now().Add(time.Minute), m.read
	var want, got []crm.ID
	for _, id := range slices.Backward(m.order) {
		d := m.docs[id]
		if q.Question.Excerpt(d.Text) != nil && (!q.Comments || d.Comment) && (q.Contacts == nil || slices.Contains(q.Contacts, d.Contact)) {
			want = append(want, id)
		}
	}
	for {
		p := m.find(q)
		for _, h := range p.Hits {
			got = append(got, h.Message)
			if h.Contact != m.docs[h.Message].Contact {
				m.rt.Fatalf("hit %+v of contact %d", h, m.docs[h.Message].Contact)
			}
		}
		if p.Next == 0 {
			break
		}
		q.Before = p.Next
	}
	if !reflect.DeepEqual(got, want) {
		m.rt.Fatalf("%+v: found %v, want %v", q, m.texts(got), m.texts(want))
	}
}

func (m *model) find(q search.Query) (p search.Page) {
	if err := m.d.Read(context.Background(), func(tx *db.Tx) (err error) {
		p, err = search.Find(tx, q)
		return err
	}); err != nil {
		m.rt.Fatal(err)
	}
	return p
}

func (m *model) texts(ids []crm.ID) (out []string) {
	for _, id := range ids {
		out = append(out, fmt.Sprintf("%d %s", m.docs[id].Contact, m.docs[id].Text))
	}
	return out
}

// Two processes that index the same log at once leave every text in it once.
func TestIndexOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		m := newModel(t, d, eventlog.New(d, slog.New(slog.DiscardHandler)))
		m.write(func(tx *db.Tx) error {
			for i := range 150 {
				m.say(tx, 1, false, fmt.Sprintf("hola %d", i))
			}
			return nil
		})
		var events []eventlog.Event
		if err := d.Read(context.Background(), func(tx *db.Tx) (err error) {
			events, err = eventlog.After(tx, m.workspace, 0, 300)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 2)
		for range 2 {
			go func() { done <- m.x.Add(context.Background(), m.workspace, events) }()
		}
		for range 2 {
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
		m.ask(search.Query{Question: search.Ask("hola "), Limit: 40})
	})
}

// Where much is not indexed yet, the page says so; where little is, all is found.
func TestBehind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		m := newModel(t, d, eventlog.New(d, slog.New(slog.DiscardHandler)))
		say := func(n int, text string) {
			m.write(func(tx *db.Tx) error {
				for range n {
					m.say(tx, 1, false, text)
				}
				return nil
			})
		}
		q := search.Query{Workspace: m.workspace, Question: search.Ask("azul"), Limit: 5, Until: time.Now().Add(time.Minute), Read: m.read}
		say(1, "un sobre azul")
		if p := m.find(q); len(p.Hits) != 1 || p.Behind || p.Next != 0 {
			t.Errorf("said a moment ago: %+v", p)
		}
		say(1100, "nada")
		say(1, "otro azul")
		if p := m.find(q); len(p.Hits) != 1 || !p.Behind {
			t.Errorf("far behind: %+v", p)
		}
		m.index(1)
		if p := m.find(q); len(p.Hits) != 2 || p.Behind || p.Next != 0 {
			t.Errorf("caught up: %+v", p)
		}
	})
}
