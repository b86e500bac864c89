package httpapi

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
)

// request is what is known of a request before anybody looks at its body.
type request struct {
	id       string
	path     string
	language crm.Language
	ip       string
	device   string
	host     string
	https    bool
}

type requestKey struct{}

func requestOf(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return &request{language: crm.English}
}

// trusted are the proxies whose X-Forwarded-* headers are believed.
type trusted []netip.Prefix

// ParseTrusted reads a comma-separated list of addresses and networks.
func parseTrusted(list string) (trusted, error) {
	var out trusted
	for _, s := range strings.Split(list, ",") {
		if s = strings.TrimSpace(s); s == "" || s == "none" {
			continue
		}
		if a, err := netip.ParseAddr(s); err == nil {
			out = append(out, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func (t trusted) has(ip netip.Addr) bool {
	for _, p := range t {
		if p.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}

// passesOver tells of a request that was forwarded by somebody whose word isn't believed.
func (t trusted) passesOver(r *http.Request) bool {
	if r.Header.Get("X-Forwarded-For") == "" {
		return false
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && !t.has(peer.Addr())
}

// describe reads a request's frame: who calls from where, in which language.
func (t trusted) describe(r *http.Request) *request {
	q := &request{id: newRequestID(), path: r.URL.Path, language: acceptLanguage(r.Header.Get("Accept-Language")), host: r.Host, https: r.TLS != nil}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	q.ip = host
	if ip, err := netip.ParseAddr(host); err == nil && t.has(ip) {
		q.https = q.https || r.Header.Get("X-Forwarded-Proto") == "https"
		// From the right, the first address that is not a proxy of ours.
		list := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(list) - 1; i >= 0; i-- {
			ip, err := netip.ParseAddr(strings.TrimSpace(list[i]))
			if err != nil {
				break
			}
			q.ip = ip.String()
			if !t.has(ip) {
				break
			}
		}
	}
	q.device = device(r.UserAgent())
	return q
}

func newRequestID() string {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// acceptLanguage returns Spanish where the browser prefers it to English.
func acceptLanguage(header string) crm.Language {
	for _, part := range strings.Split(header, ",") {
		tag, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(part)), ";")
		switch {
		case strings.HasPrefix(tag, "es"):
			return crm.Spanish
		case strings.HasPrefix(tag, "en"):
			return crm.English
		}
	}
	return crm.English
}

// device says, in few words, what browser a session runs in.
func device(agent string) string {
	pick := func(names ...[2]string) string {
		for _, n := range names {
			if strings.Contains(agent, n[0]) {
				return n[1]
			}
		}
		return ""
	}
	browser := pick([2]string{"Edg/", "Edge"}, [2]string{"OPR/", "Opera"}, [2]string{"Firefox/", "Firefox"},
		[2]string{"Chrome/", "Chrome"}, [2]string{"Safari/", "Safari"}, [2]string{"curl/", "curl"})
	system := pick([2]string{"Android", "Android"}, [2]string{"iPhone", "iPhone"}, [2]string{"iPad", "iPad"},
		[2]string{"Windows", "Windows"}, [2]string{"Mac OS", "macOS"}, [2]string{"Linux", "Linux"})
	return strings.Trim(browser+" · "+system, " ·")
}

// recorder remembers a response's status for the log.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// Hijack hands over the connection, for WebSockets.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	r.status = http.StatusSwitchingProtocols
	return http.NewResponseController(r.ResponseWriter).Hijack()
}

// Flush sends what is buffered, for streams.
func (r *recorder) Flush() { _ = http.NewResponseController(r.ResponseWriter).Flush() }

// statusClientGone stands in the log and the figures for a request whose asker left
// before the answer: that is nobody's fault. It is nginx's number; nobody receives it.
const statusClientGone = 499

// framed gives each request its number, logs it, and turns a panic into a problem.
func (s *Server) framed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		q := s.trusted.describe(r)
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, q))
		rec := &recorder{ResponseWriter: w}
		rec.Header().Set("X-Request-Id", q.id)
		secureHeaders(rec.Header(), q)
		if s.trusted.passesOver(r) {
			s.strangeProxy.Do(func() {
				s.log.Warn("a proxy that isn't trusted forwards requests: its word on who asks, and by which scheme, isn't believed; set BANDEJA_TRUSTED_PROXIES", "proxy", q.ip)
			})
		}
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(p)
				}
				s.log.Error("panic in a request", "request", q.id, "path", q.path, "panic", p)
				if rec.status == 0 {
					s.problems.write(rec, r, crm.Refuse(crm.CodeInternal))
				}
			}
			level := slog.LevelDebug
			switch {
			case rec.status < 500:
			case errors.Is(r.Context().Err(), context.Canceled):
				rec.status = statusClientGone
			default:
				level = slog.LevelWarn
			}
			s.log.Log(r.Context(), level, "request", "request", q.id, "method", r.Method, "path", redactPath(q.path),
				"status", rec.status, "took", time.Since(begun))
			s.metrics.request(r.Pattern, rec.status, time.Since(begun))
		}()
		next.ServeHTTP(rec, r)
	})
}

// redactPath hides the unguessable part of a webhook's address, and of one-time links.
func redactPath(path string) string {
	if strings.HasPrefix(path, "/hooks/") {
		if i := strings.LastIndexByte(path, '/'); i > len("/hooks/") {
			return path[:i] + "/…"
		}
	}
	for _, link := range []string{invitePath, resetPath} {
		if strings.HasPrefix(path, link) {
			return link + "…"
		}
	}
	return path
}

func secureHeaders(h http.Header, q *request) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(self)")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "+
		"style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	if q.https {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}
