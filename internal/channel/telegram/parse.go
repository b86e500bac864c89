package telegram

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/wire"
	"github.com/bandeja/bandeja/internal/crm"
)

// EventID implements channel.EventIdentifier: update_id numbers the deliveries
// of a bot.
func (Adapter) EventID(raw []byte) string {
	var u struct {
		ID wire.ID `json:"update_id"`
	}
	if json.Unmarshal(raw, &u) != nil {
		return ""
	}
	return string(u.ID)
}

// Parse implements channel.Receiver. A body is one update. A tap on a button
// carries no time of its own, so its SentAt is zero: the time of receipt holds.
func (Adapter) Parse(_ *channel.Channel, raw []byte) ([]channel.Inbound, error) {
	raw = wire.Clean(raw)
	var u update
	if err := json.Unmarshal(raw, &u); err != nil {
		return nil, fmt.Errorf("telegram: not an update: %w", err)
	}
	if u.ID == "" {
		return nil, errors.New("telegram: not an update: it has no update_id")
	}
	for _, part := range []struct {
		name string
		raw  json.RawMessage
		read func(json.RawMessage) ([]channel.Inbound, error)
	}{
		{"message", u.Message, readMessage},
		{"business_message", u.BusinessMessage, readMessage},
		{"edited_message", u.EditedMessage, readEdit},
		{"edited_business_message", u.EditedBusinessMessage, readEdit},
		{"deleted_business_messages", u.DeletedBusinessMessages, readDeleted},
		{"business_connection", u.BusinessConnection, readConnection},
		{"message_reaction", u.MessageReaction, readReaction},
		{"callback_query", u.CallbackQuery, readCallback},
		{"my_chat_member", u.MyChatMember, readMember},
	} {
		if len(part.raw) == 0 || string(part.raw) == "null" {
			continue
		}
		ins, err := part.read(part.raw)
		if err != nil {
			return unreadable("%s: %v", part.name, err), nil
		}
		return ins, nil
	}
	return ignored("update of a kind we have no use for"), nil
}

func ignored(format string, args ...any) []channel.Inbound {
	return []channel.Inbound{{Kind: channel.Ignored, Note: fmt.Sprintf(format, args...)}}
}

func unreadable(format string, args ...any) []channel.Inbound {
	return []channel.Inbound{{Kind: channel.Unreadable, Note: fmt.Sprintf(format, args...)}}
}

func readMessage(raw json.RawMessage) ([]channel.Inbound, error) {
	m, skip, err := decodeMessage(raw)
	if err != nil || skip != nil {
		return skip, err
	}
	in := channel.Inbound{
		Kind:       channel.InMessage,
		ExternalID: m.externalID(m.ID),
		Contact:    channel.Address{Key: m.key()},
		Profile:    m.profile(),
		SentAt:     m.Date.Time(),
	}
	if m.echoed() {
		in.Kind = channel.InEcho
	}
	m.quoted(&in)
	if in.Kind == channel.InMessage && m.ConnectionID == "" && m.Forward == nil {
		if code, ok := startCode(m.Text); ok {
			in.Kind = channel.InWelcome
			if code != "" {
				in.Referral = &crm.Referral{Ref: code, Source: "link"}
			}
			return []channel.Inbound{in}, nil
		}
	}
	content, known := m.content(raw)
	if !known {
		return ignored("service message: %s", content.Note), nil
	}
	in.Content = content
	if own := m.Contact; own != nil && m.From != nil && own.UserID != "" && own.UserID == m.From.ID {
		in.Profile.Phone = e164(own.Phone)
	}
	return []channel.Inbound{in}, nil
}

