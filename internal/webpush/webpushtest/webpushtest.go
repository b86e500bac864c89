// Package webpushtest is a push service and a browser behind it, for tests: it checks
// who sends, and really decrypts.
package webpushtest

import (
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
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/webpush"
)

// Service is a push service on loopback.
type Service struct {
	URL      string
	mu       sync.Mutex
	browsers map[string]*Browser
}

// Browser takes pushes.
type Browser struct {
	service *Service
	id      string
	private *ecdh.PrivateKey
	auth    []byte
	got     []Push
	status  int
	bad     []error
}

// Push is what a browser got.
type Push struct {
	Text   string
	Header http.Header
}

// Start starts a service that ends with the test.
func Start(t testing.TB) *Service {
	t.Helper()
	s := &Service{browsers: make(map[string]*Browser)}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	s.URL = srv.URL
	return s
}

// Browser returns a new browser with a subscription.
func (s *Service) Browser() *Browser {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		panic(err) // the system's randomness
	}
	b := &Browser{service: s, private: key, auth: make([]byte, 16), status: http.StatusCreated}
	_, _ = rand.Read(b.auth)
	s.mu.Lock()
	defer s.mu.Unlock()
	b.id = fmt.Sprint("/push/", len(s.browsers)+1)
	s.browsers[b.id] = b
	return b
}

// Subscription is what the browser gives to who may push.
func (b *Browser) Subscription() webpush.Subscription {
	return webpush.Subscription{Endpoint: b.service.URL + b.id, Key: b.private.PublicKey().Bytes(), Auth: b.auth}
}

// Answer makes the service answer pushes to the browser with a status from now on.
func (b *Browser) Answer(status int) {
	b.service.mu.Lock()
	defer b.service.mu.Unlock()
	b.status = status
}

// Got returns what the browser got, and what was wrong with the rest.
func (b *Browser) Got() ([]Push, error) {
	b.service.mu.Lock()
	defer b.service.mu.Unlock()
	return append([]Push{}, b.got...), errors.Join(b.bad...)
}

// ServeHTTP implements http.Handler.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 8192))
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.browsers[r.URL.Path]
	if b == nil {
		w.WriteHeader(http.StatusGone)
		return
	}
	if b.status >= 300 {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(b.status)
		return
	}
	text, err := b.open(body)
	if err == nil {
		err = signed(r.Header.Get("Authorization"), s.URL)
	}
	if err == nil && (r.Header.Get("TTL") == "" || r.Header.Get("Content-Encoding") != "aes128gcm") {
		err = fmt.Errorf("webpushtest: headers are missing: %v", r.Header)
	}
	if err != nil {
		b.bad = append(b.bad, err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	b.got = append(b.got, Push{string(text), r.Header})
	w.WriteHeader(b.status)
}

// open decrypts as RFC 8188 and RFC 8291 say, without the code that is tested.
func (b *Browser) open(body []byte) ([]byte, error) {
	if len(body) < 21+65+17 || binary.BigEndian.Uint32(body[16:20]) < 18 || body[20] != 65 {
		return nil, errors.New("webpushtest: the record's header is wrong")
	}
	salt, ours, sealed := body[:16], body[21:86], body[86:]
	public, err := ecdh.P256().NewPublicKey(ours)
	if err != nil {
		return nil, err
	}
	shared, err := b.private.ECDH(public)
	if err != nil {
		return nil, err
	}
	info := append([]byte("WebPush: info\x00"), b.private.PublicKey().Bytes()...)
	secret, err := hkdf.Key(sha256.New, shared, b.auth, string(append(info, ours...)), 32)
	if err != nil {
		return nil, err
	}
	key, _ := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, _ := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: nonce\x00", 12)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	text, err := aead.Open(nil, nonce, sealed, nil)
	if err != nil {
		return nil, err
	}
	if len(text) == 0 || text[len(text)-1] != 2 {
		return nil, errors.New("webpushtest: the record has no end")
	}
	return text[:len(text)-1], nil
}

// signed checks the sender's signature, RFC 8292.
func signed(header, origin string) error {
	var token, key string
	rest, ok := strings.CutPrefix(header, "vapid ")
	for _, part := range strings.Split(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			token = value
		case "k":
			key = value
		}
	}
	parts := strings.Split(token, ".")
	if !ok || len(parts) != 3 {
		return fmt.Errorf("webpushtest: no signature in %q", header)
	}
	raw := func(s string) []byte { b, _ := base64.RawURLEncoding.DecodeString(s); return b }
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), raw(key))
	if err != nil {
		return err
	}
	sig := raw(parts[2])
	hash := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if len(sig) != 64 || !ecdsa.Verify(public, hash[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		return errors.New("webpushtest: the signature is wrong")
	}
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	if err := json.Unmarshal(raw(parts[1]), &claims); err != nil {
		return err
	}
	left := time.Until(time.Unix(claims.Exp, 0))
	if claims.Aud != origin || left <= 0 || left > 24*time.Hour || !strings.HasPrefix(claims.Sub, "https:") && !strings.HasPrefix(claims.Sub, "mailto:") {
		return fmt.Errorf("webpushtest: the claims are %+v", claims)
	}
	return nil
}
