package sim

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of the Bot API.
const (
	tgMaxText     = 4096
	tgMaxCaption  = 1024
	tgMaxUpload   = 50 << 20
	tgMaxPhoto    = 10 << 20
	tgMaxDownload = 20 << 20
)

// tgError is an error of the Bot API.
type tgError struct {
	code        int
	description string
	retryAfter  int
}

func bad(format string, args ...any) *tgError {
	return &tgError{code: 400, description: "Bad Request: " + fmt.Sprintf(format, args...)}
}

func (e *tgError) write(w http.ResponseWriter) {
	body := map[string]any{"ok": false, "error_code": e.code, "description": e.description}
	if e.retryAfter > 0 {
		body["parameters"] = map[string]any{"retry_after": e.retryAfter}
	}
	writeJSON(w, e.code, body)
}

func refuseTelegram(w http.ResponseWriter, status int, retryAfter time.Duration) {
	e := &tgError{code: status, description: "Internal Server Error"}
	if status == http.StatusTooManyRequests {
		e.retryAfter = max(int(retryAfter.Seconds()), 1)
		e.description = fmt.Sprintf("Too Many Requests: retry after %d", e.retryAfter)
	}
	e.write(w)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(encode(v))
}

// byToken finds a bot.
func (s *Sim) byToken(kind Kind, token string) *account {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		if a.kind == kind && a.token == token {
			return a
		}
	}
	return nil
}

// serveTelegram answers /bot<TOKEN>/<method>.
func (s *Sim) serveTelegram(w http.ResponseWriter, r *http.Request) {
	token, method, ok := strings.Cut(strings.TrimPrefix(r.PathValue("call"), "bot"), "/")
	if !ok || !strings.HasPrefix(r.PathValue("call"), "bot") {
		(&tgError{code: 404, description: "Not Found"}).write(w)
		return
	}
	a := s.byToken(Telegram, token)
	if a == nil {
		(&tgError{code: 401, description: "Unauthorized"}).write(w)
		return
	}
	c, e := s.readCall(a, method, r)
	if e != nil {
		e.write(w)
		return
	}
	s.withFaults(a, strings.HasPrefix(method, "send") && method != "sendChatAction", w, r, refuseTelegram,
		func(w http.ResponseWriter, r *http.Request) {
			if method == "getUpdates" {
				s.getUpdates(c, w, r)
				return
			}
			result, e := s.telegramMethod(c)
			if e != nil {
				e.write(w)
				return
			}
			writeJSON(w, http.StatusOK, map[string]any{"ok": true, "result": result})
		})
}

// tgCall is one call with its parameters, however they came.
type tgCall struct {
	a      *account
	method string
	params map[string]json.RawMessage
	files  map[string]*Media
	raw    json.RawMessage
}

func (s *Sim) readCall(a *account, method string, r *http.Request) (*tgCall, *tgError) {
	c := &tgCall{a: a, method: method, params: map[string]json.RawMessage{}, files: map[string]*Media{}}
	set := func(name, value string) {
		if json.Valid([]byte(value)) && !strings.HasPrefix(name, "text") && name != "caption" {
			c.params[name] = json.RawMessage(value)
		} else {
			c.params[name] = encode(value)
		}
	}
	for name, values := range r.URL.Query() {
		set(name, values[0])
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		body, over, err := readAll(r.Body, 1<<20)
		if over {
			return nil, &tgError{code: 413, description: "Request Entity Too Large"}
		}
		if err != nil || len(body) > 0 && json.Unmarshal(body, &c.params) != nil {
			return nil, bad("can't parse JSON object")
		}
	case "multipart/form-data":
		if e := s.readForm(c, r, set); e != nil {
			return nil, e
		}
	case "application/x-www-form-urlencoded":
		if err := r.ParseForm(); err != nil {
			return nil, bad("can't parse form")
		}
		for name := range r.PostForm {
			set(name, r.PostForm.Get(name))
		}
	}
	c.raw = encode(c.params)
	return c, nil
}

