package grants

// beside are the grants that no role's own list shows: on what PostgreSQL itself brings
// (beyond what initdb gives, which the server remembers), on parameters, servers,
// tablespaces and the like, to roles that are none of ours, and the right to pass a
// grant on. $1 are the roles of Sceau, $2 those of Sceau and of the operators.
const beside = `
	WITH place AS (
		SELECT oid, nspname, CASE nspname WHEN 'public' THEN '' ELSE quote_ident(nspname) || '.' END AS before, nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema' AS ours FROM pg_namespace
	), thing AS ( -- acl is what stands there, born what a thing has that nobody touched
		SELECT 'pg_class'::regclass AS class, c.oid, 0 AS part, CASE relkind WHEN 'S' THEN 'sequence ' ELSE '' END || before || quote_ident(relname) AS name, relowner AS owner,
			relacl AS acl, acldefault(CASE relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, relowner) AS born, ours AS listed
		FROM pg_class c JOIN place p ON p.oid = relnamespace WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 't')
		UNION ALL
		SELECT 'pg_class'::regclass, c.oid, attnum, before || quote_ident(relname) || '.' || quote_ident(attname), relowner, attacl, NULL::aclitem[], ours
		FROM pg_attribute JOIN pg_class c ON c.oid = attrelid JOIN place p ON p.oid = relnamespace
		UNION ALL
		SELECT 'pg_proc'::regclass, f.oid, 0, before || quote_ident(proname) || '(' || oidvectortypes(proargtypes) || ')', proowner, proacl, acldefault('f', proowner), ours
		FROM pg_proc f JOIN place p ON p.oid = pronamespace
		UNION ALL
		SELECT 'pg_type'::regclass, y.oid, 0, 'type ' || before || quote_ident(typname), typowner, typacl, acldefault('T', typowner), false FROM pg_type y JOIN place p ON p.oid = typnamespace
		UNION ALL
		SELECT 'pg_namespace'::regclass, n.oid, 0, 'of the schema ' || n.nspname, nspowner, nspacl, acldefault('n', nspowner), ours FROM pg_namespace n JOIN place p USING (oid)
		UNION ALL
		SELECT 'pg_database'::regclass, oid, 0, 'in the database', datdba, coalesce(datacl, acldefault('d', datdba)), NULL::aclitem[], true FROM pg_database WHERE datname = current_database()
		UNION ALL
		SELECT 'pg_language'::regclass, oid, 0, 'of the language ' || lanname, lanowner, lanacl, acldefault('l', lanowner), false FROM pg_language
		UNION ALL
		SELECT 'pg_tablespace'::regclass, oid, 0, 'in the tablespace ' || spcname, spcowner, spcacl, acldefault('t', spcowner), false FROM pg_tablespace
		UNION ALL
		SELECT 'pg_foreign_data_wrapper'::regclass, oid, 0, 'of the wrapper ' || fdwname, fdwowner, fdwacl, acldefault('F', fdwowner), false FROM pg_foreign_data_wrapper
		UNION ALL
		SELECT 'pg_foreign_server'::regclass, oid, 0, 'of the server ' || srvname, srvowner, srvacl, acldefault('S', srvowner), false FROM pg_foreign_server
		UNION ALL
		SELECT 'pg_largeobject_metadata'::regclass, oid, 0, 'large object ' || oid, lomowner, lomacl, acldefault('L', lomowner), false FROM pg_largeobject_metadata
		UNION ALL
		SELECT 'pg_parameter_acl'::regclass, oid, 0, 'the parameter ' || parname, 10, paracl, acldefault('p', 10), false FROM pg_parameter_acl
	)
	SELECT coalesce(rolname, CASE grantee WHEN 0 THEN 'everybody' ELSE 'a role that is gone' END) || ' may '
		|| CASE WHEN is_grantable THEN 'pass on ' ELSE '' END || privilege_type || ' ' || name || ', which nothing signed needs'
	FROM thing t LEFT JOIN pg_init_privs i ON i.classoid = t.class AND i.objoid = t.oid AND i.objsubid = t.part AND i.privtype = 'i',
		aclexplode(coalesce(acl, born)) LEFT JOIN pg_roles r ON r.oid = grantee
	WHERE grantee NOT IN (owner, 10) AND (rolname IS NULL OR rolname = ANY($1) OR rolname <> ALL($2))
		AND (is_grantable OR NOT listed OR grantee <> 0 AND (rolname IS NULL OR rolname <> ALL($1)) OR t.class = 'pg_database'::regclass AND grantee = 0)
		AND (grantee, privilege_type, is_grantable) NOT IN (SELECT b.grantee, b.privilege_type, b.is_grantable FROM aclexplode(coalesce(i.initprivs, born)) b)
		-- initdb opens the standard's views to everybody after it has noted the rest; those that show passwords begin with _pg
		AND NOT (t.oid < 16384 AND grantee = 0 AND NOT is_grantable AND (privilege_type = 'SELECT' AND name ~ '^information_schema\.[a-z]' OR name = 'of the schema information_schema' AND privilege_type = 'USAGE'))`

