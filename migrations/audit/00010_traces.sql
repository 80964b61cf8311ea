-- A person gains that every access to the file, granted or refused, leaves a line that nobody can
-- take back: the role that writes lines may only add them, and cannot read one again. Who was
-- looked at, and by whom, stands under the key of the day, and dies with it after a year.
-- +goose Up

-- The wrapped key of each day. Its version in the key service is recorded, so that destroying the
-- key of one day is trimming one version, and never depends on what the date is said to be.
CREATE TABLE day_key (
    day         date    PRIMARY KEY,
    wrap        bytea   NOT NULL,
    key_version integer NOT NULL
);

-- Which items an access was about. The id is computed from the items: a set that is changed later
-- no longer answers to its name.
CREATE TABLE field_set (
    id    bytea  PRIMARY KEY CHECK (octet_length(id) = 16),
    items text[] NOT NULL
);

CREATE TABLE trace (
    day          date        NOT NULL,
    seq          bigint      NOT NULL CHECK (seq >= 0),
    at           timestamptz NOT NULL,
    campaign     text        NOT NULL,
    recipient    text        NOT NULL,
    organisation text        NOT NULL,
    purpose      text        NOT NULL,
    action       text        NOT NULL,
    field_set    bytea       NOT NULL,
    decision     text        NOT NULL CHECK (decision IN ('granted', 'refused', 'failed')),
    rule         text        NOT NULL,
    policy       text        NOT NULL,
    subject_tag  bytea       NOT NULL CHECK (octet_length(subject_tag) = 16),
    agent_tag    bytea       NOT NULL CHECK (octet_length(agent_tag) = 16),
    sealed_agent bytea       NOT NULL,
    sealed_rest  bytea       NOT NULL,
    PRIMARY KEY (day, seq)
) PARTITION BY RANGE (day);
CREATE INDEX trace_subject ON trace (subject_tag);
ALTER TABLE trace ALTER COLUMN sealed_rest SET STORAGE EXTERNAL; -- what is sealed does not compress

-- The hashes that each commit added to the tree of its day, in the order of tlog.
CREATE TABLE trace_hash (
    day       date        NOT NULL,
    first_seq bigint      NOT NULL CHECK (first_seq >= 0),
    traces    bigint      NOT NULL CHECK (traces > 0),
    base      bigint      NOT NULL, -- place of the first of these hashes in the tree
    last_at   timestamptz NOT NULL,
    hashes    bytea       NOT NULL,
    PRIMARY KEY (day, first_seq)
) PARTITION BY RANGE (day);
ALTER TABLE trace_hash ALTER COLUMN hashes SET STORAGE EXTERNAL; -- read by pieces of 32 bytes

-- What remains of a day for ever: its size and the root of its tree.
CREATE TABLE day_log (
    position bigint PRIMARY KEY CHECK (position >= 0),
    day      date   NOT NULL UNIQUE,
    size     bigint NOT NULL,
    root     bytea  NOT NULL CHECK (octet_length(root) = 32)
);

CREATE TABLE checkpoint (
    id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tree text   NOT NULL,
    size bigint NOT NULL,
    note text   NOT NULL
);
CREATE INDEX checkpoint_tree ON checkpoint (tree, size);

-- Connection data (heading 14): under the key of its own day, so that it goes with it. By month,
-- because an import brings a year of it at once, and the key makes the end of a day, not the table.
CREATE TABLE connection (
    day                   date  NOT NULL,
    subject_tag           bytea NOT NULL CHECK (octet_length(subject_tag) = 16),
    record                bytea NOT NULL CHECK (octet_length(record) = 16),
    ip_address            bytea NOT NULL,
    connection_timestamps bytea NOT NULL,
    connection_medium     bytea NOT NULL
) PARTITION BY RANGE (day);
CREATE INDEX connection_subject ON connection (subject_tag);

-- A role that may only insert cannot make the partition of a new day. The two functions that it
-- may call make it, and nothing else. A partition is made apart and then attached: attaching waits
-- for no reader.
-- +goose StatementBegin
CREATE FUNCTION open_partition(parent text, name text, first date, beyond date) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- Processes that open a day at once take turns. Asked by a query and not by to_regclass,
    -- which would remember from before the wait that there is no such table.
    PERFORM pg_advisory_xact_lock(1399014739, 0);
    IF EXISTS (SELECT FROM pg_class WHERE relname = name AND relnamespace = 'public'::regnamespace) THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING ALL)', name, parent);
    EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)', parent, name, first, beyond);
END $$;

CREATE FUNCTION open_trace_day(d date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM public.open_partition('trace', 'trace_' || to_char(d, 'YYYYMMDD'), d, d + 1);
    PERFORM public.open_partition('trace_hash', 'trace_hash_' || to_char(d, 'YYYYMMDD'), d, d + 1);
END $$;

CREATE FUNCTION open_connection_days(days date[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    m date;
BEGIN
    FOR m IN SELECT DISTINCT date_trunc('month', d::timestamp)::date FROM unnest(days) d ORDER BY 1 LOOP
        PERFORM public.open_partition('connection', 'connection_' || to_char(m, 'YYYYMM'), m, (m + interval '1 month')::date);
    END LOOP;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION open_partition(text, text, date, date), open_trace_day(date), open_connection_days(date[]) FROM PUBLIC;

-- The writer adds. It sees wrapped keys, hashes and roots, which it needs to go on from where the
-- tree stands, and not one trace.
GRANT INSERT ON day_key, field_set, trace, trace_hash, day_log, checkpoint, connection TO sceau_trace_write;
GRANT SELECT ON day_key, trace_hash, day_log TO sceau_trace_write;
GRANT SELECT (id) ON field_set TO sceau_trace_write;
GRANT EXECUTE ON FUNCTION open_trace_day(date), open_connection_days(date[]) TO sceau_trace_write;

-- The reader reads, for whoever has a right to know who looked. It changes nothing.
GRANT SELECT ON day_key, field_set, trace, trace_hash, day_log, checkpoint, connection TO sceau_trace_read;
