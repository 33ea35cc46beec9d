package widgetpage

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// listenFunc is net.ListenConfig.Listen.
type listenFunc func(ctx context.Context, network, address string) (net.Listener, error)

// freeTries bounds the search for a port that is free in both families.
const freeTries = 10

// listenLoopback opens the first port that is free on 127.0.0.1 and on [::1].
// Browsers differ in which of the two "localhost" means, so whoever holds only
// one leaves the other to any program of this machine.
func listenLoopback(ctx context.Context, listen listenFunc, ports []int) ([]net.Listener, int, error) {
	if len(ports) == 0 {
		ports = []int{0}
	}
	var busy []string
	for _, port := range ports {
		if port < 0 || port > 65535 {
			return nil, 0, fmt.Errorf("widgetpage: %d is not a port; set widget.ports to numbers from 0 to 65535", port)
		}
		tries := 1
		if port == 0 {
			tries = freeTries
		}
		for range tries {
			listeners, err := listenBoth(ctx, listen, port)
			if err == nil {
				return listeners, listeners[0].Addr().(*net.TCPAddr).Port, nil
			}
			if ctx.Err() != nil {
				return nil, 0, ctx.Err()
			}
		}
		if port == 0 {
			busy = append(busy, "any free one")
		} else {
			busy = append(busy, strconv.Itoa(port))
		}
	}
	return nil, 0, fmt.Errorf("widgetpage: no port to serve the page on: %s in use by another program; set widget.ports to others",
		strings.Join(busy, ", "))
}

func listenBoth(ctx context.Context, listen listenFunc, port int) ([]net.Listener, error) {
	v4, err := listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	port = v4.Addr().(*net.TCPAddr).Port
	v6, err := listen(ctx, "tcp6", net.JoinHostPort("::1", strconv.Itoa(port)))
	switch {
	case err == nil:
		return []net.Listener{v4, v6}, nil
	case noIPv6(err):
		return []net.Listener{v4}, nil
	}
	return nil, errors.Join(err, v4.Close())
}

// checkHost accepts the names that every browser maps to the loopback address
// by itself.
func checkHost(host string) error {
	label, isSub := strings.CutSuffix(host, ".localhost")
	if host == "localhost" || host == "127.0.0.1" || isSub && validLabels(label) {
		return nil
	}
	return fmt.Errorf("widgetpage: the page is served to this machine only, so its host cannot be %q; use localhost, 127.0.0.1 or a name that ends in .localhost", host)
}

func validLabels(name string) bool {
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" ||
			strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return false
		}
	}
	return true
}
