// Package wire carries an adapter's calls to its provider over HTTP and JSON: it
// makes one call, says of a failed one whether the provider may have acted on
// it, streams multipart uploads and reads the loose JSON that providers send.
package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bandeja/bandeja/internal/channel"
)

// MaxAnswer caps the body of a provider's answer, bytes.
const MaxAnswer = 8 << 20

// Answer is a provider's whole answer.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// OK tells whether the status is 2xx.
func (a *Answer) OK() bool { return a.Status >= 200 && a.Status < 300 }

// RetryAfter returns the wait asked for by the Retry-After header, in its form
// of seconds; 0 where there is none.
func (a *Answer) RetryAfter() time.Duration {
	s, err := strconv.Atoi(strings.TrimSpace(a.Header.Get("Retry-After")))
	if err != nil || s < 0 {
		return 0
	}
	return time.Duration(s) * time.Second
}

// Do makes one call and reads the answer. It follows no redirect: an API has no
// reason to send one, and following would repeat the request and hand the
// address, which may hold a token, to the next host as Referer.
//
// Errors are *channel.SendError: Transient while the request can't have reached
// the provider whole, Uncertain afterwards. The texts of secrets are blotted out
// of them.
func Do(client *http.Client, req *http.Request, secrets ...string) (*Answer, error) {
	c := *client
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	var left atomic.Bool // the whole request may have left
	req = watch(req, &left)
	res, err := c.Do(req)
	if err != nil {
		kind := channel.Transient
		if left.Load() {
			kind = channel.UncertainResult
		}
		return nil, &channel.SendError{Kind: kind, Err: Cause(err, secrets...)}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, MaxAnswer))
	a := &Answer{Status: res.StatusCode, Header: res.Header, Body: body}
	if err != nil && a.OK() {
		// The provider took the request, but its word on it is lost.
		return nil, &channel.SendError{Kind: channel.UncertainResult, Err: Cause(err, secrets...)}
	}
	return a, nil
}

// watch sets left once the last byte of the request may have gone out. It errs
// on the side of having left: the body counts as gone when it was read to its
// end, even if the connection broke on writing it.
func watch(req *http.Request, left *atomic.Bool) *http.Request {
	trace := &httptrace.ClientTrace{
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err == nil {
				left.Store(true)
			}
		},
	}
	req = req.WithContext(httptrace.WithClientTrace(req.Context(), trace))
	if req.Body == nil || req.Body == http.NoBody {
		return req
	}
	req.Body = &watchedBody{ReadCloser: req.Body, remaining: req.ContentLength, left: left}
	if again := req.GetBody; again != nil {
		length := req.ContentLength
		req.GetBody = func() (io.ReadCloser, error) {
			// The transport asks for the body again only when nothing of it was
			// written.
			left.Store(false)
			b, err := again()
			if err != nil {
				return nil, err
			}
			return &watchedBody{ReadCloser: b, remaining: length, left: left}, nil
		}
	}
	return req
}

type watchedBody struct {
	io.ReadCloser
	remaining int64 // -1 where the length is unknown
	left      *atomic.Bool
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.remaining > 0 {
		b.remaining -= int64(n)
		if b.remaining <= 0 {
			b.left.Store(true)
		}
	}
	if err == io.EOF {
		b.left.Store(true)
	}
	return n, err
}

// Cause returns the error below a *url.Error, whose text holds the address, with
// the secrets blotted out. Where they were found the chain below is cut, so that
// no unwrapping brings them back.
func Cause(err error, secrets ...string) error {
	var ue *url.Error
	for errors.As(err, &ue) {
		err = ue.Err
	}
	if err == nil {
		return nil
	}
	if s := err.Error(); s != Blot(s, secrets...) {
		return errors.New(Blot(s, secrets...))
	}
	return err
}

// Blot replaces every secret in s, plain or escaped for an address.
func Blot(s string, secrets ...string) string {
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		for _, form := range []string{secret, url.PathEscape(secret), url.QueryEscape(secret)} {
			s = strings.ReplaceAll(s, form, "[secret]")
		}
	}
	return s
}

// NewJSON makes a POST request with v as its JSON body.
func NewJSON(ctx context.Context, address string, v any) (*http.Request, error) {
	body, err := Marshal(v)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("wire: the provider's address can't be read")
	}
	req.Header.Set("Content-Type", "application/json")
	return req, nil
}

// Marshal encodes JSON without the escapes for HTML, which no provider wants.
func Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("wire: encode: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// ByStatus is the kind of an error of which only the HTTP status is known. A
// gateway's 502 or 504 leaves open whether the provider behind it acted.
func ByStatus(status int) channel.ErrorKind {
	switch {
	case status == http.StatusTooManyRequests:
		return channel.Throttled
	case status == http.StatusBadGateway, status == http.StatusGatewayTimeout:
		return channel.UncertainResult
	case status >= 500, status == http.StatusRequestTimeout:
		return channel.Transient
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return channel.PermanentChannel
	case status >= 300:
		return channel.PermanentMessage
	}
	return channel.UncertainResult
}

// Harmless turns an uncertain error into a transient one, for calls that may be
// made twice: reading, uploading, subscribing.
func Harmless(err error) error {
	var se *channel.SendError
	if errors.As(err, &se) && se.Kind == channel.UncertainResult {
		again := *se
		again.Kind = channel.Transient
		return &again
	}
	return err
}

// Refuse is the error for a message that the adapter itself can't send.
func Refuse(format string, args ...any) error {
	return &channel.SendError{Kind: channel.PermanentMessage, Code: "unsupported", Title: fmt.Sprintf(format, args...)}
}

// Partly is the error of a message of which some provider calls were answered
// and then one failed. Such a message is never repeated as a whole, or the
// parts that arrived would arrive twice; so every kind that asks for another
// attempt becomes permanent.
func Partly(done, all int, err error) error {
	if done == 0 {
		return err
	}
	se := *channel.AsSendError(err)
	se.Partial = true
	switch se.Kind {
	case channel.Throttled, channel.Transient, channel.WindowClosed:
		se.Kind = channel.PermanentMessage
	}
	se.Detail = strings.TrimSpace(fmt.Sprintf("%d/%d. %s", done, all, se.Detail))
	if se.Title == "" {
		se.Title = "sent in part"
	}
	return &se
}
