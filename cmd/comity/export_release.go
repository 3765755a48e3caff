package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"comity"
	"comity/oversight"
)

const releaseForm = "comity files release/1"

// exportRelease shows what an export would make public beside the last one, and
// with a key signs that this person saw it. Two people's signatures release it
// (H10); whoever publishes asks for them with -check.
func exportRelease(e env, dir, since string, keys []string) error {
	text, changes, err := releaseText(dir, since)
	if err != nil {
		return err
	}
	fmt.Fprintln(e.out, strings.Join(changes, "\n"))
	if len(keys) == 0 {
		return nil
	}
	signers, err := readSigners(keys)
	if err != nil {
		return err
	}
	if len(signers) != 1 {
		return &comity.Problem{Code: "bad-flag", Where: "-key", Message: "one person signs at a time", Hint: "a second person looks and signs with a key of their own"}
	}
	file := filepath.Join(dir, oversight.ReleaseFile)
	n := note.Note{Text: text}
	switch kept, err := os.ReadFile(file); {
	case err == nil:
		if n.UnverifiedSigs, err = earlier(kept, text, signers[0]); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return noFile(file, "")
	}
	signed, err := note.Sign(&n, signers[0])
	if err != nil {
		return fmt.Errorf("sign the release: %w", err)
	}
	if err := replaceFile(file, signed); err != nil {
		return notWritten(file)
	}
	if n := len(n.UnverifiedSigs) + 1; n < 2 {
		fmt.Fprintln(e.out, "signed by one person; a second one releases it")
	} else {
		fmt.Fprintf(e.out, "signed by %d people\n", n)
	}
	return nil
}

// releaseText is what people sign: every file, and what they were shown.
func releaseText(dir, since string) (text string, changes []string, err error) {
	now := os.DirFS(dir)
	var old fs.FS
	before := "nothing"
	if since != "" {
		old = os.DirFS(since)
		listing, err := oversight.Listing(old)
		if err != nil {
			return "", nil, err
		}
		before = digestHex([]byte(listing))
	}
	listing, err := oversight.Listing(now)
	if err != nil {
		return "", nil, err
	}
	if changes, err = oversight.Changes(old, now); err != nil {
		return "", nil, err
	}
	shown := sha256.Sum256([]byte(strings.Join(changes, "\n")))
	return fmt.Sprintf("%s\n%ssince %s\nchanges %x\n", releaseForm, listing, before, shown), changes, nil
}

// earlier are the signatures that are there, of other people and of the same text.
func earlier(kept []byte, text string, by note.Signer) ([]note.Signature, error) {
	var unknown *note.UnverifiedNoteError
	_, err := note.Open(kept, note.VerifierList())
	if !errors.As(err, &unknown) {
		return nil, badRelease("the signatures that are there cannot be read")
	}
	if unknown.Note.Text != text {
		return nil, badRelease("the first person saw other files or other changes")
	}
	for _, s := range unknown.Note.UnverifiedSigs {
		if s.Name == by.Name() || s.Hash == by.KeyHash() {
			return nil, badRelease("the same person has signed already: a second one releases")
		}
	}
	return unknown.Note.UnverifiedSigs, nil
}

// exportCheck says whether two people released these very files.
func exportCheck(e env, dir string, keys []string) error {
	var public []string
	for _, k := range keys {
		data, err := os.ReadFile(k)
		if err != nil {
			return noFile(k, "give the file that ends in .pub")
		}
		public = append(public, strings.TrimSpace(string(data)))
	}
	verifiers, err := verifiersOf(public)
	if err != nil {
		return err
	}
	kept, err := os.ReadFile(filepath.Join(dir, oversight.ReleaseFile))
	if err != nil {
		return badRelease("nobody has signed it")
	}
	n, err := note.Open(kept, note.VerifierList(verifiers...))
	if err != nil {
		return badRelease("none of the keys given has signed it")
	}
	people := map[string]bool{}
	for _, s := range n.Sigs {
		people[s.Name] = true
	}
	listing, err := oversight.Listing(os.DirFS(dir))
	switch {
	case err != nil:
		return err
	case !strings.HasPrefix(n.Text, releaseForm+"\n"+listing+"since "):
		return badRelease("its files are not those that were signed")
	case len(people) < 2:
		return badRelease("one person has signed it, and two release")
	}
	fmt.Fprintf(e.out, "%s was released by %d people\n", dir, len(people))
	return nil
}

func badRelease(why string) *comity.Problem {
	return &comity.Problem{Code: "proof-release", Where: oversight.ReleaseFile, Message: "the export is not released: " + why, Hint: "comity export -release DIR -since LAST -key FILE, by two people one after the other"}
}
