package crm

import (
	"strings"
	"unicode/utf8"
)

// previewRunes is how much of a message a list shows.
const previewRunes = 140

// Preview returns the one line that a list shows of a content; empty where only
// its kind can be told.
func (c Content) Preview() string {
	switch c.Kind {
	case KindLocation:
		if c.Location != nil {
			return line(c.Location.Name, c.Location.Address)
		}
	case KindContacts:
		if len(c.Contacts) > 0 {
			return line(c.Contacts[0].Name)
		}
	case KindReply:
		if c.Reply != nil {
			return line(c.Reply.Title)
		}
	case KindFile:
		if c.Text == "" && len(c.Attachments) > 0 {
			return line(c.Attachments[0].Name)
		}
	case KindSticker:
		if len(c.Attachments) > 0 {
			return c.Attachments[0].Emoji
		}
	case KindSystem, KindUnsupported:
		if c.Text == "" {
			return line(c.Note)
		}
	}
	return line(c.Shown())
}

func line(candidates ...string) string {
	for _, s := range candidates {
		s = strings.Join(strings.Fields(s), " ")
		if s == "" {
			continue
		}
		if utf8.RuneCountInString(s) > previewRunes {
			s = string([]rune(s)[:previewRunes-1]) + "…"
		}
		return s
	}
	return ""
}

// Clean makes text from outside fit to store: valid UTF-8 without NUL, which
// PostgreSQL refuses.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.ReplaceAll(s, "\x00", "")
}
