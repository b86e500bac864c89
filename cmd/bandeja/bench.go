package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/bandeja/bandeja/internal/bench"
	"github.com/bandeja/bandeja/internal/config"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/web"
	"github.com/bandeja/bandeja/widget"
)

type benchCmd struct {
	Run   benchRunCmd   `cmd:"" help:"Measure everything and print a table."`
	Seed  benchSeedCmd  `cmd:"" help:"Fill an installation with contacts and messages."`
	Crash benchCrashCmd `cmd:"" help:"Kill a server under load, again and again, and count what was lost."`
}

// postgresEnv names the PostgreSQL that measurements may make schemas in.
const postgresEnv = "BANDEJA_TEST_POSTGRES"

type benchRunCmd struct {
	Out      string        `help:"JSON file to write." default:"bench/results.json"`
	Contacts int           `help:"Contacts that lists and searches are measured on." default:"1000000"`
	Messages int           `help:"Messages of theirs." default:"5000000"`
	Length   time.Duration `help:"How long each load runs." default:"5s"`
	Only     []string      `help:"Parts to measure: sqlite, sqlite-large, postgres, postgres-large, sizes; all by default." enum:"sqlite,sqlite-large,postgres,postgres-large,sizes"`
	Steps    []string      `help:"Of the large ones only these: lists, custom, contacts, texts, long, bulk; all by default." enum:"lists,custom,contacts,texts,long,bulk"`
	Seeded   string        `help:"Data folder that 'bench seed' has filled, to measure reading on instead of making one; for postgres-large BANDEJA_TEST_POSTGRES is its database. Its owner is owner@example.com."`
}

func (c benchRunCmd) Run(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	results, err := bench.Run(ctx, bench.RunOptions{
		Binary: self, PostgresURL: os.Getenv(postgresEnv), Contacts: c.Contacts, Messages: c.Messages, Length: c.Length,
		Only: c.Only, Steps: c.Steps, Seeded: c.Seeded, Web: web.Files(), Widget: widget.Files(), Out: os.Stdout,
	})
	if err != nil {
		return err
	}
	return bench.Save(c.Out, results)
}

type benchSeedCmd struct {
	Data     string `help:"Data folder (BANDEJA_DATA)."`
	Contacts int    `required:"" help:"How many contacts."`
	Messages int    `required:"" help:"How many messages."`
}

func (c benchSeedCmd) Run(ctx context.Context, settings config.Config) error {
	override(&settings.DataDir, c.Data)
	return withDB(ctx, settings, func(d *db.DB) error {
		return bench.Seed(ctx, d, bench.SeedOptions{Contacts: c.Contacts, Messages: c.Messages, Log: os.Stderr})
	})
}

type benchCrashCmd struct {
	Kills    int           `help:"How often to kill the server." default:"100"`
	Rate     int           `help:"Messages a second in, and as many out." default:"200"`
	Up       time.Duration `help:"Mean time between a start and the next kill." default:"1s"`
	Postgres string        `help:"Address of an empty PostgreSQL; SQLite without it."`
}

func (c benchCrashCmd) Run(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bandeja-crash")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r, err := bench.Crash(ctx, bench.CrashOptions{
		Server: &bench.Server{Binary: self, DataDir: dir, DatabaseURL: c.Postgres}, Kills: c.Kills, Rate: c.Rate, Up: c.Up, Log: os.Stderr,
	})
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	fmt.Println(string(b))
	return r.Err()
}
