package inbox

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/gateway"
)

// arrival takes a batch of a channel's events. Everything it needs is looked up
// for the whole batch at once and everything it writes goes in one round trip,
// which is what makes a backlog run at the database's speed.
type arrival struct {
	*workset
	ch       *gateway.Channel
	space    string
	owners   map[string]crm.ID // identity key → contact
	external map[string]ref
	messages map[ref]*Message
	changed  map[ref]bool
	edited   map[ref]bool // those of changed whose text is another
	reach    map[crm.ID]*Reach
	received []gateway.Received
	// inserts and externals are rows of messages that are still to be written.
	inserts, externals [][]any
	// withFiles are new messages that came with files we have already, as web chat's do.
	withFiles []*Message
}

// Receive implements gateway.Inbox.
func (in *Inbox) Receive(tx *db.Tx, ch *gateway.Channel, events []channel.Inbound) ([]gateway.Received, error) {
	if len(events) == 0 {
		return nil, nil
	}
	a := &arrival{
		workset: in.work(tx, ch.Workspace), ch: ch, space: ch.Space(),
		changed: make(map[ref]bool), edited: make(map[ref]bool),
	}
	if err := a.lookUp(events); err != nil {
		return nil, err
	}
	for i := range events {
		if err := a.take(&events[i]); err != nil {
			return nil, err
		}
	}
	return a.received, a.finish()
}

// identityKey is the form of an address that identities are matched by.
func (a *arrival) identityKey(key string) string {
	if a.ch.About.IdentityKind == "whatsapp" {
		return crm.CanonicalPhone(key)
	}
	return key
}

func (a *arrival) keys(addr channel.Address) []string {
	var out []string
	for _, k := range append([]string{addr.Key}, addr.Alternates...) {
		if k != "" {
			out = append(out, a.identityKey(k))
		}
	}
	return out
}

func (a *arrival) lookUp(events []channel.Inbound) (err error) {
	keys, external := make(map[string]bool), make(map[string]bool)
	targets := make(map[ref]bool)
	wanted := make(map[string]bool) // external ids whose messages are needed whole
	for i := range events {
		e := &events[i]
		for _, k := range append(a.keys(e.Contact), a.keys(e.NewAddress)...) {
			keys[k] = true
		}
		for _, id := range []string{e.ExternalID, e.TargetID, e.ReplyTo} {
			if id != "" {
				external[id] = true
			}
		}
		wanted[e.TargetID], wanted[e.ReplyTo] = true, true
		if c, m, err := gateway.ParsePayload(e.LocalRef); err == nil {
			targets[ref{c, m}] = true
		}
	}
	if a.owners, err = contact.FindIdentities(a.tx, a.workspace, a.space, sorted(keys)); err != nil {
		return err
	}
	if a.external, err = findExternal(a.tx, a.workspace, a.ch.ID, sorted(external)); err != nil {
		return err
	}
	ids := make(map[crm.ID]bool)
	for _, id := range a.owners {
		ids[id] = true
	}
	for id, r := range a.external {
		if wanted[id] {
			targets[r] = true
		}
	}
	for r := range targets {
		ids[r.contact] = true
	}
	list := make([]crm.ID, 0, len(ids))
	for id := range ids {
		list = append(list, id)
	}
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	if err := a.load(list...); err != nil {
		return err
	}
	if a.reach, err = reachesOn(a.tx, a.workspace, a.ch.ID, list); err != nil {
		return err
	}
	refs := make([]ref, 0, len(targets))
	for r := range targets {
		refs = append(refs, r)
	}
	a.messages, err = loadMessages(a.tx, a.workspace, refs)
	return err
}

func sorted(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for s := range set {
		out = append(out, s)
	}
	sort.Strings(out)
	return out
}

func (a *arrival) take(e *channel.Inbound) error {
	switch e.Kind {
	case channel.InMessage, channel.InEcho, channel.InHistory:
		return a.message(e)
	case channel.InWelcome:
		return a.welcome(e)
	case channel.InStatus:
		return a.status(e)
	case channel.InReadUpTo:
		return a.readUpTo(e)
	case channel.InReaction, channel.InEdit, channel.InDelete:
		return a.change(e)
	case channel.InMoved:
		return a.moved(e)
	case channel.InProfile:
		_, err := a.contactFor(e)
		return err
	case channel.InPage, channel.InEvent, channel.InBlocked:
		return a.note(e)
	case channel.InTemplate:
		a.received = append(a.received, gateway.Received{Templates: true})
	case channel.InAccount:
		a.received = append(a.received, gateway.Received{Account: e.Text})
	}
	return nil
}

