package atlas

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"comity"
)

const (
	answersDir  = "answers"
	sourcesFile = "answers/sources.yaml"
)

// LoadAnswers reads answers/*.yaml. Every fault of every file is reported: the
// error joins *comity.Problem values. A set with a fault is not given at all.
func LoadAnswers(fsys fs.FS) (*Answers, error) {
	as := &Answers{}
	problems := as.loadSources(fsys)
	names, err := fs.Glob(fsys, path.Join(answersDir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if name != sourcesFile {
			problems = append(problems, as.loadAnswer(fsys, name)...)
		}
	}
	if len(problems) == 0 { // else the set is not whole, and its faults would follow from theirs
		problems = as.checkSet()
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	as.index = newIndex(as.list)
	return as, nil
}

func (as *Answers) loadSources(fsys fs.FS) []error {
	data, err := fs.ReadFile(fsys, sourcesFile)
	if err != nil {
		return []error{&comity.Problem{Code: "no-sources", Message: "the list of sources cannot be read", Hint: "answers need answers/sources.yaml", Where: sourcesFile}}
	}
	var doc struct {
		Sources map[string]Source `yaml:"sources"`
	}
	f := readStrict(sourcesFile, data, &doc)
	as.sources = make(map[string]Source, len(doc.Sources))
	for _, key := range slices.Sorted(maps.Keys(doc.Sources)) {
		s := doc.Sources[key]
		s.Key = key
		if s.ReadAt == "" {
			s.ReadAt = s.Address
		}
		f.checkSource(s)
		as.sources[key] = s
	}
	return f.problems
}

func (as *Answers) loadAnswer(fsys fs.FS, name string) []error {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return []error{&comity.Problem{Code: "unreadable", Message: "the answer cannot be read", Where: name}}
	}
	var a Answer
	f := readStrict(name, data, &a)
	if len(f.problems) > 0 {
		return f.problems
	}
	f.checkAnswer(&a, as.sources)
	if want := strings.TrimSuffix(path.Base(name), ".yaml"); a.ID != want {
		f.fail(f.line("id"), "wrong-id", "the id is not the name of the file", "write id: "+want)
	}
	for i := range a.Places {
		a.Places[i].TextSeen = !slices.ContainsFunc(a.Places[i].Sources, func(key string) bool {
			return as.sources[key].Grade != comity.GradeA
		})
	}
	as.list = append(as.list, a) // Glob sorts, so the list is by id
	return f.problems
}

// checkSet checks what no single file can: follow-ups, sources nobody uses,
// and an empty set, which would be a lost input and not "no answers".
func (as *Answers) checkSet() []error {
	var out []error
	if len(as.list) == 0 {
		out = append(out, &comity.Problem{Code: "no-answers", Message: "no answer was found", Hint: "an empty folder is a lost input", Where: answersDir})
	}
	used := map[string]bool{}
	for _, a := range as.list {
		for _, key := range a.sourceKeys() {
			used[key] = true
		}
		for _, id := range a.FollowUps {
			if _, ok := as.Get(id); !ok || id == a.ID {
				out = append(out, &comity.Problem{Code: "unknown-answer", Message: "there is no other answer " + id, Hint: "name an answer of this folder", Where: path.Join(answersDir, a.ID+".yaml")})
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(as.sources)) {
		if !used[key] {
			out = append(out, &comity.Problem{Code: "unused-source", Message: "no answer uses the source " + key, Hint: "remove it, or cite it", Where: sourcesFile})
		}
	}
	return out
}
