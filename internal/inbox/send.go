package inbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/gateway"
)

const (
	// maxComment is the longest internal comment, in characters.
	maxComment     = 1000
	maxMentions    = 20
	maxAttachments = 10
)

// Outgoing is a message to send, or a comment to keep.
type Outgoing struct {
	// Channel is 0 for the contact's last channel.
	Channel   crm.ID
	Comment   bool
	Content   crm.Content
	ReplyTo   crm.ID
	ClientRef string
	// Due tells that it was written some time ago and is sent now by itself.
	Due bool
}

// Send queues a message to a contact, or keeps a comment. It checks what the
// channel can carry and whether its messaging window is open, opens a
// conversation if none is, and assigns an unassigned contact to whoever replies.
func (in *Inbox) Send(tx *db.Tx, v crm.Viewer, id crm.ID, out Outgoing) (*Message, error) {
	w := in.work(tx, v.Workspace)
	t, err := w.seen(v, id)
	if err != nil {
		return nil, err
	}
	cleanContent(&out.Content)
	m := &Message{
		Workspace: v.Workspace, Contact: t.ID, Direction: crm.Outgoing, Source: v.Actor().Source, User: v.User,
		Content: out.Content, Status: crm.Queued, CreatedAt: tx.Micros(), ClientRef: out.ClientRef,
	}
	if out.ReplyTo != 0 {
		quoted, err := getMessage(tx, v.Workspace, t.ID, out.ReplyTo)
		if errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
			return nil, crm.RefuseField("reply_to", crm.CodeInvalid)
		}
		if err != nil {
			return nil, err
		}
		m.Quote = quoteOf(quoted)
	}
	r := &resolver{tx: tx, workspace: v.Workspace, contact: t.Contact, assignee: replier(v, t.Contact, out.Comment)}
	if err := r.resolve(&m.Content); err != nil {
		return nil, err
	}
	if out.Comment {
		if err := in.comment(w, t, m); err != nil {
			return nil, err
		}
		return m, w.save()
	}
	if t.Blocked {
		return nil, crm.Refuse(crm.CodeBlocked)
	}
	ch, reach, err := in.route(tx, v.Workspace, t.Contact, out.Channel)
	if err != nil {
		return nil, err
	}
	if err := allowed(ch, reach, &m.Content, v.Actor(), tx.Now()); err != nil {
		return nil, err
	}
	m.Channel = ch.ID
	w.open(t, v.Actor(), 0, ch, nil)
	if t.Assignee == 0 && v.Actor().Source == crm.ByUser {
		w.assign(t, v.User, v.Actor()) // before the message, on the timeline too
	}
	m.ID, m.Conversation = tx.NewID(), t.Conversation
	if err := insertMessage(tx, m); err != nil {
		return nil, err
	}
	if err := useFiles(tx, m); err != nil {
		return nil, err
	}
	reach.LastMessageAt = m.CreatedAt
	if err := saveReaches(tx, v.Workspace, []*Reach{reach}); err != nil {
		return nil, err
	}
	t.touch(m, ch.Type)
	if v.Actor().Source == crm.ByUser && !out.Due {
		t.Unread = 0 // who answers has read; a program hasn't for anybody
	}
	w.append(eventlog.Event{
		Kind: eventlog.MessageCreated, ID: m.ID, Contact: t.ID, Conversation: m.Conversation, Message: m.ID, Actor: v.Actor(),
	})
	if err := in.gw.Dispatch(tx, ch, t.ID, m.ID); err != nil {
		return nil, err
	}
	return m, w.save()
}

func (in *Inbox) comment(w *workset, t *tracked, m *Message) error {
	if err := in.mention(w, m); err != nil {
		return err
	}
	if err := fitsComment(&m.Content); err != nil {
		return err
	}
	m.ID, m.Direction, m.Status, m.Conversation = w.tx.NewID(), crm.Comment, "", t.Conversation
	if err := insertMessage(w.tx, m); err != nil {
		return err
	}
	// The list shows, and is ordered by, what was sent or received.
	w.append(eventlog.Event{
		Kind: eventlog.MessageCreated, ID: m.ID, Contact: t.ID, Conversation: m.Conversation, Message: m.ID,
		Actor: crm.Actor{Source: m.Source, ID: m.User},
	})
	return nil
}

