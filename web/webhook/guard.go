package webhook

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
	"time"
)

// notPublic is address space that no webhook reaches unless its configuration
// names it: the server's own network must not be asked through a name that
// somebody else points there.
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"), // shared by carriers
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), // IPv4 behind a translator
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), // IPv4 inside IPv6
	netip.MustParsePrefix("3fff::/20"),
	netip.MustParsePrefix("5f00::/16"),
	netip.MustParsePrefix("fec0::/10"),
}

var errNotAllowed = errors.New("this network address is not allowed")

// reachable reports whether a message may go to a network address: to a public
// one over TLS, to any that the configuration allows.
func reachable(at netip.Addr, allowed []netip.Prefix, tls bool) bool {
	if at.Zone() != "" {
		return false
	}
	at = at.Unmap()
	holds := func(p netip.Prefix) bool { return p.Contains(at) }
	if slices.ContainsFunc(allowed, holds) {
		return true
	}
	return tls && at.IsGlobalUnicast() && !at.IsPrivate() && !slices.ContainsFunc(notPublic, holds)
}

// newClient makes a client that looks at every network address when it connects
// to it, after the name was looked up: a name cannot be one thing when it is
// checked and another when it is used. It follows no redirect and no proxy.
func newClient(a Address) *http.Client {
	dialer := &net.Dialer{Timeout: patience, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !reachable(at.Addr(), a.Allow, a.secure()) {
			return errNotAllowed
		}
		return nil
	}}
	return &http.Client{
		Timeout: patience,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: patience,
			MaxIdleConnsPerHost: 2, MaxConnsPerHost: atOnce, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 16 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
