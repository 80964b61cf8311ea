-- A person who is forgotten is led to by nothing any more: no route, no index, no account. What was
-- sealed about them stays as ciphertext whose key is gone, until its campaign is purged.
-- +goose Up
GRANT USAGE ON SCHEMA public TO sceau_forget;

-- Which scopes have routes at all. The tag of a route comes from the candidate and its scope, so
-- that nobody finds the routes of a file without naming the scopes one by one.
CREATE TABLE scope (
    campaign   text NOT NULL,
    scope_kind text NOT NULL,
    scope_id   text NOT NULL,
    PRIMARY KEY (campaign, scope_kind, scope_id)
);
INSERT INTO scope SELECT DISTINCT campaign, scope_kind, scope_id FROM routing WHERE scope_kind <> 'file';

CREATE INDEX blind_index_unit ON blind_index (unit, campaign);

-- Its role can do this, and nothing else that removes.
-- +goose StatementBegin
CREATE FUNCTION forget_file(of_campaign text, of_unit bytea, tags bytea[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM blind_index WHERE (campaign, unit) = (of_campaign, of_unit);
    DELETE FROM account WHERE (campaign, unit) = (of_campaign, of_unit);
    DELETE FROM password WHERE (campaign, unit) = (of_campaign, of_unit);
    DELETE FROM routing WHERE campaign = of_campaign AND ref_tag = ANY (tags);
END $$;

CREATE FUNCTION forget_account(of_campaign text, of_unit bytea, of_responsible smallint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM account WHERE (campaign, unit, responsible) = (of_campaign, of_unit, of_responsible);
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION forget_file(text, bytea, bytea[]), forget_account(text, bytea, smallint) FROM PUBLIC;

GRANT INSERT ON scope TO sceau_intake;
GRANT SELECT ON scope, routing TO sceau_forget;
GRANT EXECUTE ON FUNCTION forget_file(text, bytea, bytea[]), forget_account(text, bytea, smallint) TO sceau_forget;
