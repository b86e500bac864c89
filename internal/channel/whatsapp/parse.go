package whatsapp

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/wire"
	"github.com/bandeja/bandeja/internal/crm"
)

// Parse implements channel.Receiver. One body holds entries, an entry changes, a
// change messages and statuses; they come out in that order.
func (Adapter) Parse(ch *channel.Channel, raw []byte) ([]channel.Inbound, error) {
	var e envelope
	if err := json.Unmarshal(wire.Clean(raw), &e); err != nil {
		return nil, fmt.Errorf("whatsapp: not a webhook: %w", err)
	}
	if e.Object != "whatsapp_business_account" {
		return nil, fmt.Errorf("whatsapp: object %q is not whatsapp_business_account", e.Object)
	}
	p := &parser{phoneNumberID: ch.Config["phone_number_id"], wabaID: ch.Config["waba_id"]}
	for _, raw := range e.Entry {
		var en entry
		if err := json.Unmarshal(raw, &en); err != nil {
			p.unreadable("entry: %v", err)
			continue
		}
		for _, raw := range en.Changes {
			var c change
			if err := json.Unmarshal(raw, &c); err != nil {
				p.unreadable("change: %v", err)
				continue
			}
			p.change(string(en.ID), c)
		}
	}
	if len(p.ins) == 0 {
		p.ignored("the webhook holds no event")
	}
	return p.ins, nil
}

type parser struct {
	phoneNumberID string
	wabaID        string
	ins           []channel.Inbound
}

func (p *parser) add(in channel.Inbound) { p.ins = append(p.ins, in) }

func (p *parser) ignored(format string, args ...any) {
	p.add(channel.Inbound{Kind: channel.Ignored, Note: fmt.Sprintf(format, args...)})
}

func (p *parser) elsewhere(account string) {
	p.add(channel.Inbound{Kind: channel.Elsewhere, Account: account})
}

func (p *parser) unreadable(format string, args ...any) {
	p.add(channel.Inbound{Kind: channel.Unreadable, Note: fmt.Sprintf(format, args...)})
}

func (p *parser) change(wabaID string, c change) {
	switch c.Field {
	case "messages", "smb_message_echoes", "history", "smb_app_state_sync":
		p.numberChange(c)
	case "message_template_status_update", "message_template_quality_update",
		"message_template_components_update", "template_category_update":
		if p.otherAccount(wabaID) {
			return
		}
		p.template(c)
	case "phone_number_quality_update", "phone_number_name_update", "account_update", "account_alerts",
		"account_review_update", "business_capability_update", "security",
		"business_status_update", "payment_configuration_update":
		if p.otherAccount(wabaID) {
			return
		}
		p.add(channel.Inbound{
			Kind:    channel.InAccount,
			Text:    c.Field,
			Content: crm.Content{Kind: crm.KindSystem, Note: wire.Cut(string(c.Value), 1000)},
		})
	default:
		p.ignored("field %s", c.Field)
	}
}

// otherAccount hands a change of an account on to its other numbers, and tells whether
// it is none of this one's. An app's webhook is called for all accounts the app serves.
func (p *parser) otherAccount(wabaID string) bool {
	if wabaID == "" || wabaID == "0" {
		return false
	}
	// Its own too: the account's other numbers want to know, and Meta tells it once.
	p.elsewhere(accountPrefix + wabaID)
	return p.wabaID != "" && wabaID != p.wabaID
}

// numberChange reads the fields that concern one phone number.
func (p *parser) numberChange(c change) {
	var v value
	if err := json.Unmarshal(c.Value, &v); err != nil {
		p.unreadable("%s: %v", c.Field, err)
		return
	}
	if id := string(v.Metadata.PhoneNumberID); id != p.phoneNumberID {
		p.elsewhere(id)
		return
	}
	before := len(p.ins)
	for _, raw := range v.Messages {
		p.one("message", func() error { return p.message(raw, v.Contacts) })
	}
	for _, raw := range v.Statuses {
		p.one("status", func() error { return p.status(raw) })
	}
	for _, raw := range v.Echoes {
		p.one("echo", func() error { return p.echo(raw) })
	}
	for _, chunk := range v.History {
		for _, thread := range chunk.Threads {
			for _, raw := range thread.Messages {
				p.one("history", func() error { return p.history(string(thread.ID), raw) })
			}
		}
		p.accountErrors(chunk.Errors)
	}
	for _, raw := range v.StateSync {
		p.one("state_sync", func() error { return p.stateSync(raw) })
	}
	p.accountErrors(v.Errors)
	if len(p.ins) == before {
		p.ignored("%s without an event", c.Field)
	}
}

// one runs the reader of one element and notes what can't be read.
func (p *parser) one(what string, read func() error) {
	if err := read(); err != nil {
		p.unreadable("%s: %v", what, err)
	}
}

func (p *parser) accountErrors(errs []providerError) {
	for _, e := range errs {
		p.add(channel.Inbound{Kind: channel.InAccount, Text: "error", Error: e.delivery()})
	}
}

