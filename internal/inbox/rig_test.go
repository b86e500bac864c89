package inbox_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/blob"
	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/config"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/gateway"
	"github.com/bandeja/bandeja/internal/inbox"
	"github.com/bandeja/bandeja/internal/jobs"
)

// paper is an adapter whose provider is a sheet of paper: bodies are Inbound as
// JSON, and what is sent is kept by whoever asks.
type paper struct {
	send func(channel.Outbound) (channel.Receipt, error)
}

func (paper) Describe() channel.Description {
	return channel.Description{
		Type: "paper", IdentityKind: "paper", Name: crm.Text{EN: "Paper"},
		Capabilities: channel.Capabilities{
			Out: map[crm.ContentKind]channel.Limit{
				crm.KindText: {Text: 100}, crm.KindTemplate: {Text: 1000}, crm.KindImage: {Text: 10, Bytes: 1000, MIME: []string{"image/*"}},
			},
			Window: 24 * time.Hour, OutsideWindow: "template", Reactions: true,
		},
	}
}

func (paper) Verify(*channel.Channel, channel.Webhook) error { return nil }

func (paper) Parse(_ *channel.Channel, raw []byte) (out []channel.Inbound, err error) {
	return out, json.Unmarshal(raw, &out)
}

func (p paper) Send(_ context.Context, _ *channel.Channel, out channel.Outbound) (channel.Receipt, error) {
	return p.send(out)
}

// tagged is a paper whose provider takes late messages with a reason, as Messenger's does.
type tagged struct{ paper }

func (t tagged) Describe() channel.Description {
	d := t.paper.Describe()
	d.Type, d.IdentityKind = "tagged", "tagged"
	d.Capabilities.OutsideWindow, d.Capabilities.HumanWindow, d.Capabilities.HumanTag = "tag", 7*24*time.Hour, "HUMAN_AGENT"
	d.Capabilities.Tags = []channel.Tag{{Value: "ACCOUNT_UPDATE"}, {Value: "POST_PURCHASE_UPDATE"}}
	return d
}

// rig is an inbox on a database, with a workspace of its own.
type rig struct {
	t      testing.TB
	d      *db.DB
	dir    string
	log    *eventlog.Log
	queue  *jobs.Queue
	gw     *gateway.Gateway
	in     *inbox.Inbox
	viewer crm.Viewer
	other  crm.Viewer
	ch     *gateway.Channel
}

func newRig(t testing.TB, d *db.DB, dir string) *rig {
	t.Helper()
	r := &rig{t: t, d: d, dir: dir}
	r.assemble()
	r.fresh()
	return r
}

// assemble puts everything together on the database, as a process does that starts.
func (r *rig) assemble() {
	r.t.Helper()
	logger := slog.New(slog.DiscardHandler)
	files, err := blob.Open(r.dir, r.d)
	if err != nil {
		r.t.Fatal(err)
	}
	keys, err := config.NewKeyring("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")
	if err != nil {
		r.t.Fatal(err)
	}
	r.log, r.queue = eventlog.New(r.d, logger), jobs.New(r.d, logger)
	taken := paper{send: func(channel.Outbound) (channel.Receipt, error) { return channel.Receipt{}, nil }}
	r.gw = gateway.New(gateway.Options{
		DB: r.d, Queue: r.queue, Events: r.log, Files: files, Keys: keys, Adapters: []channel.Adapter{taken, tagged{taken}}, Logger: logger, MaxUpload: 1 << 20,
	})
	r.in = inbox.New(r.log, r.gw, logger)
}

// fresh moves to a new workspace: everything else keeps to its own.
func (r *rig) fresh() {
	r.t.Helper()
	ws := r.d.NewID()
	r.viewer = crm.Viewer{Workspace: ws, User: r.d.NewID(), Access: crm.Access{Role: crm.Owner, Visibility: crm.SeesAll}}
	r.other = crm.Viewer{Workspace: ws, User: r.d.NewID(), Access: crm.Access{Role: crm.Agent, Visibility: crm.SeesAll}}
	r.write(func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO workspace (id, name, timezone, language, unassign_on_close, created_at) VALUES ($1, 'w', 'UTC', 'en', TRUE, 0)`, ws)
		if err != nil {
			return err
		}
		for _, v := range []crm.Viewer{r.viewer, r.other} {
			if _, err := tx.Exec(`INSERT INTO member (workspace_id, user_id, role, joined_at) VALUES ($1, $2, $3, 0)`, ws, v.User, string(v.Role)); err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO app_user (id, email, name, password_hash, language, created_at) VALUES ($1, $2, 'Una', '', 'en', 0)`, v.User, v.User.String()); err != nil {
				return err
			}
		}
		return nil
	})
	var err error
	r.ch, err = r.gw.Create(context.Background(), r.viewer, "paper", "Paper", nil, false)
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) write(fn func(tx *db.Tx) error) {
	r.t.Helper()
	if err := r.d.Write(context.Background(), fn); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) try(fn func(tx *db.Tx) error) error { return r.d.Write(context.Background(), fn) }

func (r *rig) read(fn func(tx *db.Tx) error) {
	r.t.Helper()
	if err := r.d.Read(context.Background(), fn); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) receive(events ...channel.Inbound) (out []gateway.Received) {
	r.t.Helper()
	r.write(func(tx *db.Tx) (err error) {
		out, err = r.in.Receive(tx, r.ch, events)
		return err
	})
	return out
}

func text(from, id, body string) channel.Inbound {
	return channel.Inbound{
		Kind: channel.InMessage, ExternalID: id, Contact: channel.Address{Key: from}, SentAt: time.Now(),
		Profile: crm.Profile{Name: "Person " + from}, Content: crm.Content{Kind: crm.KindText, Text: body},
	}
}

// contactOf returns the contact that a key belongs to, 0 for nobody.
func (r *rig) contactOf(key string) (id crm.ID) {
	r.t.Helper()
	r.read(func(tx *db.Tx) error {
		return tx.Each(`SELECT contact_id FROM identity WHERE workspace_id = $1 AND identity_key = $2`, []any{r.viewer.Workspace, key},
			func(rows *sql.Rows) error { return rows.Scan(&id) })
	})
	return id
}

func (r *rig) number(q string, args ...any) (n int64) {
	r.t.Helper()
	r.read(func(tx *db.Tx) error { return tx.Row(q, append([]any{r.viewer.Workspace}, args...), &n) })
	return n
}

// rows returns a query's rows as text, for comparing two databases.
func (r *rig) rows(q string) (out []string) {
	r.t.Helper()
	r.read(func(tx *db.Tx) error {
		return tx.Each(q, []any{r.viewer.Workspace}, func(rows *sql.Rows) error {
			columns, err := rows.Columns()
			if err != nil {
				return err
			}
			cells := make([]any, len(columns))
			for i := range cells {
				cells[i] = new(sql.NullString)
			}
			if err := rows.Scan(cells...); err != nil {
				return err
			}
			line := ""
			for _, c := range cells {
				line += fmt.Sprintf("%s|", c.(*sql.NullString).String)
			}
			out = append(out, line)
			return nil
		})
	})
	return out
}
