package sim

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// graphError is an error of the Graph API.
type graphError struct {
	status        int
	code, subcode int
	kind          string
	message       string
	details       string
}

func graph(code int, message, details string) *graphError {
	return &graphError{status: http.StatusBadRequest, code: code, kind: "OAuthException", message: message, details: details}
}

func invalid(format string, args ...any) *graphError {
	return graph(100, "(#100) Invalid parameter", fmt.Sprintf(format, args...))
}

func (e *graphError) write(w http.ResponseWriter) {
	body := map[string]any{
		"message": e.message, "type": cmp.Or(e.kind, "OAuthException"), "code": e.code, "fbtrace_id": "SimTrace",
	}
	if e.subcode != 0 {
		body["error_subcode"] = e.subcode
	}
	if e.details != "" {
		body["error_data"] = map[string]any{"messaging_product": "whatsapp", "details": e.details}
	}
	writeJSON(w, e.status, map[string]any{"error": body})
}

func refuseGraph(w http.ResponseWriter, status int, retryAfter time.Duration) {
	e := &graphError{status: status, code: 131000, message: "(#131000) Something went wrong", details: "Message failed to send due to an unknown error."}
	if status == http.StatusTooManyRequests {
		e.code, e.message = 130429, "(#130429) Rate limit hit"
		e.details = "Message failed to send because there were too many messages sent from this phone number in a short period of time."
		w.Header().Set("Retry-After", seconds(retryAfter))
	}
	e.write(w)
}

// unknownNode is the answer to an id that doesn't exist or isn't ours.
func unknownNode(method, id string) *graphError {
	e := graph(100, fmt.Sprintf("Unsupported %s request. Object with ID '%s' does not exist, cannot be loaded due to missing permissions, or does not support this operation.", strings.ToLower(method), id), "")
	e.kind, e.subcode = "GraphMethodException", 33
	return e
}

// serveGraph answers /whatsapp/<version>/<node>[/<edge>].
func (s *Sim) serveGraph(w http.ResponseWriter, r *http.Request) {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	a := s.byToken(WhatsApp, cmp.Or(token, r.URL.Query().Get("access_token")))
	if a == nil {
		e := &graphError{status: http.StatusUnauthorized, code: 190, message: "Invalid OAuth access token - Cannot parse access token"}
		if token == "" {
			e.message = "An access token is required to request this resource."
			e.code = 104
		}
		e.write(w)
		return
	}
	version, rest, _ := strings.Cut(r.PathValue("path"), "/")
	if !strings.HasPrefix(version, "v") {
		unknownNode(r.Method, version).write(w)
		return
	}
	node, edge, _ := strings.Cut(rest, "/")
	sends := edge == "messages" && r.Method == http.MethodPost
	s.withFaults(a, sends, w, r, refuseGraph, func(w http.ResponseWriter, r *http.Request) {
		result, e := s.graphCall(a, node, edge, r)
		if e != nil {
			e.write(w)
			return
		}
		writeJSON(w, http.StatusOK, result)
	})
}

func (s *Sim) graphCall(a *account, node, edge string, r *http.Request) (any, *graphError) {
	switch call := r.Method + " " + edge; {
	case node == a.phoneNumberID && call == "GET ":
		return map[string]any{
			"id": a.phoneNumberID, "display_phone_number": "+" + a.handle, "verified_name": a.name,
			"quality_rating": "GREEN", "platform_type": "CLOUD_API", "throughput": map[string]any{"level": "STANDARD"},
		}, nil
	case node == a.phoneNumberID && call == "POST ":
		return s.pointNumber(a, r)
	case node == a.phoneNumberID && call == "POST messages":
		return s.postMessage(a, r)
	case node == a.phoneNumberID && call == "POST media":
		return s.postMedia(r)
	case node == a.phoneNumberID && (call == "POST register" || call == "POST deregister"):
		return map[string]any{"success": true}, nil
	case node == a.wabaID && call == "GET phone_numbers":
		return map[string]any{"data": []any{map[string]any{
			"id": a.phoneNumberID, "display_phone_number": "+" + a.handle, "verified_name": a.name,
		}}}, nil
	case node == a.wabaID && strings.HasSuffix(call, " subscribed_apps"):
		return s.subscribedApps(a, r)
	case node == a.wabaID && call == "GET message_templates":
		return s.listTemplates(a, r)
	case edge == "":
		return s.mediaNode(node, r)
	}
	return nil, unknownNode(r.Method, node)
}

