-- A person gains a house where nobody enters by default: each role below sees the schema, and
-- not one table until a later migration says which and why.
-- +goose Up
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO sceau_register, sceau_intake, sceau_gate, sceau_policy;
