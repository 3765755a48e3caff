package door

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	tellDir    = "tell"
	printsFile = "fingerprints.yaml"
	maxTell    = 64 << 10
)

// LoadTell reads tell/*.yaml, each an agency's page. Every fault of every file
// is reported: the error joins *comity.Problem values.
func LoadTell(fsys fs.FS) ([]Tell, error) {
	names, err := fs.Glob(fsys, path.Join(tellDir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	var out []Tell
	var problems []error
	for _, name := range names {
		if path.Base(name) == printsFile {
			continue
		}
		var t Tell
		err := readYAML(fsys, name, &t)
		if err == nil {
			c := checker{file: name}
			c.shipped(t)
			c.page(t)
			err = errors.Join(c.problems...)
		}
		if err != nil {
			problems = append(problems, err)
			continue
		}
		out = append(out, t)
	}
	return out, errors.Join(problems...)
}

// LoadFingerprints reads the note on fingerprints, which is the same for every
// agency.
func LoadFingerprints(fsys fs.FS) (Fingerprints, error) {
	name := path.Join(tellDir, printsFile)
	var f Fingerprints
	if err := readYAML(fsys, name, &f); err != nil {
		return f, err
	}
	c := checker{file: name}
	c.fingerprints(f)
	return f, errors.Join(c.problems...)
}

func readYAML(fsys fs.FS, name string, into any) error {
	data, err := fs.ReadFile(fsys, name)
	if err != nil || len(data) > maxTell {
		return problem(name, "unreadable", "the page cannot be read or is too large", "")
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		return problem(name, "bad-yaml", strings.TrimPrefix(err.Error(), "yaml: "), "compare with the files in data/tell")
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return problem(name, "several-documents", "the file holds more than one YAML document", "keep one page in a file")
	}
	return nil
}
