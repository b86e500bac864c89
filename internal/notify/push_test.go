package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/notify"
	"github.com/bandeja/bandeja/internal/safehttp"
	"github.com/bandeja/bandeja/internal/webpush"
	"github.com/bandeja/bandeja/internal/webpush/webpushtest"
)

// session gives a user a browser that is signed in.
func (r *rig) session(i int) (id crm.ID) {
	r.t.Helper()
	r.write(func(tx *db.Tx) error {
		id = tx.NewID()
		_, err := tx.Exec(`INSERT INTO session (token_hash, id, user_id, workspace_id, device, ip, created_at, last_seen_at, expires_at)
			VALUES ($1, $2, $3, $4, '', '', 0, 0, $5)`, []byte(id.String()), id, r.users[i], r.ws, tx.Now().Add(time.Hour).UnixMicro())
		return err
	})
	return id
}

func (r *rig) eventually(what string, ok func() bool) {
	r.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(3 * time.Millisecond) {
		if time.Now().After(deadline) {
			r.t.Fatalf("not in time: %s", what)
		}
	}
}

// work runs the jobs until the test ends.
func (r *rig) work() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.queue.Run(ctx) }()
	r.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			r.t.Error(err)
		}
	})
}

func open(o *notify.Options) {
	o.Client, o.OpenNetwork = safehttp.Client(true, 5*time.Second), true
}

type greeting struct{ Title, Body, URL, Tag string }

func read(t *testing.T, p webpushtest.Push) (g greeting) {
	t.Helper()
	if err := json.Unmarshal([]byte(p.Text), &g); err != nil {
		t.Fatalf("%v in %q", err, p.Text)
	}
	return g
}

// A push reaches, encrypted, the devices of those who want it, and nobody else's.
func TestPush(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, open)
		r.work()
		service := webpushtest.Start(t)
		if key, err := r.notify.PublicKey(context.Background(), r.ws); err != nil || len(key) != 87 {
			t.Fatalf("the key is %q, %v", key, err)
		}
		phone, laptop, theirs := service.Browser(), service.Browser(), service.Browser()
		var sessions []crm.ID
		for i, b := range map[int]*webpushtest.Browser{2: phone, 1: theirs} {
			id := r.session(i)
			v := r.viewer(i)
			r.write(func(tx *db.Tx) error { return r.notify.Subscribe(tx, v, id, b.Subscription()) })
		}
		id := r.session(2)
		sessions = append(sessions, id)
		v := r.viewer(2)
		r.write(func(tx *db.Tx) error { return r.notify.Subscribe(tx, v, id, laptop.Subscription()) })

		contact := r.message("p")
		r.follow(0) // unassigned: in the centre alone
		r.assign(contact, 0, 2)
		r.follow(0)
		got := func(b *webpushtest.Browser) []webpushtest.Push {
			list, err := b.Got()
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		for _, b := range []*webpushtest.Browser{phone, laptop} {
			r.eventually("the assignment arrives", func() bool { return len(got(b)) == 1 })
		}
		g := read(t, got(phone)[0])
		if g.Title != "Person p" || g.Body != "User 0 assigned you" || g.Tag != contact.String() || g.URL != "/inbox/mine/"+contact.String() {
			t.Errorf("pushed: %+v", g)
		}
		if h := got(phone)[0].Header; h.Get("Urgency") != "high" || h.Get("Topic") == "" || h.Get("TTL") != "86400" {
			t.Errorf("its headers: %v", h)
		}
		r.message("p")
		r.follow(0)
		// Both: a device that is still to be told of one message is told of two at once.
		r.eventually("the message too", func() bool { return len(got(phone)) == 2 && len(got(laptop)) == 2 })
		if g := read(t, got(phone)[1]); !strings.HasPrefix(g.Body, "New message\nhello") {
			t.Errorf("pushed: %+v", g)
		}
		// Without what was written, and not at all in quiet hours.
		p := notify.Defaults()
		p.Content = false
		r.write(func(tx *db.Tx) error { return notify.SetPreferences(tx, v, p) })
		r.message("p")
		r.follow(0)
		r.eventually("another one", func() bool { return len(got(phone)) == 3 })
		if g := read(t, got(phone)[2]); g.Body != "2 new messages" {
			t.Errorf("pushed: %+v", g)
		}
		r.eventually("the laptop has caught up", func() bool { return len(got(laptop)) == 3 })
		p.Quiet = notify.Quiet{On: true, From: 0, To: 1439, Days: []int{0, 1, 2, 3, 4, 5, 6}}
		if time.Now().UTC().Format("15:04") == "23:59" {
			p.Quiet.From, p.Quiet.To = 12*60, 11*60
		}
		r.write(func(tx *db.Tx) error { return notify.SetPreferences(tx, v, p) })
		r.message("p")
		r.follow(0)
		p.Quiet.On = false
		r.eventually("the quiet one was looked at", func() bool { return r.jobs() == 0 })
		if len(got(phone)) != 3 || len(got(theirs)) != 0 {
			t.Errorf("pushed in quiet hours, or to a colleague: %d, %d", len(got(phone)), len(got(theirs)))
		}
		r.write(func(tx *db.Tx) error { return notify.SetPreferences(tx, v, p) })

		// A browser that is gone is forgotten; so is one whose session ended; a busy
		// service is asked again.
		phone.Answer(http.StatusGone)
		r.write(func(tx *db.Tx) error { _, err := tx.Exec(`DELETE FROM session WHERE id = $1`, sessions[0]); return err })
		r.message("p")
		r.follow(0)
		r.eventually("the phone is forgotten", func() bool { return r.devices() == 2 })
		if len(got(laptop)) != 3 {
			t.Error("pushed to a browser whose session ended")
		}
		if err := r.notify.Purge(context.Background()); err != nil || r.devices() != 1 {
			t.Errorf("%d devices are left: %v", r.devices(), err)
		}
		theirs.Answer(http.StatusServiceUnavailable)
		r.assign(contact, 0, 1)
		r.follow(0)
		r.eventually("a job waits", func() bool { return r.number(`SELECT COUNT(*) FROM job WHERE workspace_id = $1 AND run_at > 0`) == 1 })
		theirs.Answer(http.StatusCreated)
		r.eventually("the busy service is asked again", func() bool { return len(got(theirs)) == 1 })
	})
}

