-- A person gains an end: forgotten, their secret goes at once from what lives, and with the next
-- epoch from every backup, because the version of the key that wrapped it is destroyed. These are
-- the tables of that work, step by step, so that whatever kills it, it goes on from there.
-- +goose Up

-- A key is frozen and thawed, or destroyed for good; its name stays, and is never given again.
ALTER TABLE key_name DROP CONSTRAINT key_name_state_check;
ALTER TABLE key_name ADD CONSTRAINT key_name_state_check CHECK (state IN ('planned', 'active', 'frozen', 'destroyed'));

-- +goose StatementBegin
CREATE FUNCTION key_state_moves() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN (('planned', 'active'), ('active', 'frozen'), ('frozen', 'active'), ('frozen', 'destroyed'))
        OR (OLD.name, OLD.campaign, OLD.role, OLD.key_of) IS DISTINCT FROM (NEW.name, NEW.campaign, NEW.role, NEW.key_of) THEN
        RAISE EXCEPTION 'key % cannot go from % to %', OLD.name, OLD.state, NEW.state USING ERRCODE = 'SC002';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION key_name_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the name of a key stays for ever' USING ERRCODE = 'SC002';
END $$;
-- +goose StatementEnd
CREATE TRIGGER key_state_moves BEFORE UPDATE ON key_name FOR EACH ROW EXECUTE FUNCTION key_state_moves();
CREATE TRIGGER key_name_stays BEFORE DELETE OR TRUNCATE ON key_name FOR EACH STATEMENT EXECUTE FUNCTION key_name_stays();

-- Below its floor a wrap is refused: an intake that drew a secret before a rotation, and comes
-- after it, wraps it again. What a trim would orphan cannot come in.
CREATE TABLE wrap_floor (
    campaign text    NOT NULL,
    role     text    NOT NULL,
    key_of   text    NOT NULL,
    version  integer NOT NULL CHECK (version > 0),
    PRIMARY KEY (campaign, role, key_of)
);

-- +goose StatementBegin
CREATE FUNCTION refuse_old_units() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM coming c JOIN wrap_floor f ON (f.campaign, f.role) = (c.campaign, 'person') WHERE c.wrap < int4send(f.version)) THEN
        RAISE EXCEPTION 'a wrap stands below the floor of its key' USING ERRCODE = 'SC001';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION refuse_old_class_secrets() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM coming c JOIN wrap_floor f ON (f.campaign, f.role, f.key_of) = (c.campaign, 'own', c.class) WHERE c.wrap < int4send(f.version)) THEN
        RAISE EXCEPTION 'a wrap stands below the floor of its key' USING ERRCODE = 'SC001';
    END IF;
    RETURN NULL;
END $$;

