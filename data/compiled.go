package data

import _ "embed"

// Law is the compiled form of the law in FS, from which a book is ready sooner.
// Where a pack and its file differ the file counts, so Law can be old but never wrong.
//
//go:generate go test comity/law -run ^TestShippedCompiled$ -update
//go:embed law.bin
var Law string
