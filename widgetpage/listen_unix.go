//go:build !windows

package widgetpage

import (
	"errors"
	"syscall"
)

// noIPv6 tells a machine without IPv6 from one where the port is taken.
func noIPv6(err error) bool {
	return errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EAFNOSUPPORT) || errors.Is(err, syscall.EPROTONOSUPPORT)
}
