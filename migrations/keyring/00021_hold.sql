-- A person whose file a court asks for keeps it, and nobody else's with it: what opens their rows is
-- wrapped under the hold key before the keys of the campaign are destroyed, case by case.
-- +goose Up
CREATE TABLE held_key (
    campaign   text    NOT NULL,
    held_case  text    NOT NULL CHECK (held_case <> ''),
    unit       bytea   NOT NULL CHECK (octet_length(unit) = 16),
    class      text    NOT NULL,
    fate       text    NOT NULL,
    version    integer NOT NULL CHECK (version > 0),
    wrap       bytea   NOT NULL CHECK (octet_length(wrap) > 36),
    commitment bytea   NOT NULL CHECK (octet_length(commitment) = 16),
    PRIMARY KEY (campaign, held_case, unit, class, fate, version)
);

-- +goose StatementBegin
CREATE FUNCTION refuse_old_holds() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM coming c JOIN wrap_floor f ON (f.campaign, f.role) = (c.campaign, 'hold') WHERE c.wrap < int4send(f.version)) THEN
        RAISE EXCEPTION 'a wrap stands below the floor of its key' USING ERRCODE = 'SC001';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION raise_floor(of_campaign text, of_role text, of_key text, to_version integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    LOCK TABLE unit_secret, unit_class_secret, branch_key, held_key IN SHARE ROW EXCLUSIVE MODE;
    INSERT INTO wrap_floor VALUES (of_campaign, of_role, of_key, to_version)
    ON CONFLICT (campaign, role, key_of) DO UPDATE SET version = greatest(wrap_floor.version, excluded.version);
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION refuse_old_holds() FROM PUBLIC;
CREATE TRIGGER old_holds_come AFTER INSERT ON held_key REFERENCING NEW TABLE AS coming FOR EACH STATEMENT EXECUTE FUNCTION refuse_old_holds();
CREATE TRIGGER old_holds_change AFTER UPDATE ON held_key REFERENCING NEW TABLE AS coming FOR EACH STATEMENT EXECUTE FUNCTION refuse_old_holds();

GRANT USAGE ON SCHEMA public TO sceau_keyring_hold;
GRANT SELECT, INSERT ON held_key TO sceau_keyring_hold;
GRANT SELECT ON key_name, branch_key, wrap_floor, unit_secret, unit_class_secret TO sceau_keyring_hold;
GRANT SELECT ON held_key TO sceau_keyring_read, sceau_keyring_turn;
GRANT UPDATE (wrap) ON held_key TO sceau_keyring_turn;