// subscribedApps takes the webhook's address and proves it with a challenge, as
// Meta does before it accepts one.
func (s *Sim) subscribedApps(a *account, r *http.Request) (any, *graphError) {
	app := map[string]any{"whatsapp_business_api_data": map[string]any{"id": "1234567890123456", "name": "Simulator", "link": "https://www.facebook.com/games/?app_id=1234567890123456"}}
	switch r.Method {
	case http.MethodGet:
		s.mu.Lock()
		defer s.mu.Unlock()
		if a.wabaHook == "" {
			return map[string]any{"data": []any{}}, nil
		}
		app["override_callback_uri"] = a.wabaHook
		return map[string]any{"data": []any{app}}, nil
	case http.MethodDelete:
		s.hookWABA(a, "")
		return map[string]any{"success": true}, nil
	}
	var in callback
	body, _, err := readAll(r.Body, 1<<20)
	if err != nil || len(body) > 0 && json.Unmarshal(body, &in) != nil {
		return nil, invalid("the body isn't JSON")
	}
	if in.URL == "" {
		return map[string]any{"success": true}, nil
	}
	if e := s.proves(in); e != nil {
		return nil, e
	}
	s.hookWABA(a, in.URL)
	app["override_callback_uri"] = in.URL
	return map[string]any{"success": true, "data": []any{app}}, nil
}

// callback is an address that webhooks go to instead of the app's own.
type callback struct {
	URL    string `json:"override_callback_uri"`
	Verify string `json:"verify_token"`
}

// hookWABA sets the address of a business account, which is one for all its numbers.
func (s *Sim) hookWABA(of *account, address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		if a.kind == WhatsApp && a.wabaID == of.wabaID {
			a.wabaHook = address
			a.rehook()
		}
	}
	s.touch()
}

func (a *account) rehook() {
	a.hookURL = cmp.Or(a.numberHook, a.wabaHook)
	a.signal()
}

