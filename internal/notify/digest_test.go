package notify_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/mail"
	"github.com/bandeja/bandeja/internal/mail/mailtest"
	"github.com/bandeja/bandeja/internal/notify"
)

// Who is away gets one mail of what is new to them, never twice of the same, nothing of
// what they read meanwhile, and nothing in quiet hours.
func TestDigest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		post := mailtest.New(t)
		r := newRig(t, d, func(o *notify.Options) {
			var err error
			o.Mail, err = mail.New(mail.Options{URL: post.URL, DB: d, Queue: o.Queue, Keys: o.Keys, Logger: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
		})
		r.work()
		active := func(i int, ago time.Duration) {
			r.write(func(tx *db.Tx) error {
				_, err := tx.Exec(`UPDATE member SET active_at = $1 WHERE workspace_id = $2 AND user_id = $3`, tx.Now().Add(-ago).UnixMicro(), r.ws, r.users[i])
				return err
			})
		}
		// later lets time go by since the last mails.
		later := func() {
			r.write(func(tx *db.Tx) error {
				_, err := tx.Exec(`UPDATE notify_preference SET mailed_at = mailed_at - $1 WHERE workspace_id = $2`, time.Hour.Microseconds(), r.ws)
				return err
			})
		}
		digest := func() {
			t.Helper()
			// Several processes look at the same time.
			var wg sync.WaitGroup
			for range 3 {
				wg.Go(func() {
					if err := r.notify.Digest(context.Background()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			r.eventually("the mails have left", func() bool {
				return r.number(`SELECT COUNT(*) FROM job WHERE workspace_id = $1 AND kind = 'mail'`) == 0
			})
		}
		for i := range r.users {
			active(i, 0)
		}
		lucia, mateo := r.message("lucia"), r.message("mateo") // unassigned: no mail of that by default
		r.follow(0)
		r.assign(lucia, 0, 2)
		r.assign(mateo, 0, 2)
		r.message("lucia")
		r.message("lucia")
		r.comment(mateo, 0, "look at this, "+crm.MentionToken(r.users[2]))
		r.follow(0)
		digest()
		if got := post.Got(); len(got) != 0 {
			t.Fatalf("somebody who is there got a mail: %s", got[0])
		}
		active(2, 16*time.Minute)
		active(1, time.Hour) // the manager has nothing new that they want a mail of
		digest()
		got := post.Got()
		if len(got) != 1 {
			t.Fatalf("%d mails, want 1", len(got))
		}
		for _, words := range []string{
			"For " + r.users[2].String() + "@example.com", "Subject: 4 new notifications in Shop", "Person lucia", "2 new messages: hello",
			"User 0 mentioned you: look at this, @User 2", "https://inbox.example.com/inbox/mine/" + lucia.String() + "?m=", "/settings/profile#notifications",
		} {
			if !strings.Contains(got[0], words) {
				t.Errorf("the mail lacks %q:\n%s", words, got[0])
			}
		}
		digest()
		later()
		digest()
		if n := len(post.Got()); n != 1 {
			t.Fatalf("the same was mailed again: %d mails", n)
		}
		// Something newer is, but not before the time is over again.
		r.message("mateo")
		r.follow(0)
		digest()
		later()
		digest()
		if got := post.Got(); len(got) != 2 || !strings.Contains(got[1], "Subject: Person mateo: New message") {
			t.Fatalf("%d mails: %s", len(got), got[len(got)-1])
		}
		// What is read is not mailed, nor anything while it is quiet; afterwards it is.
		r.message("lucia")
		r.follow(0)
		v := r.viewer(2)
		r.write(func(tx *db.Tx) error { _, err := notify.ReadContact(tx, v, lucia); return err })
		later()
		digest()
		p := notify.Defaults()
		p.Content = false
		p.Quiet = notify.Quiet{On: true, From: 0, To: 1439, Days: []int{0, 1, 2, 3, 4, 5, 6}}
		if time.Now().UTC().Format("15:04") == "23:59" {
			p.Quiet.From, p.Quiet.To = 12*60, 11*60
		}
		r.write(func(tx *db.Tx) error { return notify.SetPreferences(tx, v, p) })
		r.message("lucia")
		r.follow(0)
		digest()
		if n := len(post.Got()); n != 2 {
			t.Fatalf("%d mails, want 2", n)
		}
		p.Quiet.On = false
		r.write(func(tx *db.Tx) error { return notify.SetPreferences(tx, v, p) })
		digest()
		if got := post.Got(); len(got) != 3 || strings.Contains(got[2], "hello") {
			t.Fatalf("%d mails: %s", len(got), got[len(got)-1])
		}
	})
}
