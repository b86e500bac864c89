package whatsapp_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/channeltest"
	"github.com/bandeja/bandeja/internal/channel/whatsapp"
	"github.com/bandeja/bandeja/internal/crm"
)

const (
	accessToken = "EAAtest-access-token"
	appSecret   = "0123456789abcdef0123456789abcdef"
)

func connect(base string, client *http.Client) *channel.Channel {
	return &channel.Channel{
		ID: 1,
		Config: channel.Config{
			"phone_number_id": "106540352242922",
			"waba_id":         "102290129340398",
			"access_token":    accessToken,
			"app_secret":      appSecret,
			"verify_token":    "verify-me",
			"api_base_url":    base,
		},
		WebhookURL: "https://crm.example.com/hooks/whatsapp_cloud/key",
		HTTP:       client,
	}
}

func testChannel() *channel.Channel { return connect("", nil) }

func TestInbound(t *testing.T) {
	channeltest.Inbound(t, whatsapp.New(), testChannel(), "testdata/in")
}

func FuzzParse(f *testing.F) {
	channeltest.FuzzParse(f, whatsapp.New(), testChannel(), "testdata/in")
}

func TestParseRefuses(t *testing.T) {
	for _, raw := range []string{``, `[]`, `{}`, `{"object":"page","entry":[]}`, `{"object":5}`} {
		if ins, err := whatsapp.New().Parse(testChannel(), []byte(raw)); err == nil {
			t.Errorf("Parse(%s) = %+v, want an error", raw, ins)
		}
	}
}

