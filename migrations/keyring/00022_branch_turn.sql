-- A person gains a lock that can be changed. How far the change of a class's branch key has come,
-- so that whatever kills it, it goes on from there, and never with one more key.
-- +goose Up
CREATE TABLE branch_turn (
    campaign  text        NOT NULL,
    class     text        NOT NULL,
    version   integer     NOT NULL CHECK (version > 1),
    state     text        NOT NULL CHECK (state IN ('adding', 'resealing', 'ended')),
    began_at  timestamptz NOT NULL,
    added_at  timestamptz, -- the version was there for every fate
    pass_at   timestamptz, -- the pass under way through the tables began
    at_table  text        NOT NULL, -- the table and the row that this pass is done with
    after     bytea,
    resealed  bigint      NOT NULL,
    done_at   timestamptz,
    PRIMARY KEY (campaign, class, version)
);
CREATE UNIQUE INDEX branch_turn_open ON branch_turn (campaign, class) WHERE state <> 'ended';

GRANT SELECT, INSERT, UPDATE ON branch_turn TO sceau_keyring_turn;
