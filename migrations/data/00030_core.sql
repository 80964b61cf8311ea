-- A person gains that admission is computed without knowing who they are: what a run is told stands in
-- sealed files under pseudonyms, and here is when it ran and the digests of what it read and gave. The
-- role of the core reaches this schema and nothing else; that of the projection reads, of the sealed
-- tables, the columns that the core needs and no other.
-- +goose Up

-- The pseudonym of everybody, sealed like a field of the dossier. Nothing leads from it to a person.
CREATE TABLE pseudonym (
    campaign            text    NOT NULL,
    unit                bytea   NOT NULL,
    record              bytea   NOT NULL,
    branch_version      integer NOT NULL,
    commitment          bytea   NOT NULL,
    candidate_pseudonym bytea   NOT NULL,
    PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);
-- +goose StatementBegin
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT campaign FROM campaign LOOP
        EXECUTE format('CREATE TABLE public.%I PARTITION OF public.pseudonym FOR VALUES IN (%L)', 'pseudonym_' || name, name);
    END LOOP;
END
$$;
-- +goose StatementEnd

CREATE SCHEMA core;
CREATE TABLE core.run (
    run           text        PRIMARY KEY,
    campaign      text        NOT NULL REFERENCES campaign,
    number        integer     NOT NULL CHECK (number > 0),
    kind          text        NOT NULL CHECK (kind IN ('projection', 'offer', 'call-order', 'day', 'answers')),
    day           integer     NOT NULL CHECK (day >= 0),
    rules         text        NOT NULL,
    takes         text        REFERENCES core.run,
    input_file    text        NOT NULL,
    input_digest  text        NOT NULL CHECK (input_digest ~ '^([0-9a-f]{64})?$'),
    output_file   text        NOT NULL,
    output_digest text        NOT NULL CHECK (output_digest ~ '^([0-9a-f]{64})?$'),
    started_at    timestamptz NOT NULL,
    ended_at      timestamptz,
    dropped_at    timestamptz,
    signature     text        NOT NULL,
    UNIQUE (campaign, number),
    CHECK ((kind IN ('projection', 'offer')) = (takes IS NULL))
);
CREATE INDEX ON core.run (takes) WHERE takes IS NOT NULL;

-- What ended stays as it was said; a projection that a run took is not dropped, and one that was
-- dropped, or has not ended, is taken by nobody.
-- +goose StatementBegin
CREATE FUNCTION core.run_stays() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, core, pg_temp AS $$
DECLARE
    changed core.run := NEW;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.takes IS NOT NULL THEN
            PERFORM FROM core.run WHERE run = NEW.takes AND campaign = NEW.campaign AND kind = 'projection'
                AND ended_at IS NOT NULL AND dropped_at IS NULL FOR UPDATE;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'run % takes no projection that stands', NEW.run USING ERRCODE = 'SC004';
            END IF;
        END IF;
        RETURN NEW;
    END IF;
    changed.dropped_at := OLD.dropped_at;
    IF OLD.ended_at IS NOT NULL AND changed IS DISTINCT FROM OLD
        OR (OLD.run, OLD.campaign, OLD.number, OLD.kind, OLD.takes) IS DISTINCT FROM (NEW.run, NEW.campaign, NEW.number, NEW.kind, NEW.takes) THEN
        RAISE EXCEPTION 'run % has ended, and stays as it was said', OLD.run USING ERRCODE = 'SC004';
    END IF;
    IF NEW.dropped_at IS DISTINCT FROM OLD.dropped_at AND (OLD.dropped_at IS NOT NULL OR OLD.kind <> 'projection'
        OR EXISTS (SELECT FROM core.run WHERE takes = OLD.run)) THEN
        RAISE EXCEPTION 'run % was computed on, and stays', OLD.run USING ERRCODE = 'SC004';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION core.run_stays() FROM PUBLIC;
CREATE TRIGGER run_stays BEFORE INSERT OR UPDATE ON core.run FOR EACH ROW EXECUTE FUNCTION core.run_stays();

-- An input that changed after a run took it: somebody has to look, and decide whether the run is made
-- again. Whose it is stands under the routing key, as in a fact; in clear are columns, never a value.
CREATE TABLE rectified_input (
    rectified text        PRIMARY KEY,
    campaign  text        NOT NULL REFERENCES campaign,
    run       text        NOT NULL,
    tag       bytea       NOT NULL,
    sealed    bytea       NOT NULL,
    columns   text[]      NOT NULL,
    raised_at timestamptz NOT NULL
);
CREATE INDEX ON rectified_input (tag, campaign);

GRANT USAGE ON SCHEMA public, core TO sceau_project;
GRANT USAGE ON SCHEMA core TO sceau_core;
GRANT SELECT, INSERT ON core.run TO sceau_project, sceau_core;
GRANT UPDATE (input_digest, ended_at, dropped_at, signature) ON core.run TO sceau_project;
GRANT UPDATE (input_digest, output_file, output_digest, ended_at, signature) ON core.run TO sceau_core;

GRANT SELECT ON campaign, programme, brake, routing, fact, policy_publication, policy_signature TO sceau_project;
GRANT SELECT, INSERT ON pseudonym, rectified_input TO sceau_project;
GRANT INSERT ON pseudonym TO sceau_intake;
GRANT SELECT, UPDATE (branch_version, commitment, candidate_pseudonym) ON pseudonym TO sceau_reseal;

-- Of the sealed tables, row headers and the columns from which a form of the core is drawn. Never a
-- name, a number, a mark, an amount, nor the tables of health and fraud.
GRANT SELECT (campaign, unit, record, branch_version, commitment, sex) ON identity_coded TO sceau_project;
GRANT SELECT (campaign, unit, record, branch_version, commitment, academy_of_residence) ON contact_coded TO sceau_project;
GRANT SELECT (campaign, unit, record, branch_version, commitment, lycee_bursary_step, higher_education_bursary_shares) ON income_coded TO sceau_project;
GRANT SELECT (campaign, unit, record, branch_version, commitment, bac_series) ON schooling_coded TO sceau_project;
GRANT SELECT (campaign, unit, record, branch_version, commitment, requested_academy) ON recourse_other_request TO sceau_project;
GRANT SELECT (campaign, unit, record, branch_version, commitment, assimilation_status) ON recourse_coded_request TO sceau_project;
GRANT SELECT (campaign, unit, record, branch_version, commitment, auto_responder_preference) ON recourse_other_wish TO sceau_project;
GRANT SELECT (campaign, unit, record, branch_version, commitment, home_programme_distance) ON choices_other_wish TO sceau_project;
GRANT SELECT (campaign, unit, record, branch_version, commitment, application_selectivity, boarding_requested, application_ranking,
    application_state, ranking_group_label, wish_confirmation_date, wish_target_programme, group_rank, waiting_list_rank,
    candidate_answer, candidate_answer_date, institution_answer, admission_nature) ON choices_coded_wish TO sceau_project;
