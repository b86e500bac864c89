package safehttp

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestPrivateAddressesAreNotPublic(t *testing.T) {
	for _, s := range []string{
		"127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
		"0.0.0.0", "0.1.2.3", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9",
		"224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1",
		"ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "2001::1", "100::1",
	} {
		if Public(netip.MustParseAddr(s)) {
			t.Errorf("%s counts as public", s)
		}
	}
	for _, s := range []string{"1.1.1.1", "8.8.8.8", "157.240.1.1", "172.32.0.1", "2606:4700::1", "2a03:2880::1"} {
		if !Public(netip.MustParseAddr(s)) {
			t.Errorf("%s does not count as public", s)
		}
	}
}

func TestTheGuardHoldsWhenDialling(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a guarded client reached loopback")
	}))
	defer srv.Close()
	port := srv.URL[strings.LastIndexByte(srv.URL, ':')+1:]
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f000001", "0177.0.0.1", "127.1"} {
		resp, err := Client(false, 5*time.Second).Get("http://" + host + ":" + port)
		if err == nil {
			resp.Body.Close()
			t.Errorf("%s was reached", host)
		}
	}
	_, err := Client(false, 5*time.Second).Get(srv.URL)
	if !errors.Is(err, ErrForbidden) {
		t.Errorf("err = %v, want ErrForbidden", err)
	}
}

func TestRedirectsAreBoundedAndGuarded(t *testing.T) {
	n := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n++
		http.Redirect(w, r, "/again", http.StatusFound)
	}))
	defer srv.Close()
	if _, err := Client(true, 5*time.Second).Get(srv.URL); err == nil || n > maxRedirects+1 {
		t.Errorf("%d calls, err %v", n, err)
	}
}

func TestLimit(t *testing.T) {
	for size, want := range map[int]error{9: nil, 10: nil, 11: ErrTooLarge, 5000: ErrTooLarge} {
		b, err := io.ReadAll(Limit(strings.NewReader(strings.Repeat("x", size)), 10))
		if !errors.Is(err, want) || want == nil && len(b) != size || len(b) > 10 {
			t.Errorf("size %d: %d bytes, err %v", size, len(b), err)
		}
	}
}
