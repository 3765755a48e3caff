-- What a directory knows of the logs of others that it watches. All of it is
-- public and about logs, not about people; it has no clock.

CREATE TABLE watched (
  agency TEXT NOT NULL,               -- of whoever keeps the directory
  key    TEXT NOT NULL,               -- of the log that is watched
  state  BLOB NOT NULL,               -- what is known of it, JSON
  PRIMARY KEY (agency, key)
) STRICT;

-- Checkpoints that prove that a log forked or shrank: for ever.
CREATE TABLE watched_note (
  agency TEXT NOT NULL,               -- of whoever keeps the directory
  digest TEXT NOT NULL,               -- SHA-256 of the note, hexadecimal
  note   BLOB NOT NULL,               -- as the log signed it
  PRIMARY KEY (agency, digest)
) STRICT;
CREATE TRIGGER watched_note_stays   BEFORE UPDATE ON watched_note BEGIN SELECT RAISE(ABORT, 'proofs are append-only'); END;
CREATE TRIGGER watched_note_remains BEFORE DELETE ON watched_note BEGIN SELECT RAISE(ABORT, 'proofs are append-only'); END;
