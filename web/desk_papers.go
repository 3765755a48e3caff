package web

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"comity"
	"comity/desk"
)

// paperLimit is the most that papers may weigh; package papers says the same.
const (
	paperLimit = 21 << 20
	mostFiles  = 8
)

// A paperView is the part of a form in which a paper is read, and what was read.
type paperView struct {
	Read    bool
	Draft   string
	Problem string
	Pages   []string
	Notes   []string
}

// A paperField is what was read off a paper for one field.
type paperField struct {
	Name, Crop, Alt, Says string
	Tick, Seen            bool
}

// papers reads what was uploaded and shows the detainer form filled in with it.
// Nothing is recorded and nothing is kept but what this form shows.
func (s *site) papers(w http.ResponseWriter, r *http.Request, who Account) error {
	if s.Papers == nil {
		return s.missing(r, "no-page")
	}
	kind, _ := desk.KindOf("detainer")
	files, err := uploaded(r)
	if err != nil {
		return s.refusedPaper(w, r, who, kind, err)
	}
	reading, err := s.Papers.Read(r.Context(), s.deskPage(who, "").Home.Name, files...)
	if err != nil {
		return s.refusedPaper(w, r, who, kind, err)
	}
	sent := reading.form(kind)
	sent.Set("paper", s.drafted.keep(sessionOf(r), reading, s.Now()))
	return s.show(w, r, s.form(filled(r, sent), who, kind, "detainer"))
}

// filled is the request for an empty form, with answers in it.
func filled(r *http.Request, sent url.Values) *http.Request {
	out := r.Clone(r.Context())
	out.Method, out.Body, out.PostForm, out.Form = http.MethodGet, http.NoBody, sent, sent
	out.URL.Path, out.URL.RawPath, out.URL.RawQuery = "/desk/detainers/new", "", ""
	return out
}

func (s *site) refusedPaper(w http.ResponseWriter, r *http.Request, who Account, k *desk.Kind, err error) error {
	var p *comity.Problem
	l := s.langOf(r)
	if !errors.As(err, &p) || !l.known("desk.paper.problem."+p.Code) {
		return err
	}
	v := s.form(filled(r, url.Values{}), who, k, "detainer")
	v.Paper.Problem = l.say("desk.paper.problem." + p.Code)
	return s.render(w, r, http.StatusUnprocessableEntity, v)
}

// uploaded reads the files of a form from the wire into memory; none of it
// touches a disk.
func uploaded(r *http.Request) ([][]byte, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return nil, &comity.Problem{Code: "no-paper", Message: "no file came", Hint: "choose a file", Where: "paper"}
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, badUpload(err)
	}
	var files [][]byte
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, badUpload(err)
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return nil, badUpload(err)
		}
		if part.FormName() != "paper" || part.FileName() == "" {
			continue // a browser sends an empty part where no file was chosen
		}
		if files = append(files, data); len(files) > mostFiles {
			return nil, &comity.Problem{Code: "too-large", Message: "too many files came", Where: "paper"}
		}
	}
	if len(files) == 0 {
		return nil, &comity.Problem{Code: "no-paper", Message: "no file came", Hint: "choose a file", Where: "paper"}
	}
	return files, nil
}

func badUpload(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &comity.Problem{Code: "too-large", Message: "the papers are too large", Where: "paper"}
	}
	return &comity.Problem{Code: "bad-paper", Message: "the upload was cut off", Hint: "send it again", Where: "paper"}
}

// form is the proposals as a form would send them. What the form has no choice
// for stays open.
func (p PaperReading) form(k *desk.Kind) url.Values {
	sent := url.Values{"paper_digest": {strings.Join(p.Digests, " ")}}
	for _, one := range p.Proposals {
		f, ok := k.Field(one.Field)
		if !ok || f.Personal || f.Never || one.Value == "" {
			continue
		}
		values := []string{one.Value}
		if f.Type == desk.Ticks {
			values = strings.Fields(one.Value)
		}
		for _, v := range values {
			if f.Values == nil || slices.Contains(f.Values, v) {
				sent.Add(f.Name, v)
			}
		}
	}
	return sent
}

