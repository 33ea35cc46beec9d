package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"

	"gopkg.in/natefinch/lumberjack.v2"
)

// The log is five files of a mebibyte each, the newest without a number.
const (
	logMegabytes = 1
	logOlder     = 4
	maxCrash     = 64 << 10 // of a crash's text, which holds every stack
)

// openLog starts the log of this run, JSON lines in dir/frontdesk.log. A panic
// that nothing recovers goes to a file beside it, and becomes a record of the
// log at the next start. The caller closes the log as the last thing it does.
func openLog(dir string, level slog.Level) (*slog.Logger, io.Closer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fail(exitEnvironment, fmt.Errorf("the state directory cannot be made: %w", err),
			"name another with --state-dir")
	}
	out := &lumberjack.Logger{
		Filename: filepath.Join(dir, "frontdesk.log"), MaxSize: logMegabytes, MaxBackups: logOlder,
	}
	log := slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level}))
	crash := filepath.Join(dir, "frontdesk.crash")
	adoptCrash(log, crash)
	// The runtime writes every panic there that nothing recovers, whichever
	// goroutine it comes from.
	f, err := os.OpenFile(crash, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err == nil {
		err = debug.SetCrashOutput(f, debug.CrashOptions{})
		_ = f.Close() // the runtime keeps a duplicate
	}
	if err != nil {
		_ = out.Close()
		return nil, nil, fail(exitEnvironment, fmt.Errorf("the log cannot be written: %w", err),
			"name another directory with --state-dir")
	}
	return log, out, nil
}

// adoptCrash moves the text of a crash into the log.
func adoptCrash(log *slog.Logger, path string) {
	text, err := os.ReadFile(path)
	if err != nil || len(text) == 0 {
		return
	}
	log.Error("an earlier run crashed", "crash", string(text[:min(len(text), maxCrash)]))
	if err := os.Truncate(path, 0); err != nil {
		log.Warn("the crash file cannot be emptied", "error", err)
	}
}
