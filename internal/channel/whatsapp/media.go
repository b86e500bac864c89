package whatsapp

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/channel/wire"
	"github.com/bandeja/bandeja/internal/crm"
)

// files makes one message of each attachment.
func (s *sending) files() ([]*outMessage, error) {
	c := s.out.Content
	if len(c.Attachments) == 0 {
		return nil, wire.Refuse("no file to send")
	}
	if utf8.RuneCountInString(c.Text) > maxCaption {
		return nil, wire.Refuse("caption longer than %d characters", maxCaption)
	}
	caption := c.Text
	var all []*outMessage
	for _, a := range c.Attachments {
		kind := mediaType(a.Kind)
		m, err := s.base(kind)
		if err != nil {
			return nil, err
		}
		file, err := s.media(a, kind)
		if err != nil {
			return nil, err
		}
		if kind != "audio" && kind != "sticker" {
			file.Caption, caption = caption, ""
		}
		switch kind {
		case "image":
			m.Image = file
		case "video":
			m.Video = file
		case "audio":
			file.Voice = a.Kind == crm.KindVoice
			m.Audio = file
		case "sticker":
			m.Sticker = file
		default:
			m.Document = file
		}
		all = append(all, m)
	}
	if caption != "" {
		m, err := s.base("text")
		if err != nil {
			return nil, err
		}
		if m.Text, err = text(caption); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// mediaType is WhatsApp's word for a kind of file. A voice note is an audio file that
// is marked.
func mediaType(kind crm.ContentKind) string {
	switch kind {
	case crm.KindImage:
		return "image"
	case crm.KindVideo:
		return "video"
	case crm.KindAudio, crm.KindVoice:
		return "audio"
	case crm.KindSticker:
		return "sticker"
	}
	return "document"
}

// media uploads the file and refers to it by id; an attachment that is known
// only by its public address is sent as a link.
func (s *sending) media(a crm.Attachment, kind string) (*outMedia, error) {
	o := &outMedia{}
	if kind == "document" {
		o.Filename = a.Name
	}
	if a.FileID == "" && (strings.HasPrefix(a.Remote, "https://") || strings.HasPrefix(a.Remote, "http://")) {
		o.Link = a.Remote
		return o, nil
	}
	if a.FileID == "" && a.Remote != "" { // a media id that Meta gave us
		o.ID = a.Remote
		return o, nil
	}
	if s.out.Open == nil {
		return nil, wire.Refuse("%s can't be opened", a.Name)
	}
	body, err := s.out.Open(s.ctx, a)
	if err != nil {
		return nil, &channel.SendError{Kind: channel.Transient, Title: "the file can't be opened", Err: err}
	}
	form := wire.NewForm()
	form.Field("messaging_product", "whatsapp")
	form.Field("type", a.MIME)
	name := a.Name
	if name == "" {
		name = kind
	}
	form.File("file", name, a.MIME, body, a.Size)
	req, err := form.Request(s.ctx, graphURL(s.ch, s.ch.Config["phone_number_id"]+"/media"))
	if err != nil {
		return nil, wire.Refuse("%v", err)
	}
	var r struct {
		ID wire.ID `json:"id"`
	}
	if err := do(s.ch, req, &r); err != nil {
		return nil, wire.Harmless(err) // no message has left yet
	}
	if r.ID == "" {
		return nil, &channel.SendError{Kind: channel.Transient, Title: "the upload gave no id"}
	}
	o.ID = string(r.ID)
	return o, nil
}

// maxRedirects a download follows.
const maxRedirects = 3

// Fetch implements channel.MediaFetcher: the media id is asked for an address,
// which holds for five minutes, and the file is downloaded from there with the
// same token. The checksum is proved at the end of reading. The Code of an error
// is gone or refused where the file can't be had.
func (Adapter) Fetch(ctx context.Context, ch *channel.Channel, a crm.Attachment) (channel.Media, error) {
	if !isDigits(a.Remote) {
		return channel.Media{}, &channel.SendError{Kind: channel.PermanentMessage, Code: "refused", Title: "not a media id"}
	}
	var info struct {
		URL    string      `json:"url"`
		MIME   string      `json:"mime_type"`
		SHA256 string      `json:"sha256"`
		Size   wire.Number `json:"file_size"`
	}
	query := url.Values{"phone_number_id": {ch.Config["phone_number_id"]}}
	if err := get(ctx, ch, a.Remote+"?"+query.Encode(), &info); err != nil {
		se := *channel.AsSendError(err)
		// A media id that Meta has dropped is reported as an object that isn't ours.
		if se.Code == "100" || se.Code == "131052" || se.Code == "404" {
			se.Kind, se.Code = channel.PermanentMessage, "gone"
		}
		return channel.Media{}, &se
	}
	res, err := download(ctx, ch, info.URL) //nolint:bodyclose // the caller of Fetch closes it
	if err != nil {
		return channel.Media{}, err
	}
	m := channel.Media{Body: res.Body, MIME: info.MIME, Name: a.Name, Size: res.ContentLength}
	if m.MIME == "" {
		m.MIME = a.MIME
	}
	if m.Size < 0 && info.Size > 0 {
		m.Size = int64(info.Size)
	}
	want := info.SHA256
	if want == "" {
		want = a.SHA256
	}
	if sum, ok := checksum(want); ok {
		m.Body = &checked{ReadCloser: res.Body, hash: sha256.New(), want: sum}
	}
	return m, nil
}

func download(ctx context.Context, ch *channel.Channel, address string) (*http.Response, error) {
	token := ch.Config["access_token"]
	base, err := url.Parse(baseURL(ch))
	if err != nil {
		return nil, wire.Refuse("the provider's address can't be read")
	}
	next, err := url.Parse(address)
	if err != nil || next.Host == "" || next.Scheme != "https" && next.Scheme != "http" {
		return nil, &channel.SendError{Kind: channel.Transient, Title: "the media has no address"}
	}
	c := *ch.HTTP
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for range maxRedirects + 1 {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, next.String(), nil)
		if err != nil {
			return nil, wire.Refuse("the media's address can't be read")
		}
		if trusted(base, next) {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		res, err := c.Do(req)
		if err != nil {
			return nil, &channel.SendError{Kind: channel.Transient, Err: wire.Cause(err, token)}
		}
		switch {
		case res.StatusCode == http.StatusOK:
			return res, nil
		case res.StatusCode >= 300 && res.StatusCode < 400:
			to, err := res.Location()
			res.Body.Close()
			if err != nil {
				return nil, &channel.SendError{Kind: channel.Transient, Title: "redirect to nowhere"}
			}
			next = to
			continue
		}
		res.Body.Close()
		se := &channel.SendError{Kind: wire.ByStatus(res.StatusCode), Code: "refused", Title: http.StatusText(res.StatusCode)}
		switch {
		case res.StatusCode == http.StatusNotFound:
			// The address lives five minutes; asked for again, it is new.
			se.Kind, se.Code = channel.Transient, "gone"
		case se.Kind == channel.UncertainResult:
			se.Kind = channel.Transient
		}
		return nil, se
	}
	return nil, &channel.SendError{Kind: channel.Transient, Title: "too many redirects"}
}

// trusted tells whether a host may see the token: the API's own, or Meta's, whose
// media lie elsewhere than its API.
func trusted(base, u *url.URL) bool {
	if u.Host == base.Host && u.Scheme == base.Scheme {
		return true
	}
	host := strings.ToLower(u.Hostname())
	for _, domain := range []string{"fbsbx.com", "facebook.com", "fbcdn.net", "whatsapp.net"} {
		if host == domain || strings.HasSuffix(host, "."+domain) {
			return u.Scheme == "https"
		}
	}
	return false
}

// checksum reads a SHA-256, which Meta writes in base64 in webhooks and in hex
// elsewhere. Anything else, as in its samples, counts as none.
func checksum(s string) ([]byte, bool) {
	if b, err := hex.DecodeString(s); err == nil && len(b) == sha256.Size {
		return b, true
	}
	b, err := base64.StdEncoding.DecodeString(s)
	return b, err == nil && len(b) == sha256.Size
}

// errChecksum ends the reading of a file that isn't what Meta announced.
var errChecksum = errors.New("whatsapp: the file's checksum is wrong")

type checked struct {
	io.ReadCloser
	hash hash.Hash
	want []byte
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.hash.Write(p[:n])
	if err == io.EOF && string(c.hash.Sum(nil)) != string(c.want) {
		return n, &channel.SendError{Kind: channel.Transient, Code: "checksum", Err: errChecksum}
	}
	return n, err
}
