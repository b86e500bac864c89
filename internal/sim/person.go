package sim

import (
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Act is something a person does with the phone.
type Act struct {
	// Kind is text, image, video, audio, voice, document, sticker, location,
	// contact, start (Text is the link's code), tap (a button or list row), reaction,
	// edit, delete, block, unblock, album or move (to a new number, Text).
	Kind string `json:"kind"`
	Text string `json:"text,omitempty"`
	// Target is the id of the message that is replied to, tapped, edited or reacted
	// to.
	Target string `json:"target,omitempty"`
	// Button is the id of the choice tapped; for a template's quick reply its title.
	Button string `json:"button,omitempty"`
	Emoji  string `json:"emoji,omitempty"`
	// Name, MIME and Data (base64 in JSON) are the file's.
	Name     string    `json:"name,omitempty"`
	MIME     string    `json:"mime,omitempty"`
	Data     []byte    `json:"data,omitempty"`
	Location *Location `json:"location,omitempty"`
	Contact  *Contact  `json:"contact,omitempty"`
	// Album lists the files of an album, each an Act of its own.
	Album []Act `json:"album,omitempty"`
	// Ago is how many seconds ago it was done; what the provider held back comes late.
	Ago int64 `json:"ago,omitempty"`

	media *Media
	album string
}

var (
	errNoMessage = errors.New("sim: there is no such message")
	errNoButton  = errors.New("sim: there is no such button")
)

// maxSent bounds a file that a person sends.
const maxSent = 100 << 20

// Do lets a person do something. It returns the provider's id of the message.
func (s *Sim) Do(accountID, personID string, act Act) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accounts[accountID]
	if a == nil {
		return "", fmt.Errorf("sim: no account %q", accountID)
	}
	p := a.people[personID]
	if p == nil {
		return "", fmt.Errorf("sim: no person %q", personID)
	}
	do := s.waAct
	if a.kind == Telegram {
		do = s.tgAct
	}
	if act.Kind != "album" {
		if err := s.prepare(&act); err != nil {
			return "", err
		}
		id, err := do(a, p, act)
		s.touch()
		return id, err
	}
	var first string
	album := fmt.Sprint(13000000 + s.next())
	for i, one := range act.Album {
		if err := s.prepare(&one); err != nil {
			return "", err
		}
		if a.kind == Telegram {
			one.album = album
		}
		id, err := do(a, p, one)
		if err != nil {
			return "", err
		}
		if i == 0 {
			first = id
		}
	}
	s.touch()
	return first, nil
}

// prepare checks an act and keeps its file. The caller holds mu.
func (s *Sim) prepare(act *Act) error {
	switch act.Kind {
	case "text":
		if act.Text == "" {
			return errors.New("sim: empty text")
		}
	case "image", "video", "audio", "voice", "document", "sticker":
		if len(act.Data) == 0 {
			act.Data, act.MIME, act.Name = sample(act.Kind)
		}
		if len(act.Data) > maxSent {
			return errors.New("sim: the file is too large")
		}
		m, err := s.keep(act.Name, act.MIME, act.Data)
		if err != nil {
			return err
		}
		act.media = m
	case "location":
		if act.Location == nil {
			act.Location = &Location{Latitude: -0.180653, Longitude: -78.467834, Name: "Parque La Carolina", Address: "Quito"}
		}
	case "contact":
		if act.Contact == nil {
			act.Contact = &Contact{Name: "Ana Paz", Phone: "+593987650000"}
		}
	case "start", "tap", "reaction", "edit", "delete", "block", "unblock", "move":
	default:
		return fmt.Errorf("sim: nobody can do %q", act.Kind)
	}
	return nil
}

// message is the bubble that an act makes.
func (act Act) message(now time.Time) *Message {
	return &Message{
		Mine: true, Kind: act.Kind, Text: act.Text, Media: act.media, Location: act.Location, Contact: act.Contact,
		ReplyTo: act.Target, Album: act.album, At: now,
	}
}

// button finds what is tapped.
func (p *person) button(act Act) (*Message, *Button) {
	m := p.find(act.Target)
	if m == nil {
		return nil, nil
	}
	for i := range m.Buttons {
		if b := &m.Buttons[i]; b.URL == "" && (b.ID == act.Button && act.Button != "" || b.Title == act.Button) {
			return m, b
		}
	}
	return nil, nil
}

//go:embed samples
var samples embed.FS

