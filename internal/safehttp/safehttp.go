// Package safehttp talks to strangers: an HTTP client for addresses that users
// or providers give. It refuses addresses inside the operator's network at the
// moment of dialling, so that neither a redirect nor a changing DNS answer gets
// around it, and bounds time, redirects and size.
package safehttp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"github.com/bandeja/bandeja/internal/db"
)

// ErrForbidden means that the address lies in a network that must not be called.
var ErrForbidden = errors.New("safehttp: address in a private or reserved network")

// ErrTooLarge means that a body exceeds its cap.
var ErrTooLarge = errors.New("safehttp: body too large")

const maxRedirects = 3

// special are the networks that are not of the public internet, besides what
// netip knows itself (loopback, private, link-local, multicast, unspecified).
func special() []netip.Prefix {
	var out []netip.Prefix
	for _, s := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
		"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "255.255.255.255/32",
		"64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fec0::/10",
	} {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// Public tells whether an address belongs to the public internet.
func Public(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range special() {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

func refusePrivate(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil || !Public(ap.Addr()) {
		return fmt.Errorf("%w: %s", ErrForbidden, address)
	}
	return nil
}

// Client returns a guarded client. private lifts the guard, for addresses that an
// owner has set; timeout bounds a whole exchange with its body.
func Client(private bool, timeout time.Duration) *http.Client {
	d := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	if !private {
		d.Control = refusePrivate
	}
	return &http.Client{
		Timeout: timeout,
		Transport: noWrites{&http.Transport{
			DialContext:           d.DialContext,
			TLSHandshakeTimeout:   10 * time.Second,
			ResponseHeaderTimeout: timeout,
			MaxIdleConnsPerHost:   32,
			IdleConnTimeout:       60 * time.Second,
			ForceAttemptHTTP2:     true,
		}},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return errors.New("safehttp: too many redirects")
			}
			if req.URL.Scheme != "https" && via[0].URL.Scheme == "https" {
				return errors.New("safehttp: redirect from https to " + req.URL.Scheme)
			}
			return nil // net/http drops Authorization when the host changes
		},
	}
}

// noWrites catches calls made inside a write transaction.
type noWrites struct{ http.RoundTripper }

func (t noWrites) RoundTrip(r *http.Request) (*http.Response, error) {
	db.AssertNoWrite("a network call")
	return t.RoundTripper.RoundTrip(r)
}

// Limit returns a reader that fails with ErrTooLarge after n bytes.
func Limit(r io.Reader, n int64) io.Reader { return &limited{r: r, left: n} }

type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, ErrTooLarge
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	l.left -= int64(n)
	if l.left < 0 {
		return n + int(l.left), ErrTooLarge
	}
	return n, err
}

// CheckHost resolves a host and tells whether every address of it is public, for
// an early word to whoever enters it; dialling checks again.
func CheckHost(ctx context.Context, host string) error {
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return err
	}
	for _, ip := range ips {
		if !Public(ip) {
			return fmt.Errorf("%w: %s", ErrForbidden, host)
		}
	}
	return nil
}
