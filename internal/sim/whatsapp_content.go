package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// waRequest is the body of POST /messages. Fields that aren't here are refused,
// as Meta refuses them.
type waRequest struct {
	Product   string `json:"messaging_product"`
	Recipient string `json:"recipient_type"`
	To        string `json:"to"`
	UserID    string `json:"recipient"`
	Type      string `json:"type"`
	Callback  string `json:"biz_opaque_callback_data"`
	Context   *struct {
		MessageID string `json:"message_id"`
	} `json:"context"`
	Status    string `json:"status"`
	MessageID string `json:"message_id"`
	Typing    *struct {
		Type string `json:"type"`
	} `json:"typing_indicator"`
	Text *struct {
		Body    string `json:"body"`
		Preview bool   `json:"preview_url"`
	} `json:"text"`
	Image    *waFile `json:"image"`
	Video    *waFile `json:"video"`
	Audio    *waFile `json:"audio"`
	Document *waFile `json:"document"`
	Sticker  *waFile `json:"sticker"`
	Location *struct {
		Latitude  json.Number `json:"latitude"`
		Longitude json.Number `json:"longitude"`
		Name      string      `json:"name"`
		Address   string      `json:"address"`
	} `json:"location"`
	Contacts []struct {
		Name struct {
			Formatted string `json:"formatted_name"`
			First     string `json:"first_name"`
			Last      string `json:"last_name"`
			Middle    string `json:"middle_name"`
			Prefix    string `json:"prefix"`
			Suffix    string `json:"suffix"`
		} `json:"name"`
		Phones []struct {
			Phone string `json:"phone"`
			Type  string `json:"type"`
			WaID  string `json:"wa_id"`
		} `json:"phones"`
		Emails    json.RawMessage `json:"emails"`
		Addresses json.RawMessage `json:"addresses"`
		URLs      json.RawMessage `json:"urls"`
		Org       json.RawMessage `json:"org"`
		Birthday  string          `json:"birthday"`
	} `json:"contacts"`
	Reaction *struct {
		MessageID string `json:"message_id"`
		Emoji     string `json:"emoji"`
	} `json:"reaction"`
	Interactive *waInteractive `json:"interactive"`
	Template    *waTemplate    `json:"template"`
}

type waFile struct {
	ID       string `json:"id"`
	Link     string `json:"link"`
	Caption  string `json:"caption"`
	Filename string `json:"filename"`
	Voice    bool   `json:"voice"`
}

type waInteractive struct {
	Type   string `json:"type"`
	Header *struct {
		Type     string  `json:"type"`
		Text     string  `json:"text"`
		Image    *waFile `json:"image"`
		Video    *waFile `json:"video"`
		Document *waFile `json:"document"`
	} `json:"header"`
	Body   *waText `json:"body"`
	Footer *waText `json:"footer"`
	Action struct {
		Button  string `json:"button"`
		Buttons []struct {
			Type  string `json:"type"`
			Reply struct {
				ID    string `json:"id"`
				Title string `json:"title"`
			} `json:"reply"`
		} `json:"buttons"`
		Sections []struct {
			Title string `json:"title"`
			Rows  []struct {
				ID          string `json:"id"`
				Title       string `json:"title"`
				Description string `json:"description"`
			} `json:"rows"`
		} `json:"sections"`
		Name       string `json:"name"`
		Parameters *struct {
			DisplayText string `json:"display_text"`
			URL         string `json:"url"`
		} `json:"parameters"`
	} `json:"action"`
}

type waText struct {
	Text string `json:"text"`
}

