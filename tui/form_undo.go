package tui

import (
	"unicode"
	"unicode/utf8"
)

// history is what was typed, newest last. It holds whole texts: copies of an
// editor would share memory with it.
type history struct {
	undo, redo []edit
	closed     bool // the next change begins a step of its own
}

// edit is one step of undo: the changes of one word, or all of one action.
type edit struct {
	how     how
	changes []change
}

type change struct {
	field         int
	before, after string
	from, to      int // the caret before and after
}

// how something was changed; only like joins like.
type how int

const (
	byAction how = iota // at once: a paste, a choice, a hint that was taken
	byTyping
	byErasing
)

// record keeps a change, as part of the newest step while the same word is
// being typed or erased.
func (h *history) record(way how, changes ...change) {
	h.redo = nil
	if n := len(h.undo); n > 0 && !h.closed && way != byAction && len(changes) == 1 {
		last := &h.undo[n-1]
		if c, next := &last.changes[0], changes[0]; last.how == way && c.field == next.field && c.to == next.from && !newWord(next) {
			c.after, c.to = next.after, next.to
			return
		}
	}
	h.closed = way == byAction
	h.undo = append(h.undo, edit{way, changes})
}

// newWord reports whether a change types the first letter after a space.
func newWord(c change) bool {
	before, after := []rune(c.before), []rune(c.after)
	if c.from == 0 || len(after) <= len(before) || c.from >= len(after) {
		return false
	}
	return unicode.IsSpace(after[c.from-1]) && !unicode.IsSpace(after[c.from])
}

// settled says that a text took its final shape when its field was left, which
// is no step of its own.
func (h *history) settled(field int, raw, final string) {
	for i := len(h.undo) - 1; i >= 0; i-- {
		for j := range h.undo[i].changes {
			if c := &h.undo[i].changes[j]; c.field == field {
				if c.after == raw {
					c.after, c.to = final, utf8.RuneCountInString(final)
				}
				return
			}
		}
	}
}

// back returns the newest step and how to undo it; ok is false when there is
// none.
func (h *history) back() (changes []change, ok bool) {
	e, ok := pop(&h.undo)
	if !ok {
		return nil, false
	}
	h.redo = append(h.redo, e)
	h.closed = true
	for _, c := range e.changes {
		changes = append(changes, change{c.field, c.after, c.before, c.to, c.from})
	}
	return changes, true
}

// again returns the step that was undone last.
func (h *history) again() (changes []change, ok bool) {
	e, ok := pop(&h.redo)
	if ok {
		h.undo = append(h.undo, e)
		h.closed = true
	}
	return e.changes, ok
}

func pop(stack *[]edit) (e edit, ok bool) {
	n := len(*stack)
	if n == 0 {
		return edit{}, false
	}
	e = (*stack)[n-1]
	*stack = (*stack)[:n-1]
	return e, true
}
