-- Who may reach this server. Tokens and codes are kept as SHA-256 only.

CREATE TABLE device (
    id         BLOB PRIMARY KEY,
    name       TEXT NOT NULL,
    -- Grid codes, separated by commas.
    scope      TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    -- Milliseconds since 1970.
    added_at   INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE sign_in_code (
    code_hash  BLOB PRIMARY KEY,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE session (
    secret_hash BLOB PRIMARY KEY,
    expires_at  INTEGER NOT NULL
) WITHOUT ROWID;
