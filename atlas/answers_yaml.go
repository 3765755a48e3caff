package atlas

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"comity"

	"go.yaml.in/yaml/v3"
)

const maxFile = 256 << 10 // an answer file is a few kilobytes

// A file is one YAML file being read: what is wrong with it is told by line.
type file struct {
	name     string
	root     *yaml.Node
	problems []error
}

// readStrict decodes one document into v. Unknown and doubled keys, anchors,
// aliases, merge keys and further documents are refused.
func readStrict(name string, data []byte, v any) *file {
	f := &file{name: name}
	if len(data) > maxFile {
		f.fail(0, "too-large", fmt.Sprintf("the file is larger than %d bytes", maxFile), "split it")
		return f
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		f.failYAML(err)
		return f
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		f.fail(0, "several-documents", "the file holds more than one YAML document", "keep one document in a file")
		return f
	}
	f.root = doc.Content[0]
	if f.refusePlumbing(f.root); len(f.problems) > 0 {
		return f
	}
	strict := yaml.NewDecoder(bytes.NewReader(data))
	strict.KnownFields(true)
	if err := strict.Decode(v); err != nil {
		f.failYAML(err)
	}
	return f
}

func (f *file) refusePlumbing(n *yaml.Node) {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		f.fail(n.Line, "anchor", "anchors and aliases are not allowed", "write the value out")
		return
	case n.Tag == "!!merge":
		f.fail(n.Line, "merge-key", "merge keys are not allowed", "write the keys out")
		return
	}
	for _, c := range n.Content {
		f.refusePlumbing(c)
	}
}

func (f *file) fail(line int, code, message, hint string) {
	where := f.name
	if line > 0 {
		where += ":" + strconv.Itoa(line)
	}
	f.problems = append(f.problems, &comity.Problem{Code: code, Message: message, Hint: hint, Where: where})
}

var yamlLine = regexp.MustCompile(`line (\d+): (.*)`)

func (f *file) failYAML(err error) {
	var typed *yaml.TypeError
	if !errors.As(err, &typed) {
		f.failLine(err.Error())
		return
	}
	for _, m := range typed.Errors {
		f.failLine(m)
	}
}

func (f *file) failLine(message string) {
	line := 0
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1]) // digits by the pattern
		message = m[2]
	}
	f.fail(line, "bad-yaml", message, "docs/answers.md lists the keys")
}

// line finds the line of a key path such as "statements", 2, "sources". Where
// a step is missing it gives the line of the last one that exists.
func (f *file) line(path ...any) int {
	n := f.root
	if n == nil {
		return 0
	}
	line := n.Line
	for _, step := range path {
		next := child(n, step)
		if next == nil {
			return line
		}
		n, line = next, next.Line
	}
	return line
}

func child(n *yaml.Node, step any) *yaml.Node {
	switch s := step.(type) {
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == s {
				return n.Content[i+1]
			}
		}
	case int:
		if n.Kind == yaml.SequenceNode && s < len(n.Content) {
			return n.Content[s]
		}
	}
	return nil
}
