package notify_test

import (
	"context"
	"database/sql"
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
	"github.com/bandeja/bandeja/internal/notify"
)

// paper is an adapter whose provider is a sheet of paper.
type paper struct{}

func (paper) Describe() channel.Description {
	return channel.Description{Type: "paper", IdentityKind: "paper", Name: crm.Text{EN: "Paper"}, Capabilities: channel.Capabilities{
		Out: map[crm.ContentKind]channel.Limit{crm.KindText: {Text: 100}},
	}}
}

func (paper) Verify(*channel.Channel, channel.Webhook) error { return nil }

func (paper) Parse(*channel.Channel, []byte) ([]channel.Inbound, error) { return nil, nil }

func (paper) Send(context.Context, *channel.Channel, channel.Outbound) (channel.Receipt, error) {
	return channel.Receipt{}, nil
}

// rig is notifications on a database, with a workspace of its own.
type rig struct {
	t      testing.TB
	d      *db.DB
	keys   *config.Keyring
	log    *eventlog.Log
	queue  *jobs.Queue
	gw     *gateway.Gateway
	in     *inbox.Inbox
	notify *notify.Service
	ws     crm.ID
	// users are an owner, a manager, and agents who see all, their team's, their own.
	users  []crm.ID
	access []crm.Access
	teams  []crm.ID
	ch     *gateway.Channel
	seq    int64 // up to where the follower has come
	said   int
}

func newRig(t testing.TB, d *db.DB, change ...func(*notify.Options)) *rig {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	files, err := blob.Open(t.TempDir(), d)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, d: d, log: eventlog.New(d, logger), queue: jobs.New(d, logger)}
	if r.keys, err = config.NewKeyring("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"); err != nil {
		t.Fatal(err)
	}
	r.gw = gateway.New(gateway.Options{
		DB: d, Queue: r.queue, Events: r.log, Files: files, Keys: r.keys, Adapters: []channel.Adapter{paper{}}, Logger: logger, MaxUpload: 1 << 20,
	})
	r.in = inbox.New(r.log, r.gw, logger)
	o := notify.Options{DB: d, Events: r.log, Queue: r.queue, Keys: r.keys, PublicURL: "https://inbox.example.com", Logger: logger}
	for _, f := range change {
		f(&o)
	}
	r.notify = notify.New(o)
	r.fresh()
	return r
}

// fresh moves to a new workspace: everything else keeps to its own.
func (r *rig) fresh() {
	r.t.Helper()
	r.ws, r.seq, r.users, r.teams = r.d.NewID(), 0, nil, nil
	r.access = []crm.Access{
		{Role: crm.Owner, Visibility: crm.SeesAll}, {Role: crm.Manager, Visibility: crm.SeesAll}, {Role: crm.Agent, Visibility: crm.SeesAll},
		{Role: crm.Agent, Visibility: crm.SeesTeam}, {Role: crm.Agent, Visibility: crm.SeesOwn},
	}
	r.write(func(tx *db.Tx) error {
		if _, err := tx.Exec(`INSERT INTO workspace (id, name, timezone, language, unassign_on_close, created_at) VALUES ($1, 'Shop', 'UTC', 'en', TRUE, 0)`, r.ws); err != nil {
			return err
		}
		for i, a := range r.access {
			id, err := r.join(tx, fmt.Sprint("User ", i), a)
			if err != nil {
				return err
			}
			r.users = append(r.users, id)
		}
		for _, name := range []string{"Sales", "Support"} {
			id := tx.NewID()
			r.teams = append(r.teams, id)
			if _, err := tx.Exec(`INSERT INTO team (workspace_id, id, name) VALUES ($1, $2, $3)`, r.ws, id, name); err != nil {
				return err
			}
		}
		return nil
	})
	var err error
	if r.ch, err = r.gw.Create(context.Background(), r.viewer(0), "paper", "Paper", nil, false); err != nil {
		r.t.Fatal(err)
	}
}

