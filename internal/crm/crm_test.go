package crm_test

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/bandeja/bandeja/internal/crm"
)

// A message that was delivered or read never goes back, whatever news come in
// whatever order (§11, 9).
func TestStatusNeverRegresses(t *testing.T) {
	all := []crm.Status{crm.Queued, crm.Sending, crm.Uncertain, crm.Sent, crm.Delivered, crm.Read, crm.Failed}
	rapid.Check(t, func(t *rapid.T) {
		s, delivered, read := crm.Queued, false, false
		for _, n := range rapid.SliceOf(rapid.SampledFrom(all)).Draw(t, "news") {
			next := s.Next(n)
			if next != s && next != n {
				t.Fatalf("%s after %s became %s", n, s, next)
			}
			s = next
			delivered = delivered || s == crm.Delivered || s == crm.Read
			read = read || s == crm.Read
			if read && s != crm.Read || delivered && s != crm.Delivered && s != crm.Read {
				t.Fatalf("%s took the message back to %s", n, s)
			}
		}
	})
}

func TestCanonicalPhone(t *testing.T) {
	for _, pair := range [][2]string{{"5511987654321", "551187654321"}, {"5491123456789", "541123456789"}, {"5215512345678", "525512345678"}} {
		if crm.CanonicalPhone(pair[0]) != crm.CanonicalPhone(pair[1]) {
			t.Errorf("%s and %s are two numbers", pair[0], pair[1])
		}
	}
	if crm.CanonicalPhone("593987654321") != "593987654321" {
		t.Error("a number without variants changed")
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\x00b\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := crm.Clean(s)
		if !utf8.ValidString(got) || crm.Clean(got) != got {
			t.Errorf("%q became %q", s, got)
		}
		if p := (crm.Content{Text: s}).Preview(); utf8.RuneCountInString(p) > 140 {
			t.Errorf("a preview of %d characters", utf8.RuneCountInString(p))
		}
	})
}
