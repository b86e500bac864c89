package main

import (
	"context"
	"fmt"
	"net"

	"github.com/bandeja/bandeja/internal/config"
)

type serveCmd struct {
	Data   string `help:"Data folder (BANDEJA_DATA)."`
	Listen string `help:"Address to listen on, HOST:PORT (BANDEJA_LISTEN)."`
}

func (c serveCmd) Run(ctx context.Context, settings config.Config) error {
	override(&settings.DataDir, c.Data)
	override(&settings.Listen, c.Listen)
	// The port first: whoever can't have it must not touch the data.
	l, err := net.Listen("tcp", settings.Listen)
	if err != nil {
		return fmt.Errorf("%s can't be listened on (%w): stop what uses it, or choose another by --listen", settings.Listen, err)
	}
	instance, err := config.Instance(settings.DataDir)
	if err != nil {
		return err
	}
	a, err := assemble(ctx, settings, parts{instance: instance})
	if err != nil {
		return err
	}
	return a.run(ctx, l)
}

func override(p *string, value string) {
	if value != "" {
		*p = value
	}
}
