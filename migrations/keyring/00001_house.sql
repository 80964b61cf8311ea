-- A person gains a second lock in another house: whoever copies the dossiers has no wrapped key,
-- and the roles here see no table until a later migration says which and why.
-- +goose Up
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO sceau_keyring_write, sceau_keyring_read;
