-- People. Devices, sign-in codes and sessions belong to one.

CREATE TABLE person (
    id         BLOB PRIMARY KEY,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    -- Grid codes, separated by commas; empty for all that this server holds.
    scope      TEXT NOT NULL,
    -- Milliseconds since 1970.
    added_at   INTEGER NOT NULL,
    removed_at INTEGER
) WITHOUT ROWID;
CREATE INDEX person_by_name ON person (name) WHERE removed_at IS NULL;

-- The names that somebody has or had: what was recorded under one stays theirs.
CREATE TABLE person_name (
    person BLOB NOT NULL,
    name   TEXT NOT NULL,
    PRIMARY KEY (person, name)
) WITHOUT ROWID;

-- Empty: all of its person's scope.
ALTER TABLE device ADD COLUMN person BLOB NOT NULL DEFAULT x'';

-- Each device of before belongs to an inspector of its name, with its scope.
INSERT INTO person
SELECT id,
    name || iif(row_number() OVER (PARTITION BY name ORDER BY added_at, id) = 1, '',
        ' ' || row_number() OVER (PARTITION BY name ORDER BY added_at, id)),
    'inspector', scope, added_at, NULL
FROM device;
INSERT INTO person_name SELECT id, name FROM person;
UPDATE device SET person = id, scope = '';

DROP TABLE sign_in_code;
CREATE TABLE sign_in_code (
    code_hash  BLOB PRIMARY KEY,
    person     BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;

DROP TABLE session;
CREATE TABLE session (
    secret_hash BLOB PRIMARY KEY,
    person      BLOB NOT NULL,
    expires_at  INTEGER NOT NULL
) WITHOUT ROWID;