func (e providerError) delivery() *crm.DeliveryError {
	d := &crm.DeliveryError{Code: string(e.Code), Title: e.Title, Detail: e.ErrorData.Details}
	if d.Title == "" {
		d.Title = e.Message
	}
	if d.Detail == "" && e.Message != d.Title {
		d.Detail = e.Message
	}
	return d
}

func decodeMessage(raw json.RawMessage) (*message, error) {
	var m message
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, err
	}
	if m.ID == "" {
		return nil, errors.New("it has no id")
	}
	return &m, nil
}

func (p *parser) message(raw json.RawMessage, contacts []webhookContact) error {
	m, err := decodeMessage(raw)
	if err != nil {
		return err
	}
	if m.GroupID != "" {
		p.ignored("message of a group")
		return nil
	}
	address, profile, err := m.sender(contacts)
	if err != nil {
		return err
	}
	in := channel.Inbound{
		Kind:       channel.InMessage,
		ExternalID: m.ID,
		Contact:    address,
		Profile:    profile,
		SentAt:     m.Timestamp.Time(),
	}
	if m.Context != nil {
		in.ReplyTo = m.Context.ID
	}
	if m.Referral != nil {
		in.Referral = m.Referral.common()
	}
	switch m.Type {
	case "reaction":
		if m.Reaction == nil || m.Reaction.MessageID == "" {
			return errors.New("a reaction to nothing")
		}
		in.Kind, in.ExternalID, in.ReplyTo = channel.InReaction, "", ""
		in.TargetID, in.Emoji = m.Reaction.MessageID, m.Reaction.Emoji
	case "system":
		return p.system(m, in)
	case "edit", "revoke":
		return p.amended(m, in)
	case "request_welcome":
		in.Kind = channel.InWelcome
	default:
		in.Content = m.content()
	}
	p.add(in)
	return nil
}

// sender finds who wrote the message. Either identity may be missing, and from
// may itself hold a BSUID.
func (m *message) sender(contacts []webhookContact) (channel.Address, crm.Profile, error) {
	var profile crm.Profile
	phone, userID := string(m.From), m.FromUserID
	if isBSUID(phone) {
		phone, userID = "", phone
	}
	for _, c := range contacts {
		same := phone != "" && string(c.WaID) == phone || userID != "" && c.UserID == userID
		if !same && len(contacts) > 1 {
			continue
		}
		profile.Name, profile.Username = c.Profile.Name, c.Profile.Username
		if same && userID == "" {
			userID = c.UserID
		}
		if same && phone == "" && isDigits(string(c.WaID)) {
			phone = string(c.WaID)
		}
		break
	}
	address := channel.Address{Key: phone}
	if isDigits(phone) {
		profile.Phone = "+" + phone
	}
	switch {
	case phone == "":
		address.Key = userID
	case userID != "":
		address.Alternates = []string{userID}
	}
	if address.Key == "" {
		return address, profile, errors.New("it has no sender")
	}
	return address, profile, nil
}

func (p *parser) system(m *message, in channel.Inbound) error {
	s := m.System
	if s == nil {
		return errors.New("a system message without its part")
	}
	in.Content = crm.Content{Kind: crm.KindSystem, Note: s.Body}
	in.Text = s.Type
	next := string(s.WaID)
	if next == "" {
		next = string(s.NewWa)
	}
	changed := s.Type == "user_changed_number" || s.Type == "customer_changed_number"
	switch {
	case changed && next != "":
		in.Kind = channel.InMoved
		in.NewAddress = channel.Address{Key: next}
		if s.UserID != "" {
			in.NewAddress.Alternates = []string{s.UserID}
		}
	case s.Type == "user_changed_user_id" && s.UserID != "":
		in.Kind = channel.InMoved
		in.NewAddress = channel.Address{Key: s.UserID}
	default:
		in.Kind = channel.InEvent
	}
	p.add(in)
	return nil
}

// amended reads what a person does to an earlier message. Only numbers that are
// also used in the WhatsApp Business app hear of it.
func (p *parser) amended(m *message, in channel.Inbound) error {
	in.ExternalID, in.ReplyTo = "", ""
	if m.Type == "revoke" {
		if m.Revoke == nil || m.Revoke.OriginalID == "" {
			return errors.New("a deletion of nothing")
		}
		in.Kind, in.TargetID = channel.InDelete, m.Revoke.OriginalID
		p.add(in)
		return nil
	}
	if m.Edit == nil || m.Edit.OriginalID == "" {
		return errors.New("an edit of nothing")
	}
	var edited message
	if err := json.Unmarshal(m.Edit.Message, &edited); err != nil {
		return err
	}
	in.Kind, in.TargetID, in.Content = channel.InEdit, m.Edit.OriginalID, edited.content()
	p.add(in)
	return nil
}

func (r *referral) common() *crm.Referral {
	image := r.ImageURL
	if image == "" {
		image = r.ThumbnailURL
	}
	return &crm.Referral{
		Source:   r.SourceType,
		ID:       string(r.SourceID),
		URL:      r.SourceURL,
		Headline: r.Headline,
		Body:     r.Body,
		ImageURL: image,
		ClickID:  r.ClickID,
	}
}

