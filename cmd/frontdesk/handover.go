package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// handOver writes what support needs of a sign-up into the state directory and
// returns the path. The file tells steps, amounts, states and trace ids, and
// nothing of the person.
func (h *house) handOver(intent string) (path string, err error) {
	history, err := h.book.load(intent)
	if err != nil {
		return "", err
	}
	s := skeletonOf(history.Entry).with(history.Events).withCalls(h.observed())
	if s.BaseURL == "" {
		s.Studio, s.BaseURL, s.Environment, s.Program = h.book.place.Studio, h.book.place.BaseURL, h.book.place.Environment, thisBuild().Version
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(s); err != nil {
		return "", err
	}
	path = filepath.Join(h.book.dir, "handover-"+history.Code+".json")
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		return "", fmt.Errorf("the file for support cannot be written: %w", err)
	}
	return path, nil
}
