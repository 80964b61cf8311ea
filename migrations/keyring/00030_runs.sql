-- A person gains that the runs of admission are told of pseudonyms under seal: each file of a run has a
-- key of its own, wrapped under the campaign's key for runs. Who computes opens these, and no wrap of a
-- person.
-- +goose Up
ALTER TABLE key_name DROP CONSTRAINT key_name_role_check;
ALTER TABLE key_name ADD CONSTRAINT key_name_role_check CHECK (role IN ('person', 'class', 'own', 'routing', 'hold', 'run', 'index'));

CREATE TABLE run_key (
    campaign   text  NOT NULL,
    run        text  NOT NULL CHECK (run <> ''),
    kind       text  NOT NULL CHECK (kind IN ('input', 'output', 'log')),
    wrap       bytea NOT NULL CHECK (octet_length(wrap) > 36),
    commitment bytea NOT NULL CHECK (octet_length(commitment) = 16),
    PRIMARY KEY (campaign, run, kind)
);

-- +goose StatementBegin
CREATE FUNCTION refuse_old_run_keys() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM coming c JOIN wrap_floor f ON (f.campaign, f.role) = (c.campaign, 'run') WHERE c.wrap < int4send(f.version)) THEN
        RAISE EXCEPTION 'a wrap stands below the floor of its key' USING ERRCODE = 'SC001';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION raise_floor(of_campaign text, of_role text, of_key text, to_version integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    LOCK TABLE unit_secret, unit_class_secret, branch_key, held_key, run_key IN SHARE ROW EXCLUSIVE MODE;
    INSERT INTO wrap_floor VALUES (of_campaign, of_role, of_key, to_version)
    ON CONFLICT (campaign, role, key_of) DO UPDATE SET version = greatest(wrap_floor.version, excluded.version);
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION refuse_old_run_keys() FROM PUBLIC;
CREATE TRIGGER old_run_keys_come AFTER INSERT ON run_key REFERENCING NEW TABLE AS coming FOR EACH STATEMENT EXECUTE FUNCTION refuse_old_run_keys();
CREATE TRIGGER old_run_keys_change AFTER UPDATE ON run_key REFERENCING NEW TABLE AS coming FOR EACH STATEMENT EXECUTE FUNCTION refuse_old_run_keys();

GRANT USAGE ON SCHEMA public TO sceau_keyring_run;
GRANT SELECT ON key_name, branch_key, wrap_floor TO sceau_keyring_run;
GRANT SELECT, INSERT, DELETE ON run_key TO sceau_keyring_run;
GRANT SELECT ON run_key TO sceau_keyring_read, sceau_keyring_turn;
GRANT UPDATE (wrap) ON run_key TO sceau_keyring_turn;
