package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/jobs"
)

// The limits of a closing note, in characters.
const (
	maxCategory = 128
	maxSummary  = 512
)

// Note is what a conversation is closed with.
type Note struct {
	// Category is one of the workspace's, by name.
	Category string
	Summary  string
}

// Close closes the open conversation with a note and, where the workspace wants it
// so, unassigns the contact. What the note must have is the workspace's choice, and
// binds people: programs may leave it out. Closing what is closed is nothing, whatever
// the note: of two who close at once both have what they want.
func (in *Inbox) Close(tx *db.Tx, v crm.Viewer, id crm.ID, note Note) (*contact.Contact, error) {
	if err := note.fits(); err != nil {
		return nil, err
	}
	return in.act(tx, v, id, func(w *workset, t *tracked) error {
		if t.Blocked {
			return crm.Refuse(crm.CodeBlocked)
		}
		if t.Conversation == 0 {
			return nil
		}
		settings, err := account.GetClosing(tx, v.Workspace)
		if err != nil {
			return err
		}
		if err := note.check(settings, v.Token == 0); err != nil {
			return err
		}
		return w.close(t, v.Actor(), note)
	})
}

// fits cleans a note and refuses one that is too long.
func (n *Note) fits() error {
	n.Category, n.Summary = strings.TrimSpace(crm.Clean(n.Category)), strings.TrimSpace(crm.Clean(n.Summary))
	switch {
	case utf8.RuneCountInString(n.Category) > maxCategory:
		return crm.RefuseField("category", crm.CodeTooLong, "max", maxCategory)
	case utf8.RuneCountInString(n.Summary) > maxSummary:
		return crm.RefuseField("summary", crm.CodeTooLong, "max", maxSummary)
	}
	return nil
}

// check refuses a note that a workspace doesn't want so.
func (n *Note) check(s account.Closing, person bool) error {
	switch {
	case n.Category != "" && !slices.ContainsFunc(s.Categories, func(c account.Category) bool { return c.Name == n.Category }):
		return crm.RefuseField("category", crm.CodeUnknownCategory)
	case !person:
		return nil
	case s.Mode == account.NoteOff && *n != (Note{}):
		return crm.RefuseField("category", crm.CodeInvalid)
	case n.Category == "" && (s.Mode == account.NoteCategory || s.Mode == account.NoteBoth):
		return crm.RefuseField("category", crm.CodeRequired)
	case n.Summary == "" && s.Mode == account.NoteBoth:
		return crm.RefuseField("summary", crm.CodeRequired)
	}
	return nil
}

// close closes a contact's open conversation.
func (w *workset) close(t *tracked, by crm.Actor, note Note) error {
	if t.Conversation == 0 {
		return nil
	}
	now := w.tx.Micros()
	err := w.tx.Queue(`UPDATE conversation SET closed_at = $1, closed_source = $2, closed_by = $3, category = $4, summary = $5
		WHERE workspace_id = $6 AND contact_id = $7 AND id = $8`,
		now, string(by.Source), int64(by.ID), note.Category, note.Summary, int64(w.workspace), int64(t.ID), int64(t.Conversation))
	if err != nil {
		return err
	}
	e := eventlog.Event{Kind: eventlog.ConversationClosed, Contact: t.ID, Conversation: t.Conversation, Actor: by, Timeline: true}
	if note != (Note{}) {
		e.Data = eventlog.Data(map[string]string{"category": note.Category, "summary": note.Summary})
	}
	w.append(e)
	if w.unassigns == nil {
		w.unassigns = new(bool)
		if err := w.tx.Row(`SELECT unassign_on_close FROM workspace WHERE id = $1`, []any{w.workspace}, w.unassigns); err != nil {
			return err
		}
	}
	if *w.unassigns {
		w.assign(t, 0, crm.Actor{Source: crm.BySystem})
	}
	t.Conversation, t.Status, t.StatusSince, t.Unread, t.dirty = 0, crm.Closed, now, 0, true
	t.Unreplied, t.SnoozedUntil = false, 0
	return nil
}

// Assignment says whom a contact goes to.
type Assignment struct {
	// User gets the contact; 0 with Team 0 for nobody.
	User crm.ID
	// Team gives the contact to that member who is online, or else any, with the
	// fewest open conversations; a member who has it already keeps it.
	Team crm.ID
	// OnlyFrom, where set, refuses unless the contact is still assigned so, or already as it
	// is to be: of several who claim a conversation at once one gets it.
	OnlyFrom *crm.ID
}

// Assign gives a contact to a member of the workspace, or to nobody.
func (in *Inbox) Assign(tx *db.Tx, v crm.Viewer, id crm.ID, a Assignment) (*contact.Contact, error) {
	return in.act(tx, v, id, func(w *workset, t *tracked) error {
		next, err := w.takers(BulkAssign{User: a.User, Team: a.Team})
		if err != nil {
			return err
		}
		to := next(t.Assignee)
		if a.OnlyFrom != nil && t.Assignee != *a.OnlyFrom && t.Assignee != to {
			return w.taken(t.Assignee)
		}
		w.assign(t, to, v.Actor())
		return nil
	})
}

