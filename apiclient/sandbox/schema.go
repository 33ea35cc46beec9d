package sandbox

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed schemas/*.json
var schemaFiles embed.FS

var (
	offersSchema  = compile("offers")
	signupSchema  = compile("signup")
	sessionSchema = compile("session")
	searchSchema  = compile("search")

	english = message.NewPrinter(language.English)
)

func compile(name string) *jsonschema.Schema {
	data, err := schemaFiles.ReadFile("schemas/" + name + ".json")
	if err != nil {
		panic(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		panic(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name+".json", doc); err != nil {
		panic(err)
	}
	return c.MustCompile(name + ".json")
}

// flaw is one thing that is wrong with a document.
type flaw struct {
	path []string // of the member
	what string
}

func (f flaw) reference() string { return strings.Join(f.path, ".") }

// firstFlaw validates a decoded document and returns what is wrong with the
// first offending member: paths are compared element by element, so the same
// document always gives the same one.
func firstFlaw(schema *jsonschema.Schema, doc any) *flaw {
	err := schema.Validate(doc)
	if err == nil {
		return nil
	}
	var tree *jsonschema.ValidationError
	if !errors.As(err, &tree) {
		return &flaw{what: err.Error()}
	}
	var all []flaw
	var walk func(*jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		for _, cause := range e.Causes {
			walk(cause)
		}
		if len(e.Causes) > 0 {
			return
		}
		at := slices.Clone(e.InstanceLocation)
		switch k := e.ErrorKind.(type) {
		case *kind.Required:
			for _, name := range k.Missing {
				all = append(all, flaw{append(slices.Clone(at), name), "is required"})
			}
		case *kind.AdditionalProperties:
			for _, name := range k.Properties {
				all = append(all, flaw{append(slices.Clone(at), name), "is not known"})
			}
		default:
			all = append(all, flaw{at, e.ErrorKind.LocalizedString(english)})
		}
	}
	walk(tree)
	first := slices.MinFunc(all, func(a, b flaw) int {
		if c := slices.Compare(a.path, b.path); c != 0 {
			return c
		}
		return strings.Compare(a.what, b.what)
	})
	return &first
}

// decode validates the body against the schema and reads it into target.
func (x *exchange) decode(schema *jsonschema.Schema, target any) *refusal {
	media, _, _ := strings.Cut(x.r.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(media), "application/json") {
		return &refusal{415, "MEDIA_TYPE", "", "The content type must be application/json.", "Der Inhaltstyp muss application/json sein."}
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(x.body))
	if err != nil {
		return bad("JSON", "", "The body is not JSON: "+err.Error(), "Der Inhalt ist kein JSON: "+err.Error())
	}
	if f := firstFlaw(schema, doc); f != nil {
		where := f.reference()
		if where == "" {
			where = "body"
		}
		return bad("VALIDATION", f.reference(),
			fmt.Sprintf("%s: %s.", where, f.what), fmt.Sprintf("%s ist ungültig (%s).", where, f.what))
	}
	if err := json.Unmarshal(x.body, target); err != nil {
		return bad("JSON", "", err.Error(), err.Error())
	}
	return nil
}