// contactFor returns the contact an event comes from, made if it is new.
func (a *arrival) contactFor(e *channel.Inbound) (*tracked, error) {
	keys := a.keys(e.Contact)
	if len(keys) == 0 {
		return nil, crm.RefuseField("contact", crm.CodeRequired)
	}
	var t *tracked
	for _, k := range keys {
		if id := a.owners[k]; id != 0 && a.contacts[id] != nil {
			t = a.contacts[id]
			break
		}
	}
	if t == nil {
		c := &contact.Contact{Workspace: a.workspace, ID: a.tx.NewID(), Status: crm.Closed, BotOn: true}
		a.fill(c, e)
		if err := contact.Insert(a.tx, c); err != nil {
			return nil, err
		}
		t = &tracked{Contact: c, before: *c, fresh: true}
		a.contacts[c.ID] = t
		a.append(eventlog.Event{
			Kind: eventlog.ContactCreated, Contact: c.ID, Actor: crm.Actor{Source: crm.ByContact},
			Data: a.channelData(),
		})
	} else if a.learn(t.Contact, e) {
		if err := contact.SaveFields(a.tx, t.Contact); err != nil {
			return nil, err
		}
		t.dirty = true
	}
	for _, k := range keys {
		if a.owners[k] == 0 {
			if err := contact.AddIdentity(a.tx, a.workspace, a.space, k, t.ID); err != nil {
				return nil, err
			}
			a.owners[k] = t.ID
		}
	}
	if x := a.reach[t.ID]; x == nil {
		a.reach[t.ID] = &Reach{Contact: t.ID, Channel: a.ch.ID, Address: e.Contact.Key, Label: label(e), CreatedAt: a.tx.Micros(), dirty: true}
		if !t.fresh {
			a.append(eventlog.Event{
				Kind: eventlog.ChannelAdded, Contact: t.ID, Conversation: t.Conversation,
				Actor: crm.Actor{Source: crm.ByContact}, Data: a.channelData(), Timeline: true,
			})
		}
	} else if x.Address != e.Contact.Key && e.Contact.Key != "" {
		x.Address, x.dirty = e.Contact.Key, true
	}
	return t, nil
}

func (a *arrival) channelData() string {
	return eventlog.Data(map[string]string{"channel_id": a.ch.ID.String(), "channel_name": a.ch.Name})
}

func label(e *channel.Inbound) string {
	if e.Profile.Username != "" {
		return "@" + strings.TrimPrefix(e.Profile.Username, "@")
	}
	return ""
}

// fill gives a new contact what the provider knows.
func (a *arrival) fill(c *contact.Contact, e *channel.Inbound) {
	a.learn(c, e)
	if c.Alias == "" {
		if l := label(e); l != "" {
			c.Alias = l
		} else if a.ch.About.IdentityKind == "webchat" {
			// A visitor's key says nothing to people; four digits tell two of them apart.
			c.Alias = fmt.Sprintf("%s %04d", crm.Text{EN: "Visitor", ES: "Visitante"}.In(c.Language), c.ID%10_000)
		} else {
			c.Alias = e.Contact.Key
		}
	}
}

// learn takes from a profile what isn't known yet; what people have entered stays.
func (a *arrival) learn(c *contact.Contact, e *channel.Inbound) bool {
	before := *c
	p := e.Profile
	if c.FirstName == "" && c.LastName == "" {
		first, last := p.FirstName, p.LastName
		if first == "" && last == "" {
			first, last, _ = strings.Cut(strings.Join(strings.Fields(p.Name), " "), " ")
		}
		c.FirstName, c.LastName = clipName(first), clipName(last)
	}
	phone := p.Phone
	if phone == "" && a.ch.About.IdentityKind == "whatsapp" && e.Contact.Key == crm.Digits(e.Contact.Key) {
		phone = "+" + e.Contact.Key
	}
	if c.Phone == "" && phone != "" {
		if e164, country, err := contact.ParsePhone(phone, ""); err == nil {
			c.Phone = e164
			if c.Country == "" {
				c.Country = country
			}
		}
	}
	if c.Email == "" && p.Email != "" {
		if email, err := contact.ParseEmail(p.Email); err == nil {
			c.Email = email
		}
	}
	if c.Language == "" && len(p.Language) >= 2 {
		c.Language = strings.ToLower(p.Language[:2])
	}
	if c.Country == "" && len(p.Country) == 2 {
		c.Country = strings.ToUpper(p.Country)
	}
	if l := label(e); l != "" && c.Alias == "" {
		c.Alias = l
	}
	return *c != before
}

