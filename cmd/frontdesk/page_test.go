package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// Every language that the page speaks has its titles; any other reads English.
func TestTitlesOfTheSteps(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "widgetpage", "assets", "texts", "*.json"))
	if err != nil || len(files) != len(titles) {
		t.Fatalf("the page speaks %d languages, and there are titles in %d: %v", len(files), len(titles), err)
	}
	for _, file := range files {
		language := strings.TrimSuffix(filepath.Base(file), ".json")
		words, ok := titles[language]
		if !ok || words.sign == "" || words.regular == "" || words.due == "" {
			t.Errorf("%s: %+v", language, words)
		}
		if language != "en" && words == titles["en"] {
			t.Errorf("%s reads English", language)
		}
		for _, spelling := range []string{language, strings.ToUpper(language), language + "-XX", language + "_XX"} {
			if wordsFor(spelling) != words {
				t.Errorf("%s: %+v", spelling, wordsFor(spelling))
			}
		}
	}
	for _, language := range []string{"", "pl", "den", "-de", "fry"} {
		if wordsFor(language) != titles["en"] {
			t.Errorf("%q: %+v", language, wordsFor(language))
		}
	}
}

func TestW57SSHHintNeedsAFixedPort(t *testing.T) {
	t.Setenv("SSH_CONNECTION", "10.0.0.1 5000 10.0.0.2 22")
	b := &browserPage{}
	if why := b.notOpened("http://localhost:40001"); !strings.Contains(why, "SSH") || strings.Contains(why, "ssh -L") {
		t.Errorf("a port that changes: %q", why)
	}
	b.venue.widget.Ports = []int{17171}
	if why := b.notOpened("http://localhost:17171"); !strings.Contains(why, "ssh -L 17171:localhost:17171 DESK") {
		t.Errorf("a fixed port: %q", why)
	}
}
