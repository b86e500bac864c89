package webchat

import (
	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
)

// The keys of the set-up fields.
const (
	FieldOrigins  = "allowed_origins"
	FieldColor    = "color"
	FieldPosition = "position"
	FieldLanguage = "language"
	FieldName     = "prechat_name"
	FieldEmail    = "prechat_email"
	FieldPhone    = "prechat_phone"
	FieldMaxFile  = "max_file_mb"
	FieldSecret   = "identity_secret"
)

// The values of the pre-chat fields.
const (
	Hidden   = "hidden"
	Optional = "optional"
	Required = "required"
)

// DefaultColor is the launcher's colour where none is set.
const DefaultColor = "#0f6b63"

// originEntry is one line of the allowed origins; it matches no line twice.
const originEntry = `(?:https?://)?(?:\*\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::[0-9]{1,5})?/?`

func fields() []channel.Field {
	out := []channel.Field{
		{
			Key:     FieldOrigins,
			Kind:    channel.FieldList,
			Pattern: `[\s]*` + originEntry + `(?:[ \t]*[\r\n]+[ \t]*` + originEntry + `)*[\s]*`,
			Label:   crm.Text{EN: "Websites that may show the chat", ES: "Sitios web que pueden mostrar el chat"},
			Help: crm.Text{
				EN: "One a line, as https://www.example.com or *.example.com. Leave empty to allow any website.",
				ES: "Uno por línea, como https://www.ejemplo.com o *.ejemplo.com. Déjelo vacío para permitir cualquier sitio.",
			},
		},
		{
			Key:     FieldColor,
			Kind:    channel.FieldColor,
			Default: DefaultColor,
			Pattern: `#[0-9A-Fa-f]{6}`,
			Label:   crm.Text{EN: "Color", ES: "Color"},
			Help: crm.Text{
				EN: "Of the button, the header and the visitor's messages. Text on it turns black or white by itself.",
				ES: "Del botón, la cabecera y los mensajes del visitante. El texto encima se vuelve blanco o negro según convenga.",
			},
		},
		{
			Key:     FieldPosition,
			Kind:    channel.FieldChoice,
			Default: "right",
			Label:   crm.Text{EN: "Position", ES: "Posición"},
			Help:    crm.Text{EN: "The lower corner where the button sits.", ES: "La esquina inferior donde aparece el botón."},
			Options: []channel.Option{
				{Value: "right", Label: crm.Text{EN: "Right", ES: "Derecha"}},
				{Value: "left", Label: crm.Text{EN: "Left", ES: "Izquierda"}},
			},
		},
		{
			Key:     FieldLanguage,
			Kind:    channel.FieldChoice,
			Default: "auto",
			Label:   crm.Text{EN: "Language", ES: "Idioma"},
			Help: crm.Text{
				EN: "Automatic follows the page, then the visitor's browser.",
				ES: "En automático se sigue el idioma de la página y, si no lo indica, el del navegador.",
			},
			Options: []channel.Option{
				{Value: "auto", Label: crm.Text{EN: "Automatic", ES: "Automático"}},
				{Value: "es", Label: crm.Text{EN: "Spanish", ES: "Español"}},
				{Value: "en", Label: crm.Text{EN: "English", ES: "Inglés"}},
			},
		},
	}
	out = append(out, texts()...)
	out = append(out,
		prechat(FieldName, crm.Text{EN: "Ask for the name", ES: "Pedir el nombre"}),
		prechat(FieldEmail, crm.Text{EN: "Ask for the e-mail", ES: "Pedir el correo"}),
		prechat(FieldPhone, crm.Text{EN: "Ask for the phone number", ES: "Pedir el teléfono"}),
		channel.Field{
			Key:      FieldMaxFile,
			Kind:     channel.FieldText,
			Default:  "10",
			Pattern:  `[1-9]|1[0-9]|2[0-5]`,
			Advanced: true,
			Label:    crm.Text{EN: "Largest file, in MB", ES: "Tamaño máximo de archivo, en MB"},
			Help:     crm.Text{EN: "What a visitor may attach: 1 to 25 MB.", ES: "Lo que un visitante puede adjuntar: de 1 a 25 MB."},
		},
		channel.Field{
			Key:       FieldSecret,
			Kind:      channel.FieldSecret,
			Generated: true,
			Advanced:  true,
			Pattern:   `[!-~]{16,256}`,
			Label:     crm.Text{EN: "Identity secret", ES: "Secreto de identidad"},
			Help: crm.Text{
				EN: "Your server signs the id of a signed-in customer with it (HMAC-SHA256, hex), so that nobody can pass for another. " +
					"Enter one of your own, 16 characters or more, to use it; left empty one is made that nobody knows, and no signature is accepted.",
				ES: "Con él su servidor firma el identificador de un cliente que inició sesión (HMAC-SHA256, hex), para que nadie se haga pasar por otro. " +
					"Para usarlo, escriba uno propio de 16 caracteres o más; si lo deja vacío se crea uno que nadie conoce y no se acepta ninguna firma.",
			},
		})
	return out
}