func clipName(s string) string {
	s = strings.Join(strings.Fields(crm.Clean(s)), " ")
	if r := []rune(s); len(r) > 100 {
		s = string(r[:100])
	}
	return s
}

func (a *arrival) message(e *channel.Inbound) error {
	if e.ExternalID != "" {
		if _, seen := a.external[e.ExternalID]; seen {
			return nil // a replay
		}
	}
	t, err := a.contactFor(e)
	if err != nil {
		return err
	}
	incoming := e.Kind == channel.InMessage || e.Kind == channel.InHistory && !e.Outgoing
	if e.Kind == channel.InMessage && !t.Blocked {
		a.open(t, crm.Actor{Source: crm.ByContact}, e, e.Referral)
	}
	m := a.newMessage(t, e)
	if a.ch.Status == gateway.InError {
		hold(m.Content.Attachments)
	}
	if !incoming {
		m.Direction, m.Source, m.Status = crm.Outgoing, crm.ByEcho, crm.Sent
	}
	a.inserts = append(a.inserts, m.row())
	r := ref{t.ID, m.ID}
	if e.ExternalID != "" {
		a.externals = append(a.externals, []any{int64(m.Workspace), int64(m.Channel), e.ExternalID, int64(m.Contact), int64(m.ID)})
		a.external[e.ExternalID] = r
	}
	a.messages[r] = m
	if slices.ContainsFunc(m.Content.Attachments, func(x crm.Attachment) bool { return x.FileID != "" }) {
		a.withFiles = append(a.withFiles, m)
	}
	a.noteReach(t, e, m, incoming)
	t.touch(m, a.ch.Type)
	if e.Kind == channel.InMessage && !t.Blocked {
		t.Unread++
		t.dirty = true
	}
	created := eventlog.Event{
		Kind: eventlog.MessageCreated, ID: m.ID, Contact: t.ID, Conversation: m.Conversation, Message: m.ID,
		Actor: crm.Actor{Source: m.Source},
	}
	if e.Kind == channel.InHistory {
		created.Data = eventlog.Data(Arrived{History: true})
	}
	a.append(created)
	if e.Kind == channel.InMessage && !t.Blocked {
		a.news(t.Assignee)
	}
	a.received = append(a.received, gateway.Received{Contact: t.ID, Message: m.ID, Media: hasRemote(m.Content), AckID: e.AckID})
	return nil
}

func (a *arrival) newMessage(t *tracked, e *channel.Inbound) *Message {
	id := a.tx.NewIDAt(e.SentAt)
	if id <= t.LastIncomingID && e.SentAt.UnixMicro() >= t.LastIncomingAt {
		// As old as the one before, which the provider sent first.
		id = a.tx.NewIDAfter(t.LastIncomingID)
	}
	m := &Message{
		Workspace: a.workspace, Contact: t.ID, ID: id, Conversation: t.Conversation, Channel: a.ch.ID,
		Direction: crm.Incoming, Source: crm.ByContact, Content: e.Content,
		CreatedAt: db.IDTime(id).UnixMicro(), ExternalID: e.ExternalID,
	}
	if !e.SentAt.IsZero() {
		m.SentAt = e.SentAt.UnixMicro()
	}
	cleanContent(&m.Content)
	if e.ReplyTo != "" || e.Quote != "" {
		m.Quote = &Quote{Text: crm.Content{Text: e.Quote}.Preview(), Kind: crm.KindText}
		if quoted := a.messages[a.external[e.ReplyTo]]; quoted != nil {
			m.Quote = quoteOf(quoted)
		}
	}
	return m
}

