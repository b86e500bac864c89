package whatsapp

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/wire"
	"github.com/bandeja/bandeja/internal/crm"
)

// Send implements channel.Sender. Files are uploaded first and sent by their id;
// a message of several files becomes several messages, with the text as the
// caption of the first file that takes one.
func (Adapter) Send(ctx context.Context, ch *channel.Channel, out channel.Outbound) (channel.Receipt, error) {
	receipt := channel.Receipt{Status: crm.Sent}
	s := &sending{ctx: ctx, ch: ch, out: out}
	messages, err := s.messages()
	if err != nil {
		return receipt, err
	}
	for i, m := range messages {
		answer, err := s.post(m)
		if err != nil {
			return receipt, wire.Partly(i, len(messages), err)
		}
		receipt.ExternalIDs = append(receipt.ExternalIDs, answer.id)
		receipt.Contact = answer.contact
	}
	return receipt, nil
}

type sending struct {
	ctx context.Context
	ch  *channel.Channel
	out channel.Outbound
}

type sent struct {
	id      string
	contact channel.Address
}

func (s *sending) post(m *outMessage) (sent, error) {
	var r struct {
		Contacts []struct {
			WaID   wire.ID `json:"wa_id"`
			UserID string  `json:"user_id"`
		} `json:"contacts"`
		Messages []struct {
			ID string `json:"id"`
		} `json:"messages"`
	}
	if err := post(s.ctx, s.ch, s.ch.Config["phone_number_id"]+"/messages", m, &r); err != nil {
		return sent{}, err
	}
	if len(r.Messages) == 0 || r.Messages[0].ID == "" {
		return sent{}, &channel.SendError{Kind: channel.UncertainResult, Title: "the answer has no message id"}
	}
	a := sent{id: r.Messages[0].ID}
	if len(r.Contacts) > 0 {
		c := r.Contacts[0]
		a.contact.Key = string(c.WaID)
		switch {
		case a.contact.Key == "":
			a.contact.Key = c.UserID
		case c.UserID != "":
			a.contact.Alternates = []string{c.UserID}
		}
	}
	return a, nil
}

// base is what all messages to the person have in common.
func (s *sending) base(kind string) (*outMessage, error) {
	m := &outMessage{Product: "whatsapp", Recipient: "individual", Type: kind, Callback: s.out.Ref}
	if len(s.out.Ref) > maxCallback {
		return nil, wire.Refuse("Ref longer than %d bytes", maxCallback)
	}
	switch to := strings.TrimPrefix(s.out.To.Key, "+"); {
	case isDigits(to):
		m.To = to
	case isBSUID(to):
		m.UserID = to
	default:
		return nil, &channel.SendError{
			Kind:  channel.PermanentContact,
			Code:  "address",
			Title: "neither a WhatsApp number nor a user id: " + wire.Cut(s.out.To.Key, 40),
		}
	}
	if s.out.ReplyTo != "" && !s.out.React {
		m.Context = &outContext{MessageID: s.out.ReplyTo}
	}
	return m, nil
}

// messages makes the bodies of all messages to send. Nothing reaches the person
// before all of them are made; uploads do no harm.
func (s *sending) messages() ([]*outMessage, error) {
	c := s.out.Content
	if s.out.React {
		m, err := s.base("reaction")
		if err != nil {
			return nil, err
		}
		m.Reaction = &outReaction{MessageID: s.out.ReplyTo, Emoji: s.out.Reaction}
		return []*outMessage{m}, nil
	}
	switch c.Kind {
	case crm.KindImage, crm.KindVideo, crm.KindAudio, crm.KindVoice, crm.KindFile, crm.KindSticker:
		return s.files()
	}
	m, err := s.base(string(c.Kind))
	if err != nil {
		return nil, err
	}
	switch c.Kind {
	case crm.KindText:
		m.Text, err = text(c.Text)
	case crm.KindLocation:
		m.Location, err = outgoingLocation(c.Location)
	case crm.KindContacts:
		m.Contacts, err = outgoingContacts(c.Contacts)
	case crm.KindInteractive:
		m.Interactive, err = s.interactive()
	case crm.KindTemplate:
		m.Template, err = s.template()
	default:
		err = wire.Refuse("WhatsApp takes no message of kind %s", c.Kind)
	}
	if err != nil {
		return nil, err
	}
	return []*outMessage{m}, nil
}

func text(body string) (*outText, error) {
	if strings.TrimSpace(body) == "" {
		return nil, wire.Refuse("empty text")
	}
	if utf8.RuneCountInString(body) > maxText {
		return nil, wire.Refuse("text longer than %d characters", maxText)
	}
	preview := strings.Contains(body, "https://") || strings.Contains(body, "http://")
	return &outText{Body: body, PreviewURL: preview}, nil
}

