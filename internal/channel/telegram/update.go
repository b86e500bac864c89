package telegram

import (
	"encoding/json"

	"github.com/bandeja/bandeja/internal/channel/wire"
)

// Types of the Bot API, with the fields we read. Source:
// https://core.telegram.org/bots/api#available-types

type update struct {
	ID                      wire.ID         `json:"update_id"`
	Message                 json.RawMessage `json:"message"`
	EditedMessage           json.RawMessage `json:"edited_message"`
	BusinessMessage         json.RawMessage `json:"business_message"`
	EditedBusinessMessage   json.RawMessage `json:"edited_business_message"`
	DeletedBusinessMessages json.RawMessage `json:"deleted_business_messages"`
	BusinessConnection      json.RawMessage `json:"business_connection"`
	MessageReaction         json.RawMessage `json:"message_reaction"`
	CallbackQuery           json.RawMessage `json:"callback_query"`
	MyChatMember            json.RawMessage `json:"my_chat_member"`
}

type user struct {
	ID        wire.ID `json:"id"`
	IsBot     bool    `json:"is_bot"`
	FirstName string  `json:"first_name"`
	LastName  string  `json:"last_name"`
	Username  string  `json:"username"`
	Language  string  `json:"language_code"`
}

type chat struct {
	ID        wire.ID    `json:"id"`
	Type      string     `json:"type"`
	FirstName string     `json:"first_name"`
	LastName  string     `json:"last_name"`
	Username  string     `json:"username"`
	Photo     *chatPhoto `json:"photo"`
}

type chatPhoto struct {
	BigFileID string `json:"big_file_id"`
}

type message struct {
	ID           wire.ID         `json:"message_id"`
	From         *user           `json:"from"`
	BusinessBot  *user           `json:"sender_business_bot"`
	Date         wire.Unix       `json:"date"`
	EditDate     wire.Unix       `json:"edit_date"`
	ConnectionID string          `json:"business_connection_id"`
	Chat         chat            `json:"chat"`
	Forward      json.RawMessage `json:"forward_origin"`
	ReplyTo      *message        `json:"reply_to_message"`
	External     *externalReply  `json:"external_reply"`
	Quote        *quote          `json:"quote"`
	Album        wire.ID         `json:"media_group_id"`
	Text         string          `json:"text"`
	Caption      string          `json:"caption"`
	Photo        []file          `json:"photo"`
	LivePhoto    *livePhoto      `json:"live_photo"`
	Video        *file           `json:"video"`
	Animation    *file           `json:"animation"`
	Audio        *file           `json:"audio"`
	Voice        *file           `json:"voice"`
	Document     *file           `json:"document"`
	VideoNote    *file           `json:"video_note"`
	Sticker      *file           `json:"sticker"`
	Location     *location       `json:"location"`
	Venue        *venue          `json:"venue"`
	Contact      *contact        `json:"contact"`
	Dice         *dice           `json:"dice"`
	Poll         *poll           `json:"poll"`
	WebApp       *webApp         `json:"web_app_data"`
	Markup       *markup         `json:"reply_markup"`
}

// file is the common part of PhotoSize, Video, Animation, Audio, Voice,
// Document, VideoNote and Sticker.
type file struct {
	ID         string    `json:"file_id"`
	Name       string    `json:"file_name"`
	MIME       string    `json:"mime_type"`
	Size       int64     `json:"file_size"`
	Width      int       `json:"width"`
	Height     int       `json:"height"`
	Length     int       `json:"length"` // the diameter of a video note
	Duration   int       `json:"duration"`
	Title      string    `json:"title"`
	Emoji      string    `json:"emoji"`
	IsAnimated wire.Flag `json:"is_animated"`
	IsVideo    wire.Flag `json:"is_video"`
}

type livePhoto struct {
	file
	Photo []file `json:"photo"`
}

type externalReply struct {
	Chat *chat   `json:"chat"`
	ID   wire.ID `json:"message_id"`
}

type quote struct {
	Text string `json:"text"`
}

type location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

type venue struct {
	Location location `json:"location"`
	Title    string   `json:"title"`
	Address  string   `json:"address"`
}

type contact struct {
	Phone     string  `json:"phone_number"`
	FirstName string  `json:"first_name"`
	LastName  string  `json:"last_name"`
	UserID    wire.ID `json:"user_id"`
	VCard     string  `json:"vcard"`
}

type dice struct {
	Emoji string `json:"emoji"`
	Value int    `json:"value"`
}

type poll struct {
	Question string `json:"question"`
	Options  []struct {
		Text string `json:"text"`
	} `json:"options"`
}

type webApp struct {
	Data       string `json:"data"`
	ButtonText string `json:"button_text"`
}

type markup struct {
	InlineKeyboard [][]inlineButton `json:"inline_keyboard"`
}

type inlineButton struct {
	Text string `json:"text"`
	Data string `json:"callback_data,omitempty"`
	URL  string `json:"url,omitempty"`
}

type callbackQuery struct {
	ID      string   `json:"id"`
	From    user     `json:"from"`
	Message *message `json:"message"`
	Data    string   `json:"data"`
	Game    string   `json:"game_short_name"`
}

type reactionUpdate struct {
	Chat      chat       `json:"chat"`
	MessageID wire.ID    `json:"message_id"`
	User      *user      `json:"user"`
	Date      wire.Unix  `json:"date"`
	New       []reaction `json:"new_reaction"`
}

type reaction struct {
	Type  string `json:"type"`
	Emoji string `json:"emoji"`
}

type memberUpdate struct {
	Chat chat      `json:"chat"`
	From user      `json:"from"`
	Date wire.Unix `json:"date"`
	New  struct {
		Status string `json:"status"`
	} `json:"new_chat_member"`
}

type deletedMessages struct {
	ConnectionID string    `json:"business_connection_id"`
	Chat         chat      `json:"chat"`
	IDs          []wire.ID `json:"message_ids"`
}

type businessConnection struct {
	ID      string    `json:"id"`
	User    user      `json:"user"`
	Date    wire.Unix `json:"date"`
	Enabled bool      `json:"is_enabled"`
}
