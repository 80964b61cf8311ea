-- Which scope knows which file, without saying whose it is: a school, a programme
-- or an academy knows a file by a random number of its own. A person gains this:
-- whoever copies the table learns how many files a programme has, and cannot tell
-- that two numbers are the same person, nor what anybody asked for.

-- +goose Up
CREATE TABLE routing (
	campaign   text NOT NULL,
	scope_kind text NOT NULL,
	scope_id   text NOT NULL,
	file_no    bytea NOT NULL,
	state      text NOT NULL,
	ref_tag    bytea NOT NULL,
	sealed_ref bytea NOT NULL,
	PRIMARY KEY (file_no, campaign)
);
CREATE UNIQUE INDEX ON routing (ref_tag, campaign);

-- Equality look-up by HMAC, one key an index and campaign, nearly unique values only.
CREATE TABLE blind_index (
	campaign text NOT NULL,
	index_id text NOT NULL,
	mac      bytea NOT NULL,
	unit     bytea NOT NULL,
	PRIMARY KEY (mac, unit, index_id, campaign)
);
-- One registration number is one file: the session issues it. One INE is one pupil.
CREATE UNIQUE INDEX blind_index_registration ON blind_index (mac, campaign) WHERE index_id = 'registration';
CREATE UNIQUE INDEX blind_index_ine ON blind_index (mac, campaign) WHERE index_id = 'ine';

-- How far an import came, in the same transaction as what it wrote.
CREATE TABLE import (
	import   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	campaign text NOT NULL,
	source   text NOT NULL,
	lines    bigint NOT NULL DEFAULT 0,
	bytes    bigint NOT NULL DEFAULT 0,
	entered  bigint NOT NULL DEFAULT 0,
	refused  bigint NOT NULL DEFAULT 0,
	fields   bigint NOT NULL DEFAULT 0,
	done     boolean NOT NULL DEFAULT false,
	UNIQUE (campaign, source)
);

-- Why a line was refused: the item and the rule, never the value.
CREATE TABLE import_refusal (
	import bigint NOT NULL REFERENCES import,
	line   bigint NOT NULL,
	item   text NOT NULL,
	rule   text NOT NULL,
	PRIMARY KEY (import, line)
);

GRANT SELECT ON routing, blind_index TO sceau_gate;
GRANT INSERT ON routing TO sceau_intake;
GRANT SELECT, INSERT ON blind_index TO sceau_intake;
GRANT SELECT, INSERT ON import, import_refusal TO sceau_intake;
GRANT UPDATE (lines, bytes, entered, refused, fields, done) ON import TO sceau_intake;