// defaults are grants on what does not exist yet.
const defaults = `
	SELECT coalesce(rolname, 'everybody') || ' may ' || privilege_type || ' any '
		|| CASE defaclobjtype WHEN 'r' THEN 'table' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'function' WHEN 'T' THEN 'type' WHEN 'n' THEN 'schema' ELSE 'large object' END
		|| ' that ' || defaclrole::regrole || ' will make, which nothing signed needs'
	FROM pg_default_acl d, aclexplode(defaclacl) LEFT JOIN pg_roles r ON r.oid = grantee
	WHERE grantee <> defaclrole
		AND (defaclnamespace <> 0 OR (grantee, privilege_type, is_grantable) NOT IN (
			SELECT b.grantee, b.privilege_type, b.is_grantable FROM aclexplode(acldefault(CASE defaclobjtype WHEN 'S' THEN 's' ELSE defaclobjtype END, defaclrole)) b))`

// owners may do anything to what they own. All there is of ours has one, who serves
// nobody; all that PostgreSQL brings has the superuser it was made with, and none of its
// functions runs by other rights than its caller's.
const owners = `
	WITH place AS (
		SELECT oid, nspname, CASE nspname WHEN 'public' THEN '' ELSE quote_ident(nspname) || '.' END AS before, nspowner FROM pg_namespace
	), thing AS (
		SELECT c.oid, before || quote_ident(relname) AS name, relowner AS owner FROM pg_class c JOIN place p ON p.oid = relnamespace
		WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND nspname NOT LIKE 'pg\_temp%'
		UNION ALL
		SELECT f.oid, before || quote_ident(proname) || '(' || oidvectortypes(proargtypes) || ')', proowner FROM pg_proc f JOIN place p ON p.oid = pronamespace
		UNION ALL
		SELECT oid, 'the schema ' || nspname, nspowner FROM place WHERE nspowner <> 'pg_database_owner'::regrole AND nspname NOT LIKE 'pg\_t%'
		UNION ALL
		SELECT 16384, 'the database', datdba FROM pg_database WHERE datname = current_database()
	)
	SELECT name || ' belongs to ' || coalesce(rolname, 'a role that is gone') || ', and should to ' || CASE WHEN t.oid < 16384 THEN 'who made the server' ELSE $1::text END
	FROM thing t LEFT JOIN pg_roles r ON r.oid = owner WHERE CASE WHEN t.oid < 16384 THEN owner <> 10 ELSE rolname IS DISTINCT FROM $1::text END
	UNION ALL
	SELECT before || quote_ident(proname) || '(' || oidvectortypes(proargtypes) || ') runs by the rights of its owner, as PostgreSQL does not make it'
	FROM pg_proc f JOIN place p ON p.oid = pronamespace WHERE f.oid < 16384 AND prosecdef`
