package config_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bandeja/bandeja/internal/config"
)

func TestLoad(t *testing.T) {
	env := map[string]string{"BANDEJA_LISTEN": "127.0.0.1:9", "BANDEJA_PUBLIC_URL": "https://a.example/", "BANDEJA_INBOUND_KEEP": "1h"}
	lookup := func(k string) (string, bool) { v, ok := env[k]; return v, ok }
	c, err := config.Load(lookup)
	if err != nil || c.Listen != "127.0.0.1:9" || c.PublicURL != "https://a.example" || c.InboundKeep.Hours() != 1 || c.DataDir != "./data" {
		t.Fatalf("%+v %v", c, err)
	}
	for k, v := range map[string]string{"BANDEJA_PUBLIC_URL": "a.example", "BANDEJA_MAX_UPLOAD_MB": "0", "BANDEJA_INBOUND_KEEP": "soon"} {
		env := map[string]string{k: v}
		if _, err := config.Load(func(k string) (string, bool) { v, ok := env[k]; return v, ok }); err == nil || !strings.Contains(err.Error(), k) {
			t.Errorf("%s=%s: %v", k, v, err)
		}
	}
}

func TestWaysIn(t *testing.T) {
	for _, c := range []struct {
		name string
		env  map[string]string
		says string // "" where the settings are good
	}{
		{"nothing", nil, ""},
		{"mail", map[string]string{"BANDEJA_SMTP_URL": "smtp://h?from=a@b.example", "BANDEJA_PUBLIC_URL": "https://a.example"}, ""},
		{"mail without an address", map[string]string{"BANDEJA_SMTP_URL": "smtp://u:hush@h?from=a@b.example"}, "BANDEJA_PUBLIC_URL"},
		{"single sign-on", map[string]string{"BANDEJA_OIDC_ISSUER": "https://id.example", "BANDEJA_OIDC_CLIENT_ID": "x", "BANDEJA_OIDC_ONLY": "true", "BANDEJA_OIDC_JOIN": "agent", "BANDEJA_PUBLIC_URL": "https://a.example"}, ""},
		{"without an address", map[string]string{"BANDEJA_OIDC_ISSUER": "https://id.example", "BANDEJA_OIDC_CLIENT_ID": "x"}, "BANDEJA_PUBLIC_URL"},
		{"without a client", map[string]string{"BANDEJA_OIDC_ISSUER": "https://id.example", "BANDEJA_PUBLIC_URL": "https://a.example"}, "BANDEJA_OIDC_CLIENT_ID"},
		{"only, of nothing", map[string]string{"BANDEJA_OIDC_ONLY": "true"}, "BANDEJA_OIDC_ISSUER"},
		{"an unknown role", map[string]string{"BANDEJA_OIDC_JOIN": "owner"}, "BANDEJA_OIDC_JOIN"},
		{"neither true nor false", map[string]string{"BANDEJA_OIDC_ONLY": "perhaps"}, "BANDEJA_OIDC_ONLY"},
	} {
		_, err := config.Load(func(k string) (string, bool) { v, ok := c.env[k]; return v, ok })
		if (err == nil) != (c.says == "") || err != nil && (!strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hush")) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestKeyring(t *testing.T) {
	dir := t.TempDir()
	k, err := config.OpenKeyring(config.Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v %v", info, err)
	}
	sealed := k.Seal([]byte("token 123"), "channel 1")
	if bytes.Contains(sealed, []byte("token")) {
		t.Error("a secret is readable at rest")
	}
	again, err := config.OpenKeyring(config.Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := again.Open(sealed, "channel 1"); err != nil || string(text) != "token 123" {
		t.Errorf("%q %v", text, err)
	}
	if _, err := again.Open(sealed, "channel 2"); !errors.Is(err, config.ErrSealed) {
		t.Errorf("opened for another purpose: %v", err)
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := again.Open(sealed, "channel 1"); !errors.Is(err, config.ErrSealed) {
		t.Errorf("a changed secret: %v", err)
	}
	other, err := config.NewKeyring(strings.Repeat("ab", 32))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Open(k.Seal([]byte("x"), "p"), "p"); !errors.Is(err, config.ErrSealed) {
		t.Errorf("another key: %v", err)
	}
}
