package sim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// tgContent reads what a send… method says. The caller holds mu.
func (s *Sim) tgContent(c *tgCall) (*Message, *tgError) {
	m := &Message{Text: c.str("caption")}
	switch c.method {
	case "sendMessage":
		m.Kind, m.Text = "text", c.str("text")
		if strings.TrimSpace(m.Text) == "" {
			return nil, bad("message text is empty")
		}
		if utf8.RuneCountInString(m.Text) > tgMaxText {
			return nil, bad("message is too long")
		}
		return m, nil
	case "sendLocation", "sendVenue":
		lat, err1 := strconv.ParseFloat(c.str("latitude"), 64)
		long, err2 := strconv.ParseFloat(c.str("longitude"), 64)
		if err1 != nil || err2 != nil || lat < -90 || lat > 90 || long < -180 || long > 180 {
			return nil, bad("latitude/longitude is invalid")
		}
		m.Kind = "location"
		m.Location = &Location{Latitude: lat, Longitude: long, Name: c.str("title"), Address: c.str("address")}
		if c.method == "sendVenue" && (m.Location.Name == "" || m.Location.Address == "") {
			return nil, bad("venue title and address must be non-empty")
		}
		return m, nil
	case "sendContact":
		m.Kind = "contact"
		m.Contact = &Contact{
			Name: strings.TrimSpace(c.str("first_name") + " " + c.str("last_name")), Phone: c.str("phone_number"),
		}
		if c.str("first_name") == "" || m.Contact.Phone == "" {
			return nil, bad("contact phone number and first name must be non-empty")
		}
		return m, nil
	}
	field, kind := tgFileField(c.method)
	if field == "" {
		return nil, &tgError{code: 404, description: "Not Found: method not found"}
	}
	var e *tgError
	m.Kind = kind
	if m.Media, e = s.tgFile(c, field, c.str(field)); e != nil {
		return nil, e
	}
	if field == "photo" && (m.Media.Size > tgMaxPhoto || !isPicture(m.Media)) {
		return nil, bad("IMAGE_PROCESS_FAILED")
	}
	return m, nil
}

// isPicture tells whether a photo is one by its type; what there was no type for
// is believed.
func isPicture(m *Media) bool {
	return m.MIME == "" || strings.HasPrefix(m.MIME, "image/") || m.MIME == "application/octet-stream"
}

func tgFileField(method string) (field, kind string) {
	switch method {
	case "sendPhoto":
		return "photo", "image"
	case "sendVideo":
		return "video", "video"
	case "sendAnimation":
		return "animation", "video"
	case "sendAudio":
		return "audio", "audio"
	case "sendVoice":
		return "voice", "voice"
	case "sendDocument":
		return "document", "document"
	case "sendVideoNote":
		return "video_note", "video"
	case "sendSticker":
		return "sticker", "sticker"
	}
	return "", ""
}

// tgFile finds the file of a parameter: an upload, a file_id or an address.
func (s *Sim) tgFile(c *tgCall, field, value string) (*Media, *tgError) {
	if name, ok := strings.CutPrefix(value, "attach://"); ok {
		if m := c.files[name]; m != nil {
			if m.Size == 0 {
				return nil, bad("file must be non-empty")
			}
			return m, nil
		}
		return nil, bad("there is no %s in the request", field)
	}
	if value == "" {
		return nil, bad("there is no %s in the request", field)
	}
	if m := s.media[value]; m != nil {
		return m, nil
	}
	if strings.HasPrefix(value, "http://") || strings.HasPrefix(value, "https://") {
		// The simulator fetches nothing: the address stands for the file.
		return &Media{ID: value, Name: value[strings.LastIndex(value, "/")+1:]}, nil
	}
	return nil, bad("wrong remote file identifier specified: can't unserialize it. Wrong last symbol")
}

