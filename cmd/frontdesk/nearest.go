package main

import "fmt"

// suggest ends an error about an unknown name: the known name that it was
// probably meant to be, or nothing.
func suggest(name string, known []string) string {
	best, distance := "", min(len(name)/3+1, len(name)-1)
	for _, k := range known {
		if d := editDistance(name, k); d <= distance && (best == "" || d < distance) {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// editDistance counts the single-character insertions, deletions and
// replacements that make b of a.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
