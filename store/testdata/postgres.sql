-- 0001-record.sql
CREATE TABLE meta (
  name  TEXT COLLATE "C" PRIMARY KEY,
  value TEXT COLLATE "C" NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON meta TO comity_app;
CREATE FUNCTION meta_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'meta is written once' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER meta_stays BEFORE UPDATE ON meta FOR EACH ROW EXECUTE FUNCTION meta_stays();
REVOKE UPDATE ON meta FROM comity_app;
CREATE FUNCTION meta_remains() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'meta is written once' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER meta_remains BEFORE DELETE ON meta FOR EACH ROW EXECUTE FUNCTION meta_remains();
CREATE FUNCTION meta_remains_whole() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'meta is written once' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER meta_remains_whole BEFORE TRUNCATE ON meta FOR EACH STATEMENT EXECUTE FUNCTION meta_remains_whole();
REVOKE DELETE ON meta FROM comity_app;
CREATE TABLE entry (
  n            BIGINT PRIMARY KEY,
  id           TEXT COLLATE "C" NOT NULL UNIQUE,
  ulid         TEXT COLLATE "C" NOT NULL UNIQUE,
  agency       TEXT COLLATE "C" NOT NULL,
  kind         TEXT COLLATE "C" NOT NULL,
  month        TEXT COLLATE "C" NOT NULL,
  law          TEXT COLLATE "C" NOT NULL,
  ref          TEXT COLLATE "C" NOT NULL,
  thread       TEXT COLLATE "C" NOT NULL,
  stored       BIGINT NOT NULL,
  ended        BIGINT,
  leaf         BYTEA NOT NULL UNIQUE,
  same         BYTEA NOT NULL,
  receipt      BYTEA NOT NULL,
  published_by BIGINT NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON entry TO comity_app;
CREATE INDEX entry_cell   ON entry (agency, kind, month);
CREATE INDEX entry_ref    ON entry (ref)    WHERE ref <> '';
CREATE INDEX entry_thread ON entry (thread) WHERE ref <> '';
CREATE FUNCTION entry_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'entries are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry FOR EACH ROW EXECUTE FUNCTION entry_stays();
REVOKE UPDATE ON entry FROM comity_app;
CREATE FUNCTION entry_remains() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'entries are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER entry_remains BEFORE DELETE ON entry FOR EACH ROW EXECUTE FUNCTION entry_remains();
CREATE FUNCTION entry_remains_whole() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'entries are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER entry_remains_whole BEFORE TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION entry_remains_whole();
REVOKE DELETE ON entry FROM comity_app;
CREATE TABLE header (
  n    BIGINT PRIMARY KEY REFERENCES entry (n),
  body BYTEA NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON header TO comity_app;
CREATE FUNCTION header_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'headers are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER header_stays BEFORE UPDATE ON header FOR EACH ROW EXECUTE FUNCTION header_stays();
REVOKE UPDATE ON header FROM comity_app;
CREATE FUNCTION header_remains() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'headers are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER header_remains BEFORE DELETE ON header FOR EACH ROW EXECUTE FUNCTION header_remains();
CREATE FUNCTION header_remains_whole() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'headers are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER header_remains_whole BEFORE TRUNCATE ON header FOR EACH STATEMENT EXECUTE FUNCTION header_remains_whole();
REVOKE DELETE ON header FROM comity_app;
CREATE TABLE day_key (
  agency TEXT COLLATE "C" NOT NULL,
  day    TEXT COLLATE "C" NOT NULL,
  key    BYTEA NOT NULL,
  PRIMARY KEY (agency, day)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON day_key TO comity_app;
CREATE TABLE sealed (
  n    BIGINT NOT NULL REFERENCES entry (n),
  part TEXT COLLATE "C" NOT NULL,
  day  TEXT COLLATE "C" NOT NULL,
  key  BYTEA NOT NULL,
  text BYTEA NOT NULL,
  PRIMARY KEY (n, part)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON sealed TO comity_app;
CREATE FUNCTION sealed_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'sealed fields are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER sealed_stays BEFORE UPDATE ON sealed FOR EACH ROW EXECUTE FUNCTION sealed_stays();
REVOKE UPDATE ON sealed FROM comity_app;
CREATE FUNCTION sealed_remains() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT EXISTS (SELECT 1 FROM erasure WHERE erasure.n = OLD.n) THEN RAISE EXCEPTION 'sealed fields go only by an erasure' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$;
CREATE TRIGGER sealed_remains BEFORE DELETE ON sealed FOR EACH ROW EXECUTE FUNCTION sealed_remains();
CREATE FUNCTION sealed_remains_whole() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'sealed fields go only by an erasure' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER sealed_remains_whole BEFORE TRUNCATE ON sealed FOR EACH STATEMENT EXECUTE FUNCTION sealed_remains_whole();
CREATE TABLE outbox (
  n BIGINT PRIMARY KEY REFERENCES entry (n)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO comity_app;
CREATE TABLE log (
  idx    BIGINT PRIMARY KEY,
  n      BIGINT NOT NULL UNIQUE REFERENCES entry (n),
  agency TEXT COLLATE "C" NOT NULL,
  leaf   BYTEA NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON log TO comity_app;
CREATE INDEX log_agency ON log (agency, idx);
CREATE FUNCTION log_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the log is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER log_stays BEFORE UPDATE ON log FOR EACH ROW EXECUTE FUNCTION log_stays();
REVOKE UPDATE ON log FROM comity_app;
CREATE FUNCTION log_remains() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the log is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER log_remains BEFORE DELETE ON log FOR EACH ROW EXECUTE FUNCTION log_remains();
CREATE FUNCTION log_remains_whole() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the log is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER log_remains_whole BEFORE TRUNCATE ON log FOR EACH STATEMENT EXECUTE FUNCTION log_remains_whole();
REVOKE DELETE ON log FROM comity_app;
CREATE FUNCTION log_gapless() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.idx <> (SELECT coalesce(max(idx) + 1, 0) FROM log) THEN RAISE EXCEPTION 'the log has no gaps' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
CREATE TRIGGER log_gapless BEFORE INSERT ON log FOR EACH ROW EXECUTE FUNCTION log_gapless();
CREATE TABLE head (
  one        BIGINT PRIMARY KEY CHECK (one = 1),
  size       BIGINT NOT NULL,
  root       BYTEA NOT NULL,
  checkpoint BYTEA NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON head TO comity_app;
CREATE FUNCTION head_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.size < OLD.size THEN RAISE EXCEPTION 'a published log never shrinks' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
CREATE TRIGGER head_grows BEFORE UPDATE ON head FOR EACH ROW EXECUTE FUNCTION head_grows();
CREATE FUNCTION head_remains() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a published log never shrinks' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER head_remains BEFORE DELETE ON head FOR EACH ROW EXECUTE FUNCTION head_remains();
CREATE FUNCTION head_remains_whole() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a published log never shrinks' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER head_remains_whole BEFORE TRUNCATE ON head FOR EACH STATEMENT EXECUTE FUNCTION head_remains_whole();
REVOKE DELETE ON head FROM comity_app;
CREATE TABLE erasure (
  n  BIGINT PRIMARY KEY REFERENCES entry (n),
  by TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON erasure TO comity_app;
CREATE FUNCTION erasure_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'erasures are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER erasure_stays BEFORE UPDATE ON erasure FOR EACH ROW EXECUTE FUNCTION erasure_stays();
REVOKE UPDATE ON erasure FROM comity_app;
CREATE FUNCTION erasure_remains() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'erasures are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER erasure_remains BEFORE DELETE ON erasure FOR EACH ROW EXECUTE FUNCTION erasure_remains();
CREATE FUNCTION erasure_remains_whole() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'erasures are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER erasure_remains_whole BEFORE TRUNCATE ON erasure FOR EACH STATEMENT EXECUTE FUNCTION erasure_remains_whole();
REVOKE DELETE ON erasure FROM comity_app;
CREATE FUNCTION erasure_held() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM hold JOIN entry USING (n) WHERE thread = (SELECT thread FROM entry WHERE n = NEW.n)) THEN RAISE EXCEPTION 'a litigation hold keeps this entry' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
CREATE TRIGGER erasure_held BEFORE INSERT ON erasure FOR EACH ROW EXECUTE FUNCTION erasure_held();
CREATE TABLE hold (
  n  BIGINT PRIMARY KEY REFERENCES entry (n),
  by TEXT COLLATE "C" NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON hold TO comity_app;
CREATE TABLE account (
  id     TEXT COLLATE "C" PRIMARY KEY,
  agency TEXT COLLATE "C" NOT NULL,
  role   TEXT COLLATE "C" NOT NULL,
  name   TEXT COLLATE "C" NOT NULL,
  sample BIGINT NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON account TO comity_app;
CREATE TABLE token (
  hash    BYTEA PRIMARY KEY,
  account TEXT COLLATE "C" NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  made    BIGINT NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON token TO comity_app;
CREATE TABLE link (
  hash    BYTEA PRIMARY KEY,
  account TEXT COLLATE "C" NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  expires BIGINT NOT NULL,
  used    BIGINT NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON link TO comity_app;
CREATE TABLE session (
  hash    BYTEA PRIMARY KEY,
  account TEXT COLLATE "C" NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  expires BIGINT NOT NULL,
  idle    BIGINT NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON session TO comity_app;
CREATE TABLE draft (
  agency  TEXT COLLATE "C" NOT NULL,
  id      TEXT COLLATE "C" NOT NULL,
  expires BIGINT NOT NULL,
  day     TEXT COLLATE "C" NOT NULL,
  key     BYTEA NOT NULL,
  text    BYTEA NOT NULL,
  PRIMARY KEY (agency, id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON draft TO comity_app;
CREATE TABLE door_total (
  agency TEXT COLLATE "C" NOT NULL,
  kind   TEXT COLLATE "C" NOT NULL,
  day    TEXT COLLATE "C" NOT NULL,
  answer TEXT COLLATE "C" NOT NULL,
  count  BIGINT NOT NULL,
  PRIMARY KEY (agency, kind, day, answer)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON door_total TO comity_app;
-- 0002-version.sql
CREATE FUNCTION sealed_anew() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN CLUSTER sealed USING sealed_pkey; END $$;
REVOKE ALL ON FUNCTION sealed_anew() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sealed_anew() TO comity_app;
DROP FUNCTION meta_stays() CASCADE;
DROP FUNCTION IF EXISTS meta_stays_whole() CASCADE;
CREATE FUNCTION meta_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.name <> 'schema' OR NEW.name <> 'schema' OR CAST(NEW.value AS BIGINT) <= CAST(OLD.value AS BIGINT) THEN RAISE EXCEPTION 'meta is written once; only the version of the schema grows' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
CREATE TRIGGER meta_stays BEFORE UPDATE ON meta FOR EACH ROW EXECUTE FUNCTION meta_stays();
-- 0003-sealing.sql
GRANT DELETE ON header TO comity_app;
CREATE FUNCTION erased_anew() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN CLUSTER sealed USING sealed_pkey; CLUSTER term USING term_pkey; CLUSTER header USING header_pkey; END $$;
REVOKE ALL ON FUNCTION erased_anew() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erased_anew() TO comity_app;
CREATE TABLE withdrawal (
  n    BIGINT PRIMARY KEY REFERENCES entry (n),
  note BYTEA NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON withdrawal TO comity_app;
CREATE FUNCTION withdrawal_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'withdrawals are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER withdrawal_stays BEFORE UPDATE ON withdrawal FOR EACH ROW EXECUTE FUNCTION withdrawal_stays();
REVOKE UPDATE ON withdrawal FROM comity_app;
CREATE FUNCTION withdrawal_remains() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'withdrawals are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER withdrawal_remains BEFORE DELETE ON withdrawal FOR EACH ROW EXECUTE FUNCTION withdrawal_remains();
CREATE FUNCTION withdrawal_remains_whole() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'withdrawals are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER withdrawal_remains_whole BEFORE TRUNCATE ON withdrawal FOR EACH STATEMENT EXECUTE FUNCTION withdrawal_remains_whole();
REVOKE DELETE ON withdrawal FROM comity_app;
CREATE FUNCTION withdrawal_ordered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT EXISTS (SELECT 1 FROM erasure WHERE erasure.n = NEW.n) THEN RAISE EXCEPTION 'a header is withdrawn only from an erased entry' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
CREATE TRIGGER withdrawal_ordered BEFORE INSERT ON withdrawal FOR EACH ROW EXECUTE FUNCTION withdrawal_ordered();
DROP FUNCTION header_remains() CASCADE;
DROP FUNCTION IF EXISTS header_remains_whole() CASCADE;
CREATE FUNCTION header_remains() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT EXISTS (SELECT 1 FROM withdrawal WHERE withdrawal.n = OLD.n) THEN RAISE EXCEPTION 'headers go only by an order' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$;
CREATE TRIGGER header_remains BEFORE DELETE ON header FOR EACH ROW EXECUTE FUNCTION header_remains();
CREATE FUNCTION header_remains_whole() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'headers go only by an order' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER header_remains_whole BEFORE TRUNCATE ON header FOR EACH STATEMENT EXECUTE FUNCTION header_remains_whole();
CREATE TABLE held (
  by TEXT COLLATE "C" PRIMARY KEY,
  n  BIGINT NOT NULL REFERENCES entry (n)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON held TO comity_app;
CREATE INDEX held_n ON held (n);
INSERT INTO held (by, n) SELECT by, n FROM hold;
DROP FUNCTION erasure_held() CASCADE;
DROP FUNCTION IF EXISTS erasure_held_whole() CASCADE;
DROP TABLE hold;
CREATE FUNCTION erasure_held() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM held JOIN entry USING (n) WHERE thread = (SELECT thread FROM entry WHERE n = NEW.n)) THEN RAISE EXCEPTION 'a litigation hold keeps this entry' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
CREATE TRIGGER erasure_held BEFORE INSERT ON erasure FOR EACH ROW EXECUTE FUNCTION erasure_held();
CREATE TABLE term (
  agency TEXT COLLATE "C" NOT NULL,
  term   BYTEA NOT NULL,
  n      BIGINT NOT NULL REFERENCES entry (n),
  PRIMARY KEY (agency, term, n)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON term TO comity_app;
CREATE INDEX term_n ON term (n);
CREATE FUNCTION term_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'terms are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER term_stays BEFORE UPDATE ON term FOR EACH ROW EXECUTE FUNCTION term_stays();
REVOKE UPDATE ON term FROM comity_app;
CREATE FUNCTION term_remains() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT EXISTS (SELECT 1 FROM erasure WHERE erasure.n = OLD.n) THEN RAISE EXCEPTION 'terms go only by an erasure' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$;
CREATE TRIGGER term_remains BEFORE DELETE ON term FOR EACH ROW EXECUTE FUNCTION term_remains();
CREATE FUNCTION term_remains_whole() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'terms go only by an erasure' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER term_remains_whole BEFORE TRUNCATE ON term FOR EACH STATEMENT EXECUTE FUNCTION term_remains_whole();
CREATE TABLE unindexed (
  n BIGINT PRIMARY KEY REFERENCES entry (n)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON unindexed TO comity_app;
INSERT INTO unindexed (n) SELECT DISTINCT n FROM sealed;
CREATE TABLE evidence_due (
  digest BYTEA PRIMARY KEY
);
GRANT SELECT, INSERT, UPDATE, DELETE ON evidence_due TO comity_app;
CREATE TABLE viewing (
  n       BIGINT NOT NULL REFERENCES entry (n),
  account TEXT COLLATE "C" NOT NULL,
  role    TEXT COLLATE "C" NOT NULL,
  how     TEXT COLLATE "C" NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (n, account, how, at)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON viewing TO comity_app;
CREATE INDEX viewing_at ON viewing (at);
CREATE FUNCTION viewing_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'viewings are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER viewing_stays BEFORE UPDATE ON viewing FOR EACH ROW EXECUTE FUNCTION viewing_stays();
REVOKE UPDATE ON viewing FROM comity_app;
-- 0004-cells.sql
DROP INDEX entry_cell;
CREATE INDEX entry_cell ON entry (agency, kind, month, stored);
-- 0005-directory.sql
CREATE TABLE watched (
  agency TEXT COLLATE "C" NOT NULL,
  key    TEXT COLLATE "C" NOT NULL,
  state  BYTEA NOT NULL,
  PRIMARY KEY (agency, key)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON watched TO comity_app;
CREATE TABLE watched_note (
  agency TEXT COLLATE "C" NOT NULL,
  digest TEXT COLLATE "C" NOT NULL,
  note   BYTEA NOT NULL,
  PRIMARY KEY (agency, digest)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON watched_note TO comity_app;
CREATE FUNCTION watched_note_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'proofs are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER watched_note_stays BEFORE UPDATE ON watched_note FOR EACH ROW EXECUTE FUNCTION watched_note_stays();
REVOKE UPDATE ON watched_note FROM comity_app;
CREATE FUNCTION watched_note_remains() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'proofs are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER watched_note_remains BEFORE DELETE ON watched_note FOR EACH ROW EXECUTE FUNCTION watched_note_remains();
CREATE FUNCTION watched_note_remains_whole() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'proofs are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER watched_note_remains_whole BEFORE TRUNCATE ON watched_note FOR EACH STATEMENT EXECUTE FUNCTION watched_note_remains_whole();
REVOKE DELETE ON watched_note FROM comity_app;
-- 0006-counts.sql
CREATE TABLE cell (
  agency  TEXT COLLATE "C" NOT NULL,
  kind    TEXT COLLATE "C" NOT NULL,
  month   TEXT COLLATE "C" NOT NULL,
  written TEXT COLLATE "C" NOT NULL,
  count   BIGINT NOT NULL,
  PRIMARY KEY (agency, kind, month, written)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON cell TO comity_app;
-- 0007-plans.sql
CREATE TABLE plan (
  agency  TEXT COLLATE "C" NOT NULL,
  id      TEXT COLLATE "C" NOT NULL,
  rev     BIGINT NOT NULL,
  entry   TEXT COLLATE "C" NOT NULL,
  expires BIGINT NOT NULL,
  day     TEXT COLLATE "C" NOT NULL,
  key     BYTEA NOT NULL,
  text    BYTEA NOT NULL,
  PRIMARY KEY (agency, id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON plan TO comity_app;
CREATE INDEX plan_expires ON plan (expires);
CREATE TABLE plan_query (
  agency TEXT COLLATE "C" NOT NULL,
  peer   TEXT COLLATE "C" NOT NULL,
  id     TEXT COLLATE "C" NOT NULL,
  digest TEXT COLLATE "C" NOT NULL,
  at     BIGINT NOT NULL,
  PRIMARY KEY (agency, peer, id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON plan_query TO comity_app;
CREATE INDEX plan_query_at ON plan_query (agency, peer, at);
-- 0008-people.sql
ALTER TABLE account ADD COLUMN roles TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN basis TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN ended BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN why TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN subject BYTEA;
ALTER TABLE session ADD COLUMN role TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN means TEXT COLLATE "C" NOT NULL DEFAULT 'link';
ALTER TABLE session ADD COLUMN passkey BYTEA;
ALTER TABLE session ADD COLUMN seen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE viewing ADD COLUMN purpose TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE link ADD COLUMN reason TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE TABLE passkey (
  id      BYTEA PRIMARY KEY,
  account TEXT COLLATE "C" NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  label   TEXT COLLATE "C" NOT NULL,
  public  BYTEA NOT NULL,
  made    BIGINT NOT NULL,
  used    BIGINT NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON passkey TO comity_app;
CREATE INDEX passkey_account ON passkey (account);
CREATE TABLE ceremony (
  hash    BYTEA PRIMARY KEY,
  account TEXT COLLATE "C" NOT NULL,
  data    BYTEA NOT NULL,
  expires BIGINT NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON ceremony TO comity_app;
CREATE TABLE access_event (
  agency  TEXT COLLATE "C" NOT NULL,
  account TEXT COLLATE "C" NOT NULL,
  what    TEXT COLLATE "C" NOT NULL,
  note    TEXT COLLATE "C" NOT NULL,
  by      TEXT COLLATE "C" NOT NULL,
  at      BIGINT NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON access_event TO comity_app;
CREATE INDEX access_event_agency ON access_event (agency, at);
CREATE FUNCTION access_event_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'what happened to access is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER access_event_stays BEFORE UPDATE ON access_event FOR EACH ROW EXECUTE FUNCTION access_event_stays();
REVOKE UPDATE ON access_event FROM comity_app;
CREATE TABLE lookup (
  agency  TEXT COLLATE "C" NOT NULL,
  account TEXT COLLATE "C" NOT NULL,
  role    TEXT COLLATE "C" NOT NULL,
  purpose TEXT COLLATE "C" NOT NULL,
  linked  TEXT COLLATE "C" NOT NULL,
  at      BIGINT NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON lookup TO comity_app;
CREATE INDEX lookup_agency ON lookup (agency, at);
CREATE FUNCTION lookup_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'look-ups are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER lookup_stays BEFORE UPDATE ON lookup FOR EACH ROW EXECUTE FUNCTION lookup_stays();
REVOKE UPDATE ON lookup FROM comity_app;
CREATE TABLE look_check (
  agency  TEXT COLLATE "C" NOT NULL,
  seed    TEXT COLLATE "C" NOT NULL,
  n       BIGINT NOT NULL,
  account TEXT COLLATE "C" NOT NULL,
  looked  BIGINT NOT NULL,
  found   TEXT COLLATE "C" NOT NULL DEFAULT '',
  PRIMARY KEY (agency, seed, n, account, looked)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON look_check TO comity_app;
CREATE TABLE access_review (
  agency TEXT COLLATE "C" NOT NULL,
  law    TEXT COLLATE "C" NOT NULL,
  opened BIGINT NOT NULL,
  due    BIGINT NOT NULL,
  closed BIGINT NOT NULL DEFAULT 0,
  by     TEXT COLLATE "C" NOT NULL DEFAULT '',
  PRIMARY KEY (agency, law)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON access_review TO comity_app;
-- 0009-webhooks.sql
CREATE TABLE webhook_place (
  agency TEXT COLLATE "C" NOT NULL,
  name   TEXT COLLATE "C" NOT NULL,
  upto   BIGINT NOT NULL,
  PRIMARY KEY (agency, name)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_place TO comity_app;
CREATE TABLE webhook_message (
  id     TEXT COLLATE "C" PRIMARY KEY,
  agency TEXT COLLATE "C" NOT NULL,
  name   TEXT COLLATE "C" NOT NULL,
  entry  TEXT COLLATE "C" NOT NULL,
  body   TEXT COLLATE "C" NOT NULL,
  tries  BIGINT NOT NULL,
  due    BIGINT NOT NULL,
  state  TEXT COLLATE "C" NOT NULL,
  why    TEXT COLLATE "C" NOT NULL,
  at     BIGINT NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_message TO comity_app;
CREATE INDEX webhook_message_due ON webhook_message (agency, name, state, due);
-- 0010-door.sql
CREATE TABLE door_visit (
  agency       TEXT COLLATE "C" NOT NULL,
  id           TEXT COLLATE "C" NOT NULL,
  screen_group TEXT COLLATE "C" NOT NULL,
  call_group   TEXT COLLATE "C" NOT NULL,
  opens        BIGINT NOT NULL,
  closes       BIGINT NOT NULL,
  card         TEXT COLLATE "C" NOT NULL,
  wrong_codes  BIGINT NOT NULL DEFAULT 0,
  wrong_houses BIGINT NOT NULL DEFAULT 0,
  checks       BIGINT NOT NULL DEFAULT 0,
  stopped      BIGINT NOT NULL DEFAULT 0,
  outcome      TEXT COLLATE "C" NOT NULL DEFAULT '',
  day          TEXT COLLATE "C" NOT NULL,
  key          BYTEA NOT NULL,
  text         BYTEA NOT NULL,
  PRIMARY KEY (agency, id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON door_visit TO comity_app;
CREATE INDEX door_visit_screen ON door_visit (agency, screen_group);
CREATE INDEX door_visit_call ON door_visit (agency, call_group);
CREATE INDEX door_visit_closes ON door_visit (closes);
CREATE TABLE door_card (
  agency  TEXT COLLATE "C" NOT NULL,
  id      TEXT COLLATE "C" NOT NULL,
  account TEXT COLLATE "C" NOT NULL,
  made    BIGINT NOT NULL,
  revoked BIGINT NOT NULL DEFAULT 0,
  until   BIGINT NOT NULL DEFAULT 0,
  day     TEXT COLLATE "C" NOT NULL,
  key     BYTEA NOT NULL,
  text    BYTEA NOT NULL,
  PRIMARY KEY (agency, id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON door_card TO comity_app;
CREATE TABLE door_vehicle (
  agency TEXT COLLATE "C" NOT NULL,
  digest BYTEA NOT NULL,
  PRIMARY KEY (agency, digest)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON door_vehicle TO comity_app;
CREATE TABLE door_claim (
  agency   TEXT COLLATE "C" NOT NULL,
  id       TEXT COLLATE "C" NOT NULL,
  what     TEXT COLLATE "C" NOT NULL,
  at       BIGINT NOT NULL,
  answer   TEXT COLLATE "C" NOT NULL DEFAULT '',
  answered BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (agency, id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON door_claim TO comity_app;
CREATE INDEX door_claim_at ON door_claim (at);
-- 0011-training.sql
CREATE TABLE training (
  agency  TEXT COLLATE "C" NOT NULL,
  part    TEXT COLLATE "C" NOT NULL,
  id      TEXT COLLATE "C" NOT NULL,
  at      BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  body    BYTEA NOT NULL,
  PRIMARY KEY (agency, part, id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON training TO comity_app;
CREATE INDEX training_expires ON training (expires);
-- 0012-badges.sql
CREATE TABLE door_badge (
  agency TEXT COLLATE "C" NOT NULL,
  slot   BIGINT NOT NULL,
  card   TEXT COLLATE "C" NOT NULL,
  until  BIGINT NOT NULL,
  PRIMARY KEY (agency, slot)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON door_badge TO comity_app;
CREATE INDEX door_badge_until ON door_badge (until);
-- 0013-tell.sql
CREATE TABLE tell (
  agency TEXT COLLATE "C" NOT NULL,
  at     BIGINT NOT NULL,
  body   BYTEA NOT NULL,
  PRIMARY KEY (agency)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON tell TO comity_app;
