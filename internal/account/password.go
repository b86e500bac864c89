package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"time"
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
	slots chan struct{}
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

func (h *hasher) take(ctx context.Context) error {
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

// throttle slows down guessing: so many attempts a minute for an address and
// account together, and more for an address alone. The account itself is never
// locked, so nobody can lock out another.
type throttle struct {
	mu   sync.Mutex
	seen map[string]*attempts
}

type attempts struct {
	left  float64
	since time.Time
}

const (
	perPair    = 5  // attempts a minute for one address on one account
	perAddress = 30 // attempts a minute for one address

	// Codes are short, so there are few guesses for an account, from wherever: whoever
	// guesses has its password, so nobody else is locked out by it.
	codesAtOnce  = 5
	codesAMinute = 1.0 / 3
	// slowest is how long an emptied allowance takes to fill up.
	slowest = codesAtOnce * 3 * time.Minute
)

func newThrottle() *throttle { return &throttle{seen: make(map[string]*attempts)} }

// allow takes an attempt; wait is how long until the next where there is none.
func (t *throttle) allow(now time.Time, ip, email string) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.seen) > 20_000 {
		for k, a := range t.seen {
			if now.Sub(a.since) > slowest {
				delete(t.seen, k)
			}
		}
	}
	for key, rate := range map[string]float64{ip + " " + email: perPair, ip: perAddress} {
		wait = max(wait, t.take(now, key, rate, rate))
	}
	return wait
}

// allowOne takes an attempt of a key of its own: burst at once, then so many a minute.
func (t *throttle) allowOne(now time.Time, key string, burst, perMinute float64) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.take(now, key, burst, perMinute)
}

func (t *throttle) take(now time.Time, key string, burst, perMinute float64) (wait time.Duration) {
	a := t.seen[key]
	if a == nil {
		a = &attempts{left: burst}
		t.seen[key] = a
	} else {
		a.left = min(burst, a.left+now.Sub(a.since).Minutes()*perMinute)
	}
	a.since = now
	if a.left < 1 {
		return time.Duration((1 - a.left) / perMinute * float64(time.Minute))
	}
	a.left--
	return 0
}

// forgive gives the attempts back after a success.
func (t *throttle) forgive(ip, email string) { t.forgiveOne(ip + " " + email) }

// forgiveOne gives back the attempts of a key of its own.
func (t *throttle) forgiveOne(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.seen, key)
}
