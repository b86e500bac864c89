// Package config reads Bandeja's settings from the environment, keeps the keys
// that seal secrets at rest, and sets up logging.
package config

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Config holds every setting. The tags are the documentation: `bandeja help
// config` prints them.
type Config struct {
	DataDir     string        `env:"BANDEJA_DATA" default:"./data" help:"Data folder: database, files, keys."`
	Listen      string        `env:"BANDEJA_LISTEN" default:"127.0.0.1:8080" help:"Address to listen on."`
	DatabaseURL string        `env:"BANDEJA_DATABASE_URL" help:"postgres://… ; empty for SQLite in the data folder." secret:"true"`
	PublicURL   string        `env:"BANDEJA_PUBLIC_URL" help:"Address by which browsers and providers reach this server, as https://inbox.example.com."`
	SecretKey   string        `env:"BANDEJA_SECRET_KEY" help:"64 hex digits that seal secrets at rest; made in the data folder when empty. Needed with several servers." secret:"true"`
	LogLevel    string        `env:"BANDEJA_LOG_LEVEL" default:"info" help:"debug, info, warn or error."`
	LogFormat   string        `env:"BANDEJA_LOG_FORMAT" default:"text" help:"text or json."`
	TrustProxy  string        `env:"BANDEJA_TRUSTED_PROXIES" default:"127.0.0.0/8,::1" help:"Comma-separated addresses or networks whose X-Forwarded-* headers are believed; none for nobody's."`
	PprofListen string        `env:"BANDEJA_PPROF_LISTEN" help:"Loopback address for pprof and nothing else; empty for none."`
	InboundKeep time.Duration `env:"BANDEJA_INBOUND_KEEP" default:"72h" help:"How long raw webhooks are kept after they were read."`
	MaxUpload   int64         `env:"BANDEJA_MAX_UPLOAD_MB" default:"100" help:"Largest file taken, in MB."`
	SMTPURL     string        `env:"BANDEJA_SMTP_URL" help:"Mail server for invitations and forgotten passwords, as smtp://user:pass@host:587?from=Bandeja%20%3Cinbox@example.com%3E; smtps:// for TLS from the first byte, tls=off for none. Empty: no mail is sent. Needs BANDEJA_PUBLIC_URL." secret:"true"`

	OIDCIssuer       string `env:"BANDEJA_OIDC_ISSUER" help:"Address of an OpenID Connect provider to sign in with; empty for none. Its redirect address is BANDEJA_PUBLIC_URL/auth/oidc/callback."`
	OIDCClientID     string `env:"BANDEJA_OIDC_CLIENT_ID" help:"What the provider calls Bandeja."`
	OIDCClientSecret string `env:"BANDEJA_OIDC_CLIENT_SECRET" help:"The secret that goes with it." secret:"true"`
	OIDCName         string `env:"BANDEJA_OIDC_NAME" default:"SSO" help:"The provider's name on the sign-in button."`
	OIDCJoin         string `env:"BANDEJA_OIDC_JOIN" default:"off" help:"agent: somebody with a verified e-mail that is unknown here becomes an agent. off: only those who are members or invited sign in."`
	OIDCOnly         bool   `env:"BANDEJA_OIDC_ONLY" default:"false" help:"true: only owners sign in with a password."`
}

// Load reads the environment through lookup (os.LookupEnv).
func Load(lookup func(string) (string, bool)) (Config, error) {
	var c Config
	v := reflect.ValueOf(&c).Elem()
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name := f.Tag.Get("env")
		text, ok := lookup(name)
		if !ok || text == "" {
			text = f.Tag.Get("default")
		}
		if text == "" {
			continue
		}
		switch p := v.Field(i).Addr().Interface().(type) {
		case *string:
			*p = text
		case *int64:
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil || n <= 0 {
				return c, fmt.Errorf("config: %s must be a whole number above 0, not %q", name, text)
			}
			*p = n
		case *time.Duration:
			d, err := time.ParseDuration(text)
			if err != nil || d <= 0 {
				return c, fmt.Errorf("config: %s must be a duration as 72h, not %q", name, text)
			}
			*p = d
		case *bool:
			b, err := strconv.ParseBool(text)
			if err != nil {
				return c, fmt.Errorf("config: %s must be true or false, not %q", name, text)
			}
			*p = b
		}
	}
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return c, fmt.Errorf("config: BANDEJA_PUBLIC_URL must be an http or https address, not %q", c.PublicURL)
		}
		c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	}
	return c, c.checkWaysIn()
}

// checkWaysIn refuses settings of mail and single sign-on that can't work. Links that
// somebody else reads are never made of a request's own idea of this server's address.
func (c Config) checkWaysIn() error {
	switch {
	case c.SMTPURL != "" && c.PublicURL == "":
		return errors.New("config: BANDEJA_SMTP_URL needs BANDEJA_PUBLIC_URL: the links in mails are made from it")
	case c.OIDCJoin != "off" && c.OIDCJoin != "agent":
		return fmt.Errorf("config: BANDEJA_OIDC_JOIN must be off or agent, not %q", c.OIDCJoin)
	case c.OIDCIssuer == "" && (c.OIDCOnly || c.OIDCJoin != "off"):
		return errors.New("config: BANDEJA_OIDC_ONLY and BANDEJA_OIDC_JOIN need BANDEJA_OIDC_ISSUER")
	case c.OIDCIssuer == "":
		return nil
	case c.PublicURL == "":
		return errors.New("config: BANDEJA_OIDC_ISSUER needs BANDEJA_PUBLIC_URL: the provider sends browsers back to it")
	case c.OIDCClientID == "":
		return errors.New("config: BANDEJA_OIDC_ISSUER needs BANDEJA_OIDC_CLIENT_ID")
	}
	return nil
}

// Usage writes every setting with its default.
func Usage(w io.Writer) {
	t := reflect.TypeFor[Config]()
	for i := range t.NumField() {
		f := t.Field(i)
		fmt.Fprintf(w, "%s\n    %s", f.Tag.Get("env"), f.Tag.Get("help"))
		if d := f.Tag.Get("default"); d != "" {
			fmt.Fprintf(w, " Default: %s.", d)
		}
		fmt.Fprintln(w)
	}
}

// Logger returns the program's logger.
func (c Config) Logger(w io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return nil, fmt.Errorf("config: BANDEJA_LOG_LEVEL must be debug, info, warn or error, not %q", c.LogLevel)
	}
	o := &slog.HandlerOptions{Level: level}
	switch c.LogFormat {
	case "json":
		return slog.New(slog.NewJSONHandler(w, o)), nil
	case "text":
		return slog.New(slog.NewTextHandler(w, o)), nil
	}
	return nil, fmt.Errorf("config: BANDEJA_LOG_FORMAT must be text or json, not %q", c.LogFormat)
}

// Instance returns a name for this data folder, the same at every start.
func Instance(dir string) (string, error) {
	return readOrMake(dir, "instance", 16)
}

func readOrMake(dir, name string, size int) (string, error) {
	path := dir + string(os.PathSeparator) + name
	b, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(b)), nil
	}
	if !os.IsNotExist(err) {
		return "", fmt.Errorf("config: reading %s: %w", path, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("config: the data folder can't be made: %w", err)
	}
	text := randomHex(size)
	// Exclusively, so that two processes starting together agree on one.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if os.IsExist(err) {
		return readOrMake(dir, name, size)
	}
	if err != nil {
		return "", fmt.Errorf("config: making %s: %w", path, err)
	}
	defer f.Close()
	if _, err := f.WriteString(text + "\n"); err != nil {
		return "", err
	}
	return text, f.Sync()
}