func fitsComment(c *crm.Content) error {
	c.Text = strings.TrimSpace(c.Text)
	switch {
	case c.Kind != crm.KindText || len(c.Attachments) > 0:
		return crm.RefuseField("comment", crm.CodeKindUnsupported)
	case c.Tag != "":
		return crm.RefuseField("tag", crm.CodeInvalid)
	case c.Text == "":
		return crm.RefuseField("text", crm.CodeEmpty)
	case utf8.RuneCountInString(c.Shown()) > maxComment:
		return crm.RefuseField("text", crm.CodeTooLong, "max", maxComment)
	}
	return nil
}

// mention finds out whom a comment names. All must be of the workspace.
func (in *Inbox) mention(w *workset, m *Message) error {
	ids := crm.MentionsIn(m.Content.Text)
	if len(ids) > maxMentions {
		return crm.RefuseField("text", crm.CodeLimit, "max", maxMentions)
	}
	m.Content.Mentions = nil
	if len(ids) == 0 {
		return nil
	}
	names, err := account.MemberNames(w.tx, w.workspace, ids)
	for _, id := range ids {
		name, ok := names[id]
		if err == nil && !ok {
			err = crm.RefuseField("text", crm.CodeUnknownUser)
		}
		m.Content.Mentions = append(m.Content.Mentions, crm.Mention{UserID: id.String(), Name: name})
	}
	return err
}

// route finds the channel and the address to send to. A contact that was never
// reached over a channel that lets the business write first is reached by phone.
func (in *Inbox) route(tx *db.Tx, workspace crm.ID, c *contact.Contact, want crm.ID) (*gateway.Channel, *Reach, error) {
	reaches, err := Reaches(tx, workspace, c.ID)
	if err != nil {
		return nil, nil, err
	}
	if want == 0 {
		want = c.Last.Channel
	}
	if want == 0 && len(reaches) > 0 {
		want = reaches[0].Channel
	}
	if want == 0 {
		return nil, nil, crm.RefuseField("channel_id", crm.CodeNoChannel)
	}
	ch, err := in.gw.Channel(tx.Context(), workspace, want)
	if errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
		return nil, nil, crm.RefuseField("channel_id", crm.CodeNoChannel)
	}
	if err != nil {
		return nil, nil, err
	}
	for _, x := range reaches {
		if x.Channel == want {
			return ch, x, nil
		}
	}
	if !byPhone(ch) || c.Phone == "" {
		return nil, nil, crm.RefuseField("channel_id", crm.CodeContactFirst)
	}
	x := &Reach{Contact: c.ID, Channel: ch.ID, Address: crm.Digits(c.Phone), CreatedAt: tx.Micros()}
	key := crm.CanonicalPhone(x.Address)
	owners, err := contact.FindIdentities(tx, workspace, ch.Space(), []string{key})
	if err != nil {
		return nil, nil, err
	}
	if owner := owners[key]; owner == 0 {
		err = contact.AddIdentity(tx, workspace, ch.Space(), key, c.ID)
	} else if owner != c.ID {
		err = crm.RefuseField("channel_id", crm.CodeUnreachable)
	}
	return ch, x, err
}

// byPhone tells whether whoever's phone number is known can be written to first.
func byPhone(ch *gateway.Channel) bool {
	return !ch.About.Capabilities.ContactFirst && ch.About.IdentityKind == "whatsapp"
}

