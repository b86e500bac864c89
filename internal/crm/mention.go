package crm

import "strings"

// Mention is a user who is named in a comment.
type Mention struct {
	UserID string `json:"user_id"`
	Name   string `json:"name"`
}

const (
	mentionStart = "{{@user."
	mentionEnd   = "}}"
)

// MentionToken is how a comment's text names a user.
func MentionToken(id ID) string { return mentionStart + id.String() + mentionEnd }

// MentionsIn returns the users that the tokens of a text name, each once, in order.
func MentionsIn(text string) []ID {
	var out []ID
	seen := make(map[ID]bool)
	eachMention(text, func(string) {}, func(id ID, _ string) {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	})
	return out
}

// Shown returns the text as people read it: "@Name" where users are mentioned.
func (c Content) Shown() string {
	if len(c.Mentions) == 0 {
		return c.Text
	}
	names := make(map[string]string, len(c.Mentions))
	for _, m := range c.Mentions {
		names[m.UserID] = m.Name
	}
	var b strings.Builder
	eachMention(c.Text, func(s string) { b.WriteString(s) }, func(id ID, token string) {
		if name, ok := names[id.String()]; ok {
			token = "@" + name
		}
		b.WriteString(token)
	})
	return b.String()
}

// eachMention walks a text: what stands between the tokens, and the tokens.
func eachMention(text string, plain func(string), mention func(id ID, token string)) {
	for {
		at := strings.Index(text, mentionStart)
		if at < 0 {
			plain(text)
			return
		}
		digits, rest, closed := strings.Cut(text[at+len(mentionStart):], mentionEnd)
		id, err := ParseID(digits)
		if !closed || err != nil || id.String() != digits {
			plain(text[:at+len(mentionStart)])
			text = text[at+len(mentionStart):]
			continue
		}
		plain(text[:at])
		mention(id, MentionToken(id))
		text = rest
	}
}
