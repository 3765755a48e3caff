package web

import (
	"net/http"
	"strconv"

	"github.com/boombuler/barcode/qr"

	"comity/record"
)

// A receiptView is the receipt as text, as a code to scan and as a file.
type receiptView struct {
	deskPage
	ID       string
	Receipt  record.Receipt
	Index    string
	Text     string // the whole file
	Complete bool
	Code     bool // it fits into a code
	Packets  bool // a file for a court can be made of the case
	MayGive  bool // with what is sealed
}

func (receiptView) template() string { return "desk_receipt" }

// codeLimit is what one QR code of the lowest redundancy holds.
const codeLimit = 2900

func (s *site) receiptOf(r *http.Request, who Account) ([]byte, error) {
	id := r.PathValue("id")
	e, err := s.Desk.Record.Entry(r.Context(), id)
	if err != nil {
		return nil, s.notOurs(r, err)
	}
	if e.Agency != who.Agency {
		return nil, s.missing(r, "no-entry")
	}
	return s.Desk.Record.Receipt(r.Context(), id)
}

func (s *site) receipt(w http.ResponseWriter, r *http.Request, who Account) error {
	text, err := s.receiptOf(r, who)
	if err != nil {
		return err
	}
	receipt, err := record.ParseReceipt(text)
	if err != nil {
		return err
	}
	v := receiptView{
		deskPage: s.deskPage(who, ""), ID: r.PathValue("id"), Receipt: receipt, Text: string(text),
		Complete: receipt.Complete(), Code: len(text) <= codeLimit,
		Packets: s.Packets != nil, MayGive: mayGive(who),
	}
	if receipt.Index != nil {
		v.Index = strconv.FormatInt(*receipt.Index, 10)
	}
	return s.show(w, r, v)
}

// receiptFile is the receipt as the file that `comity verify -receipt` reads.
func (s *site) receiptFile(w http.ResponseWriter, r *http.Request, who Account) error {
	text, err := s.receiptOf(r, who)
	if err != nil {
		return err
	}
	handOut(w, "receipt.json", "application/json", text)
	return nil
}

// handOut sends a file about a case to staff; no cache keeps it.
func handOut(w http.ResponseWriter, name, kind string, data []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(data) // the reader may have left
}

// receiptCode is the receipt as a QR code: the file itself, not an address, so
// that scanning it opens nothing (H16).
func (s *site) receiptCode(w http.ResponseWriter, r *http.Request, who Account) error {
	text, err := s.receiptOf(r, who)
	if err != nil {
		return err
	}
	return s.sendCode(w, r, string(text), qr.Unicode, largestCode, qr.L)
}