// strict decodes a body in which nothing may be unknown.
func strict(raw []byte, v any) *graphError {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
			return graph(100, "(#100) Unexpected key "+name, "Unexpected key "+name)
		}
		return invalid("%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// waContent checks a message and makes the bubble of it. The caller holds mu.
func (s *Sim) waContent(a *account, in *waRequest) (*Message, *graphError) {
	switch {
	case in.Recipient != "" && in.Recipient != "individual":
		return nil, invalid("recipient_type must be individual")
	case in.To == "" && in.UserID == "":
		return nil, graph(100, "(#100) The parameter to is required.", "")
	case in.To != "" && !digits(strings.TrimPrefix(in.To, "+")):
		return nil, graph(131009, "(#131009) Parameter value is not valid", "to is not a phone number; a user id goes in recipient")
	case in.To == a.handle:
		return nil, graph(131021, "(#131021) Recipient cannot be sender", "Sender and recipient phone number is the same.")
	case len(in.Callback) > 512:
		return nil, invalid("biz_opaque_callback_data must have at most 512 characters")
	}
	m := &Message{Kind: in.Type}
	if in.Context != nil {
		m.ReplyTo = in.Context.MessageID
	}
	missing := graph(131008, "(#131008) Required parameter is missing", fmt.Sprintf("Parameter %s is required", in.Type))
	switch in.Type {
	case "", "text":
		m.Kind = "text"
		if in.Text == nil || in.Text.Body == "" {
			return nil, graph(100, "(#100) The parameter text['body'] is required.", "")
		}
		if utf8.RuneCountInString(in.Text.Body) > 4096 {
			return nil, graph(100, "(#100) Param text['body'] must be at most 4096 characters long.", "")
		}
		m.Text = in.Text.Body
	case "image", "video", "audio", "document", "sticker":
		file := map[string]*waFile{"image": in.Image, "video": in.Video, "audio": in.Audio, "document": in.Document, "sticker": in.Sticker}[in.Type]
		if file == nil {
			return nil, missing
		}
		return m, s.waMedia(m, file, in.Type)
	case "location":
		if in.Location == nil {
			return nil, missing
		}
		lat, err1 := in.Location.Latitude.Float64()
		long, err2 := in.Location.Longitude.Float64()
		if err1 != nil || err2 != nil || lat < -90 || lat > 90 || long < -180 || long > 180 {
			return nil, invalid("latitude and longitude must be degrees")
		}
		m.Location = &Location{Latitude: lat, Longitude: long, Name: in.Location.Name, Address: in.Location.Address}
	case "contacts":
		if len(in.Contacts) == 0 {
			return nil, missing
		}
		m.Kind = "contact"
		c := in.Contacts[0]
		if c.Name.Formatted == "" || c.Name.First+c.Name.Last+c.Name.Middle+c.Name.Prefix+c.Name.Suffix == "" {
			return nil, invalid("a contact needs formatted_name and one more part of the name")
		}
		m.Contact = &Contact{Name: c.Name.Formatted}
		if len(c.Phones) > 0 {
			m.Contact.Phone = c.Phones[0].Phone
		}
	case "reaction":
		if in.Reaction == nil || in.Reaction.MessageID == "" {
			return nil, missing
		}
		p := a.personBy(strings.TrimPrefix(in.To+in.UserID, "+"))
		if p == nil || p.find(in.Reaction.MessageID) == nil {
			return nil, graph(131009, "(#131009) Parameter value is not valid", "message_id is not a message of this conversation")
		}
		m.ReplyTo, m.Text = in.Reaction.MessageID, in.Reaction.Emoji
	case "interactive":
		if in.Interactive == nil {
			return nil, missing
		}
		return m, s.waInteractive(m, in.Interactive)
	case "template":
		if in.Template == nil {
			return nil, missing
		}
		return m, s.waTemplate(a, m, in.Template)
	default:
		return nil, graph(100, "(#100) Param type must be one of {AUDIO, CONTACTS, DOCUMENT, IMAGE, INTERACTIVE, LOCATION, REACTION, STICKER, TEMPLATE, TEXT, VIDEO} - got \""+in.Type+"\".", "")
	}
	return m, nil
}

func (s *Sim) waMedia(m *Message, file *waFile, kind string) *graphError {
	if (file.ID == "") == (file.Link == "") {
		return invalid("%s needs either id or link", kind)
	}
	if file.Caption != "" && (kind == "audio" || kind == "sticker") {
		return graph(100, "(#100) Unexpected key \"caption\" on param \""+kind+"\".", "")
	}
	if utf8.RuneCountInString(file.Caption) > 1024 {
		return graph(100, "(#100) Param "+kind+"['caption'] must be at most 1024 characters long.", "")
	}
	if file.Filename != "" && kind != "document" {
		return graph(100, "(#100) Unexpected key \"filename\" on param \""+kind+"\".", "")
	}
	if file.Voice && kind != "audio" {
		return graph(100, "(#100) Unexpected key \"voice\" on param \""+kind+"\".", "")
	}
	if file.Voice {
		m.Kind = "voice"
	}
	m.Text = file.Caption
	if file.Link != "" {
		if !strings.HasPrefix(file.Link, "https://") && !strings.HasPrefix(file.Link, "http://") {
			return invalid("%s link must be an address", kind)
		}
		m.Media = &Media{ID: file.Link, Name: file.Link[strings.LastIndex(file.Link, "/")+1:]}
		return nil
	}
	stored := s.media[file.ID]
	if stored == nil {
		return graph(100, "(#100) Param "+kind+"['id'] is not a valid whatsapp business account media attachment ID", "")
	}
	prefix := map[string]string{"image": "image/", "video": "video/", "audio": "audio/", "sticker": "image/webp"}[kind]
	if !strings.HasPrefix(stored.MIME, prefix) {
		return graph(131053, "(#131053) Media upload error", "The media's type "+stored.MIME+" doesn't fit "+kind)
	}
	if file.Voice && stored.MIME != "audio/ogg" && stored.MIME != "audio/opus" {
		return graph(131053, "(#131053) Media upload error", "A voice message must be an Ogg file, not "+stored.MIME)
	}
	shown := *stored
	if file.Filename != "" {
		shown.Name = file.Filename
	}
	m.Media = &shown
	return nil
}

func (s *Sim) waInteractive(m *Message, in *waInteractive) *graphError {
	within := func(what, text string, limit int, required bool) *graphError {
		if n := utf8.RuneCountInString(text); n > limit || required && n == 0 {
			return graph(131009, "(#131009) Parameter value is not valid", fmt.Sprintf("%s must have %d to %d characters", what, map[bool]int{true: 1}[required], limit))
		}
		return nil
	}
	first := func(all ...*graphError) *graphError {
		for _, e := range all {
			if e != nil {
				return e
			}
		}
		return nil
	}
	if in.Body == nil {
		return graph(131008, "(#131008) Required parameter is missing", "interactive.body is required")
	}
	m.Text = in.Body.Text
	if e := within("Body text", m.Text, 1024, true); e != nil {
		return e
	}
	if in.Footer != nil {
		m.Footer = in.Footer.Text
		if e := within("Footer text", m.Footer, 60, true); e != nil {
			return e
		}
	}
	if h := in.Header; h != nil {
		m.Header = h.Text
		file := map[string]*waFile{"image": h.Image, "video": h.Video, "document": h.Document}[h.Type]
		switch {
		case h.Type == "text":
			if e := within("Header text", h.Text, 60, true); e != nil {
				return e
			}
		case file == nil || in.Type == "list":
			return invalid("header of type %s isn't valid here", h.Type)
		default:
			body := m.Text
			if e := s.waMedia(m, file, h.Type); e != nil {
				return e
			}
			m.Text = body
		}
	}
	act := in.Action
	switch in.Type {
	case "button":
		if len(act.Buttons) < 1 || len(act.Buttons) > 3 {
			return graph(131009, "(#131009) Parameter value is not valid", "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
		}
		for _, b := range act.Buttons {
			if e := first(within("Button title", b.Reply.Title, 20, true), within("Button id", b.Reply.ID, 256, true)); e != nil {
				return e
			}
			if b.Type != "reply" || slices.ContainsFunc(m.Buttons, func(o Button) bool { return o.Title == b.Reply.Title || o.ID == b.Reply.ID }) {
				return graph(131009, "(#131009) Parameter value is not valid", "Buttons must be of type reply, their titles and ids unique")
			}
			m.Buttons = append(m.Buttons, Button{ID: b.Reply.ID, Title: b.Reply.Title})
		}
	case "list":
		m.ListName = act.Button
		if e := within("Button text", act.Button, 20, true); e != nil {
			return e
		}
		if len(act.Sections) < 1 || len(act.Sections) > 10 {
			return graph(131009, "(#131009) Parameter value is not valid", "There must be 1 to 10 sections")
		}
		for _, section := range act.Sections {
			if e := within("Section title", section.Title, 24, len(act.Sections) > 1); e != nil {
				return e
			}
			for _, r := range section.Rows {
				if e := first(within("Row title", r.Title, 24, true), within("Row id", r.ID, 200, true), within("Row description", r.Description, 72, false)); e != nil {
					return e
				}
				m.Buttons = append(m.Buttons, Button{ID: r.ID, Title: r.Title, Description: r.Description, Row: true})
			}
		}
		if n := len(m.Buttons); n < 1 || n > 10 {
			return graph(131009, "(#131009) Parameter value is not valid", "Total row count exceed max allowed count: 10")
		}
	case "cta_url":
		if act.Name != "cta_url" || act.Parameters == nil || !strings.HasPrefix(act.Parameters.URL, "http") {
			return invalid("action of cta_url needs name, display_text and url")
		}
		if e := within("display_text", act.Parameters.DisplayText, 20, true); e != nil {
			return e
		}
		m.Buttons = []Button{{Title: act.Parameters.DisplayText, URL: act.Parameters.URL}}
	default:
		return invalid("interactive of type %s", in.Type)
	}
	return nil
}

// waAct does on WhatsApp what a person does. The caller holds mu.
func (s *Sim) waAct(a *account, p *person, act Act) (string, error) {
	now := s.opt.Now().Add(-time.Duration(act.Ago) * time.Second)
	n := s.next()
	id := wamid(p.ID, n)
	o := map[string]any{"id": id, "timestamp": strconv.FormatInt(now.Unix(), 10), "type": act.Kind}
	contact := map[string]any{"profile": map[string]any{"name": p.Name}}
	if p.Username != "" {
		contact["profile"] = map[string]any{"name": p.Name, "username": p.Username}
	}
	if digits(p.ID) {
		o["from"], contact["wa_id"] = p.ID, p.ID
	}
	if p.UserID != "" {
		o["from_user_id"], contact["user_id"] = p.UserID, p.UserID
	}
	if act.Target != "" && act.Kind != "edit" && act.Kind != "delete" && act.Kind != "reaction" {
		from := a.handle
		if m := p.find(act.Target); m != nil && m.Mine {
			from = p.ID
		}
		o["context"] = map[string]any{"from": from, "id": act.Target}
	}
	tell := func() {
		p.lastInbound = now
		s.waChange(a, map[string]any{"contacts": []any{contact}, "messages": []any{o}}, nil)
	}
	switch act.Kind {
	case "block", "unblock": // WhatsApp doesn't tell
		p.Blocked = act.Kind == "block"
		return "", nil
	case "reaction":
		m := p.find(act.Target)
		if m == nil {
			return "", errNoMessage
		}
		m.react("person", act.Emoji)
		reaction := map[string]any{"message_id": act.Target}
		if act.Emoji != "" {
			reaction["emoji"] = act.Emoji
		}
		o["reaction"] = reaction
		tell()
		return id, nil
	case "edit", "delete":
		m := p.find(act.Target)
		if m == nil || !m.Mine {
			return "", errNoMessage
		}
		if act.Kind == "edit" {
			m.Text, m.Edited = act.Text, true
			o["edit"] = map[string]any{"original_message_id": m.ID, "message": map[string]any{"type": "text", "text": map[string]any{"body": act.Text}}}
		} else {
			m.Deleted = true
			o["type"], o["revoke"] = "revoke", map[string]any{"original_message_id": m.ID}
		}
		tell()
		return id, nil
	case "move":
		return s.waMove(a, p, o, act.Text)
	case "tap":
		m, b := p.button(act)
		if m == nil {
			return "", errNoButton
		}
		switch {
		case b.Quick:
			o["type"], o["button"] = "button", map[string]any{"text": b.Title, "payload": b.ID}
		case b.Row:
			o["type"], o["interactive"] = "interactive", map[string]any{"type": "list_reply", "list_reply": map[string]any{"id": b.ID, "title": b.Title, "description": b.Description}}
		default:
			o["type"], o["interactive"] = "interactive", map[string]any{"type": "button_reply", "button_reply": map[string]any{"id": b.ID, "title": b.Title}}
		}
		act.Kind, act.Text = "text", b.Title
	case "start":
		act.Kind = "text"
		o["type"], o["text"] = "text", map[string]any{"body": act.Text}
		o["referral"] = map[string]any{"source_url": "https://fb.me/sim", "source_id": "120226305854810726", "source_type": "ad", "headline": act.Text, "body": "Flores frescas", "media_type": "image", "ctwa_clid": "AffSim"}
	default:
		s.waPart(o, act)
	}
	m := act.message(now)
	m.number, m.ID = n, id
	s.put(p, m)
	tell()
	return id, nil
}

// waPart writes the part of a webhook message that says what was sent.
func (s *Sim) waPart(o map[string]any, act Act) {
	switch act.Kind {
	case "text":
		o["text"] = map[string]any{"body": act.Text}
	case "location":
		l := map[string]any{"latitude": act.Location.Latitude, "longitude": act.Location.Longitude}
		if act.Location.Name != "" {
			l["name"], l["address"] = act.Location.Name, act.Location.Address
		}
		o["location"] = l
	case "contact":
		first, last, _ := strings.Cut(act.Contact.Name, " ")
		o["type"] = "contacts"
		o["contacts"] = []any{map[string]any{
			"name":   map[string]any{"formatted_name": act.Contact.Name, "first_name": first, "last_name": last},
			"phones": []any{map[string]any{"phone": act.Contact.Phone, "type": "CELL", "wa_id": strings.Trim(act.Contact.Phone, "+ ")}},
		}}
	default:
		file := map[string]any{"id": act.media.ID, "mime_type": act.media.MIME, "sha256": base64Sum(act.media.Data)}
		kind := act.Kind
		switch kind {
		case "voice":
			kind, file["voice"] = "audio", true
		case "audio":
			file["voice"] = false
		case "sticker":
			file["animated"] = false
		case "document":
			file["filename"] = act.media.Name
		}
		if act.Text != "" && kind != "audio" && kind != "sticker" {
			file["caption"] = act.Text
		}
		o["type"], o[kind] = kind, file
	}
}

// waMove gives the person a new number.
func (s *Sim) waMove(a *account, p *person, o map[string]any, number string) (string, error) {
	if !digits(number) || a.people[number] != nil || !digits(p.ID) {
		return "", fmt.Errorf("sim: %q is no number that is free", number)
	}
	old := p.ID
	o["type"] = "system"
	o["system"] = map[string]any{
		"body": fmt.Sprintf("User %s changed from %s to %s", p.Name, old, number), "wa_id": number, "type": "user_changed_number",
	}
	delete(a.people, old)
	p.ID = number
	a.people[number] = p
	a.order[slices.Index(a.order, old)] = number
	s.waChange(a, map[string]any{"messages": []any{o}}, nil)
	return o["id"].(string), nil
}
