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

// Searchable returns the text that a content is found by: all of it that people
// read, a line each.
func (c Content) Searchable() string {
	var lines []string
	add := func(texts ...string) {
		for _, s := range texts {
			if s != "" {
				lines = append(lines, s)
			}
		}
	}
	add(c.Shown())
	if i := c.Interactive; i != nil {
		add(i.Header, i.Footer)
		for _, b := range i.Buttons {
			add(b.Title)
		}
		for _, s := range i.Sections {
			add(s.Title)
			for _, r := range s.Rows {
				add(r.Title, r.Description)
			}
		}
		if i.Link != nil {
			add(i.Link.Title)
		}
	}
	for _, a := range c.Attachments {
		add(a.Name)
	}
	if l := c.Location; l != nil {
		add(l.Name, l.Address)
	}
	for _, s := range c.Contacts {
		add(s.Name, s.Company)
		add(s.Phones...)
		add(s.Emails...)
	}
	if c.Reply != nil {
		add(c.Reply.Title, c.Reply.Description)
	}
	if c.Form != nil {
		for _, f := range c.Form.Fields {
			add(f.Name + ": " + f.Value)
		}
	}
	if c.Order != nil {
		for _, i := range c.Order.Items {
			add(i.ProductID)
		}
	}
	add(c.Note)
	return strings.Join(lines, "\n")
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