// taken says who has a conversation that another wanted.
func (w *workset) taken(by crm.ID) error {
	name := ""
	err := w.tx.Row(`SELECT name FROM app_user WHERE id = $1`, []any{by}, &name)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return err
	}
	return crm.RefuseField("user_id", crm.CodeTaken, "name", name)
}

// team returns the members of a team, and for each how well placed they are: whether
// there, and with how many open conversations. Less is better.
func (w *workset) team(id crm.ID) (users []crm.ID, load map[crm.ID][2]int64, err error) {
	b, err := LoadBoard(w.tx, w.workspace, 0)
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(b.teams, func(t account.Team) bool { return t.ID == id })
	if i < 0 {
		return nil, nil, crm.RefuseField("team_id", crm.CodeUnknownTeam)
	}
	if len(b.teams[i].Users) == 0 {
		return nil, nil, crm.RefuseField("team_id", crm.CodeNoTeamMember)
	}
	there, err := account.Statuses(w.tx, w.workspace)
	order := map[account.Activity]int64{account.Online: 0, account.Busy: 1, "": 2}
	load = make(map[crm.ID][2]int64)
	for _, u := range b.teams[i].Users {
		load[u] = [2]int64{order[there[u]], b.of[u].contacts}
	}
	return b.teams[i].Users, load, err
}

const jobUnsnooze = "unsnooze"

// snooze is the payload of the job that brings a contact back.
type snooze struct {
	Contact crm.ID
	Until   int64
	// By is the user who snoozed it, 0 for none.
	By crm.ID
}

// Due is the data of an Unsnoozed event whose time has come.
type Due struct {
	SnoozedBy crm.ID `json:"snoozed_by"`
}

// Arrived is the data of a MessageCreated event, where there is something to say.
type Arrived struct {
	// History tells that the message is old, from before the channel was connected.
	History bool `json:"history"`
}

// maxSnooze is how far ahead a contact can be snoozed.
const maxSnooze = 366 * 24 * time.Hour

// Snooze takes a contact with an open conversation out of the open lists until a
// time. It keeps its assignee; a message from it, or closing, ends the snooze.
func (in *Inbox) Snooze(tx *db.Tx, v crm.Viewer, id crm.ID, until time.Time) (*contact.Contact, error) {
	if err := checkSnooze(tx, until); err != nil {
		return nil, err
	}
	return in.act(tx, v, id, func(w *workset, t *tracked) error { return w.snooze(t, v.Actor(), until) })
}

func checkSnooze(tx *db.Tx, until time.Time) error {
	switch ahead := until.Sub(tx.Now()); {
	case ahead <= 0:
		return crm.RefuseField("until", crm.CodePast)
	case ahead > maxSnooze:
		return crm.RefuseField("until", crm.CodeInvalid)
	}
	return nil
}

func (w *workset) snooze(t *tracked, by crm.Actor, until time.Time) error {
	if t.Blocked {
		return crm.Refuse(crm.CodeBlocked)
	}
	if t.Status == crm.Snoozed && t.SnoozedUntil == until.UnixMicro() {
		return nil
	}
	if t.Conversation == 0 {
		w.open(t, by, 0, nil, nil)
	}
	t.Status, t.StatusSince, t.SnoozedUntil, t.dirty = crm.Snoozed, w.tx.Micros(), until.UnixMicro(), true
	w.append(eventlog.Event{
		Kind: eventlog.Snoozed, Contact: t.ID, Conversation: t.Conversation, Actor: by, Timeline: true,
		Data: eventlog.Data(map[string]string{"until": until.UTC().Format(time.RFC3339)}),
	})
	payload, err := json.Marshal(snooze{t.ID, t.SnoozedUntil, by.ID})
	if err != nil {
		return err
	}
	_, err = w.in.queue.Enqueue(w.tx, jobs.Job{
		Workspace: w.workspace, Lane: fmt.Sprintf("snooze:%s:%d", t.ID, t.SnoozedUntil), Kind: jobUnsnooze, Payload: string(payload), RunAt: until,
	})
	return err
}

// Unsnooze brings a snoozed contact back before its time.
func (in *Inbox) Unsnooze(tx *db.Tx, v crm.Viewer, id crm.ID) (*contact.Contact, error) {
	return in.act(tx, v, id, func(w *workset, t *tracked) error {
		w.wake(t, v.Actor())
		return nil
	})
}

// wake ends a snooze, if there is one.
func (w *workset) wake(t *tracked, by crm.Actor) bool { return w.wakeWith(t, by, "") }