// cleanContent makes text from outside fit to store.
func cleanContent(c *crm.Content) {
	c.Text, c.Note = crm.Clean(c.Text), crm.Clean(c.Note)
	if c.Kind == "" {
		c.Kind = crm.KindText
	}
	for i := range c.Attachments {
		c.Attachments[i].Name = crm.Clean(c.Attachments[i].Name)
	}
}

func hasRemote(c crm.Content) bool {
	return slices.ContainsFunc(c.Attachments, crm.Attachment.Pending)
}

// hold says of files that they wait for their channel, which doesn't work: it may be
// long until the first of them is tried.
func hold(files []crm.Attachment) {
	for i := range files {
		if files[i].Pending() {
			files[i].Error = crm.FileHeld
		}
	}
}

func (a *arrival) noteReach(t *tracked, e *channel.Inbound, m *Message, incoming bool) {
	x := a.reach[t.ID]
	x.dirty = true
	x.LastMessageAt = max(x.LastMessageAt, m.CreatedAt)
	if !incoming {
		return
	}
	at := m.SentAt
	if at == 0 {
		at = m.CreatedAt
	}
	if at >= x.LastIncomingAt {
		x.LastIncomingAt, x.LastIncoming = at, e.ExternalID
	}
	if e.Kind == channel.InMessage {
		x.Unreachable = ""
	}
	t.LastIncomingAt = max(t.LastIncomingAt, at)
	t.LastIncomingID = max(t.LastIncomingID, m.ID)
	t.dirty = true
}

// open opens a conversation unless one is open, and wakes a snoozed one.
func (a *arrival) open(t *tracked, by crm.Actor, e *channel.Inbound, referral *crm.Referral) {
	id := a.tx.NewIDAt(e.SentAt)
	a.workset.welcome = e.Kind == channel.InWelcome
	a.workset.open(t, by, id, a.ch, referral)
}

func (a *arrival) welcome(e *channel.Inbound) error {
	t, err := a.contactFor(e)
	if err != nil || t.Blocked {
		return err
	}
	if e.ExternalID != "" {
		if _, seen := a.external[e.ExternalID]; seen {
			return nil
		}
	}
	// A welcome is a message too where the provider gives it text.
	if e.Content.Text != "" || len(e.Content.Attachments) > 0 {
		a.open(t, crm.Actor{Source: crm.ByContact}, e, e.Referral)
		next := *e
		next.Kind = channel.InMessage
		return a.message(&next)
	}
	a.open(t, crm.Actor{Source: crm.ByContact}, e, nil) // the welcome itself tells where they come from
	data := map[string]any{"channel_id": a.ch.ID.String(), "channel_name": a.ch.Name}
	if e.Referral != nil {
		data["referral"] = e.Referral
	}
	a.append(eventlog.Event{
		Kind: eventlog.Welcome, ID: a.tx.NewIDAt(e.SentAt), Contact: t.ID, Conversation: t.Conversation,
		Actor: crm.Actor{Source: crm.ByContact}, Data: eventlog.Data(data), Timeline: true,
	})
	if e.ExternalID != "" {
		// The id is remembered, so that a replayed welcome is known.
		a.externals = append(a.externals, []any{int64(a.workspace), int64(a.ch.ID), e.ExternalID, int64(t.ID), int64(0)})
		a.external[e.ExternalID] = ref{contact: t.ID}
	}
	a.noteReach(t, e, &Message{CreatedAt: a.tx.Micros(), SentAt: e.SentAt.UnixMicro()}, true)
	return nil
}

