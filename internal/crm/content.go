package crm

// ContentKind is the kind of a message's content.
type ContentKind string

// The kinds every channel's messages are turned into.
const (
	KindText        ContentKind = "text"
	KindImage       ContentKind = "image"
	KindVideo       ContentKind = "video"
	KindAudio       ContentKind = "audio"
	KindVoice       ContentKind = "voice"
	KindFile        ContentKind = "file"
	KindSticker     ContentKind = "sticker"
	KindLocation    ContentKind = "location"
	KindContacts    ContentKind = "contacts"
	KindReply       ContentKind = "reply"       // a tapped button or a chosen list row
	KindForm        ContentKind = "form"        // an answered form (WhatsApp Flow, pre-chat)
	KindOrder       ContentKind = "order"       // a cart sent from a catalogue
	KindTemplate    ContentKind = "template"    // a template we sent
	KindInteractive ContentKind = "interactive" // buttons or a list we sent
	KindSystem      ContentKind = "system"      // the provider's own notice
	KindUnsupported ContentKind = "unsupported"
)

// Content is what a message says. Kind tells which of the parts are set: Text is
// the body, or the caption of attachments. It is stored and sent as this JSON.
type Content struct {
	Kind ContentKind `json:"kind"`
	Text string      `json:"text,omitempty"`
	// Typed is what was typed, where variables were replaced in Text.
	Typed       string          `json:"typed,omitempty"`
	Attachments []Attachment    `json:"attachments,omitempty" nullable:"false"`
	Location    *Location       `json:"location,omitempty"`
	Contacts    []SharedContact `json:"contacts,omitempty" nullable:"false"`
	Reply       *ButtonReply    `json:"reply,omitempty"`
	Form        *Form           `json:"form,omitempty"`
	Order       *Order          `json:"order,omitempty"`
	Template    *TemplateSend   `json:"template,omitempty"`
	Interactive *Interactive    `json:"interactive,omitempty"`
	// Tag is the provider's name of the reason for which the message goes outside
	// its messaging window.
	Tag     string   `json:"tag,omitempty"`
	Product *Product `json:"product,omitempty"`
	// Forwarded is set on a message that the contact passed on from elsewhere.
	Forwarded bool `json:"forwarded,omitempty"`
	// Album groups attachments that the contact sent together.
	Album string `json:"album,omitempty"`
	// Note explains KindUnsupported and KindSystem, in the provider's words.
	Note string `json:"note,omitempty"`
	// Parts are the provider's ids of the messages that this one went as, where it went as
	// several.
	Parts []string `json:"parts,omitempty" nullable:"false"`
	// Mentions are the users whom the tokens in a comment's text name.
	Mentions []Mention `json:"mentions,omitempty" nullable:"false"`
}

// Attachment is a file of a message. An incoming one first has only Remote, the
// provider's handle; FileID is set once Bandeja holds its own copy.
type Attachment struct {
	Kind ContentKind `json:"kind"`
	// FileID is the decimal id of Bandeja's copy; empty until it is fetched.
	FileID string `json:"file_id,omitempty"`
	// Remote is the provider's handle: a media id or an address.
	Remote string `json:"remote,omitempty"`
	Name   string `json:"name,omitempty"`
	MIME   string `json:"mime,omitempty"`
	// Size is in bytes; 0 where unknown.
	Size   int64 `json:"size,omitempty"`
	Width  int   `json:"width,omitempty"`
	Height int   `json:"height,omitempty"`
	// Duration is in seconds.
	Duration int    `json:"duration,omitempty"`
	SHA256   string `json:"sha256,omitempty"`
	Emoji    string `json:"emoji,omitempty"`
	Animated bool   `json:"animated,omitempty"`
	// Error says why the file can't be had: too_big, gone, or FileHeld.
	Error string `json:"error,omitempty"`
}

// Pending tells whether the file is still to be fetched from the provider.
func (a Attachment) Pending() bool {
	return a.Remote != "" && a.FileID == "" && (a.Error == "" || a.Error == FileHeld)
}

// FileHeld is the error of a file that is fetched as soon as its channel works again.
const FileHeld = "held"

// Location is a point on the map. Degrees, WGS 84.
type Location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
	URL       string  `json:"url,omitempty"`
}

// SharedContact is a contact card inside a message.
type SharedContact struct {
	Name      string   `json:"name,omitempty"`
	FirstName string   `json:"first_name,omitempty"`
	LastName  string   `json:"last_name,omitempty"`
	Phones    []string `json:"phones,omitempty"`
	Emails    []string `json:"emails,omitempty"`
	Company   string   `json:"company,omitempty"`
}

