package webchat_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/channeltest"
	"github.com/bandeja/bandeja/internal/channel/webchat"
	"github.com/bandeja/bandeja/internal/crm"
)

func testChannel() *channel.Channel { return &channel.Channel{ID: 1, Config: channel.Config{}} }

func TestInbound(t *testing.T) {
	channeltest.Inbound(t, webchat.New(), testChannel(), "testdata/in")
}

func FuzzParse(f *testing.F) {
	channeltest.FuzzParse(f, webchat.New(), testChannel(), "testdata/in")
}

func TestParseRefuses(t *testing.T) {
	for _, raw := range []string{``, `[]`, `{}`, `null`, `{"event":"a/b"}`, `{"t":"message","visitor":{"key":"x"}}`, `{"event":1}`} {
		if ins, err := webchat.New().Parse(testChannel(), []byte(raw)); err == nil {
			t.Errorf("Parse(%s) = %+v, want an error", raw, ins)
		}
	}
}

func TestEventID(t *testing.T) {
	e := webchat.Event{ID: "v/c", Kind: webchat.EventMessage, Visitor: webchat.Visitor{Key: "v"}, Text: "x"}
	if got := webchat.New().EventID(e.Raw()); got != "v/c" {
		t.Errorf("EventID = %q", got)
	}
	if got := webchat.New().EventID([]byte("nonsense")); got != "" {
		t.Errorf("EventID of nonsense = %q", got)
	}
}

// Nobody may speak for visitors by the providers' address.
func TestVerifyRefusesAll(t *testing.T) {
	for _, body := range []string{"", `{"event":"v/c","t":"message","visitor":{"key":"v"},"text":"x"}`} {
		if err := webchat.New().Verify(testChannel(), channel.Webhook{Method: "POST", Body: []byte(body)}); !errors.Is(err, channel.ErrSignatureWrong) {
			t.Errorf("Verify = %v", err)
		}
	}
}

func TestSend(t *testing.T) {
	file := crm.Attachment{Kind: crm.KindImage, FileID: "1", MIME: "image/png"}
	for name, c := range map[string]struct {
		out     channel.Outbound
		refused bool
	}{
		"text":        {out: channel.Outbound{Content: crm.Content{Kind: crm.KindText, Text: "Hola"}}},
		"image":       {out: channel.Outbound{Content: crm.Content{Kind: crm.KindImage, Attachments: []crm.Attachment{file}}}},
		"location":    {out: channel.Outbound{Content: crm.Content{Kind: crm.KindLocation, Location: &crm.Location{}}}},
		"interactive": {out: channel.Outbound{Content: crm.Content{Kind: crm.KindInteractive, Text: "?", Interactive: &crm.Interactive{}}}},
		"empty text":  {out: channel.Outbound{Content: crm.Content{Kind: crm.KindText, Text: " "}}, refused: true},
		"no place":    {out: channel.Outbound{Content: crm.Content{Kind: crm.KindLocation}}, refused: true},
		"template":    {out: channel.Outbound{Content: crm.Content{Kind: crm.KindTemplate}}, refused: true},
		"reaction":    {out: channel.Outbound{React: true, Reaction: "👍"}, refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			c.out.Ref = "12.345"
			got, err := webchat.New().Send(t.Context(), testChannel(), c.out)
			if c.refused {
				if se := channel.AsSendError(err); err == nil || se.Kind != channel.PermanentMessage {
					t.Errorf("Send: %v, want permanent_message", err)
				}
				return
			}
			// The id is the message's own, so that a send repeated after a crash is the same.
			if err != nil || got.Status != crm.Sent || len(got.ExternalIDs) != 1 || got.ExternalIDs[0] != "345" {
				t.Errorf("Send = %+v, %v", got, err)
			}
		})
	}
}

func TestFields(t *testing.T) {
	patterns := map[string]string{}
	for _, f := range webchat.New().Describe().Fields {
		if f.Label.EN == "" || f.Label.ES == "" || f.Help.EN == "" || f.Help.ES == "" {
			t.Errorf("%s has no words in one of the languages", f.Key)
		}
		patterns[f.Key] = "^(?:" + f.Pattern + ")$"
	}
	for _, c := range []struct {
		field, value string
		want         bool
	}{
		{webchat.FieldOrigins, "https://www.example.com", true},
		{webchat.FieldOrigins, "example.com\n*.example.com\r\nhttp://localhost:3000/", true},
		{webchat.FieldOrigins, "  example.com \n\n other.example ", true},
		{webchat.FieldOrigins, "*", false},
		{webchat.FieldOrigins, "https://example.com/path", false},
		{webchat.FieldOrigins, "javascript:alert(1)", false},
		{webchat.FieldOrigins, "https://*.*.com", false},
		{webchat.FieldOrigins, "a b", false},
		{webchat.FieldColor, "#0f6b63", true},
		{webchat.FieldColor, "red;}", false},
		{webchat.FieldMaxFile, "25", true},
		{webchat.FieldMaxFile, "26", false},
		{webchat.FieldMaxFile, "0", false},
		{webchat.FieldSecret, strings.Repeat("x", 15), false},
		{webchat.FieldSecret, strings.Repeat("x", 16), true},
		{"greeting_es", "¡Hola!\n¿Qué tal?", true},
		{"greeting_es", strings.Repeat("é", 401), false},
	} {
		if got := regexp.MustCompile(patterns[c.field]).MatchString(c.value); got != c.want {
			t.Errorf("%s: %q matches: %v, want %v", c.field, c.value, got, c.want)
		}
	}
}
