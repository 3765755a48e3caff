-- How many entries a cell holds, so that nobody who looks at the public record
-- waits for millions to be counted. A fold over entry, kept in the transaction
-- that writes an entry; it can be made anew at any time (cells.go).
CREATE TABLE cell (
  agency  TEXT NOT NULL,              -- ORI
  kind    TEXT NOT NULL,              -- of the list of kinds
  month   TEXT NOT NULL,              -- of the event, 2006-01
  written TEXT NOT NULL,              -- month of writing, 2006-01, UTC
  count   INTEGER NOT NULL,           -- of entries
  PRIMARY KEY (agency, kind, month, written)
) STRICT;