// join adds a member.
func (r *rig) join(tx *db.Tx, name string, a crm.Access) (crm.ID, error) {
	id := tx.NewID()
	_, err := tx.Exec(`INSERT INTO app_user (id, email, name, password_hash, language, created_at) VALUES ($1, $2, $3, '', 'en', 0)`,
		id, id.String()+"@example.com", name)
	if err == nil {
		_, err = tx.Exec(`INSERT INTO member (workspace_id, user_id, role, visibility, joined_at) VALUES ($1, $2, $3, $4, 0)`,
			r.ws, id, string(a.Role), string(a.Visibility))
	}
	return id, err
}

// viewer returns a user as they are now.
func (r *rig) viewer(i int) crm.Viewer {
	r.t.Helper()
	v := crm.Viewer{Workspace: r.ws, User: r.users[i], Access: r.access[i]}
	r.read(func(tx *db.Tx) error {
		return tx.Each(`SELECT DISTINCT o.team_id, m.user_id FROM team_member o JOIN team_member m ON m.workspace_id = o.workspace_id AND m.team_id = o.team_id
			WHERE o.workspace_id = $1 AND o.user_id = $2`, []any{r.ws, v.User}, func(rows *sql.Rows) error {
			var team, mate crm.ID
			err := rows.Scan(&team, &mate)
			v.Teams = append(v.Teams, team)
			if v.Visibility == crm.SeesTeam {
				v.Colleagues = append(v.Colleagues, mate)
			}
			return err
		})
	})
	return v
}

func (r *rig) write(fn func(tx *db.Tx) error) {
	r.t.Helper()
	if err := r.d.Write(context.Background(), fn); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) read(fn func(tx *db.Tx) error) {
	r.t.Helper()
	if err := r.d.Read(context.Background(), fn); err != nil {
		r.t.Fatal(err)
	}
}

// follow lets the follower see what happened; it gets the events from seq on.
func (r *rig) follow(from int64) {
	r.t.Helper()
	events, err := r.notify.After(context.Background(), r.ws, from)
	if err == nil && len(events) > 0 {
		err = r.notify.Handle(context.Background(), r.ws, events)
		r.seq = max(r.seq, events[len(events)-1].Seq)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

// message lets a contact write, and returns the contact.
func (r *rig) message(key string) crm.ID {
	r.t.Helper()
	r.said++
	var id crm.ID
	r.write(func(tx *db.Tx) error {
		out, err := r.in.Receive(tx, r.ch, []channel.Inbound{{
			Kind: channel.InMessage, ExternalID: fmt.Sprint("m", r.said), Contact: channel.Address{Key: key}, SentAt: time.Now(),
			Profile: crm.Profile{Name: "Person " + key}, Content: crm.Content{Kind: crm.KindText, Text: fmt.Sprint("hello ", r.said)},
		}})
		if err == nil && len(out) > 0 {
			id = out[0].Contact
		}
		return err
	})
	return id
}

func (r *rig) assign(contact crm.ID, by, to int) {
	r.t.Helper()
	user := crm.ID(0)
	if to >= 0 {
		user = r.users[to]
	}
	r.write(func(tx *db.Tx) error {
		_, err := r.in.Assign(tx, r.viewer0(by), contact, inbox.Assignment{User: user})
		return err
	})
}

// viewer0 acts for a user without asking what they may see.
func (r *rig) viewer0(i int) crm.Viewer {
	return crm.Viewer{Workspace: r.ws, User: r.users[i], Access: crm.Access{Role: crm.Owner, Visibility: crm.SeesAll}}
}

func (r *rig) comment(contact crm.ID, by int, text string) (id crm.ID) {
	r.t.Helper()
	r.write(func(tx *db.Tx) error {
		m, err := r.in.Send(tx, r.viewer0(by), contact, inbox.Outgoing{Comment: true, Content: crm.Content{Kind: crm.KindText, Text: text}})
		if err == nil {
			id = m.ID
		}
		return err
	})
	return id
}

func (r *rig) list(i int, tab notify.Tab) (out []notify.Notification) {
	r.t.Helper()
	v := r.viewer(i)
	r.read(func(tx *db.Tx) (err error) {
		out, err = notify.List(tx, v, tab, 0, 200)
		return err
	})
	return out
}
