// Package telegram connects a Telegram bot through the Bot API, by webhook or by
// long polling. Written from https://core.telegram.org/bots/api (Bot API 10.1).
//
// The key of a contact is the id of the private chat. A chat of a connected
// business account has the key CHAT@CONNECTION instead, because answers to it
// must name the connection; its messages are numbered apart from the bot's own.
// The external id of a message is KEY/MESSAGE_ID: Telegram's message ids are
// unique only inside a chat.
package telegram

import (
	"crypto/sha256"
	"crypto/subtle"
	"time"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
)

// Type names the adapter in addresses and in the API.
const Type = "telegram"

// DefaultBaseURL is Telegram's own server.
const DefaultBaseURL = "https://api.telegram.org"

const secretHeader = "X-Telegram-Bot-Api-Secret-Token"

// Limits of the Bot API.
const (
	maxText         = 4096
	maxCaption      = 1024
	maxCallbackData = 64
	maxAlbum        = 10
	maxPhoto        = 10 << 20
	maxUpload       = 50 << 20
	maxDownload     = 20 << 20
)

// Adapter implements channel.Adapter and its companions. It has no state.
type Adapter struct{}

var (
	_ channel.Adapter         = Adapter{}
	_ channel.Receiver        = Adapter{}
	_ channel.EventIdentifier = Adapter{}
	_ channel.Sender          = Adapter{}
	_ channel.Poller          = Adapter{}
	_ channel.MediaFetcher    = Adapter{}
	_ channel.ProfileFetcher  = Adapter{}
	_ channel.Typer           = Adapter{}
	_ channel.Acknowledger    = Adapter{}
	_ channel.Connector       = Adapter{}
)

// New returns the adapter.
func New() Adapter { return Adapter{} }

// Describe implements channel.Adapter.
func (Adapter) Describe() channel.Description {
	file := channel.Limit{Bytes: maxUpload, Text: maxCaption}
	return channel.Description{
		Type: Type,
		Name: crm.Text{EN: "Telegram", ES: "Telegram"},
		Summary: crm.Text{
			EN: "Answer the people who write to your Telegram bot.",
			ES: "Responda a quienes escriben a su bot de Telegram.",
		},
		IdentityKind: "telegram",
		PerChannel:   true,
		Fields:       fields(),
		Capabilities: channel.Capabilities{
			Out: map[crm.ContentKind]channel.Limit{
				crm.KindText:        {Text: maxText},
				crm.KindImage:       {Bytes: maxPhoto, Text: maxCaption, MIME: []string{"image/*"}},
				crm.KindVideo:       file,
				crm.KindAudio:       file,
				crm.KindVoice:       {Bytes: maxUpload, Text: maxCaption, MIME: []string{"audio/ogg", "audio/mpeg", "audio/mp4"}},
				crm.KindFile:        file,
				crm.KindSticker:     {Bytes: 512 << 10, MIME: []string{"image/webp", "video/webm", "application/x-tgsticker"}},
				crm.KindLocation:    {},
				crm.KindContacts:    {},
				crm.KindInteractive: {Text: maxText},
			},
			ContactFirst:  true,
			OutsideWindow: "none",
			ReplyContext:  true,
			Reactions:     true,
			Edits:         true,
			Typing:        true,
			Broadcast:     true,
			PerSecond:     30,
			PerContact:    time.Second,
			MaxButtons:    10,
			MaxListRows:   10,
		},
		BodyLimit: 1 << 20,
	}
}

func fields() []channel.Field {
	return []channel.Field{
		{
			Key:      "bot_token",
			Kind:     channel.FieldSecret,
			Required: true,
			Pattern:  `[0-9]+:[A-Za-z0-9_-]{20,}`,
			Label:    crm.Text{EN: "Bot token", ES: "Token del bot"},
			Help: crm.Text{
				EN: "In Telegram, open a chat with @BotFather and send /newbot (or /mybots, your bot, API Token). Copy the token, as 123456:ABC-DEF….",
				ES: "En Telegram, abra un chat con @BotFather y envíe /newbot (o /mybots, su bot, API Token). Copie el token, como 123456:ABC-DEF….",
			},
		},
		{
			Key:     "mode",
			Kind:    channel.FieldChoice,
			Default: modeWebhook,
			Label:   crm.Text{EN: "How messages arrive", ES: "Cómo llegan los mensajes"},
			Help: crm.Text{
				EN: "Choose polling when Telegram can't reach this server from the internet.",
				ES: "Elija la consulta periódica si Telegram no puede llegar a este servidor desde internet.",
			},
			Options: []channel.Option{
				{Value: modeWebhook, Label: crm.Text{EN: "Webhook (Telegram calls us)", ES: "Webhook (Telegram nos llama)"}},
				{Value: modePolling, Label: crm.Text{EN: "Polling (we ask Telegram)", ES: "Consulta periódica (le preguntamos a Telegram)"}},
			},
		},
		{
			Key:       "secret_token",
			Kind:      channel.FieldSecret,
			Generated: true,
			Advanced:  true,
			Pattern:   `[A-Za-z0-9_-]{1,256}`,
			Label:     crm.Text{EN: "Webhook secret", ES: "Secreto del webhook"},
			Help: crm.Text{
				EN: "Telegram sends it back with every message, so that nobody else can. Leave empty to have one made.",
				ES: "Telegram lo devuelve con cada mensaje, para que nadie más pueda enviarlos. Déjelo vacío y se creará uno.",
			},
		},
		channel.APIBaseURL(DefaultBaseURL),
	}
}

const (
	modeWebhook = "webhook"
	modePolling = "polling"
)

// Verify implements channel.Receiver: the secret given to setWebhook comes back
// in a header.
func (Adapter) Verify(ch *channel.Channel, w channel.Webhook) error {
	got := w.Header.Get(secretHeader)
	if got == "" {
		return channel.ErrSignatureMissing
	}
	want := ch.Config["secret_token"]
	// Hashes have one length, so the comparison tells nothing of the secret's.
	g, s := sha256.Sum256([]byte(got)), sha256.Sum256([]byte(want))
	if want == "" || subtle.ConstantTimeCompare(g[:], s[:]) != 1 {
		return channel.ErrSignatureWrong
	}
	return nil
}
