package mail_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/bandeja/bandeja/internal/config"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/jobs"
	"github.com/bandeja/bandeja/internal/mail"
)

const workspace crm.ID = 1

// office is a mail server that keeps what it is given.
type office struct {
	mu    sync.Mutex
	mails []delivered
	// refusals answer RCPT, one after the other.
	refusals []*smtp.SMTPError
	logins   []string
	tls      []bool
}

type delivered struct{ from, to, text string }

func (o *office) NewSession(c *smtp.Conn) (smtp.Session, error) { return &visit{o: o, c: c}, nil }

func (o *office) got() []delivered {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.mails
}

type visit struct {
	o *office
	c *smtp.Conn
	m delivered
}

func (v *visit) AuthMechanisms() []string { return []string{sasl.Plain} }

func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		v.o.mu.Lock()
		defer v.o.mu.Unlock()
		v.o.logins = append(v.o.logins, user+" "+password)
		return nil
	}), nil
}

func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	v.m.from = from
	return nil
}

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.o.mu.Lock()
	defer v.o.mu.Unlock()
	v.m.to = to
	if len(v.o.refusals) > 0 {
		err := v.o.refusals[0]
		v.o.refusals = v.o.refusals[1:]
		return err
	}
	return nil
}

func (v *visit) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	v.m.text = string(b)
	_, secure := v.c.TLSConnectionState()
	v.o.mu.Lock()
	defer v.o.mu.Unlock()
	v.o.mails, v.o.tls = append(v.o.mails, v.m), append(v.o.tls, secure)
	return err
}

func (*visit) Reset()        {}
func (*visit) Logout() error { return nil }

// open starts the office and returns its address. cert is offered by STARTTLS, or from
// the first byte where implicit is set; nil for no TLS.
func (o *office) open(t *testing.T, cert *tls.Config, implicit bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := smtp.NewServer(o)
	s.Domain, s.AllowInsecureAuth, s.TLSConfig = "office.example", true, cert
	address := l.Addr().String()
	if implicit {
		l = tls.NewListener(l, cert)
	}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return address
}

// certificate returns a server's certificate for loopback and what trusts it.
func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, &tls.Config{RootCAs: pool}
}

// rig is a mailer whose queue runs.
type rig struct {
	*mail.Mailer
	t *testing.T
	d *db.DB
	q *jobs.Queue
}

func newRig(t *testing.T, d *db.DB, url string, trust *tls.Config) *rig {
	t.Helper()
	keys, err := config.NewKeyring(strings.Repeat("5a", 32))
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.DiscardHandler)
	q := jobs.New(d, logger)
	m, err := mail.New(mail.Options{URL: url, DB: d, Queue: q, Keys: keys, Logger: logger, TLS: trust})
	if err != nil {
		t.Fatal(err)
	}
	return &rig{m, t, d, q}
}

func (r *rig) run() {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := r.q.Run(ctx); err != nil {
			r.t.Error(err)
		}
	})
	r.t.Cleanup(func() { cancel(); wg.Wait() })
}

func (r *rig) enqueue(m mail.Message) (sent bool) {
	r.t.Helper()
	err := r.d.Write(r.t.Context(), func(tx *db.Tx) (err error) {
		sent, err = r.Enqueue(tx, workspace, m)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return sent
}

func (r *rig) count(table string) (n int) {
	r.t.Helper()
	err := r.d.Read(context.Background(), func(tx *db.Tx) error { return tx.Row(`SELECT COUNT(*) FROM `+table, nil, &n) })
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

func (r *rig) eventually(what string, ok func() bool) {
	r.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			r.t.Fatalf("not in time: %s", what)
		}
	}
}

func letter(to string) mail.Message {
	return mail.Message{
		To: to, Language: crm.Spanish, Subject: "Invitación a Flores & Café", Paragraphs: []string{"Hola <b>Ana</b>:", "Le esperamos."},
		Button: "Entrar", Link: "https://inbox.example.com/invite/t0k3n?a=1&b=2", Note: "Vence en siete días.",
	}
}

// read takes a mail apart: its header and the parts by type.
func read(t *testing.T, text string) (netmail.Header, map[string]string) {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := make(map[string]string)
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return m.Header, parts
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		typ, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		parts[typ] = strings.ReplaceAll(string(b), "\r\n", "\n")
	}
}

func TestAMailArrives(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := &office{}
		server, trust := certificate(t)
		r := newRig(t, d, "smtp://ana:p%40ss@"+o.open(t, server, false)+"?from=Bandeja%20%3Cinbox@example.com%3E", trust)
		if !r.enqueue(letter("ana@example.org")) {
			t.Error("no mail was promised")
		}
		// Until it is sent nobody reads it in the database.
		var payload string
		if err := d.Read(t.Context(), func(tx *db.Tx) error { return tx.Row(`SELECT payload FROM job`, nil, &payload) }); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(payload, "t0k3n") || strings.Contains(payload, "Subject") || payload == "" {
			t.Errorf("the job holds %s", payload)
		}
		r.run()
		r.eventually("the mail", func() bool { return len(o.got()) == 1 && r.count("job") == 0 })
		got := o.got()[0]
		if got.from != "inbox@example.com" || got.to != "ana@example.org" {
			t.Errorf("from %s to %s", got.from, got.to)
		}
		header, parts := read(t, got.text)
		subject, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
		if err != nil || subject != "Invitación a Flores & Café" {
			t.Errorf("subject %q %v", subject, err)
		}
		if header.Get("From") != `"Bandeja" <inbox@example.com>` || header.Get("Auto-Submitted") != "auto-generated" || header.Get("X-Mailer") != "" {
			t.Errorf("header %v", header)
		}
		if want := "Hola <b>Ana</b>:\n\nLe esperamos.\n\nEntrar:\nhttps://inbox.example.com/invite/t0k3n?a=1&b=2\n\nVence en siete días.\n"; strings.TrimSpace(parts["text/plain"]) != strings.TrimSpace(want) {
			t.Errorf("text %q", parts["text/plain"])
		}
		html := parts["text/html"]
		if !strings.Contains(html, `href="https://inbox.example.com/invite/t0k3n?a=1&amp;b=2"`) || !strings.Contains(html, "Hola &lt;b&gt;Ana&lt;/b&gt;:") || !strings.Contains(html, `lang="es"`) {
			t.Errorf("html %s", html)
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		if len(o.logins) != 1 || o.logins[0] != "ana p@ss" || !o.tls[0] {
			t.Errorf("logins %v, TLS %v", o.logins, o.tls)
		}
	})
}

