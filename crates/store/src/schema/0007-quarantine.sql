-- Office: work of devices whose author lacked the right for it. It waits for a lead; refused work is kept too.
CREATE TABLE held (
    id         BLOB PRIMARY KEY,
    document   BLOB NOT NULL,
    kind       TEXT NOT NULL,
    grid       TEXT NOT NULL,
    install    BLOB NOT NULL,
    -- Whose device it was, as the office knew them then.
    person     TEXT NOT NULL,
    role       TEXT NOT NULL,
    device     TEXT NOT NULL,
    reason     TEXT NOT NULL,
    -- Milliseconds since 1970.
    arrived_at INTEGER NOT NULL,
    -- waiting, accepted or refused
    state      TEXT NOT NULL,
    comment    TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX held_by_state ON held (state, arrived_at);
CREATE INDEX held_by_document ON held (document, install);

CREATE TABLE held_change (
    n       INTEGER PRIMARY KEY,
    held    BLOB NOT NULL,
    install BLOB NOT NULL,
    hash    BLOB NOT NULL,
    bytes   BLOB NOT NULL,
    -- What the change says of itself.
    command TEXT NOT NULL,
    by      TEXT NOT NULL,
    at      INTEGER NOT NULL,
    -- What it would put on record: words as a JSON list.
    facts   TEXT NOT NULL,
    UNIQUE (install, hash)
);
CREATE INDEX held_change_by_held ON held_change (held, n);

-- Device: changes that a lead refused, and what built on them. They are part of no document any more.
CREATE TABLE set_aside (
    n        INTEGER PRIMARY KEY,
    document BLOB NOT NULL,
    kind     TEXT NOT NULL,
    grid     TEXT NOT NULL,
    -- The name of the site as it stood here.
    name     TEXT NOT NULL,
    hash     BLOB NOT NULL,
    bytes    BLOB NOT NULL,
    reason   TEXT NOT NULL,
    -- What the lead said.
    comment  TEXT NOT NULL,
    -- Milliseconds since 1970.
    at       INTEGER NOT NULL
);
CREATE INDEX set_aside_by_document ON set_aside (document);
