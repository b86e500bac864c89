package telegram

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

// response is the envelope of every answer.
// https://core.telegram.org/bots/api#making-requests
type response struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int `json:"retry_after"`
	} `json:"parameters"`
}

func baseURL(ch *channel.Channel) string {
	return strings.TrimRight(ch.Config.Or("api_base_url", DefaultBaseURL), "/")
}

func methodURL(ch *channel.Channel, method string) string {
	return baseURL(ch) + "/bot" + ch.Config["bot_token"] + "/" + method
}

// call makes one call with JSON parameters and decodes its result.
func call(ctx context.Context, ch *channel.Channel, method string, params, result any) error {
	req, err := wire.NewJSON(ctx, methodURL(ch, method), params)
	if err != nil {
		return wire.Refuse("%v", err)
	}
	return do(ch, req, result)
}

// do makes the call. Its errors never hold the bot's token, which is part of the
// address.
func do(ch *channel.Channel, req *http.Request, result any) error {
	token := ch.Config["bot_token"]
	answer, err := wire.Do(ch.HTTP, req, token)
	if err != nil {
		return err
	}
	var r response
	if err := json.Unmarshal(answer.Body, &r); err != nil || (r.OK && !answer.OK()) || (!r.OK && r.Code == 0) {
		if answer.OK() {
			return &channel.SendError{
				Kind:  channel.UncertainResult,
				Title: "the answer can't be read",
			}
		}
		return &channel.SendError{
			Kind:       wire.ByStatus(answer.Status),
			Code:       strconv.Itoa(answer.Status),
			Title:      http.StatusText(answer.Status),
			RetryAfter: answer.RetryAfter(),
		}
	}
	if !r.OK {
		return &channel.SendError{
			Kind:       errorKind(r.Code, r.Description),
			Code:       strconv.Itoa(r.Code),
			Title:      wire.Blot(r.Description, token),
			RetryAfter: max(time.Duration(r.Parameters.RetryAfter)*time.Second, answer.RetryAfter()),
		}
	}
	if result == nil {
		return nil
	}
	if len(r.Result) == 0 || string(r.Result) == "null" || json.Unmarshal(r.Result, result) != nil {
		return &channel.SendError{Kind: channel.UncertainResult, Title: "the result can't be read"}
	}
	return nil
}

// errorKind says what to do after an error of the Bot API. The descriptions are
// not promised by Telegram but have been stable for years; where none matches,
// the code decides.
func errorKind(code int, description string) channel.ErrorKind {
	d := strings.ToLower(description)
	switch {
	case code == http.StatusTooManyRequests:
		return channel.Throttled
	case code == http.StatusUnauthorized, // token revoked
		code == http.StatusNotFound, // no such bot
		code == http.StatusConflict: // another consumer fetches the updates
		return channel.PermanentChannel
	case code == http.StatusForbidden:
		// Blocked by the user, user deactivated, never started the bot.
		return channel.PermanentContact
	case code == http.StatusBadGateway, code == http.StatusGatewayTimeout:
		// Telegram says these in JSON too, of what stands behind its front: that may
		// have done it.
		return channel.UncertainResult
	case code >= 500:
		return channel.Transient
	case strings.Contains(d, "chat not found"), strings.Contains(d, "user not found"),
		strings.Contains(d, "peer_id_invalid"), strings.Contains(d, "user_deactivated"),
		strings.Contains(d, "input_user_deactivated"):
		return channel.PermanentContact
	case strings.Contains(d, "business_connection_invalid"):
		return channel.PermanentChannel
	}
	return channel.PermanentMessage
}