// Begins returns the channels by which a contact could be written to that never was
// reached over them.
func (in *Inbox) Begins(tx *db.Tx, c *contact.Contact, reaches []*Reach) ([]*gateway.Channel, error) {
	if c.Phone == "" {
		return nil, nil
	}
	var ids []crm.ID
	err := tx.Each(`SELECT id FROM channel WHERE workspace_id = $1 AND deleted_at = 0 ORDER BY id LIMIT 200`, []any{c.Workspace}, func(r *sql.Rows) error {
		var id crm.ID
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []*gateway.Channel
	free := make(map[string]bool) // by the space of keys: whether the number is nobody else's
	for _, id := range ids {
		if slices.ContainsFunc(reaches, func(x *Reach) bool { return x.Channel == id }) {
			continue
		}
		ch, err := in.gw.Channel(tx.Context(), c.Workspace, id) // from memory
		if errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
			continue // disconnected in this moment
		}
		if err != nil {
			return nil, err
		}
		if !byPhone(ch) {
			continue
		}
		if _, known := free[ch.Space()]; !known {
			key := crm.CanonicalPhone(crm.Digits(c.Phone))
			owners, err := contact.FindIdentities(tx, c.Workspace, ch.Space(), []string{key})
			if err != nil {
				return nil, err
			}
			free[ch.Space()] = owners[key] == 0 || owners[key] == c.ID
		}
		if free[ch.Space()] {
			out = append(out, ch)
		}
	}
	return out, nil
}

// fits checks a content against what the channel carries.
func fits(ch *gateway.Channel, c *crm.Content) error {
	caps := ch.About.Capabilities
	if c.Kind == crm.KindText && len(c.Attachments) > 0 {
		c.Kind = c.Attachments[0].Kind
	}
	limit, ok := caps.Out[c.Kind]
	if !ok {
		return crm.RefuseField("content", crm.CodeKindUnsupported, "kind", string(c.Kind))
	}
	c.Text = strings.TrimSpace(c.Text)
	if n := utf8.RuneCountInString(c.Text); n > limit.Text && c.Kind != crm.KindTemplate {
		if limit.Text == 0 {
			return crm.RefuseField("text", crm.CodeKindUnsupported, "kind", string(c.Kind))
		}
		return crm.RefuseField("text", crm.CodeTooLong, "max", limit.Text)
	}
	if c.Kind == crm.KindText && c.Text == "" {
		return crm.RefuseField("text", crm.CodeEmpty)
	}
	if c.Tag != "" && c.Tag != caps.HumanTag && !slices.ContainsFunc(caps.Tags, func(t channel.Tag) bool { return t.Value == c.Tag }) {
		return crm.RefuseField("tag", crm.CodeInvalid)
	}
	if len(c.Attachments) > maxAttachments {
		return crm.RefuseField("attachments", crm.CodeLimit, "max", maxAttachments)
	}
	for i, a := range c.Attachments {
		field := fmt.Sprintf("attachments[%d]", i)
		l, ok := caps.Out[a.Kind]
		if !ok {
			return crm.RefuseField(field, crm.CodeKindUnsupported, "kind", string(a.Kind))
		}
		if l.Bytes > 0 && a.Size > l.Bytes {
			return crm.RefuseField(field, crm.CodeFileTooLarge, "max", l.Bytes, "name", a.Name)
		}
		if !takes(l.MIME, a.MIME) {
			return crm.RefuseField(field, crm.CodeFileType, "type", a.MIME, "allowed", strings.Join(l.MIME, ", "))
		}
	}
	if in := c.Interactive; in != nil {
		rows := 0
		for _, s := range in.Sections {
			rows += len(s.Rows)
		}
		if len(in.Buttons) > caps.MaxButtons {
			return crm.RefuseField("interactive.buttons", crm.CodeLimit, "max", caps.MaxButtons)
		}
		if rows > caps.MaxListRows {
			return crm.RefuseField("interactive.sections", crm.CodeLimit, "max", caps.MaxListRows)
		}
	}
	return nil
}

func takes(allowed []string, mime string) bool {
	if len(allowed) == 0 {
		return true
	}
	for _, a := range allowed {
		if a == mime || strings.HasSuffix(a, "/*") && strings.HasPrefix(mime, a[:len(a)-1]) {
			return true
		}
	}
	return false
}

// Retry sends again what failed or may not have been sent.
func (in *Inbox) Retry(tx *db.Tx, v crm.Viewer, id, message crm.ID) (*Message, error) {
	w := in.work(tx, v.Workspace)
	t, err := w.seen(v, id)
	if err != nil {
		return nil, err
	}
	m, err := getMessage(tx, v.Workspace, id, message)
	if err != nil {
		return nil, err
	}
	if m.Direction != crm.Outgoing || m.Status != crm.Failed && m.Status != crm.Uncertain {
		return nil, crm.Refuse(crm.CodeNotRetryable)
	}
	ch, reach, err := in.route(tx, v.Workspace, t.Contact, m.Channel)
	if err != nil {
		return nil, err
	}
	if err := allowed(ch, reach, &m.Content, v.Actor(), tx.Now()); err != nil {
		return nil, err
	}
	m.Status, m.Error, m.FailedAt = crm.Queued, nil, 0
	if err := saveMessage(tx, m); err != nil {
		return nil, err
	}
	w.append(eventlog.Event{Kind: eventlog.MessageUpdated, Contact: t.ID, Conversation: m.Conversation, Message: m.ID, Actor: v.Actor()})
	t.mark(m)
	if err := in.gw.Dispatch(tx, ch, t.ID, m.ID); err != nil {
		return nil, err
	}
	return m, w.save()
}

// React sets our reaction on a message; "" takes it back.
func (in *Inbox) React(tx *db.Tx, v crm.Viewer, id, message crm.ID, emoji string) (*Message, error) {
	w := in.work(tx, v.Workspace)
	t, err := w.seen(v, id)
	if err != nil {
		return nil, err
	}
	m, err := getMessage(tx, v.Workspace, id, message)
	if err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(emoji) > 16 {
		return nil, crm.RefuseField("emoji", crm.CodeInvalid)
	}
	ch, reach, err := in.route(tx, v.Workspace, t.Contact, m.Channel)
	if err != nil {
		return nil, err
	}
	if !ch.About.Capabilities.Reactions || m.ExternalID == "" || m.Direction != crm.Incoming {
		return nil, crm.RefuseField("emoji", crm.CodeKindUnsupported, "kind", "reaction")
	}
	if w := ch.About.Capabilities.Window; w > 0 && tx.Micros()-reach.LastIncomingAt > w.Microseconds() {
		return nil, crm.RefuseField("channel_id", crm.CodeWindowClosed, "hours", int(w.Hours()))
	}
	if emoji == m.reaction("us") || !m.react("us", emoji, tx.Micros()) {
		return m, nil
	}
	if err := saveMessage(tx, m); err != nil {
		return nil, err
	}
	w.append(eventlog.Event{Kind: eventlog.MessageUpdated, Contact: t.ID, Conversation: m.Conversation, Message: m.ID, Actor: v.Actor()})
	return m, in.gw.Dispatch(tx, ch, t.ID, m.ID)
}

// Outbound implements gateway.Inbox. A job on an incoming message sends our
// reaction to it.
func (in *Inbox) Outbound(tx *db.Tx, workspace, id, message crm.ID) (*gateway.Outbound, error) {
	m, err := getMessage(tx, workspace, id, message)
	if errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	reaches, err := reachesOn(tx, workspace, m.Channel, []crm.ID{id})
	if err != nil {
		return nil, err
	}
	x := reaches[id]
	if x == nil {
		return nil, nil
	}
	out := &gateway.Outbound{Channel: m.Channel, Send: channel.Outbound{
		Ref: gateway.SendPayload(id, message), To: channel.Address{Key: x.Address}, Content: m.Content,
	}}
	if m.Direction == crm.Incoming {
		out.Send.React, out.Send.Reaction, out.Send.ReplyTo = true, m.reaction("us"), m.ExternalID
		out.Forced = true // setting a reaction twice is setting it once
		return out, nil
	}
	if m.Status != crm.Queued && m.Status != crm.Sending || m.DeletedAt != 0 {
		return nil, nil // settled meanwhile, by a receipt for instance
	}
	if m.Quote != nil && m.Quote.ID != 0 {
		quoted, err := getMessage(tx, workspace, id, m.Quote.ID)
		if err != nil && !errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
			return nil, err
		}
		if quoted != nil && quoted.Channel == m.Channel {
			out.Send.ReplyTo = quoted.ExternalID
		}
	}
	return out, nil
}

