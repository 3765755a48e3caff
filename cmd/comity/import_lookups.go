package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"comity/oversight"
)

// importLookups reads logs of look-ups and lists the accounts whose legal basis
// has ended. It keeps nothing of them.
func importLookups(e env, names []string, on string) error {
	if on != "" {
		if err := needDay("on", on); err != nil {
			return err
		}
	}
	var all []oversight.Lookup
	for _, name := range names {
		list, err := readLookups(name)
		if err != nil {
			return err
		}
		all = append(all, list...)
	}
	t := oversight.EndedAccounts(all, cmp.Or(on, time.Now().Format(time.DateOnly)))
	if err := t.WriteText(e.out); err != nil {
		return err
	}
	fmt.Fprintf(e.out, "%d look-ups read, %d accounts to look into\n", len(all), len(t.Rows))
	if len(t.Rows) > 0 {
		return errFinding
	}
	return nil
}

func readLookups(name string) ([]oversight.Lookup, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, noFile(name, "give the log of look-ups as CSV")
	}
	list, err := oversight.ReadLookups(file, filepath.Base(name))
	return list, errors.Join(err, file.Close())
}
