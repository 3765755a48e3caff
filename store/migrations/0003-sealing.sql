-- Orders that take a header away too, several litigation holds on one entry,
-- finding a person's later papers, evidence that goes with its entry, and who
-- looked at what is sealed.

-- Headers that an order withdrew.
CREATE TABLE withdrawal (
  n    INTEGER PRIMARY KEY REFERENCES entry (n), -- of the entry
  note BLOB NOT NULL                  -- signed; served at /log/header/HASH in place of the header
) STRICT;
CREATE TRIGGER withdrawal_stays   BEFORE UPDATE ON withdrawal BEGIN SELECT RAISE(ABORT, 'withdrawals are append-only'); END;
CREATE TRIGGER withdrawal_remains BEFORE DELETE ON withdrawal BEGIN SELECT RAISE(ABORT, 'withdrawals are append-only'); END;
CREATE TRIGGER withdrawal_ordered BEFORE INSERT ON withdrawal
  WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE erasure.n = NEW.n)
  BEGIN SELECT RAISE(ABORT, 'a header is withdrawn only from an erased entry'); END;
DROP TRIGGER header_remains;
CREATE TRIGGER header_remains BEFORE DELETE ON header
  WHEN NOT EXISTS (SELECT 1 FROM withdrawal WHERE withdrawal.n = OLD.n)
  BEGIN SELECT RAISE(ABORT, 'headers go only by an order'); END;
-- postgres: GRANT DELETE ON header TO comity_app

-- Litigation holds in force: each is lifted by itself.
CREATE TABLE held (
  by TEXT PRIMARY KEY,                -- id of the hold entry, which names the authority
  n  INTEGER NOT NULL REFERENCES entry (n) -- of the entry; its whole chain is kept
) STRICT;
CREATE INDEX held_n ON held (n);
INSERT INTO held (by, n) SELECT by, n FROM hold;
DROP TRIGGER erasure_held;
DROP TABLE hold;
CREATE TRIGGER erasure_held BEFORE INSERT ON erasure
  WHEN EXISTS (SELECT 1 FROM held JOIN entry USING (n) WHERE thread = (SELECT thread FROM entry WHERE n = NEW.n))
  BEGIN SELECT RAISE(ABORT, 'a litigation hold keeps this entry'); END;

-- How an agency's own staff find a person's later papers. Without the seal key
-- a row tells nothing but that two entries of one agency share a term.
CREATE TABLE term (
  agency TEXT NOT NULL,               -- ORI; its terms are made with a key of its own
  term   BLOB NOT NULL,               -- HMAC-SHA-256 of a booking number, a name or a file
  n      INTEGER NOT NULL REFERENCES entry (n), -- of the entry
  PRIMARY KEY (agency, term, n)
) STRICT;
CREATE INDEX term_n ON term (n);
CREATE TRIGGER term_stays BEFORE UPDATE ON term BEGIN SELECT RAISE(ABORT, 'terms are append-only'); END;
CREATE TRIGGER term_remains BEFORE DELETE ON term
  WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE erasure.n = OLD.n)
  BEGIN SELECT RAISE(ABORT, 'terms go only by an erasure'); END;

-- Entries of an older schema whose terms are not made yet.
CREATE TABLE unindexed (
  n INTEGER PRIMARY KEY REFERENCES entry (n) -- of the entry
) STRICT;
INSERT INTO unindexed (n) SELECT DISTINCT n FROM sealed;

-- Evidence that goes because its entry was erased, until it is gone.
CREATE TABLE evidence_due (
  digest BLOB PRIMARY KEY             -- SHA-256 of the object
) STRICT;

-- Who looked at what is sealed. Outside the record, with a clock of its own.
CREATE TABLE viewing (
  n       INTEGER NOT NULL REFERENCES entry (n), -- of the entry
  account TEXT NOT NULL,              -- id of the account, which may be gone since
  role    TEXT NOT NULL,              -- that it had then
  how     TEXT NOT NULL,              -- page, list, notice, api, …
  at      INTEGER NOT NULL,           -- the minute
  PRIMARY KEY (n, account, how, at)
) STRICT;
CREATE INDEX viewing_at ON viewing (at);
CREATE TRIGGER viewing_stays BEFORE UPDATE ON viewing BEGIN SELECT RAISE(ABORT, 'viewings are append-only'); END;

-- What sealed_anew does for sealed fields, for all that an order destroys.
-- postgres: CREATE FUNCTION erased_anew() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN CLUSTER sealed USING sealed_pkey; CLUSTER term USING term_pkey; CLUSTER header USING header_pkey; END $$
-- postgres: REVOKE ALL ON FUNCTION erased_anew() FROM PUBLIC
-- postgres: GRANT EXECUTE ON FUNCTION erased_anew() TO comity_app