// withPaper puts beside the fields of a form what was read off the paper. The
// ticks stand in the form itself, so that they outlive the pictures.
func (s *site) withPaper(r *http.Request, v *formView) {
	if s.Papers == nil || v.Kind != "detainer" {
		return
	}
	l := s.langOf(r)
	v.Paper = &paperView{Draft: r.PostForm.Get("paper")}
	if v.Paper.Draft == "" {
		return
	}
	v.Carried = append(v.Carried, Line{"paper", v.Paper.Draft}) // after the digests
	reading, found := s.drafted.get(v.Paper.Draft, sessionOf(r), s.Now())
	v.Paper.Read = found
	for i, p := range reading.Pages {
		v.Paper.Pages = append(v.Paper.Pages, l.say("desk.paper.page", "Page", i+1, "Kind", l.say("desk.paper.kind."+p.Kind)))
	}
	for _, n := range reading.Notes {
		v.Paper.Notes = append(v.Paper.Notes, l.say("desk.paper.note."+n))
	}
	for i := range v.Groups {
		for j := range v.Groups[i].Fields {
			f := &v.Groups[i].Fields[j]
			n := slices.IndexFunc(reading.Proposals, func(p PaperProposal) bool { return p.Field == f.Name })
			switch {
			case n >= 0:
				f.Paper = l.paperField(reading.Proposals[n], v.Paper.Draft, n)
			case !found && slices.Contains(r.PostForm["read"], f.Name):
				f.Paper = &paperField{Name: f.Name, Says: l.say("desk.paper.no-place"), Tick: true}
			default:
				continue
			}
			f.Paper.Seen = slices.Contains(r.PostForm["seen"], f.Name)
		}
	}
}

func (l *lang) paperField(p PaperProposal, draft string, n int) *paperField {
	out := &paperField{Name: p.Field, Tick: p.Confirm && p.Value != ""}
	sure := int(100*p.Confidence + 0.5)
	switch {
	case p.Page == 0:
		out.Says = l.say("desk.paper.no-place")
	case p.Value == "":
		out.Says = l.say("desk.paper.look", "Page", p.Page)
	case p.Value == "none" && p.Field == "cause":
		out.Says = l.say("desk.paper.none-ticked", "Page", p.Page, "Sure", sure)
	default:
		out.Says = l.say("desk.paper.place", "Page", p.Page, "Sure", sure)
	}
	if len(p.Crop) > 0 {
		out.Crop = fmt.Sprintf("/desk/papers/%s/%d", draft, n)
		out.Alt = l.say("desk.paper.crop", "Page", p.Page)
	}
	return out
}

// unseen are the answers about signatures and issuers that were read off a
// paper and that nobody has looked at yet. The form cannot be recorded so.
func unseen(k *desk.Kind, sent url.Values) desk.Problems {
	var out desk.Problems
	for _, name := range sent["read"] {
		if _, ok := k.Field(name); ok && sent.Get(name) != "" && !slices.Contains(sent["seen"], name) {
			out = append(out, &comity.Problem{Code: "unseen", Message: "this was read off the paper and nobody has looked", Hint: "look at the paper, then tick that you did", Where: name})
		}
	}
	return out
}

// paperCrop is the picture of one place, for the session that sent the paper.
func (s *site) paperCrop(w http.ResponseWriter, r *http.Request, _ Account) error {
	reading, ok := s.drafted.get(r.PathValue("id"), sessionOf(r), s.Now())
	n, err := strconv.Atoi(r.PathValue("n"))
	if !ok || err != nil || n < 0 || n >= len(reading.Proposals) || len(reading.Proposals[n].Crop) == 0 {
		return s.missing(r, "no-page")
	}
	h := w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(reading.Proposals[n].Crop)))
	_, _ = w.Write(reading.Proposals[n].Crop) // the reader may have left
	return nil
}