func readEdit(raw json.RawMessage) ([]channel.Inbound, error) {
	m, skip, err := decodeMessage(raw)
	if err != nil || skip != nil {
		return skip, err
	}
	in := channel.Inbound{
		Kind:     channel.InEdit,
		TargetID: m.externalID(m.ID),
		Contact:  channel.Address{Key: m.key()},
		Profile:  m.profile(),
		SentAt:   m.EditDate.Time(),
		Outgoing: m.echoed(),
	}
	if m.EditDate == 0 {
		in.SentAt = m.Date.Time()
	}
	content, known := m.content(raw)
	if !known {
		// The edit of a message with nothing in it: its text was taken away.
		content = crm.Content{Kind: crm.KindText}
	}
	in.Content = content
	return []channel.Inbound{in}, nil
}

func decodeMessage(raw json.RawMessage) (*message, []channel.Inbound, error) {
	var m message
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, nil, err
	}
	if m.Chat.Type != "private" {
		return nil, ignored("chat of type %q", m.Chat.Type), nil
	}
	if m.Chat.ID == "" || m.ID == "" {
		return nil, nil, errors.New("no chat or message id")
	}
	return &m, nil, nil
}

// chatKey is the contact's key; see the package comment.
func chatKey(chatID wire.ID, connectionID string) string {
	if connectionID == "" {
		return string(chatID)
	}
	return string(chatID) + "@" + connectionID
}

func (m *message) key() string { return chatKey(m.Chat.ID, m.ConnectionID) }

func (m *message) externalID(id wire.ID) string { return m.key() + "/" + string(id) }

// echoed tells whether the business wrote the message: in a private chat the
// contact's id is the chat's, so anybody else is our side. Updates of the old
// form without a connection can't be told apart and count as the contact's.
func (m *message) echoed() bool {
	if m.BusinessBot != nil {
		return true
	}
	return m.ConnectionID != "" && m.From != nil && m.From.ID != m.Chat.ID
}

func (m *message) profile() crm.Profile {
	if m.From != nil && !m.echoed() {
		return m.From.profile()
	}
	return crm.Profile{
		Name:      fullName(m.Chat.FirstName, m.Chat.LastName, m.Chat.Username),
		FirstName: m.Chat.FirstName,
		LastName:  m.Chat.LastName,
		Username:  m.Chat.Username,
	}
}

func (u *user) profile() crm.Profile {
	lang, _, _ := strings.Cut(u.Language, "-")
	return crm.Profile{
		Name:      fullName(u.FirstName, u.LastName, u.Username),
		FirstName: u.FirstName,
		LastName:  u.LastName,
		Username:  u.Username,
		Language:  lang,
	}
}

func fullName(first, last, username string) string {
	if name := strings.TrimSpace(first + " " + last); name != "" {
		return name
	}
	return username
}

func e164(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
	if digits == "" {
		return ""
	}
	return "+" + digits
}

// startCode reads /start CODE, sent when a person opens the bot, by a link
// t.me/BOT?start=CODE or by its Start button.
func startCode(text string) (code string, ok bool) {
	word, rest, _ := strings.Cut(text, " ")
	if word != "/start" {
		return "", false
	}
	return strings.TrimSpace(rest), true
}

func (m *message) quoted(in *channel.Inbound) {
	if r := m.ReplyTo; r != nil && r.ID != "" {
		in.ReplyTo = m.externalID(r.ID)
		in.Quote = r.Text
		if in.Quote == "" {
			in.Quote = r.Caption
		}
	}
	if m.Quote != nil && m.Quote.Text != "" {
		in.Quote = m.Quote.Text
	}
}

func readDeleted(raw json.RawMessage) ([]channel.Inbound, error) {
	var d deletedMessages
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, err
	}
	if d.Chat.ID == "" {
		return nil, errors.New("no chat id")
	}
	key := chatKey(d.Chat.ID, d.ConnectionID)
	ins := make([]channel.Inbound, 0, len(d.IDs))
	for _, id := range d.IDs {
		ins = append(ins, channel.Inbound{
			Kind:     channel.InDelete,
			TargetID: key + "/" + string(id),
			Contact:  channel.Address{Key: key},
		})
	}
	if len(ins) == 0 {
		return ignored("deletion of no message"), nil
	}
	return ins, nil
}

