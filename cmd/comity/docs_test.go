package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestCommandsPage: docs/commands.md has a part for every command, and names
// every flag that the command takes and none that it does not.
func TestCommandsPage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "commands.md"))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, part := range strings.Split(string(page), "\n## ")[1:] {
		name, text, _ := strings.Cut(part, "\n")
		parts[name] = text
	}
	for _, c := range commands() {
		text, ok := parts[c.name]
		if !ok {
			t.Errorf("the page has no part %s", c.name)
			continue
		}
		delete(parts, c.name)
		sameFlags(t, c.name, text)
	}
	for name := range parts {
		t.Errorf("there is no command %s", name)
	}
}

func sameFlags(t *testing.T, name, text string) {
	t.Helper()
	calls := [][]string{{name, "-h"}}
	if name == "law" {
		calls = nil
		for _, v := range lawVerbs() {
			calls = append(calls, []string{name, v.name, "-h"})
			if !strings.Contains(text, "`"+v.name) {
				t.Errorf("law: the verb %s is not named", v.name)
			}
		}
	}
	if name == "report" {
		calls = nil
		for _, r := range reports() {
			calls = append(calls, []string{name, r.name, "-h"})
			if !strings.Contains(text, "`"+r.name) {
				t.Errorf("report: %s is not named", r.name)
			}
		}
	}
	if name == "door" {
		calls = nil
		for _, v := range doorVerbs() {
			calls = append(calls, []string{name, v.name, "-h"})
			if !strings.Contains(text, "`"+v.name) {
				t.Errorf("door: the verb %s is not named", v.name)
			}
		}
	}
	if name == "directory" {
		calls = nil
		for _, v := range directoryVerbs() {
			calls = append(calls, []string{name, v.name, "-h"})
			if !strings.Contains(text, "`"+v.name) {
				t.Errorf("directory: the verb %s is not named", v.name)
			}
		}
	}
	taken := map[string]bool{"h": true}
	for _, args := range calls {
		var out, said bytes.Buffer
		if code := run(t.Context(), env{strings.NewReader(""), &out, &said}, args); code != exitRan {
			t.Fatalf("%v: %d %s", args, code, &said)
		}
		for _, m := range regexp.MustCompile(`(?m)^  -([\w-]+)`).FindAllStringSubmatch(out.String(), -1) {
			taken[m[1]] = true
			if !regexp.MustCompile("[ `]-" + m[1] + "[ `]").MatchString(text) {
				t.Errorf("%v: the flag -%s is not on the page", args, m[1])
			}
		}
	}
	for _, m := range regexp.MustCompile("`-([\\w-]+)`").FindAllStringSubmatch(text, -1) {
		if !taken[m[1]] {
			t.Errorf("%s: there is no flag -%s", name, m[1])
		}
	}
}
