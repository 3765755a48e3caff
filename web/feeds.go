package web

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"comity/law"
	"comity/oversight"
)

// A feed is a list that is fetched, never pushed (RFC 4287). Who reads it
// leaves no account and no address behind (H4).
type feed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Sub     string      `xml:"subtitle"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []feedLink  `xml:"link"`
	Entries []feedEntry `xml:"entry"`
}

type feedLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type feedEntry struct {
	ID      string     `xml:"id"`
	Title   string     `xml:"title"`
	Updated string     `xml:"updated"`
	Links   []feedLink `xml:"link"`
	Summary string     `xml:"summary"`
}

const (
	atomType = "application/atom+xml"
	feedPage = 100
)

// newFeed is an empty feed of this language.
func (s *site) newFeed(l *lang, name, page string) feed {
	path := "/feeds/" + name + ".atom"
	return feed{
		Lang: l.tag, ID: permanentID("feed", s.copyName(), name, l.tag), Title: l.say("feeds." + name), Sub: l.say("feeds." + name + "-says"), Author: l.say("site.name"),
		Links: []feedLink{{"self", atomType, l.link(path)}, {"alternate", "text/html", l.link(page)}},
	}
}

// copyName tells the feeds of one record from those of another.
func (s *site) copyName() string {
	if s.Record == nil {
		return ""
	}
	return s.Record.Key().String()
}

// permanentID is the same for the same thing for ever, whatever the address of
// the site: a UUID of version 8 (RFC 9562) made from what it names.
func permanentID(names ...string) string {
	h := sha256.New()
	for _, n := range names {
		fmt.Fprintf(h, "%d:%s", len(n), n)
	}
	b := h.Sum(nil)[:16]
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// send writes a feed, newest first; a reader who has it already gets 304.
func (f feed) send(w http.ResponseWriter, r *http.Request, empty string) error {
	f.Updated = empty
	for _, e := range f.Entries {
		f.Updated = max(f.Updated, e.Updated)
	}
	text, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return fmt.Errorf("write a feed: %w", err)
	}
	body := append([]byte(xml.Header), append(text, '\n')...)
	sum := sha256.Sum256(body)
	h := w.Header()
	h.Set("Content-Type", atomType)
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", fmt.Sprintf(`"%x"`, sum[:12]))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	return nil
}

func midnight(day string) string { return day + "T00:00:00Z" }

// entriesFeed lists released headers, the last numbers first. Their moment is
// the first of the month that the header names: nothing finer is public.
func (s *site) entriesFeed(w http.ResponseWriter, r *http.Request) error {
	if s.Record == nil {
		return s.missing(r, "no-page")
	}
	l, ctx := s.langOf(r), r.Context()
	head, err := s.Record.Checkpoint(ctx)
	if err != nil {
		return err
	}
	before := head.Size
	if text := r.URL.Query().Get("before"); text != "" {
		if before, err = strconv.ParseInt(text, 10, 64); err != nil || before < 0 || before > head.Size {
			return s.missing(r, "no-page")
		}
	}
	list, err := headersBefore(ctx, s.Record, before, feedPage+1)
	if err != nil {
		return err
	}
	f := s.newFeed(l, "entries", "/record")
	if len(list) > feedPage {
		list = list[1:]
		f.Links = append(f.Links, feedLink{"next", atomType, l.link(fmt.Sprintf("/feeds/entries.atom?before=%d", list[0].Index))})
	}
	if before < head.Size {
		f.Links[0].Href += fmt.Sprintf("?before=%d", before)
	}
	for _, e := range slices.Backward(list) {
		f.Entries = append(f.Entries, s.headerEntry(l, e))
	}
	return f.send(w, r, midnight(s.Now().UTC().Format("2006-01")+"-01"))
}

func (s *site) headerEntry(l *lang, e oversight.PublicEntry) feedEntry {
	h := e.Header.Header
	page := "/record"
	if e.Index > 0 {
		page = fmt.Sprintf("/record?after=%d", e.Index-1)
	}
	kind := l.orPlain("record-kind.", h.Kind)
	return feedEntry{
		ID: permanentID("entry", s.copyName(), e.Leaf), Updated: midnight(h.Month + "-01"),
		Title:   capital(l.say("feeds.entry", "Kind", kind, "Month", l.month(h.Month), "Agency", h.Agency)),
		Summary: l.say("feeds.entry-says", "Index", l.numbers.Sprint(e.Index)),
		Links:   []feedLink{{"alternate", "text/html", l.link(page)}, {"related", "application/json", "/log/header/" + e.Leaf}},
	}
}

// headersBefore gives the last n released headers with an index below before,
// in order: it looks back further and further until there are so many.
func headersBefore(ctx context.Context, from Record, before int64, n int) ([]oversight.PublicEntry, error) {
	for back := int64(4 * n); ; back *= 8 {
		start := max(before-back, 0) - 1
		var last []oversight.PublicEntry
		for after, more := start, true; more; {
			page, err := from.PublicHeaders(ctx, after, 4*n)
			if err != nil {
				return nil, err
			}
			more = len(page) == 4*n
			for _, e := range page {
				if after = e.Index; after >= before {
					more = false
					break
				}
				last = append(last, e)
			}
			last = last[max(len(last)-n, 0):]
		}
		if len(last) == n || start < 0 {
			return last, nil
		}
	}
}

// lawFeed lists what changed in the law and what is known to change, for a
// year either way. What is still to come carries the day it was learned, and
// comes again on its own day.
func (s *site) lawFeed(w http.ResponseWriter, r *http.Request) error {
	l, now := s.langOf(r), s.Now().UTC()
	today := now.Format(time.DateOnly)
	events, err := s.Law.Events("", now.AddDate(0, -6, 0).Format(time.DateOnly), now.AddDate(1, 0, 0).Format(time.DateOnly))
	if err != nil {
		return err
	}
	f := s.newFeed(l, "law", "/law")
	for _, e := range events {
		f.Entries = append(f.Entries, s.eventEntry(l, e, today))
	}
	newestFirst(f.Entries)
	return f.send(w, r, midnight(today[:7]+"-01"))
}

func (s *site) eventEntry(l *lang, e law.Event, today string) feedEntry {
	updated, order := e.On, ""
	if e.Order != nil {
		order = e.Order.ID
	}
	if e.On > today { // learned, or added to the law held here
		updated = cmp.Or(e.Rule.Learned, e.Rule.Pack().Added)
		if e.Order != nil {
			updated = cmp.Or(e.Order.Learned, e.Rule.Pack().Added)
		}
		updated = min(updated, today)
	}
	place := s.placeName(l, e.Rule.Pack().Place)
	ref := e.Rule.ID
	if len(e.Rule.Cites) > 0 {
		ref = e.Rule.Cites[0].Ref
	}
	says, _ := l.says(e.Rule.Says)
	return feedEntry{
		ID: permanentID("law", e.Rule.ID, e.On, string(e.What), order), Updated: midnight(updated),
		Title:   l.say("feeds.law-"+string(e.What), "Place", place, "Ref", ref, "Day", l.day(e.On)),
		Summary: l.say("feeds.law-text", "Says", says, "Cite", cmp.Or(e.Cite.Ref, ref)),
		Links:   []feedLink{{"alternate", "text/html", l.link(rulePath(e.Rule.ID))}},
	}
}

// correctionsFeed lists what was put right in the law held here.
func (s *site) correctionsFeed(w http.ResponseWriter, r *http.Request) error {
	l := s.langOf(r)
	f := s.newFeed(l, "corrections", "/corrections")
	for _, c := range s.Corrections {
		f.Entries = append(f.Entries, feedEntry{
			ID: permanentID("correction", c.ID), Updated: midnight(string(c.Fixed)),
			Title:   l.say("feeds.correction", "Day", l.day(string(c.Fixed)), "ID", c.ID),
			Summary: l.say("feeds.correction-text", "Said", c.Said.In(l.tag), "Right", c.Right.In(l.tag)),
			Links:   []feedLink{{"alternate", "text/html", l.link("/corrections#" + c.ID)}},
		})
	}
	newestFirst(f.Entries)
	return f.send(w, r, midnight(s.Now().UTC().Format("2006-01")+"-01"))
}

func newestFirst(list []feedEntry) {
	slices.SortStableFunc(list, func(a, b feedEntry) int { return cmp.Compare(b.Updated, a.Updated) })
}
