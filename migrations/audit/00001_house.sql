-- A person gains traces kept away from those whom they describe: no role of the dossiers exists
-- here, and the two roles of the traces see no table until a later migration says so.
-- +goose Up
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO sceau_trace_write, sceau_trace_read;
