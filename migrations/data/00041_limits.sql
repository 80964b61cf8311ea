-- What is signed beside the table. A person gains this: how many files an account may
-- have answered is part of what two people sign, and the sheets and rules of each table
-- are kept with it, so that whoever asks years later why a row stood there reads them.

-- +goose Up
ALTER TABLE policy_publication ADD COLUMN limits_csv bytea, ADD COLUMN sources bytea;
