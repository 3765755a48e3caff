-- People and what their access rests on; passkeys; locked sessions; what a look
-- was for; checks of looks; reviews of access after the law changed.

ALTER TABLE account ADD COLUMN roles TEXT NOT NULL DEFAULT ''; -- that the person may take, separated by spaces; empty: the one role
ALTER TABLE account ADD COLUMN basis TEXT NOT NULL DEFAULT ''; -- id of the rule or instrument that access rests on
ALTER TABLE account ADD COLUMN until INTEGER NOT NULL DEFAULT 0; -- access ends then; 0: no day was set
ALTER TABLE account ADD COLUMN ended INTEGER NOT NULL DEFAULT 0; -- when it ended; 0: it has not
ALTER TABLE account ADD COLUMN why TEXT NOT NULL DEFAULT ''; -- left, basis, until, directory
ALTER TABLE account ADD COLUMN subject BLOB; -- keyed digest of who it is in the agency's directory

ALTER TABLE session ADD COLUMN role TEXT NOT NULL DEFAULT ''; -- the person acts in; empty: the account's
ALTER TABLE session ADD COLUMN means TEXT NOT NULL DEFAULT 'link'; -- passkey, oidc, link
ALTER TABLE session ADD COLUMN passkey BLOB; -- it was opened with; only that one unlocks it
ALTER TABLE session ADD COLUMN seen INTEGER NOT NULL DEFAULT 0; -- last used, to the minute

ALTER TABLE viewing ADD COLUMN purpose TEXT NOT NULL DEFAULT ''; -- code of what the look was for
ALTER TABLE link ADD COLUMN reason TEXT NOT NULL DEFAULT ''; -- code of why it was made: new, another, lost

-- A key in one device of one person.
CREATE TABLE passkey (
  id      BLOB PRIMARY KEY,           -- credential id
  account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, -- whose
  label   TEXT NOT NULL,              -- as its owner calls it
  public  BLOB NOT NULL,              -- public key and counter, as JSON
  made    INTEGER NOT NULL,           -- when
  used    INTEGER NOT NULL            -- last, to the day
) STRICT;
CREATE INDEX passkey_account ON passkey (account);

-- A sign-in that has begun: its challenge, until it is answered.
CREATE TABLE ceremony (
  hash    BLOB PRIMARY KEY,           -- of its secret
  account TEXT NOT NULL,              -- whose; empty: not known yet
  data    BLOB NOT NULL,              -- challenge and what it asks
  expires INTEGER NOT NULL            -- answers nothing from then on
) STRICT;

-- What happened to people's access. Names nobody: accounts by their id.
CREATE TABLE access_event (
  agency  TEXT NOT NULL,              -- ORI
  account TEXT NOT NULL,              -- id, which may be gone since
  what    TEXT NOT NULL,              -- invited, passkey, two-devices, break-glass, ended, …
  note    TEXT NOT NULL,              -- a code, an entry's id or a rule's id
  by      TEXT NOT NULL,              -- id of the account that did it; empty: the clock or the program
  at      INTEGER NOT NULL            -- the minute
) STRICT;
CREATE INDEX access_event_agency ON access_event (agency, at);
CREATE TRIGGER access_event_stays BEFORE UPDATE ON access_event BEGIN SELECT RAISE(ABORT, 'what happened to access is append-only'); END;

-- Searches of an agency's entries: for what, never for whom.
CREATE TABLE lookup (
  agency  TEXT NOT NULL,              -- ORI
  account TEXT NOT NULL,              -- id
  role    TEXT NOT NULL,              -- that it had then
  purpose TEXT NOT NULL,              -- code
  linked  TEXT NOT NULL,              -- id of the entry it was for; empty: none
  at      INTEGER NOT NULL            -- the minute
) STRICT;
CREATE INDEX lookup_agency ON lookup (agency, at);
CREATE TRIGGER lookup_stays BEFORE UPDATE ON lookup BEGIN SELECT RAISE(ABORT, 'look-ups are append-only'); END;

-- Samples of looks that an auditor drew, to ask about.
CREATE TABLE look_check (
  agency  TEXT NOT NULL,              -- ORI
  seed    TEXT NOT NULL,              -- of the draw
  n       INTEGER NOT NULL,           -- of the entry
  account TEXT NOT NULL,              -- id of who looked
  looked  INTEGER NOT NULL,           -- when
  found   TEXT NOT NULL DEFAULT '',   -- in-order, not-explained; empty: not asked yet
  PRIMARY KEY (agency, seed, n, account, looked)
) STRICT;

-- The law changed: somebody goes through the accounts until a day.
CREATE TABLE access_review (
  agency TEXT NOT NULL,               -- ORI
  law    TEXT NOT NULL,               -- digest of the law that came
  opened INTEGER NOT NULL,            -- when
  due    INTEGER NOT NULL,            -- until
  closed INTEGER NOT NULL DEFAULT 0,  -- when; 0: open
  by     TEXT NOT NULL DEFAULT '',    -- id of the account that closed it
  PRIMARY KEY (agency, law)
) STRICT;