// note shows an event of the channel on the timeline of a contact we know.
func (a *arrival) note(e *channel.Inbound) error {
	var t *tracked
	for _, k := range a.keys(e.Contact) {
		if id := a.owners[k]; id != 0 && t == nil {
			t = a.contacts[id]
		}
	}
	if t == nil {
		return nil
	}
	ev := eventlog.Event{
		Kind: eventlog.ChannelEvent, ID: a.tx.NewIDAt(e.SentAt), Contact: t.ID, Conversation: t.Conversation,
		Actor: crm.Actor{Source: crm.ByContact}, Timeline: true,
	}
	data := map[string]any{"channel_id": a.ch.ID.String(), "channel_name": a.ch.Name, "text": crm.Clean(e.Text)}
	switch e.Kind {
	case channel.InPage:
		ev.Kind = eventlog.PageChange
		if e.Referral != nil {
			data["url"], data["title"] = e.Referral.URL, crm.Clean(e.Referral.Headline)
		}
	case channel.InBlocked:
		delete(data, "text") // the kind tells it
		why := ""
		if ev.Kind = eventlog.ChannelUnblocked; e.Text == "blocked" {
			ev.Kind, why = eventlog.ChannelBlocked, "blocked"
		}
		if x := a.reach[t.ID]; x != nil {
			x.dirty, x.Unreachable = true, why
		}
	default:
		if e.Referral != nil {
			data["referral"] = e.Referral
		}
	}
	ev.Data = eventlog.Data(data)
	a.append(ev)
	return nil
}

// moved gives a contact its new address.
func (a *arrival) moved(e *channel.Inbound) error {
	t, err := a.contactFor(e)
	if err != nil {
		return err
	}
	next := a.keys(e.NewAddress)
	if len(next) == 0 || a.owners[next[0]] == t.ID {
		return nil
	}
	if a.owners[next[0]] == 0 {
		if err := contact.AddIdentity(a.tx, a.workspace, a.space, next[0], t.ID); err != nil {
			return err
		}
		a.owners[next[0]] = t.ID
	}
	x := a.reach[t.ID]
	old := x.Address
	x.Address, x.dirty = e.NewAddress.Key, true
	if phone, _, err := contact.ParsePhone("+"+e.NewAddress.Key, ""); err == nil && a.ch.About.IdentityKind == "whatsapp" &&
		crm.Digits(t.Phone) == crm.Digits(old) {
		t.Phone = phone
		if err := contact.SaveFields(a.tx, t.Contact); err != nil {
			return err
		}
	}
	t.dirty = true
	a.append(eventlog.Event{
		Kind: eventlog.IdentityChanged, ID: a.tx.NewIDAt(e.SentAt), Contact: t.ID, Conversation: t.Conversation,
		Actor: crm.Actor{Source: crm.ByContact}, Timeline: true,
		Data: eventlog.Data(map[string]string{"old": old, "new": e.NewAddress.Key, "channel_id": a.ch.ID.String(), "channel_name": a.ch.Name}),
	})
	return nil
}

// flush writes the new messages.
func (a *arrival) flush() error {
	inserts, externals := a.inserts, a.externals
	a.inserts, a.externals = nil, nil
	if err := insertMessages(a.tx, inserts); err != nil {
		return err
	}
	return addExternals(a.tx, externals)
}

// finish writes what changed.
func (a *arrival) finish() error {
	if err := a.flush(); err != nil {
		return err
	}
	for _, m := range a.withFiles {
		if err := useFiles(a.tx, m); err != nil {
			return err
		}
	}
	refs := make([]ref, 0, len(a.changed))
	for r := range a.changed {
		refs = append(refs, r)
	}
	sort.Slice(refs, func(i, j int) bool { return refs[i].message < refs[j].message })
	for _, r := range refs {
		m := a.messages[r]
		if err := saveMessage(a.tx, m); err != nil {
			return err
		}
		what := string(m.Status)
		if a.edited[r] {
			what = textEdited
		}
		a.append(eventlog.Event{
			Kind: eventlog.MessageUpdated, Contact: m.Contact, Conversation: m.Conversation, Message: m.ID,
			Actor: crm.Actor{Source: crm.ByContact}, Data: strconv.Quote(what),
		})
		if t := a.contacts[m.Contact]; t != nil && t.Last.ID == m.ID {
			t.touch(m, t.Last.ChannelType)
		}
	}
	ids := make([]crm.ID, 0, len(a.reach))
	for id := range a.reach {
		ids = append(ids, id)
	}
	sort.Slice(ids, func(i, j int) bool { return ids[i] < ids[j] })
	var reaches []*Reach
	for _, id := range ids {
		if a.reach[id].dirty {
			reaches = append(reaches, a.reach[id])
		}
	}
	if err := saveReaches(a.tx, a.workspace, reaches); err != nil {
		return err
	}
	return a.save()
}