func outgoingLocation(l *crm.Location) (*outLocation, error) {
	if l == nil {
		return nil, wire.Refuse("location without coordinates")
	}
	return &outLocation{Latitude: l.Latitude, Longitude: l.Longitude, Name: l.Name, Address: l.Address}, nil
}

func outgoingContacts(cards []crm.SharedContact) ([]outContact, error) {
	if len(cards) == 0 {
		return nil, wire.Refuse("no contact to send")
	}
	var all []outContact
	for _, k := range cards {
		o := outContact{Name: outName{Formatted: k.Name, First: k.FirstName, Last: k.LastName}}
		if o.Name.Formatted == "" {
			o.Name.Formatted = strings.TrimSpace(k.FirstName + " " + k.LastName)
		}
		for _, phone := range k.Phones {
			o.Phones = append(o.Phones, outPhone{Phone: phone})
		}
		for _, email := range k.Emails {
			o.Emails = append(o.Emails, outEmail{Email: email})
		}
		if k.Company != "" {
			o.Org = &outOrg{Company: k.Company}
		}
		switch {
		case o.Name.Formatted == "" && len(k.Phones) > 0:
			o.Name.Formatted = k.Phones[0]
		case o.Name.Formatted == "":
			return nil, wire.Refuse("contact without a name")
		}
		// Meta wants one more part of the name besides the formatted one.
		if o.Name.First == "" && o.Name.Last == "" {
			o.Name.First = o.Name.Formatted
		}
		all = append(all, o)
	}
	return all, nil
}

// interactive makes buttons, a list or a link. An image, video or document of
// the content becomes the header.
func (s *sending) interactive() (*outInteractive, error) {
	c := s.out.Content
	it := c.Interactive
	switch {
	case it == nil:
		return nil, wire.Refuse("interactive message without choices")
	case c.Text == "" || utf8.RuneCountInString(c.Text) > maxBody:
		return nil, wire.Refuse("text of 1 to %d characters needed", maxBody)
	case utf8.RuneCountInString(it.Footer) > maxFooter || utf8.RuneCountInString(it.Header) > maxFooter:
		return nil, wire.Refuse("header or footer longer than %d characters", maxFooter)
	}
	o := &outInteractive{Body: &outBody{Text: c.Text}}
	if it.Footer != "" {
		o.Footer = &outBody{Text: it.Footer}
	}
	if it.Header != "" {
		o.Header = &outHeader{Type: "text", Text: it.Header}
	}
	var err error
	switch {
	case len(it.Buttons) > 0:
		o.Type = "button"
		o.Action.Buttons, err = buttons(it.Buttons)
	case len(it.Sections) > 0:
		o.Type = "list"
		o.Action.Button = it.ListName
		o.Action.Sections, err = sections(it)
	case it.Link != nil:
		o.Type = "cta_url"
		o.Action.Name = "cta_url"
		o.Action.Parameters = &outLinkButton{DisplayText: it.Link.Title, URL: it.Link.URL}
		if n := utf8.RuneCountInString(it.Link.Title); n == 0 || n > maxButtonTitle {
			err = wire.Refuse("title of the link must have 1 to %d characters", maxButtonTitle)
		}
	default:
		err = wire.Refuse("interactive message without choices")
	}
	if err != nil || len(c.Attachments) == 0 {
		return o, err
	}
	if o.Type == "list" {
		return nil, wire.Refuse("a list takes no file in its header")
	}
	return o, s.mediaHeader(o, c.Attachments[0])
}

func (s *sending) mediaHeader(o *outInteractive, a crm.Attachment) error {
	kind := mediaType(a.Kind)
	if kind == "audio" || kind == "sticker" {
		return wire.Refuse("a header takes an image, a video or a document")
	}
	m, err := s.media(a, kind)
	if err != nil {
		return err
	}
	o.Header = &outHeader{Type: kind}
	switch kind {
	case "image":
		o.Header.Image = m
	case "video":
		o.Header.Video = m
	case "document":
		o.Header.Document = m
	}
	return nil
}

func buttons(bs []crm.Button) ([]outButton, error) {
	if len(bs) > maxButtons {
		return nil, wire.Refuse("more than %d buttons", maxButtons)
	}
	var all []outButton
	for _, b := range bs {
		n := utf8.RuneCountInString(b.Title)
		if b.ID == "" || len(b.ID) > maxButtonID || n == 0 || n > maxButtonTitle {
			return nil, wire.Refuse("button %q: title of 1 to %d characters and id needed", b.Title, maxButtonTitle)
		}
		all = append(all, outButton{Type: "reply", Reply: outReply{ID: b.ID, Title: b.Title}})
	}
	return all, nil
}

