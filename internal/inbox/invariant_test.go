package inbox_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/gateway"
	"github.com/bandeja/bandeja/internal/inbox"
)

// step is one random action, described by numbers so that two databases can be
// driven alike.
type step struct {
	what, who, n int
	status       crm.Status
}

var statuses = []crm.Status{crm.Sent, crm.Delivered, crm.Read, crm.Failed}

func drawSteps(t *rapid.T) []step {
	return rapid.SliceOfN(rapid.Custom(drawStep), 1, 40).Draw(t, "steps")
}

func drawStep(t *rapid.T) step {
	return step{
		what: rapid.IntRange(0, 11).Draw(t, "what"), who: rapid.IntRange(0, 3).Draw(t, "who"),
		n: rapid.IntRange(0, 5).Draw(t, "n"), status: rapid.SampledFrom(statuses).Draw(t, "status"),
	}
}

// world drives a rig through steps and remembers what it sent.
type world struct {
	*rig
	sent  []crm.ID // our messages in order, with their contacts
	owner []crm.ID
	ranks map[crm.ID]crm.Status
}

func (w *world) do(t *rapid.T, s step) {
	key := fmt.Sprint("p", s.who)
	id := w.contactOf(key)
	act := func(f func(tx *db.Tx) error) {
		err := w.try(f)
		var ce *crm.Error
		if err != nil && !errors.As(err, &ce) {
			t.Fatalf("step %+v: %v", s, err)
		}
	}
	switch s.what {
	case 0, 1: // a message, perhaps a replay of one
		w.receive(text(key, fmt.Sprintf("m%d-%d", s.who, s.n), "hello"))
	case 2: // a batch with replays inside
		w.receive(text(key, fmt.Sprintf("m%d-%d", s.who, s.n), "a"), text(key, fmt.Sprintf("m%d-%d", s.who, s.n), "a"),
			text("p0", fmt.Sprintf("b%d", s.n), "b"))
	case 3:
		act(func(tx *db.Tx) error {
			m, err := w.in.Send(tx, w.viewer, id, inbox.Outgoing{Content: crm.Content{Kind: crm.KindText, Text: "answer"}})
			if err == nil {
				w.sent, w.owner = append(w.sent, m.ID), append(w.owner, id)
			}
			return err
		})
	case 4:
		act(func(tx *db.Tx) error { _, err := w.in.Close(tx, w.viewer, id, inbox.Note{}); return err })
	case 5:
		act(func(tx *db.Tx) error { _, err := w.in.Open(tx, w.viewer, id); return err })
	case 6:
		user := []crm.ID{0, w.viewer.User, w.other.User}[s.n%3]
		act(func(tx *db.Tx) error {
			_, err := w.in.Assign(tx, w.viewer, id, inbox.Assignment{User: user})
			return err
		})
	case 7:
		act(func(tx *db.Tx) error { _, err := w.in.MarkRead(tx, w.viewer, id); return err })
	case 8:
		act(func(tx *db.Tx) error { _, err := w.in.MarkUnread(tx, w.viewer, id); return err })
	case 9: // a send's answer
		if len(w.sent) > 0 {
			i := s.n % len(w.sent)
			act(func(tx *db.Tx) error {
				return w.in.Settle(tx, w.viewer.Workspace, w.owner[i], w.sent[i], gateway.Outcome{
					Status: []crm.Status{crm.Sent, crm.Failed, crm.Uncertain}[s.who%3], Receipt: channel.Receipt{ExternalIDs: []string{fmt.Sprint("x", i)}},
				})
			})
		}
	case 10: // a receipt, perhaps before the answer
		w.receive(channel.Inbound{Kind: channel.InStatus, TargetID: fmt.Sprint("x", s.n), Status: s.status, SentAt: time.Now()})
	case 11:
		act(func(tx *db.Tx) error {
			_, err := w.in.Send(tx, w.viewer, id, inbox.Outgoing{Comment: true, Content: crm.Content{Kind: crm.KindText, Text: "note"}})
			return err
		})
	}
}

