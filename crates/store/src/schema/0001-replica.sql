-- What a replica holds. The documents and changes are the truth; what a screen queries stands in 0002.

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE document (
    n        INTEGER PRIMARY KEY,
    id       BLOB NOT NULL UNIQUE,
    kind     TEXT NOT NULL,
    grid     TEXT NOT NULL,
    -- The document as of some change; empty while only loose changes exist.
    snapshot BLOB NOT NULL,
    -- Hashes of the latest changes, sorted, 32 bytes each.
    heads    BLOB NOT NULL
);
CREATE INDEX document_by_grid ON document (grid, id, heads);

-- Raw changes, kept for ever.
CREATE TABLE change (
    n        INTEGER PRIMARY KEY,
    document BLOB NOT NULL,
    grid     TEXT NOT NULL,
    hash     BLOB NOT NULL,
    bytes    BLOB NOT NULL,
    -- Position in the log of the grid unit. Absent on a device.
    seq      INTEGER,
    -- The install that pushed it; empty for a change made on this replica.
    origin   BLOB NOT NULL,
    -- 1 while it is not part of its document's snapshot.
    loose    INTEGER NOT NULL,
    -- 1 while the server has not said that it is on its disk. Always 0 at the office.
    unsent   INTEGER NOT NULL,
    -- Why the server will not take it; empty otherwise.
    refused  TEXT NOT NULL,
    UNIQUE (document, hash)
);
CREATE INDEX change_log ON change (grid, seq) WHERE seq IS NOT NULL;
CREATE INDEX change_loose ON change (document, n) WHERE loose = 1;
CREATE INDEX change_unsent ON change (n) WHERE unsent = 1;

-- Office: the last position in the log of each grid unit. Device: how far that log was read.
CREATE TABLE log_position (
    grid TEXT PRIMARY KEY,
    seq  INTEGER NOT NULL
) WITHOUT ROWID;

-- Photos whose bytes are on this replica.
CREATE TABLE photo_file (
    hash   TEXT PRIMARY KEY,
    bytes  INTEGER NOT NULL,
    -- 1 once the server has proved that it holds the bytes. Always 1 at the office.
    stored INTEGER NOT NULL
) WITHOUT ROWID;

-- Forms that were begun and not finished. They never leave the replica.
CREATE TABLE draft (
    id       BLOB PRIMARY KEY,
    kind     TEXT NOT NULL,
    site     BLOB,
    body     TEXT NOT NULL,
    -- Milliseconds since 1970.
    saved_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE draft_photo (
    n     INTEGER PRIMARY KEY,
    draft BLOB NOT NULL,
    hash  TEXT NOT NULL,
    -- What the photo said of itself, as JSON.
    facts TEXT NOT NULL,
    UNIQUE (draft, hash)
);
