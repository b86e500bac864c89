package inbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/jobs"
)

// ScheduledStatus is what has become of a scheduled message.
type ScheduledStatus string

// The statuses. A sent one stays for a while, so that whoever was about to change it
// learns that it is too late.
const (
	ScheduledWaiting ScheduledStatus = "waiting"
	ScheduledFailed  ScheduledStatus = "failed"
	ScheduledSent    ScheduledStatus = "sent"
)

// Scheduled is a message that waits for its time. When it comes, the message takes
// the way of [Inbox.Send] as if its author pressed the button then: what isn't allowed
// then fails, and stays as failed until somebody sends it again, changes or deletes it.
type Scheduled struct {
	Workspace crm.ID
	Contact   crm.ID
	ID        crm.ID
	// User is the author: whoever wrote it, or changed it last. Token is set where it
	// came by the API.
	User  crm.ID
	Token crm.ID
	Out   Outgoing
	// SendAt is microseconds UTC.
	SendAt int64
	// Undo marks a message that was sent, and can be taken back until its time.
	Undo      bool
	Status    ScheduledStatus
	Error     *crm.Error
	Message   crm.ID
	Version   int64
	CreatedAt int64
}

const (
	// maxScheduled is how many messages may wait for one contact.
	maxScheduled = 100
	maxAhead     = 366 * 24 * time.Hour
	// keepSent is how long a sent one is remembered.
	keepSent     = 24 * time.Hour
	jobScheduled = "scheduled"
)

const scheduledColumns = `id, user_id, token_id, channel_id, comment, content, reply_to, send_at, undo, status, error, message_id,
	version, client_ref, created_at`

func scanScheduled(r *sql.Rows, workspace, contactID crm.ID) (Scheduled, error) {
	s := Scheduled{Workspace: workspace, Contact: contactID}
	var content, failure string
	err := r.Scan(&s.ID, &s.User, &s.Token, &s.Out.Channel, &s.Out.Comment, &content, &s.Out.ReplyTo, &s.SendAt, &s.Undo, &s.Status, &failure,
		&s.Message, &s.Version, &s.Out.ClientRef, &s.CreatedAt)
	if err == nil {
		err = json.Unmarshal([]byte(content), &s.Out.Content)
	}
	if err == nil && failure != "" {
		err = json.Unmarshal([]byte(failure), &s.Error)
	}
	if s.Error != nil {
		for k, v := range s.Error.Args {
			if n, ok := v.(float64); ok && n == float64(int64(n)) {
				s.Error.Args[k] = int64(n) // limits were whole numbers before they were JSON
			}
		}
	}
	return s, err
}

// ListScheduled returns what waits for a contact, or failed, in the order of its
// times.
func ListScheduled(tx *db.Tx, v crm.Viewer, id crm.ID) ([]Scheduled, error) {
	if _, err := contact.See(tx, v, id, false); err != nil {
		return nil, err
	}
	return scheduledOf(tx, v.Workspace, id, ` AND status <> 'sent' ORDER BY send_at, id`)
}

func scheduledOf(tx *db.Tx, workspace, id crm.ID, and string, args ...any) (out []Scheduled, err error) {
	err = tx.Each(`SELECT `+scheduledColumns+` FROM scheduled_message WHERE workspace_id = $1 AND contact_id = $2`+and,
		append([]any{workspace, id}, args...), func(r *sql.Rows) error {
			s, err := scanScheduled(r, workspace, id)
			out = append(out, s)
			return err
		})
	return out, err
}

// When says when a message goes.
type When struct {
	At time.Time
	// Undo sends it after the seconds that the user has to take back what they sent.
	Undo bool
}

