-- A person gains that whoever steals an account reads no school with it: how many files a mission was
-- answered, in any sixty minutes and in a civil day of Paris, is counted here for all nodes together,
-- and none is answered beyond what was signed. In July 2023 one stolen account of a school took out
-- some sixty whole files, one after the other, and nothing stood in its way but the table.
--
-- The counts name nobody. The holder is a tag under the routing key: a dump does not tell at which hour
-- which agent worked, nor when which candidate was there.
-- +goose Up
CREATE TABLE allowance (
    holder   bytea         PRIMARY KEY CHECK (octet_length(holder) = 16),
    seen     timestamptz   NOT NULL, -- the latest time that a node has told
    day      date          NOT NULL, -- of Paris, of the two counts beside it
    files    integer       NOT NULL,
    exported integer       NOT NULL,
    slots    timestamptz[] NOT NULL, -- beginnings of the five minutes in which something was counted
    answered integer[]     NOT NULL, -- files in each
    refusals integer[]     NOT NULL,
    in_hour  integer       NOT NULL, -- sums of both
    blamed   integer       NOT NULL
) WITH (fillfactor = 40); -- a count is written in place, beside the one before
CREATE INDEX allowance_day ON allowance (day);

-- Nobody who serves writes the table. The gate calls this, which adds and refuses, and takes nothing
-- back: what it is told of the time brings no day forward, and drops no count of the last hour.
--
-- Charges of one mission that come together are one line: "times" charges of "files" each, of which as
-- many as fit are taken, each whole. Lines come in the order of their holders, so that two nodes never
-- wait for each other crosswise; a row is locked for as long as this runs and no longer.
-- +goose StatementBegin
CREATE FUNCTION spend_allowance(holders bytea[], kinds text[], files integer[], times integer[],
    hours integer[], days integer[], most_refusals integer[], ats timestamptz[])
