// Package mail sends e-mail over SMTP. A mail is a job of the transaction that needs
// it; its text is sealed until it is sent, because it may hold a one-time link.
package mail

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/bandeja/bandeja/internal/config"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/jobs"
)

const (
	kind = "mail"
	// sendWithin bounds a mail's whole exchange with the server.
	sendWithin = 30 * time.Second
)

// Options are what a Mailer is made of.
type Options struct {
	// URL is the mail server (BANDEJA_SMTP_URL); empty for no mail.
	URL    string
	DB     *db.DB
	Queue  *jobs.Queue
	Keys   *config.Keyring
	Logger *slog.Logger
	// TLS is what the server's certificate is checked by; nil for the system's rules.
	TLS *tls.Config
}

// Mailer sends mails. A nil Mailer sends none.
type Mailer struct {
	o      Options
	server *server
}

// New returns a mailer and registers its kind of job.
func New(o Options) (*Mailer, error) {
	m := &Mailer{o: o}
	if o.URL != "" {
		s, err := parse(o.URL)
		if err != nil {
			return nil, err
		}
		m.server = s
	}
	o.Queue.Handle(kind, jobs.Handler{Leased: true, Run: m.run})
	return m, nil
}

// On tells whether mail is sent at all.
func (m *Mailer) On() bool { return m != nil && m.server != nil }

// Enqueue promises a mail in the transaction that needs it. It tells whether one
// will be sent: none is where mail is off.
func (m *Mailer) Enqueue(tx *db.Tx, workspace crm.ID, msg Message) (bool, error) {
	if !m.On() {
		return false, nil
	}
	text, err := json.Marshal(msg)
	if err != nil {
		return false, err
	}
	_, err = m.o.Queue.Enqueue(tx, jobs.Job{
		Workspace: workspace, Lane: "mail:" + msg.To, LimitKey: kind, Kind: kind,
		Payload: base64.StdEncoding.EncodeToString(m.o.Keys.Seal(text, purpose(workspace))),
	})
	return err == nil, err
}

func purpose(workspace crm.ID) string { return "mail of " + workspace.String() }

// run sends the mail of a job.
func (m *Mailer) run(ctx context.Context, batch []*jobs.Job) error {
	for _, j := range batch {
		err := m.deliver(ctx, j)
		if refusedForGood(err) {
			if err := m.o.DB.Write(ctx, func(tx *db.Tx) error { return m.o.Queue.Bury(tx, j, err) }); err != nil {
				return err
			}
			m.o.Logger.Warn("the mail server refused a mail", "job", j.ID, "err", err)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *Mailer) deliver(ctx context.Context, j *jobs.Job) error {
	if !m.On() {
		return errors.New("mail: no mail server is set (BANDEJA_SMTP_URL)")
	}
	sealed, err := base64.StdEncoding.DecodeString(j.Payload)
	if err != nil {
		return fmt.Errorf("mail: a mail's job can't be read: %w", err)
	}
	text, err := m.o.Keys.Open(sealed, purpose(j.Workspace))
	if err != nil {
		return err
	}
	var msg Message
	if err := json.Unmarshal(text, &msg); err != nil {
		return fmt.Errorf("mail: a mail's job can't be read: %w", err)
	}
	if !msg.Until.IsZero() && time.Now().After(msg.Until) {
		return nil // the link in it has died
	}
	return m.send(ctx, msg, j.ID)
}

func (m *Mailer) send(ctx context.Context, msg Message, id crm.ID) error {
	db.AssertNoWrite("sending mail")
	out := mail.NewMsg(mail.WithNoDefaultUserAgent())
	out.FromMailAddress(&m.server.from)
	if err := out.To(msg.To); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	html, err := msg.html()
	if err != nil {
		return err
	}
	_, domain, _ := strings.Cut(m.server.from.Address, "@")
	out.Subject(msg.Subject)
	out.SetDate()
	// The same at every attempt, so that a mail which was sent twice is shown once.
	out.SetMessageIDWithValue(id.String() + "@" + domain)
	out.SetGenHeader("Auto-Submitted", "auto-generated")
	out.SetBodyString(mail.TypeTextPlain, msg.text())
	out.AddAlternativeString(mail.TypeTextHTML, html)
	client, err := m.client()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	return client.DialAndSendWithContext(ctx, out)
}

func (m *Mailer) client() (*mail.Client, error) {
	s := m.server
	options := []mail.Option{mail.WithPort(s.port), mail.WithTimeout(sendWithin), mail.WithTLSPolicy(s.policy)}
	if s.implicit {
		options = append(options, mail.WithSSL())
	}
	if m.o.TLS != nil {
		t := m.o.TLS.Clone()
		t.ServerName = s.host
		options = append(options, mail.WithTLSConfig(t))
	}
	if s.user != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.user), mail.WithPassword(s.password))
	}
	return mail.NewClient(s.host, options...)
}

// refusedForGood tells whether trying again is of no use: the server doesn't want
// this mail, as when the receiver doesn't exist.
func refusedForGood(err error) bool {
	var se *mail.SendError
	if !errors.As(err, &se) || se.IsTemp() || se.ErrorCode() < 500 {
		return false
	}
	switch se.Reason {
	case mail.ErrSMTPMailFrom, mail.ErrSMTPRcptTo, mail.ErrSMTPData, mail.ErrSMTPDataClose:
		return true
	}
	return false
}

// server is what BANDEJA_SMTP_URL says.
type server struct {
	host           string
	port           int
	implicit       bool
	policy         mail.TLSPolicy
	user, password string
	from           netmail.Address
}

// parse reads BANDEJA_SMTP_URL. Its errors don't repeat it: it holds a password.
func parse(text string) (*server, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("mail: BANDEJA_SMTP_URL must be as smtp://user:pass@host:587?from=inbox@example.com")
	}
	s := &server{host: u.Hostname(), port: 587, policy: mail.TLSMandatory, user: u.User.Username()}
	s.password, _ = u.User.Password()
	if u.Scheme == "smtps" {
		s.port, s.implicit = 465, true
	}
	if p := u.Port(); p != "" {
		if s.port, err = strconv.Atoi(p); err != nil || s.port < 1 || s.port > 65535 {
			return nil, errors.New("mail: the port of BANDEJA_SMTP_URL must be a number up to 65535")
		}
	}
	for name, values := range u.Query() {
		switch {
		case name == "from":
			from, err := netmail.ParseAddress(values[0])
			if err != nil {
				return nil, errors.New("mail: from of BANDEJA_SMTP_URL must be as inbox@example.com or Bandeja%20%3Cinbox@example.com%3E")
			}
			s.from = *from
		case name == "tls" && values[0] == "off" && !s.implicit:
			s.policy = mail.NoTLS
		default:
			return nil, fmt.Errorf("mail: BANDEJA_SMTP_URL takes from, and tls=off with smtp://, not %q", name)
		}
	}
	if s.from.Address == "" {
		return nil, errors.New("mail: BANDEJA_SMTP_URL must say from whom mails come: add ?from=inbox@example.com")
	}
	return s, nil
}
