package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/wire"
	"github.com/bandeja/bandeja/internal/crm"
)

// allowedUpdates lists what we want to hear of. Reactions are not in Telegram's
// default set and must be named.
func allowedUpdates() []string {
	return []string{
		"message", "edited_message", "callback_query", "message_reaction", "my_chat_member",
		"business_connection", "business_message", "edited_business_message", "deleted_business_messages",
	}
}

// Check implements channel.Connector with getMe.
func (Adapter) Check(ctx context.Context, ch *channel.Channel) (channel.Account, error) {
	var me user
	if err := call(ctx, ch, "getMe", struct{}{}, &me); err != nil {
		return channel.Account{}, wire.Harmless(err)
	}
	return channel.Account{
		Name:       fullName(me.FirstName, me.LastName, me.Username),
		Handle:     "@" + me.Username,
		ExternalID: string(me.ID),
	}, nil
}

// Subscribe implements channel.Connector: setWebhook, or deleteWebhook where the
// channel polls, since getUpdates and a webhook exclude each other.
func (a Adapter) Subscribe(ctx context.Context, ch *channel.Channel) error {
	if a.Polls(ch) {
		return noWebhook(ctx, ch)
	}
	if ch.WebhookURL == "" {
		return wire.Refuse("the webhook has no public address; choose polling")
	}
	return wire.Harmless(call(ctx, ch, "setWebhook", map[string]any{
		"url":             ch.WebhookURL,
		"secret_token":    ch.Config["secret_token"],
		"allowed_updates": allowedUpdates(),
		"max_connections": 40,
	}, nil))
}

// AccountID implements channel.Connector: a token begins with the bot's id.
// https://core.telegram.org/bots/api#authorizing-your-bot
func (Adapter) AccountID(ch *channel.Channel) string {
	id, _, _ := strings.Cut(ch.Config["bot_token"], ":")
	return id
}

// Unsubscribe implements channel.Connector. Updates that wait at Telegram are
// kept for whoever comes next.
func (a Adapter) Unsubscribe(ctx context.Context, ch *channel.Channel, others []*channel.Channel) error {
	for _, o := range others {
		if a.AccountID(o) == a.AccountID(ch) {
			return a.Subscribe(ctx, o)
		}
	}
	return noWebhook(ctx, ch)
}

func noWebhook(ctx context.Context, ch *channel.Channel) error {
	return wire.Harmless(call(ctx, ch, "deleteWebhook", struct{}{}, nil))
}

// Polls implements channel.Poller.
func (Adapter) Polls(ch *channel.Channel) bool { return ch.Config["mode"] == modePolling }

// pollSeconds is how long getUpdates waits for news: less than the 30 s after
// which many proxies give up.
const pollSeconds = 25

// Poll implements channel.Poller with getUpdates. The cursor is the offset, one
// more than the last update_id; asking from it confirms what came before.
func (Adapter) Poll(ctx context.Context, ch *channel.Channel, cursor string) ([][]byte, string, error) {
	params := map[string]any{
		"timeout":         pollSeconds,
		"limit":           100,
		"allowed_updates": allowedUpdates(),
	}
	if cursor != "" {
		offset, err := strconv.ParseInt(cursor, 10, 64)
		if err != nil {
			return nil, cursor, fmt.Errorf("telegram: cursor %q is not a number", cursor)
		}
		params["offset"] = offset
	}
	var updates []json.RawMessage
	if err := call(ctx, ch, "getUpdates", params, &updates); err != nil {
		return nil, cursor, wire.Harmless(err)
	}
	raws := make([][]byte, 0, len(updates))
	for _, raw := range updates {
		var u struct {
			ID int64 `json:"update_id"`
		}
		if err := json.Unmarshal(raw, &u); err != nil {
			return nil, cursor, fmt.Errorf("telegram: getUpdates answered something else than updates")
		}
		raws = append(raws, raw)
		cursor = strconv.FormatInt(u.ID+1, 10)
	}
	return raws, cursor, nil
}