func (s *Sim) sendAlbum(c *tgCall, p *person) (any, *tgError) {
	var media []struct{ Type, Media, Caption string }
	if !c.object("media", &media) {
		return nil, bad("can't parse media JSON object")
	}
	if len(media) < 2 || len(media) > 10 {
		return nil, bad("there must be 2 to 10 elements in the media group")
	}
	album := strconv.FormatInt(13000000+s.next(), 10)
	var all []*Message
	for _, item := range media {
		kinds := map[string]string{"photo": "image", "video": "video", "audio": "audio", "document": "document"}
		m := &Message{Kind: kinds[item.Type], Text: item.Caption, Album: album}
		if m.Kind == "" {
			return nil, bad("can't parse InputMedia: type %q is unsupported", item.Type)
		}
		if utf8.RuneCountInString(item.Caption) > tgMaxCaption {
			return nil, bad("message caption is too long")
		}
		var e *tgError
		if m.Media, e = s.tgFile(c, "media", item.Media); e != nil {
			return nil, e
		}
		if e := c.common(p, m); e != nil {
			return nil, e
		}
		all = append(all, m)
	}
	var result []any
	for _, m := range all {
		s.sent(c.a, p, m, c)
		result = append(result, s.tgMessage(c.a, p, m))
	}
	return result, nil
}

func (p *person) tgChat() map[string]any {
	first, last, _ := strings.Cut(p.Name, " ")
	id, _ := strconv.ParseInt(p.ID, 10, 64)
	chat := map[string]any{"id": id, "type": "private", "first_name": first}
	if last != "" {
		chat["last_name"] = last
	}
	if p.Username != "" {
		chat["username"] = p.Username
	}
	return chat
}

func (p *person) tgUser() map[string]any {
	u := p.tgChat()
	delete(u, "type")
	u["is_bot"] = false
	u["language_code"] = cmp.Or(p.Language, "es")
	return u
}

// tgMessage is a Message of the Bot API.
func (s *Sim) tgMessage(a *account, p *person, m *Message) map[string]any {
	o := map[string]any{"message_id": m.number, "date": m.At.Unix(), "chat": p.tgChat()}
	o["from"] = a.bot()
	if m.Mine {
		o["from"] = p.tgUser()
	}
	caption := func() {
		if m.Text != "" {
			o["caption"] = m.Text
		}
	}
	switch m.Kind {
	case "text":
		o["text"] = m.Text
		if strings.HasPrefix(m.Text, "/") {
			word, _, _ := strings.Cut(m.Text, " ")
			o["entities"] = []any{map[string]any{"offset": 0, "length": len(word), "type": "bot_command"}}
		}
	case "location":
		point := map[string]any{"latitude": m.Location.Latitude, "longitude": m.Location.Longitude}
		o["location"] = point
		if m.Location.Name != "" {
			o["venue"] = map[string]any{"location": point, "title": m.Location.Name, "address": m.Location.Address}
		}
	case "contact":
		first, last, _ := strings.Cut(m.Contact.Name, " ")
		card := map[string]any{"phone_number": m.Contact.Phone, "first_name": first}
		if last != "" {
			card["last_name"] = last
		}
		if m.Mine && m.Contact.Name == p.Name {
			card["user_id"] = p.tgUser()["id"]
		}
		o["contact"] = card
	default:
		caption()
		file := map[string]any{"file_id": m.Media.ID, "file_unique_id": "u" + m.Media.ID, "file_size": m.Media.Size}
		o[tgPart(m.Kind)] = file
		switch m.Kind {
		case "image":
			file["width"], file["height"] = 1280, 960
			small := map[string]any{"file_id": m.Media.ID + "s", "file_unique_id": "us" + m.Media.ID, "width": 90, "height": 67, "file_size": 1200}
			o["photo"] = []any{small, file}
		case "sticker":
			file["width"], file["height"], file["type"], file["emoji"] = 512, 512, "regular", "👍"
			file["is_animated"], file["is_video"] = false, m.Media.MIME == "video/webm"
		case "video":
			file["width"], file["height"], file["duration"], file["mime_type"] = 720, 1280, 5, m.Media.MIME
			file["file_name"] = m.Media.Name
		case "voice", "audio":
			file["duration"], file["mime_type"] = 3, m.Media.MIME
		case "document":
			file["file_name"], file["mime_type"] = m.Media.Name, m.Media.MIME
		}
	}
	if m.Album != "" {
		o["media_group_id"] = m.Album
	}
	if to := p.find(m.ReplyTo); to != nil {
		quoted := s.tgMessage(a, p, &Message{Kind: "text", Text: to.Text, Mine: to.Mine, number: to.number, At: to.At})
		o["reply_to_message"] = quoted
	}
	if len(m.markup) > 0 {
		o["reply_markup"] = tgObject(m.markup)
	}
	return o
}

