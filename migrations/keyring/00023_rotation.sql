-- A person's keys are turned once and not twice: that a rotation of a campaign's keys began, so that
-- after a kill the next run goes on with the keys that have not turned since.
-- +goose Up
CREATE TABLE key_rotation (
    campaign text        NOT NULL,
    began_at timestamptz NOT NULL,
    done_at  timestamptz,
    PRIMARY KEY (campaign, began_at)
);
CREATE UNIQUE INDEX key_rotation_open ON key_rotation (campaign) WHERE done_at IS NULL;

GRANT SELECT, INSERT, UPDATE (done_at) ON key_rotation TO sceau_keyring_turn;