// Profile implements channel.ProfileFetcher with getChat. Picture is a handle
// for Fetch (as Attachment.Remote), not an address: the address would hold the
// bot's token.
func (Adapter) Profile(ctx context.Context, ch *channel.Channel, to channel.Address) (crm.Profile, error) {
	id, _, err := splitKey(to.Key)
	if err != nil {
		return crm.Profile{}, err
	}
	var c chat
	if err := call(ctx, ch, "getChat", map[string]any{"chat_id": id}, &c); err != nil {
		return crm.Profile{}, wire.Harmless(err)
	}
	p := crm.Profile{
		Name:      fullName(c.FirstName, c.LastName, c.Username),
		FirstName: c.FirstName,
		LastName:  c.LastName,
		Username:  c.Username,
	}
	if c.Photo != nil {
		p.Picture = c.Photo.BigFileID
	}
	return p, nil
}

// Typing implements channel.Typer. Telegram shows it for five seconds.
func (Adapter) Typing(ctx context.Context, ch *channel.Channel, to channel.Address, _ string) error {
	id, connection, err := splitKey(to.Key)
	if err != nil {
		return err
	}
	params := map[string]any{"chat_id": id, "action": "typing"}
	if connection != "" {
		params["business_connection_id"] = connection
	}
	return call(ctx, ch, "sendChatAction", params, nil)
}

// Acknowledge implements channel.Acknowledger: the tapped button stops turning.
func (Adapter) Acknowledge(ctx context.Context, ch *channel.Channel, ackID string) error {
	return wire.Harmless(call(ctx, ch, "answerCallbackQuery", map[string]any{"callback_query_id": ackID}, nil))
}

// Fetch implements channel.MediaFetcher: getFile tells the path, the file is
// downloaded from there. Name and type come from the message, because Telegram
// doesn't keep them with the file. The Code of an error is too_big, gone or
// refused where the file can't be had.
func (Adapter) Fetch(ctx context.Context, ch *channel.Channel, a crm.Attachment) (channel.Media, error) {
	token := ch.Config["bot_token"]
	if a.Size > maxDownload {
		return channel.Media{}, tooBig()
	}
	var f struct {
		Path string `json:"file_path"`
		Size int64  `json:"file_size"`
	}
	if err := call(ctx, ch, "getFile", map[string]any{"file_id": a.Remote}, &f); err != nil {
		return channel.Media{}, mediaError(wire.Harmless(err))
	}
	if f.Size > maxDownload {
		return channel.Media{}, tooBig()
	}
	// The path is Telegram's word; what it may not do is climb out of the folder.
	clean := path.Clean("/" + f.Path)
	if f.Path == "" || clean == "/" {
		return channel.Media{}, &channel.SendError{Kind: channel.Transient, Title: "getFile gave no path"}
	}
	address := baseURL(ch) + "/file/bot" + token + (&url.URL{Path: clean}).EscapedPath()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return channel.Media{}, wire.Refuse("the provider's address can't be read")
	}
	c := *ch.HTTP
	// A redirect would carry the address, and so the token, along as Referer.
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := c.Do(req)
	if err != nil {
		return channel.Media{}, &channel.SendError{Kind: channel.Transient, Err: wire.Cause(err, token)}
	}
	if res.StatusCode != http.StatusOK {
		res.Body.Close()
		kind, code := wire.ByStatus(res.StatusCode), "refused"
		switch {
		case res.StatusCode == http.StatusNotFound:
			code = "gone"
		case kind == channel.UncertainResult:
			kind = channel.Transient
		}
		return channel.Media{}, &channel.SendError{Kind: kind, Code: code, Title: http.StatusText(res.StatusCode)}
	}
	size := res.ContentLength
	if size > maxDownload {
		res.Body.Close()
		return channel.Media{}, tooBig()
	}
	name := a.Name
	if name == "" {
		name = path.Base(clean)
	}
	return channel.Media{Body: res.Body, MIME: a.MIME, Name: name, Size: size}, nil
}

func tooBig() error {
	return &channel.SendError{
		Kind:  channel.PermanentMessage,
		Code:  "too_big",
		Title: "Telegram hands files of more than 20 MB to no bot",
	}
}

func mediaError(err error) error {
	se := *channel.AsSendError(err)
	if se.Kind != channel.PermanentMessage {
		return err
	}
	se.Code = "refused"
	if strings.Contains(strings.ToLower(se.Title), "too big") {
		se.Code = "too_big"
	}
	return &se
}
