package whatsapp

import (
	"encoding/json"

	"github.com/bandeja/bandeja/internal/channel/wire"
)

// Types of the webhooks, with the fields we read. Lists are kept raw, so that
// one bad element doesn't lose its siblings. Source:
// https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components

type envelope struct {
	Object string            `json:"object"`
	Entry  []json.RawMessage `json:"entry"`
}

type entry struct {
	ID      wire.ID           `json:"id"`
	Changes []json.RawMessage `json:"changes"`
}

type change struct {
	Field string          `json:"field"`
	Value json.RawMessage `json:"value"`
}

type value struct {
	Metadata struct {
		PhoneNumberID wire.ID `json:"phone_number_id"`
	} `json:"metadata"`
	Contacts  []webhookContact  `json:"contacts"`
	Messages  []json.RawMessage `json:"messages"`
	Statuses  []json.RawMessage `json:"statuses"`
	Errors    []providerError   `json:"errors"`
	Echoes    []json.RawMessage `json:"message_echoes"`
	History   []historyChunk    `json:"history"`
	StateSync []json.RawMessage `json:"state_sync"`
}

type webhookContact struct {
	WaID    wire.ID `json:"wa_id"`
	UserID  string  `json:"user_id"`
	Profile struct {
		Name     string `json:"name"`
		Username string `json:"username"`
	} `json:"profile"`
}

type providerError struct {
	Code      wire.ID `json:"code"`
	Title     string  `json:"title"`
	Message   string  `json:"message"`
	ErrorData struct {
		Details string `json:"details"`
	} `json:"error_data"`
}

type message struct {
	From        wire.ID         `json:"from"`
	FromUserID  string          `json:"from_user_id"`
	To          wire.ID         `json:"to"`
	ID          string          `json:"id"`
	Timestamp   wire.Unix       `json:"timestamp"`
	Type        string          `json:"type"`
	GroupID     string          `json:"group_id"`
	Context     *msgContext     `json:"context"`
	Referral    *referral       `json:"referral"`
	Errors      []providerError `json:"errors"`
	Text        *textBody       `json:"text"`
	Image       *media          `json:"image"`
	Video       *media          `json:"video"`
	Audio       *media          `json:"audio"`
	Voice       *media          `json:"voice"`
	Document    *media          `json:"document"`
	Sticker     *media          `json:"sticker"`
	Location    *location       `json:"location"`
	Contacts    []contactCard   `json:"contacts"`
	Button      *buttonTap      `json:"button"`
	Interactive *interactive    `json:"interactive"`
	Reaction    *reaction       `json:"reaction"`
	Order       *order          `json:"order"`
	System      *system         `json:"system"`
	Edit        *edit           `json:"edit"`
	Revoke      *revoke         `json:"revoke"`
	History     *historyContext `json:"history_context"`
}

type msgContext struct {
	From                wire.ID   `json:"from"`
	ID                  string    `json:"id"`
	Forwarded           wire.Flag `json:"forwarded"`
	FrequentlyForwarded wire.Flag `json:"frequently_forwarded"`
	ReferredProduct     *struct {
		CatalogID wire.ID `json:"catalog_id"`
		ProductID wire.ID `json:"product_retailer_id"`
	} `json:"referred_product"`
}

type referral struct {
	SourceURL    string  `json:"source_url"`
	SourceID     wire.ID `json:"source_id"`
	SourceType   string  `json:"source_type"`
	Headline     string  `json:"headline"`
	Body         string  `json:"body"`
	ImageURL     string  `json:"image_url"`
	ThumbnailURL string  `json:"thumbnail_url"`
	ClickID      string  `json:"ctwa_clid"`
}

type textBody struct {
	Body string `json:"body"`
}

