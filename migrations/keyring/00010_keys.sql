-- A person gains a lock of their own: the secret without which nothing about them opens stands
-- here, wrapped by a key that never leaves Vault, away from what it opens. Deleting one row is
-- forgetting one person. Who seals may add a row and can neither read nor change one: not even its
-- own, so that it cannot reopen what it has sealed.
-- +goose Up

-- Names of keys in Vault. A name is drawn at random and never leaves this table, so that nothing
-- ever creates again a key that was destroyed.
CREATE TABLE key_name (
    name     text PRIMARY KEY,
    campaign text NOT NULL,
    role     text NOT NULL CHECK (role IN ('person', 'class', 'own', 'routing', 'hold', 'index')),
    key_of   text NOT NULL, -- the class or the index, empty for the other roles
    state    text NOT NULL CHECK (state IN ('planned', 'active')),
    UNIQUE (campaign, role, key_of)
);

-- One key for each class, fate and version, under the class's key in Vault: half of a lock. The
-- routing key stands among them.
CREATE TABLE branch_key (
    campaign   text    NOT NULL,
    class      text    NOT NULL,
    fate       text    NOT NULL,
    version    integer NOT NULL CHECK (version > 0),
    wrap       bytea   NOT NULL CHECK (octet_length(wrap) > 36),
    commitment bytea   NOT NULL CHECK (octet_length(commitment) = 16),
    PRIMARY KEY (campaign, class, fate, version)
);

-- One secret for each unit of erasure: the other half. A wrap begins with the version of the key
-- that made it, in four bytes that compare as numbers do, so that a rotation can be counted.
CREATE TABLE unit_secret (
    campaign   text  NOT NULL,
    unit       bytea NOT NULL CHECK (octet_length(unit) = 16),
    owner      bytea NOT NULL CHECK (octet_length(owner) = 16),
    kind       text  NOT NULL CHECK (kind <> ''),
    wrap       bytea NOT NULL CHECK (octet_length(wrap) > 36),
    commitment bytea NOT NULL CHECK (octet_length(commitment) = 16),
    PRIMARY KEY (unit, campaign) -- the unit first: it finds the row, a campaign finds them all
);

-- For classes such as health, one secret more for each person, of everybody: that a row exists
-- tells nothing. It goes with its unit.
CREATE TABLE unit_class_secret (
    campaign   text  NOT NULL,
    unit       bytea NOT NULL,
    class      text  NOT NULL,
    wrap       bytea NOT NULL CHECK (octet_length(wrap) > 36),
    commitment bytea NOT NULL CHECK (octet_length(commitment) = 16),
    PRIMARY KEY (unit, class, campaign),
    FOREIGN KEY (unit, campaign) REFERENCES unit_secret ON DELETE CASCADE
);

-- Making a campaign's keys is the owner's work, with no credential that stays anywhere.
GRANT SELECT ON key_name, branch_key TO sceau_keyring_write, sceau_keyring_read;
GRANT INSERT ON unit_secret, unit_class_secret TO sceau_keyring_write;
GRANT SELECT ON unit_secret, unit_class_secret TO sceau_keyring_read;
