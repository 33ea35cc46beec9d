package widgetpage

import (
	"errors"
	"syscall"
)

// The Winsock codes; package syscall has only its own inventions under the
// POSIX names.
const (
	wsaProtocolNotSupported = syscall.Errno(10043)
	wsaFamilyNotSupported   = syscall.Errno(10047)
	wsaAddressNotAvailable  = syscall.Errno(10049)
)

// noIPv6 tells a machine without IPv6 from one where the port is taken.
func noIPv6(err error) bool {
	return errors.Is(err, wsaAddressNotAvailable) || errors.Is(err, wsaFamilyNotSupported) || errors.Is(err, wsaProtocolNotSupported)
}
