package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"comity"
	"comity/record"
)

// Disclosure is the kind of the entry that says that sealed fields of a case
// were given out for a court. Staff fill in no form for it.
const Disclosure = "disclosure"

// FieldAuthority names the order under which something was given out.
const FieldAuthority = "authority"

var disclosure = record.Kind{Name: Disclosure, Commitments: 8, Release: record.Totals, Series: "custody"}

// Disclosed writes down that the sealed fields of a case are given out, before
// they are. The same case and order make the same entry, once.
func (d *Desk) Disclosed(ctx context.Context, card Card, authority, role string) error {
	if err := record.CheckAuthority("giving out sealed fields", authority); err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(card.ID + "\x00" + authority))
	id := "disclosure-" + hex.EncodeToString(sum[:10])
	if _, found, err := d.earlier(ctx, id); found || err != nil {
		return err
	}
	draft := record.Draft{ID: id, Agency: card.Agency, Kind: Disclosure, Ref: card.ID, At: d.Now().Truncate(time.Second),
		Fields: []record.Field{{Name: FieldAuthority, Value: authority}}}
	if role != "" {
		draft.Fields = append(draft.Fields, record.Field{Name: fieldRole, Value: role})
	}
	if _, err := d.Record.Append(ctx, draft); err != nil {
		return fmt.Errorf("record what is given out: %w", err)
	}
	return nil
}

// SealedFields says which of these recorded fields are sealed as personal. A
// kind that is not known has none that could be told.
func SealedFields(kind string, names []string) []string {
	k, ok := KindOf(kind)
	if !ok {
		return nil
	}
	var out []string
	for _, name := range names {
		form, ok := FormField(name)
		if !ok {
			continue
		}
		if f, found := k.Field(form); found && f.Personal {
			out = append(out, name)
		}
	}
	return out
}

// NoPacket is the answer where nothing is left to give out.
func NoPacket(id string) error {
	return &comity.Problem{Code: "erased", Message: "the content of this entry was destroyed by an order", Hint: "its receipt still proves that it was there", Where: "id " + id}
}
