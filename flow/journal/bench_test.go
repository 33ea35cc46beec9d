package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"frontdesk/flow"
)

// BenchmarkAppend is what one record costs: of something typed, and of money,
// which waits for the disk.
func BenchmarkAppend(b *testing.B) {
	paid := until[flow.PaymentAuthorised](story(someIntent), 2)
	draft := until[flow.FieldsEdited](paid, 1)
	for name, c := range map[string]struct {
		before []flow.Event
		fact   flow.Fact
	}{
		"typed":  {draft, draft[len(draft)-1].Fact},
		"synced": {paid, flow.PaymentAuthorised{N: 2, Token: tokenOf("again")}},
	} {
		b.Run(name, func(b *testing.B) {
			l := write(b, newStore(b), c.before)
			for b.Loop() {
				if err := l.Append(flow.Event{At: morning.Add(time.Hour), Fact: c.fact}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkStart is what the journal adds to the start of a program, with
// three open sign-ups and many finished ones.
func BenchmarkStart(b *testing.B) {
	for _, finished := range []int{0, 1000} {
		b.Run(fmt.Sprint(finished), func(b *testing.B) { benchmarkStart(b, finished) })
	}
}

func benchmarkStart(b *testing.B, finished int) {
	b.Helper()
	dir := b.TempDir()
	s := openStore(b, dir, deskKey)
	paid := until[flow.PaymentAuthorised](story(someIntent), 2)
	for n := range 3 {
		events := append([]flow.Event{story(fmt.Sprintf("open-%d", n))[0]}, paid[1:]...)
		closeLog(b, write(b, s, events))
	}
	month := filepath.Join(dir, doneDir, "2026-02")
	if err := os.MkdirAll(month, 0o700); err != nil {
		b.Fatal(err)
	}
	for n := range finished {
		if err := os.WriteFile(filepath.Join(month, fmt.Sprintf("done-%d.jsonl", n)), []byte(forgedHead), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		list, err := openStore(b, dir, deskKey).List()
		if err != nil || len(list) != 3 {
			b.Fatal(len(list), err)
		}
	}
}

func TestStartReadsOnlyOpen(t *testing.T) {
	s := newStore(t)
	closeLog(t, write(t, s, story(someIntent)[:3]))
	// Nothing that looks into done/ can bear this.
	if err := os.WriteFile(filepath.Join(s.dir, doneDir), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if list, err := s.List(); err != nil || len(list) != 1 {
		t.Errorf("%d, %v", len(list), err)
	}
	if _, err := s.Done(); err == nil {
		t.Error("done/ is a file, and that is fine with Done")
	}
}
