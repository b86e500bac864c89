package telegram

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bandeja/bandeja/internal/crm"
)

// content turns what the message says into the common form. known is false for
// service messages, which say nothing; their Note then names them.
func (m *message) content(raw json.RawMessage) (c crm.Content, known bool) {
	c = crm.Content{
		Text:      m.Text,
		Forwarded: len(m.Forward) > 0 && string(m.Forward) != "null",
		Album:     string(m.Album),
	}
	if c.Text == "" {
		c.Text = m.Caption
	}
	attach := func(kind crm.ContentKind, f *file) {
		c.Kind = kind
		c.Attachments = []crm.Attachment{f.attachment(kind)}
	}
	switch {
	case m.LivePhoto != nil:
		attach(crm.KindVideo, &m.LivePhoto.file)
	case len(m.Photo) > 0:
		attach(crm.KindImage, largest(m.Photo))
		c.Attachments[0].MIME = "image/jpeg" // Telegram makes every photo a JPEG
	case m.Animation != nil: // before document, which repeats it
		attach(crm.KindVideo, m.Animation)
		c.Attachments[0].Animated = true
	case m.Video != nil:
		attach(crm.KindVideo, m.Video)
	case m.VideoNote != nil:
		attach(crm.KindVideo, m.VideoNote)
		c.Attachments[0].MIME = "video/mp4"
		c.Attachments[0].Width, c.Attachments[0].Height = m.VideoNote.Length, m.VideoNote.Length
	case m.Audio != nil:
		attach(crm.KindAudio, m.Audio)
	case m.Voice != nil:
		attach(crm.KindVoice, m.Voice)
	case m.Sticker != nil:
		attach(crm.KindSticker, m.Sticker)
		c.Attachments[0].MIME = m.Sticker.stickerMIME()
	case m.Document != nil:
		attach(crm.KindFile, m.Document)
	case m.Venue != nil: // before location, which repeats it
		c.Kind = crm.KindLocation
		c.Location = &crm.Location{
			Latitude:  m.Venue.Location.Latitude,
			Longitude: m.Venue.Location.Longitude,
			Name:      m.Venue.Title,
			Address:   m.Venue.Address,
		}
	case m.Location != nil:
		c.Kind = crm.KindLocation
		c.Location = &crm.Location{Latitude: m.Location.Latitude, Longitude: m.Location.Longitude}
	case m.Contact != nil:
		c.Kind = crm.KindContacts
		c.Contacts = []crm.SharedContact{m.Contact.shared()}
	case m.WebApp != nil:
		c.Kind = crm.KindForm
		c.Form = &crm.Form{
			Name:   m.WebApp.ButtonText,
			Fields: []crm.FormField{{Name: "data", Value: m.WebApp.Data}},
		}
	case m.Dice != nil:
		c.Kind = crm.KindUnsupported
		c.Note = fmt.Sprintf("dice %s %d", m.Dice.Emoji, m.Dice.Value)
	case m.Poll != nil:
		c.Kind = crm.KindUnsupported
		c.Note = "poll: " + m.Poll.Question
		for _, o := range m.Poll.Options {
			c.Note += "\n– " + o.Text
		}
	case c.Text != "":
		c.Kind = crm.KindText
	default:
		return m.other(raw)
	}
	return c, true
}

// other looks at a message of a kind that we don't read: is it something the
// person sent, which the agent should know of, or only a notice of the service?
// Kinds that are yet to come count as sent.
func (m *message) other(raw json.RawMessage) (c crm.Content, sent bool) {
	var all map[string]json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		return crm.Content{Note: "not an object"}, false
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		switch {
		case isEnvelope(name):
		case isService(name):
			return crm.Content{Note: name}, false
		default:
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return crm.Content{Note: "empty"}, false
	}
	return crm.Content{Kind: crm.KindUnsupported, Note: strings.Join(names, ", ")}, true
}

// isEnvelope tells whether a field of Message surrounds the content.
func isEnvelope(name string) bool {
	switch name {
	case "message_id", "message_thread_id", "from", "sender_chat", "sender_boost_count", "sender_business_bot",
		"sender_tag", "date", "business_connection_id", "chat", "forward_origin", "is_topic_message",
		"is_automatic_forward", "reply_to_message", "external_reply", "quote", "reply_to_story", "via_bot",
		"edit_date", "has_protected_content", "is_from_offline", "is_paid_post", "media_group_id",
		"author_signature", "paid_star_count", "text", "entities", "link_preview_options", "effect_id", "caption",
		"caption_entities", "show_caption_above_media", "has_media_spoiler", "reply_markup":
		return true
	}
	return false
}

// isService tells whether a field of Message makes it a service message.
func isService(name string) bool {
	switch name {
	case "pinned_message", "message_auto_delete_timer_changed", "write_access_allowed", "connected_website",
		"chat_background_set", "proximity_alert_triggered", "users_shared", "chat_shared", "boost_added",
		"passport_data", "refunded_payment", "group_chat_created", "supergroup_chat_created",
		"channel_chat_created", "delete_chat_photo", "new_chat_title", "new_chat_photo", "migrate_to_chat_id",
		"migrate_from_chat_id", "new_chat_members", "left_chat_member", "direct_message_price_changed",
		"paid_message_price_changed", "managed_bot_created":
		return true
	}
	return strings.HasPrefix(name, "forum_topic_") || strings.HasPrefix(name, "general_forum_topic_") ||
		strings.HasPrefix(name, "video_chat_")
}

func (f *file) attachment(kind crm.ContentKind) crm.Attachment {
	name := f.Name
	if name == "" {
		name = f.Title
	}
	return crm.Attachment{
		Kind:     kind,
		Remote:   f.ID,
		Name:     name,
		MIME:     f.MIME,
		Size:     f.Size,
		Width:    f.Width,
		Height:   f.Height,
		Duration: f.Duration,
		Emoji:    f.Emoji,
		Animated: bool(f.IsAnimated || f.IsVideo),
	}
}

func (f *file) stickerMIME() string {
	switch {
	case bool(f.IsVideo):
		return "video/webm"
	case bool(f.IsAnimated):
		return "application/x-tgsticker"
	}
	return "image/webp"
}

// largest picks the size of a photo with the most pixels.
func largest(sizes []file) *file {
	best := &sizes[0]
	for i := range sizes {
		if sizes[i].Width*sizes[i].Height > best.Width*best.Height {
			best = &sizes[i]
		}
	}
	return best
}

func (k *contact) shared() crm.SharedContact {
	s := crm.SharedContact{
		Name:      fullName(k.FirstName, k.LastName, ""),
		FirstName: k.FirstName,
		LastName:  k.LastName,
	}
	if phone := e164(k.Phone); phone != "" {
		s.Phones = []string{phone}
	}
	for line := range strings.Lines(k.VCard) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || value == "" {
			continue
		}
		switch property, _, _ := strings.Cut(name, ";"); strings.ToUpper(property) {
		case "EMAIL":
			s.Emails = append(s.Emails, value)
		case "ORG":
			s.Company = strings.TrimRight(strings.ReplaceAll(value, ";", " "), " ")
		}
	}
	return s
}