// sample is a small file of each kind, so that one can be sent without choosing.
func sample(kind string) (data []byte, mimeType, name string) {
	read := func(file string) []byte {
		b, err := samples.ReadFile("samples/" + file)
		if err != nil {
			panic(err) // it is embedded
		}
		return b
	}
	switch kind {
	case "image":
		return read("flowers.jpg"), "image/jpeg", "flores.jpg"
	case "sticker":
		return read("smile.webp"), "image/webp", "sticker.webp"
	case "document":
		return read("order.pdf"), "application/pdf", "pedido.pdf"
	case "voice":
		return sampleOgg(), "audio/ogg", "voz.ogg"
	case "audio":
		return sampleOgg(), "audio/ogg", "audio.ogg"
	}
	return []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"), "video/mp4", "video.mp4"
}

// sampleOgg is the head of an Ogg Opus stream, with nothing to hear.
func sampleOgg() []byte {
	b, err := base64.StdEncoding.DecodeString("T2dnUwACAAAAAAAAAAABAAAAAAAAAAAAAAABE09wdXNIZWFkAQE4AYC7AAAAAAA=")
	if err != nil {
		return []byte("OggS")
	}
	return b
}

// must is for the short forms below, which tests use: what they are given is
// right, or the test is wrong.
func must(id string, err error) string {
	if err != nil {
		panic(err)
	}
	return id
}

// SendText lets a person write. It returns the external id. Like all the short
// forms it panics where the account or person doesn't exist.
func (s *Sim) SendText(accountID, personID, text string) string {
	return must(s.Do(accountID, personID, Act{Kind: "text", Text: text}))
}

// SendReply lets a person answer one message.
func (s *Sim) SendReply(accountID, personID, target, text string) string {
	return must(s.Do(accountID, personID, Act{Kind: "text", Text: text, Target: target}))
}

// SendFile lets a person send a file of a kind: image, video, audio, voice,
// document, sticker. Without data it is a sample.
func (s *Sim) SendFile(accountID, personID, kind, name, mimeType string, data []byte) string {
	return must(s.Do(accountID, personID, Act{Kind: kind, Name: name, MIME: mimeType, Data: data}))
}

// Start lets a person open the bot by a link with a code, or without.
func (s *Sim) Start(accountID, personID, code string) string {
	return must(s.Do(accountID, personID, Act{Kind: "start", Text: code}))
}

// Tap lets a person choose a button or list row by its id or title.
func (s *Sim) Tap(accountID, personID, target, button string) string {
	return must(s.Do(accountID, personID, Act{Kind: "tap", Target: target, Button: button}))
}

// React lets a person set a reaction; "" takes it back.
func (s *Sim) React(accountID, personID, target, emoji string) string {
	return must(s.Do(accountID, personID, Act{Kind: "reaction", Target: target, Emoji: emoji}))
}

// Edit lets a person change a message of theirs.
func (s *Sim) Edit(accountID, personID, target, text string) string {
	return must(s.Do(accountID, personID, Act{Kind: "edit", Target: target, Text: text}))
}

// SetReading says whether the person reads what comes; those who begin to read
// have then read everything.
func (s *Sim) SetReading(accountID, personID string, reading bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accounts[accountID]
	if a == nil || a.people[personID] == nil {
		return errors.New("sim: no such person")
	}
	p := a.people[personID]
	p.Away = !reading
	if reading && a.kind == WhatsApp {
		for _, m := range p.messages {
			if !m.Mine && m.Status == "delivered" {
				s.receipt(a, p, m, "read")
			}
		}
	}
	s.touch()
	return nil
}

// SetBlocked blocks or unblocks the business.
func (s *Sim) SetBlocked(accountID, personID string, blocked bool) error {
	kind := "unblock"
	if blocked {
		kind = "block"
	}
	_, err := s.Do(accountID, personID, Act{Kind: kind})
	return err
}

// digits tells whether a WhatsApp person has a number.
func digits(id string) bool {
	return id != "" && strings.Trim(id, "0123456789") == ""
}

// personBy finds a person by number or BSUID. The caller holds mu.
func (a *account) personBy(id string) *person {
	if p := a.people[id]; p != nil {
		return p
	}
	i := slices.IndexFunc(a.order, func(key string) bool { return a.people[key].UserID == id && id != "" })
	if i < 0 {
		return nil
	}
	return a.people[a.order[i]]
}
