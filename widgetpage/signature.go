package widgetpage

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
)

var errNotASignature = errors.New("widgetpage: not a signature")

// strokes is the "d" of a path: moves, lines and curves between numbers.
var strokes = regexp.MustCompile(`^M[MLQ0-9 .,-]+$`)

// checkSignature accepts an SVG in base64 that is a drawing and nothing else:
// it will be looked at in the studio's back office, where a script or a link
// in it would run.
func checkSignature(text string) error {
	svg, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return errNotASignature
	}
	paths, depth := 0, 0
	for d := xml.NewDecoder(strings.NewReader(string(svg))); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errNotASignature
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch {
			case t.Name.Local == "svg" && depth == 0 && onlyAttributes(t.Attr, "xmlns", "viewBox", "width", "height"):
			case t.Name.Local == "path" && depth == 1 && onlyAttributes(t.Attr, "d", "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin"):
				paths++
			default:
				return errNotASignature
			}
			depth++
		case xml.EndElement:
			depth--
		default:
			return errNotASignature
		}
	}
	if paths == 0 {
		return errNotASignature
	}
	return nil
}

// plain is a number, a word or a short list of numbers.
var plain = regexp.MustCompile(`^[#a-zA-Z0-9. -]*$`)

func onlyAttributes(attrs []xml.Attr, names ...string) bool {
	for _, a := range attrs {
		switch {
		case a.Name.Space != "" || !strings.Contains(" "+strings.Join(names, " ")+" ", " "+a.Name.Local+" "):
			return false
		case a.Name.Local == "xmlns":
			if a.Value != "http://www.w3.org/2000/svg" {
				return false
			}
		case a.Name.Local == "d":
			if !strokes.MatchString(a.Value) {
				return false
			}
		case !plain.MatchString(a.Value):
			return false
		}
	}
	return true
}
