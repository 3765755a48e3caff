package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/desk"
	"comity/law"
	"comity/oversight"
	"comity/record"
	"comity/store"
	"comity/web"
)

// packets makes the file that counsel gives to a court: one case, what the law
// said then, what was done, and the proofs (K9).
type packets struct {
	store *store.Store
	book  *law.Book
	desk  *desk.Desk
}

// A packetSheet lists what lies in a packet.
type packetSheet struct {
	Comity    string            `json:"comity"` // packetFormat
	Log       string            `json:"log"`
	Entry     string            `json:"entry"`
	Agency    string            `json:"agency"`
	Authority string            `json:"authority"` // of the court order under which sealed fields are in it; empty: none are
	Files     map[string]string `json:"files"`     // SHA-256 by name
}

// A packetEntry is one entry as its receipt shows it.
type packetEntry struct {
	ID        string            `json:"id"`
	Kind      string            `json:"kind"`
	Stored    string            `json:"stored"`
	At        string            `json:"at"`
	In        string            `json:"in"`
	On        string            `json:"on"`
	Actor     string            `json:"actor"`
	Role      string            `json:"role"`
	Fields    map[string]string `json:"fields"`
	Defects   []desk.Defect     `json:"defects"`
	Questions []comity.Question `json:"questions"`
	Decisions []comity.Decision `json:"decisions"`
}

// A packetRule is a rule as it read then: its own words, and the quotations
// that the signed decision carries.
type packetRule struct {
	ID        string            `json:"id"`
	Law       string            `json:"law"` // digest that decided
	On        string            `json:"on"`
	Known     string            `json:"known"`
	Says      law.Says          `json:"says"`
	Citations []comity.Citation `json:"citations"`
}

type packetClock struct {
	Name string `json:"name"`
	Due  string `json:"due"`
	Cite string `json:"cite"`
}

const (
	packetFormat = "packet/1"
	mostPacket   = 64 << 20
)

// Packet implements [web.Packets].
func (p packets) Packet(ctx context.Context, o web.PacketOrder) ([]byte, error) {
	card, err := p.desk.Case(ctx, o.ID, o.Agency)
	if err != nil {
		return nil, err
	}
	if card.Erased {
		return nil, desk.NoPacket(o.ID)
	}
	if o.Authority != "" {
		if err := p.desk.Disclosed(ctx, card, o.Authority, o.Role); err != nil {
			return nil, err
		}
	}
	first, err := p.store.Entry(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	later, err := p.desk.Following(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	chain := append([]record.Entry{first}, later...)
	if o.Authority != "" && o.Account != "" {
		var ids []string
		for _, e := range chain {
			ids = append(ids, e.ID)
		}
		if err := p.store.Viewed(ctx, o.Account, o.Role, "packet", ids...); err != nil {
			return nil, err
		}
	}
	files := map[string][]byte{"README.txt": []byte(packetReadme), "key": []byte(p.store.Key().String() + "\n")}
	var entries []packetEntry
	for i, e := range chain {
		receipt, err := p.receipt(ctx, e, o.Authority != "")
		if err != nil {
			return nil, err
		}
		proved, err := p.store.Key().Receipt(receipt)
		if err != nil {
			return nil, fmt.Errorf("check a receipt of our own: %w", err)
		}
		files[fmt.Sprintf("receipts/%03d.json", i)] = receipt
		entries = append(entries, shownBy(proved))
	}
	files["case.json"] = packetJSON(entries)
	files["rules.json"] = packetJSON(p.rules(entries))
	files["clocks.json"] = packetJSON(p.clocks(card))
	files["certificate.txt"] = []byte(oversight.Certificate{Agency: o.Agency, Log: p.store.Key().Origin(), Entries: len(entries), Case: digestHex(files["case.json"]), Sealed: o.Authority}.Text())
	sheet := packetSheet{Comity: packetFormat, Log: p.store.Key().Origin(), Entry: o.ID, Agency: o.Agency, Authority: o.Authority, Files: map[string]string{}}
	for name, data := range files {
		sheet.Files[name] = digestHex(data)
	}
	files["packet.json"] = packetJSON(sheet)
	return zipped(files)
}

// receipt shows the fields of the case, and those sealed as personal only under
// an order.
func (p packets) receipt(ctx context.Context, e record.Entry, open bool) ([]byte, error) {
	if e.Erased {
		return p.store.Receipt(ctx, e.ID)
	}
	names := []string{"entry.at"}
	for _, f := range e.Fields {
		if !f.Personal || open {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	return p.store.Disclose(ctx, e.ID, names...)
}

// shownBy reads an entry back from its receipt alone: what case.json says can
// so be made again by whoever checks it.
func shownBy(p record.Proved) packetEntry {
	e := record.Entry{Draft: record.Draft{ID: p.Receipt.ID, Agency: p.Receipt.Header.Agency, Kind: p.Receipt.Header.Kind, Law: p.Receipt.Header.Law}}
	e.Fill(p.Fields)
	c := desk.ReadCard(e)
	out := packetEntry{ID: c.ID, Kind: c.Kind, Stored: p.Receipt.Stored, At: c.At, In: c.In, On: c.On, Actor: c.Actor, Role: c.Role,
		Fields: map[string]string{}, Defects: c.Defects, Questions: c.Questions, Decisions: c.Decisions}
	for _, f := range p.Fields {
		if !strings.HasPrefix(f.Name, "question.") && !strings.HasPrefix(f.Name, "decision.") {
			out.Fields[f.Name] = f.Value
		}
	}
	return out
}

// rules are those that carried the decisions, in the words of then.
func (p packets) rules(entries []packetEntry) []packetRule {
	out := []packetRule{}
	for _, e := range entries {
		for _, d := range e.Decisions {
			for _, id := range slices.Concat(d.Rules, d.MayCarry) {
				if slices.ContainsFunc(out, func(r packetRule) bool { return r.ID == id && r.Law == d.Law }) {
					continue
				}
				r := packetRule{ID: id, Law: d.Law, On: d.On, Known: d.Known, Citations: []comity.Citation{}}
				for _, x := range p.book.Reasons([]string{id}, d.On) {
					r.Says = x.Says
				}
				for _, c := range d.Citations {
					if c.Rule == id {
						r.Citations = append(r.Citations, c)
					}
				}
				out = append(out, r)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b packetRule) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Law, b.Law)) })
	return out
}

func (p packets) clocks(card desk.Card) []packetClock {
	out := []packetClock{}
	for _, a := range p.desk.Alarms(card) {
		out = append(out, packetClock{a.Name, a.Due.Format(time.RFC3339), a.Cite})
	}
	return out
}

func packetJSON(v any) []byte {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil { // texts and lists of texts always marshal
		panic(err)
	}
	return append(b, '\n')
}

func digestHex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// zipped writes the files in the order of their names and without a time: the
// same packet is the same bytes.
func zipped(files map[string][]byte) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err == nil {
			_, err = w.Write(files[name])
		}
		if err != nil {
			return nil, fmt.Errorf("write %s into a packet: %w", name, err)
		}
	}
	err := z.Close()
	return b.Bytes(), err
}

