// Package mailtest is a mail server on loopback, for tests.
package mailtest

import (
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// Box keeps the mails it is given.
type Box struct {
	// URL is a BANDEJA_SMTP_URL.
	URL string

	mu    sync.Mutex
	mails []string
}

// New starts a mail server.
func New(t testing.TB) *Box {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &Box{URL: "smtp://" + l.Addr().String() + "?from=inbox@example.com&tls=off"}
	s := smtp.NewServer(b)
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return b
}

// Got returns the mails so far, each whole and behind a line that says to whom.
func (b *Box) Got() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.mails)
}

// Wait returns the nth mail, once it is there.
func (b *Box) Wait(t testing.TB, n int) string {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		if got := b.Got(); len(got) >= n {
			return got[n-1]
		}
		if time.Now().After(deadline) {
			t.Fatalf("mail %d didn't come", n)
		}
	}
}

// NewSession implements smtp.Backend.
func (b *Box) NewSession(*smtp.Conn) (smtp.Session, error) { return &visit{b: b}, nil }

type visit struct {
	b  *Box
	to string
}

func (*visit) Mail(string, *smtp.MailOptions) error { return nil }

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.to = to
	return nil
}

func (v *visit) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	// Quoted-printable breaks long lines, and links in them.
	whole := strings.NewReplacer("=\r\n", "", "=3D", "=").Replace(string(text))
	v.b.mu.Lock()
	defer v.b.mu.Unlock()
	v.b.mails = append(v.b.mails, "For "+v.to+"\n"+whole)
	return err
}

func (*visit) Reset()        {}
func (*visit) Logout() error { return nil }
