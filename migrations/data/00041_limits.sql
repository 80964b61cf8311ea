-- What is signed beside the table. A person gains this: how many files an account may
-- have answered is part of what two people sign, and the sheets and rules of each table
-- are kept with it, so that whoever asks years later why a row stood there reads them.

-- +goose Up
-- Who looked at a file is found scope by scope: the list of scopes in use names nobody.
GRANT SELECT ON scope TO sceau_gate;
ALTER TABLE policy_publication ADD COLUMN limits_csv bytea, ADD COLUMN sources bytea;