// ButtonReply is what the contact chose.
type ButtonReply struct {
	// Type is button (a template's quick reply), button_reply or list_reply.
	Type        string `json:"type,omitempty"`
	ID          string `json:"id,omitempty"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Payload     string `json:"payload,omitempty"`
}

// Form is an answered form, its fields in the order given.
type Form struct {
	Name   string      `json:"name,omitempty"`
	Fields []FormField `json:"fields,omitempty" nullable:"false"`
}

// FormField is one answer.
type FormField struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Order is a cart.
type Order struct {
	CatalogID string      `json:"catalog_id,omitempty"`
	Items     []OrderItem `json:"items,omitempty" nullable:"false"`
}

// OrderItem is a line of an order. Price is in units of Currency.
type OrderItem struct {
	ProductID string  `json:"product_id"`
	Quantity  int     `json:"quantity"`
	Price     float64 `json:"price,omitempty"`
	Currency  string  `json:"currency,omitempty"`
}

// Product is the catalogue item a message asks about.
type Product struct {
	CatalogID string `json:"catalog_id,omitempty"`
	ProductID string `json:"product_id,omitempty"`
}

// TemplateSend is a template with its variables filled. Components go to the
// provider; Text of the content holds the rendered body for people to read.
type TemplateSend struct {
	Name       string              `json:"name"`
	Language   string              `json:"language"`
	Components []TemplateComponent `json:"components,omitempty"`
}

// TemplateComponent fills one part of a template.
type TemplateComponent struct {
	// Type is header, body or button.
	Type string `json:"type"`
	// SubType is the button's: quick_reply, url, copy_code, flow, catalog.
	SubType string `json:"sub_type,omitempty"`
	// Index is the button's place, from 0.
	Index      int                 `json:"index,omitempty"`
	Parameters []TemplateParameter `json:"parameters,omitempty"`
}

// TemplateParameter is one value.
type TemplateParameter struct {
	// Type is text, image, video, document, payload, coupon_code or location; also
	// currency and date_time (Value holds the words to show) and action (Value
	// holds the flow's token).
	Type string `json:"type"`
	// Name is set for templates with named variables.
	Name  string `json:"name,omitempty"`
	Value string `json:"value,omitempty"`
	// Attachment is set for image, video and document.
	Attachment *Attachment `json:"attachment,omitempty"`
	Location   *Location   `json:"location,omitempty"`
	// Currency (ISO 4217) and Amount1000, a thousandth of it, are set for currency.
	Currency   string `json:"currency,omitempty"`
	Amount1000 int64  `json:"amount_1000,omitempty"`
}

// Interactive is a question with choices. Buttons and Sections exclude each other.
type Interactive struct {
	Header   string      `json:"header,omitempty"`
	Footer   string      `json:"footer,omitempty"`
	Buttons  []Button    `json:"buttons,omitempty"`
	ListName string      `json:"list_name,omitempty"`
	Sections []Section   `json:"sections,omitempty"`
	Link     *LinkButton `json:"link,omitempty"`
}

// Button is a reply button.
type Button struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// LinkButton opens an address.
type LinkButton struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// Section is a group of list rows.
type Section struct {
	Title string    `json:"title,omitempty"`
	Rows  []ListRow `json:"rows"`
}

// ListRow is a choice of a list.
type ListRow struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
}

// Template is a message the provider has approved for sending outside the
// messaging window. One row for each name and language.
type Template struct {
	ExternalID string `json:"external_id,omitempty"`
	Name       string `json:"name"`
	Language   string `json:"language"`
	// Status is the provider's, upper case: APPROVED, PENDING, REJECTED, PAUSED …
	Status   string `json:"status"`
	Category string `json:"category,omitempty"`
	// Format is POSITIONAL ({{1}}) or NAMED ({{first_name}}).
	Format    string             `json:"format,omitempty"`
	Header    *TemplateHeader    `json:"header,omitempty"`
	Body      string             `json:"body"`
	Footer    string             `json:"footer,omitempty"`
	Buttons   []TemplateButton   `json:"buttons,omitempty" nullable:"false"`
	Variables []TemplateVariable `json:"variables,omitempty" nullable:"false"`
	// Unsupported names a part that can't be filled yet (carousel …); such a
	// template is shown but not offered.
	Unsupported string `json:"unsupported,omitempty"`
}

// TemplateHeader is the part above the body.
type TemplateHeader struct {
	// Format is TEXT, IMAGE, VIDEO, DOCUMENT or LOCATION.
	Format string `json:"format"`
	Text   string `json:"text,omitempty"`
}

// TemplateButton is a button of a template.
type TemplateButton struct {
	// Type is QUICK_REPLY, URL, PHONE_NUMBER, COPY_CODE, OTP, FLOW, CATALOG or MPM.
	Type  string `json:"type"`
	Text  string `json:"text"`
	URL   string `json:"url,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// TemplateVariable is a value the sender must give.
type TemplateVariable struct {
	// Part is header, body or button.
	Part string `json:"part" enum:"header,body,button"`
	// Index is the button's place, from 0; 0 for header and body.
	Index int `json:"index,omitempty"`
	// Name is the text between the braces: "1" or "first_name".
	Name    string `json:"name"`
	Example string `json:"example,omitempty"`
}
