package grants

// live is what a role may do to the tables, columns, sequences, functions and schemas of
// the database, by whatever way: a grant of its own, of PUBLIC, of a role it is a member
// of, by owning the thing. Partitions are looked at too: a grant on one opens a campaign
// by the back door. And so is every schema: a view elsewhere shows the same rows. Names are
// quoted where they need it: public."core.run" is not core.run.
const live = `
	WITH place AS (
		SELECT oid, nspname, CASE nspname WHEN 'public' THEN '' ELSE quote_ident(nspname) || '.' END AS before
		FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'
	), tab AS (
		SELECT c.oid, before || quote_ident(relname) AS name FROM pg_class c JOIN place p ON p.oid = relnamespace WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
	), verb AS ( -- those that this version of PostgreSQL knows
		SELECT privilege_type AS v FROM aclexplode(acldefault('r', 10))
	)
	SELECT v || ' ' || name FROM tab, verb WHERE has_table_privilege($1, oid, v)
	UNION
	SELECT v || ' ' || name || '.' || quote_ident(attname)
	FROM tab JOIN pg_attribute a ON attrelid = tab.oid, unnest('{SELECT,INSERT,UPDATE,REFERENCES}'::text[]) v
	WHERE attnum > 0 AND NOT attisdropped AND has_column_privilege($1, tab.oid, attnum, v) AND NOT has_table_privilege($1, tab.oid, v)
	UNION
	SELECT v || ' sequence ' || before || quote_ident(relname) FROM pg_class c JOIN place p ON p.oid = relnamespace, unnest('{USAGE,SELECT,UPDATE}'::text[]) v
	WHERE relkind = 'S' AND has_sequence_privilege($1, c.oid, v)
	UNION
	SELECT 'EXECUTE ' || before || quote_ident(proname) || '(' || oidvectortypes(proargtypes) || ')'
	FROM pg_proc f JOIN place p ON p.oid = pronamespace WHERE has_function_privilege($1, f.oid, 'EXECUTE')
	UNION
	SELECT v || ' of the schema ' || nspname FROM place, unnest('{CREATE,USAGE}'::text[]) v
	WHERE has_schema_privilege($1, oid, v) AND NOT (v = 'USAGE' AND nspname IN ('public', 'core')) -- their things are looked at one by one
	UNION
	SELECT 'member of ' || rolname FROM pg_roles WHERE rolname <> $1 AND pg_has_role($1, oid, 'MEMBER')
	UNION
	SELECT v || ' in the database' FROM unnest('{CREATE,TEMPORARY}'::text[]) v WHERE has_database_privilege($1, current_database(), v)`