func (s *Sim) readForm(c *tgCall, r *http.Request, set func(name, value string)) *tgError {
	mr, err := r.MultipartReader()
	if err != nil {
		return bad("can't parse multipart")
	}
	for {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return bad("can't parse multipart")
		}
		data, over, err := readAll(part, tgMaxUpload)
		if over {
			return &tgError{code: 413, description: "Request Entity Too Large"}
		}
		if err != nil {
			return bad("can't parse multipart")
		}
		if part.FileName() == "" {
			set(part.FormName(), string(data))
			continue
		}
		s.mu.Lock()
		m, err := s.keep(part.FileName(), part.Header.Get("Content-Type"), data)
		s.mu.Unlock()
		if err != nil {
			return &tgError{code: 500, description: "Internal Server Error"}
		}
		c.files[part.FormName()] = m
		c.params[part.FormName()] = encode("attach://" + part.FormName())
	}
}

// str reads a string or number parameter.
func (c *tgCall) str(name string) string {
	var v any
	_ = json.Unmarshal(c.params[name], &v)
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

func (c *tgCall) number(name string) int64 {
	n, _ := strconv.ParseInt(c.str(name), 10, 64)
	return n
}

// object reads an object parameter, which JSON bodies may carry as a string.
func (c *tgCall) object(name string, v any) bool {
	raw := c.params[name]
	var s string
	if json.Unmarshal(raw, &s) == nil {
		raw = json.RawMessage(s)
	}
	return len(raw) > 0 && json.Unmarshal(raw, v) == nil
}

// telegramMethod answers every method but getUpdates.
func (s *Sim) telegramMethod(c *tgCall) (any, *tgError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := c.a
	switch c.method {
	case "getMe":
		return a.bot(), nil
	case "setWebhook":
		return s.setWebhook(c)
	case "deleteWebhook":
		a.hookURL, a.hookSecret, a.allowed = "", "", nil
		if c.str("drop_pending_updates") == "true" {
			a.queue = nil
		}
		return true, nil
	case "getWebhookInfo":
		return map[string]any{
			"url": a.hookURL, "has_custom_certificate": false, "pending_update_count": len(a.queue),
			"last_error_message": a.stats.LastError, "allowed_updates": a.allowed,
		}, nil
	case "getFile":
		return s.getFile(c)
	case "setMyCommands", "setChatMenuButton", "deleteMyCommands", "logOut", "close":
		return true, nil
	case "answerCallbackQuery":
		if c.str("callback_query_id") == "" {
			return nil, bad("query is too old and response timeout expired or query ID is invalid")
		}
		return true, nil
	}
	p, e := a.chat(c.str("chat_id"))
	if e != nil {
		return nil, e
	}
	switch c.method {
	case "getChat":
		chat := p.tgChat()
		chat["accent_color_id"], chat["max_reaction_count"] = 0, 11
		chat["accepted_gift_types"] = map[string]bool{}
		return chat, nil
	case "sendChatAction":
		if !slices.Contains([]string{"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document", "choose_sticker", "find_location"}, c.str("action")) {
			return nil, bad("wrong parameter action in request")
		}
		p.typingUntil = s.opt.Now().Add(5 * time.Second)
		s.touch()
		return true, nil
	case "setMessageReaction":
		return s.setReaction(c, p)
	case "editMessageText", "editMessageCaption":
		m := p.byNumber(c.number("message_id"))
		if m == nil || m.Mine {
			return nil, bad("message to edit not found")
		}
		m.Text, m.Edited = cmp.Or(c.str("text"), c.str("caption")), true
		s.touch()
		return s.tgMessage(a, p, m), nil
	case "deleteMessage":
		m := p.byNumber(c.number("message_id"))
		if m == nil {
			return nil, bad("message to delete not found")
		}
		m.Deleted = true
		s.touch()
		return true, nil
	case "sendMediaGroup":
		return s.sendAlbum(c, p)
	}
	m, e := s.tgContent(c)
	if e != nil {
		return nil, e
	}
	if e := c.common(p, m); e != nil {
		return nil, e
	}
	s.sent(a, p, m, c)
	return s.tgMessage(a, p, m), nil
}

func (a *account) bot() map[string]any {
	id, _, _ := strings.Cut(a.token, ":")
	n, _ := strconv.ParseInt(id, 10, 64)
	return map[string]any{
		"id": n, "is_bot": true, "first_name": a.name, "username": a.handle, "can_join_groups": true,
		"can_read_all_group_messages": false, "supports_inline_queries": false,
	}
}

// chat finds the private chat, which a bot can't open by itself.
func (a *account) chat(id string) (*person, *tgError) {
	if id == "" {
		return nil, bad("chat_id is empty")
	}
	p := a.people[id]
	switch {
	case p == nil:
		return nil, bad("chat not found")
	case p.Blocked:
		return nil, &tgError{code: 403, description: "Forbidden: bot was blocked by the user"}
	case !p.started:
		return nil, &tgError{code: 403, description: "Forbidden: bot can't initiate conversation with a user"}
	}
	return p, nil
}

func (s *Sim) setWebhook(c *tgCall) (any, *tgError) {
	a, url, secret := c.a, c.str("url"), c.str("secret_token")
	if url == "" {
		a.hookURL = ""
		return true, nil
	}
	// Telegram takes https only; on loopback there is none.
	if !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") {
		return nil, bad("bad webhook: An HTTPS URL must be provided for webhook")
	}
	if len(secret) > 256 || strings.Trim(secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		return nil, bad("secret token contains unallowed characters")
	}
	var allowed []string
	if len(c.params["allowed_updates"]) > 0 && !c.object("allowed_updates", &allowed) {
		return nil, bad("can't parse allowed updates")
	}
	a.hookURL, a.hookSecret, a.allowed = url, secret, allowed
	a.signal()
	s.touch()
	return true, nil
}

