package telegram_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/channeltest"
	"github.com/bandeja/bandeja/internal/channel/telegram"
	"github.com/bandeja/bandeja/internal/crm"
)

const token = "123456:TEST-token_abcdefghijklmnop"

func connect(base string, client *http.Client) *channel.Channel {
	return &channel.Channel{
		ID:         1,
		Config:     channel.Config{"bot_token": token, "secret_token": "s3cret_token", "api_base_url": base},
		WebhookURL: "https://crm.example.com/hooks/telegram/key",
		HTTP:       client,
	}
}

func testChannel() *channel.Channel { return connect("", nil) }

func TestInbound(t *testing.T) {
	channeltest.Inbound(t, telegram.New(), testChannel(), "testdata/in")
}

func FuzzParse(f *testing.F) {
	channeltest.FuzzParse(f, telegram.New(), testChannel(), "testdata/in")
}

func TestParseRefuses(t *testing.T) {
	for _, raw := range []string{``, `[]`, `{}`, `{"message":{}}`, `{"update_id":{}}`, `null`, `"x"`} {
		if ins, err := telegram.New().Parse(testChannel(), []byte(raw)); err == nil {
			t.Errorf("Parse(%s) = %+v, want an error", raw, ins)
		}
	}
}

func TestEventID(t *testing.T) {
	for raw, want := range map[string]string{
		`{"update_id":2342342343242}`: "2342342343242",
		`{"update_id":"7"}`:           "7",
		`{}`:                          "",
		`nonsense`:                    "",
	} {
		if got := telegram.New().EventID([]byte(raw)); got != want {
			t.Errorf("EventID(%s) = %q, want %q", raw, got, want)
		}
	}
}

func TestVerify(t *testing.T) {
	good := channel.Webhook{
		Method: "POST",
		Header: http.Header{"X-Telegram-Bot-Api-Secret-Token": {"s3cret_token"}},
		Body:   []byte(`{"update_id":1}`),
	}
	channeltest.Signatures(t, telegram.New(), testChannel(), good, "X-Telegram-Bot-Api-Secret-Token", false)
}

// answer plays Telegram: an album gets a message for each file, all else one.
func answer(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch {
	case strings.HasSuffix(r.URL.Path, "/sendMediaGroup"):
		_, _ = w.Write([]byte(`{"ok":true,"result":[{"message_id":501},{"message_id":502}]}`))
	case strings.HasSuffix(r.URL.Path, "/setMessageReaction"):
		_, _ = w.Write([]byte(`{"ok":true,"result":true}`))
	default:
		_, _ = w.Write([]byte(`{"ok":true,"result":{"message_id":500,"date":1762000000,"chat":{"id":4711,"type":"private"}}}`))
	}
}

func attachment(kind crm.ContentKind, id, name, mime string) crm.Attachment {
	return crm.Attachment{Kind: kind, FileID: id, Name: name, MIME: mime, Size: channeltest.FileSize(id)}
}

