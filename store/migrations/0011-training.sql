-- What was taught, to how many by role, which quiz an account passed on which
-- law, which cards an agency issued and who read them. Names nobody.
CREATE TABLE training (
  agency  TEXT NOT NULL,              -- ORI
  part    TEXT NOT NULL,              -- course, session, shift, pass, card, reading
  id      TEXT NOT NULL,              -- within its part
  at      INTEGER NOT NULL,           -- when it was written
  expires INTEGER NOT NULL,           -- when it is destroyed
  body    BLOB NOT NULL,              -- as JSON
  PRIMARY KEY (agency, part, id)
) STRICT;
CREATE INDEX training_expires ON training (expires);