func (s *Sim) getFile(c *tgCall) (any, *tgError) {
	m := s.media[c.str("file_id")]
	if m == nil {
		return nil, bad("wrong file_id or the file is temporarily unavailable")
	}
	if m.Size > tgMaxDownload {
		return nil, bad("file is too big")
	}
	return map[string]any{
		"file_id": m.ID, "file_unique_id": "u" + m.ID, "file_size": m.Size,
		"file_path": "files/" + m.ID + path.Ext(m.Name),
	}, nil
}

// serveTelegramFile answers /file/bot<TOKEN>/files/<id>.<ext>.
func (s *Sim) serveTelegramFile(w http.ResponseWriter, r *http.Request) {
	token, file, _ := strings.Cut(strings.TrimPrefix(r.PathValue("file"), "bot"), "/")
	id := strings.TrimSuffix(path.Base(file), path.Ext(file))
	a := s.byToken(Telegram, token)
	s.mu.Lock()
	m := s.media[id]
	s.mu.Unlock()
	if a == nil || m == nil {
		(&tgError{code: 404, description: "Not Found"}).write(w)
		return
	}
	s.withFaults(a, false, w, r, refuseTelegram, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.FormatInt(m.Size, 10))
		_, _ = w.Write(m.Data)
	})
}

// getUpdates hands out the waiting updates, waiting for the first.
func (s *Sim) getUpdates(c *tgCall, w http.ResponseWriter, r *http.Request) {
	conflict := func(why string) {
		(&tgError{code: 409, description: "Conflict: " + why}).write(w)
	}
	a := c.a
	limit := cmp.Or(int(c.number("limit")), 100)
	deadline := time.After(time.Duration(min(c.number("timeout"), 50)) * time.Second)
	offset := c.number("offset")
	mine := make(chan struct{})

	s.mu.Lock()
	if a.polling != nil {
		close(a.polling) // the older request gives way
	}
	a.polling = mine
	var allowed []string
	if c.object("allowed_updates", &allowed) {
		a.allowed = allowed
	}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		if a.polling == mine {
			a.polling = nil
		}
		s.mu.Unlock()
	}()
	for {
		s.mu.Lock()
		if a.hookURL != "" {
			s.mu.Unlock()
			conflict("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
			return
		}
		a.queue = slices.DeleteFunc(a.queue, func(e event) bool { return e.id < offset })
		var updates []json.RawMessage
		for _, e := range a.queue[:min(len(a.queue), limit)] {
			updates = append(updates, e.body)
		}
		changed := s.changed
		s.mu.Unlock()
		if len(updates) > 0 || c.number("timeout") <= 0 {
			writeJSON(w, http.StatusOK, map[string]any{"ok": true, "result": append([]json.RawMessage{}, updates...)})
			return
		}
		select {
		case <-changed:
		case <-mine:
			conflict("terminated by other getUpdates request; make sure that only one bot instance is running")
			return
		case <-deadline:
			writeJSON(w, http.StatusOK, map[string]any{"ok": true, "result": []any{}})
			return
		case <-r.Context().Done():
			return
		case <-s.ctx.Done():
			writeJSON(w, http.StatusOK, map[string]any{"ok": true, "result": []any{}})
			return
		}
	}
}