// Settle implements gateway.Inbox.
func (in *Inbox) Settle(tx *db.Tx, workspace, id, message crm.ID, o gateway.Outcome) error {
	if o.Reaction {
		return nil
	}
	w := in.work(tx, workspace)
	if err := w.load(id); err != nil { // the contact first: everybody locks in this order
		return err
	}
	m, err := getMessage(tx, workspace, id, message)
	if errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(o.Receipt.ExternalIDs) > 0 {
		m.Content.Parts = nil
	}
	if len(o.Receipt.ExternalIDs) > 1 {
		m.Content.Parts = o.Receipt.ExternalIDs
	}
	for i, ext := range o.Receipt.ExternalIDs {
		if i == 0 {
			m.ExternalID = ext
		}
		err := tx.Queue(`INSERT INTO message_external (workspace_id, channel_id, external_id, contact_id, message_id)
			VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
			int64(workspace), int64(m.Channel), ext, int64(id), int64(message))
		if err != nil {
			return err
		}
	}
	m.advance(o.Status, tx.Micros(), o.Error)
	if o.Status == crm.Uncertain && m.Status == crm.Uncertain {
		m.Error = o.Error
	}
	if len(o.Receipt.ExternalIDs) > 0 {
		if err := unpark(tx, m, o.Receipt.ExternalIDs); err != nil {
			return err
		}
	}
	if err := saveMessage(tx, m); err != nil {
		return err
	}
	if err := in.learnAddress(tx, workspace, m, o); err != nil {
		return err
	}
	w.append(eventlog.Event{
		Kind: eventlog.MessageUpdated, Contact: id, Conversation: m.Conversation, Message: m.ID, Actor: crm.Actor{Source: crm.BySystem},
	})
	if t := w.contacts[id]; t != nil {
		t.mark(m)
	}
	return w.save()
}

// learnAddress keeps what a send's answer says of the contact's address.
func (in *Inbox) learnAddress(tx *db.Tx, workspace crm.ID, m *Message, o gateway.Outcome) error {
	if o.Unreachable {
		return tx.Queue(`UPDATE contact_channel SET unreachable = 'refused' WHERE workspace_id = $1 AND contact_id = $2 AND channel_id = $3`,
			int64(workspace), int64(m.Contact), int64(m.Channel))
	}
	if o.Receipt.Contact.Key == "" {
		return nil
	}
	ch, err := in.gw.Channel(tx.Context(), workspace, m.Channel)
	if errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
		return nil // disconnected meanwhile
	}
	if err != nil {
		return err
	}
	for _, key := range append([]string{o.Receipt.Contact.Key}, o.Receipt.Contact.Alternates...) {
		if ch.About.IdentityKind == "whatsapp" {
			key = crm.CanonicalPhone(key)
		}
		err := tx.Queue(`INSERT INTO identity (workspace_id, space, identity_key, contact_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			int64(workspace), ch.Space(), key, int64(m.Contact))
		if err != nil {
			return err
		}
	}
	return nil
}

// Remote implements gateway.Inbox.
func (in *Inbox) Remote(tx *db.Tx, workspace, id, message crm.ID) (crm.ID, []crm.Attachment, error) {
	m, err := getMessage(tx, workspace, id, message)
	if errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
		return 0, nil, nil
	}
	if err != nil {
		return 0, nil, err
	}
	var out []crm.Attachment
	for _, a := range m.Content.Attachments {
		if a.Pending() {
			out = append(out, a)
		}
	}
	return m.Channel, out, nil
}

