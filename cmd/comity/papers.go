package main

import (
	"bytes"
	"context"
	"fmt"
	"image/png"

	"comity/papers"
	"comity/web"
)

// paperReader reads papers for the pages, which know nothing of how.
type paperReader struct{ *papers.Reader }

func (p paperReader) Read(ctx context.Context, addressee string, files ...[]byte) (web.PaperReading, error) {
	read, err := p.Reader.Read(ctx, addressee, files...)
	if err != nil {
		return web.PaperReading{}, err
	}
	out := web.PaperReading{Kind: string(read.Kind), Digests: read.Digests, Pages: []web.PaperPage{}, Proposals: []web.PaperProposal{}, Notes: []string{}}
	for _, page := range read.Pages {
		out.Pages = append(out.Pages, web.PaperPage{Kind: string(page.Kind), Issuer: string(page.Issuer), Confidence: page.Confidence, Edition: page.Edition, Read: page.Read})
	}
	for _, n := range read.Notes {
		out.Notes = append(out.Notes, string(n))
	}
	for _, one := range read.Proposals {
		proposal := web.PaperProposal{
			Field: one.Field, Value: one.Value, Confidence: one.Confidence, Page: one.Page, Box: web.PaperBox(one.Box), Confirm: papers.MustConfirm(one.Field),
		}
		if one.Crop != nil {
			var b bytes.Buffer
			if err := png.Encode(&b, one.Crop); err != nil {
				return web.PaperReading{}, fmt.Errorf("draw a place: %w", err)
			}
			proposal.Crop = b.Bytes()
		}
		out.Proposals = append(out.Proposals, proposal)
	}
	return out, nil
}