// isPacket tells a packet from a receipt.
func isPacket(data []byte) bool { return bytes.HasPrefix(data, []byte("PK\x03\x04")) }

func badPacket(where, format string, args ...any) *comity.Problem {
	return &comity.Problem{Code: "bad-proof", Where: where, Message: "the packet is refused: " + fmt.Sprintf(format, args...)}
}

// verifyPacket checks a packet offline: every file is the one that is listed,
// every receipt is good, the case is what the receipts show, and what is sealed
// is there only under an order that has an entry.
func verifyPacket(key record.Key, data []byte) ([]string, error) {
	files, err := unzipped(data)
	if err != nil {
		return nil, err
	}
	var sheet packetSheet
	d := json.NewDecoder(bytes.NewReader(files["packet.json"]))
	d.DisallowUnknownFields()
	if err := d.Decode(&sheet); err != nil || sheet.Comity != packetFormat || !bytes.Equal(packetJSON(sheet), files["packet.json"]) {
		return nil, badPacket("packet.json", "its list of files cannot be read")
	}
	if sheet.Log != key.Origin() {
		return nil, badPacket("packet.json", "it is of the log %q, the key is of %q", sheet.Log, key.Origin())
	}
	for name, data := range files {
		if name != "packet.json" && sheet.Files[name] != digestHex(data) {
			return nil, badPacket(name, "the file is not the one that the packet lists")
		}
	}
	if len(files) != len(sheet.Files)+1 {
		return nil, badPacket("packet.json", "a file that it lists is missing")
	}
	return provedPacket(key, sheet, files)
}

