package wire

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
)

// Form is a multipart/form-data body that streams its files.
type Form struct {
	head   bytes.Buffer
	w      *multipart.Writer
	parts  []io.Reader
	files  []io.Closer
	length int64 // -1 once a file's size is unknown
}

// NewForm returns an empty form.
func NewForm() *Form {
	f := &Form{}
	f.w = multipart.NewWriter(&f.head)
	return f
}

// Field adds a plain value.
func (f *Form) Field(name, value string) {
	// Writes to a buffer don't fail.
	_ = f.w.WriteField(name, value)
}

// File adds a file, which the form closes. Size is in bytes, 0 where unknown.
func (f *Form) File(field, name, mimeType string, body io.ReadCloser, size int64) {
	if mimeType == "" {
		mimeType = "application/octet-stream"
	}
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", fmt.Sprintf(`form-data; name="%s"; filename="%s"`, quote(field), quote(name)))
	h.Set("Content-Type", mimeType)
	_, _ = f.w.CreatePart(h)
	f.flush()
	f.parts = append(f.parts, body)
	f.files = append(f.files, body)
	if size <= 0 {
		f.length = -1
	} else if f.length >= 0 {
		f.length += size
	}
}

func quote(s string) string {
	return strings.NewReplacer("\\", "\\\\", `"`, "\\\"", "\r", " ", "\n", " ", "\x00", "").Replace(s)
}

func (f *Form) flush() {
	b := bytes.Clone(f.head.Bytes())
	f.head.Reset()
	f.parts = append(f.parts, bytes.NewReader(b))
	if f.length >= 0 {
		f.length += int64(len(b))
	}
}

// Request ends the form and returns the POST that carries it.
func (f *Form) Request(ctx context.Context, address string) (*http.Request, error) {
	_ = f.w.Close()
	f.flush()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, nil)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("wire: the provider's address can't be read")
	}
	req.Body = &formBody{Reader: io.MultiReader(f.parts...), form: f}
	req.ContentLength = f.length
	req.Header.Set("Content-Type", f.w.FormDataContentType())
	return req, nil
}

// Close closes the files of a form that isn't sent.
func (f *Form) Close() {
	for _, c := range f.files {
		_ = c.Close()
	}
	f.files = nil
}

type formBody struct {
	io.Reader
	form *Form
}

func (b *formBody) Close() error {
	b.form.Close()
	return nil
}
