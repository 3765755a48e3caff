-- Booked visits of the agency's own staff, until they are over: outside the
-- record, sealed. Nothing here says where anybody lives or who asked.

CREATE TABLE door_visit (
  agency       TEXT NOT NULL,              -- ORI
  id           TEXT NOT NULL,              -- random
  screen_group TEXT NOT NULL,              -- group of its code on screen; empty once it is over
  call_group   TEXT NOT NULL,              -- group of its code by telephone; empty once it is over
  opens        INTEGER NOT NULL,           -- its codes answer from then
  closes       INTEGER NOT NULL,           -- to then
  card         TEXT NOT NULL,              -- id of who is sent, or ''
  wrong_codes  INTEGER NOT NULL DEFAULT 0, -- tries with its house number and another code
  wrong_houses INTEGER NOT NULL DEFAULT 0, -- tries with its code and another house number
  checks       INTEGER NOT NULL DEFAULT 0, -- answered yes
  stopped      INTEGER NOT NULL DEFAULT 0, -- when whoever was sent said that it is not them
  outcome      TEXT NOT NULL DEFAULT '',   -- done, refused, nobody-home, cancelled; empty: not said
  day          TEXT NOT NULL,              -- of the key in day_key
  key          BLOB NOT NULL,              -- this visit's key, wrapped
  text         BLOB NOT NULL,              -- the visit, sealed
  PRIMARY KEY (agency, id)
) STRICT;
CREATE INDEX door_visit_screen ON door_visit (agency, screen_group);
CREATE INDEX door_visit_call ON door_visit (agency, call_group);
CREATE INDEX door_visit_closes ON door_visit (closes);

-- Cards of those who are sent, by number: a title and, where they agreed, a
-- photograph. There is no name, and no list of them is public.
CREATE TABLE door_card (
  agency  TEXT NOT NULL,                   -- ORI
  id      TEXT NOT NULL,                   -- random
  account TEXT NOT NULL,                   -- whose page shows its visits, or ''
  made    INTEGER NOT NULL,                -- when
  revoked INTEGER NOT NULL DEFAULT 0,      -- when
  until   INTEGER NOT NULL DEFAULT 0,      -- its shift ends then
  day     TEXT NOT NULL,                   -- of the key in day_key
  key     BLOB NOT NULL,                   -- this card's key, wrapped
  text    BLOB NOT NULL,                   -- the card, sealed
  PRIMARY KEY (agency, id)
) STRICT;

-- Marked vehicles, as keyed digests of fleet number and end of the plate.
CREATE TABLE door_vehicle (
  agency TEXT NOT NULL,                    -- ORI
  digest BLOB NOT NULL,                    -- keyed with the agency's key
  PRIMARY KEY (agency, digest)
) STRICT;

-- "Somebody used our name": a task for the watch commander, gone in two days.
CREATE TABLE door_claim (
  agency   TEXT NOT NULL,                  -- ORI
  id       TEXT NOT NULL,                  -- random; whoever told us asks with it
  what     TEXT NOT NULL,                  -- person, vehicle, telephone, letter
  at       INTEGER NOT NULL,               -- the minute
  answer   TEXT NOT NULL DEFAULT '',       -- yes, no, cannot-confirm; empty: open
  answered INTEGER NOT NULL DEFAULT 0,     -- the minute
  PRIMARY KEY (agency, id)
) STRICT;
CREATE INDEX door_claim_at ON door_claim (at);