type media struct {
	ID       wire.ID     `json:"id"`
	MIME     string      `json:"mime_type"`
	SHA256   string      `json:"sha256"`
	Caption  string      `json:"caption"`
	Filename string      `json:"filename"`
	Animated wire.Flag   `json:"animated"`
	Voice    wire.Flag   `json:"voice"`
	Size     wire.Number `json:"file_size"`
}

type location struct {
	Latitude  wire.Number `json:"latitude"`
	Longitude wire.Number `json:"longitude"`
	Name      string      `json:"name"`
	Address   string      `json:"address"`
	URL       string      `json:"url"`
}

type contactCard struct {
	Name struct {
		Formatted string `json:"formatted_name"`
		First     string `json:"first_name"`
		Last      string `json:"last_name"`
	} `json:"name"`
	Phones []struct {
		Phone string  `json:"phone"`
		WaID  wire.ID `json:"wa_id"`
	} `json:"phones"`
	Emails []struct {
		Email string `json:"email"`
	} `json:"emails"`
	Org struct {
		Company string `json:"company"`
	} `json:"org"`
}

type buttonTap struct {
	Text    string `json:"text"`
	Payload string `json:"payload"`
}

type interactive struct {
	Type   string `json:"type"`
	Button *struct {
		ID    string `json:"id"`
		Title string `json:"title"`
	} `json:"button_reply"`
	List *struct {
		ID          string `json:"id"`
		Title       string `json:"title"`
		Description string `json:"description"`
	} `json:"list_reply"`
	Flow *struct {
		Name     string `json:"name"`
		Body     string `json:"body"`
		Response string `json:"response_json"` // JSON inside a string
	} `json:"nfm_reply"`
}

type reaction struct {
	MessageID string `json:"message_id"`
	Emoji     string `json:"emoji"`
}

type order struct {
	CatalogID wire.ID `json:"catalog_id"`
	Text      string  `json:"text"`
	Items     []struct {
		ProductID wire.ID     `json:"product_retailer_id"`
		Quantity  wire.Number `json:"quantity"`
		Price     wire.Number `json:"item_price"`
		Currency  string      `json:"currency"`
	} `json:"product_items"`
}

type system struct {
	Type   string  `json:"type"`
	Body   string  `json:"body"`
	WaID   wire.ID `json:"wa_id"`
	NewWa  wire.ID `json:"new_wa_id"` // the name before v12
	UserID string  `json:"user_id"`
}

type edit struct {
	OriginalID string          `json:"original_message_id"`
	Message    json.RawMessage `json:"message"`
}

type revoke struct {
	OriginalID string `json:"original_message_id"`
}

type status struct {
	ID          string          `json:"id"`
	Status      string          `json:"status"`
	Timestamp   wire.Unix       `json:"timestamp"`
	RecipientID wire.ID         `json:"recipient_id"`
	Recipient   string          `json:"recipient_type"`
	Ref         string          `json:"biz_opaque_callback_data"`
	Errors      []providerError `json:"errors"`
}

type historyChunk struct {
	Threads []struct {
		ID       wire.ID           `json:"id"`
		Messages []json.RawMessage `json:"messages"`
	} `json:"threads"`
	Errors []providerError `json:"errors"`
}

type historyContext struct {
	Status string    `json:"status"`
	FromMe wire.Flag `json:"from_me"`
}

type stateSync struct {
	Type    string `json:"type"`
	Action  string `json:"action"`
	Contact struct {
		FullName  string  `json:"full_name"`
		FirstName string  `json:"first_name"`
		Phone     wire.ID `json:"phone_number"`
	} `json:"contact"`
	Metadata struct {
		Timestamp wire.Unix `json:"timestamp"`
	} `json:"metadata"`
}

type templateUpdate struct {
	Event    string  `json:"event"`
	ID       wire.ID `json:"message_template_id"`
	Name     string  `json:"message_template_name"`
	Language string  `json:"message_template_language"`
	Reason   string  `json:"reason"`
	Quality  string  `json:"new_quality_score"`
	Category string  `json:"new_category"`
}