func (r *rig) number(q string) (n int) {
	r.t.Helper()
	r.read(func(tx *db.Tx) error { return tx.Row(q, []any{r.ws}, &n) })
	return n
}

func (r *rig) jobs() int { return r.number(`SELECT COUNT(*) FROM job WHERE workspace_id = $1`) }

func (r *rig) devices() int {
	return r.number(`SELECT COUNT(*) FROM push_subscription WHERE workspace_id = $1`)
}

// What a browser may not give, and that its address isn't stored in the clear.
func TestSubscribe(t *testing.T) {
	r := newRig(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)))
	good := webpushtest.Start(t).Browser().Subscription()
	v, session := r.viewer(0), r.session(0)
	for _, c := range []struct {
		endpoint, field string
		code            crm.Code
	}{
		{"http://push.example.com/x", "endpoint", crm.CodeForbiddenAddress},
		{"https://user:pass@push.example.com/x", "endpoint", crm.CodeInvalid},
		{"x", "endpoint", crm.CodeInvalid},
		{"https://push.example.com/" + strings.Repeat("x", 2000), "endpoint", crm.CodeInvalid},
		{"https://push.example.com/secret-address", "", ""},
	} {
		sub := webpush.Subscription{Endpoint: c.endpoint, Key: good.Key, Auth: good.Auth}
		err := r.d.Write(context.Background(), func(tx *db.Tx) error { return r.notify.Subscribe(tx, v, session, sub) })
		if c.code == "" && err != nil || c.code != "" && !errors.Is(err, crm.RefuseField(c.field, c.code)) {
			t.Errorf("%s: %v", c.endpoint, err)
		}
	}
	err := r.d.Write(context.Background(), func(tx *db.Tx) error {
		return r.notify.Subscribe(tx, v, session, webpush.Subscription{Endpoint: "https://push.example.com/y", Key: good.Key})
	})
	if !errors.Is(err, crm.RefuseField("keys", crm.CodeInvalid)) {
		t.Errorf("without a secret: %v", err)
	}
	var sealed []byte
	r.read(func(tx *db.Tx) error {
		return tx.Row(`SELECT sealed FROM push_subscription WHERE workspace_id = $1`, []any{r.ws}, &sealed)
	})
	if strings.Contains(string(sealed), "secret-address") {
		t.Error("the address is stored in the clear")
	}
	for range 25 {
		s := r.session(0)
		b := webpush.Subscription{Endpoint: "https://push.example.com/" + s.String(), Key: good.Key, Auth: good.Auth}
		r.write(func(tx *db.Tx) error { return r.notify.Subscribe(tx, v, s, b) })
	}
	if n := r.devices(); n != 20 {
		t.Errorf("a user has %d devices, want 20", n)
	}
}