// common checks what all messages may carry: reply, keyboard, caption.
func (c *tgCall) common(p *person, m *Message) *tgError {
	if utf8.RuneCountInString(c.str("caption")) > tgMaxCaption {
		return bad("message caption is too long")
	}
	var reply struct {
		ID      int64 `json:"message_id"`
		Without bool  `json:"allow_sending_without_reply"`
	}
	if len(c.params["reply_parameters"]) > 0 {
		if !c.object("reply_parameters", &reply) {
			return bad("can't parse reply parameters")
		}
		if to := p.byNumber(reply.ID); to != nil {
			m.ReplyTo = to.ID
		} else if !reply.Without {
			return bad("message to be replied not found")
		}
	}
	if len(c.params["reply_markup"]) == 0 {
		return nil
	}
	var markup struct {
		Inline [][]struct {
			Text string  `json:"text"`
			Data *string `json:"callback_data"`
			URL  string  `json:"url"`
		} `json:"inline_keyboard"`
	}
	if !c.object("reply_markup", &markup) {
		return bad("can't parse reply keyboard markup JSON object")
	}
	for _, row := range markup.Inline {
		for _, b := range row {
			switch {
			case b.Text == "":
				return bad("can't parse inline keyboard button: Field \"text\" must be of type String")
			case b.Data == nil && b.URL == "":
				return bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
			case b.Data != nil && (len(*b.Data) < 1 || len(*b.Data) > 64):
				return bad("BUTTON_DATA_INVALID")
			}
			button := Button{Title: b.Text, URL: b.URL}
			if b.Data != nil {
				button.ID = *b.Data
			}
			m.Buttons = append(m.Buttons, button)
		}
	}
	m.markup = c.params["reply_markup"]
	return nil
}

// sent shows the message to the person. The caller holds mu.
func (s *Sim) sent(a *account, p *person, m *Message, c *tgCall) {
	m.number = s.next()
	m.ID = fmt.Sprintf("%s/%d", p.ID, m.number)
	m.At = s.opt.Now()
	m.Status = "sent"
	m.Method, m.Raw = c.method, c.raw
	s.put(p, m)
	s.record(a, m)
}

func (p *person) byNumber(n int64) *Message {
	for _, m := range slices.Backward(p.messages) {
		if m.number == n {
			return m
		}
	}
	return nil
}

func (s *Sim) setReaction(c *tgCall, p *person) (any, *tgError) {
	m := p.byNumber(c.number("message_id"))
	if m == nil {
		return nil, bad("message to react not found")
	}
	var list []struct{ Type, Emoji string }
	if len(c.params["reaction"]) > 0 && !c.object("reaction", &list) {
		return nil, bad("can't parse reaction")
	}
	if len(list) > 1 {
		return nil, bad("REACTIONS_TOO_MANY")
	}
	m.react("business", "")
	if len(list) == 1 {
		if !slices.Contains(tgReactions(), list[0].Emoji) {
			return nil, bad("REACTION_INVALID")
		}
		m.react("business", list[0].Emoji)
	}
	s.touch()
	return true, nil
}

func (m *Message) react(who, emoji string) {
	if m.Reactions == nil {
		m.Reactions = map[string]string{}
	}
	delete(m.Reactions, who)
	if emoji != "" {
		m.Reactions[who] = emoji
	}
}

// tgReactions are the emoji that may be set without Premium.
// https://core.telegram.org/bots/api#reactiontypeemoji
func tgReactions() []string {
	return strings.Fields("❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡")
}
