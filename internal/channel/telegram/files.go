package telegram

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/wire"
	"github.com/bandeja/bandeja/internal/crm"
)

// files plans the calls for the message's attachments. Neighbouring photos and
// videos go together as albums. The keyboard, if any, goes with the last call,
// so then nothing travels as an album, which can't have one.
func (s *sending) files(keyboard *markup) ([]one, error) {
	c := s.out.Content
	if len(c.Attachments) == 0 {
		return nil, wire.Refuse("no file to send")
	}
	if utf8.RuneCountInString(c.Text) > maxCaption {
		return nil, wire.Refuse("caption longer than %d characters", maxCaption)
	}
	for _, a := range c.Attachments {
		if a.Size > maxUpload {
			return nil, wire.Refuse("%s is larger than %d MB", a.Name, maxUpload>>20)
		}
		if s.out.Open == nil && !isLink(a) {
			return nil, wire.Refuse("%s can't be opened", a.Name)
		}
	}
	caption := c.Text
	var calls []one
	for rest := c.Attachments; len(rest) > 0; {
		n := 1
		if keyboard == nil {
			n = albumLength(rest)
		}
		group := rest[:n]
		rest = rest[n:]
		text := ""
		if group[0].Kind != crm.KindSticker {
			text, caption = caption, ""
		}
		if n > 1 {
			calls = append(calls, s.album(group, text))
			continue
		}
		var k *markup
		if len(rest) == 0 && caption == "" {
			k = keyboard
		}
		calls = append(calls, s.file(group[0], text, k))
	}
	if caption != "" { // only stickers, which take none
		own := map[string]any{"text": caption}
		if keyboard != nil {
			own["reply_markup"] = keyboard
		}
		calls = append(calls, s.json("sendMessage", own))
	}
	return calls, nil
}

// isLink tells whether the attachment is given by its public address instead of
// a file of ours.
func isLink(a crm.Attachment) bool {
	return a.FileID == "" && (strings.HasPrefix(a.Remote, "https://") || strings.HasPrefix(a.Remote, "http://"))
}

// albumLength is how many attachments at the head travel together.
func albumLength(as []crm.Attachment) int {
	n := 0
	for n < len(as) && n < maxAlbum && albumType(as[n]) != "" {
		n++
	}
	return max(n, 1)
}

// albumType is the InputMedia type of photos and videos, else "".
func albumType(a crm.Attachment) string {
	switch method, _ := methodFor(a); method {
	case "sendPhoto":
		return "photo"
	case "sendVideo":
		return "video"
	}
	return ""
}

// methodFor picks the call and its parameter for a file. What Telegram wouldn't
// take as a photo goes as a document, which is shown just the same.
func methodFor(a crm.Attachment) (method, field string) {
	switch a.Kind {
	case crm.KindImage:
		switch {
		case a.MIME == "image/gif":
			return "sendAnimation", "animation"
		case a.Size > maxPhoto, a.MIME == "image/svg+xml", a.MIME == "image/heic", a.MIME == "image/tiff":
			return "sendDocument", "document"
		}
		return "sendPhoto", "photo"
	case crm.KindVideo:
		if a.Animated {
			return "sendAnimation", "animation"
		}
		return "sendVideo", "video"
	case crm.KindAudio:
		return "sendAudio", "audio"
	case crm.KindVoice:
		return "sendVoice", "voice"
	case crm.KindSticker:
		return "sendSticker", "sticker"
	}
	return "sendDocument", "document"
}

func (s *sending) file(a crm.Attachment, caption string, keyboard *markup) one {
	method, field := methodFor(a)
	return func() ([]string, error) {
		own := map[string]any{}
		if caption != "" {
			own["caption"] = caption
		}
		if a.Duration > 0 && (method == "sendVideo" || method == "sendAudio" || method == "sendVoice") {
			own["duration"] = a.Duration
		}
		if keyboard != nil {
			own["reply_markup"] = keyboard
		}
		if isLink(a) {
			own[field] = a.Remote
			return s.json(method, own)()
		}
		body, err := s.open(a)
		if err != nil {
			return nil, err
		}
		form := wire.NewForm()
		writeFields(form, s.params(own))
		form.File(field, fileName(a), a.MIME, body, a.Size)
		var m struct {
			ID wire.ID `json:"message_id"`
		}
		if err := s.upload(method, form, &m); err != nil {
			return nil, err
		}
		return s.external(m.ID)
	}
}

// inputMedia is InputMediaPhoto or InputMediaVideo.
type inputMedia struct {
	Type    string `json:"type"`
	Media   string `json:"media"`
	Caption string `json:"caption,omitempty"`
}

func (s *sending) album(as []crm.Attachment, caption string) one {
	return func() ([]string, error) {
		media := make([]inputMedia, len(as))
		for i, a := range as {
			media[i] = inputMedia{Type: albumType(a), Media: "attach://file" + strconv.Itoa(i)}
			if isLink(a) {
				media[i].Media = a.Remote
			}
		}
		media[0].Caption = caption
		form := wire.NewForm()
		writeFields(form, s.params(map[string]any{"media": media}))
		for i, a := range as {
			if isLink(a) {
				continue
			}
			body, err := s.open(a)
			if err != nil {
				form.Close()
				return nil, err
			}
			form.File("file"+strconv.Itoa(i), fileName(a), a.MIME, body, a.Size)
		}
		var ms []struct {
			ID wire.ID `json:"message_id"`
		}
		if err := s.upload("sendMediaGroup", form, &ms); err != nil {
			return nil, err
		}
		if len(ms) == 0 {
			return nil, &channel.SendError{Kind: channel.UncertainResult, Title: "the answer has no messages"}
		}
		ids := make([]wire.ID, len(ms))
		for i := range ms {
			ids[i] = ms[i].ID
		}
		return s.external(ids...)
	}
}

func (s *sending) upload(method string, form *wire.Form, result any) error {
	req, err := form.Request(s.ctx, methodURL(s.ch, method))
	if err != nil {
		return wire.Refuse("%v", err)
	}
	return do(s.ch, req, result)
}

// writeFields writes parameters as form fields: plain values plainly, objects as
// JSON, in the order of their names.
func writeFields(form *wire.Form, params map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(params)) {
		switch v := params[name].(type) {
		case string:
			form.Field(name, v)
		case int, int64:
			form.Field(name, fmt.Sprint(v))
		default:
			form.Field(name, encode(v))
		}
	}
}

// fileName is the name under which a file is sent. Telegram shows a document's
// name and tells some types by its ending.
func fileName(a crm.Attachment) string {
	if a.Name != "" {
		return a.Name
	}
	switch a.Kind {
	case crm.KindImage:
		return "photo.jpg"
	case crm.KindVideo:
		return "video.mp4"
	case crm.KindAudio:
		return "audio.mp3"
	case crm.KindVoice:
		return "voice.ogg"
	case crm.KindSticker:
		return "sticker.webp"
	}
	return "file"
}
