// Command bandeja is the whole of Bandeja: the server, its command line, the demo
// and the provider simulator, in one binary.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/bandeja/bandeja/internal/config"
)

// version is stamped by the build.
var version = "dev"

type cli struct {
	Serve   serveCmd   `cmd:"" help:"Run the server."`
	Demo    demoCmd    `cmd:"" help:"Run the server with demo data and the provider simulator."`
	Sim     simCmd     `cmd:"" help:"Run the provider simulator alone."`
	User    userCmd    `cmd:"" help:"Manage users."`
	Token   tokenCmd   `cmd:"" help:"Manage API tokens."`
	Migrate migrateCmd `cmd:"" help:"Bring the database's schema up to date and exit."`
	Backup  backupCmd  `cmd:"" help:"Write a consistent copy of the SQLite database."`
	Bench   benchCmd   `cmd:"" help:"Measure this machine and Bandeja on it."`
	OpenAPI openAPICmd `cmd:"" name:"openapi" help:"Print the API's OpenAPI document."`
	Config  configCmd  `cmd:"" help:"List every setting of the environment."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	settings, err := config.Load(os.LookupEnv)
	if err != nil {
		fail(err)
	}
	var c cli
	k := kong.Parse(&c, kong.Name("bandeja"), kong.Description("One inbox for every channel."),
		kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(settings))
	if err := k.Run(); err != nil && !errors.Is(err, context.Canceled) {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "bandeja: "+err.Error())
	os.Exit(1)
}

type versionCmd struct{}

func (versionCmd) Run() error {
	fmt.Println(version)
	return nil
}

type configCmd struct{}

func (configCmd) Run() error {
	config.Usage(os.Stdout)
	return nil
}
