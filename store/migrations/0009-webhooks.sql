-- What an agency's own systems are told: ids, kinds and due times, nothing
-- personal. A message goes a week after it was delivered, or a month after the
-- last try.

-- How far into the log messages were made for one address.
CREATE TABLE webhook_place (
  agency TEXT NOT NULL,               -- ORI
  name   TEXT NOT NULL,               -- of the address, as the configuration calls it
  upto   INTEGER NOT NULL,            -- index of the last entry that was looked at
  PRIMARY KEY (agency, name)
) STRICT;

-- The outbox.
CREATE TABLE webhook_message (
  id     TEXT PRIMARY KEY,            -- the same at every try
  agency TEXT NOT NULL,               -- ORI
  name   TEXT NOT NULL,               -- of the address
  entry  TEXT NOT NULL,               -- id of the entry it tells of
  body   TEXT NOT NULL,               -- as it is sent
  tries  INTEGER NOT NULL,            -- so far
  due    INTEGER NOT NULL,            -- of the next try
  state  TEXT NOT NULL,               -- waiting, delivered, dead
  why    TEXT NOT NULL,               -- code of what went wrong last, or ''
  at     INTEGER NOT NULL             -- of the last change
) STRICT;
CREATE INDEX webhook_message_due ON webhook_message (agency, name, state, due);
