-- The access table and who signed it. A person gains this: what decides an access is
-- kept as it was signed, for good, so that any past decision can be explained; nobody
-- but the owner of the database can change a table or take a signature away, and the
-- service notices whoever does, because it verifies the signatures when it starts.

-- +goose Up
CREATE TABLE policy_publication (
	publication  text PRIMARY KEY CHECK (publication ~ '^[0-9a-f]{64}$'),
	number       bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
	statement    text NOT NULL,
	table_csv    bytea NOT NULL, -- gzip: two megabytes of rows that resemble each other
	published_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE policy_signature (
	publication text NOT NULL REFERENCES policy_publication,
	number      bigint GENERATED ALWAYS AS IDENTITY,
	signer      text NOT NULL,
	line        text NOT NULL,
	signed_at   timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (publication, signer)
);

-- Publishing and signing only ever add. The gate reads what it runs on.
GRANT SELECT, INSERT ON policy_publication, policy_signature TO sceau_policy;
GRANT SELECT ON policy_publication, policy_signature TO sceau_gate;
