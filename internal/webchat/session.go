package webchat

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	adapter "github.com/bandeja/bandeja/internal/channel/webchat"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/gateway"
)

// Identity is what the host page says of the person in front of it.
type Identity struct {
	// ID needs Hash: hex HMAC-SHA256 of the id with the channel's identity secret.
	ID    string `json:"id"`
	Hash  string `json:"hash"`
	Name  string `json:"name"`
	Email string `json:"email"`
	Phone string `json:"phone"`
}

type sessionInput struct {
	Token    string    `json:"token"`
	Identify *Identity `json:"identify"`
}

// Session is a visitor's.
type Session struct {
	Token string `json:"token"`
	// Visitor changes where somebody else has taken over the browser: what the last
	// one left unsent isn't theirs.
	Visitor  string `json:"visitor"`
	Verified bool   `json:"verified"`
	// Known tells whether the visitor has written before.
	Known     bool      `json:"known"`
	ExpiresAt time.Time `json:"expires_at"`
}

// session makes a visitor, or renews the token of one. A token that is no good any
// more is as good as none.
func (s *Service) session(w http.ResponseWriter, r *http.Request, c *call) error {
	var in sessionInput
	if err := decode(w, r, &in); err != nil {
		return err
	}
	v, err := s.visitorOf(c.ch, in.Token)
	if err != nil {
		v = visitor{ID: newVisitorID()}
	}
	if in.Identify != nil {
		if v, err = s.identify(r.Context(), c.ch, v, in.Identify); err != nil {
			return err
		}
	}
	expires := time.Now().Add(sessionFor)
	v.Expires = expires.Unix()
	owners, err := s.owners(r.Context(), c.ch, v)
	if err != nil {
		return err
	}
	if in.Identify != nil && len(owners) > 0 {
		if err := s.tellIdentity(r.Context(), c, v, owners); err != nil {
			return err
		}
	}
	return answer(w, Session{Token: s.sign(c.ch, v), Visitor: v.ID, Verified: v.User != "", Known: len(owners) > 0, ExpiresAt: expires.UTC()})
}

// identify takes the host page's word for who the visitor is. An id counts only
// with its signature; a name or an address without id is the visitor's own word,
// which proves nothing and changes no address.
func (s *Service) identify(ctx context.Context, ch *gateway.Channel, v visitor, in *Identity) (visitor, error) {
	if in.ID != "" {
		if len(in.ID) > 200 || !utf8.ValidString(in.ID) || strings.ContainsFunc(in.ID, func(r rune) bool { return r < ' ' }) {
			return v, refuse(codeInvalid)
		}
		if !verified(ch.Config[adapter.FieldSecret], in.ID, in.Hash) {
			return v, refuse(codeIdentity)
		}
		// Somebody else in the same browser must not inherit what the last one wrote.
		another := v.User != "" && v.User != in.ID
		if v.User == "" {
			var err error
			if another, err = s.belongsToAnother(ctx, ch, v.ID, in.ID); err != nil {
				return v, err
			}
		}
		if another {
			v = visitor{ID: newVisitorID()}
		}
		v.User = in.ID
	}
	if name := clip(in.Name, 100); name != "" {
		v.Name = name
	}
	if email, err := contact.ParseEmail(clip(in.Email, 254)); err == nil && email != "" {
		v.Email = email
	}
	if phone, _, err := contact.ParsePhone(clip(in.Phone, 40), ""); err == nil && phone != "" {
		v.Phone = phone
	}
	return v, nil
}

// verified compares in constant time; without a secret nothing is verified.
func verified(secret, id, hash string) bool {
	got, err := hex.DecodeString(hash)
	if err != nil || secret == "" {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(id))
	return hmac.Equal(got, mac.Sum(nil))
}

func clip(s string, n int) string {
	s = strings.Join(strings.Fields(crm.Clean(s)), " ")
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// belongsToAnother tells whether what this browser wrote belongs to another known
// person.
func (s *Service) belongsToAnother(ctx context.Context, ch *gateway.Channel, id, user string) (another bool, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		owners, err := contact.FindIdentities(tx, ch.Workspace, ch.Space(), []string{id})
		if err != nil || owners[id] == 0 {
			return err
		}
		return tx.Each(`SELECT identity_key FROM identity WHERE workspace_id = $1 AND contact_id = $2 AND space = $3`,
			[]any{ch.Workspace, owners[id], ch.Space()}, func(r *sql.Rows) error {
				var key string
				err := r.Scan(&key)
				another = another || strings.HasPrefix(key, userKey("")) && key != userKey(user)
				return err
			})
	})
	return another, err
}

// owners returns the contacts of a visitor, by key.
func (s *Service) owners(ctx context.Context, ch *gateway.Channel, v visitor) (owners map[string]crm.ID, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		owners, err = contact.FindIdentities(tx, ch.Workspace, ch.Space(), v.keys())
		return err
	})
	return owners, err
}

// contactsOf lists the owners' contacts in the order of the visitor's keys.
func contactsOf(owners map[string]crm.ID, v visitor) []crm.ID {
	var out []crm.ID
	for _, k := range v.keys() {
		if id := owners[k]; id != 0 && (len(out) == 0 || out[0] != id) {
			out = append(out, id)
		}
	}
	return out
}

// tellIdentity gives a contact we have what is now known of the person, which also
// ties the anonymous contact to the person where the person has none. Said twice
// it is stored once.
func (s *Service) tellIdentity(ctx context.Context, c *call, v visitor, owners map[string]crm.ID) error {
	sum := sha256.Sum256([]byte(v.User + "\x00" + v.Name + "\x00" + v.Email + "\x00" + v.Phone))
	raws := [][]byte{v.event(adapter.EventIdentify, "identify-"+base64.RawURLEncoding.EncodeToString(sum[:9]), c.language).Raw()}
	if anonymous, known := owners[v.ID], owners[v.key()]; v.User != "" && anonymous != 0 && known != 0 && anonymous != known {
		note := v.event(adapter.EventNote, "known-"+base64.RawURLEncoding.EncodeToString(sum[:9]), c.language)
		note.Visitor = adapter.Visitor{Key: v.ID}
		note.Text = clip("ID "+v.User+" · "+v.Name, 200)
		raws = append(raws, note.Raw())
	}
	return s.Gateway.Store(ctx, c.ch, raws...)
}
