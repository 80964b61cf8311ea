-- Who may ask, and when: campaigns with their calendar, programmes and schools,
-- missions and accounts, and the facts behind every relation and guard. A person
-- gains this: an agent whose mission ended, or whose ticket was closed, is refused
-- at the very next request, because the gate reads these rows each time.

-- +goose Up
CREATE TABLE campaign (
	campaign   text PRIMARY KEY,
	label      text NOT NULL,
	demo       boolean NOT NULL DEFAULT false,
	calendar   jsonb NOT NULL, -- first day of each phase; one row, read before every answer
	created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE programme (
	campaign    text NOT NULL REFERENCES campaign,
	programme   text NOT NULL,
	label       text NOT NULL,
	institution text NOT NULL,
	academy     text NOT NULL,
	ministry    text NOT NULL,
	pool        text NOT NULL,
	flags       text[] NOT NULL,
	PRIMARY KEY (campaign, programme)
);
CREATE INDEX ON programme (campaign, institution);
CREATE INDEX ON programme (campaign, pool) WHERE pool <> '';

CREATE TABLE school (
	campaign text NOT NULL REFERENCES campaign,
	uai      text NOT NULL,
	academy  text NOT NULL,
	ministry text NOT NULL,
	PRIMARY KEY (campaign, uai)
);

-- The agent's own data lie sealed in agents_agent under agent_unit.
CREATE TABLE mission (
	mission      text PRIMARY KEY,
	campaign     text NOT NULL REFERENCES campaign,
	recipient    text NOT NULL,
	organisation text NOT NULL,
	scopes       jsonb NOT NULL,
	until        date NOT NULL,
	ended_at     timestamptz,
	credential   bytea NOT NULL CHECK (length(credential) = 32),
	agent_unit   bytea NOT NULL,
	created_at   timestamptz NOT NULL DEFAULT now()
);

-- Accounts of candidates (S1) and responsibles (S2), made at intake.
CREATE TABLE account (
	campaign    text NOT NULL REFERENCES campaign,
	unit        bytea NOT NULL,
	responsible smallint NOT NULL,
	recipient   text NOT NULL,
	credential  bytea NOT NULL CHECK (length(credential) = 32),
	PRIMARY KEY (unit, responsible)
);

-- A password exists as a slow, salted hash and in no other form (A01.02).
CREATE TABLE password (
	campaign text NOT NULL,
	unit     bytea NOT NULL,
	hash     text NOT NULL,
	PRIMARY KEY (unit)
);

-- A fact names its candidate under the routing key only; its tag is one for each
-- (kind, addressee, candidate), so that two facts of one person do not join.
CREATE TABLE fact (
	fact        text PRIMARY KEY,
	campaign    text NOT NULL REFERENCES campaign,
	kind        text NOT NULL,
	tag         bytea NOT NULL,
	sealed      bytea NOT NULL,
	recorded_by text NOT NULL,
	begins      date NOT NULL,
	until       date,
	ended_at    timestamptz,
	ended_by    text
);
CREATE INDEX ON fact (tag, campaign);

GRANT SELECT ON campaign, programme, mission, account, fact TO sceau_gate;
GRANT SELECT, INSERT ON campaign, programme, school, mission TO sceau_register;
GRANT UPDATE (calendar) ON campaign TO sceau_register;
GRANT UPDATE (ended_at) ON mission TO sceau_register;
GRANT SELECT, INSERT ON fact TO sceau_register;
GRANT UPDATE (ended_at, ended_by) ON fact TO sceau_register;
GRANT SELECT ON campaign, programme, school TO sceau_intake;
GRANT INSERT ON account, password TO sceau_intake;
