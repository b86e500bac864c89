// Package crm is Bandeja's vocabulary: the types, ids, enumerations, error
// codes and permission rules that every other package speaks in. It is pure:
// no input or output, no clock, and it imports nothing of ours.
//
// Types carry no database or JSON tags; rows belong to the module that stores
// them and wire types to httpapi. The one exception is [Content], which is a
// document: the same JSON is stored, sent to the browser and kept in golden
// files, so its shape is defined once, here.
package crm

import (
	"fmt"
	"strconv"
)

// ID names a row. Ids are made by package db: 41 bits of milliseconds, 10 bits
// of node, 12 bits of counter, so they sort by time. In JSON they are decimal
// strings, because JavaScript numbers lose precision past 2^53.
type ID int64

// String returns the decimal form used in JSON and in addresses.
func (id ID) String() string { return strconv.FormatInt(int64(id), 10) }

// ParseID reads the decimal form of an id. Zero and negative numbers are not ids.
func ParseID(s string) (ID, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("crm: %q is not an id", s)
	}
	return ID(n), nil
}

// Text is a sentence for a person, in each language Bandeja speaks.
type Text struct {
	EN string
	ES string
}

// In returns the text in the language ("es", "en"); English where it is unknown.
func (t Text) In(lang string) string {
	if lang == "es" && t.ES != "" {
		return t.ES
	}
	return t.EN
}

// Language is a language of the interface.
type Language string

// The languages of the interface.
const (
	English Language = "en"
	Spanish Language = "es"
)

// Direction tells who a timeline item comes from.
type Direction string

// The directions of a message. A comment is internal and never delivered.
const (
	Incoming Direction = "incoming"
	Outgoing Direction = "outgoing"
	Comment  Direction = "comment"
)

// Status is where an outgoing message is on its way. Incoming messages have
// none ("").
type Status string

// The statuses, in the order in which they may follow each other. Uncertain
// means that the request left and no answer came: a receipt settles it.
const (
	Queued    Status = "queued"
	Sending   Status = "sending"
	Uncertain Status = "uncertain"
	Sent      Status = "sent"
	Delivered Status = "delivered"
	Read      Status = "read"
	Failed    Status = "failed"
)

// rank orders the statuses; a message only ever moves to a higher rank, save
// for the two rules in [Status.Next].
func (s Status) rank() int {
	switch s {
	case Queued:
		return 1
	case Sending:
		return 2
	case Uncertain:
		return 3
	case Sent:
		return 4
	case Delivered:
		return 5
	case Read:
		return 6
	}
	return 0
}

// Next returns the status after news of n arrives: never backwards. Failed
// replaces everything up to sent, but not a message that was delivered; a
// failed message whose receipt says otherwise was sent after all.
func (s Status) Next(n Status) Status {
	switch {
	case n == Failed:
		if s == Delivered || s == Read {
			return s
		}
		return Failed
	case s == Failed:
		if n == Delivered || n == Read {
			return n
		}
		return Failed
	case n.rank() > s.rank():
		return n
	}
	return s
}

// Source says what kind of sender an outgoing message or an action comes from.
type Source string

// The sources, as the message callout shows them.
const (
	ByUser      Source = "user"
	ByContact   Source = "contact"
	ByWorkflow  Source = "workflow"
	ByBot       Source = "bot"
	ByAPI       Source = "api"
	ByBroadcast Source = "broadcast"
	ByEcho      Source = "echo"
	ByMerge     Source = "merge" // of two contacts
	BySystem    Source = "system"
)

// Actor is who did something.
type Actor struct {
	Source Source
	// ID is the user's for ByUser and ByAPI (the token's owner), else 0.
	ID ID
}

// ConversationStatus is the state of a contact in the inbox.
type ConversationStatus string

// The conversation statuses. A contact that never had a conversation is Closed.
const (
	Open    ConversationStatus = "open"
	Closed  ConversationStatus = "closed"
	Snoozed ConversationStatus = "snoozed"
)

// DeliveryError is the provider's own account of a failure, shown to the agent.
type DeliveryError struct {
	Code  string `json:"code,omitempty"`
	Title string `json:"title,omitempty"`
	// Detail is the provider's explanation, in the provider's language.
	Detail string `json:"detail,omitempty"`
	// Final is set where one part of several failed: what is heard of the others later
	// doesn't take that back.
	Final bool `json:"final,omitempty"`
}

// Referral tells what brought the contact: an advertisement, a link, a code.
type Referral struct {
	// Ref is the code carried by the link, as /start CODE on Telegram.
	Ref string `json:"ref,omitempty"`
	// Source is the provider's word for the kind: ad, post, link.
	Source   string `json:"source,omitempty"`
	ID       string `json:"id,omitempty"`
	URL      string `json:"url,omitempty"`
	Headline string `json:"headline,omitempty"`
	Body     string `json:"body,omitempty"`
	ImageURL string `json:"image_url,omitempty"`
	ClickID  string `json:"click_id,omitempty"`
}

// Profile is what a provider knows of a person. Empty means unknown.
type Profile struct {
	Name      string
	FirstName string
	LastName  string
	Username  string
	// Language is ISO 639-1, as "es".
	Language string
	// Country is ISO 3166-1 alpha-2, as "EC".
	Country string
	// Phone is E.164 with its plus sign.
	Phone   string
	Email   string
	Picture string
}