func outCases() []channeltest.SendCase {
	to := channel.Address{Key: "4711"}
	photo := attachment(crm.KindImage, "1", "foto.jpg", "image/jpeg")
	video := attachment(crm.KindVideo, "2", "video.mp4", "video/mp4")
	doc := attachment(crm.KindFile, "3", "factura \"final\".pdf", "application/pdf")
	one := func(name string, c crm.Content) channeltest.SendCase {
		return channeltest.SendCase{Name: name, Out: channel.Outbound{Ref: "73", To: to, Content: c}}
	}
	file := func(name, caption string, as ...crm.Attachment) channeltest.SendCase {
		return one(name, crm.Content{Kind: as[0].Kind, Text: caption, Attachments: as})
	}
	cases := []channeltest.SendCase{
		one("text", crm.Content{Kind: crm.KindText, Text: "Hola <b>Lucía</b> & cía."}),
		file("photo", "Su recibo", photo),
		file("video", "", video),
		file("gif", "", attachment(crm.KindImage, "4", "hola.gif", "image/gif")),
		file("audio", "", attachment(crm.KindAudio, "5", "tema.mp3", "audio/mpeg")),
		file("voice", "", crm.Attachment{Kind: crm.KindVoice, FileID: "6", MIME: "audio/ogg", Duration: 3}),
		file("document", "La factura", doc),
		file("sticker_with_text", "¡Listo!", attachment(crm.KindSticker, "7", "", "image/webp")),
		file("album", "Dos", photo, video),
		file("album_and_document", "Tres", photo, video, doc),
		file("by_link", "Mire", crm.Attachment{Kind: crm.KindImage, Remote: "https://example.com/a.jpg", MIME: "image/jpeg"}),
		one("location", crm.Content{Kind: crm.KindLocation, Location: &crm.Location{Latitude: -0.18, Longitude: -78.46}}),
		one("venue", crm.Content{Kind: crm.KindLocation, Location: &crm.Location{
			Latitude: -0.22, Longitude: -78.51, Name: "Plaza Grande", Address: "Quito",
		}}),
		one("contacts", crm.Content{Kind: crm.KindContacts, Contacts: []crm.SharedContact{
			{Name: "Ana Paz", FirstName: "Ana", LastName: "Paz", Phones: []string{"+593987654321"}},
			{Name: "Taller", Phones: []string{"+593911111111"}},
		}}),
		one("buttons", crm.Content{Kind: crm.KindInteractive, Text: "¿Cómo paga?", Interactive: &crm.Interactive{
			Header: "Pago", Footer: "Flores S.A.",
			Buttons: []crm.Button{{ID: "pago:efectivo", Title: "Efectivo"}, {ID: "pago:tarjeta", Title: "Tarjeta"}},
		}}),
		one("list", crm.Content{Kind: crm.KindInteractive, Text: "Elija el envío", Interactive: &crm.Interactive{
			ListName: "Ver opciones",
			Sections: []crm.Section{
				{Title: "Rápido", Rows: []crm.ListRow{{ID: "e1", Title: "Exprés", Description: "1 día"}}},
				{Title: "Lento", Rows: []crm.ListRow{{ID: "e2", Title: "Normal"}}},
			},
		}}),
		one("link", crm.Content{Kind: crm.KindInteractive, Text: "Pague aquí", Interactive: &crm.Interactive{
			Link: &crm.LinkButton{Title: "Pagar", URL: "https://example.com/p"},
		}}),
		one("photo_with_buttons", crm.Content{
			Kind: crm.KindInteractive, Text: "¿Este?", Attachments: []crm.Attachment{photo},
			Interactive: &crm.Interactive{Buttons: []crm.Button{{ID: "si", Title: "Sí"}}},
		}),
		{Name: "reply", Out: channel.Outbound{To: to, ReplyTo: "4711/55", Content: crm.Content{Kind: crm.KindText, Text: "Sí"}}},
		{Name: "photo_reply", Out: channel.Outbound{To: to, ReplyTo: "4711/55", Content: crm.Content{
			Kind: crm.KindImage, Attachments: []crm.Attachment{photo},
		}}},
		{Name: "business", Out: channel.Outbound{
			To: channel.Address{Key: "4711@bcAbc"}, Content: crm.Content{Kind: crm.KindText, Text: "Hola"},
		}},
		{Name: "reaction", Out: channel.Outbound{To: to, ReplyTo: "4711/55", React: true, Reaction: "👍"}},
		{Name: "reaction_removed", Out: channel.Outbound{To: to, ReplyTo: "4711/55", React: true}},
	}
	return cases
}

func TestOutbound(t *testing.T) {
	requests := channeltest.Outbound(t, telegram.New(), connect, answer, "testdata/out", outCases())
	t.Run("against the description", func(t *testing.T) {
		spec := loadSpec(t)
		for name, rs := range requests {
			for _, r := range rs {
				spec.check(t, name, r)
			}
		}
	})
}

