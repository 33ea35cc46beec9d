// Command frontdesk signs up new members of a gym in a terminal.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // Windows has no time zone database
)

func main() {
	// On Windows a closed console window arrives as SIGTERM.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	code := execute(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if ctx.Err() != nil && code != exitDone {
		code = exitInterrupted
	}
	stop()
	os.Exit(int(code))
}
