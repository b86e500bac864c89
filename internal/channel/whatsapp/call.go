package whatsapp

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/wire"
)

func baseURL(ch *channel.Channel) string {
	return strings.TrimRight(ch.Config.Or("api_base_url", DefaultBaseURL), "/")
}

// graphURL is the address of a node or edge: BASE/vNN.0/PATH.
func graphURL(ch *channel.Channel, path string) string {
	return baseURL(ch) + "/" + ch.Config.Or("graph_version", DefaultVersion) + "/" + path
}

func get(ctx context.Context, ch *channel.Channel, path string, result any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, graphURL(ch, path), nil)
	if err != nil {
		return wire.Refuse("the provider's address can't be read")
	}
	return wire.Harmless(do(ch, req, result))
}

func post(ctx context.Context, ch *channel.Channel, path string, body, result any) error {
	req, err := wire.NewJSON(ctx, graphURL(ch, path), body)
	if err != nil {
		return wire.Refuse("%v", err)
	}
	return do(ch, req, result)
}

// graphError is the body of every error.
// https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
type graphError struct {
	Error *struct {
		Code      int       `json:"code"`
		Subcode   int       `json:"error_subcode"`
		Type      string    `json:"type"`
		Message   string    `json:"message"`
		UserTitle string    `json:"error_user_title"`
		UserMsg   string    `json:"error_user_msg"`
		Transient wire.Flag `json:"is_transient"`
		ErrorData struct {
			Details string `json:"details"`
		} `json:"error_data"`
	} `json:"error"`
}

func do(ch *channel.Channel, req *http.Request, result any) error {
	token := ch.Config["access_token"]
	req.Header.Set("Authorization", "Bearer "+token)
	answer, err := wire.Do(ch.HTTP, req, token, ch.Config["app_secret"])
	if err != nil {
		return err
	}
	var ge graphError
	if json.Unmarshal(answer.Body, &ge) == nil && ge.Error != nil {
		e := ge.Error
		se := &channel.SendError{
			Kind:       errorKind(e.Code, e.Subcode, answer.Status, bool(e.Transient)),
			Code:       strconv.Itoa(e.Code),
			Title:      wire.Blot(e.Message, token),
			Detail:     wire.Blot(e.ErrorData.Details, token),
			RetryAfter: answer.RetryAfter(),
		}
		if se.Detail == "" {
			se.Detail = wire.Blot(e.UserMsg, token)
		}
		if e.Code == codePairLimit && se.RetryAfter == 0 {
			se.RetryAfter = 6 * time.Second
		}
		return se
	}
	if !answer.OK() {
		return &channel.SendError{
			Kind:       wire.ByStatus(answer.Status),
			Code:       strconv.Itoa(answer.Status),
			Title:      http.StatusText(answer.Status),
			RetryAfter: answer.RetryAfter(),
		}
	}
	if result == nil {
		result = &struct{}{}
	}
	if err := json.Unmarshal(answer.Body, result); err != nil {
		return &channel.SendError{Kind: channel.UncertainResult, Title: "the answer can't be read"}
	}
	return nil
}

// codePairLimit: too many messages to one person in a short time.
const codePairLimit = 131056

// errorKind says what to do after an error. Meta asks to decide on the code, not
// on the HTTP status, which has changed over the years.
func errorKind(code, subcode, status int, transient bool) channel.ErrorKind {
	switch code {
	case 4, 80007, 130429, 131048, codePairLimit, 133016:
		return channel.Throttled
	case 1, 2, 131000, 131016, 131053, 131057, 133004:
		return channel.Transient
	case 131047:
		return channel.WindowClosed
	case 100:
		if subcode == 33 { // the phone number doesn't exist or isn't ours
			return channel.PermanentChannel
		}
		return channel.PermanentMessage
	case 131008, 131009, 131051, 131052, 131021, 132000, 132001, 132005, 132007, 132012, 132015, 132016, 132068,
		135000:
		return channel.PermanentMessage
	case 131026, 130472, 131049, 131050, 131062:
		return channel.PermanentContact
	case 0, 190, 3, 10, 33, 368, 130497, 131031, 131037, 131042, 131045, 133005, 133006, 133010:
		return channel.PermanentChannel
	}
	switch {
	case code >= 200 && code <= 299: // permissions
		return channel.PermanentChannel
	case transient:
		return channel.Transient
	}
	if kind := wire.ByStatus(status); kind != channel.UncertainResult {
		return kind
	}
	// Meta itself says that it failed, so it isn't uncertain.
	return channel.Transient
}
