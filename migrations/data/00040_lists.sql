-- A person gains that those who work on their file need no name and no reference to find it: a
-- programme, a school or an academy goes through its own files by the numbers that it knows them by.
-- Numbers are random, so that the order of a page tells nothing, and a page is a look-up here,
-- without which the whole table would be read for it.
--
-- The file's own route is left out: nobody goes through a campaign this way. No role may do more
-- than before: the gate reads routes already, and changes none.
-- +goose Up
CREATE INDEX routing_list ON routing (campaign, scope_kind, scope_id, file_no) WHERE scope_kind <> 'file';
