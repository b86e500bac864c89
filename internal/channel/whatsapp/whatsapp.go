// Package whatsapp connects a WhatsApp Business number through Meta's Cloud API.
// Written from https://developers.facebook.com/docs/whatsapp/cloud-api and Meta's
// OpenAPI description (facebook/openapi, business-messaging-api v23.0).
//
// The key of a contact is the digits of the phone number, or the
// business-scoped user id (BSUID, as US.13491208655302741918) of a person who
// hides the number. Where both are known the BSUID is an alternate.
package whatsapp

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/url"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
)

// Type names the adapter in addresses and in the API.
const Type = "whatsapp_cloud"

// DefaultBaseURL and DefaultVersion are Meta's server and the version of the
// Graph API this package was written for.
const (
	DefaultBaseURL = "https://graph.facebook.com"
	DefaultVersion = "v23.0"
)

const signatureHeader = "X-Hub-Signature-256"

// Limits of the Cloud API.
const (
	maxText        = 4096
	maxCaption     = 1024
	maxBody        = 1024 // of an interactive message
	maxFooter      = 60
	maxButtons     = 3
	maxButtonTitle = 20
	maxButtonID    = 256
	maxRows        = 10
	maxRowTitle    = 24
	maxRowText     = 72
	maxRowID       = 200
	maxCallback    = 512 // biz_opaque_callback_data
)

// Adapter implements channel.Adapter and its companions. It has no state.
type Adapter struct{}

var (
	_ channel.Adapter        = Adapter{}
	_ channel.Receiver       = Adapter{}
	_ channel.Challenger     = Adapter{}
	_ channel.Sender         = Adapter{}
	_ channel.MediaFetcher   = Adapter{}
	_ channel.TemplateLister = Adapter{}
	_ channel.Typer          = Adapter{}
	_ channel.ReadMarker     = Adapter{}
	_ channel.Connector      = Adapter{}
)

// New returns the adapter.
func New() Adapter { return Adapter{} }

// Describe implements channel.Adapter.
func (Adapter) Describe() channel.Description {
	return channel.Description{
		Type: Type,
		Name: crm.Text{EN: "WhatsApp (Cloud API)", ES: "WhatsApp (API en la nube)"},
		Summary: crm.Text{
			EN: "Your WhatsApp Business number, straight from Meta.",
			ES: "Su número de WhatsApp Business, directamente con Meta.",
		},
		IdentityKind: "whatsapp",
		Fields:       fields(),
		Capabilities: channel.Capabilities{
			Out: map[crm.ContentKind]channel.Limit{
				crm.KindText:  {Text: maxText},
				crm.KindImage: {Bytes: 5 << 20, Text: maxCaption, MIME: []string{"image/jpeg", "image/png"}},
				crm.KindVideo: {Bytes: 16 << 20, Text: maxCaption, MIME: []string{"video/mp4", "video/3gpp"}},
				crm.KindAudio: {
					Bytes: 16 << 20,
					MIME:  []string{"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"},
				},
				crm.KindVoice:       {Bytes: 16 << 20, MIME: []string{"audio/ogg"}},
				crm.KindFile:        {Bytes: 100 << 20, Text: maxCaption},
				crm.KindSticker:     {Bytes: 500 << 10, MIME: []string{"image/webp"}},
				crm.KindLocation:    {},
				crm.KindContacts:    {},
				crm.KindInteractive: {Text: maxBody},
				crm.KindTemplate:    {},
			},
			Window:        24 * time.Hour,
			OutsideWindow: "template",
			Delivered:     true,
			ReadReceipts:  true,
			ReplyContext:  true,
			Reactions:     true,
			Edits:         true,
			Typing:        true,
			Templates:     true,
			Broadcast:     true,
			PerSecond:     80,
			MaxButtons:    maxButtons,
			MaxListRows:   maxRows,
		},
		BodyLimit: 3 << 20,
	}
}