// tgObject undoes the string that a form makes of an object.
func tgObject(raw json.RawMessage) json.RawMessage {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return json.RawMessage(s)
	}
	return raw
}

func tgPart(kind string) string {
	if kind == "image" {
		return "photo"
	}
	return kind
}

// tgUpdate queues an update. The caller holds mu.
func (s *Sim) tgUpdate(a *account, kind string, part any) {
	a.updateID++
	id := 870000000 + a.updateID
	body := encode(map[string]any{"update_id": id, kind: part})
	s.enqueue(a, event{body: body, kind: kind, id: id})
}

// tgAct does on Telegram what a person does. The caller holds mu.
func (s *Sim) tgAct(a *account, p *person, act Act) (string, error) {
	now := s.opt.Now().Add(-time.Duration(act.Ago) * time.Second)
	user := p.tgUser()
	switch act.Kind {
	case "tap":
		m, b := p.button(act)
		if m == nil {
			return "", errNoButton
		}
		id := fmt.Sprintf("cb%d", s.next())
		s.tgUpdate(a, "callback_query", map[string]any{
			"id": id, "from": user, "chat_instance": "-" + p.ID, "data": b.ID, "message": s.tgMessage(a, p, m),
		})
		return p.ID + "/callback/" + id, nil
	case "reaction":
		m := p.find(act.Target)
		if m == nil {
			return "", errNoMessage
		}
		list := func(emoji string) []any {
			if emoji == "" {
				return []any{}
			}
			return []any{map[string]any{"type": "emoji", "emoji": emoji}}
		}
		old := m.Reactions["person"]
		m.react("person", act.Emoji)
		s.tgUpdate(a, "message_reaction", map[string]any{
			"chat": p.tgChat(), "message_id": m.number, "user": user, "date": now.Unix(),
			"old_reaction": list(old), "new_reaction": list(act.Emoji),
		})
		return m.ID, nil
	case "edit":
		m := p.find(act.Target)
		if m == nil || !m.Mine {
			return "", errNoMessage
		}
		m.Text, m.Edited = act.Text, true
		o := s.tgMessage(a, p, m)
		o["edit_date"] = now.Unix()
		s.tgUpdate(a, "edited_message", o)
		return m.ID, nil
	case "block", "unblock":
		p.Blocked = act.Kind == "block"
		status, old := "member", "kicked"
		if p.Blocked {
			status, old = "kicked", "member"
		}
		member := func(status string) any { return map[string]any{"user": a.bot(), "status": status, "until_date": 0} }
		s.tgUpdate(a, "my_chat_member", map[string]any{
			"chat": p.tgChat(), "from": user, "date": now.Unix(), "old_chat_member": member(old), "new_chat_member": member(status),
		})
		return "", nil
	case "start":
		act.Kind, act.Text = "text", strings.TrimSpace("/start "+act.Text)
	}
	m := act.message(now)
	m.number = s.next()
	m.ID = fmt.Sprintf("%s/%d", p.ID, m.number)
	p.started = true
	s.put(p, m)
	s.tgUpdate(a, "message", s.tgMessage(a, p, m))
	return m.ID, nil
}