func TestEncryption(t *testing.T) {
	server, trust := certificate(t)
	for _, c := range []struct {
		name     string
		url      func(address string) string
		offered  *tls.Config
		implicit bool
		arrives  bool
		secure   bool
	}{
		{"STARTTLS is used", func(a string) string { return "smtp://" + a + "?from=a@b.example" }, server, false, true, true},
		{"without it nothing is sent", func(a string) string { return "smtp://" + a + "?from=a@b.example" }, nil, false, false, false},
		{"unless it is off", func(a string) string { return "smtp://" + a + "?from=a@b.example&tls=off" }, nil, false, true, false},
		{"from the first byte", func(a string) string { return "smtps://" + a + "?from=a@b.example" }, server, true, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := &office{}
			r := newRig(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)), c.url(o.open(t, c.offered, c.implicit)), trust)
			r.enqueue(letter("ana@example.org"))
			r.run()
			if !c.arrives {
				r.eventually("the attempt failed", func() bool { return r.attempts() > 0 })
				if len(o.got()) != 0 {
					t.Error("a mail went in clear")
				}
				return
			}
			r.eventually("the mail", func() bool { return len(o.got()) == 1 })
			if o.tls[0] != c.secure {
				t.Errorf("TLS %v", o.tls[0])
			}
		})
	}
}

func (r *rig) attempts() (n int) {
	r.t.Helper()
	err := r.d.Read(context.Background(), func(tx *db.Tx) error {
		return tx.Row(`SELECT COALESCE(MAX(attempt), 0) FROM job WHERE error <> ''`, nil, &n)
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

// What the server can't take now is tried again, what it doesn't want is a dead
// letter at once, and neither holds up another's mail.
func TestRefusals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := &office{refusals: []*smtp.SMTPError{{Code: 451, Message: "busy"}}}
		r := newRig(t, d, "smtp://"+o.open(t, nil, false)+"?from=a@b.example&tls=off", nil)
		r.enqueue(letter("later@example.org"))
		r.run()
		r.eventually("the second attempt", func() bool { return len(o.got()) == 1 && r.count("job") == 0 })
		o.mu.Lock()
		o.refusals = []*smtp.SMTPError{{Code: 550, Message: "no such user"}}
		o.mu.Unlock()
		r.enqueue(letter("nobody@example.org"))
		r.eventually("the dead letter", func() bool { return r.count("job_dead") == 1 && r.count("job") == 0 })
		r.enqueue(letter("ana@example.org"))
		r.eventually("another's mail", func() bool { return len(o.got()) == 2 })
	})
}

func TestAMailThatIsTooLateIsNotSent(t *testing.T) {
	o := &office{}
	r := newRig(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)), "smtp://"+o.open(t, nil, false)+"?from=a@b.example&tls=off", nil)
	late := letter("ana@example.org")
	late.Until = time.Now().Add(-time.Second)
	r.enqueue(late)
	r.run()
	r.eventually("the job is done", func() bool { return r.count("job") == 0 })
	if len(o.got()) != 0 {
		t.Error("it was sent")
	}
}

func TestMailIsOff(t *testing.T) {
	r := newRig(t, dbtest.Open(t, dbtest.Options(t, db.SQLite)), "", nil)
	if r.On() || r.enqueue(letter("ana@example.org")) || r.count("job") != 0 {
		t.Error("a mail was promised")
	}
	if (*mail.Mailer)(nil).On() {
		t.Error("nobody sends mail")
	}
}

func TestSettingsThatCannotWork(t *testing.T) {
	d := dbtest.Open(t, dbtest.Options(t, db.SQLite))
	for _, url := range []string{
		"host:25", "http://h?from=a@b.example", "smtp://?from=a@b.example", "smtp://u:hush@h", "smtp://u:hush@h?from=nobody",
		"smtp://u:hush@h:99999?from=a@b.example", "smtp://u:hush@h?from=a@b.example&tls=maybe", "smtps://u:hush@h?from=a@b.example&tls=off",
		"smtp://u:hush@h?from=a@b.example&colour=red", "smtp://u:hush@h\x7f?from=a@b.example", "smtp://u:hush@h/x?from=a@b.example",
	} {
		_, err := mail.New(mail.Options{URL: url, DB: d, Queue: jobs.New(d, slog.New(slog.DiscardHandler))})
		if err == nil || strings.Contains(err.Error(), "hush") || !strings.Contains(err.Error(), "BANDEJA_SMTP_URL") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