func TestRefused(t *testing.T) {
	interactive := func(it *crm.Interactive) crm.Content {
		return crm.Content{Kind: crm.KindInteractive, Text: "x", Interactive: it}
	}
	for name, out := range map[string]channel.Outbound{
		"text too long":    {Content: crm.Content{Kind: crm.KindText, Text: strings.Repeat("a", 4097)}},
		"empty text":       {Content: crm.Content{Kind: crm.KindText, Text: " "}},
		"caption too long": {Content: crm.Content{Kind: crm.KindImage, Text: strings.Repeat("a", 1025), Attachments: []crm.Attachment{{Kind: crm.KindImage, FileID: "1"}}}},
		"file too big":     {Content: crm.Content{Kind: crm.KindFile, Attachments: []crm.Attachment{{Kind: crm.KindFile, FileID: "1", Size: 51 << 20}}}},
		"no file":          {Content: crm.Content{Kind: crm.KindImage}},
		"button id too long": {Content: interactive(&crm.Interactive{Buttons: []crm.Button{
			{ID: strings.Repeat("é", 33), Title: "x"},
		}})},
		"no choices":            {Content: interactive(&crm.Interactive{})},
		"template":              {Content: crm.Content{Kind: crm.KindTemplate}},
		"reply to a tap":        {ReplyTo: "4711/callback/x", Content: crm.Content{Kind: crm.KindText, Text: "x"}},
		"contact with no phone": {Content: crm.Content{Kind: crm.KindContacts, Contacts: []crm.SharedContact{{Name: "x"}}}},
		"location with nothing": {Content: crm.Content{Kind: crm.KindLocation}},
	} {
		t.Run(name, func(t *testing.T) {
			srv, rec := channeltest.Provider(t, answer)
			if out.To.Key == "" {
				out.To.Key = "4711"
			}
			out.Open = channeltest.Files
			_, err := telegram.New().Send(t.Context(), connect(srv.URL, srv.Client()), out)
			if se := channel.AsSendError(err); err == nil || se.Kind != channel.PermanentMessage {
				t.Errorf("Send: %v, want a permanent_message error", err)
			}
			if n := len(rec.Requests()); n > 0 {
				t.Errorf("%d requests left", n)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	body := func(code, description string) string {
		return `{"ok":false,"error_code":` + code + `,"description":"` + description + `"}`
	}
	text := channel.Outbound{To: channel.Address{Key: "4711"}, Content: crm.Content{Kind: crm.KindText, Text: "Hola"}}
	cases := []channeltest.ErrorCase{
		{Name: "429", Status: 429, Body: `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 13","parameters":{"retry_after":13}}`, Kind: channel.Throttled, Code: "429", RetryAfter: 13 * time.Second},
		{Name: "403 blocked", Status: 403, Body: body("403", "Forbidden: bot was blocked by the user"), Kind: channel.PermanentContact, Code: "403"},
		{Name: "403 deactivated", Status: 403, Body: body("403", "Forbidden: user is deactivated"), Kind: channel.PermanentContact},
		{Name: "400 chat not found", Status: 400, Body: body("400", "Bad Request: chat not found"), Kind: channel.PermanentContact},
		{Name: "400 wrong file id", Status: 400, Body: body("400", "Bad Request: wrong file identifier/HTTP URL specified"), Kind: channel.PermanentMessage},
		{Name: "400 text", Status: 400, Body: body("400", "Bad Request: message text is empty"), Kind: channel.PermanentMessage},
		{Name: "401", Status: 401, Body: body("401", "Unauthorized "+token), Kind: channel.PermanentChannel},
		{Name: "404", Status: 404, Body: body("404", "Not Found"), Kind: channel.PermanentChannel},
		{Name: "409", Status: 409, Body: body("409", "Conflict: terminated by other getUpdates request"), Kind: channel.PermanentChannel},
		{Name: "500", Status: 500, Body: body("500", "Internal Server Error"), Kind: channel.Transient},
		{Name: "502 by Telegram", Status: 502, Body: body("502", "Bad Gateway"), Kind: channel.UncertainResult},
		{Name: "504 by Telegram", Status: 504, Body: body("504", "Gateway Timeout"), Kind: channel.UncertainResult},
		{Name: "ok without result", Status: 200, Body: `{"ok":true}`, Kind: channel.UncertainResult},
		{Name: "ok without id", Status: 200, Body: `{"ok":true,"result":{}}`, Kind: channel.UncertainResult},
	}
	t.Run("JSON", func(t *testing.T) { channeltest.Errors(t, telegram.New(), connect, text, cases) })
	upload := text
	upload.Content = crm.Content{Kind: crm.KindFile, Attachments: []crm.Attachment{attachment(crm.KindFile, "1", "a.pdf", "application/pdf")}}
	t.Run("upload", func(t *testing.T) { channeltest.Errors(t, telegram.New(), connect, upload, cases) })
	upload.Content.Attachments[0].Size = 0
	t.Run("upload of unknown size", func(t *testing.T) { channeltest.Errors(t, telegram.New(), connect, upload, cases) })
}

func TestSentInPart(t *testing.T) {
	n := 0
	srv, _ := channeltest.Provider(t, func(w http.ResponseWriter, r *http.Request) {
		if n++; n == 2 {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		answer(w, r)
	})
	receipt, err := telegram.New().Send(t.Context(), connect(srv.URL, srv.Client()), channel.Outbound{
		To: channel.Address{Key: "4711"}, Open: channeltest.Files,
		Content: crm.Content{Kind: crm.KindFile, Attachments: []crm.Attachment{
			attachment(crm.KindFile, "1", "a", ""), attachment(crm.KindFile, "2", "b", ""),
		}},
	})
	if se := channel.AsSendError(err); err == nil || se.Kind != channel.PermanentMessage {
		t.Errorf("Send: %v, want permanent_message, lest the first file goes twice", err)
	}
	if len(receipt.ExternalIDs) != 1 {
		t.Errorf("receipt %+v, want the id of the file that went", receipt)
	}
}
