package grants

// allowed is all that the roles who serve may do, and why. A grant that is not here is
// one too many, whoever added it. Words in brackets stand for what follows from the
// register or from the signed table.
var allowed = map[string]map[string][]string{
	"sceau_gate": {
		"SELECT": {"(granted)", // of the sealed tables, what the table grants to somebody
			"campaign", "programme", "school", "mission", "account", "fact", "routing", "scope", "blind_index", "policy_publication", "policy_signature", "brake"},
	},
	"sceau_intake": {
		"SELECT": {"campaign", // which are open, when it serves
			"brake",               // nothing enters what is frozen
			"programme", "school", // routes are drawn from them
			"blind_index",               // a registration number enters once
			"import", "import_refusal"}, // an import resumes
		"INSERT": {"(sealed)", "pseudonym", "agents_agent", "account", "password", "routing", "scope", "blind_index", "import", "import_refusal"},
		"UPDATE": {"import.lines", "import.bytes", "import.entered", "import.refused", "import.fields", "import.done"},
	},
	"sceau_register": {
		"SELECT": {"campaign", "programme", "school", "mission", "fact", "brake", "export_step"},
		"INSERT": {"campaign", "programme", "school", "mission", "fact", "brake", "export_step"},
		"UPDATE": {"campaign.calendar", "mission.ended_at", "fact.ended_at", "fact.ended_by", "brake.thawed_at", "brake.thawed_by"},
	},
	"sceau_forget": {
		"SELECT": {"scope", "routing"}, // a route is found by a tag, and removed by a function
	},
	"sceau_reseal": {
		"SELECT": {"(branch)", "pseudonym", "brake", "loose_document"},
		"INSERT": {"loose_document"},
		"UPDATE": {"(branch).cells", "pseudonym.branch_version", "pseudonym.commitment", "pseudonym.candidate_pseudonym"}, // and headers, but nothing that says whose a row is
		"DELETE": {"loose_document"},
	},
	"sceau_project": {
		"SELECT": {"(granted)", // what the core needs, column by column
			"campaign", "programme", "brake", "routing", "fact", // who is in, and what holds
			"policy_publication", "policy_signature", // what the table grants
			"pseudonym", "rectified_input", "core.run"},
		"INSERT": {"pseudonym", "rectified_input", "core.run"},
		"UPDATE": {"core.run.input_digest", "core.run.ended_at", "core.run.dropped_at", "core.run.signature"},
	},
	"sceau_core": { // runs, and nothing of a dossier
		"SELECT": {"core.run"},
		"INSERT": {"core.run"},
		"UPDATE": {"core.run.input_digest", "core.run.output_file", "core.run.output_digest", "core.run.ended_at", "core.run.signature"},
	},
	"sceau_policy": {
		"SELECT": {"policy_publication", "policy_signature"},
		"INSERT": {"policy_publication", "policy_signature"},
	},
	"sceau_keyring_write": {
		"SELECT": {"key_name", "branch_key", "wrap_floor"},
		"INSERT": {"unit_secret", "unit_class_secret"},
	},
	"sceau_keyring_read": {
		"SELECT": {"key_name", "branch_key", "unit_secret", "unit_class_secret", "held_key", "run_key"},
	},
	"sceau_keyring_run": { // keys of files of runs, and no wrap of a person
		"SELECT": {"key_name", "branch_key", "wrap_floor", "run_key"},
		"INSERT": {"run_key"},
		"DELETE": {"run_key"},
	},
	"sceau_keyring_hold": {
		"SELECT": {"key_name", "branch_key", "unit_secret", "unit_class_secret", "wrap_floor", "held_key"},
		"INSERT": {"held_key"},
	},
	"sceau_keyring_turn": {
		"SELECT": {"key_name", "branch_key", "unit_secret", "unit_class_secret", "wrap_floor", "forgetting", "key_turn", "branch_turn", "key_rotation", "epoch", "held_key", "run_key"},
		"INSERT": {"key_turn", "branch_turn", "key_rotation", "epoch"},
		"UPDATE": {"key_turn", "branch_turn", "key_rotation.done_at", "epoch", "held_key.wrap", "run_key.wrap", "branch_key.wrap", "unit_secret.wrap", "unit_class_secret.wrap", "key_name.state"},
	},
	"sceau_keyring_forget": {
		"SELECT": {"forgetting"},
	},
	"sceau_trace_write": {
		"SELECT": {"day_key", "trace_hash", "day_log", "field_set.id"},
		"INSERT": {"day_key", "field_set", "trace", "trace_hash", "day_log", "checkpoint", "connection"},
	},
	"sceau_trace_read": {
		"SELECT": {"day_key", "field_set", "trace", "trace_hash", "day_log", "checkpoint", "connection"},
	},
}

// functions are those that a role may call, of ours, each with the types that it takes:
// another of the same name is another function.
var functions = map[string][]string{
	"sceau_gate": { // counts what it answers, and takes no count back
		"spend_allowance(bytea[], text[], integer[], integer[], integer[], integer[], integer[], timestamp with time zone[])"},
	"sceau_register":       {"open_campaign(text)"},
	"sceau_forget":         {"forget_account(text, bytea, smallint)", "forget_file(text, bytea, bytea[])"},
	"sceau_keyring_turn":   {"raise_floor(text, text, text, integer)"},
	"sceau_keyring_forget": {"forget_units(text, text, bytea[], timestamp with time zone)"},
	"sceau_trace_write":    {"open_connection_days(date[])", "open_trace_day(date)"},
}
