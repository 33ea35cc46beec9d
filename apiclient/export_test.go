package apiclient

import "os"

// SetJitter makes the pauses of tests predictable: 1 is the longest.
func (c *Client) SetJitter(f func() float64) { c.jitter = f }

// Inspect shows a text to the gate as if it were a finished archive.
func (t *Trace) Inspect(archive string) error {
	file, err := os.CreateTemp("", "frontdesk-inspect-*")
	if err != nil {
		return err
	}
	defer func() { _ = file.Close(); _ = os.Remove(file.Name()) }()
	if _, err := file.WriteString(archive); err != nil {
		return err
	}
	return t.inspect(file)
}
