package main

import (
	"bufio"
	"encoding/json"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"frontdesk/apiclient/secret"
)

// records reads a log; every line of it must be a JSON object.
func records(t *testing.T, path string) []map[string]any {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var all []map[string]any
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r map[string]any
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		all = append(all, r)
	}
	return all
}

func TestLogIsMaskedAndKeepsItsLevel(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	log, closer, err := openLog(dir, slog.LevelWarn)
	if err != nil {
		t.Fatal(err)
	}
	log.Info("not this")
	log.Warn("call", "key", secret.New("k-123"))
	if err := closer.Close(); err != nil {
		t.Fatal(err)
	}
	got := records(t, filepath.Join(dir, "frontdesk.log"))
	if len(got) != 1 || got[0]["msg"] != "call" || got[0]["key"] != secret.Mask {
		t.Errorf("log: %v", got)
	}
}

func TestLogRotates(t *testing.T) {
	dir := t.TempDir()
	log, closer, err := openLog(dir, slog.LevelInfo)
	if err != nil {
		t.Fatal(err)
	}
	kilobyte := strings.Repeat("x", 1<<10)
	for range 1200 {
		log.Info(kilobyte)
	}
	if err := closer.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "frontdesk*.log"))
	if err != nil || len(files) != 2 {
		t.Fatalf("files: %v %v", files, err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Size() > 1<<20 {
			t.Errorf("%s: %v, %v", f, info, err)
		}
	}
}

func TestLogNeedsADirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err := openLog(file, slog.LevelInfo)
	if codeOf(err) != exitEnvironment || !strings.Contains(hintOf(err), "--state-dir") {
		t.Errorf("%v (%s)", err, hintOf(err))
	}
}

// A panic that no one recovers, in a goroutine of its own, is in the log
// after the next start.
func TestLogHasThePanicOfAnEarlierRun(t *testing.T) {
	const dirVariable = "LOG_TEST_PANIC_IN"
	if dir := os.Getenv(dirVariable); dir != "" {
		if _, _, err := openLog(dir, slog.LevelInfo); err != nil {
			t.Fatal(err)
		}
		go func() { panic("out of the blue") }()
		select {}
	}
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), dirVariable+"="+dir)
	if out, err := cmd.CombinedOutput(); err == nil {
		t.Fatalf("it did not crash:\n%s", out)
	}
	for start, want := range []int{1, 1} { // the second start adds nothing
		_, closer, err := openLog(dir, slog.LevelInfo)
		if err != nil {
			t.Fatal(err)
		}
		if err := closer.Close(); err != nil {
			t.Fatal(err)
		}
		got := records(t, filepath.Join(dir, "frontdesk.log"))
		if len(got) != want {
			t.Fatalf("start %d: %d records, want %d", start, len(got), want)
		}
		crash, _ := got[0]["crash"].(string)
		if !strings.Contains(crash, "panic: out of the blue") || !strings.Contains(crash, "goroutine ") {
			t.Errorf("record: %v", got[0])
		}
	}
}
