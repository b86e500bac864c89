package account

import (
	"fmt"
	"testing"
	"time"
)

func TestThrottle(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	tries := func(th *throttle, n int, key func(i int) (ip, email string)) (allowed int) {
		for i := range n {
			if th.allow(now, func() string { ip, _ := key(i); return ip }(), func() string { _, e := key(i); return e }()) == 0 {
				allowed++
			}
		}
		return allowed
	}
	one := func(ip string) func(int) (string, string) {
		return func(int) (string, string) { return ip, "ana@example.com" }
	}
	for _, c := range []struct {
		name string
		key  func(i int) (string, string)
		want int
	}{
		{"one address, one account", one("192.0.2.1"), perPair},
		{"one address, many accounts", func(i int) (string, string) { return "192.0.2.1", fmt.Sprint(i) }, perAddress},
		{"the addresses of one subscriber", func(i int) (string, string) { return fmt.Sprintf("2001:db8:1:2::%x", i+1), "ana@example.com" }, perPair},
		{"many addresses: the account is never locked", func(i int) (string, string) { return fmt.Sprintf("10.0.%d.%d", i/250, i%250), "ana@example.com" }, 400},
	} {
		th := newThrottle()
		if got := tries(th, 400, c.key); got != c.want {
			t.Errorf("%s: %d of 400 allowed, want %d", c.name, got, c.want)
		}
	}

	th := newThrottle()
	tries(th, 10, one("192.0.2.1"))
	th.forgive("192.0.2.1", "ana@example.com")
	if tries(th, 1, one("192.0.2.1")) != 1 {
		t.Error("a success doesn't give the attempts back")
	}
	// Somebody who asks for ever new accounts takes no memory, and wins nothing by it.
	tries(th, 100_000, func(i int) (string, string) { return "192.0.2.7", fmt.Sprint(i) })
	if n := len(th.young) + len(th.old); n > 100 {
		t.Errorf("%d keys are kept of one address", n)
	}
	tries(th, 3*maxAttempts, func(i int) (string, string) {
		return fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), "ana@example.com"
	})
	if n := len(th.young) + len(th.old); n > 2*maxAttempts {
		t.Errorf("%d keys are kept", n)
	}
	if tries(th, 1, func(int) (string, string) { return "192.0.2.7", "ana@example.com" }) != 1 && th.old["192.0.2.7"] == nil && th.young["192.0.2.7"] == nil {
		t.Error("refused without being known")
	}
	// A generation passes; what is used up stays so until it has filled up.
	th = newThrottle()
	key := "codes of ana"
	for range codesAtOnce {
		th.allowOne(now, key, codesAtOnce, codesAMinute)
	}
	now = now.Add(slowest + time.Second)
	th.allowOne(now, "another", 1, 1)
	if wait := th.allowOne(now, key, codesAtOnce, codesAMinute); wait != 0 {
		t.Errorf("after %v there is nothing left: %v", slowest, wait)
	}
}
