-- The sealed dossiers. A person gains this: every field about them lies here as
-- ciphertext of its own, under two keys that are elsewhere. Whoever copies the
-- disk reads no value, no empty field, no date and no count of changes.
--
-- One table for each class, fate, record and unit of erasure, derived from
-- catalogue/fields. Every cell is NOT NULL: a field left empty is a padded null
-- under seal. One partition a campaign, so that a campaign goes in one piece.
--
-- Keys begin with the unit: within a partition every row has the same campaign, and
-- an index that began with it would read the whole campaign to find one person.

-- +goose Up
-- agents, par agent
CREATE TABLE agents_agent (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	agent_title bytea NOT NULL, -- A03.01
	agent_last_name bytea NOT NULL, -- A03.02
	agent_first_name bytea NOT NULL, -- A03.03
	agent_mobile_phone bytea NOT NULL, -- A03.04
	agent_landline_phone bytea NOT NULL, -- A03.05
	agent_email bytea NOT NULL, -- A03.06
	agent_login bytea NOT NULL, -- A03.07
	agent_authorisation_profile bytea NOT NULL, -- A03.09
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- vœux et propositions, par vœu (reste codé à deux ans)
CREATE TABLE choices_coded_wish (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	application_selectivity bytea NOT NULL, -- A15.01
	boarding_requested bytea NOT NULL, -- A15.02
	application_ranking bytea NOT NULL, -- A15.04
	application_state bytea NOT NULL, -- A15.05
	ranking_group_label bytea NOT NULL, -- A15.06
	wish_formulation_date bytea NOT NULL, -- A15.07
	wish_confirmation_date bytea NOT NULL, -- A15.08
	year_entered_seconde bytea NOT NULL, -- A15.09
	gap_year_requested bytea NOT NULL, -- A15.11
	wish_target_programme bytea NOT NULL, -- A15.X1
	host_institution_label bytea NOT NULL, -- A16.01
	programme_label bytea NOT NULL, -- A16.02
	group_rank bytea NOT NULL, -- A16.03
	waiting_list_rank bytea NOT NULL, -- A16.04
	candidate_answer bytea NOT NULL, -- A16.05
	candidate_answer_date bytea NOT NULL, -- A16.06
	institution_answer bytea NOT NULL, -- A16.07
	admission_nature bytea NOT NULL, -- A16.09
	administrative_enrolment_status bytea NOT NULL, -- A16.11
	first_day_attendance bytea NOT NULL, -- A16.12
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- vœux et propositions (part à deux ans)
CREATE TABLE choices_other (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	withdrawal_reason bytea NOT NULL, -- A16.10
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- vœux et propositions, par vœu (part à deux ans)
CREATE TABLE choices_other_wish (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	home_programme_distance bytea NOT NULL, -- A15.03
	apprenticeship_information bytea NOT NULL, -- A15.10
	admission_justification bytea NOT NULL, -- A16.08
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- état civil
CREATE TABLE civil_status (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	birth_country bytea NOT NULL, -- A01.10
	birth_department bytea NOT NULL, -- A01.11
	birth_commune bytea NOT NULL, -- A01.12
	nationality bytea NOT NULL, -- A01.13
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- état civil, justificatif d'identité
CREATE TABLE civil_status_identity_proof (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	identity_proof_pdf bytea NOT NULL, -- A01.20
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- coordonnées (reste codé à deux ans)
CREATE TABLE contact_coded (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	academy_of_residence bytea NOT NULL, -- A01.17
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- coordonnées (part à deux ans)
CREATE TABLE contact_other (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	postal_address bytea NOT NULL, -- A01.14
	mobile_phone bytea NOT NULL, -- A01.15
	landline_phone bytea NOT NULL, -- A01.16
	basin_of_residence bytea NOT NULL, -- A01.18
	email bytea NOT NULL, -- A01.19
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- responsables, par responsable
CREATE TABLE family_responsible (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	responsible_relationship bytea NOT NULL, -- A01.21
	responsible_last_name bytea NOT NULL, -- A01.22
	responsible_first_names bytea NOT NULL, -- A01.23
	responsible_socio_professional_category bytea NOT NULL, -- A01.24
	responsible_postal_address bytea NOT NULL, -- A01.25
	responsible_phone bytea NOT NULL, -- A01.26
	responsible_email bytea NOT NULL, -- A01.27
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- dossier du candidat
CREATE TABLE file (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	curriculum_vitae bytea NOT NULL, -- A07.01
	experiences bytea NOT NULL, -- A07.15
	commitments bytea NOT NULL, -- A07.16
	resuming_experiences bytea NOT NULL, -- A10.08
	resuming_commitments bytea NOT NULL, -- A10.09
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- dossier du candidat, par activité
CREATE TABLE file_activity (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	practice_level bytea NOT NULL, -- A07.07
	elite_athlete_list_registration bytea NOT NULL, -- A07.08
	other_athlete_list_registration bytea NOT NULL, -- A07.09
	activity_discipline bytea NOT NULL, -- A07.10
	activity_result bytea NOT NULL, -- A07.11
	activity_performance bytea NOT NULL, -- A07.12
	awards bytea NOT NULL, -- A07.13
	activity_referent_persons bytea NOT NULL, -- A07.14
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- dossier du candidat, par document
CREATE TABLE file_document (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	training_certificates bytea NOT NULL, -- A07.04
	title_certificates bytea NOT NULL, -- A07.05
	qualification_certificates bytea NOT NULL, -- A07.06
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- dossier du candidat, par vœu
CREATE TABLE file_wish (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	motivated_study_project bytea NOT NULL, -- A07.02
	additional_documents_type bytea NOT NULL, -- A07.17
	additional_documents_collection_mode bytea NOT NULL, -- A07.18
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- fraude
CREATE TABLE fraud (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	preregistration_fraud_record bytea NOT NULL, -- A01.28
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- besoins d'accompagnement
CREATE TABLE guidance_needs (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	employment_situation bytea NOT NULL, -- A11.01
	needs_training bytea NOT NULL, -- A11.02
	needs_activities bytea NOT NULL, -- A11.03
	needs_services bytea NOT NULL, -- A11.04
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- santé
CREATE TABLE health (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	disability_liaison_form bytea NOT NULL, -- A07.03
	medical_certificate_held bytea NOT NULL, -- A13.01
	cdaph_opinion_exists bytea NOT NULL, -- A13.02
	military_medical_visit_done bytea NOT NULL, -- A13.03
	military_medical_visit_date bytea NOT NULL, -- A13.04
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- identité (reste codé à deux ans)
CREATE TABLE identity_coded (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	sex bytea NOT NULL, -- A01.09
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- identité (part à deux ans)
CREATE TABLE identity_other (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	registration_number bytea NOT NULL, -- A01.01
	ine bytea NOT NULL, -- A01.03
	campus_france_number bytea NOT NULL, -- A01.04
	title bytea NOT NULL, -- A01.05
	last_name bytea NOT NULL, -- A01.06
	first_names bytea NOT NULL, -- A01.07
	birth_date bytea NOT NULL, -- A01.08
	bac_registration_number bytea NOT NULL, -- A12.09
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- ressources et bourse (reste codé à deux ans)
CREATE TABLE income_coded (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	dependent_siblings_count bytea NOT NULL, -- A02.03
	siblings_in_higher_education_count bytea NOT NULL, -- A02.04
	lycee_bursary_step bytea NOT NULL, -- A02.06
	higher_education_bursary_shares bytea NOT NULL, -- A02.07
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- ressources et bourse (part à deux ans)
CREATE TABLE income_other (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	gross_global_income bytea NOT NULL, -- A02.01
	conditional_bursary_notice bytea NOT NULL, -- A02.05
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- ressources et bourse, par document, avis d'imposition (part à deux ans)
CREATE TABLE income_other_document_tax_notice (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	previous_year_tax_notice bytea NOT NULL, -- A02.02
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- paiements, par paiement
CREATE TABLE payment_payment (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	payment_type bytea NOT NULL, -- A06.01
	payment_done bytea NOT NULL, -- A06.02
	payment_amount bytea NOT NULL, -- A06.03
	payment_date bytea NOT NULL, -- A06.04
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- assimilation et commission d'accès, par demande (reste codé à deux ans)
CREATE TABLE recourse_coded_request (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	assimilation_status bytea NOT NULL, -- A04.10
	reexamination_status bytea NOT NULL, -- A05.03
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- assimilation et commission d'accès, par document, justificatifs de réexamen (part à deux ans)
CREATE TABLE recourse_other_document_reexamination (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	reexamination_documents bytea NOT NULL, -- A05.02
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- assimilation et commission d'accès, par demande (part à deux ans)
CREATE TABLE recourse_other_request (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	requested_academy bytea NOT NULL, -- A04.01
	requested_recruitment_basin bytea NOT NULL, -- A04.02
	assimilation_reason bytea NOT NULL, -- A04.03
	assimilation_refusal_reason bytea NOT NULL, -- A04.11
	reexamination_reason bytea NOT NULL, -- A05.01
	reexamination_refusal_reason bytea NOT NULL, -- A05.04
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- assimilation et commission d'accès, par demande, justificatifs d'assimilation (part à deux ans)
CREATE TABLE recourse_other_request_assimilation (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	responsible_transfer_notice bytea NOT NULL, -- A04.04
	responsible_employment_certificate bytea NOT NULL, -- A04.05
	responsible_proof_of_address bytea NOT NULL, -- A04.06
	family_record_book_copy bytea NOT NULL, -- A04.07
	elite_athlete_certificate bytea NOT NULL, -- A04.08
	sports_club_recruitment_certificate bytea NOT NULL, -- A04.09
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- assimilation et commission d'accès, par vœu (part à deux ans)
CREATE TABLE recourse_other_wish (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	caes_preference bytea NOT NULL, -- A15.12
	auto_responder_preference bytea NOT NULL, -- A15.13
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- scolarité (reste codé à deux ans)
CREATE TABLE schooling_coded (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	equal_opportunity_scheme_participation bytea NOT NULL, -- A08.07
	class_council_bts_opinion bytea NOT NULL, -- A08.12
	bridging_class_head_opinion bytea NOT NULL, -- A08.14
	he_diplomas bytea NOT NULL, -- A09.06
	he_qualifications bytea NOT NULL, -- A09.07
	resuming_school_path bytea NOT NULL, -- A10.01
	resuming_university_path bytea NOT NULL, -- A10.02
	resuming_professional_path bytea NOT NULL, -- A10.03
	resuming_results bytea NOT NULL, -- A10.04
	resuming_diplomas bytea NOT NULL, -- A10.05
	resuming_qualification bytea NOT NULL, -- A10.06
	exam_academy bytea NOT NULL, -- A12.01
	exam_centre bytea NOT NULL, -- A12.02
	bac_series bytea NOT NULL, -- A12.03
	bac_dominant bytea NOT NULL, -- A12.04
	bac_speciality_courses bytea NOT NULL, -- A12.05
	bac_specialities bytea NOT NULL, -- A12.06
	bac_options bytea NOT NULL, -- A12.07
	bac_obtained_date bytea NOT NULL, -- A12.08
	bac_honours bytea NOT NULL, -- A12.13
	oral_group bytea NOT NULL, -- A12.14
	french_language_test_exemption bytea NOT NULL, -- A12.17
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- scolarité, par épreuve (reste codé à deux ans)
CREATE TABLE schooling_coded_exam_test (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	bac_test_results bytea NOT NULL, -- A12.11
	bac_test_averages bytea NOT NULL, -- A12.12
	french_language_tests bytea NOT NULL, -- A12.15
	french_language_test_results bytea NOT NULL, -- A12.16
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- scolarité, par année scolaire (reste codé à deux ans)
CREATE TABLE schooling_coded_school_year (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	school_information bytea NOT NULL, -- A08.01
	school_levels bytea NOT NULL, -- A08.02
	school_curricula bytea NOT NULL, -- A08.03
	speciality_courses bytea NOT NULL, -- A08.04
	optional_courses bytea NOT NULL, -- A08.05
	modern_languages bytea NOT NULL, -- A08.06
	he_institution_information bytea NOT NULL, -- A09.01
	he_levels bytea NOT NULL, -- A09.02
	he_curricula bytea NOT NULL, -- A09.03
	he_options bytea NOT NULL, -- A09.04
	he_results bytea NOT NULL, -- A09.05
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- scolarité, par année et matière (reste codé à deux ans)
CREATE TABLE schooling_coded_school_year_subject (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	marks bytea NOT NULL, -- A08.08
	averages bytea NOT NULL, -- A08.09
	class_ranks bytea NOT NULL, -- A08.10
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- scolarité, par vœu (reste codé à deux ans)
CREATE TABLE schooling_coded_wish (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	avenir_head_opinion bytea NOT NULL, -- A08.16
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- scolarité (part à deux ans)
CREATE TABLE schooling_other (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	bridging_class_team_proposal bytea NOT NULL, -- A08.13
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- scolarité, par document (part à deux ans)
CREATE TABLE schooling_other_document (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	he_follow_up_form bytea NOT NULL, -- A09.08
	resuming_follow_up_form bytea NOT NULL, -- A10.07
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- scolarité, par épreuve (part à deux ans)
CREATE TABLE schooling_other_exam_test (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	bac_tests_list bytea NOT NULL, -- A12.10
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- scolarité, par année et matière (part à deux ans)
CREATE TABLE schooling_other_school_year_subject (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	teacher_appraisals bytea NOT NULL, -- A08.11
	avenir_teacher_appraisals bytea NOT NULL, -- A08.15
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- scolarité, par vœu (part à deux ans)
CREATE TABLE schooling_other_wish (
	campaign text NOT NULL,
	unit bytea NOT NULL,
	record bytea NOT NULL,
	branch_version integer NOT NULL,
	commitment bytea NOT NULL,
	avenir_head_appraisal bytea NOT NULL, -- A08.17
	PRIMARY KEY (unit, record, campaign)
) PARTITION BY LIST (campaign);

-- Ciphertext does not compress: trying would cost time at each write and tell,
-- by its size, the one cell that did.
-- +goose StatementBegin
DO $$
DECLARE
	sealed record;
BEGIN
	FOR sealed IN
		SELECT c.relname, string_agg(format('ALTER COLUMN %I SET STORAGE EXTERNAL', a.attname), ', ') AS storage
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relkind = 'p' AND c.relnamespace = 'public'::regnamespace
			AND a.attnum > 0 AND a.atttypid = 'bytea'::regtype
		GROUP BY c.relname
	LOOP
		EXECUTE format('ALTER TABLE %I %s', sealed.relname, sealed.storage);
		-- Intake adds and never looks back. The gate looks and changes nothing; nobody
		-- reads through it what is an agent's own.
		EXECUTE format('GRANT INSERT ON %I TO sceau_intake', sealed.relname);
		IF sealed.relname <> 'agents_agent' THEN
			EXECUTE format('GRANT SELECT ON %I TO sceau_gate', sealed.relname);
		END IF;
	END LOOP;
END
$$;
-- +goose StatementEnd

-- open_campaign makes a campaign's partitions. Nobody who serves may create a
-- table; this one thing is lent to the register, under the owner's name.
-- +goose StatementBegin
CREATE FUNCTION open_campaign(name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	parent text;
BEGIN
	-- Longer, and PostgreSQL would cut the names of two partitions alike.
	IF name !~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,23}$' THEN
		RAISE EXCEPTION 'a campaign is named with 1 to 24 letters, digits, points and hyphens';
	END IF;
	FOR parent IN
		SELECT relname FROM pg_class
		WHERE relkind = 'p' AND relnamespace = 'public'::regnamespace ORDER BY relname
	LOOP
		EXECUTE format('CREATE TABLE IF NOT EXISTS public.%I PARTITION OF public.%I FOR VALUES IN (%L)',
			parent || '_' || name, parent, name);
	END LOOP;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION open_campaign(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_campaign(text) TO sceau_register;
