package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/wire"
	"github.com/bandeja/bandeja/internal/crm"
)

// Send implements channel.Sender. A message of several files makes several
// calls, in order; photos and videos travel together as an album. The caption
// goes with the first file that takes one.
func (Adapter) Send(ctx context.Context, ch *channel.Channel, out channel.Outbound) (channel.Receipt, error) {
	id, connection, err := splitKey(out.To.Key)
	if err != nil {
		return channel.Receipt{}, err
	}
	if out.React {
		return channel.Receipt{Status: crm.Sent}, react(ctx, ch, id, connection, out)
	}
	s := &sending{ctx: ctx, ch: ch, out: out, key: out.To.Key}
	s.base = map[string]any{"chat_id": id}
	if connection != "" {
		s.base["business_connection_id"] = connection
	}
	if out.ReplyTo != "" {
		messageID, err := splitMessage(out.ReplyTo)
		if err != nil {
			return channel.Receipt{}, err
		}
		s.base["reply_parameters"] = map[string]any{
			"message_id":                  messageID,
			"allow_sending_without_reply": true,
		}
	}
	calls, err := s.plan()
	if err != nil {
		return channel.Receipt{}, err
	}
	for i, next := range calls {
		ids, err := next()
		if err != nil {
			return s.receipt(), wire.Partly(i, len(calls), err)
		}
		s.ids = append(s.ids, ids...)
	}
	return s.receipt(), nil
}

// sending is one message on its way.
type sending struct {
	ctx  context.Context
	ch   *channel.Channel
	out  channel.Outbound
	key  string
	base map[string]any
	ids  []string
}

func (s *sending) receipt() channel.Receipt {
	return channel.Receipt{ExternalIDs: s.ids, Status: crm.Sent}
}

// one is a provider call that is yet to be made.
type one func() (externalIDs []string, err error)

// plan checks the message and lists the calls it takes.
func (s *sending) plan() ([]one, error) {
	c := s.out.Content
	if utf8.RuneCountInString(c.Text) > maxText {
		return nil, wire.Refuse("text longer than %d characters", maxText)
	}
	switch c.Kind {
	case crm.KindText:
		if strings.TrimSpace(c.Text) == "" {
			return nil, wire.Refuse("empty text")
		}
		return []one{s.json("sendMessage", map[string]any{"text": c.Text})}, nil
	case crm.KindImage, crm.KindVideo, crm.KindAudio, crm.KindVoice, crm.KindFile, crm.KindSticker:
		return s.files(nil)
	case crm.KindLocation:
		if c.Location == nil {
			return nil, wire.Refuse("location without coordinates")
		}
		return []one{s.location(*c.Location)}, nil
	case crm.KindContacts:
		return s.contacts()
	case crm.KindInteractive:
		return s.interactive()
	}
	return nil, wire.Refuse("Telegram takes no message of kind %s", c.Kind)
}

// params joins the common parameters with those of one call.
func (s *sending) params(own map[string]any) map[string]any {
	p := make(map[string]any, len(s.base)+len(own))
	for k, v := range s.base {
		p[k] = v
	}
	for k, v := range own {
		p[k] = v
	}
	return p
}

func (s *sending) json(method string, own map[string]any) one {
	return func() ([]string, error) {
		var m struct {
			ID wire.ID `json:"message_id"`
		}
		if err := call(s.ctx, s.ch, method, s.params(own), &m); err != nil {
			return nil, err
		}
		return s.external(m.ID)
	}
}

func (s *sending) external(ids ...wire.ID) ([]string, error) {
	var all []string
	for _, id := range ids {
		if id == "" {
			return nil, &channel.SendError{Kind: channel.UncertainResult, Title: "the answer has no message_id"}
		}
		all = append(all, s.key+"/"+string(id))
	}
	return all, nil
}

func (s *sending) location(l crm.Location) one {
	own := map[string]any{"latitude": l.Latitude, "longitude": l.Longitude}
	if l.Name == "" && l.Address == "" {
		return s.json("sendLocation", own)
	}
	// Both are required of a venue.
	own["title"], own["address"] = l.Name, l.Address
	if l.Name == "" {
		own["title"] = l.Address
	}
	if l.Address == "" {
		own["address"] = l.Name
	}
	return s.json("sendVenue", own)
}

