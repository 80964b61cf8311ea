-- A person who was forgotten stays so: a wrap that somebody kept and puts back is refused, whoever may
-- add wraps. And whether an older copy still opens somebody is read from the version that wrapped them
-- when they went, which no clock can get wrong.
-- +goose Up
ALTER TABLE forgetting ADD COLUMN version integer NOT NULL DEFAULT 0;
ALTER TABLE forgetting ALTER COLUMN version DROP DEFAULT;
-- Those who went since the last epoch stood under no version newer than the last turn's.
UPDATE forgetting f SET version = (
        SELECT coalesce(max(t.version), 1) FROM key_turn t JOIN key_name n ON n.name = t.key WHERE (n.campaign, n.role) = (f.campaign, 'person'))
    WHERE f.at > coalesce((SELECT max(e.ordered_at) FROM epoch e WHERE e.campaign = f.campaign AND e.state = 'ended'), '-infinity');

-- +goose StatementBegin
-- Once more forgotten, somebody who was put back counts from the newest version under which they stood.
CREATE OR REPLACE FUNCTION forget_units(of_campaign text, of_target text, of_units bytea[], on_time timestamptz) RETURNS SETOF bytea
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    WITH gone AS (DELETE FROM unit_secret u WHERE u.campaign = of_campaign AND u.unit = ANY (of_units)
        RETURNING u.unit, ('x' || encode(substring(u.wrap FROM 1 FOR 4), 'hex'))::bit(32)::integer AS version)
    INSERT INTO forgetting AS f (campaign, unit, target, at, version) SELECT of_campaign, gone.unit, of_target, on_time, gone.version FROM gone
    ON CONFLICT (unit, campaign) DO UPDATE SET version = greatest(f.version, excluded.version);
    RETURN QUERY SELECT f.unit FROM forgetting f WHERE f.campaign = of_campaign AND f.unit = ANY (of_units);
END $$;

-- Who adds wraps cannot read the ledger; this reads it for them.
CREATE FUNCTION refuse_forgotten_units() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM coming c JOIN forgetting f USING (unit, campaign)) THEN
        RAISE EXCEPTION 'a unit that was forgotten does not come back' USING ERRCODE = 'SC003';
    END IF;
    RETURN NULL;
END $$;

-- Branch keys too come in on the floor of the key that wraps them.
CREATE FUNCTION refuse_old_branches() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM coming c JOIN wrap_floor f ON f.campaign = c.campaign
            AND (f.role, f.key_of) IN (('class', c.class), ('routing', CASE c.class WHEN 'Routing' THEN '' END))
        WHERE c.wrap < int4send(f.version)) THEN
        RAISE EXCEPTION 'a wrap stands below the floor of its key' USING ERRCODE = 'SC001';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION refuse_forgotten_units(), refuse_old_branches() FROM PUBLIC;
CREATE TRIGGER forgotten_units_come AFTER INSERT ON unit_secret REFERENCING NEW TABLE AS coming FOR EACH STATEMENT EXECUTE FUNCTION refuse_forgotten_units();
CREATE TRIGGER old_branches_come AFTER INSERT ON branch_key REFERENCING NEW TABLE AS coming FOR EACH STATEMENT EXECUTE FUNCTION refuse_old_branches();
CREATE TRIGGER old_branches_change AFTER UPDATE ON branch_key REFERENCING NEW TABLE AS coming FOR EACH STATEMENT EXECUTE FUNCTION refuse_old_branches();