func sign(body []byte) string {
	mac := hmac.New(sha256.New, []byte(appSecret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

func TestVerify(t *testing.T) {
	body := []byte(`{"object":"whatsapp_business_account","entry":[]}`)
	good := channel.Webhook{Method: "POST", Header: http.Header{"X-Hub-Signature-256": {sign(body)}}, Body: body}
	channeltest.Signatures(t, whatsapp.New(), testChannel(), good, "X-Hub-Signature-256", true)
}

func TestChallenge(t *testing.T) {
	for _, c := range []struct {
		mode, token string
		ok          bool
	}{
		{"subscribe", "verify-me", true},
		{"subscribe", "verify-mE", false},
		{"subscribe", "", false},
		{"unsubscribe", "verify-me", false},
	} {
		q := url.Values{"hub.mode": {c.mode}, "hub.verify_token": {c.token}, "hub.challenge": {"1158201444"}}
		got, err := whatsapp.New().Challenge(testChannel(), q)
		if c.ok && (got != "1158201444" || err != nil) || !c.ok && !errors.Is(err, channel.ErrSignatureWrong) {
			t.Errorf("Challenge(%s, %s) = %q, %v", c.mode, c.token, got, err)
		}
	}
	empty := &channel.Channel{Config: channel.Config{}}
	if _, err := whatsapp.New().Challenge(empty, url.Values{"hub.mode": {"subscribe"}}); err == nil {
		t.Error("a channel without a verify token took the challenge")
	}
}

// answer plays Meta.
func answer(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if strings.HasSuffix(r.URL.Path, "/media") {
		_, _ = w.Write([]byte(`{"id":"4490709327384033"}`))
		return
	}
	_, _ = w.Write([]byte(`{"messaging_product":"whatsapp","contacts":[{"input":"593987654321","wa_id":"593987654321","user_id":"EC.135"}],"messages":[{"id":"wamid.out","message_status":"accepted"}]}`))
}

func attachment(kind crm.ContentKind, id, name, mime string) crm.Attachment {
	return crm.Attachment{Kind: kind, FileID: id, Name: name, MIME: mime, Size: channeltest.FileSize(id)}
}

func outCases() []channeltest.SendCase {
	to := channel.Address{Key: "593987654321"}
	photo := attachment(crm.KindImage, "1", "foto.jpg", "image/jpeg")
	doc := attachment(crm.KindFile, "3", "factura.pdf", "application/pdf")
	one := func(name string, c crm.Content) channeltest.SendCase {
		return channeltest.SendCase{Name: name, Out: channel.Outbound{Ref: "7300000000000000001", To: to, Content: c}}
	}
	file := func(name, caption string, as ...crm.Attachment) channeltest.SendCase {
		return one(name, crm.Content{Kind: as[0].Kind, Text: caption, Attachments: as})
	}
	buttons := &crm.Interactive{Header: "Pago", Footer: "Flores S.A.", Buttons: []crm.Button{
		{ID: "efectivo", Title: "Efectivo"}, {ID: "tarjeta", Title: "Tarjeta"},
	}}
	return []channeltest.SendCase{
		one("text", crm.Content{Kind: crm.KindText, Text: "Hola <b>Lucía</b> & cía."}),
		one("text_with_link", crm.Content{Kind: crm.KindText, Text: "Vea https://example.com"}),
		file("image", "Su recibo", photo),
		file("video", "", attachment(crm.KindVideo, "2", "v.mp4", "video/mp4")),
		file("audio", "", attachment(crm.KindAudio, "5", "tema.mp3", "audio/mpeg")),
		file("voice", "", attachment(crm.KindVoice, "6", "", "audio/ogg")),
		file("document", "La factura", doc),
		file("sticker", "", attachment(crm.KindSticker, "7", "", "image/webp")),
		file("several", "Tres", photo, attachment(crm.KindAudio, "5", "", "audio/mpeg"), doc),
		file("audio_with_text", "Escuche", attachment(crm.KindAudio, "5", "", "audio/mpeg")),
		file("by_link", "", crm.Attachment{Kind: crm.KindImage, Remote: "https://example.com/a.jpg"}),
		one("location", crm.Content{Kind: crm.KindLocation, Location: &crm.Location{
			Latitude: -0.22, Longitude: -78.51, Name: "Plaza Grande", Address: "Quito",
		}}),
		one("contacts", crm.Content{Kind: crm.KindContacts, Contacts: []crm.SharedContact{{
			Name: "Ana Paz", FirstName: "Ana", LastName: "Paz", Phones: []string{"+593987650000"},
			Emails: []string{"ana@example.com"}, Company: "Flores",
		}, {Name: "Taller", Phones: []string{"+593911111111"}}}}),
		one("buttons", crm.Content{Kind: crm.KindInteractive, Text: "¿Cómo paga?", Interactive: buttons}),
		one("buttons_with_image", crm.Content{
			Kind: crm.KindInteractive, Text: "¿Este?", Attachments: []crm.Attachment{photo},
			Interactive: &crm.Interactive{Buttons: []crm.Button{{ID: "si", Title: "Sí"}}},
		}),
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
		one("template", crm.Content{Kind: crm.KindTemplate, Text: "Hola Ana", Template: &crm.TemplateSend{
			Name: "pedido_listo", Language: "es_MX", Components: []crm.TemplateComponent{
				{Type: "header", Parameters: []crm.TemplateParameter{{Type: "document", Attachment: &doc}}},
				{Type: "body", Parameters: []crm.TemplateParameter{
					{Type: "text", Name: "nombre", Value: "Ana"},
					{Type: "currency", Value: "$10", Currency: "USD", Amount1000: 10000},
					{Type: "date_time", Value: "hoy"},
				}},
				{Type: "button", SubType: "quick_reply", Index: 0, Parameters: []crm.TemplateParameter{{Type: "payload", Value: "p0"}}},
				{Type: "button", SubType: "url", Index: 1, Parameters: []crm.TemplateParameter{{Type: "text", Value: "A-1"}}},
				{Type: "button", SubType: "copy_code", Index: 2, Parameters: []crm.TemplateParameter{{Type: "coupon_code", Value: "NAV25"}}},
				{Type: "button", SubType: "flow", Index: 3, Parameters: []crm.TemplateParameter{{Type: "action", Value: "token"}}},
			},
		}}),
		one("template_location", crm.Content{Kind: crm.KindTemplate, Template: &crm.TemplateSend{
			Name: "tienda", Language: "es", Components: []crm.TemplateComponent{
				{Type: "header", Parameters: []crm.TemplateParameter{{Type: "location", Location: &crm.Location{
					Latitude: 1, Longitude: 2, Name: "Tienda", Address: "Quito",
				}}}},
			},
		}}),
		{Name: "reply", Out: channel.Outbound{To: to, ReplyTo: "wamid.in001", Content: crm.Content{Kind: crm.KindText, Text: "Sí"}}},
		{Name: "bsuid", Out: channel.Outbound{
			To: channel.Address{Key: "US.13491208655302741918"}, Content: crm.Content{Kind: crm.KindText, Text: "Hi"},
		}},
		{Name: "reaction", Out: channel.Outbound{To: to, ReplyTo: "wamid.in001", React: true, Reaction: "👍"}},
		{Name: "reaction_removed", Out: channel.Outbound{To: to, ReplyTo: "wamid.in001", React: true}},
	}
}

func TestOutbound(t *testing.T) {
	requests := channeltest.Outbound(t, whatsapp.New(), connect, answer, "testdata/out", outCases())
	t.Run("against Meta's description", func(t *testing.T) {
		schema := loadSchema(t)
		for name, rs := range requests {
			for _, r := range rs {
				if strings.HasSuffix(r.Path, "/messages") {
					schema.check(t, name, r.JSON)
				}
			}
		}
	})
}

func TestRefused(t *testing.T) {
	interactive := func(text string, it *crm.Interactive) crm.Content {
		return crm.Content{Kind: crm.KindInteractive, Text: text, Interactive: it}
	}
	row := crm.ListRow{ID: "1", Title: "x"}
	for name, c := range map[string]crm.Content{
		"text too long":    {Kind: crm.KindText, Text: strings.Repeat("a", 4097)},
		"empty text":       {Kind: crm.KindText},
		"caption too long": {Kind: crm.KindImage, Text: strings.Repeat("a", 1025), Attachments: []crm.Attachment{{Kind: crm.KindImage, FileID: "1"}}},
		"four buttons": interactive("x", &crm.Interactive{Buttons: []crm.Button{
			{ID: "1", Title: "1"}, {ID: "2", Title: "2"}, {ID: "3", Title: "3"}, {ID: "4", Title: "4"},
		}}),
		"long button":    interactive("x", &crm.Interactive{Buttons: []crm.Button{{ID: "1", Title: strings.Repeat("a", 21)}}}),
		"eleven rows":    interactive("x", &crm.Interactive{ListName: "l", Sections: []crm.Section{{Rows: []crm.ListRow{row, row, row, row, row, row, row, row, row, row, row}}}}),
		"unnamed list":   interactive("x", &crm.Interactive{Sections: []crm.Section{{Rows: []crm.ListRow{row}}}}),
		"no body":        interactive("", &crm.Interactive{Buttons: []crm.Button{{ID: "1", Title: "1"}}}),
		"empty variable": {Kind: crm.KindTemplate, Template: &crm.TemplateSend{Name: "n", Language: "es", Components: []crm.TemplateComponent{{Type: "body", Parameters: []crm.TemplateParameter{{Type: "text"}}}}}},
		"order":          {Kind: crm.KindOrder},
	} {
		t.Run(name, func(t *testing.T) {
			srv, rec := channeltest.Provider(t, answer)
			_, err := whatsapp.New().Send(t.Context(), connect(srv.URL, srv.Client()), channel.Outbound{
				To: channel.Address{Key: "593987654321"}, Content: c, Open: channeltest.Files,
			})
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
	text := channel.Outbound{To: channel.Address{Key: "593987654321"}, Content: crm.Content{Kind: crm.KindText, Text: "Hola"}}
	classes := map[channel.ErrorKind][]string{
		channel.Throttled: {"4", "80007", "130429", "131048", "133016"},
		channel.Transient: {"1", "2", "131000", "131016", "131057", "133004", "131053"},
		channel.WindowClosed: {
			"131047",
		},
		channel.PermanentMessage: {
			"100", "131008", "131009", "131051", "131052", "131021", "132000", "132001", "132005", "132007", "132012",
			"132015", "132016", "132068", "135000", "999999",
		},
		channel.PermanentContact: {"131026", "130472", "131049", "131050"},
		channel.PermanentChannel: {
			"0", "190", "3", "10", "200", "299", "33", "368", "130497", "131031", "131037", "131042", "131045", "133010",
			"133005", "133006",
		},
	}
	var cases []channeltest.ErrorCase
	for kind, codes := range classes {
		for _, code := range codes {
			cases = append(cases, channeltest.ErrorCase{
				Name: "code " + code, Status: 400, Kind: kind, Code: code,
				Body: `{"error":{"message":"(#` + code + `) no","type":"OAuthException","code":` + code + `,"error_data":{"messaging_product":"whatsapp","details":"why"},"fbtrace_id":"x"}}`,
			})
		}
	}
	cases = append(cases,
		channeltest.ErrorCase{Name: "pair limit", Status: 400, Body: `{"error":{"code":131056,"message":"(#131056) pair"}}`, Kind: channel.Throttled, RetryAfter: 6 * time.Second},
		channeltest.ErrorCase{Name: "no such number", Status: 400, Body: `{"error":{"code":100,"error_subcode":33,"message":"Unsupported post request"}}`, Kind: channel.PermanentChannel},
		channeltest.ErrorCase{Name: "code in 500", Status: 500, Body: `{"error":{"code":131026,"message":"undeliverable"}}`, Kind: channel.PermanentContact},
		channeltest.ErrorCase{Name: "transient by its word", Status: 400, Body: `{"error":{"code":77777,"message":"later","is_transient":true}}`, Kind: channel.Transient},
		channeltest.ErrorCase{Name: "token in the message", Status: 401, Body: `{"error":{"code":190,"message":"bad ` + accessToken + `"}}`, Kind: channel.PermanentChannel},
		channeltest.ErrorCase{Name: "error in 200", Status: 200, Body: `{"error":{"code":131047,"message":"window"}}`, Kind: channel.WindowClosed},
		channeltest.ErrorCase{Name: "no message id", Status: 200, Body: `{"messaging_product":"whatsapp","messages":[]}`, Kind: channel.UncertainResult},
	)
	channeltest.Errors(t, whatsapp.New(), connect, text, cases)
}

func TestUploadFailsHarmlessly(t *testing.T) {
	srv, rec := channeltest.Provider(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("garbage")) // of an upload, no message was sent
	})
	_, err := whatsapp.New().Send(t.Context(), connect(srv.URL, srv.Client()), channel.Outbound{
		To: channel.Address{Key: "593987654321"}, Open: channeltest.Files,
		Content: crm.Content{Kind: crm.KindImage, Attachments: []crm.Attachment{attachment(crm.KindImage, "1", "a.jpg", "image/jpeg")}},
	})
	if se := channel.AsSendError(err); err == nil || se.Kind != channel.Transient {
		t.Errorf("Send: %v, want transient", err)
	}
	if n := len(rec.Requests()); n != 1 {
		t.Errorf("%d requests, want the upload alone", n)
	}
}
