package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/bandeja/bandeja/internal/config"
	"github.com/bandeja/bandeja/internal/sim"
)

type simCmd struct {
	Listen string `default:"127.0.0.1:8090" help:"Loopback address to listen on."`
}

func (c simCmd) Run(ctx context.Context, settings config.Config) error {
	log, err := settings.Logger(os.Stderr)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("%s can't be listened on: %w", c.Listen, err)
	}
	s := sim.New(sim.Options{Logger: log, BaseURL: "http://" + l.Addr().String(), ReceiptDelay: 600 * time.Millisecond})
	defer s.Close()
	log.Info("the simulator is ready", "address", "http://"+l.Addr().String())
	return serveUntil(ctx, l, s.Handler())
}

// serveUntil serves until ctx ends, and then cuts what is left after a while:
// event streams never end by themselves.
func serveUntil(ctx context.Context, l net.Listener, h http.Handler) error {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if srv.Shutdown(grace) != nil {
		_ = srv.Close()
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
