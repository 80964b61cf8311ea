package grants

// What a role is, beside what it was granted: $1 are the roles of Sceau, $2 those of
// Sceau and of the operators.

// strangers may enter the database, and are none of ours.
const strangers = `
	SELECT rolname || ' may enter the database, and is no role of Sceau' FROM pg_roles
	WHERE NOT rolsuper AND rolcanlogin AND rolname <> ALL($1) AND has_database_privilege(oid, current_database(), 'CONNECT')`

// attributes stand above any grant. The superuser that the server was made with has
// the id 10, whatever its name; the roles that PostgreSQL brings have ids below 16384.
const attributes = `
	SELECT rolname || ' is ' || word || CASE WHEN rolname = ANY($1) THEN ', which nothing signed needs' ELSE ', and is no role of Sceau' END
	FROM pg_roles, LATERAL (VALUES ('SUPERUSER', rolsuper), ('CREATEROLE', rolcreaterole), ('CREATEDB', rolcreatedb),
		('REPLICATION', rolreplication), ('BYPASSRLS', rolbypassrls)) AS w (word, has)
	WHERE has AND oid >= 16384 AND (rolname = ANY($1) OR rolname <> ALL($2))
	UNION ALL
	SELECT rolname || ' may not log in, which it needs' FROM pg_roles WHERE rolname = ANY($1) AND NOT rolcanlogin`

// memberships are those of the owner, and of strangers in what is ours or above it. What
// the other roles are members of, each of them says.
const memberships = `
	SELECT m.rolname || ' is a member of ' || r.rolname || CASE WHEN m.rolname = ANY($1) THEN ', which nothing signed needs' ELSE ', and is no role of Sceau' END
	FROM pg_auth_members JOIN pg_roles m ON m.oid = member JOIN pg_roles r ON r.oid = roleid
	WHERE m.oid >= 16384 AND (m.rolname = 'sceau_owner' AND 'sceau_owner' = ANY($1) OR m.rolname <> ALL($2) AND (r.oid < 16384 OR r.rolsuper OR r.rolname = ANY($1)))`

// settings that a log-in is given: those that only a superuser may choose, as the one
// that puts triggers to sleep, and those that lead a name to another thing.
const settings = `
	SELECT coalesce(rolname, 'everybody') || ' is given ' || word || ', which nothing signed needs'
	FROM pg_db_role_setting LEFT JOIN pg_roles r ON r.oid = setrole, unnest(setconfig) word
	LEFT JOIN pg_settings s ON s.name = split_part(word, '=', 1)
	WHERE (setrole = 0 OR rolname = ANY($1)) AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
		AND (s.name IS NULL OR s.context LIKE 'superuser%' OR s.name IN ('search_path', 'role', 'row_security', 'local_preload_libraries'))`