// Fetched implements gateway.Inbox.
func (in *Inbox) Fetched(tx *db.Tx, workspace, id, message crm.ID, remote string, a crm.Attachment) error {
	w := in.work(tx, workspace)
	if err := w.load(id); err != nil {
		return err
	}
	m, err := getMessage(tx, workspace, id, message)
	if err != nil {
		return err
	}
	for i, have := range m.Content.Attachments {
		if have.Remote == remote && have.FileID == "" {
			m.Content.Attachments[i] = a
		}
	}
	if err := saveMessage(tx, m); err != nil {
		return err
	}
	if err := useFiles(tx, m); err != nil {
		return err
	}
	w.append(eventlog.Event{
		Kind: eventlog.MessageUpdated, Contact: id, Conversation: m.Conversation, Message: m.ID, Actor: crm.Actor{Source: crm.BySystem},
	})
	return nil
}

// TypingTo returns where to show a contact that somebody writes, and by whom it is
// assigned, which tells who may see the same.
func (in *Inbox) TypingTo(ctx context.Context, d *db.DB, v crm.Viewer, id crm.ID) (ch *gateway.Channel, to channel.Address, lastIncoming string, assignee crm.ID, err error) {
	err = d.Read(ctx, func(tx *db.Tx) error {
		c, err := contact.See(tx, v, id, false)
		if err != nil {
			return err
		}
		assignee = c.Assignee
		reaches, err := reachesOn(tx, v.Workspace, c.Last.Channel, []crm.ID{id})
		if err != nil || reaches[id] == nil {
			return err
		}
		to, lastIncoming = channel.Address{Key: reaches[id].Address}, reaches[id].LastIncoming
		if c.Last.Channel != 0 {
			ch, err = in.gw.Channel(ctx, v.Workspace, c.Last.Channel)
			if errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
				return nil
			}
		}
		return err
	})
	return ch, to, lastIncoming, assignee, err
}
