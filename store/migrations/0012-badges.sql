-- Places of badges on an agency's status list, until they end. A place is drawn
-- at random for each: it says nothing about whose badge it is.

CREATE TABLE door_badge (
  agency TEXT NOT NULL,                    -- ORI
  slot   INTEGER NOT NULL,                 -- its place on the list
  card   TEXT NOT NULL,                    -- id of the card that it is of
  until  INTEGER NOT NULL,                 -- it ends then
  PRIMARY KEY (agency, slot)
) STRICT;
CREATE INDEX door_badge_until ON door_badge (until);
