-- A person gains a lock that can be changed: where the key of a class was seen, what was sealed
-- under it is opened and sealed again under another. Who does that changes cells and headers, and
-- can neither add a row, nor remove one, nor say that it is somebody else's.
-- +goose Up
GRANT USAGE ON SCHEMA public TO sceau_reseal;

-- The classes that have branch keys; health and fraud have a secret for each person instead.
-- +goose StatementBegin
DO $$
DECLARE
    sealed record;
BEGIN
    FOR sealed IN
        SELECT c.relname, string_agg(quote_ident(a.attname), ', ') AS changing
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relkind = 'p' AND c.relnamespace = 'public'::regnamespace AND c.relname NOT IN ('health', 'fraud')
            AND EXISTS (SELECT FROM pg_attribute h WHERE h.attrelid = c.oid AND h.attname = 'branch_version')
            AND a.attnum > 0 AND NOT a.attisdropped AND a.attname NOT IN ('campaign', 'unit', 'record')
        GROUP BY c.relname
    LOOP
        EXECUTE format('GRANT SELECT, UPDATE (%s) ON %I TO sceau_reseal', sealed.changing, sealed.relname);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- Blobs of documents to which no cell leads: not yet, or not any more. A name stands here before
-- its blob is there; once it has stood long enough, both go.
CREATE TABLE loose_document (
    blob     text        PRIMARY KEY,
    campaign text        NOT NULL,
    since    timestamptz NOT NULL
);
CREATE INDEX ON loose_document (campaign, since);

-- A freeze stops the job too.
GRANT SELECT ON brake TO sceau_reseal;
GRANT SELECT, INSERT, DELETE ON loose_document TO sceau_reseal;
