-- Planned operations that are not over: outside the record, sealed, with a
-- clock of their own; and how often one agency asked about such plans.

CREATE TABLE plan (
  agency  TEXT NOT NULL,              -- ORI
  id      TEXT NOT NULL,              -- random; says nothing of the plan
  rev     INTEGER NOT NULL,           -- counts the changes, so that two people do not overwrite each other
  entry   TEXT NOT NULL,              -- id of the entry under which it was checked last, or ''
  expires INTEGER NOT NULL,           -- when it is destroyed, unless a litigation hold keeps the entry
  day     TEXT NOT NULL,              -- of the key in day_key
  key     BLOB NOT NULL,              -- this plan's key, wrapped
  text    BLOB NOT NULL,              -- the plan, sealed
  PRIMARY KEY (agency, id)
) STRICT;
CREATE INDEX plan_expires ON plan (expires);

-- Questions of deconfliction of the last two days: that they were asked, and by
-- whom. Of what was asked there is a keyed digest, to know the same question.
CREATE TABLE plan_query (
  agency TEXT NOT NULL,               -- ORI of whose server counts
  peer   TEXT NOT NULL,               -- ORI of who asked it, or '' for its own question
  id     TEXT NOT NULL,               -- of the question, random
  digest TEXT NOT NULL,               -- keyed, of what was asked
  at     INTEGER NOT NULL,            -- when
  PRIMARY KEY (agency, peer, id)
) STRICT;
CREATE INDEX plan_query_at ON plan_query (agency, peer, at);
