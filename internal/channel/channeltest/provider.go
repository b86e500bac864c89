package channeltest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
)

// Request is what a provider was sent, in a form that compares well.
type Request struct {
	Method string
	// Path holds the query too.
	Path string
	Auth string
	// JSON is the body where it was JSON, Form where it was multipart.
	JSON any
	Form []Part
}

// Part is a part of a multipart body.
type Part struct {
	Name string
	// Value of a plain field; JSON values are decoded.
	Value any
	// File name, type and text of a file.
	File string
	Type string
	Text string
}

// Recorder keeps the requests of a provider.
type Recorder struct {
	mu       sync.Mutex
	requests []Request
}

// Requests returns what came in, in order.
func (r *Recorder) Requests() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Request(nil), r.requests...)
}

// Provider serves a stand-in that records what it is sent and leaves the answer
// to answer.
func Provider(t *testing.T, answer http.HandlerFunc) (*httptest.Server, *Recorder) {
	t.Helper()
	rec := &Recorder{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("the request's body broke off: %v", err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		req := Request{Method: r.Method, Path: r.URL.RequestURI(), Auth: r.Header.Get("Authorization")}
		kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		switch {
		case kind == "multipart/form-data":
			req.Form = parts(t, body, params["boundary"])
		case len(body) > 0:
			if err := json.Unmarshal(body, &req.JSON); err != nil {
				t.Errorf("the request's body isn't JSON: %v: %s", err, body)
			}
		}
		rec.mu.Lock()
		rec.requests = append(rec.requests, req)
		rec.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv, rec
}

func parts(t *testing.T, body []byte, boundary string) []Part {
	t.Helper()
	var all []Part
	mr := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		p, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Errorf("multipart: %v", err)
			return all
		}
		b, err := io.ReadAll(p)
		if err != nil {
			t.Errorf("multipart: %v", err)
		}
		part := Part{Name: p.FormName()}
		if p.FileName() != "" {
			part.File, part.Type, part.Text = p.FileName(), p.Header.Get("Content-Type"), string(b)
		} else if json.Unmarshal(b, &part.Value) != nil {
			part.Value = string(b)
		}
		all = append(all, part)
	}
}

// Connect makes the channel of a provider that is served at base.
type Connect func(base string, client *http.Client) *channel.Channel

// SendCase is one message and the name of its golden file.
type SendCase struct {
	Name string
	Out  channel.Outbound
}

// Outbound sends every case to a recording stand-in and compares the requests
// and the receipt with dir/NAME.golden.json. It returns all requests by case, for
// further checks.
func Outbound(t *testing.T, s channel.Sender, connect Connect, answer http.HandlerFunc, dir string, cases []SendCase) map[string][]Request {
	t.Helper()
	all := map[string][]Request{}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			srv, rec := Provider(t, answer)
			if c.Out.Open == nil {
				c.Out.Open = Files
			}
			receipt, err := s.Send(t.Context(), connect(srv.URL, srv.Client()), c.Out)
			if err != nil {
				t.Fatalf("Send: %v", err)
			}
			all[c.Name] = rec.Requests()
			Golden(t, dir+"/"+c.Name+".golden.json", struct {
				Requests []Request
				Receipt  channel.Receipt
			}{rec.Requests(), receipt})
		})
	}
	return all
}

// Files opens any attachment as a small text that names it.
func Files(_ context.Context, a crm.Attachment) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader("file " + a.FileID)), nil
}

// FileSize is the size of the file that Files gives for an id.
func FileSize(fileID string) int64 { return int64(len("file " + fileID)) }
