-- What the exchange of records keeps: how far a first enrolment is, documents that moved or are to leave, what was proven.

-- Device: while compacted documents arrive, the last of them, in the order of ids; `seq` is then the position of the log
-- when the first was sent. NULL when all have arrived.
ALTER TABLE log_position ADD COLUMN after BLOB;

-- Device: documents that arrived whole. What they held then is in their snapshot, and is no row of `change`.
CREATE TABLE compacted (
    document BLOB PRIMARY KEY
) WITHOUT ROWID;

-- Office: positions of a log whose change went with its document to the log of another grid unit, and one more for each
-- time that a document left.
CREATE TABLE departure (
    grid     TEXT NOT NULL,
    seq      INTEGER NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (grid, seq)
) WITHOUT ROWID;
CREATE INDEX departure_by_document ON departure (document, grid);

-- Device: documents of which the office said that they belong to another grid unit than this, one that is not read here.
CREATE TABLE departed (
    document BLOB PRIMARY KEY,
    grid     TEXT NOT NULL
) WITHOUT ROWID;

-- Device: grid units to which documents belonged before they were moved. While a change of such a document waits to be
-- sent, the office may still have it there.
CREATE TABLE moved_here (
    document BLOB NOT NULL,
    grid     TEXT NOT NULL,
    PRIMARY KEY (document, grid)
) WITHOUT ROWID;

-- Device: the heads with which a document was last part of a grid unit that both sides held alike, and when units were.
CREATE TABLE proven (
    document BLOB PRIMARY KEY,
    heads    BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE proven_unit (
    grid   TEXT PRIMARY KEY,
    digest BLOB NOT NULL,
    -- Milliseconds since 1970.
    at     INTEGER NOT NULL
) WITHOUT ROWID;

-- Device: documents that both sides held differently when they last compared one by one.
CREATE TABLE difference (
    document      BLOB PRIMARY KEY,
    grid          TEXT NOT NULL,
    lacking_there INTEGER NOT NULL,
    lacking_here  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX difference_by_grid ON difference (grid, document);

-- 1 once the server said that it has the thumbnail of a photo that it lacks.
ALTER TABLE photo_file ADD COLUMN previewed INTEGER NOT NULL DEFAULT 0;

-- Whether a change is here is asked by its hash alone, by devices that are to remove their copies.
CREATE INDEX change_by_hash ON change (hash);
