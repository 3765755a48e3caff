-- The version of the schema is the one value of meta that changes: it grows
-- with every migration, so that an older program refuses the record.
DROP TRIGGER meta_stays;
CREATE TRIGGER meta_stays BEFORE UPDATE ON meta
  WHEN OLD.name <> 'schema' OR NEW.name <> 'schema' OR CAST(NEW.value AS INTEGER) <= CAST(OLD.value AS INTEGER)
  BEGIN SELECT RAISE(ABORT, 'meta is written once; only the version of the schema grows'); END;
