package webchat

import (
	"net/http"
	"strconv"

	adapter "github.com/bandeja/bandeja/internal/channel/webchat"
	"github.com/bandeja/bandeja/internal/gateway"
)

// Config is what the widget looks like and asks for.
type Config struct {
	Color    string `json:"color"`
	Position string `json:"position"`
	// Language is es, en, or auto for the page's.
	Language string                       `json:"language"`
	Texts    map[string]map[string]string `json:"texts"`
	// Prechat says of name, email and phone: hidden, optional or required.
	Prechat map[string]string `json:"prechat"`
	// MaxFile is the largest file, in bytes.
	MaxFile int64 `json:"max_file"`
	// Online tells whether anybody of the team is there.
	Online bool `json:"online"`
}

func (s *Service) config(w http.ResponseWriter, _ *http.Request, c *call) error {
	v := c.ch.Config
	out := Config{
		Color: v.Or(adapter.FieldColor, adapter.DefaultColor), Position: v.Or(adapter.FieldPosition, "right"),
		Language: v.Or(adapter.FieldLanguage, "auto"), Texts: map[string]map[string]string{"es": {}, "en": {}},
		Prechat: map[string]string{
			"name": v.Or(adapter.FieldName, adapter.Hidden), "email": v.Or(adapter.FieldEmail, adapter.Hidden),
			"phone": v.Or(adapter.FieldPhone, adapter.Hidden),
		},
		MaxFile: s.maxFile(c.ch), Online: s.online(c.ch),
	}
	for lang, texts := range out.Texts {
		for _, name := range adapter.Texts() {
			texts[name] = v[name+"_"+lang]
		}
		if texts["title"] == "" {
			texts["title"] = c.ch.Name
		}
	}
	w.Header().Set("Cache-Control", "private, max-age=30")
	return answer(w, out)
}

func (s *Service) maxFile(ch *gateway.Channel) int64 {
	mb, err := strconv.ParseInt(ch.Config.Or(adapter.FieldMaxFile, "10"), 10, 64)
	if err != nil || mb < 1 || mb<<20 > adapter.MaxFile {
		return adapter.MaxFile
	}
	return mb << 20
}

// online tells whether anybody of the team is there to answer.
func (s *Service) online(ch *gateway.Channel) bool { return s.Hub.Available(ch.Workspace) }
