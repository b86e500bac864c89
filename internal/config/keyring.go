package config

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// Keyring seals secrets at rest: AES-256-GCM, each text with the id of its key
// in front, so that keys can be changed.
type Keyring struct {
	id   byte
	aead cipher.AEAD
	key  []byte
}

// ErrSealed means that a sealed text can't be opened with the keys at hand.
var ErrSealed = errors.New("config: sealed with another key: restore the data folder's file \"key\", or set BANDEJA_SECRET_KEY to the one used before")

// OpenKeyring takes the key from the settings, else from the data folder, where
// it makes one (0600) at the first start.
func OpenKeyring(c Config) (*Keyring, error) {
	text := c.SecretKey
	if text == "" {
		var err error
		if text, err = readOrMake(c.DataDir, "key", 32); err != nil {
			return nil, err
		}
	}
	return NewKeyring(text)
}

// NewKeyring takes a key of 64 hex digits.
func NewKeyring(text string) (*Keyring, error) {
	key, err := hex.DecodeString(text)
	if err != nil || len(key) != 32 {
		return nil, errors.New("config: the secret key must have 64 hex digits")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte("bandeja key id"), key...))
	return &Keyring{id: sum[0], aead: aead, key: key}, nil
}

// Seal encrypts text. purpose ties the result to its place: it opens only with
// the same one.
func (k *Keyring) Seal(text []byte, purpose string) []byte {
	nonce := make([]byte, k.aead.NonceSize())
	_, _ = rand.Read(nonce)
	out := append([]byte{1, k.id}, nonce...)
	return k.aead.Seal(out, nonce, text, []byte(purpose))
}

// Open decrypts what Seal made.
func (k *Keyring) Open(sealed []byte, purpose string) ([]byte, error) {
	n := k.aead.NonceSize()
	if len(sealed) < 2+n || sealed[0] != 1 || sealed[1] != k.id {
		return nil, ErrSealed
	}
	text, err := k.aead.Open(nil, sealed[2:2+n], sealed[2+n:], []byte(purpose))
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrSealed, err)
	}
	return text, nil
}

// MAC authenticates text for a purpose with a key derived from the ring's.
func (k *Keyring) MAC(text []byte, purpose string) []byte {
	derive := hmac.New(sha256.New, k.key)
	derive.Write([]byte("bandeja mac " + purpose))
	m := hmac.New(sha256.New, derive.Sum(nil))
	m.Write(text)
	return m.Sum(nil)
}

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}