func provedPacket(key record.Key, sheet packetSheet, files map[string][]byte) ([]string, error) {
	var entries []packetEntry
	var out []string
	ordered := false
	for i := 0; files[fmt.Sprintf("receipts/%03d.json", i)] != nil; i++ {
		name := fmt.Sprintf("receipts/%03d.json", i)
		p, err := key.Receipt(files[name])
		if err != nil {
			return nil, &comity.Problem{Code: "bad-proof", Where: name, Message: err.Error()}
		}
		if i == 0 && p.Receipt.ID != sheet.Entry || p.Receipt.Header.Agency != sheet.Agency {
			return nil, badPacket(name, "it is of another case")
		}
		e := shownBy(p)
		if sealed := desk.SealedFields(e.Kind, slices.Sorted(maps.Keys(e.Fields))); len(sealed) > 0 && sheet.Authority == "" {
			return nil, badPacket(name, "sealed fields are in it (%s), and it names no court order", strings.Join(sealed, ", "))
		}
		ordered = ordered || e.Kind == desk.Disclosure && e.Fields[desk.FieldAuthority] == sheet.Authority
		entries = append(entries, e)
		said := p.Sentences() // the fields stand in case.json
		out = append(out, said[:len(said)-len(p.Fields)]...)
	}
	if len(entries) == 0 || !bytes.Equal(packetJSON(entries), files["case.json"]) {
		return nil, badPacket("case.json", "it says something that its receipts do not show")
	}
	if sheet.Authority != "" && !ordered {
		return nil, badPacket("packet.json", "it names a court order that has no entry in the record")
	}
	lead := fmt.Sprintf("The packet of entry %s holds %d signed entries; every field in case.json is one that its entry committed to.", sheet.Entry, len(entries))
	about := "It names no court order, and nothing sealed is in it."
	if sheet.Authority != "" {
		about = "Sealed fields are in it under " + sheet.Authority + "; the record holds an entry that says so."
	}
	return append([]string{lead, about}, out...), nil
}

// unzipped reads a packet without believing the sizes it claims.
func unzipped(data []byte) (map[string][]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, badPacket("", "the file is cut off or changed")
	}
	files, left := map[string][]byte{}, int64(mostPacket)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return nil, badPacket(f.Name, "the file cannot be opened")
		}
		content, err := io.ReadAll(io.LimitReader(r, left+1))
		r.Close()
		left -= int64(len(content))
		if err != nil || left < 0 || files[f.Name] != nil {
			return nil, badPacket(f.Name, "the file is changed, too large or there twice")
		}
		files[f.Name] = append([]byte{}, content...)
	}
	return files, nil
}

// runEvidence makes a packet from the folder of a record that no server has open.
func runEvidence(ctx context.Context, e env, args []string) error {
	packet := len(args) > 0 && args[0] == "packet"
	if packet {
		args = args[1:]
	}
	f := newFlags("evidence")
	dir := f.String("dir", "", "`folder` of the record")
	out := f.String("o", "", "the new `file`")
	authority := f.String("order", "", "`court` and number of the order under which sealed fields are given out; an entry says so")
	overlay := f.String("law", "", "a folder laid over the built-in law")
	if err := f.parse(e, args, 1); err != nil {
		return err
	}
	if !packet {
		return &comity.Problem{Code: "bad-argument", Message: "say what to make", Hint: "comity evidence packet -dir D -o FILE ID"}
	}
	for flag, value := range map[string]string{"dir": *dir, "o": *out} {
		if err := need(flag, value, "record"); err != nil {
			return err
		}
	}
	if f.Arg(0) == "" {
		return &comity.Problem{Code: "bad-argument", Message: "say which case", Hint: "the id of the request, as on its receipt"}
	}
	book, err := openBook(*overlay)
	if err != nil {
		return err
	}
	s, err := openStore(ctx, *dir)
	if err != nil {
		return err
	}
	defer s.Close()
	p := packets{s, book, &desk.Desk{Law: book, Record: s, Now: time.Now}}
	entry, err := s.Entry(ctx, f.Arg(0))
	if err != nil {
		return desk.NoCase(f.Arg(0))
	}
	data, err := p.Packet(ctx, web.PacketOrder{ID: f.Arg(0), Agency: entry.Agency, Authority: *authority})
	if err != nil {
		return err
	}
	file, err := os.OpenFile(*out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return &comity.Problem{Code: "not-written", Where: *out, Message: "the file cannot be made, or is there already"}
	}
	if _, err := file.Write(data); err != nil {
		file.Close()
		return fmt.Errorf("write the packet: %w", err)
	}
	fmt.Fprintln(e.out, *out)
	return file.Close()
}

const packetReadme = `A packet of one case out of a signed record.

case.json      what was asked, what the law of that moment answered, what was done
rules.json     the rules that carried the answers, with the text quoted then
clocks.json    the clocks that ran, as the program counts them
receipts/      one for each entry: signed by the log, with proof of every field shown
packet.json    every file with its SHA-256; the court order, if sealed fields are here
certificate.txt a form for the custodian, for counsel to change; unreviewed, unsigned
key            the key of the log; take it from a source you trust instead

Check it offline:   comity verify -key KEY -receipt PACKET.zip

What it proves: who wrote what, when, and that nothing in it was changed since.
What it does not: that what was written is true, or that everything was written.
rules.json and clocks.json explain; the signed decisions in case.json govern.
`
