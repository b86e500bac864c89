package webpush

import (
	"crypto/ecdh"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
)

func decode(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// RFC 8291, appendix A.
func TestTheExampleOfTheRFC(t *testing.T) {
	once, err := ecdh.P256().NewPrivateKey(decode(t, "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
	if err != nil {
		t.Fatal(err)
	}
	s := Subscription{
		Key:  decode(t, "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
		Auth: decode(t, "BTBZMqHH6r4Tts7J_aSIgg"),
	}
	got, err := seal(s, []byte("When I grow up, I want to be a watermelon"), once, decode(t, "DGv6ra1nlYgDCS1FRnbzlw"))
	if err != nil {
		t.Fatal(err)
	}
	const want = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
	if text := base64.RawURLEncoding.EncodeToString(got); text != want {
		t.Errorf("sealed as\n%s, want\n%s", text, want)
	}
}

func TestRefusals(t *testing.T) {
	good := decode(t, "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")
	for _, s := range []Subscription{{Key: good}, {Key: good[:64], Auth: make([]byte, 16)}, {Key: make([]byte, 65), Auth: make([]byte, 16)}} {
		if err := s.Check(); !errors.Is(err, ErrKeys) {
			t.Errorf("%+v: %v", s, err)
		}
	}
	if _, err := encrypt(Subscription{Key: good, Auth: make([]byte, 16)}, []byte(strings.Repeat("x", MaxMessage+1))); err == nil {
		t.Error("a message that is too long was taken")
	}
}
