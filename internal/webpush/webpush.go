// Package webpush makes the requests by which a push service passes a message on to a
// browser: encrypted for that browser alone (RFC 8291) and signed by the sender's own
// key, by which the service knows it (VAPID, RFC 8292). The service learns only to
// which of its subscriptions something goes, and when.
package webpush

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	// MaxMessage is the longest message, in bytes, that every service takes: 4096
	// with what encryption adds (RFC 8291, section 4).
	MaxMessage = 3993
	recordSize = 4096
	// tokenLife is how long a signature is good; services refuse more than a day.
	tokenLife = 12 * time.Hour
)

// Subscription is where a browser takes pushes, as its PushSubscription says.
type Subscription struct {
	// Endpoint is the address at the push service.
	Endpoint string `json:"endpoint"`
	// Key is the browser's public key, Auth its secret.
	Key  []byte `json:"key"`
	Auth []byte `json:"auth"`
}

// ErrKeys means that a subscription's keys can't be used.
var ErrKeys = errors.New("webpush: the subscription's keys are not a P-256 point and 16 bytes")

// Check refuses keys that can't be used, by ErrKeys.
func (s Subscription) Check() error {
	if _, err := ecdh.P256().NewPublicKey(s.Key); err != nil || len(s.Auth) != 16 {
		return ErrKeys
	}
	return nil
}

// Key signs for a sender.
type Key struct {
	private *ecdsa.PrivateKey
	public  string
}

// NewKey makes a key. It returns its private half too, 32 bytes to be kept secret.
func NewKey() (*Key, []byte, error) {
	p, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	b, err := p.Bytes()
	if err != nil {
		return nil, nil, err
	}
	k, err := OpenKey(b)
	return k, b, err
}

// OpenKey takes the private half that NewKey returned.
func OpenKey(private []byte) (*Key, error) {
	p, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), private)
	if err != nil {
		return nil, fmt.Errorf("webpush: the key can't be used: %w", err)
	}
	public, err := p.PublicKey.Bytes()
	if err != nil {
		return nil, err
	}
	return &Key{p, base64.RawURLEncoding.EncodeToString(public)}, nil
}

// Public is the public half as browsers take it for applicationServerKey.
func (k *Key) Public() string { return k.public }

// Message is what is pushed.
type Message struct {
	Text []byte
	// TTL is how long the service keeps it for a browser that isn't there.
	TTL time.Duration
	// Urgent ones wake a phone that saves its battery.
	Urgent bool
	// Topic replaces what waits under the same one; at most 32 letters of base64url.
	Topic string
	// Subject is whom the service may turn to: a https: or mailto: address.
	Subject string
}

// Request returns the request that pushes a message.
func (k *Key) Request(ctx context.Context, s Subscription, m Message, now time.Time) (*http.Request, error) {
	body, err := encrypt(s, m.Text)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	token, err := k.token(r.URL, m.Subject, now)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "vapid t="+token+", k="+k.public)
	r.Header.Set("Content-Type", "application/octet-stream")
	r.Header.Set("Content-Encoding", "aes128gcm")
	r.Header.Set("TTL", strconv.Itoa(int(m.TTL.Seconds())))
	r.Header.Set("Urgency", "normal")
	if m.Urgent {
		r.Header.Set("Urgency", "high")
	}
	if m.Topic != "" {
		r.Header.Set("Topic", m.Topic)
	}
	return r, nil
}

// token is the signature of RFC 8292: a JWT by ES256 for the service's origin.
func (k *Key) token(endpoint *url.URL, subject string, now time.Time) (string, error) {
	claims, err := json.Marshal(map[string]any{
		"aud": endpoint.Scheme + "://" + endpoint.Host, "exp": now.Add(tokenLife).Unix(), "sub": subject,
	})
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"typ":"JWT","alg":"ES256"}`)) + "." + encode(claims)
	hash := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, k.private, hash[:])
	if err != nil {
		return "", err
	}
	sig := make([]byte, 64)
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:])
	return signed + "." + encode(sig), nil
}

func encrypt(s Subscription, text []byte) ([]byte, error) {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt)
	once, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return seal(s, text, once, salt)
}

// seal is RFC 8291, section 3, in one record of RFC 8188.
func seal(s Subscription, text []byte, once *ecdh.PrivateKey, salt []byte) ([]byte, error) {
	if len(text) > MaxMessage {
		return nil, fmt.Errorf("webpush: a message of %d bytes is too long", len(text))
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	aead, nonce, err := keysOf(s.Key, s.Auth, once.PublicKey().Bytes(), salt, func() ([]byte, error) {
		theirs, err := ecdh.P256().NewPublicKey(s.Key)
		if err != nil {
			return nil, err
		}
		return once.ECDH(theirs)
	})
	if err != nil {
		return nil, err
	}
	public := once.PublicKey().Bytes()
	out := binary.BigEndian.AppendUint32(bytes.Clone(salt), recordSize)
	out = append(append(out, byte(len(public))), public...)
	return aead.Seal(out, nonce, append(bytes.Clone(text), 2), nil), nil // 2 ends the last record
}

// keysOf derives what a message is sealed by. theirs is the browser's public key, ours
// the message's own.
func keysOf(theirs, auth, ours, salt []byte, agree func() ([]byte, error)) (cipher.AEAD, []byte, error) {
	shared, err := agree()
	if err != nil {
		return nil, nil, err
	}
	secret, err := hkdf.Key(sha256.New, shared, auth, "WebPush: info\x00"+string(theirs)+string(ours), 32)
	if err != nil {
		return nil, nil, err
	}
	key, err := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, nil, err
	}
	nonce, err := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, nil, err
	}
	aead, err := cipher.NewGCM(block)
	return aead, nonce, err
}
