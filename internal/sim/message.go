package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Message is one bubble on a phone.
type Message struct {
	// ID is the provider's: CHAT/MESSAGE on Telegram, a wamid on WhatsApp.
	ID string `json:"id"`
	// Mine is set on what the person wrote; the rest came from the business.
	Mine bool   `json:"mine"`
	Kind string `json:"kind"`
	Text string `json:"text,omitempty"`
	// Header and Footer surround the text of an interactive message or template.
	Header   string    `json:"header,omitempty"`
	Footer   string    `json:"footer,omitempty"`
	Media    *Media    `json:"media,omitempty"`
	Location *Location `json:"location,omitempty"`
	Contact  *Contact  `json:"contact,omitempty"`
	// Buttons are the choices of the message, list rows among them.
	Buttons []Button `json:"buttons,omitempty"`
	// ListName is the button that opens the list.
	ListName  string            `json:"list_name,omitempty"`
	Template  string            `json:"template,omitempty"`
	ReplyTo   string            `json:"reply_to,omitempty"`
	Album     string            `json:"album,omitempty"`
	Reactions map[string]string `json:"reactions,omitempty"` // by "person" and "business"
	Edited    bool              `json:"edited,omitempty"`
	Deleted   bool              `json:"deleted,omitempty"`
	// Status of a message of the business: sent, delivered, read, failed.
	Status string    `json:"status,omitempty"`
	Error  string    `json:"error,omitempty"`
	At     time.Time `json:"at"`
	// Ref is biz_opaque_callback_data.
	Ref string `json:"ref,omitempty"`
	// Method and Raw are the provider call that made the message.
	Method string          `json:"method,omitempty"`
	Raw    json.RawMessage `json:"raw,omitempty"`
	// Person is whose phone it is on.
	Person string `json:"person"`

	number int64           // message_id on Telegram
	markup json.RawMessage // reply_markup on Telegram
}

// Location is a point on the map, degrees.
type Location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
}

// Contact is a contact card.
type Contact struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
}

// Button is a choice below a message.
type Button struct {
	ID          string `json:"id,omitempty"`
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	URL         string `json:"url,omitempty"`
	// Row is set on the rows of a list; Quick on the quick replies of a template.
	Row   bool `json:"row,omitempty"`
	Quick bool `json:"quick,omitempty"`
}

// Send is one message that an account was asked to send.
type Send struct {
	At         time.Time `json:"at"`
	Person     string    `json:"person"`
	Method     string    `json:"method"`
	ExternalID string    `json:"external_id"`
	// Ref is biz_opaque_callback_data, "" on Telegram.
	Ref string `json:"ref,omitempty"`
	// Digest is a hash of what the person sees. Two sends with the same Ref (on
	// Telegram: to the same person) and Digest are one message sent twice.
	Digest string `json:"digest"`
}

// Duplicate is a message that was sent more than once.
type Duplicate struct {
	Ref    string `json:"ref,omitempty"`
	Person string `json:"person"`
	Digest string `json:"digest"`
	Sends  []Send `json:"sends"`
}

// digest hashes what the person sees of a message.
func (m *Message) digest() string {
	h := sha256.New()
	fmt.Fprintln(h, m.Kind, m.Text, m.Header, m.Footer, m.Template, m.ReplyTo, m.Buttons, m.ListName, m.Reactions)
	if m.Media != nil {
		h.Write(m.Media.Data)
	}
	if m.Location != nil {
		fmt.Fprintln(h, *m.Location)
	}
	if m.Contact != nil {
		fmt.Fprintln(h, *m.Contact)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// record notes a send. The caller holds mu.
func (s *Sim) record(a *account, m *Message) {
	if len(a.sends) >= maxSends {
		a.sends = slices.Delete(a.sends, 0, maxSends/10)
	}
	a.sends = append(a.sends, Send{
		At: m.At, Person: m.Person, Method: m.Method, ExternalID: m.ID, Ref: m.Ref, Digest: m.digest(),
	})
}

// put shows a message on the person's phone. The caller holds mu.
func (s *Sim) put(p *person, m *Message) {
	if most := s.opt.History; len(p.messages) >= most {
		p.messages = slices.Delete(p.messages, 0, max(most/10, 1))
	}
	m.Person = p.ID
	p.messages = append(p.messages, m)
	p.typingUntil = time.Time{}
	s.touch()
}

// find returns the message on the phone, nil where there is none.
func (p *person) find(id string) *Message {
	for _, m := range slices.Backward(p.messages) {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// copyOf lets a message leave the lock.
func copyOf(m *Message) Message {
	c := *m
	c.Reactions = maps.Clone(m.Reactions)
	c.Buttons = slices.Clone(m.Buttons)
	return c
}

// Received returns what the people of an account got from the business, all of
// it in order of arrival, each with the provider call's body.
func (s *Sim) Received(accountID string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Message
	if a := s.accounts[accountID]; a != nil {
		for _, id := range a.order {
			for _, m := range a.people[id].messages {
				if !m.Mine {
					all = append(all, copyOf(m))
				}
			}
		}
	}
	slices.SortStableFunc(all, func(x, y Message) int { return int(x.number - y.number) })
	return all
}

// Messages returns what is on a person's phone, both sides, in order.
func (s *Sim) Messages(accountID, personID string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accounts[accountID]
	if a == nil || a.people[personID] == nil {
		return nil
	}
	all := make([]Message, 0, len(a.people[personID].messages))
	for _, m := range a.people[personID].messages {
		all = append(all, copyOf(m))
	}
	return all
}

// Typing tells whether the person sees that the business is writing.
func (s *Sim) Typing(accountID, personID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accounts[accountID]
	return a != nil && a.people[personID] != nil && a.people[personID].typingUntil.After(s.opt.Now())
}

// Sends lists every message that the account was asked to send, in order, also
// those whose answer a fault kept back.
func (s *Sim) Sends(accountID string) []Send {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.accounts[accountID]; a != nil {
		return slices.Clone(a.sends)
	}
	return nil
}

// Duplicates lists the messages that reached a person more than once.
func (s *Sim) Duplicates(accountID string) []Duplicate {
	type key struct{ ref, person, digest string }
	var order []key
	by := map[key][]Send{}
	for _, send := range s.Sends(accountID) {
		k := key{send.Ref, send.Person, send.Digest}
		if len(by[k]) == 1 {
			order = append(order, k)
		}
		by[k] = append(by[k], send)
	}
	var all []Duplicate
	for _, k := range order {
		all = append(all, Duplicate{Ref: k.ref, Person: k.person, Digest: k.digest, Sends: by[k]})
	}
	return all
}

// Stats counts what went over the wire for an account.
func (s *Sim) Stats(accountID string) Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.accounts[accountID]; a != nil {
		return a.stats
	}
	return Stats{}
}
