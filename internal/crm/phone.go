package crm

import "strings"

// Digits returns the digits of s.
func Digits(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// CanonicalPhone returns the one form of a number's digits that all its variants
// share: WhatsApp gives numbers of Brazil with and without the ninth digit, of
// Argentina with and without 9, of Mexico with and without 1. It serves for
// matching only; numbers are stored and sent to as given.
func CanonicalPhone(digits string) string {
	switch {
	case strings.HasPrefix(digits, "55") && len(digits) == 13 && digits[4] == '9':
		return digits[:4] + digits[5:]
	case strings.HasPrefix(digits, "549") && len(digits) == 13:
		return "54" + digits[3:]
	case strings.HasPrefix(digits, "521") && len(digits) == 13:
		return "52" + digits[3:]
	}
	return digits
}
