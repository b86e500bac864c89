package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bandeja/bandeja/internal/crm"
)

const (
	// maxWords bounds what is indexed of one message, maxWordSize (bytes) of a word.
	maxWords    = 400
	maxWordSize = 40
	// maxTerms is how many words of a question count.
	maxTerms = 8
	// minPrefix is the length from which the last word of a question is a beginning.
	minPrefix = 2
)

// token is a word as it stands in a text, and as it is compared.
type token struct {
	word     string
	from, to int // bytes of the text
}

// tokens cuts a text into words: runs of letters and digits. In scripts that are
// written without spaces every sign is a word.
func tokens(text string, each func(token) bool) {
	start := -1
	flush := func(end int) bool {
		if start < 0 {
			return true
		}
		t := token{word: crm.Fold(text[start:end]), from: start, to: end}
		start = -1
		if len(t.word) > maxWordSize {
			t.word = strings.ToValidUTF8(t.word[:maxWordSize], "")
		}
		return t.word == "" || each(t)
	}
	for i, r := range text {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai):
			if !flush(i) || !each(token{word: string(r), from: i, to: i + utf8.RuneLen(r)}) {
				return
			}
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r) && start >= 0:
			if start < 0 {
				start = i
			}
		default:
			if !flush(i) {
				return
			}
		}
	}
	flush(len(text))
}

// Words returns the words of a text as they are compared, each once.
func Words(text string) []string {
	var out []string
	seen := make(map[string]bool)
	tokens(text, func(t token) bool {
		if !seen[t.word] {
			seen[t.word] = true
			out = append(out, t.word)
		}
		return len(out) < maxWords
	})
	return out
}

// Question is what somebody looks for: all of the words, the last of them as a
// beginning.
type Question struct {
	words []string
	// last is the beginning, one of words too; "" where the text ends behind a word.
	last string
}

// Ask reads a question. One without a word finds nothing.
func Ask(text string) Question {
	q := Question{words: Words(text)}
	if len(q.words) > maxTerms {
		q.words = q.words[:maxTerms]
		return q
	}
	end, _ := utf8.DecodeLastRuneInString(text)
	if n := len(q.words); n > 0 && utf8.RuneCountInString(q.words[n-1]) >= minPrefix && (unicode.IsLetter(end) || unicode.IsDigit(end)) {
		tokens(text, func(t token) bool { q.last = t.word; return true })
	}
	return q
}

// Empty tells that there is nothing to look for.
func (q Question) Empty() bool { return len(q.words) == 0 }

// hit tells whether a word is one of those looked for, and notes which.
func (q Question) hit(word string, found []bool) (any bool) {
	for i, w := range q.words {
		if w == word || w == q.last && strings.HasPrefix(word, w) {
			found[i], any = true, true
		}
	}
	return any
}

// Part is a stretch of a text; Hit where it is a word that was looked for.
type Part struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit"`
}

// excerptBefore and excerptSize are how much of a text is shown: bytes before the
// first hit, and in all.
const (
	excerptBefore = 40
	excerptSize   = 240
)

// Excerpt returns the stretch of a text around its first hit with the hits marked,
// or nil where the text hasn't all of the words.
func (q Question) Excerpt(text string) []Part {
	var hits []token
	found := make([]bool, len(q.words))
	tokens(text, func(t token) bool {
		if q.hit(t.word, found) {
			hits = append(hits, t)
		}
		return true
	})
	if len(hits) == 0 || slices.Contains(found, false) {
		return nil
	}
	from := max(hits[0].from-excerptBefore, 0)
	if from > 0 {
		if space := strings.IndexFunc(text[from:hits[0].from], unicode.IsSpace); space >= 0 {
			from += space + 1
		}
	}
	from = onRune(text, from)
	to := onRune(text, min(from+excerptSize, len(text)))
	var parts []Part
	add := func(s string, hit bool) {
		if s != "" {
			parts = append(parts, Part{Text: s, Hit: hit})
		}
	}
	at := from
	if from > 0 {
		add("…", false)
	}
	for _, h := range hits {
		if h.to > to {
			break
		}
		add(text[at:h.from], false)
		add(text[h.from:h.to], true)
		at = h.to
	}
	add(text[at:to], false)
	if to < len(text) {
		add("…", false)
	}
	return parts
}

// onRune moves a place in a text back to where a character begins.
func onRune(text string, at int) int {
	for at < len(text) && at > 0 && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}