-- Waits for the wraps on their way, whoever brings them, and holds back those that come until the
-- floor is there.
CREATE FUNCTION raise_floor(of_campaign text, of_role text, of_key text, to_version integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    LOCK TABLE unit_secret, unit_class_secret, branch_key IN SHARE ROW EXCLUSIVE MODE;
    INSERT INTO wrap_floor VALUES (of_campaign, of_role, of_key, to_version)
    ON CONFLICT (campaign, role, key_of) DO UPDATE SET version = greatest(wrap_floor.version, excluded.version);
END $$;
-- +goose StatementEnd
CREATE TRIGGER old_units_come AFTER INSERT ON unit_secret REFERENCING NEW TABLE AS coming FOR EACH STATEMENT EXECUTE FUNCTION refuse_old_units();
CREATE TRIGGER old_units_change AFTER UPDATE ON unit_secret REFERENCING NEW TABLE AS coming FOR EACH STATEMENT EXECUTE FUNCTION refuse_old_units();
CREATE TRIGGER old_class_secrets_come AFTER INSERT ON unit_class_secret REFERENCING NEW TABLE AS coming FOR EACH STATEMENT EXECUTE FUNCTION refuse_old_class_secrets();
CREATE TRIGGER old_class_secrets_change AFTER UPDATE ON unit_class_secret REFERENCING NEW TABLE AS coming FOR EACH STATEMENT EXECUTE FUNCTION refuse_old_class_secrets();

-- How far the rotation of a key has come.
CREATE TABLE key_turn (
    key       text        NOT NULL REFERENCES key_name,
    version   integer     NOT NULL CHECK (version > 0),
    state     text        NOT NULL CHECK (state IN ('rotating', 'rewrapping', 'verifying', 'turned')),
    after     bytea,
    rewrapped bigint      NOT NULL,
    verified  bigint      NOT NULL,
    began_at  timestamptz NOT NULL,
    done_at   timestamptz,
    PRIMARY KEY (key, version)
);
CREATE UNIQUE INDEX key_turn_open ON key_turn (key) WHERE state <> 'turned';

-- Each epoch, and who gave the word. It is kept for good: it is the proof that older backups are void.
CREATE TABLE epoch (
    campaign    text        NOT NULL,
    number      integer     NOT NULL CHECK (number > 0),
    key         text        NOT NULL REFERENCES key_name,
    version     integer     NOT NULL,
    state       text        NOT NULL CHECK (state IN ('turning', 'keeping', 'waiting', 'trimming', 'ended')),
    forgotten   bigint      NOT NULL,
    ordered_by  text        NOT NULL,
    ordered_at  timestamptz NOT NULL,
    kept_where  text        NOT NULL,
    kept_digest text        NOT NULL,
    kept_at     timestamptz,
    controls    integer     NOT NULL,
    approved_by text        NOT NULL,
    approved_at timestamptz,
    trimmed_at  timestamptz,
    PRIMARY KEY (campaign, number),
    CHECK (state NOT IN ('trimming', 'ended') OR approved_by NOT IN ('', ordered_by)) -- two persons
);
CREATE UNIQUE INDEX epoch_open ON epoch (campaign) WHERE state <> 'ended';

-- Who was forgotten, unit by unit, and in which words it was asked. What is restored from a backup
-- forgets them again before it serves.
CREATE TABLE forgetting (
    campaign text        NOT NULL,
    unit     bytea       NOT NULL CHECK (octet_length(unit) = 16),
    target   text        NOT NULL,
    at       timestamptz NOT NULL,
    PRIMARY KEY (unit, campaign)
);

-- Forgetting is one function, and its role can do nothing else here: neither read a wrap nor delete
-- one without the ledger. It answers which of the units are forgotten, now or before. Done twice it
-- changes nothing.
-- +goose StatementBegin
CREATE FUNCTION forget_units(of_campaign text, of_target text, of_units bytea[], on_time timestamptz) RETURNS SETOF bytea
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    WITH gone AS (DELETE FROM unit_secret u WHERE u.campaign = of_campaign AND u.unit = ANY (of_units) RETURNING u.unit)
    INSERT INTO forgetting SELECT of_campaign, gone.unit, of_target, on_time FROM gone ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT f.unit FROM forgetting f WHERE f.campaign = of_campaign AND f.unit = ANY (of_units);
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION raise_floor(text, text, text, integer), forget_units(text, text, bytea[], timestamptz),
    refuse_old_units(), refuse_old_class_secrets(), key_state_moves(), key_name_stays() FROM PUBLIC;

GRANT USAGE ON SCHEMA public TO sceau_keyring_turn, sceau_keyring_forget;
GRANT SELECT ON wrap_floor TO sceau_keyring_write;
GRANT SELECT ON key_name, branch_key, unit_secret, unit_class_secret, wrap_floor, forgetting TO sceau_keyring_turn;
GRANT SELECT, INSERT, UPDATE ON key_turn, epoch TO sceau_keyring_turn;
GRANT UPDATE (wrap) ON branch_key, unit_secret, unit_class_secret TO sceau_keyring_turn;
GRANT UPDATE (state) ON key_name TO sceau_keyring_turn;
GRANT EXECUTE ON FUNCTION raise_floor(text, text, text, integer) TO sceau_keyring_turn;
GRANT SELECT ON forgetting TO sceau_keyring_forget;
GRANT EXECUTE ON FUNCTION forget_units(text, text, bytea[], timestamptz) TO sceau_keyring_forget;