RETURNS TABLE (taken integer, day_files integer, day_exported integer, began timestamptz[], answers integer[], refused integer[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    has     allowance%ROWTYPE;
    at      timestamptz;
    slot    timestamptz;
    today   date;
    n       integer := cardinality(holders);
    last    integer;
    room    integer;
    touched boolean;
BEGIN
    -- A server that dies may lose the counts of its last half second. Readers would otherwise wait
    -- for a disk twice, here and for their trace.
    PERFORM set_config('synchronous_commit', 'off', true);
    FOR i IN 1 .. n LOOP
        -- A clock that is ahead would bring midnight forward.
        IF ats[i] > clock_timestamp() + interval '2 minutes' THEN
            RAISE EXCEPTION 'a clock is ahead of the database' USING ERRCODE = 'SC042';
        END IF;
        IF kinds[i] NOT IN ('files', 'refusal', 'export') OR files[i] < 1 OR times[i] < 1 THEN
            RAISE EXCEPTION 'no charge' USING ERRCODE = '22023';
        END IF;
        -- The way of nearly every charge: all of it fits, in the five minutes that are counted
        -- already. Within them no count falls out of the hour.
        IF kinds[i] = 'files' AND holders[i] IS DISTINCT FROM holders[i - 1] AND holders[i] IS DISTINCT FROM holders[i + 1] THEN
            room := files[i] * times[i];
            UPDATE allowance a SET seen = greatest(a.seen, ats[i]), files = a.files + room, in_hour = a.in_hour + room,
                answered[cardinality(a.answered)] = a.answered[cardinality(a.answered)] + room
            WHERE a.holder = holders[i]
                AND a.slots[cardinality(a.slots)] = date_bin('5 minutes', greatest(a.seen, ats[i]), timestamptz '2000-01-01 00:00:00Z')
                AND a.day = (greatest(a.seen, ats[i]) AT TIME ZONE 'Europe/Paris')::date
                AND a.in_hour + room <= hours[i] AND a.files + room <= days[i] AND a.blamed < most_refusals[i]
            RETURNING a.files, a.exported INTO day_files, day_exported;
            IF FOUND THEN
                taken := times[i];
                began := NULL;
                RETURN NEXT;
                CONTINUE;
            END IF;
        END IF;
        IF i = 1 OR holders[i] <> holders[i - 1] THEN
            touched := false;
            SELECT * INTO has FROM allowance a WHERE a.holder = holders[i] FOR UPDATE;
            IF NOT FOUND THEN
                INSERT INTO allowance VALUES (holders[i], ats[i], (ats[i] AT TIME ZONE 'Europe/Paris')::date, 0, 0, '{}', '{}', '{}', 0, 0)
                    ON CONFLICT DO NOTHING;
                SELECT * INTO STRICT has FROM allowance a WHERE a.holder = holders[i] FOR UPDATE;
                -- Who was not there for two days leaves nothing: whoever comes anew clears a few. Not by
                -- the time that is told, which may be any.
                DELETE FROM allowance a WHERE a.holder IN (
                    SELECT o.holder FROM allowance o
                    WHERE o.day < (least(ats[i], clock_timestamp()) AT TIME ZONE 'Europe/Paris')::date - 2
                    ORDER BY o.day LIMIT 20 FOR UPDATE SKIP LOCKED);
            END IF;
        END IF;

        -- A node whose clock is behind counts with that of the others: time goes one way.
        last := cardinality(has.slots);
        at := greatest(ats[i], has.seen);
        slot := date_bin('5 minutes', at, timestamptz '2000-01-01 00:00:00Z');
        today := (at AT TIME ZONE 'Europe/Paris')::date;
        IF today > has.day THEN
            has.day := today;
            has.files := 0;
            has.exported := 0;
        END IF;
        WHILE last > 0 AND has.slots[1] <= at - interval '65 minutes' LOOP
            has.in_hour := has.in_hour - has.answered[1];
            has.blamed := has.blamed - has.refusals[1];
            has.slots := has.slots[2:];
            has.answered := has.answered[2:];
            has.refusals := has.refusals[2:];
            last := last - 1;
        END LOOP;

        IF has.blamed >= most_refusals[i] THEN
            taken := 0;
        ELSIF kinds[i] = 'files' THEN
            room := least(hours[i] - has.in_hour, days[i] - has.files);
            taken := greatest(0, least(times[i], room / files[i]));
        ELSIF kinds[i] = 'export' THEN
            taken := greatest(0, least(times[i], (days[i] - has.exported) / files[i]));
        ELSIF hours[i] > 0 AND (has.in_hour + files[i] > hours[i] OR has.files + files[i] > days[i]) THEN
            taken := 0; -- who has no file left learns nothing by being refused one
        ELSE
            taken := least(times[i], most_refusals[i] - has.blamed);
        END IF;

        IF taken > 0 THEN
            touched := true;
            has.seen := at;
            IF last = 0 OR has.slots[last] < slot THEN
                has.slots := has.slots || slot;
                has.answered := has.answered || 0;
                has.refusals := has.refusals || 0;
                last := last + 1;
            END IF;
            CASE kinds[i]
            WHEN 'files' THEN
                has.files := has.files + taken * files[i];
                has.in_hour := has.in_hour + taken * files[i];
                has.answered[last] := has.answered[last] + taken * files[i];
            WHEN 'export' THEN
                has.exported := has.exported + taken * files[i];
            ELSE
                has.blamed := has.blamed + taken;
                has.refusals[last] := has.refusals[last] + taken;
            END CASE;
        END IF;
        IF touched AND (i = n OR holders[i] <> holders[i + 1]) THEN
            UPDATE allowance a SET seen = has.seen, day = has.day, files = has.files, exported = has.exported,
                slots = has.slots, answered = has.answered, refusals = has.refusals, in_hour = has.in_hour, blamed = has.blamed
            WHERE a.holder = has.holder;
        END IF;
        day_files := has.files;
        day_exported := has.exported;
        began := has.slots;
        answers := has.answered;
        refused := has.refusals;
        RETURN NEXT;
    END LOOP;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION spend_allowance(bytea[], text[], integer[], integer[], integer[], integer[], integer[], timestamptz[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION spend_allowance(bytea[], text[], integer[], integer[], integer[], integer[], integer[], timestamptz[]) TO sceau_gate;

-- A person gains that no list of a whole scope leaves in one piece by one person's word. Orders of
-- exports, approvals and pages are steps, one behind the other, which are added and never changed.
-- Each is sealed with the routing key: whoever has the password of this role alone makes none that
-- counts. What they say is about missions, scopes and items, and about no candidate.
CREATE TABLE export_step (
    export   text    NOT NULL,
    step     integer NOT NULL CHECK (step >= 0),
    kind     text    NOT NULL CHECK (kind IN ('order', 'approval', 'page', 'end')),
    campaign text    NOT NULL REFERENCES campaign,
    body     text    NOT NULL,
    seal     bytea   NOT NULL,
    PRIMARY KEY (export, step),
    CHECK ((kind = 'order') = (step = 0) AND (kind = 'approval') = (step = 1))
);
GRANT SELECT, INSERT ON export_step TO sceau_register;
