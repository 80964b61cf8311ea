-- A person gains a brake: a campaign, a class of data or a mission is frozen in one command, and the
-- very next request is refused, whatever keys a process still holds. A freeze is lifted as it was set,
-- and both stay written here.
-- +goose Up
CREATE TABLE brake (
    brake     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campaign  text        NOT NULL REFERENCES campaign,
    kind      text        NOT NULL CHECK (kind IN ('campaign', 'class', 'mission')),
    name      text        NOT NULL,
    frozen_at timestamptz NOT NULL,
    frozen_by text        NOT NULL,
    thawed_at timestamptz,
    thawed_by text
);
CREATE UNIQUE INDEX brake_in_force ON brake (campaign, kind, name) WHERE thawed_at IS NULL;

GRANT SELECT ON brake TO sceau_gate, sceau_intake;
GRANT SELECT, INSERT ON brake TO sceau_register;
GRANT UPDATE (thawed_at, thawed_by) ON brake TO sceau_register;