func (s *sending) contacts() ([]one, error) {
	var calls []one
	for _, k := range s.out.Content.Contacts {
		if len(k.Phones) == 0 {
			return nil, wire.Refuse("contact without a phone number")
		}
		own := map[string]any{"phone_number": k.Phones[0], "first_name": k.FirstName}
		if k.FirstName == "" {
			own["first_name"] = k.Name
			if k.Name == "" {
				own["first_name"] = k.Phones[0]
			}
		} else if k.LastName != "" {
			own["last_name"] = k.LastName
		}
		calls = append(calls, s.json("sendContact", own))
	}
	if len(calls) == 0 {
		return nil, wire.Refuse("no contact to send")
	}
	return calls, nil
}

// interactive makes buttons and lists into a keyboard below the text, one choice
// a row. Telegram has no header, footer or list of its own: they become
// paragraphs and buttons.
func (s *sending) interactive() ([]one, error) {
	c := s.out.Content
	it := c.Interactive
	if it == nil {
		return nil, wire.Refuse("interactive message without choices")
	}
	var rows [][]inlineButton
	add := func(id, title string) error {
		if id == "" || len(id) > maxCallbackData {
			return wire.Refuse("button %q: its id must have 1 to %d bytes", title, maxCallbackData)
		}
		if title == "" {
			return wire.Refuse("button without a title")
		}
		rows = append(rows, []inlineButton{{Text: title, Data: id}})
		return nil
	}
	for _, b := range it.Buttons {
		if err := add(b.ID, b.Title); err != nil {
			return nil, err
		}
	}
	for _, section := range it.Sections {
		for _, row := range section.Rows {
			if err := add(row.ID, row.Title); err != nil {
				return nil, err
			}
		}
	}
	if it.Link != nil {
		rows = append(rows, []inlineButton{{Text: it.Link.Title, URL: it.Link.URL}})
	}
	if len(rows) == 0 {
		return nil, wire.Refuse("interactive message without choices")
	}
	var parts []string
	for _, part := range []string{it.Header, c.Text, it.Footer} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	text := strings.Join(parts, "\n\n")
	keyboard := &markup{InlineKeyboard: rows}
	if len(c.Attachments) > 0 {
		s.out.Content.Text = text
		return s.files(keyboard)
	}
	if text == "" || utf8.RuneCountInString(text) > maxText {
		return nil, wire.Refuse("text of 1 to %d characters needed", maxText)
	}
	return []one{s.json("sendMessage", map[string]any{"text": text, "reply_markup": keyboard})}, nil
}

func react(ctx context.Context, ch *channel.Channel, id int64, connection string, out channel.Outbound) error {
	if connection != "" {
		return wire.Refuse("Telegram takes no reactions from a bot in a business chat")
	}
	messageID, err := splitMessage(out.ReplyTo)
	if err != nil {
		return err
	}
	reactions := []map[string]string{} // empty takes the reaction back
	if out.Reaction != "" {
		reactions = append(reactions, map[string]string{"type": "emoji", "emoji": out.Reaction})
	}
	// Setting a reaction twice changes nothing, so it may be repeated.
	return wire.Harmless(call(ctx, ch, "setMessageReaction", map[string]any{
		"chat_id":    id,
		"message_id": messageID,
		"reaction":   reactions,
	}, nil))
}

// splitKey takes a contact's key apart into the chat and, for a business chat,
// its connection.
func splitKey(key string) (chatID int64, connection string, err error) {
	id, connection, _ := strings.Cut(key, "@")
	chatID, err = strconv.ParseInt(id, 10, 64)
	if err != nil {
		return 0, "", &channel.SendError{
			Kind:  channel.PermanentContact,
			Code:  "address",
			Title: fmt.Sprintf("%q is not a Telegram chat", key),
		}
	}
	return chatID, connection, nil
}

// splitMessage takes the message id out of an external id. The answer to a
// tapped button has none of its own.
func splitMessage(externalID string) (int64, error) {
	_, last, _ := strings.Cut(externalID, "/")
	n, err := strconv.ParseInt(last, 10, 64)
	if err != nil {
		return 0, wire.Refuse("%q is not a message that Telegram can point at", externalID)
	}
	return n, nil
}

// open opens the file of an attachment.
func (s *sending) open(a crm.Attachment) (io.ReadCloser, error) {
	body, err := s.out.Open(s.ctx, a)
	if err != nil {
		return nil, &channel.SendError{Kind: channel.Transient, Title: "the file can't be opened", Err: err}
	}
	return body, nil
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "null"
	}
	return string(b)
}
