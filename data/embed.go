// Package data carries facts about the world as reviewed files: law, words,
// places, agencies, agreements, detainers, answers. It holds no logic; books,
// directories and replays are built from FS by the packages that need them.
//
// Where each file comes from stands in PROVENANCE.md, under which terms in
// LICENCES.md, and MANIFEST.sha256 names the bytes that were reviewed.
package data

import "embed"

// FS is rooted at this folder: FS.Open("places/counties.csv").
//
//go:embed vocabulary.yaml corrections.yaml retention.yaml law drafts places calendars agencies agreements detainers answers tell access
var FS embed.FS
