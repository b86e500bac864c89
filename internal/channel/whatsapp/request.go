package whatsapp

// Bodies of POST /{phone_number_id}/messages.
// https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages

type outMessage struct {
	Product   string `json:"messaging_product"`
	Recipient string `json:"recipient_type"`
	// To takes digits; UserID a BSUID.
	To          string          `json:"to,omitempty"`
	UserID      string          `json:"recipient,omitempty"`
	Type        string          `json:"type"`
	Context     *outContext     `json:"context,omitempty"`
	Callback    string          `json:"biz_opaque_callback_data,omitempty"`
	Text        *outText        `json:"text,omitempty"`
	Image       *outMedia       `json:"image,omitempty"`
	Video       *outMedia       `json:"video,omitempty"`
	Audio       *outMedia       `json:"audio,omitempty"`
	Document    *outMedia       `json:"document,omitempty"`
	Sticker     *outMedia       `json:"sticker,omitempty"`
	Location    *outLocation    `json:"location,omitempty"`
	Contacts    []outContact    `json:"contacts,omitempty"`
	Reaction    *outReaction    `json:"reaction,omitempty"`
	Interactive *outInteractive `json:"interactive,omitempty"`
	Template    *outTemplate    `json:"template,omitempty"`
}

type outContext struct {
	MessageID string `json:"message_id"`
}

type outText struct {
	Body       string `json:"body"`
	PreviewURL bool   `json:"preview_url"`
}

type outMedia struct {
	ID       string `json:"id,omitempty"`
	Link     string `json:"link,omitempty"`
	Caption  string `json:"caption,omitempty"`
	Filename string `json:"filename,omitempty"`
	// Voice makes an audio file a voice message: it must be Ogg Opus then.
	// https://developers.facebook.com/docs/whatsapp/cloud-api/messages/audio-messages
	Voice bool `json:"voice,omitempty"`
}

type outLocation struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
}

type outContact struct {
	Name   outName    `json:"name"`
	Phones []outPhone `json:"phones,omitempty"`
	Emails []outEmail `json:"emails,omitempty"`
	Org    *outOrg    `json:"org,omitempty"`
}

type outName struct {
	Formatted string `json:"formatted_name"`
	First     string `json:"first_name,omitempty"`
	Last      string `json:"last_name,omitempty"`
}

type outPhone struct {
	Phone string `json:"phone"`
}

type outEmail struct {
	Email string `json:"email"`
}

type outOrg struct {
	Company string `json:"company"`
}

type outReaction struct {
	MessageID string `json:"message_id"`
	Emoji     string `json:"emoji"`
}

type outInteractive struct {
	Type   string     `json:"type"`
	Header *outHeader `json:"header,omitempty"`
	Body   *outBody   `json:"body,omitempty"`
	Footer *outBody   `json:"footer,omitempty"`
	Action outAction  `json:"action"`
}

type outHeader struct {
	Type     string    `json:"type"`
	Text     string    `json:"text,omitempty"`
	Image    *outMedia `json:"image,omitempty"`
	Video    *outMedia `json:"video,omitempty"`
	Document *outMedia `json:"document,omitempty"`
}

type outBody struct {
	Text string `json:"text"`
}

type outAction struct {
	Button     string         `json:"button,omitempty"`
	Buttons    []outButton    `json:"buttons,omitempty"`
	Sections   []outSection   `json:"sections,omitempty"`
	Name       string         `json:"name,omitempty"`
	Parameters *outLinkButton `json:"parameters,omitempty"`
}

type outButton struct {
	Type  string   `json:"type"`
	Reply outReply `json:"reply"`
}

type outReply struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

type outSection struct {
	Title string   `json:"title,omitempty"`
	Rows  []outRow `json:"rows"`
}

type outRow struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
}

type outLinkButton struct {
	DisplayText string `json:"display_text"`
	URL         string `json:"url"`
}

type outTemplate struct {
	Name       string         `json:"name"`
	Language   outLanguage    `json:"language"`
	Components []outComponent `json:"components,omitempty"`
}

type outLanguage struct {
	Code string `json:"code"`
}

type outComponent struct {
	Type       string         `json:"type"`
	SubType    string         `json:"sub_type,omitempty"`
	Index      string         `json:"index,omitempty"`
	Parameters []outParameter `json:"parameters,omitempty"`
}

type outParameter struct {
	Type       string       `json:"type"`
	Name       string       `json:"parameter_name,omitempty"`
	Text       string       `json:"text,omitempty"`
	Payload    string       `json:"payload,omitempty"`
	CouponCode string       `json:"coupon_code,omitempty"`
	Image      *outMedia    `json:"image,omitempty"`
	Video      *outMedia    `json:"video,omitempty"`
	Document   *outMedia    `json:"document,omitempty"`
	Location   *outLocation `json:"location,omitempty"`
	Currency   *outCurrency `json:"currency,omitempty"`
	DateTime   *outDateTime `json:"date_time,omitempty"`
	Action     *outFlow     `json:"action,omitempty"`
}

type outCurrency struct {
	Fallback   string `json:"fallback_value"`
	Code       string `json:"code"`
	Amount1000 int64  `json:"amount_1000"`
}

type outDateTime struct {
	Fallback string `json:"fallback_value"`
}

type outFlow struct {
	FlowToken string `json:"flow_token,omitempty"`
}

// outRead marks a message as read and may show that somebody writes.
type outRead struct {
	Product   string     `json:"messaging_product"`
	Status    string     `json:"status"`
	MessageID string     `json:"message_id"`
	Typing    *outTyping `json:"typing_indicator,omitempty"`
}

type outTyping struct {
	Type string `json:"type"`
}
