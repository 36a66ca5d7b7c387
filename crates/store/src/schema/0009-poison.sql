-- Changes that came from elsewhere and cannot be taken in whoever made them: kept whole, and never decoded again by the
-- rules that refused them. At the office they come from devices, and a lead sees that they came; on a device from the
-- office.
CREATE TABLE poison (
    n          INTEGER PRIMARY KEY,
    sha256     BLOB NOT NULL,
    document   BLOB NOT NULL,
    kind       TEXT NOT NULL,
    grid       TEXT NOT NULL,
    -- What one install sent of one document is one piece of work for the lead.
    work       BLOB NOT NULL,
    -- The store that sent it; empty on a device.
    install    BLOB NOT NULL,
    -- Whose device it was, as the office knew them then; empty on a device.
    person     TEXT NOT NULL,
    role       TEXT NOT NULL,
    device     TEXT NOT NULL,
    -- What is wrong with it, for whoever looks into it.
    reason     TEXT NOT NULL,
    -- The rules that refused it. By later ones it is read once more.
    rules      INTEGER NOT NULL,
    -- Milliseconds since 1970.
    arrived_at INTEGER NOT NULL,
    -- waiting or refused
    state      TEXT NOT NULL,
    comment    TEXT NOT NULL,
    bytes      BLOB NOT NULL,
    UNIQUE (document, sha256, install)
);
CREATE INDEX poison_by_work ON poison (work, n);
CREATE INDEX poison_by_hash ON poison (sha256, install);
CREATE INDEX poison_by_state ON poison (state, arrived_at);

-- How much that is, of each install and (under the text 'all') of all: it is asked for at every hostile change.
CREATE TABLE poison_sum (
    whose   BLOB PRIMARY KEY,
    changes INTEGER NOT NULL,
    bytes   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER poison_added AFTER INSERT ON poison BEGIN
    INSERT INTO poison_sum VALUES (NEW.install, 1, length(NEW.bytes)), ('all', 1, length(NEW.bytes))
        ON CONFLICT (whose) DO UPDATE SET changes = changes + 1, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER poison_removed AFTER DELETE ON poison BEGIN
    UPDATE poison_sum SET changes = changes - 1, bytes = bytes - length(OLD.bytes)
        WHERE whose = OLD.install OR whose = 'all';
END;
