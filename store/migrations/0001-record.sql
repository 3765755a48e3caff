-- The whole database of one record. A change of this file is an entry of kind
-- "schema" in the record itself (H37).
--
-- What is in the record is append-only: triggers refuse update and delete.
-- Times are whole seconds since 1970, UTC. Blobs are raw bytes.

-- What the record is. Written once by init.
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,          -- origin, agency, sample, schema
  value TEXT NOT NULL                 -- the same for ever
) STRICT;
CREATE TRIGGER meta_stays  BEFORE UPDATE ON meta BEGIN SELECT RAISE(ABORT, 'meta is written once'); END;
CREATE TRIGGER meta_remains BEFORE DELETE ON meta BEGIN SELECT RAISE(ABORT, 'meta is written once'); END;

-- One row an entry. Nothing here says what happened: that is sealed.
CREATE TABLE entry (
  n            INTEGER PRIMARY KEY,   -- number inside this database, in order of writing
  id           TEXT NOT NULL UNIQUE,  -- the caller's id
  ulid         TEXT NOT NULL UNIQUE,  -- permanent id given by the record
  agency       TEXT NOT NULL,         -- ORI
  kind         TEXT NOT NULL,         -- of the list of kinds
  month        TEXT NOT NULL,         -- of the event, 2006-01; the hour is sealed
  law          TEXT NOT NULL,         -- digest of the law used, or ''
  ref          TEXT NOT NULL,         -- id of the entry it points back to, or ''
  thread       TEXT NOT NULL,         -- id of the first entry of its chain; its own id where ref is ''
  stored       INTEGER NOT NULL,      -- when it was written
  ended        INTEGER,               -- end of the contact as this entry records it, NULL: none
  leaf         BLOB NOT NULL UNIQUE,  -- what the public log holds of it, 33 bytes
  same         BLOB NOT NULL,         -- keyed digest of what the caller sent: tells a repeat from a conflict, also after erasure
  receipt      BLOB NOT NULL,         -- the signed promise as it was given out; no field values
  published_by INTEGER NOT NULL       -- what it promises
) STRICT;
CREATE INDEX entry_cell   ON entry (agency, kind, month);
CREATE INDEX entry_ref    ON entry (ref)    WHERE ref <> '';
CREATE INDEX entry_thread ON entry (thread) WHERE ref <> '';
CREATE TRIGGER entry_stays   BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER entry_remains BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;

-- The header with its salt, in the form in which it is served once released.
CREATE TABLE header (
  n    INTEGER PRIMARY KEY REFERENCES entry (n), -- of its entry
  body BLOB NOT NULL                  -- canonical JSON {"header":…,"salt":…}
) STRICT;
CREATE TRIGGER header_stays   BEFORE UPDATE ON header BEGIN SELECT RAISE(ABORT, 'headers are append-only'); END;
CREATE TRIGGER header_remains BEFORE DELETE ON header BEGIN SELECT RAISE(ABORT, 'headers are append-only'); END;

-- Keys of agency and day, sealed to the root key, which lies outside.
CREATE TABLE day_key (
  agency TEXT NOT NULL,               -- ORI
  day    TEXT NOT NULL,               -- 2006-01-02, UTC
  key    BLOB NOT NULL,               -- HPKE
  PRIMARY KEY (agency, day)
) STRICT;

-- Sealed fields. A row goes only when its entry was erased by an order.
CREATE TABLE sealed (
  n    INTEGER NOT NULL REFERENCES entry (n), -- of its entry
  part TEXT NOT NULL,                 -- case or personal; destroyed singly
  day  TEXT NOT NULL,                 -- of the key in day_key
  key  BLOB NOT NULL,                 -- this part's key, wrapped
  text BLOB NOT NULL,                 -- AES-256-GCM over salts, names and values
  PRIMARY KEY (n, part)
) STRICT;
CREATE TRIGGER sealed_stays BEFORE UPDATE ON sealed BEGIN SELECT RAISE(ABORT, 'sealed fields are append-only'); END;
CREATE TRIGGER sealed_remains BEFORE DELETE ON sealed
  WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE erasure.n = OLD.n)
  BEGIN SELECT RAISE(ABORT, 'sealed fields go only by an erasure'); END;

-- Entries that are durable and have no index yet.
CREATE TABLE outbox (
  n INTEGER PRIMARY KEY REFERENCES entry (n) -- of its entry
) STRICT;