func (p *parser) status(raw json.RawMessage) error {
	var s status
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	if s.ID == "" {
		return errors.New("it has no id")
	}
	if s.Recipient == "group" {
		p.ignored("status of a message to a group")
		return nil
	}
	in := channel.Inbound{
		Kind:     channel.InStatus,
		TargetID: s.ID,
		LocalRef: s.Ref,
		SentAt:   s.Timestamp.Time(),
	}
	switch s.Status {
	case "sent":
		in.Status = crm.Sent
	case "delivered":
		in.Status = crm.Delivered
	case "read", "played": // played: a voice message was listened to
		in.Status = crm.Read
	case "failed":
		in.Status = crm.Failed
		in.Error = &crm.DeliveryError{}
		if len(s.Errors) > 0 {
			in.Error = s.Errors[0].delivery()
		}
	default:
		p.ignored("status %s", s.Status)
		return nil
	}
	p.add(in)
	return nil
}

// echo reads a message that the business sent from its phone.
func (p *parser) echo(raw json.RawMessage) error {
	m, err := decodeMessage(raw)
	if err != nil {
		return err
	}
	if m.GroupID != "" {
		p.ignored("echo in a group")
		return nil
	}
	if m.To == "" {
		return errors.New("it has no receiver")
	}
	in := channel.Inbound{
		Kind:       channel.InEcho,
		ExternalID: m.ID,
		Contact:    channel.Address{Key: string(m.To)},
		SentAt:     m.Timestamp.Time(),
		Outgoing:   true,
	}
	if isDigits(in.Contact.Key) {
		in.Profile.Phone = "+" + in.Contact.Key
	}
	if m.Context != nil {
		in.ReplyTo = m.Context.ID
	}
	switch m.Type {
	case "edit", "revoke":
		return p.amended(m, in)
	case "reaction":
		p.ignored("reaction set on the phone")
		return nil
	}
	in.Content = m.content()
	p.add(in)
	return nil
}

func (p *parser) history(thread string, raw json.RawMessage) error {
	m, err := decodeMessage(raw)
	if err != nil {
		return err
	}
	if m.GroupID != "" {
		p.ignored("history of a group")
		return nil
	}
	if m.Type == "reaction" || m.Type == "system" || m.Type == "edit" || m.Type == "revoke" {
		p.ignored("history of type %s", m.Type)
		return nil
	}
	if thread == "" {
		return errors.New("it belongs to no thread")
	}
	in := channel.Inbound{
		Kind:       channel.InHistory,
		ExternalID: m.ID,
		Contact:    channel.Address{Key: thread},
		SentAt:     m.Timestamp.Time(),
		Content:    m.content(),
	}
	if isDigits(thread) {
		in.Profile.Phone = "+" + thread
	}
	if m.Context != nil {
		in.ReplyTo = m.Context.ID
	}
	if h := m.History; h != nil && bool(h.FromMe) || string(m.From) != thread && m.To != "" {
		in.Outgoing = true
		in.Status = crm.Sent
		if h != nil {
			in.Status = historyStatus(h.Status)
		}
	}
	p.add(in)
	return nil
}

func historyStatus(s string) crm.Status {
	switch strings.ToLower(s) {
	case "delivered":
		return crm.Delivered
	case "read", "played":
		return crm.Read
	case "error":
		return crm.Failed
	}
	return crm.Sent
}

func (p *parser) stateSync(raw json.RawMessage) error {
	var s stateSync
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	if s.Type != "contact" || s.Action == "remove" {
		p.ignored("state_sync %s %s", s.Type, s.Action)
		return nil
	}
	phone := strings.TrimPrefix(string(s.Contact.Phone), "+")
	if !isDigits(phone) {
		return errors.New("a contact without a number")
	}
	p.add(channel.Inbound{
		Kind:    channel.InProfile,
		Contact: channel.Address{Key: phone},
		Profile: crm.Profile{Name: s.Contact.FullName, FirstName: s.Contact.FirstName, Phone: "+" + phone},
		SentAt:  s.Metadata.Timestamp.Time(),
	})
	return nil
}

// template notes news of a template: TargetID is its id, Text the field, the
// content's Note says "name language what".
func (p *parser) template(c change) {
	var u templateUpdate
	if err := json.Unmarshal(c.Value, &u); err != nil {
		p.unreadable("%s: %v", c.Field, err)
		return
	}
	var words []string
	for _, w := range []string{u.Name, u.Language, u.Event, u.Quality, u.Category, u.Reason} {
		if w != "" && w != "NONE" {
			words = append(words, w)
		}
	}
	p.add(channel.Inbound{
		Kind:     channel.InTemplate,
		TargetID: string(u.ID),
		Text:     c.Field,
		Content:  crm.Content{Kind: crm.KindSystem, Note: strings.Join(words, " ")},
	})
}
