package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/config"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/httpapi"
)

type userCmd struct {
	Add      userAddCmd      `cmd:"" help:"Add a user. Works on an empty folder and beside a running server."`
	Password userPasswordCmd `cmd:"" help:"Set a user's password, which ends all their sessions and API tokens."`
}

type userAddCmd struct {
	Data          string `help:"Data folder (BANDEJA_DATA)."`
	Email         string `required:"" help:"E-mail to sign in with."`
	Name          string `required:"" help:"Name that others see."`
	Role          string `default:"agent" enum:"owner,manager,agent" help:"owner, manager or agent."`
	Language      string `default:"en" enum:"en,es" help:"en or es."`
	PasswordStdin bool   `name:"password-stdin" help:"Read the password from standard input."`
}

func (c userAddCmd) Run(ctx context.Context, settings config.Config) error {
	override(&settings.DataDir, c.Data)
	if !c.PasswordStdin {
		return errors.New("give the password on standard input, with --password-stdin")
	}
	password, err := readPassword()
	if err != nil {
		return err
	}
	return withDB(ctx, settings, func(d *db.DB) error {
		v, err := account.New(d, eventlog.New(d, slog.Default())).AddUser(ctx, account.NewUser{
			Email: c.Email, Name: c.Name, Role: crm.Role(c.Role), Language: crm.Language(c.Language), Password: password,
		})
		if err == nil {
			fmt.Println(v.User)
		}
		return inWords(err)
	})
}

type userPasswordCmd struct {
	Data           string `help:"Data folder (BANDEJA_DATA)."`
	Email          string `required:"" help:"The user's e-mail."`
	PasswordStdin  bool   `name:"password-stdin" help:"Read the password from standard input."`
	NoSecondFactor bool   `name:"no-second-factor" help:"Switch the second factor off too, where it is lost."`
}

func (c userPasswordCmd) Run(ctx context.Context, settings config.Config) error {
	override(&settings.DataDir, c.Data)
	if !c.PasswordStdin {
		return errors.New("give the password on standard input, with --password-stdin")
	}
	password, err := readPassword()
	if err != nil {
		return err
	}
	return withDB(ctx, settings, func(d *db.DB) error {
		return inWords(account.New(d, eventlog.New(d, slog.Default())).SetPassword(ctx, c.Email, password, c.NoSecondFactor))
	})
}

// readPassword reads the first line of standard input.
func readPassword() (string, error) {
	line, err := bufio.NewReader(io.LimitReader(os.Stdin, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}

type tokenCmd struct {
	Add tokenAddCmd `cmd:"" help:"Make an API token for a user and print it."`
}

type tokenAddCmd struct {
	Data  string `help:"Data folder (BANDEJA_DATA)."`
	Email string `required:"" help:"The user's e-mail."`
	Name  string `required:"" help:"What the token is for."`
}

func (c tokenAddCmd) Run(ctx context.Context, settings config.Config) error {
	override(&settings.DataDir, c.Data)
	return withDB(ctx, settings, func(d *db.DB) error {
		v, err := account.New(d, eventlog.New(d, slog.Default())).ViewerByEmail(ctx, c.Email)
		if err != nil {
			return inWords(err)
		}
		var secret string
		err = d.Write(ctx, func(tx *db.Tx) error {
			_, secret, err = account.AddToken(tx, v, c.Name)
			return err
		})
		if err == nil {
			fmt.Println(secret)
		}
		return inWords(err)
	})
}

// withDB opens the database for a short command, beside a server or without one.
func withDB(ctx context.Context, settings config.Config, do func(*db.DB) error) error {
	d, err := db.Open(ctx, db.Options{URL: settings.DatabaseURL, Dir: settings.DataDir})
	if err != nil {
		return err
	}
	return errors.Join(do(d), d.Close())
}

// inWords makes a refusal a sentence.
func inWords(err error) error {
	var ce *crm.Error
	if errors.As(err, &ce) {
		text := httpapi.Sentence(ce, crm.English)
		if ce.Field != "" {
			text = ce.Field + ": " + text
		}
		return errors.New(text)
	}
	return err
}

type migrateCmd struct {
	Data string `help:"Data folder (BANDEJA_DATA)."`
}

func (c migrateCmd) Run(ctx context.Context, settings config.Config) error {
	override(&settings.DataDir, c.Data)
	return withDB(ctx, settings, func(*db.DB) error { return nil })
}

type backupCmd struct {
	Data string `help:"Data folder (BANDEJA_DATA)."`
	To   string `arg:"" help:"File to write; it must not exist."`
}

func (c backupCmd) Run(ctx context.Context, settings config.Config) error {
	override(&settings.DataDir, c.Data)
	if _, err := os.Stat(c.To); err == nil {
		return fmt.Errorf("%s exists already: choose another name", c.To)
	}
	return withDB(ctx, settings, func(d *db.DB) error { return d.Backup(ctx, c.To) })
}

type openAPICmd struct{}

func (openAPICmd) Run(ctx context.Context, settings config.Config) error {
	dir, err := os.MkdirTemp("", "bandeja-openapi")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	settings.DataDir, settings.DatabaseURL = dir, ""
	a, err := assemble(ctx, settings, parts{version: "1"})
	if err != nil {
		return err
	}
	defer a.db.Close()
	text, err := a.server.OpenAPI()
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(append(text, '\n'))
	return err
}