// pointNumber gives a number an address of its own, or takes it away.
func (s *Sim) pointNumber(a *account, r *http.Request) (any, *graphError) {
	var in struct {
		Webhook *callback `json:"webhook_configuration"`
	}
	body, _, err := readAll(r.Body, 1<<20)
	if err != nil || json.Unmarshal(body, &in) != nil || in.Webhook == nil {
		return nil, invalid("webhook_configuration is required")
	}
	if in.Webhook.URL != "" {
		if e := s.proves(*in.Webhook); e != nil {
			return nil, e
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a.numberHook = in.Webhook.URL
	a.rehook()
	s.touch()
	return map[string]any{"success": true}, nil
}

// proves makes sure that an address is theirs who name it.
func (s *Sim) proves(in callback) *graphError {
	if in.Verify == "" {
		return invalid("verify_token is required with override_callback_uri")
	}
	if err := s.challenge(in.URL, in.Verify); err != nil {
		return graph(2200, "(#2200) Callback verification failed with the following errors: "+err.Error(), "")
	}
	return nil
}

func (s *Sim) challenge(callback, verify string) error {
	u, err := url.Parse(callback)
	if err != nil || u.Host == "" {
		return fmt.Errorf("the URL couldn't be validated")
	}
	s.mu.Lock()
	word := strconv.FormatInt(1158201000+s.next(), 10)
	s.mu.Unlock()
	q := u.Query()
	q.Set("hub.mode", "subscribe")
	q.Set("hub.verify_token", verify)
	q.Set("hub.challenge", word)
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(s.ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return fmt.Errorf("the URL couldn't be validated")
	}
	res, err := s.opt.Client.Do(req)
	if err != nil {
		return fmt.Errorf("curl error; the URL couldn't be reached")
	}
	defer res.Body.Close()
	body, _, err := readAll(res.Body, 1<<10)
	if err != nil || res.StatusCode != http.StatusOK || string(body) != word {
		return fmt.Errorf("HTTP status %d; the challenge did not match", res.StatusCode)
	}
	return nil
}

// waMediaLimit is the size and the word for a type of file, 0 where Meta takes
// none of it.
func waMediaLimit(mimeType string) int64 {
	base, _, _ := mime.ParseMediaType(mimeType)
	switch base {
	case "image/jpeg", "image/png":
		return 5 << 20
	case "image/webp":
		return 500 << 10
	case "video/mp4", "video/3gpp", "video/3gp":
		return 16 << 20
	case "audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/opus":
		return 16 << 20
	case "text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint":
		return 100 << 20
	}
	if strings.HasPrefix(base, "application/vnd.openxmlformats-officedocument.") {
		return 100 << 20
	}
	return 0
}

func (s *Sim) postMedia(r *http.Request) (any, *graphError) {
	mr, err := r.MultipartReader()
	if err != nil {
		return nil, invalid("the body isn't multipart/form-data")
	}
	fields := map[string]string{}
	var data []byte
	var name, kind string
	for {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, invalid("the multipart body is broken")
		}
		b, over, err := readAll(part, 100<<20)
		if err != nil || over {
			return nil, graph(131053, "(#131053) Media upload error", "The file is too large.")
		}
		if part.FormName() == "file" {
			data, name, kind = b, part.FileName(), part.Header.Get("Content-Type")
		} else {
			fields[part.FormName()] = string(b)
		}
	}
	switch {
	case fields["messaging_product"] != "whatsapp":
		return nil, graph(100, "(#100) The parameter messaging_product is required.", "")
	case data == nil:
		return nil, graph(100, "(#100) The parameter file is required.", "")
	}
	kind = cmp.Or(fields["type"], kind)
	switch limit := waMediaLimit(kind); {
	case limit == 0:
		return nil, graph(100, "(#100) Param file must be a file with one of the following types: audio/aac, audio/mp4, audio/mpeg, audio/amr, audio/ogg, audio/opus, application/vnd.ms-powerpoint, application/msword, application/vnd.openxmlformats-officedocument.wordprocessingml.document, application/vnd.openxmlformats-officedocument.presentationml.presentation, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, application/pdf, text/plain, application/vnd.ms-excel, image/jpeg, image/png, image/webp, video/mp4, video/3gpp. Received file of type '"+kind+"'.", "")
	case int64(len(data)) > limit:
		return nil, graph(131053, "(#131053) Media upload error", fmt.Sprintf("Media file size too big. Max file size we currently support: %d bytes.", limit))
	case len(data) == 0:
		return nil, graph(131053, "(#131053) Media upload error", "The file is empty.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.keep(name, kind, data)
	if err != nil {
		return nil, &graphError{status: http.StatusInternalServerError, code: 131000, message: "(#131000) Something went wrong", details: err.Error()}
	}
	return map[string]any{"id": m.ID}, nil
}

// mediaNode is GET or DELETE of a file's id.
func (s *Sim) mediaNode(id string, r *http.Request) (any, *graphError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.media[id]
	if m == nil {
		return nil, unknownNode(r.Method, id)
	}
	if r.Method == http.MethodDelete {
		delete(s.media, id)
		s.mediaSize -= m.Size
		return map[string]any{"success": true}, nil
	}
	sum := sha256.Sum256(m.Data)
	base := cmp.Or(s.opt.BaseURL, "http://"+r.Host)
	return map[string]any{
		"messaging_product": "whatsapp", "url": strings.TrimRight(base, "/") + "/whatsapp/attachments/?mid=" + m.ID,
		"mime_type": m.MIME, "sha256": hex.EncodeToString(sum[:]), "file_size": m.Size, "id": m.ID,
	}, nil
}

// serveAttachment hands out a file to whoever shows the account's token.
func (s *Sim) serveAttachment(w http.ResponseWriter, r *http.Request) {
	a := s.byToken(WhatsApp, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	if a == nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	s.mu.Lock()
	m := s.media[r.URL.Query().Get("mid")]
	s.mu.Unlock()
	if m == nil {
		http.NotFound(w, r)
		return
	}
	s.withFaults(a, false, w, r, refuseGraph, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", m.MIME)
		w.Header().Set("Content-Length", strconv.FormatInt(m.Size, 10))
		_, _ = w.Write(m.Data)
	})
}

// postMessage is POST /{phone_number_id}/messages.
func (s *Sim) postMessage(a *account, r *http.Request) (any, *graphError) {
	raw, over, err := readAll(r.Body, 1<<20)
	if err != nil || over {
		return nil, invalid("the body can't be read")
	}
	var in waRequest
	if e := strict(raw, &in); e != nil {
		return nil, e
	}
	if in.Product != "whatsapp" {
		return nil, graph(100, "(#100) The parameter messaging_product is required.", "")
	}
	if in.Status != "" {
		return s.markRead(a, in)
	}
	s.mu.Lock()
	m, e := s.waContent(a, &in)
	if e != nil {
		s.mu.Unlock()
		return nil, e
	}
	to := strings.TrimPrefix(cmp.Or(in.UserID, in.To), "+")
	p := a.personBy(to)
	m.Method, m.Raw, m.Ref, m.At = "messages", compactJSON(raw), in.Callback, s.opt.Now()
	m.number = s.next()
	m.ID = wamid(to, m.number)
	m.Person = to
	if p != nil {
		m.Person = p.ID
	}
	failure := s.undeliverable(p, m)
	if failure != nil && a.faults.ErrorsInAnswer {
		s.mu.Unlock()
		return nil, failure
	}
	s.record(a, m)
	early := a.faults.EarlyReceipts
	var wait []chan struct{}
	if failure != nil {
		wait = append(wait, s.status(a, m, to, "failed", failure))
	} else {
		s.show(p, m)
		wait = s.receipts(a, p, m)
	}
	s.mu.Unlock()
	if early {
		for _, done := range wait {
			select {
			case <-done:
			case <-time.After(5 * time.Second):
			case <-r.Context().Done():
			}
		}
	}
	contact := map[string]any{"input": cmp.Or(in.To, in.UserID)}
	if digits(to) {
		contact["wa_id"] = to
	}
	if p != nil && p.UserID != "" {
		contact["user_id"] = p.UserID
	}
	message := map[string]any{"id": m.ID}
	if m.Template != "" {
		message["message_status"] = "accepted"
	}
	return map[string]any{"messaging_product": "whatsapp", "contacts": []any{contact}, "messages": []any{message}}, nil
}

// show puts the message on the phone; a reaction goes onto the message it is
// about. The caller holds mu.
func (s *Sim) show(p *person, m *Message) {
	if m.Kind != "reaction" {
		m.Status = "sent"
		s.put(p, m)
		return
	}
	if target := p.find(m.ReplyTo); target != nil {
		target.react("business", m.Text)
		s.touch()
	}
}

func (s *Sim) markRead(a *account, in waRequest) (any, *graphError) {
	if in.Status != "read" {
		return nil, invalid("status must be read")
	}
	if in.Typing != nil && in.Typing.Type != "text" {
		return nil, invalid("typing_indicator.type must be text")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range a.people {
		m := p.find(in.MessageID)
		if m == nil || !m.Mine {
			continue
		}
		m.Status = "read"
		if in.Typing != nil {
			p.typingUntil = s.opt.Now().Add(25 * time.Second)
		}
		s.touch()
		return map[string]any{"success": true}, nil
	}
	return nil, graph(131009, "(#131009) Parameter value is not valid", "Message ID is not valid")
}

// undeliverable says why a message that was accepted won't arrive. The caller
// holds mu.
func (s *Sim) undeliverable(p *person, m *Message) *graphError {
	switch {
	case p == nil || p.Blocked:
		return graph(131026, "(#131026) Message undeliverable", "Message Undeliverable.")
	case m.Template == "" && s.opt.Now().Sub(p.lastInbound) > 24*time.Hour:
		return graph(131047, "(#131047) Re-engagement message", "Message failed to send because more than 24 hours have passed since the customer last replied to this number.")
	}
	return nil
}

// receipts sends the statuses, each after the delay. The caller holds mu.
func (s *Sim) receipts(a *account, p *person, m *Message) []chan struct{} {
	steps := []string{"sent", "delivered"}
	if !p.Away {
		steps = append(steps, "read")
	}
	var wait []chan struct{}
	for i, step := range steps {
		if s.opt.ReceiptDelay == 0 {
			wait = append(wait, s.receipt(a, p, m, step))
			continue
		}
		s.wg.Go(func() {
			select {
			case <-time.After(time.Duration(i+1) * s.opt.ReceiptDelay):
			case <-s.ctx.Done():
				return
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if step != "read" || !p.Away {
				s.receipt(a, p, m, step)
			}
		})
	}
	return wait
}

// receipt moves the message's status on and reports it. The caller holds mu.
func (s *Sim) receipt(a *account, p *person, m *Message, step string) chan struct{} {
	order := []string{"", "sent", "delivered", "read"}
	if slices.Index(order, step) > slices.Index(order, m.Status) {
		m.Status = step
	}
	s.touch()
	return s.status(a, m, p.ID, step, nil)
}

// status queues a status webhook. The caller holds mu.
func (s *Sim) status(a *account, m *Message, recipient, step string, failure *graphError) chan struct{} {
	o := map[string]any{
		"id": m.ID, "status": step, "timestamp": strconv.FormatInt(s.opt.Now().Unix(), 10), "recipient_id": recipient,
	}
	if m.Ref != "" {
		o["biz_opaque_callback_data"] = m.Ref
	}
	if failure != nil {
		m.Status, m.Error = "failed", failure.details
		title := failure.message
		if _, after, ok := strings.Cut(title, ") "); ok {
			title = after
		}
		o["errors"] = []any{map[string]any{
			"code": failure.code, "title": title, "message": title, "error_data": map[string]any{"details": failure.details},
			"href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
		}}
	} else {
		category := "service"
		if m.Template != "" {
			category = "utility"
		}
		o["pricing"] = map[string]any{"billable": m.Template != "", "pricing_model": "PMP", "category": category, "type": "regular"}
	}
	done := make(chan struct{})
	s.waChange(a, map[string]any{"statuses": []any{o}}, done)
	return done
}

// waChange queues a change of the field messages. The caller holds mu.
func (s *Sim) waChange(a *account, value map[string]any, done chan struct{}) {
	value["messaging_product"] = "whatsapp"
	value["metadata"] = map[string]any{"display_phone_number": a.handle, "phone_number_id": a.phoneNumberID}
	s.enqueue(a, event{body: encode(map[string]any{"field": "messages", "value": value}), done: done})
}

// wamid makes a message id of the kind Meta makes: what is in it is nobody's
// business.
func wamid(person string, n int64) string {
	return "wamid." + base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "\x1dSIM%s/%012d", person, n))
}

func compactJSON(raw []byte) json.RawMessage {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return encode(string(raw))
	}
	return b.Bytes()
}
