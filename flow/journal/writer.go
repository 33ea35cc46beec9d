package journal

import (
	"context"
	"sync"

	"frontdesk/flow"
)

// Writer journals the sign-ups of one desk, one after the other, each in a
// file of its own. Store is required. Its methods may be called from any
// goroutine.
type Writer struct {
	Store   *Store
	Place   Place
	Program string // the version of the program

	mu  sync.Mutex
	log *Log
	err error // why there is no log
}

// Append writes an event as [Log.Append] does. A [flow.Begun] closes the
// sign-up before it and creates the file of the next.
func (w *Writer) Append(e flow.Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := e.Fact.(flow.Begun); ok {
		_ = w.end((*Log).Close) // what mattered of it is on the disk
		w.log, w.err = w.Store.Create(context.Background(), w.Place, w.Program, e)
		return w.err
	}
	switch {
	case w.log != nil:
		return w.log.Append(e)
	case w.err != nil:
		return w.err
	}
	return ErrClosed
}

// Resume goes on with an open sign-up, as [Store.Resume] does, in place of the
// present one.
func (w *Writer) Resume(ctx context.Context, intent string) (History, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	log, history, err := w.Store.Resume(ctx, intent)
	if err != nil {
		return history, err
	}
	_ = w.end((*Log).Close) // what mattered of it is on the disk
	w.log, w.err = log, nil
	return history, nil
}

// Discard erases the personal data of the present sign-up and closes it.
func (w *Writer) Discard() error { return w.finish((*Log).Finish) }

// Close gives the present sign-up free; see [Log.Close].
func (w *Writer) Close() error { return w.finish((*Log).Close) }

func (w *Writer) finish(how func(*Log) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.end(how)
}

func (w *Writer) end(how func(*Log) error) error {
	log := w.log
	w.log, w.err = nil, nil
	if log == nil {
		return nil
	}
	return how(log)
}
