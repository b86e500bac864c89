// Package bench measures Bandeja from outside: it runs the real binary as a child
// process, drives it over HTTP as providers and agents would, and counts. All its
// traffic stays on loopback, bounded in number and time.
package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Server is a child process that serves a data folder.
type Server struct {
	// Binary is the program; DataDir its folder; DatabaseURL a PostgreSQL, or "".
	Binary, DataDir, DatabaseURL string
	// Token is the API token of its owner, set by SetUp.
	Token string
	// Address is HOST:PORT, the same across restarts.
	Address string

	client *http.Client
	hook   string
	mu     sync.Mutex
	cmd    *exec.Cmd
	output bytes.Buffer
}

// FreeAddress returns a loopback address that nobody listens on.
func FreeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func (s *Server) environ() []string {
	env := []string{
		"BANDEJA_PUBLIC_URL=http://" + s.Address, "BANDEJA_DATABASE_URL=" + s.DatabaseURL, "BANDEJA_LOG_LEVEL=warn",
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.DataDir, "TZ=UTC",
	}
	if p := os.Getenv("BANDEJA_PPROF_LISTEN"); p != "" {
		env = append(env, "BANDEJA_PPROF_LISTEN="+p)
	}
	return env
}

// SetUp makes the owner and a token on an empty folder.
func (s *Server) SetUp(ctx context.Context) error {
	if err := s.address(); err != nil {
		return err
	}
	if _, err := s.command(ctx, "a quiet password\n", "user", "add", "--data", s.DataDir, "--email", "owner@example.com",
		"--name", "Owner", "--role", "owner", "--password-stdin"); err != nil {
		return err
	}
	return s.addToken(ctx)
}

// Enter makes a token on a folder that has the owner already.
func (s *Server) Enter(ctx context.Context) error {
	if err := s.address(); err != nil {
		return err
	}
	return s.addToken(ctx)
}

func (s *Server) address() (err error) {
	s.client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 256, MaxConnsPerHost: 256}}
	if s.Address == "" {
		s.Address, err = FreeAddress()
	}
	return err
}

func (s *Server) addToken(ctx context.Context) (err error) {
	s.Token, err = s.command(ctx, "", "token", "add", "--data", s.DataDir, "--email", "owner@example.com", "--name", "bench")
	return err
}

func (s *Server) command(ctx context.Context, input string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, s.Binary, args...)
	cmd.Env, cmd.Stdin = s.environ(), strings.NewReader(input)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("bench: %s: %w: %s", strings.Join(args[:2], " "), err, errs.String())
	}
	return strings.TrimSpace(out.String()), nil
}

// Start starts the process and waits until it is ready. It returns how long that took.
func (s *Server) Start(ctx context.Context) (time.Duration, error) {
	begun := time.Now()
	cmd := exec.Command(s.Binary, "serve", "--data", s.DataDir, "--listen", s.Address)
	cmd.Env = s.environ()
	cmd.Stdout, cmd.Stderr = &s.output, &s.output
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	s.mu.Lock()
	s.cmd = cmd
	s.mu.Unlock()
	for {
		resp, err := s.client.Get("http://" + s.Address + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return time.Since(begun), nil
			}
		}
		if time.Since(begun) > time.Minute {
			return 0, errors.New("bench: the server is not ready after a minute: " + s.Output())
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// Kill ends the process at once, as a power cut would, by its pid.
func (s *Server) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

// Stop asks the process to end, and kills it if it doesn't in time.
func (s *Server) Stop() {
	s.mu.Lock()
	cmd := s.cmd
	s.cmd = nil
	s.mu.Unlock()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Signal(os.Interrupt)
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(25 * time.Second):
		_ = cmd.Process.Kill()
		<-done
	}
}

// Pid returns the process's number, 0 when it doesn't run.
func (s *Server) Pid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil {
		return 0
	}
	return s.cmd.Process.Pid
}

// Output returns the last of what the process wrote.
func (s *Server) Output() string {
	b := s.output.Bytes()
	return string(b[max(0, len(b)-4000):])
}

// Call makes an API call. in and out are JSON; key is an Idempotency-Key or "". The
// status is 0 when no answer came.
func (s *Server) Call(ctx context.Context, method, path, key string, in, out any) (status int, err error) {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return 0, err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+s.Address+"/api/v1"+path, body)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+s.Token)
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	if resp.StatusCode >= 300 {
		return resp.StatusCode, fmt.Errorf("bench: %s %s: %d %s", method, path, resp.StatusCode, b)
	}
	if out != nil {
		err = json.Unmarshal(b, out)
	}
	return resp.StatusCode, err
}

// Post posts a webhook and returns its status, 0 when no answer came.
func (s *Server) Post(ctx context.Context, url string, header http.Header, body []byte) int {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	req.Header = header
	resp, err := s.client.Do(req)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	return resp.StatusCode
}

// Channel is a connected channel.
type Channel struct {
	ID         string `json:"id"`
	WebhookURL string `json:"webhook_url"`
	Health     struct {
		QueueIn    int `json:"queue_in"`
		QueueOut   int `json:"queue_out"`
		Unreadable int `json:"unreadable"`
		Dead       int `json:"dead"`
	} `json:"health"`
}

// Connect connects a channel.
func (s *Server) Connect(ctx context.Context, typ string, config map[string]string) (Channel, error) {
	var ch Channel
	_, err := s.Call(ctx, http.MethodPost, "/channels", "", map[string]any{"type": typ, "name": typ, "config": config}, &ch)
	return ch, err
}