// Schedule keeps a message until its time. What can be known now is checked now;
// whether the messaging window is open only where it can still be undone.
func (in *Inbox) Schedule(tx *db.Tx, v crm.Viewer, id crm.ID, out Outgoing, when When) (*Scheduled, error) {
	w := in.work(tx, v.Workspace)
	t, err := w.seen(v, id)
	if err != nil {
		return nil, err
	}
	if when.Undo {
		u, err := account.GetUser(tx, v)
		if err != nil {
			return nil, err
		}
		when.At = tx.Now().Add(time.Duration(u.UndoSend) * time.Second)
	} else if err := checkTime(tx, when.At); err != nil {
		return nil, err
	}
	waiting, err := scheduledOf(tx, v.Workspace, id, ` AND status <> 'sent'`)
	if err != nil {
		return nil, err
	}
	if len(waiting) >= maxScheduled {
		return nil, crm.RefuseField("send_at", crm.CodeLimit, "max", maxScheduled)
	}
	s := &Scheduled{
		Workspace: v.Workspace, Contact: id, ID: tx.NewID(), User: v.User, Token: v.Token, Out: out, SendAt: when.At.UnixMicro(), Undo: when.Undo,
		Status: ScheduledWaiting, Version: 1, CreatedAt: tx.Micros(),
	}
	if s.Undo && len(waiting) > 0 {
		// Not before what was sent before it, even if the user has just chosen less time.
		for _, x := range waiting {
			if x.Undo && x.Status == ScheduledWaiting && x.User == v.User {
				s.SendAt = max(s.SendAt, x.SendAt)
			}
		}
	}
	if s.Out.ClientRef == "" {
		s.Out.ClientRef = "scheduled-" + s.ID.String()
	}
	if err := in.checkScheduled(tx, t, s, v.Actor()); err != nil {
		return nil, err
	}
	err = tx.Queue(`INSERT INTO scheduled_message (workspace_id, contact_id, id, user_id, token_id, channel_id, comment, content, reply_to, send_at,
			undo, status, version, client_ref, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		int64(v.Workspace), int64(id), int64(s.ID), int64(s.User), int64(s.Token), int64(s.Out.Channel), s.Out.Comment, document(&s.Out.Content),
		int64(s.Out.ReplyTo), s.SendAt, s.Undo, string(s.Status), s.Version, s.Out.ClientRef, s.CreatedAt, s.CreatedAt)
	if err != nil {
		return nil, err
	}
	return s, in.promise(tx, v, s)
}

func checkTime(tx *db.Tx, at time.Time) error {
	switch ahead := at.Sub(tx.Now()); {
	case ahead <= 0:
		return crm.RefuseField("send_at", crm.CodePast)
	case ahead > maxAhead:
		return crm.RefuseField("send_at", crm.CodeTooFar)
	}
	return nil
}

// checkScheduled refuses what couldn't be sent at any time.
func (in *Inbox) checkScheduled(tx *db.Tx, t *tracked, s *Scheduled, by crm.Actor) error {
	cleanContent(&s.Out.Content)
	if s.Out.ReplyTo != 0 {
		if _, err := getMessage(tx, s.Workspace, t.ID, s.Out.ReplyTo); err != nil {
			if errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
				err = crm.RefuseField("reply_to", crm.CodeInvalid)
			}
			return err
		}
	}
	if s.Out.Comment {
		return fitsComment(&s.Out.Content)
	}
	if t.Blocked {
		return crm.Refuse(crm.CodeBlocked)
	}
	ch, reach, err := in.route(tx, s.Workspace, t.Contact, s.Out.Channel)
	if err != nil {
		return err
	}
	s.Out.Channel = ch.ID // as chosen now, whatever the contact uses until then
	if s.Undo {
		if err := allowed(ch, reach, &s.Out.Content, by, tx.Now()); err != nil {
			return err
		}
	} else if err := fits(ch, &s.Out.Content); err != nil {
		return err
	}
	return useFiles(tx, &Message{Workspace: s.Workspace, Contact: s.Contact, Content: s.Out.Content})
}

// due is the payload of the job that sends scheduled messages of a contact: those
// whose place in the order of times is not behind this one.
type due struct {
	Contact crm.ID
	At      int64
	ID      crm.ID
}

// promise stores the job of a waiting message and tells the browsers. Each has a lane
// of its own: a later message doesn't hold up an earlier one.
func (in *Inbox) promise(tx *db.Tx, v crm.Viewer, s *Scheduled) error {
	in.scheduledChanged(tx, s, v.Actor())
	payload, err := json.Marshal(due{s.Contact, s.SendAt, s.ID})
	if err != nil {
		return err
	}
	_, err = in.queue.Enqueue(tx, jobs.Job{
		Workspace: s.Workspace, Lane: fmt.Sprintf("scheduled:%s:%d", s.ID, s.Version), Kind: jobScheduled, LimitKey: jobScheduled, Payload: string(payload),
		RunAt: time.UnixMicro(s.SendAt),
	})
	return err
}

func (in *Inbox) scheduledChanged(tx *db.Tx, s *Scheduled, by crm.Actor) {
	in.events.Append(tx, s.Workspace, eventlog.Event{Kind: eventlog.ScheduledChanged, Contact: s.Contact, Actor: by})
}

// ScheduledChange changes a scheduled message; nil leaves a value.
type ScheduledChange struct {
	Text        *string
	Attachments *[]crm.Attachment
	Channel     *crm.ID
	At          *time.Time
}

// Reschedule changes a message that waits or has failed, which then waits again.
// Whoever changes it becomes its author: it is their word now. version, when not 0,
// must be the one the change was made on (crm.CodeChanged).
func (in *Inbox) Reschedule(tx *db.Tx, v crm.Viewer, id, scheduled crm.ID, version int64, c ScheduledChange) (*Scheduled, error) {
	t, s, err := in.pending(tx, v, id, scheduled, version)
	if err != nil {
		return nil, err
	}
	if c.Text != nil {
		s.Out.Content.Text = *c.Text
	}
	if c.Attachments != nil {
		s.Out.Content.Attachments = *c.Attachments
		if s.Out.Content.Template == nil {
			s.Out.Content.Kind = crm.KindText // made anew of what is attached
		}
	}
	if c.Channel != nil {
		if *c.Channel != s.Out.Channel {
			s.Out.Content.Tag = "" // the other channel's
		}
		s.Out.Channel = *c.Channel
	}
	if c.At != nil {
		s.SendAt = c.At.UnixMicro()
	}
	if err := checkTime(tx, time.UnixMicro(s.SendAt)); err != nil {
		return nil, err
	}
	s.User, s.Token, s.Undo, s.Status, s.Error = v.User, v.Token, false, ScheduledWaiting, nil
	if err := in.checkScheduled(tx, t, s, v.Actor()); err != nil {
		return nil, err
	}
	if err := saveScheduled(tx, s); err != nil {
		return nil, err
	}
	return s, in.promise(tx, v, s)
}

// Unschedule deletes a message that waits or has failed; it isn't sent.
func (in *Inbox) Unschedule(tx *db.Tx, v crm.Viewer, id, scheduled crm.ID, version int64) error {
	_, s, err := in.pending(tx, v, id, scheduled, version)
	if err != nil {
		return err
	}
	in.scheduledChanged(tx, s, v.Actor())
	return tx.Queue(`DELETE FROM scheduled_message WHERE workspace_id = $1 AND contact_id = $2 AND id = $3`,
		int64(v.Workspace), int64(id), int64(scheduled))
}

// SendScheduled sends a message that waits or has failed at once. The viewer sends it:
// where that is refused, it stays as it was.
func (in *Inbox) SendScheduled(tx *db.Tx, v crm.Viewer, id, scheduled crm.ID) (*Message, error) {
	_, s, err := in.pending(tx, v, id, scheduled, 0)
	if err != nil {
		return nil, err
	}
	m, err := in.Send(tx, v, id, s.Out)
	if err != nil {
		return nil, err
	}
	return m, in.markSent(tx, s, m.ID, v.Actor())
}

func (in *Inbox) markSent(tx *db.Tx, s *Scheduled, message crm.ID, by crm.Actor) error {
	s.Status, s.Message, s.Error = ScheduledSent, message, nil
	in.scheduledChanged(tx, s, by)
	return saveScheduled(tx, s)
}

// pending locks the contact, behind which the sending job waits, and returns a message
// of it that isn't sent.
func (in *Inbox) pending(tx *db.Tx, v crm.Viewer, id, scheduled crm.ID, version int64) (*tracked, *Scheduled, error) {
	w := in.work(tx, v.Workspace)
	t, err := w.seen(v, id)
	if err != nil {
		return nil, nil, err
	}
	list, err := scheduledOf(tx, v.Workspace, id, ` AND id = $3`, scheduled)
	switch {
	case err != nil:
		return nil, nil, err
	case len(list) == 0:
		return nil, nil, crm.Refuse(crm.CodeNotFound)
	case list[0].Status == ScheduledSent:
		return nil, nil, crm.Refuse(crm.CodeAlreadySent)
	case version != 0 && version != list[0].Version:
		return nil, nil, crm.Refuse(crm.CodeChanged)
	}
	return t, &list[0], nil
}

func saveScheduled(tx *db.Tx, s *Scheduled) error {
	s.Version++
	return tx.Queue(`UPDATE scheduled_message SET user_id = $1, token_id = $2, channel_id = $3, content = $4, send_at = $5, undo = $6, status = $7,
			error = $8, message_id = $9, version = $10, updated_at = $11 WHERE workspace_id = $12 AND contact_id = $13 AND id = $14`,
		int64(s.User), int64(s.Token), int64(s.Out.Channel), document(&s.Out.Content), s.SendAt, s.Undo, string(s.Status),
		document(s.Error), int64(s.Message), s.Version, tx.Micros(), int64(s.Workspace), int64(s.Contact), int64(s.ID))
}

// runScheduled sends what is due of a contact, one message a transaction and in the
// order of their times: messages that were due while no process ran come in order too.
func (in *Inbox) runScheduled(ctx context.Context, list []*jobs.Job) error {
	j := list[0]
	var d due
	if err := json.Unmarshal([]byte(j.Payload), &d); err != nil {
		return fmt.Errorf("inbox: the job's payload can't be read: %w", err)
	}
	// A stop waits for the message at hand, and leaves the rest for the next start.
	stopped := ctx
	ctx = context.WithoutCancel(ctx)
	for stopped.Err() == nil {
		s, err := in.fire(ctx, j.Workspace, d)
		var refused *crm.Error
		if errors.As(err, &refused) {
			err = in.failScheduled(ctx, s, refused)
		}
		if err != nil {
			return err
		}
		if s == nil {
			return in.d.Write(ctx, func(tx *db.Tx) error { return in.queue.Done(tx, j) })
		}
	}
	return nil
}

// fire sends the first message that is due; nil where there is none.
func (in *Inbox) fire(ctx context.Context, workspace crm.ID, d due) (s *Scheduled, err error) {
	err = in.d.Write(ctx, func(tx *db.Tx) error {
		s = nil
		if _, err := contact.Get(tx, workspace, d.Contact, true); err != nil {
			if errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
				return nil
			}
			return err
		}
		list, err := scheduledOf(tx, workspace, d.Contact, ` AND status = 'waiting' AND (send_at, id) <= ($3, $4) ORDER BY send_at, id LIMIT 1`, d.At, d.ID)
		if err != nil || len(list) == 0 {
			return err
		}
		s = &list[0]
		author, err := account.ViewerOf(tx, workspace, s.User)
		switch {
		case errors.Is(err, crm.Refuse(crm.CodeNotFound)):
			return crm.Refuse(crm.CodeAuthorGone)
		case err != nil:
			return err
		case !author.May(crm.MessagesSend):
			return crm.Refuse(crm.CodeAuthorLostAccess)
		}
		author.Token = s.Token
		out := s.Out
		out.Due = !s.Undo
		m, err := in.Send(tx, author, s.Contact, out)
		if errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
			return crm.Refuse(crm.CodeAuthorLostAccess)
		}
		if err != nil {
			return err
		}
		return in.markSent(tx, s, m.ID, author.Actor())
	})
	return s, err
}

// failScheduled keeps why a message wasn't sent, unless it was changed since.
func (in *Inbox) failScheduled(ctx context.Context, s *Scheduled, why *crm.Error) error {
	return in.d.Write(ctx, func(tx *db.Tx) error { return in.failIn(tx, s.Workspace, due{s.Contact, s.SendAt, s.ID}, why) })
}

func (in *Inbox) failIn(tx *db.Tx, workspace crm.ID, d due, why *crm.Error) error {
	if _, err := contact.Get(tx, workspace, d.Contact, true); err != nil {
		return err
	}
	list, err := scheduledOf(tx, workspace, d.Contact, ` AND id = $3 AND send_at = $4 AND status = 'waiting'`, d.ID, d.At)
	if err != nil || len(list) == 0 {
		return err
	}
	s := &list[0]
	s.Status, s.Error, s.Undo = ScheduledFailed, why, false
	in.events.Append(tx, workspace, eventlog.Event{
		Kind: eventlog.ScheduledChanged, Contact: s.Contact, Actor: crm.Actor{Source: crm.BySystem},
		Data: eventlog.Data(Unsent{Scheduled: s.ID, Author: s.User}),
	})
	return saveScheduled(tx, s)
}

// Unsent is the data of the event that a scheduled message wasn't sent.
type Unsent struct {
	Scheduled crm.ID `json:"scheduled_id"`
	Author    crm.ID `json:"author_id"`
}

// scheduledDied keeps as failed what couldn't be sent for a reason of ours, over and
// over.
func (in *Inbox) scheduledDied(tx *db.Tx, j *jobs.Job) error {
	var d due
	err := json.Unmarshal([]byte(j.Payload), &d)
	if err == nil {
		err = in.failIn(tx, j.Workspace, d, crm.Refuse(crm.CodeInternal))
	}
	if errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
		return nil // the contact is gone
	}
	return err
}

// PurgeScheduled forgets what was sent long ago.
func (in *Inbox) PurgeScheduled(ctx context.Context) error {
	return in.d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM scheduled_message WHERE status = 'sent' AND updated_at < $1`, tx.Now().Add(-keepSent).UnixMicro())
		return err
	})
}
