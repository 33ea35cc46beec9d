package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// file is a configuration file, every value with the line it stands on.
type file struct {
	path    string
	desk    layer
	studios map[string]layer // origin[""] is where the studio begins
}

// readFile decodes a configuration file strictly: a name that is not known,
// or stands in the wrong place, is an error, and so is a value of another
// kind than its key's.
func readFile(path string, data []byte) (file, error) {
	f := file{path: path, desk: newLayer(), studios: map[string]layer{}}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, next yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return f, nil // empty, or comments only
	case err != nil:
		return file{}, syntaxError(path, err)
	}
	if err := dec.Decode(&next); !errors.Is(err, io.EOF) {
		return file{}, fmt.Errorf("%s:%d: a second document begins here: keep one", path, max(next.Line, 1))
	}
	top := doc.Content[0]
	if top.Tag == "!!null" {
		return f, nil
	}
	if err := f.readTop(top); err != nil {
		return file{}, err
	}
	return f, nil
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// syntaxError puts the line of a YAML error where those of ours have it.
func syntaxError(path string, err error) error {
	message := err.Error()
	if m := yamlLine.FindStringSubmatch(message); len(m) == 2 && m[1] != "" {
		path += ":" + m[1]
	}
	return fmt.Errorf("%s: this is not YAML: %s", path, yamlLine.ReplaceAllString(message, ""))
}

func (f *file) readTop(top *yaml.Node) error {
	return f.eachPair(top, "the configuration", func(name, value *yaml.Node) error {
		if name.Value != "studios" {
			return f.readKey(f.desk, deskOnly, "", name, value)
		}
		if value.Tag == "!!null" {
			return nil
		}
		return f.eachPair(value, "studios", func(id, body *yaml.Node) error {
			if err := isStudioID(id.Value); err != nil {
				return fmt.Errorf("%s: %w", f.at(id), err)
			}
			studio := newLayer()
			studio.origin[""] = f.at(id)
			f.studios[id.Value] = studio
			return f.eachPair(body, "studio "+id.Value, func(name, value *yaml.Node) error {
				return f.readKey(studio, studioOnly, "", name, value)
			})
		})
	})
}

// readKey takes one key and its value, or the keys of a group such as widget or
// the styling in it.
func (f *file) readKey(l layer, here place, group string, name, value *yaml.Node) error {
	full := group + name.Value
	if isGroup(full) {
		if value.Tag == "!!null" {
			return nil
		}
		return f.eachPair(value, full, func(name, value *yaml.Node) error {
			return f.readKey(l, here, full+".", name, value)
		})
	}
	i := slices.IndexFunc(keys, func(k key) bool { return k.name == full })
	if i < 0 || keys[i].place&here == 0 {
		return fmt.Errorf("%s: %w", f.at(name), unknownKey(group, name.Value, here))
	}
	if value.Tag == "!!null" {
		return nil // "key:" with nothing behind it
	}
	v, err := decode(keys[i].kind, value)
	if err != nil {
		return fmt.Errorf("%s: %s %w", f.at(value), full, err)
	}
	l.set(full, v, f.at(value))
	return nil
}

func decode(k kind, n *yaml.Node) (any, error) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch k {
	case text:
		// As it is written: 007 is a name, and NO is a country.
		if n.Kind != yaml.ScalarNode {
			return nil, errors.New("wants one text")
		}
		return n.Value, nil
	case yesNo:
		var b bool
		if n.Decode(&b) != nil {
			return nil, errors.New("wants true or false")
		}
		return b, nil
	case list:
		var items []string
		if n.Decode(&items) != nil {
			return nil, errors.New("wants a list of texts, such as [a, b]")
		}
		return items, nil
	default:
		var ns []int
		if n.Decode(&ns) != nil {
			return nil, errors.New("wants a list of numbers, such as [17171, 17172]")
		}
		return ns, nil
	}
}

// eachPair calls do for the pairs of a mapping. A name given twice is an
// error: one of the two would be lost without a word.
func (f *file) eachPair(n *yaml.Node, what string, do func(name, value *yaml.Node) error) error {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("%s: %s wants keys and values", f.at(n), what)
	}
	seen := map[string]bool{}
	for pair := range slices.Chunk(n.Content, 2) {
		name, value := pair[0], pair[1]
		if seen[name.Value] {
			return fmt.Errorf("%s: %q is given twice", f.at(name), name.Value)
		}
		seen[name.Value] = true
		if err := do(name, value); err != nil {
			return err
		}
	}
	return nil
}

func (f *file) at(n *yaml.Node) string { return fmt.Sprintf("%s:%d", f.path, n.Line) }

func isGroup(name string) bool {
	return slices.ContainsFunc(keys, func(k key) bool { return strings.HasPrefix(k.name, name+".") })
}

// unknownKey explains a name that may not stand where it stands.
func unknownKey(group, name string, here place) error {
	var known []string
	for _, k := range keys {
		switch rest, inGroup := strings.CutPrefix(k.name, group); {
		case !inGroup:
		case rest == name && here == deskOnly:
			return fmt.Errorf("%q belongs to a studio: move it under studios", name)
		case rest == name:
			return fmt.Errorf("%q belongs to the desk: move it out of the studio", name)
		case k.place&here != 0:
			first, _, _ := strings.Cut(rest, ".")
			known = append(known, first)
		}
	}
	if group == "" && here == deskOnly {
		known = append(known, "studios")
	}
	if looksLikeKey(name) {
		return fmt.Errorf("%q: an API key never stands in this file: set %s and %sBASE_URL, or an api_key_command that prints it",
			name, envKey, envPrefix)
	}
	return fmt.Errorf("unknown key %q%s", name, suggest(name, known))
}

// looksLikeKey recognises the names under which people write down a key.
func looksLikeKey(name string) bool {
	letters := strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
	return slices.Contains([]string{"apikey", "key", "xapikey", "apitoken", "token", "secret", "password"}, letters)
}
