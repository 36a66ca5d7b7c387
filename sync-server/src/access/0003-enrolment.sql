-- Passwords, sessions that can be listed, invitations, and what became of devices.

-- Argon2id as a PHC string; NULL for somebody who signs in by links only.
ALTER TABLE person ADD COLUMN password TEXT;
-- When they last used the console, in milliseconds since 1970.
ALTER TABLE person ADD COLUMN seen_at INTEGER;

-- To whom bundles for the device are encrypted: an age recipient; empty if it has none.
ALTER TABLE device ADD COLUMN key TEXT NOT NULL DEFAULT '';
ALTER TABLE device ADD COLUMN revoked_at INTEGER;
-- Whether it was told to erase what it holds, and when it said that it did.
ALTER TABLE device ADD COLUMN erase INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN erased_at INTEGER;
-- What it last said of itself.
ALTER TABLE device ADD COLUMN last_sync_at INTEGER;
ALTER TABLE device ADD COLUMN version TEXT NOT NULL DEFAULT '';
ALTER TABLE device ADD COLUMN pending_changes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN pending_photos INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN missing_photos INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN used_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN free_bytes INTEGER;
ALTER TABLE device ADD COLUMN verified_at INTEGER;
CREATE INDEX device_by_person ON device (person);

CREATE TABLE invitation (
    id         BLOB PRIMARY KEY,
    person     BLOB NOT NULL,
    device     TEXT NOT NULL,
    -- Grid codes, separated by commas; empty for all of its person's scope.
    scope      TEXT NOT NULL,
    -- Argon2id of the code, which is short, with the salt among the settings.
    code_hash  BLOB NOT NULL UNIQUE,
    made_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    -- Who used it, so that the same device may ask again after a lost answer.
    used_by    BLOB
) WITHOUT ROWID;

-- Nobody stays signed in: sessions of before cannot be listed.
DROP TABLE session;
CREATE TABLE session (
    secret_hash BLOB PRIMARY KEY,
    id          BLOB NOT NULL UNIQUE,
    person      BLOB NOT NULL,
    began_at    INTEGER NOT NULL,
    -- To ten minutes.
    used_at     INTEGER NOT NULL,
    browser     TEXT NOT NULL,
    peer        TEXT NOT NULL,
    by_link     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_by_person ON session (person);

-- Failed attempts to sign in, by the SHA-256 of the name that was given, whether or not somebody has it.
CREATE TABLE sign_in_failure (
    name_hash BLOB PRIMARY KEY,
    failures  INTEGER NOT NULL,
    last_at   INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;
