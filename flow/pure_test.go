package flow_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The rules read no clock and open nothing: what they know comes in events.
func TestFlowIsPure(t *testing.T) {
	allowed := []string{
		"cmp", "fmt", "maps", "net/mail", "slices", "strconv", "strings", "time",
		"frontdesk/apiclient", "frontdesk/apiclient/money", "frontdesk/apiclient/secret",
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	files := token.NewFileSet()
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			if path, _ := strconv.Unquote(spec.Path.Value); !slices.Contains(allowed, path) {
				t.Errorf("%s imports %s", name, path)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.SelectorExpr); ok {
				if pkg, ok := call.X.(*ast.Ident); ok && pkg.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After", "NewTimer"}, call.Sel.Name) {
					t.Errorf("%s reads the clock", files.Position(n.Pos()))
				}
				if pkg, ok := call.X.(*ast.Ident); ok && pkg.Name == "fmt" && strings.Contains(call.Sel.Name, "rint") && !strings.HasPrefix(call.Sel.Name, "S") {
					t.Errorf("%s prints", files.Position(n.Pos()))
				}
			}
			return true
		})
	}
}
