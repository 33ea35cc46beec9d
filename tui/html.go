package tui

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plainText is the text of a piece of HTML, a line for each paragraph and a
// dash before each item of a list. Text without any markup stays as it is.
func plainText(source string) string {
	if !strings.ContainsAny(source, "<&") {
		return strings.TrimSpace(cleanLines(source))
	}
	var b strings.Builder
	fresh := true            // at the beginning of a line
	newline := func(n int) { // at least n line ends
		if text := b.String(); text != "" {
			ends := len(text) - len(strings.TrimRight(text, "\n"))
			b.WriteString(strings.Repeat("\n", max(0, n-ends)))
		}
		fresh = true
	}
	skip := 0
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		token := z.Token()
		switch kind {
		case html.TextToken:
			if skip > 0 {
				continue
			}
			text := strings.Join(strings.Fields(token.Data), " ")
			if text == "" {
				if !fresh && token.Data != "" {
					b.WriteByte(' ')
				}
				continue
			}
			if !fresh && strings.ContainsAny(token.Data[:1], " \t\r\n") {
				b.WriteByte(' ')
			}
			b.WriteString(text)
			fresh = false
			if strings.ContainsAny(token.Data[len(token.Data)-1:], " \t\r\n") {
				b.WriteByte(' ')
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			end := kind == html.EndTagToken
			switch token.DataAtom {
			case atom.Script, atom.Style, atom.Head, atom.Template, atom.Iframe, atom.Object, atom.Noscript:
				if kind == html.StartTagToken {
					skip++
				} else if end {
					skip = max(0, skip-1)
				}
			case atom.Br, atom.Tr, atom.Div:
				newline(1)
			case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Table, atom.Section, atom.Article, atom.Blockquote:
				newline(2)
			case atom.Li:
				newline(1)
				if !end {
					b.WriteString("- ")
				}
			case atom.Td, atom.Th:
				if !end && !fresh {
					b.WriteString("  ")
				}
			}
		}
	}
	var lines []string
	for line := range strings.SplitSeq(cleanLines(b.String()), "\n") {
		line = strings.Join(strings.Fields(line), " ")
		if line == "-" || line == "" && (len(lines) == 0 || lines[len(lines)-1] == "") {
			continue
		}
		lines = append(lines, line)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