// Texts names the texts that the operator writes in both languages. Their keys are
// the name, "_" and the language.
func Texts() []string { return []string{"title", "greeting", "away"} }

func texts() []channel.Field {
	type text struct {
		key   string
		kind  channel.FieldKind
		label crm.Text
		help  crm.Text
		def   crm.Text
	}
	var out []channel.Field
	for _, t := range []text{
		{
			"title", channel.FieldText,
			crm.Text{EN: "Title", ES: "Título"},
			crm.Text{EN: "Stands in the header of the chat.", ES: "Aparece en la cabecera del chat."},
			crm.Text{EN: "Chat with us", ES: "Converse con nosotros"},
		},
		{
			"greeting", channel.FieldLong,
			crm.Text{EN: "Greeting", ES: "Saludo"},
			crm.Text{EN: "Is shown before the first message.", ES: "Se muestra antes del primer mensaje."},
			crm.Text{EN: "Hello! How can we help you?", ES: "¡Hola! ¿En qué podemos ayudarle?"},
		},
		{
			"away", channel.FieldLong,
			crm.Text{EN: "Away text", ES: "Texto de ausencia"},
			crm.Text{EN: "Is shown while none of your team is online.", ES: "Se muestra mientras nadie de su equipo está en línea."},
			crm.Text{
				EN: "We are away right now. Leave us a message and we will answer here.",
				ES: "En este momento no estamos. Déjenos su mensaje y le responderemos por aquí.",
			},
		},
	} {
		for _, lang := range []string{"es", "en"} {
			inEN, inES, def := " (Spanish)", " (español)", t.def.ES
			if lang == "en" {
				inEN, inES, def = " (English)", " (inglés)", t.def.EN
			}
			out = append(out, channel.Field{
				Key: t.key + "_" + lang, Kind: t.kind, Default: def, Help: t.help, Pattern: `[\s\S]{0,400}`,
				Label: crm.Text{EN: t.label.EN + inEN, ES: t.label.ES + inES},
			})
		}
	}
	return out
}

func prechat(key string, label crm.Text) channel.Field {
	return channel.Field{
		Key: key, Kind: channel.FieldChoice, Default: Hidden, Label: label,
		Help: crm.Text{
			EN: "Before the first message. Asking less brings more conversations.",
			ES: "Antes del primer mensaje. Mientras menos se pide, más personas escriben.",
		},
		Options: []channel.Option{
			{Value: Hidden, Label: crm.Text{EN: "Don't ask", ES: "No pedir"}},
			{Value: Optional, Label: crm.Text{EN: "Optional", ES: "Opcional"}},
			{Value: Required, Label: crm.Text{EN: "Required", ES: "Obligatorio"}},
		},
	}
}