-- The order of the public log. Never an identity column: those have gaps.
CREATE TABLE log (
  idx    INTEGER PRIMARY KEY,         -- from 0, without gaps
  n      INTEGER NOT NULL UNIQUE REFERENCES entry (n), -- of the entry that stands there
  agency TEXT NOT NULL,               -- of the entry, for lists by agency
  leaf   BLOB NOT NULL                -- of the entry, for tiles
) STRICT;
CREATE INDEX log_agency ON log (agency, idx);
CREATE TRIGGER log_stays   BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER log_remains BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER log_gapless BEFORE INSERT ON log
  WHEN NEW.idx <> (SELECT coalesce(max(idx) + 1, 0) FROM log)
  BEGIN SELECT RAISE(ABORT, 'the log has no gaps'); END;

-- What was last published: one row.
CREATE TABLE head (
  one        INTEGER PRIMARY KEY CHECK (one = 1), -- always 1: there is one head
  size       INTEGER NOT NULL,        -- entries under the checkpoint
  root       BLOB NOT NULL,           -- their Merkle tree hash
  checkpoint BLOB NOT NULL            -- signed note
) STRICT;
CREATE TRIGGER head_grows BEFORE UPDATE ON head WHEN NEW.size < OLD.size
  BEGIN SELECT RAISE(ABORT, 'a published log never shrinks'); END;
CREATE TRIGGER head_remains BEFORE DELETE ON head BEGIN SELECT RAISE(ABORT, 'a published log never shrinks'); END;

-- Entries whose content was destroyed by an order.
CREATE TABLE erasure (
  n  INTEGER PRIMARY KEY REFERENCES entry (n), -- of the erased entry
  by TEXT NOT NULL,                   -- id of the erasure entry, which names the authority
  at INTEGER NOT NULL                 -- when
) STRICT;
CREATE TRIGGER erasure_stays   BEFORE UPDATE ON erasure BEGIN SELECT RAISE(ABORT, 'erasures are append-only'); END;
CREATE TRIGGER erasure_remains BEFORE DELETE ON erasure BEGIN SELECT RAISE(ABORT, 'erasures are append-only'); END;
CREATE TRIGGER erasure_held BEFORE INSERT ON erasure
  WHEN EXISTS (SELECT 1 FROM hold JOIN entry USING (n) WHERE thread = (SELECT thread FROM entry WHERE n = NEW.n))
  BEGIN SELECT RAISE(ABORT, 'a litigation hold keeps this entry'); END;

-- Litigation holds in force. A hold on one entry keeps its whole chain.
CREATE TABLE hold (
  n  INTEGER PRIMARY KEY REFERENCES entry (n), -- of the entry; its whole chain is kept
  by TEXT NOT NULL                    -- id of the hold entry, which names the authority
) STRICT;

-- From here on: outside the record, each with its clock.

-- Who may sign in. No passwords.
CREATE TABLE account (
  id     TEXT PRIMARY KEY,            -- ULID
  agency TEXT NOT NULL,               -- ORI
  role   TEXT NOT NULL,               -- clerk, sergeant, auditor, …
  name   TEXT NOT NULL,               -- as shown on screen
  sample INTEGER NOT NULL             -- 1: invented for a demonstration, and shown as such
) STRICT;

-- Secrets are kept as SHA-256 only; each has 256 bits, so no salt is needed.
CREATE TABLE token (
  hash    BLOB PRIMARY KEY,           -- of a bearer token of the API
  account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, -- whose
  made    INTEGER NOT NULL            -- when
) STRICT;
CREATE TABLE link (
  hash    BLOB PRIMARY KEY,           -- of a sign-in link
  account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, -- whose
  expires INTEGER NOT NULL,           -- opens nothing from then on
  used    INTEGER NOT NULL            -- 1: was used, opens nothing
) STRICT;
CREATE TABLE session (
  hash    BLOB PRIMARY KEY,           -- of a session cookie
  account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, -- whose
  expires INTEGER NOT NULL,           -- at the latest
  idle    INTEGER NOT NULL            -- if not used again
) STRICT;

-- Half-filled forms, sealed.
CREATE TABLE draft (
  agency  TEXT NOT NULL,              -- ORI
  id      TEXT NOT NULL,              -- of the form, unique in the agency
  expires INTEGER NOT NULL,           -- when it is deleted
  day     TEXT NOT NULL,              -- of the key in day_key
  key     BLOB NOT NULL,              -- this draft's key, wrapped
  text    BLOB NOT NULL,              -- the form, sealed
  PRIMARY KEY (agency, id)
) STRICT;

-- Door checks: how often a day, nothing else (H17).
CREATE TABLE door_total (
  agency TEXT NOT NULL,               -- ORI
  kind   TEXT NOT NULL,               -- call-back, code, vehicle
  day    TEXT NOT NULL,               -- 2006-01-02
  answer TEXT NOT NULL,               -- yes, no
  count  INTEGER NOT NULL,            -- how often
  PRIMARY KEY (agency, kind, day, answer)
) STRICT;
