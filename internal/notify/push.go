package notify

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/jobs"
	"github.com/bandeja/bandeja/internal/webpush"
)

const (
	// jobPush finds out whose devices get something; jobSend pushes to one device.
	jobPush = "push"
	jobSend = "push_send"
	// pushLife is how long a push service keeps something for a device that is off.
	pushLife = 24 * time.Hour
	// maxEndpoint bounds what a browser may give; maxDevices how many of a user.
	maxEndpoint = 2000
	maxDevices  = 20
	// pushBatch is how many notifications' recipients are looked up at once.
	pushBatch  = 50
	pushAtOnce = 8
)

func (s *Service) handleJobs() {
	s.o.Queue.Handle(jobPush, jobs.Handler{Batch: pushBatch, Run: s.runPush})
	s.o.Queue.Handle(jobSend, jobs.Handler{Leased: true, MaxAttempts: 6, Run: s.runSend})
	s.o.Queue.SetLimit(jobSend, jobs.Limit{Concurrency: pushAtOnce})
}

// pushSend is the payload of jobSend.
type pushSend struct {
	Subscription crm.ID
	Notification crm.ID
	// Total is the notification's when it was promised: a newer one has its own job.
	Total int64
	// Test pushes a greeting.
	Test bool
}

// PublicKey returns the key by which browsers subscribe. It is made on first use.
func (s *Service) PublicKey(ctx context.Context, workspace crm.ID) (public string, err error) {
	err = s.o.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.Row(`SELECT public FROM push_key WHERE workspace_id = $1`, []any{workspace}, &public)
	})
	if !errors.Is(err, db.ErrNotFound) {
		return public, err
	}
	key, private, err := webpush.NewKey()
	if err != nil {
		return "", err
	}
	err = s.o.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`INSERT INTO push_key (workspace_id, public, private) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			workspace, key.Public(), s.o.Keys.Seal(private, keyPurpose(workspace))); err != nil {
			return err
		}
		return tx.Row(`SELECT public FROM push_key WHERE workspace_id = $1`, []any{workspace}, &public)
	})
	return public, err
}

func keyPurpose(workspace crm.ID) string { return "push key of " + workspace.String() }

func devicePurpose(workspace crm.ID) string { return "push subscription of " + workspace.String() }

// Subscribe keeps where the browser of a session takes pushes, instead of what the
// session had. It ends with the session.
func (s *Service) Subscribe(tx *db.Tx, v crm.Viewer, session crm.ID, sub webpush.Subscription) error {
	u, err := url.Parse(sub.Endpoint)
	switch {
	case err != nil || u.Host == "" || u.User != nil || len(sub.Endpoint) > maxEndpoint:
		return crm.RefuseField("endpoint", crm.CodeInvalid)
	case u.Scheme != "https" && !s.o.OpenNetwork:
		return crm.RefuseField("endpoint", crm.CodeForbiddenAddress)
	case sub.Check() != nil:
		return crm.RefuseField("keys", crm.CodeInvalid)
	}
	text, err := json.Marshal(sub)
	if err != nil {
		return err
	}
	hash := sha256.Sum256([]byte(sub.Endpoint))
	if _, err := tx.Exec(`DELETE FROM push_subscription WHERE workspace_id = $1 AND (session_id = $2 OR endpoint_hash = $3)`,
		v.Workspace, session, hash[:]); err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM push_subscription WHERE workspace_id = $1 AND user_id = $2 AND id IN
		(SELECT id FROM push_subscription WHERE workspace_id = $1 AND user_id = $2 ORDER BY id DESC LIMIT 1000 OFFSET $3)`,
		v.Workspace, v.User, maxDevices-1); err != nil {
		return err
	}
	return tx.Queue(`INSERT INTO push_subscription (workspace_id, id, user_id, session_id, endpoint_hash, sealed, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		int64(v.Workspace), int64(tx.NewID()), int64(v.User), int64(session), hash[:], s.o.Keys.Seal(text, devicePurpose(v.Workspace)), tx.Micros())
}

// Unsubscribe ends the pushes to a session's browser.
func Unsubscribe(tx *db.Tx, v crm.Viewer, session crm.ID) error {
	return tx.Queue(`DELETE FROM push_subscription WHERE workspace_id = $1 AND session_id = $2 AND user_id = $3`,
		int64(v.Workspace), int64(session), int64(v.User))
}

// Subscribed returns the sessions of the viewer whose browsers take pushes.
func Subscribed(tx *db.Tx, v crm.Viewer) (map[crm.ID]bool, error) {
	out := make(map[crm.ID]bool)
	err := tx.Each(`SELECT session_id FROM push_subscription WHERE workspace_id = $1 AND user_id = $2`, []any{v.Workspace, v.User}, func(r *sql.Rows) error {
		var id crm.ID
		err := r.Scan(&id)
		out[id] = true
		return err
	})
	return out, err
}

// TestPush promises a greeting to a session's browser.
func (s *Service) TestPush(tx *db.Tx, v crm.Viewer, session crm.ID) error {
	var id crm.ID
	err := tx.Row(`SELECT id FROM push_subscription WHERE workspace_id = $1 AND user_id = $2 AND session_id = $3`,
		[]any{v.Workspace, v.User, session}, &id)
	if errors.Is(err, db.ErrNotFound) {
		return crm.Refuse(crm.CodeNotFound)
	}
	if err != nil {
		return err
	}
	return s.promise(tx, v.Workspace, pushSend{Subscription: id, Test: true})
}

// promisePushes promises to look for the devices that notifications go to. Where
// nobody takes pushes there is nothing to do.
func (s *Service) promisePushes(tx *db.Tx, workspace crm.ID, ids []crm.ID) error {
	var some int
	err := tx.Row(`SELECT 1 FROM push_subscription WHERE workspace_id = $1 LIMIT 1`, []any{workspace}, &some)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	for start := 0; start < len(ids) && err == nil; start += pushBatch {
		var payload []byte
		if payload, err = json.Marshal(ids[start:min(start+pushBatch, len(ids))]); err == nil {
			_, err = s.o.Queue.Enqueue(tx, jobs.Job{Workspace: workspace, Lane: "push", Kind: jobPush, Payload: string(payload)})
		}
	}
	return err
}

// runPush promises a push to each device of those who want one, now.
func (s *Service) runPush(ctx context.Context, list []*jobs.Job) error {
	workspace := list[0].Workspace
	var ids []crm.ID
	for _, j := range list {
		var some []crm.ID
		if err := json.Unmarshal([]byte(j.Payload), &some); err != nil {
			return fmt.Errorf("notify: the job's payload can't be read: %w", err)
		}
		ids = append(ids, some...)
	}
	var sends []pushSend
	err := s.o.DB.Read(ctx, func(tx *db.Tx) (err error) {
		sends, err = s.pushesFor(tx, workspace, ids)
		return err
	})
	if err != nil {
		return err
	}
	return s.o.DB.Write(ctx, func(tx *db.Tx) error {
		for _, p := range sends {
			if err := s.promise(tx, workspace, p); err != nil {
				return err
			}
		}
		return s.o.Queue.Done(tx, list...)
	})
}

func (s *Service) pushesFor(tx *db.Tx, workspace crm.ID, ids []crm.ID) ([]pushSend, error) {
	devices := make(map[crm.ID][]crm.ID)
	err := tx.Each(`SELECT p.id, p.user_id FROM push_subscription p JOIN session s ON s.id = p.session_id AND s.user_id = p.user_id
		WHERE p.workspace_id = $1 AND s.expires_at > $2`, []any{workspace, tx.Micros()}, func(r *sql.Rows) error {
		var id, user crm.ID
		err := r.Scan(&id, &user)
		devices[user] = append(devices[user], id)
		return err
	})
	if err != nil || len(devices) == 0 {
		return nil, err
	}
	viewers, err := account.Viewers(tx, workspace)
	if err != nil {
		return nil, err
	}
	for u := range viewers {
		if devices[u] == nil {
			delete(viewers, u)
		}
	}
	told, err := tell(tx, workspace, ids, nil, viewers)
	var out []pushSend
	for u, x := range told {
		for i := range x.items {
			if !x.items[i].Desktop {
				continue
			}
			for _, device := range devices[u] {
				out = append(out, pushSend{Subscription: device, Notification: x.items[i].ID, Total: x.items[i].total})
			}
		}
	}
	return out, err
}

func (s *Service) promise(tx *db.Tx, workspace crm.ID, p pushSend) error {
	payload, err := json.Marshal(p)
	if err == nil {
		_, err = s.o.Queue.Enqueue(tx, jobs.Job{
			Workspace: workspace, Lane: "push:" + p.Subscription.String(), LimitKey: jobSend, Kind: jobSend, Payload: string(payload),
		})
	}
	return err
}

// pushed is what a service worker gets.
type pushed struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	URL   string `json:"url"`
	// Tag replaces what is shown under the same one.
	Tag string `json:"tag"`
}

// outgoing is a push that is about to leave.
type outgoing struct {
	sub     webpush.Subscription
	private []byte
	text    pushed
	urgent  bool
}

// runSend pushes to one device.
func (s *Service) runSend(ctx context.Context, list []*jobs.Job) error {
	j := list[0]
	var p pushSend
	if err := json.Unmarshal([]byte(j.Payload), &p); err != nil {
		return fmt.Errorf("notify: the job's payload can't be read: %w", err)
	}
	var out *outgoing
	err := s.o.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = s.compose(tx, j.Workspace, p)
		return err
	})
	if err != nil || out == nil {
		return err // read, taken away, or followed by a newer one meanwhile
	}
	status, wait, err := s.push(ctx, out)
	switch {
	case err != nil:
		return fmt.Errorf("notify: the push service can't be reached: %w", hideAddress(err))
	case status == http.StatusNotFound || status == http.StatusGone:
		return s.o.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`DELETE FROM push_subscription WHERE workspace_id = $1 AND id = $2`, j.Workspace, p.Subscription)
			if err != nil {
				return err
			}
			return s.o.Queue.Done(tx, j)
		})
	case status == http.StatusTooManyRequests || status >= 500:
		return s.o.DB.Write(ctx, func(tx *db.Tx) error {
			return s.o.Queue.Retry(tx, j, max(wait, jobs.Backoff(j.Attempt)), fmt.Errorf("the push service answered %d", status))
		})
	case status >= 300:
		s.o.Logger.Warn("a push service refused a notification", "status", status, "workspace", j.Workspace)
	}
	return nil
}

// hideAddress keeps the endpoint out of errors, which are stored and logged: whoever
// knows it may push to the device.
func hideAddress(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// compose writes a push, or nothing where it is no longer wanted.
func (s *Service) compose(tx *db.Tx, workspace crm.ID, p pushSend) (*outgoing, error) {
	var user crm.ID
	var sealed, sealedKey []byte
	err := tx.Row(`SELECT p.user_id, p.sealed, k.private FROM push_subscription p JOIN session s ON s.id = p.session_id AND s.user_id = p.user_id
		JOIN push_key k ON k.workspace_id = p.workspace_id WHERE p.workspace_id = $1 AND p.id = $2 AND s.expires_at > $3`,
		[]any{workspace, p.Subscription, tx.Micros()}, &user, &sealed, &sealedKey)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := &outgoing{}
	if out.private, err = s.o.Keys.Open(sealedKey, keyPurpose(workspace)); err != nil {
		return nil, err
	}
	text, err := s.o.Keys.Open(sealed, devicePurpose(workspace))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &out.sub); err != nil {
		return nil, err
	}
	viewers, err := account.Viewers(tx, workspace)
	if err != nil {
		return nil, err
	}
	v, ok := viewers[user]
	if !ok {
		return nil, nil
	}
	if p.Test {
		say := func(en, es string) string { return crm.Text{EN: en, ES: es}.In(string(v.Language)) }
		out.text = pushed{Title: say("It works", "Funciona"), Body: say("This is how Bandeja tells you of things.", "Así le avisa Bandeja."), URL: "/settings/profile#notifications", Tag: "test"}
		return out, nil
	}
	n, err := oneNew(tx, v, p.Notification)
	if err != nil || n == nil || n.total != p.Total {
		return nil, err
	}
	settings, err := GetPreferences(tx, v)
	if err != nil {
		return nil, err
	}
	line, err := describe(tx, v, []Notification{*n}, settings.Content)
	if err != nil || len(line) == 0 {
		return nil, err
	}
	out.text = pushed{Title: line[0].name, Body: line[0].what, URL: line[0].path, Tag: n.Contact.String()}
	if line[0].text != "" {
		out.text.Body += "\n" + line[0].text
	}
	out.urgent = n.Kind != MessageTeam && n.Kind != MessageUnassigned
	return out, nil
}

func (s *Service) push(ctx context.Context, out *outgoing) (status int, wait time.Duration, err error) {
	key, err := webpush.OpenKey(out.private)
	if err != nil {
		return 0, 0, err
	}
	text, err := json.Marshal(out.text)
	if err != nil {
		return 0, 0, err
	}
	topic := sha256.Sum256([]byte(out.text.Tag))
	r, err := key.Request(ctx, out.sub, webpush.Message{
		Text: text, TTL: pushLife, Urgent: out.urgent, Topic: base64.RawURLEncoding.EncodeToString(topic[:24]), Subject: s.subject(),
	}, time.Now())
	if err != nil {
		return 0, 0, err
	}
	resp, err := s.o.Client.Do(r)
	if err != nil {
		return 0, 0, err
	}
	defer resp.Body.Close()
	seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After")) // 0 where it says nothing, or a date
	return resp.StatusCode, time.Duration(min(max(seconds, 0), 3600)) * time.Second, nil
}

// subject is whom a push service may turn to.
func (s *Service) subject() string {
	if strings.HasPrefix(s.o.PublicURL, "https://") {
		return s.o.PublicURL
	}
	host := "localhost"
	if u, err := url.Parse(s.o.PublicURL); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return "mailto:postmaster@" + host
}
