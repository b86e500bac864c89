package account

import (
	"net/netip"
	"sync"
	"time"
)

// throttle slows down guessing: so many attempts a minute for an address and
// account together, and more for an address alone. The account itself is never
// locked, so nobody can lock out another.
type throttle struct {
	mu sync.Mutex
	// When a generation is full, or has lasted for as long as an allowance takes to
	// fill up, it becomes the old one: what isn't asked for again is forgotten.
	young, old map[string]*attempts
	begun      time.Time
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

	// maxAttempts bounds the memory of a generation.
	maxAttempts = 50_000
)

func newThrottle() *throttle { return &throttle{young: make(map[string]*attempts)} }

// allow takes an attempt; wait is how long until the next where there is none. An
// address that has used up its own leaves no trace of the accounts it asks for.
func (t *throttle) allow(now time.Time, ip, email string) (wait time.Duration) {
	ip = AddressKey(ip)
	t.mu.Lock()
	defer t.mu.Unlock()
	if wait := t.take(now, ip, perAddress, perAddress); wait > 0 {
		return wait
	}
	return t.take(now, ip+" "+email, perPair, perPair)
}

// allowOne takes an attempt of a key of its own: burst at once, then so many a minute.
func (t *throttle) allowOne(now time.Time, key string, burst, perMinute float64) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.take(now, key, burst, perMinute)
}

func (t *throttle) take(now time.Time, key string, burst, perMinute float64) (wait time.Duration) {
	if len(t.young) >= maxAttempts || now.Sub(t.begun) > slowest {
		t.old, t.young, t.begun = t.young, make(map[string]*attempts), now
	}
	a := t.young[key]
	if a == nil {
		if a = t.old[key]; a == nil {
			a = &attempts{left: burst, since: now}
		}
		t.young[key] = a
	}
	a.left = min(burst, a.left+now.Sub(a.since).Minutes()*perMinute)
	a.since = now
	if a.left < 1 {
		return time.Duration((1 - a.left) / perMinute * float64(time.Minute))
	}
	a.left--
	return 0
}

// forgive gives the attempts back after a success.
func (t *throttle) forgive(ip, email string) { t.forgiveOne(AddressKey(ip) + " " + email) }

// forgiveOne gives back the attempts of a key of its own.
func (t *throttle) forgiveOne(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.young, key)
	delete(t.old, key)
}

// AddressKey is what addresses are counted by: a subscriber of IPv6 has at least a
// /64 of them.
func AddressKey(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil || a.Unmap().Is4() {
		return ip
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return ip
	}
	return p.String()
}
