-- The version of the schema is the one value of meta that changes: it grows
-- with every migration, so that an older program refuses the record.
DROP TRIGGER meta_stays;
CREATE TRIGGER meta_stays BEFORE UPDATE ON meta
  WHEN OLD.name <> 'schema' OR NEW.name <> 'schema' OR CAST(NEW.value AS INTEGER) <= CAST(OLD.value AS INTEGER)
  BEGIN SELECT RAISE(ABORT, 'meta is written once; only the version of the schema grows'); END;

-- Erasing needs the table written anew: PostgreSQL keeps deleted rows in their
-- pages. Only the owner may do that, so the application asks for it by name.
-- postgres: CREATE FUNCTION sealed_anew() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN CLUSTER sealed USING sealed_pkey; END $$
-- postgres: REVOKE ALL ON FUNCTION sealed_anew() FROM PUBLIC
-- postgres: GRANT EXECUTE ON FUNCTION sealed_anew() TO comity_app
