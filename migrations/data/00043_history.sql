-- A person gains that the history of who looked does not rest on the register of scopes
-- alone: with one row of it removed, the readings of a jury would be told to nobody. Whoever
-- looks for them also tries every programme, school and mission of the campaign.
--
-- No role may change more than before: schools are codes, and the gate reads programmes already.
-- +goose Up
GRANT SELECT ON school TO sceau_gate;
