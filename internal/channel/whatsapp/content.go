package whatsapp

import (
	"encoding/json"
	"strings"

	"github.com/bandeja/bandeja/internal/channel/wire"
	"github.com/bandeja/bandeja/internal/crm"
)

// content turns what the message says into the common form. A type without its
// part, or one that we don't know, becomes unsupported.
func (m *message) content() crm.Content {
	c := m.body()
	if m.Context != nil {
		c.Forwarded = bool(m.Context.Forwarded || m.Context.FrequentlyForwarded)
		if r := m.Context.ReferredProduct; r != nil {
			c.Product = &crm.Product{CatalogID: string(r.CatalogID), ProductID: string(r.ProductID)}
		}
	}
	return c
}

func (m *message) body() crm.Content {
	switch {
	case m.Type == "text" && m.Text != nil:
		return crm.Content{Kind: crm.KindText, Text: m.Text.Body}
	case m.Type == "image" && m.Image != nil:
		return m.Image.content(crm.KindImage)
	case m.Type == "video" && m.Video != nil:
		return m.Video.content(crm.KindVideo)
	case m.Type == "audio" && m.Audio != nil && bool(m.Audio.Voice):
		return m.Audio.content(crm.KindVoice)
	case m.Type == "audio" && m.Audio != nil:
		return m.Audio.content(crm.KindAudio)
	case m.Type == "voice" && m.Voice != nil:
		return m.Voice.content(crm.KindVoice)
	case m.Type == "document" && m.Document != nil:
		return m.Document.content(crm.KindFile)
	case m.Type == "sticker" && m.Sticker != nil:
		return m.Sticker.content(crm.KindSticker)
	case m.Type == "location" && m.Location != nil:
		return m.Location.content()
	case m.Type == "contacts" && len(m.Contacts) > 0:
		c := crm.Content{Kind: crm.KindContacts}
		for _, card := range m.Contacts {
			c.Contacts = append(c.Contacts, card.shared())
		}
		return c
	case m.Type == "button" && m.Button != nil:
		return crm.Content{
			Kind: crm.KindReply,
			Text: m.Button.Text,
			Reply: &crm.ButtonReply{
				Type: "button", ID: m.Button.Payload, Title: m.Button.Text, Payload: m.Button.Payload,
			},
		}
	case m.Type == "interactive" && m.Interactive != nil:
		return m.Interactive.content()
	case m.Type == "order" && m.Order != nil:
		return m.Order.content()
	}
	c := crm.Content{Kind: crm.KindUnsupported, Note: m.Type}
	if len(m.Errors) > 0 {
		d := m.Errors[0].delivery()
		c.Note = strings.TrimSpace(d.Code + " " + d.Title)
		if d.Detail != "" {
			c.Note += ": " + d.Detail
		}
	}
	return c
}

func (f *media) content(kind crm.ContentKind) crm.Content {
	return crm.Content{
		Kind: kind,
		Text: f.Caption,
		Attachments: []crm.Attachment{{
			Kind:     kind,
			Remote:   string(f.ID),
			Name:     f.Filename,
			MIME:     f.MIME,
			Size:     int64(f.Size),
			SHA256:   f.SHA256,
			Animated: bool(f.Animated),
		}},
	}
}

func (l *location) content() crm.Content {
	return crm.Content{Kind: crm.KindLocation, Location: &crm.Location{
		Latitude:  float64(l.Latitude),
		Longitude: float64(l.Longitude),
		Name:      l.Name,
		Address:   l.Address,
		URL:       l.URL,
	}}
}

func (k contactCard) shared() crm.SharedContact {
	s := crm.SharedContact{
		Name:      k.Name.Formatted,
		FirstName: k.Name.First,
		LastName:  k.Name.Last,
		Company:   k.Org.Company,
	}
	for _, p := range k.Phones {
		phone := p.Phone
		if phone == "" && p.WaID != "" {
			phone = "+" + string(p.WaID)
		}
		if phone != "" {
			s.Phones = append(s.Phones, phone)
		}
	}
	for _, e := range k.Emails {
		if e.Email != "" {
			s.Emails = append(s.Emails, e.Email)
		}
	}
	return s
}

func (i *interactive) content() crm.Content {
	switch {
	case i.Button != nil:
		return crm.Content{
			Kind:  crm.KindReply,
			Text:  i.Button.Title,
			Reply: &crm.ButtonReply{Type: "button_reply", ID: i.Button.ID, Title: i.Button.Title},
		}
	case i.List != nil:
		return crm.Content{
			Kind: crm.KindReply,
			Text: i.List.Title,
			Reply: &crm.ButtonReply{
				Type: "list_reply", ID: i.List.ID, Title: i.List.Title, Description: i.List.Description,
			},
		}
	case i.Flow != nil:
		return crm.Content{
			Kind: crm.KindForm,
			Text: i.Flow.Body,
			Form: &crm.Form{Name: i.Flow.Name, Fields: formFields(i.Flow.Response)},
		}
	}
	return crm.Content{Kind: crm.KindUnsupported, Note: "interactive " + i.Type}
}

// formFields reads the answers of a Flow in the order in which they were given.
// What isn't an object stays whole.
func formFields(response string) []crm.FormField {
	response = string(wire.Clean([]byte(response)))
	d := json.NewDecoder(strings.NewReader(response))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return wholeForm(response)
	}
	var fields []crm.FormField
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return wholeForm(response)
		}
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return wholeForm(response)
		}
		field := crm.FormField{Value: string(v)}
		field.Name, _ = name.(string)
		var s string
		if json.Unmarshal(v, &s) == nil {
			field.Value = s
		}
		fields = append(fields, field)
	}
	return fields
}

func wholeForm(response string) []crm.FormField {
	if response == "" {
		return nil
	}
	return []crm.FormField{{Name: "response", Value: response}}
}

func (o *order) content() crm.Content {
	c := crm.Content{Kind: crm.KindOrder, Text: o.Text, Order: &crm.Order{CatalogID: string(o.CatalogID)}}
	for _, it := range o.Items {
		c.Order.Items = append(c.Order.Items, crm.OrderItem{
			ProductID: string(it.ProductID),
			Quantity:  int(it.Quantity),
			Price:     float64(it.Price),
			Currency:  it.Currency,
		})
	}
	return c
}