func readConnection(raw json.RawMessage) ([]channel.Inbound, error) {
	var c businessConnection
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, err
	}
	text := "business_connection_disabled"
	if c.Enabled {
		text = "business_connection_enabled"
	}
	note := fullName(c.User.FirstName, c.User.LastName, c.User.Username)
	return []channel.Inbound{{
		Kind:    channel.InAccount,
		SentAt:  c.Date.Time(),
		Text:    text,
		Content: crm.Content{Kind: crm.KindSystem, Note: note},
	}}, nil
}

func readReaction(raw json.RawMessage) ([]channel.Inbound, error) {
	var r reactionUpdate
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, err
	}
	if r.Chat.Type != "private" {
		return ignored("reaction in a chat of type %q", r.Chat.Type), nil
	}
	if r.Chat.ID == "" || r.MessageID == "" {
		return nil, errors.New("no chat or message id")
	}
	in := channel.Inbound{
		Kind:     channel.InReaction,
		TargetID: string(r.Chat.ID) + "/" + string(r.MessageID),
		Contact:  channel.Address{Key: string(r.Chat.ID)},
		SentAt:   r.Date.Time(),
	}
	if r.User != nil {
		in.Profile = r.User.profile()
	}
	if n := len(r.New); n > 0 {
		in.Emoji = r.New[n-1].Emoji
		if in.Emoji == "" {
			in.Emoji = "⭐" // a custom or paid emoji, which has only a number
		}
	}
	return []channel.Inbound{in}, nil
}

func readCallback(raw json.RawMessage) ([]channel.Inbound, error) {
	var q callbackQuery
	if err := json.Unmarshal(raw, &q); err != nil {
		return nil, err
	}
	if q.ID == "" || q.From.ID == "" {
		return nil, errors.New("no id or sender")
	}
	// Whatever it is, the button turns in the person's phone until it is answered.
	refuse := func(note string) ([]channel.Inbound, error) {
		ins := ignored("%s", note)
		ins[0].AckID = q.ID
		return ins, nil
	}
	if q.Game != "" {
		return refuse("game button")
	}
	in := channel.Inbound{
		Kind:    channel.InMessage,
		Contact: channel.Address{Key: string(q.From.ID)},
		Profile: q.From.profile(),
		AckID:   q.ID,
	}
	title := q.Data
	if m := q.Message; m != nil && m.Chat.ID != "" && m.ID != "" {
		if m.Chat.Type != "private" {
			return refuse("button in a chat of type " + m.Chat.Type)
		}
		in.Contact.Key = m.key()
		in.ReplyTo = m.externalID(m.ID)
		in.Quote = m.Text
		if m.Markup != nil {
			for _, row := range m.Markup.InlineKeyboard {
				for _, b := range row {
					if b.Data == q.Data && b.Text != "" {
						title = b.Text
					}
				}
			}
		}
	}
	in.ExternalID = in.Contact.Key + "/callback/" + q.ID
	in.Content = crm.Content{
		Kind:  crm.KindReply,
		Text:  title,
		Reply: &crm.ButtonReply{Type: "button_reply", ID: q.Data, Title: title, Payload: q.Data},
	}
	return []channel.Inbound{in}, nil
}

func readMember(raw json.RawMessage) ([]channel.Inbound, error) {
	var u memberUpdate
	if err := json.Unmarshal(raw, &u); err != nil {
		return nil, err
	}
	if u.Chat.Type != "private" {
		return ignored("membership in a chat of type %q", u.Chat.Type), nil
	}
	if u.Chat.ID == "" {
		return nil, errors.New("no chat id")
	}
	in := channel.Inbound{
		Kind:    channel.InBlocked,
		Contact: channel.Address{Key: string(u.Chat.ID)},
		Profile: u.From.profile(),
		SentAt:  u.Date.Time(),
	}
	switch u.New.Status {
	case "kicked":
		in.Text = "blocked"
	case "member":
		in.Text = "unblocked"
	default:
		return ignored("membership %q", u.New.Status), nil
	}
	return []channel.Inbound{in}, nil
}
