package webchat

import (
	"crypto/hmac"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/channel"
	adapter "github.com/bandeja/bandeja/internal/channel/webchat"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/gateway"
)

const (
	// sessionFor is how long a token is good for; every session call renews it.
	sessionFor = 30 * 24 * time.Hour
	// fileFor is how long the address of a file works. Addresses change once a day,
	// so that browsers may keep what they loaded.
	fileFor = 8 * 24 * time.Hour
	// uploadFor is how long an uploaded file may wait to be sent: as long as the
	// widget's queue may be offline.
	uploadFor = 7 * 24 * time.Hour
)

// visitor is who a token stands for.
type visitor struct {
	// ID is random and belongs to a browser.
	ID string `json:"v"`
	// User is the host page's id of the person, "" for nobody it has vouched for.
	User    string `json:"u,omitempty"`
	Name    string `json:"n,omitempty"`
	Email   string `json:"e,omitempty"`
	Phone   string `json:"p,omitempty"`
	Expires int64  `json:"x"`
}

// key is the address of the visitor's contact.
func (v visitor) key() string {
	if v.User != "" {
		return userKey(v.User)
	}
	return v.ID
}

func userKey(id string) string { return "user:" + id }

// address names the contact: the known person first, then who wrote before.
func (v visitor) address() channel.Address {
	if v.User == "" {
		return channel.Address{Key: v.ID}
	}
	return channel.Address{Key: v.key(), Alternates: []string{v.ID}}
}

func (v visitor) keys() []string {
	a := v.address()
	return append([]string{a.Key}, a.Alternates...)
}

// event returns an event of the visitor's without its content.
func (v visitor) event(kind, cid string, lang crm.Language) adapter.Event {
	a := v.address()
	return adapter.Event{
		ID: v.ID + "/" + cid, Kind: kind, At: time.Now().UnixMilli(),
		Visitor: adapter.Visitor{
			Key: a.Key, Alternates: a.Alternates, Name: v.Name, Email: v.Email, Phone: v.Phone, Language: string(lang),
		},
	}
}

func newVisitorID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// sign returns the visitor's token for a channel.
func (s *Service) sign(ch *gateway.Channel, v visitor) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain strings
	}
	return encode(text) + "." + encode(s.Keys.MAC(text, visitorPurpose(ch)))
}

func visitorPurpose(ch *gateway.Channel) string { return "webchat visitor " + ch.ID.String() }

// visitorOf reads a token.
func (s *Service) visitorOf(ch *gateway.Channel, token string) (v visitor, err error) {
	body, mac, _ := strings.Cut(token, ".")
	text, err1 := base64.RawURLEncoding.DecodeString(body)
	sum, err2 := base64.RawURLEncoding.DecodeString(mac)
	if err1 != nil || err2 != nil || !hmac.Equal(sum, s.Keys.MAC(text, visitorPurpose(ch))) {
		return v, refuse(codeSession)
	}
	if json.Unmarshal(text, &v) != nil || v.ID == "" || time.Now().Unix() >= v.Expires {
		return visitor{}, refuse(codeSession)
	}
	return v, nil
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// A pass is a time and a MAC over it and what it is for: whoever has it may, until
// then.

func (s *Service) pass(purpose string, until time.Time) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(until.Unix()))
	return encode(append(b, s.Keys.MAC(b, purpose)[:16]...))
}

func (s *Service) passes(pass, purpose string) bool {
	b, err := base64.RawURLEncoding.DecodeString(pass)
	if err != nil || len(b) != 24 || !hmac.Equal(b[8:], s.Keys.MAC(b[:8], purpose)[:16]) {
		return false
	}
	return time.Now().Unix() < int64(binary.BigEndian.Uint64(b))
}

// filePurpose is for looking at a file of a message one was shown.
func filePurpose(ch *gateway.Channel, fileID string) string {
	return "webchat file " + ch.ID.String() + " " + fileID
}

// uploadPurpose is for sending a file that the visitor has uploaded.
func uploadPurpose(ch *gateway.Channel, v visitor, fileID string) string {
	return "webchat upload " + ch.ID.String() + " " + v.ID + " " + fileID
}

// A cursor is a place in the workspace's event log. It is sealed: the numbers would
// tell how busy the business is.

func cursorPurpose(ch *gateway.Channel, v visitor) string {
	return "webchat cursor " + ch.ID.String() + " " + v.ID
}

func (s *Service) cursor(ch *gateway.Channel, v visitor, seq int64) string {
	return encode(s.Keys.Seal([]byte(strconv.FormatInt(seq, 36)), cursorPurpose(ch, v)))
}

func (s *Service) openCursor(ch *gateway.Channel, v visitor, text string) (seq int64, ok bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return 0, false
	}
	plain, err := s.Keys.Open(sealed, cursorPurpose(ch, v))
	if err != nil {
		return 0, false
	}
	seq, err = strconv.ParseInt(string(plain), 36, 64)
	return seq, err == nil
}
