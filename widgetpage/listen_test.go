package widgetpage

import (
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func closeAll(t *testing.T, listeners []net.Listener) {
	t.Helper()
	for _, l := range listeners {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
}

// occupied is a port that is taken in one family only.
func occupied(t *testing.T, network, address string) int {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().(*net.TCPAddr).Port
}

func TestW01ListensOnLoopbackLiteralsOnly(t *testing.T) {
	var asked []string
	listen := func(ctx context.Context, network, address string) (net.Listener, error) {
		asked = append(asked, network+" "+address)
		return new(net.ListenConfig).Listen(ctx, network, address)
	}
	listeners, port, err := listenLoopback(t.Context(), listen, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(t, listeners)
	p := strconv.Itoa(port)
	if want := []string{"tcp4 127.0.0.1:0", "tcp6 [::1]:" + p}; !slices.Equal(asked, want) {
		t.Errorf("listened on %q, want %q", asked, want)
	}
	for _, l := range listeners {
		if a := l.Addr().(*net.TCPAddr); !a.IP.IsLoopback() || a.Port != port {
			t.Errorf("listens on %v", a)
		}
	}
	for _, bad := range []int{-1, 65536} {
		if _, _, err := listenLoopback(t.Context(), listen, []int{bad}); err == nil {
			t.Errorf("port %d was accepted", bad)
		}
	}
}

func TestW02OnePortInBothFamilies(t *testing.T) {
	taken := occupied(t, "tcp6", "[::1]:0")
	listeners, port, err := listenLoopback(t.Context(), new(net.ListenConfig).Listen, []int{taken, 0})
	if err != nil {
		t.Fatal(err)
	}
	closeAll(t, listeners)
	if port == taken || len(listeners) != 2 {
		t.Errorf("port %d with %d listeners, though [::1]:%d belongs to somebody else", port, len(listeners), taken)
	}
	again, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(taken)))
	if err != nil {
		t.Fatalf("the half that was opened was not closed: %v", err)
	}
	_ = again.Close()
}

func TestW02WithoutIPv6(t *testing.T) {
	listen := func(ctx context.Context, network, address string) (net.Listener, error) {
		if network == "tcp6" {
			return nil, &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EADDRNOTAVAIL)}
		}
		return new(net.ListenConfig).Listen(ctx, network, address)
	}
	listeners, _, err := listenLoopback(t.Context(), listen, nil)
	if err != nil || len(listeners) != 1 {
		t.Fatalf("%d listeners, %v; want IPv4 alone", len(listeners), err)
	}
	closeAll(t, listeners)
}

func TestW03PortsInOrder(t *testing.T) {
	first, second := occupied(t, "tcp4", "127.0.0.1:0"), occupied(t, "tcp4", "127.0.0.1:0")
	listen := new(net.ListenConfig).Listen
	_, _, err := listenLoopback(t.Context(), listen, []int{first, second})
	if err == nil {
		t.Fatal("a busy port was opened")
	}
	for _, want := range []string{strconv.Itoa(first), strconv.Itoa(second), "widget.ports"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not name %s", err, want)
		}
	}
	free := occupied(t, "tcp4", "127.0.0.1:0")
	var tried []string
	record := func(ctx context.Context, network, address string) (net.Listener, error) {
		tried = append(tried, address)
		return nil, errors.New("no")
	}
	_, _, _ = listenLoopback(t.Context(), record, []int{second, free, first})
	want := []string{"127.0.0.1:" + strconv.Itoa(second), "127.0.0.1:" + strconv.Itoa(free), "127.0.0.1:" + strconv.Itoa(first)}
	if !slices.Equal(tried, want) {
		t.Errorf("tried %q, want %q", tried, want)
	}
}

func TestW04HostIsOneOfThisMachine(t *testing.T) {
	for host, good := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "pay.localhost": true, "a.b-c.localhost": true,
		"0.0.0.0": false, "192.168.1.7": false, "[::1]": false, "::1": false, "example.com": false, "localhost.example.com": false,
		"LOCALHOST": false, ".localhost": false, "-a.localhost": false, "a..localhost": false, "user@x.localhost": false, "x y.localhost": false,
		"evillocalhost": false, "localhost.": false, ":8080": false,
	} {
		_, err := newPage(Config{Host: host, Deliver: func(context.Context, Result) error { return nil }}, 1)
		if (err == nil) != good {
			t.Errorf("host %q: %v", host, err)
		}
		if err != nil && !strings.Contains(err.Error(), strconv.Quote(host)) {
			t.Errorf("%q does not name the host %q", err, host)
		}
	}
}
