package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"comity/store"
	"comity/web"
)

// runInit creates a record. It alone makes an origin and keys.
func runInit(ctx context.Context, e env, args []string) error {
	var id store.Identity
	f := newFlags("init")
	dir := f.String("dir", "", "folder of the new record")
	db := f.String("db", "", databaseHelp)
	f.StringVar(&id.Origin, "origin", "", "name of the log, for ever, for example record.county.example/log")
	f.StringVar(&id.Agency, "agency", "", "ORI of whoever runs it")
	f.BoolVar(&id.Sample, "sample", false, "mark everything as a sample")
	asJSON := f.Bool("json", false, "as JSON")
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	for _, want := range []struct{ name, value, example string }{
		{"dir", *dir, "./record"}, {"origin", id.Origin, "record.county.example/log"}, {"agency", id.Agency, "IL0160000"},
	} {
		if err := need(want.name, want.value, want.example); err != nil {
			return err
		}
	}
	config := recordConfig(slog.New(slog.DiscardHandler), 0)
	config.Database = databaseOf(*dir, *db)
	s, err := store.Create(ctx, *dir, id, config)
	if err != nil {
		return err
	}
	defer s.Close()
	token, err := s.NewToken(ctx, store.Account{Agency: id.Agency, Role: web.RoleAdmin, Name: "administrator", Sample: id.Sample})
	if err != nil {
		return err
	}
	// The verifier key is for anyone: it lies beside the log too.
	if err := os.WriteFile(filepath.Join(*dir, "log.vkey"), []byte(s.Key().String()+"\n"), 0o644); err != nil {
		return notWritten(filepath.Join(*dir, "log.vkey"))
	}
	if *asJSON {
		return json.NewEncoder(e.out).Encode(struct {
			Origin string `json:"origin"`
			Key    string `json:"key"`
			Token  string `json:"admin_token"`
		}{id.Origin, s.Key().String(), token})
	}
	fmt.Fprintf(e.out, `The record %s is in %s.

verifier key (publish it): %s
administrator's token (shown once, keep it safe): %s

Keep a copy of %s somewhere else: without it nothing sealed can be opened.
Next: comity serve -dir %s -addr 127.0.0.1:8080
`, id.Origin, *dir, s.Key(), token, filepath.Join(*dir, "keys"), *dir)
	return nil
}
