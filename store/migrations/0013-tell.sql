-- An agency's own page "how to tell it is us": uniforms, vehicles, numbers. It
-- describes nobody in particular and is public.
CREATE TABLE tell (
  agency TEXT NOT NULL,               -- ORI
  at     INTEGER NOT NULL,            -- when it was written
  body   BLOB NOT NULL,               -- as JSON
  PRIMARY KEY (agency)
) STRICT;