func sections(it *crm.Interactive) ([]outSection, error) {
	if n := utf8.RuneCountInString(it.ListName); n == 0 || n > maxButtonTitle {
		return nil, wire.Refuse("the list's button must have 1 to %d characters", maxButtonTitle)
	}
	var all []outSection
	rows := 0
	for _, section := range it.Sections {
		o := outSection{Title: section.Title}
		for _, r := range section.Rows {
			n := utf8.RuneCountInString(r.Title)
			if r.ID == "" || len(r.ID) > maxRowID || n == 0 || n > maxRowTitle ||
				utf8.RuneCountInString(r.Description) > maxRowText {
				return nil, wire.Refuse("row %q: title of 1 to %d, description of up to %d characters and id needed",
					r.Title, maxRowTitle, maxRowText)
			}
			o.Rows = append(o.Rows, outRow(r))
			rows++
		}
		if utf8.RuneCountInString(section.Title) > maxRowTitle || section.Title == "" && len(it.Sections) > 1 {
			return nil, wire.Refuse("section %q: title of 1 to %d characters needed", section.Title, maxRowTitle)
		}
		all = append(all, o)
	}
	if rows == 0 || rows > maxRows {
		return nil, wire.Refuse("a list holds 1 to %d rows", maxRows)
	}
	return all, nil
}

func (s *sending) template() (*outTemplate, error) {
	t := s.out.Content.Template
	if t == nil || t.Name == "" || t.Language == "" {
		return nil, wire.Refuse("template without name or language")
	}
	o := &outTemplate{Name: t.Name, Language: outLanguage{Code: t.Language}}
	for _, c := range t.Components {
		oc := outComponent{Type: strings.ToLower(c.Type), SubType: strings.ToLower(c.SubType)}
		if oc.Type == "button" {
			oc.Index = strconv.Itoa(c.Index)
		}
		for _, p := range c.Parameters {
			op, err := s.parameter(p)
			if err != nil {
				return nil, err
			}
			oc.Parameters = append(oc.Parameters, op)
		}
		o.Components = append(o.Components, oc)
	}
	return o, nil
}

func (s *sending) parameter(p crm.TemplateParameter) (outParameter, error) {
	o := outParameter{Type: p.Type, Name: p.Name}
	var err error
	switch p.Type {
	case "text":
		o.Text = p.Value
		if p.Value == "" {
			err = wire.Refuse("template variable %s is empty", p.Name)
		}
	case "payload":
		o.Payload = p.Value
	case "coupon_code":
		o.CouponCode = p.Value
	case "currency":
		o.Currency = &outCurrency{Fallback: p.Value, Code: p.Currency, Amount1000: p.Amount1000}
	case "date_time":
		o.DateTime = &outDateTime{Fallback: p.Value}
	case "action":
		o.Action = &outFlow{FlowToken: p.Value}
	case "location":
		o.Location, err = outgoingLocation(p.Location)
	case "image", "video", "document":
		if p.Attachment == nil {
			return o, wire.Refuse("template header without its %s", p.Type)
		}
		var m *outMedia
		if m, err = s.media(*p.Attachment, p.Type); err != nil {
			return o, err
		}
		switch p.Type {
		case "image":
			o.Image = m
		case "video":
			o.Video = m
		case "document":
			o.Document = m
		}
	default:
		err = wire.Refuse("template parameter of type %s", p.Type)
	}
	return o, err
}

// MarkRead implements channel.ReadMarker: the message gets its blue ticks.
func (Adapter) MarkRead(ctx context.Context, ch *channel.Channel, _ channel.Address, externalID string) error {
	return wire.Harmless(read(ctx, ch, outRead{Product: "whatsapp", Status: "read", MessageID: externalID}))
}

// Typing implements channel.Typer. WhatsApp shows it for up to 25 seconds and,
// in the same breath, marks the contact's message as read.
func (Adapter) Typing(ctx context.Context, ch *channel.Channel, _ channel.Address, lastIncoming string) error {
	if lastIncoming == "" {
		return wire.Refuse("WhatsApp shows typing only in answer to a message")
	}
	return wire.Harmless(read(ctx, ch, outRead{
		Product:   "whatsapp",
		Status:    "read",
		MessageID: lastIncoming,
		Typing:    &outTyping{Type: "text"},
	}))
}

func read(ctx context.Context, ch *channel.Channel, body outRead) error {
	return post(ctx, ch, ch.Config["phone_number_id"]+"/messages", body, nil)
}