func (w *workset) wakeWith(t *tracked, by crm.Actor, data string) bool {
	if t.Status != crm.Snoozed {
		return false
	}
	t.Status, t.StatusSince, t.SnoozedUntil, t.dirty = crm.Open, w.tx.Micros(), 0, true
	w.append(eventlog.Event{Kind: eventlog.Unsnoozed, Contact: t.ID, Conversation: t.Conversation, Actor: by, Data: data, Timeline: true})
	return true
}

// runUnsnooze brings contacts back whose time has come. A snooze that ended or was
// changed meanwhile is left alone.
func (in *Inbox) runUnsnooze(ctx context.Context, list []*jobs.Job) error {
	return in.d.Write(ctx, func(tx *db.Tx) error {
		for _, j := range list {
			var s snooze
			if err := json.Unmarshal([]byte(j.Payload), &s); err != nil {
				return fmt.Errorf("inbox: the job's payload can't be read: %w", err)
			}
			w := in.work(tx, j.Workspace)
			if err := w.load(s.Contact); err != nil {
				return err
			}
			if t := w.contacts[s.Contact]; t != nil && t.Status == crm.Snoozed && t.SnoozedUntil == s.Until {
				w.wakeWith(t, crm.Actor{Source: crm.BySystem}, eventlog.Data(Due{SnoozedBy: s.By}))
			}
			if err := w.save(); err != nil {
				return err
			}
		}
		return in.queue.Done(tx, list...)
	})
}

// Block keeps a contact out of everything: what they write is stored, and opens,
// counts and tells nothing.
func (in *Inbox) Block(tx *db.Tx, v crm.Viewer, id crm.ID) (*contact.Contact, error) {
	return in.setBlocked(tx, v, id, true)
}

// Unblock lets a contact back in, as it was.
func (in *Inbox) Unblock(tx *db.Tx, v crm.Viewer, id crm.ID) (*contact.Contact, error) {
	return in.setBlocked(tx, v, id, false)
}

func (in *Inbox) setBlocked(tx *db.Tx, v crm.Viewer, id crm.ID, blocked bool) (*contact.Contact, error) {
	return in.act(tx, v, id, func(w *workset, t *tracked) error {
		if t.Blocked == blocked {
			return nil
		}
		t.Blocked, t.dirty = blocked, true
		if blocked {
			t.Unreplied = false
		}
		kind := eventlog.ContactUnblocked
		if blocked {
			kind = eventlog.ContactBlocked
		}
		w.append(eventlog.Event{Kind: kind, Contact: t.ID, Conversation: t.Conversation, Actor: v.Actor(), Timeline: true})
		return nil
	})
}

// SetBot lets bots answer a contact, or makes them pause.
func (in *Inbox) SetBot(tx *db.Tx, v crm.Viewer, id crm.ID, on bool) (*contact.Contact, error) {
	return in.act(tx, v, id, func(w *workset, t *tracked) error {
		if t.BotOn == on {
			return nil
		}
		t.BotOn, t.dirty = on, true
		kind := eventlog.BotOff
		if on {
			kind = eventlog.BotOn
		}
		w.append(eventlog.Event{Kind: kind, Contact: t.ID, Conversation: t.Conversation, Actor: v.Actor(), Timeline: true})
		return nil
	})
}

// Tag adds tags to a contact, by name, and removes others, by id.
func (in *Inbox) Tag(tx *db.Tx, v crm.Viewer, contacts *contact.Service, id crm.ID, add []string, remove []crm.ID) (*contact.Contact, error) {
	ids, err := contacts.NameTags(tx, v, add)
	if err != nil {
		return nil, err
	}
	return in.act(tx, v, id, func(w *workset, t *tracked) error {
		have, err := contact.TagsOf(tx, v.Workspace, []crm.ID{id})
		if err == nil {
			_, err = w.retag(t, v.Actor(), have[id], ids, remove)
		}
		return err
	})
}

// retag gives a contact that has some tags others, and tells whether any changed.
func (w *workset) retag(t *tracked, by crm.Actor, have, add, remove []crm.ID) (bool, error) {
	carries := func(tag crm.ID) bool { return slices.Contains(have, tag) }
	add = slices.DeleteFunc(slices.Clone(add), carries)
	remove = slices.DeleteFunc(slices.Clone(remove), func(tag crm.ID) bool { return !carries(tag) })
	if len(add) == 0 && len(remove) == 0 {
		return false, nil
	}
	if err := contact.Retag(w.tx, w.workspace, []crm.ID{t.ID}, add, remove); err != nil {
		return false, err
	}
	words := func(ids []crm.ID) []string {
		out := make([]string, 0, len(ids))
		for _, id := range ids {
			out = append(out, id.String())
		}
		return out
	}
	w.append(eventlog.Event{
		Kind: eventlog.TagsChanged, Contact: t.ID, Conversation: t.Conversation, Actor: by,
		Data: eventlog.Data(map[string][]string{"added": words(add), "removed": words(remove)}),
	})
	return true, nil
}
