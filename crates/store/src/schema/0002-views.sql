-- What screens query. Everything here can be dropped and written again from the documents.

CREATE TABLE site (
    n                  INTEGER PRIMARY KEY,
    id                 BLOB NOT NULL UNIQUE,
    grid               TEXT NOT NULL,
    name               TEXT NOT NULL,
    credit_code        TEXT NOT NULL,
    address            TEXT NOT NULL,
    -- Degrees, WGS-84; both or neither.
    latitude           REAL,
    longitude          REAL,
    industry           TEXT NOT NULL,
    operator           TEXT NOT NULL,
    telephone          TEXT NOT NULL,
    landlord           TEXT NOT NULL,
    landlord_telephone TEXT NOT NULL,
    -- A word, or empty.
    source             TEXT NOT NULL,
    remark             TEXT NOT NULL,
    -- A word, or empty while not judged.
    verdict            TEXT NOT NULL,
    problem            TEXT NOT NULL,
    measures           TEXT NOT NULL,
    -- yyyy-mm-dd
    deadline           TEXT,
    done               INTEGER NOT NULL,
    done_on            TEXT,
    responsible_unit   TEXT NOT NULL,
    responsible_person TEXT NOT NULL,
    problems           INTEGER NOT NULL,
    open_problems      INTEGER NOT NULL,
    photos             INTEGER NOT NULL,
    inspections        INTEGER NOT NULL,
    -- Milliseconds since 1970.
    last_inspection_at INTEGER,
    inspector          TEXT NOT NULL,
    conflict           INTEGER NOT NULL
);
CREATE INDEX site_by_grid ON site (grid, id);
CREATE INDEX site_by_verdict ON site (verdict, grid, id);
CREATE INDEX site_by_progress ON site (verdict, done, grid, id);
CREATE INDEX site_with_open_problems ON site (grid, id) WHERE open_problems > 0;
CREATE INDEX site_in_conflict ON site (grid, id) WHERE conflict = 1;
CREATE INDEX site_by_deadline ON site (deadline, id)
    WHERE done = 0 AND verdict IN ('upgrade', 'relocate', 'shut_down') AND deadline IS NOT NULL;
CREATE INDEX site_by_credit_code ON site (credit_code) WHERE credit_code <> '';
CREATE INDEX site_by_name ON site (grid, name);
CREATE INDEX site_totals ON site (grid, verdict, done, problems, open_problems, inspections, photos);

-- Bigrams of what a site is searched by, and a word for each grid unit that contains it.
CREATE VIRTUAL TABLE site_search USING fts5 (
    words, grids, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 0", prefix = 1
);

CREATE TABLE photo (
    id   BLOB PRIMARY KEY,
    site BLOB NOT NULL,
    hash TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX photo_by_site ON photo (site);
CREATE INDEX photo_by_hash ON photo (hash);

CREATE TABLE grid_unit (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE boundary (
    n        INTEGER PRIMARY KEY,
    code     TEXT NOT NULL UNIQUE,
    -- A GeoJSON geometry.
    geometry BLOB NOT NULL
);
CREATE VIRTUAL TABLE boundary_box USING rtree (n, west, east, south, north);