// The numbers are those of design §11: what always holds.
func (w *world) check(t *rapid.T) {
	ws := w.viewer.Workspace
	if n := w.number(`SELECT COUNT(*) FROM (SELECT contact_id FROM conversation WHERE workspace_id = $1 AND closed_at = 0 GROUP BY contact_id HAVING COUNT(*) > 1) x`); n > 0 {
		t.Fatalf("1: %d contacts have two open conversations", n)
	}
	if n := w.number(`SELECT COUNT(*) FROM contact c WHERE c.workspace_id = $1 AND (c.status = 'closed') <> (NOT EXISTS
		(SELECT 1 FROM conversation v WHERE v.workspace_id = c.workspace_id AND v.contact_id = c.id AND v.closed_at = 0))`); n > 0 {
		t.Fatalf("1: %d contacts' status disagrees with their conversations", n)
	}
	if n := w.number(`SELECT COUNT(*) FROM (SELECT external_id FROM message WHERE workspace_id = $1 AND direction = 'incoming' GROUP BY channel_id, external_id HAVING COUNT(*) > 1) x`); n > 0 {
		t.Fatalf("2: %d provider messages exist twice", n)
	}
	if n := w.number(`SELECT COUNT(*) FROM (SELECT identity_key FROM identity WHERE workspace_id = $1 GROUP BY space, identity_key HAVING COUNT(*) > 1) x`); n > 0 {
		t.Fatalf("3: %d identities belong to two contacts", n)
	}
	if n := w.number(`SELECT COUNT(*) FROM event e WHERE e.workspace_id = $1 AND NOT EXISTS
		(SELECT 1 FROM event p WHERE p.workspace_id = e.workspace_id AND p.seq = e.seq - 1) AND e.seq <> 1`); n > 0 {
		t.Fatalf("7: %d gaps in seq", n)
	}
	counted := w.rows(`SELECT assignee_id, status, COUNT(*), SUM(CASE WHEN unread > 0 THEN 1 ELSE 0 END) FROM contact
		WHERE workspace_id = $1 AND NOT blocked AND status <> 'closed' GROUP BY assignee_id, status ORDER BY assignee_id, status`)
	kept := w.rows(`SELECT assignee_id, status, contacts, unread FROM inbox_count WHERE workspace_id = $1 AND (contacts <> 0 OR unread <> 0) ORDER BY assignee_id, status`)
	if d := cmp.Diff(counted, kept); d != "" {
		t.Fatalf("8: counts differ from what there is (-counted +kept):\n%s", d)
	}
	var pairs [][2]crm.ID
	for i := range w.sent {
		pairs = append(pairs, [2]crm.ID{w.owner[i], w.sent[i]})
	}
	w.read(func(tx *db.Tx) error {
		found, err := inbox.GetMessages(tx, ws, pairs)
		for id, m := range found {
			if before, ok := w.ranks[id[1]]; ok && before.Next(m.Status) != m.Status && before != m.Status {
				t.Fatalf("9: message %d went from %s to %s", id[1], before, m.Status)
			}
			w.ranks[id[1]] = m.Status
		}
		return err
	})
}

// snapshot is everything that a person can see, without ids.
func (w *world) snapshot() map[string][]string {
	return map[string][]string{
		"contacts": w.rows(`SELECT i.identity_key, c.first_name, c.last_name, c.status, c.unread, c.assignee_id <> 0, c.last_direction, c.last_kind, c.last_text
			FROM contact c JOIN identity i ON i.workspace_id = c.workspace_id AND i.contact_id = c.id WHERE c.workspace_id = $1 ORDER BY i.identity_key`),
		"messages": w.rows(`SELECT i.identity_key, m.direction, m.source, m.status, m.external_id, m.content FROM message m
			JOIN identity i ON i.workspace_id = m.workspace_id AND i.contact_id = m.contact_id WHERE m.workspace_id = $1 ORDER BY i.identity_key, m.id`),
		"events": w.rows(`SELECT seq, kind, actor_source, timeline FROM event WHERE workspace_id = $1 ORDER BY seq`),
		"counts": w.rows(`SELECT assignee_id <> 0, status, SUM(contacts), SUM(unread) FROM inbox_count WHERE workspace_id = $1 AND (contacts <> 0 OR unread <> 0)
			GROUP BY assignee_id <> 0, status ORDER BY 1, 2`),
		"jobs":     w.rows(`SELECT kind, COUNT(*) FROM job WHERE workspace_id = $1 GROUP BY kind ORDER BY kind`),
		"searched": w.rows(`SELECT term FROM contact_term WHERE workspace_id = $1 ORDER BY term`),
	}
}

// Whatever happens in whatever order, the invariants hold on both databases, and
// the two answer alike (12).
func TestInvariants(t *testing.T) {
	rigs := map[db.Dialect]*rig{}
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		rigs[dialect] = newRig(t, dbtest.Open(t, dbtest.Options(t, dialect)), t.TempDir())
	}
	rapid.Check(t, func(t *rapid.T) {
		steps := drawSteps(t)
		seen := map[db.Dialect]map[string][]string{}
		for dialect, r := range rigs {
			r.fresh()
			w := &world{rig: r, ranks: make(map[crm.ID]crm.Status)}
			for _, s := range steps {
				w.do(t, s)
				w.check(t)
			}
			seen[dialect] = w.snapshot()
		}
		if d := cmp.Diff(normal(seen[db.SQLite]), normal(seen[db.Postgres])); d != "" {
			t.Fatalf("12: SQLite and PostgreSQL differ (-sqlite +postgres):\n%s", d)
		}
	})
}

// normal makes the databases' two spellings of a boolean one.
func normal(s map[string][]string) map[string][]string {
	out := make(map[string][]string)
	for k, lines := range s {
		for _, l := range lines {
			out[k] = append(out[k], boolean.Replace("|"+l))
		}
	}
	return out
}

var boolean = strings.NewReplacer("|true|", "|1|", "|false|", "|0|", "|t|", "|1|", "|f|", "|0|")
