package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/bandeja/bandeja/internal/crm"
)

// argon2id after OWASP's password storage cheat sheet: 19 MiB, two passes.
const (
	argonTime    = 2
	argonMemory  = 19 * 1024 // KiB
	argonThreads = 1
	argonKey     = 32
	// hashesAtOnce bounds the memory that logins can take.
	hashesAtOnce = 2

	minPassword = 10
	maxPassword = 200
)

// hasher hashes passwords, few at a time.
type hasher struct {
	slots   chan struct{}
	waiting atomic.Int32 // for a slot
	// decoy is a hash nobody's password has, verified for unknown e-mails so that
	// they take as long as known ones.
	decoy string
}

func newHasher() *hasher {
	return &hasher{
		slots: make(chan struct{}, hashesAtOnce),
		decoy: encodeHash(make([]byte, 16), make([]byte, argonKey)),
	}
}

func encodeHash(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

// Waiting is how many wait for their turn to have a password hashed or compared.
func (s *Service) Waiting() int { return int(s.hasher.waiting.Load()) }

func (h *hasher) take(ctx context.Context) error {
	h.waiting.Add(1)
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.take(ctx); err != nil {
		return "", err
	}
	defer func() { <-h.slots }()
	salt := make([]byte, 16)
	_, _ = rand.Read(salt)
	return encodeHash(salt, argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, argonKey)), nil
}

func (h *hasher) verify(ctx context.Context, password, encoded string) (bool, error) {
	var version, memory, passes int
	var threads uint8
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, fmt.Errorf("account: unknown password hash")
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &threads); err != nil {
		return false, fmt.Errorf("account: unknown password hash: %w", err)
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil {
		return false, fmt.Errorf("account: broken password hash")
	}
	if err := h.take(ctx); err != nil {
		return false, err
	}
	defer func() { <-h.slots }()
	got := argon2.IDKey([]byte(password), salt, uint32(passes), uint32(memory), threads, uint32(len(key)))
	return subtle.ConstantTimeCompare(got, key) == 1, nil
}

//go:embed common_passwords.txt
var commonPasswords string

// checkPassword refuses passwords that are short, common, or made of what anybody
// knows of their owner.
func checkPassword(p, email, name string) error {
	switch n := utf8.RuneCountInString(p); {
	case n < minPassword:
		return crm.RefuseField("password", crm.CodeTooShort, "min", minPassword)
	case n > maxPassword:
		return crm.RefuseField("password", crm.CodeTooLong, "max", maxPassword)
	}
	low := strings.ToLower(p)
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	known := low == strings.ToLower(email) || strings.Trim(low, "0123456789!.-_ ") == local ||
		strings.ReplaceAll(low, " ", "") == strings.ToLower(strings.ReplaceAll(name, " ", ""))
	same := strings.Count(low, low[:1]) == len(low)
	if known || same || strings.Contains("\n"+commonPasswords+"\n", "\n"+low+"\n") {
		return crm.RefuseField("password", crm.CodeWeakPassword)
	}
	return nil
}
