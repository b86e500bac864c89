package account

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238 as every authenticator app speaks it
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"time"
)

// Time-based codes after RFC 6238.
const (
	totpSecret = 20 // bytes
	totpPeriod = 30 // seconds
	totpDigits = 6
	// totpSkew is how many steps a phone's clock may be off.
	totpSkew = 1
)

// totpCode returns the code of a step.
func totpCode(secret []byte, step int64) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	m := hmac.New(sha1.New, secret)
	m.Write(counter[:])
	sum := m.Sum(nil)
	at := sum[len(sum)-1] & 0x0f
	n := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	return fmt.Sprintf("%0*d", totpDigits, n%1_000_000)
}

// totpStep returns the step that a code is of.
func totpStep(secret []byte, code string, now time.Time) (int64, bool) {
	current := now.Unix() / totpPeriod
	for step := current - totpSkew; step <= current+totpSkew; step++ {
		if subtle.ConstantTimeCompare([]byte(totpCode(secret, step)), []byte(code)) == 1 {
			return step, true
		}
	}
	return 0, false
}