func fields() []channel.Field {
	return []channel.Field{
		{
			Key:      "phone_number_id",
			Kind:     channel.FieldText,
			Required: true,
			Pattern:  `[0-9]{1,32}`,
			Label:    crm.Text{EN: "Phone number ID", ES: "Identificador del número de teléfono"},
			Help: crm.Text{
				EN: "In developers.facebook.com, your app, WhatsApp → API Setup: below “From”. It isn't the phone number itself.",
				ES: "En developers.facebook.com, su aplicación, WhatsApp → Configuración de la API: debajo de «De». No es el número de teléfono.",
			},
		},
		{
			Key:      "waba_id",
			Kind:     channel.FieldText,
			Required: true,
			Pattern:  `[0-9]{1,32}`,
			Label:    crm.Text{EN: "WhatsApp Business account ID", ES: "Identificador de la cuenta de WhatsApp Business"},
			Help: crm.Text{
				EN: "On the same page, below the phone number ID; also in Business settings → WhatsApp accounts.",
				ES: "En la misma página, debajo del identificador del número; también en Configuración del negocio → Cuentas de WhatsApp.",
			},
		},
		{
			Key:      "access_token",
			Kind:     channel.FieldSecret,
			Required: true,
			Label:    crm.Text{EN: "Permanent access token", ES: "Token de acceso permanente"},
			Help: crm.Text{
				EN: "Business settings → System users → Generate token, with the permissions whatsapp_business_messaging and whatsapp_business_management. The token of the API Setup page expires within a day.",
				ES: "Configuración del negocio → Usuarios del sistema → Generar token, con los permisos whatsapp_business_messaging y whatsapp_business_management. El token de la página de configuración de la API vence en un día.",
			},
		},
		{
			Key:      "app_secret",
			Kind:     channel.FieldSecret,
			Required: true,
			Pattern:  `[0-9a-fA-F]{16,128}`,
			Label:    crm.Text{EN: "App secret", ES: "Clave secreta de la aplicación"},
			Help: crm.Text{
				EN: "In developers.facebook.com, your app, App settings → Basic → App secret → Show. It proves that messages come from Meta.",
				ES: "En developers.facebook.com, su aplicación, Configuración de la aplicación → Básica → Clave secreta → Mostrar. Prueba que los mensajes vienen de Meta.",
			},
		},
		{
			Key:       "verify_token",
			Kind:      channel.FieldSecret,
			Generated: true,
			Advanced:  true,
			Label:     crm.Text{EN: "Verify token", ES: "Token de verificación"},
			Help: crm.Text{
				EN: "Only needed when you enter the webhook by hand in WhatsApp → Configuration. Leave empty to have one made.",
				ES: "Solo hace falta si usted registra el webhook a mano en WhatsApp → Configuración. Déjelo vacío y se creará uno.",
			},
		},
		{
			Key:      "graph_version",
			Kind:     channel.FieldText,
			Default:  DefaultVersion,
			Pattern:  `v[0-9]{1,3}\.[0-9]{1,2}`,
			Advanced: true,
			Label:    crm.Text{EN: "Graph API version", ES: "Versión de la API Graph"},
			Help: crm.Text{
				EN: "Meta retires a version about two years after it came out. Listed at developers.facebook.com/docs/graph-api/changelog.",
				ES: "Meta retira cada versión unos dos años después de publicarla. La lista está en developers.facebook.com/docs/graph-api/changelog.",
			},
		},
		channel.APIBaseURL(DefaultBaseURL),
	}
}

// Verify implements channel.Receiver: an HMAC over the raw body under the app's
// secret. https://developers.facebook.com/docs/graph-api/webhooks/getting-started
func (Adapter) Verify(ch *channel.Channel, w channel.Webhook) error {
	header := w.Header.Get(signatureHeader)
	if header == "" {
		return channel.ErrSignatureMissing
	}
	digits, ok := strings.CutPrefix(header, "sha256=")
	got, err := hex.DecodeString(digits)
	secret := ch.Config["app_secret"]
	if !ok || err != nil || secret == "" {
		return channel.ErrSignatureWrong
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(w.Body)
	if !hmac.Equal(got, mac.Sum(nil)) {
		return channel.ErrSignatureWrong
	}
	return nil
}

// Challenge implements channel.Challenger.
func (Adapter) Challenge(ch *channel.Channel, query url.Values) (string, error) {
	want := ch.Config["verify_token"]
	g, s := sha256.Sum256([]byte(query.Get("hub.verify_token"))), sha256.Sum256([]byte(want))
	same := subtle.ConstantTimeCompare(g[:], s[:]) == 1
	if want == "" || !same || query.Get("hub.mode") != "subscribe" {
		return "", channel.ErrSignatureWrong
	}
	return query.Get("hub.challenge"), nil
}

// isBSUID tells whether a key is a business-scoped user id: a country and a
// number. Those with ENT in between name a parent account and take no messages.
func isBSUID(key string) bool {
	country, number, ok := strings.Cut(key, ".")
	if !ok || len(country) != 2 || number == "" || len(key) > 131 {
		return false
	}
	for _, r := range country {
		if r < 'A' || r > 'Z' {
			return false
		}
	}
	for _, r := range number {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return false
		}
	}
	return true
}

func isDigits(s string) bool {
	if s == "" {
		return false
	}
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}
