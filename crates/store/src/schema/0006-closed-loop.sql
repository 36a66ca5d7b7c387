-- Problems, papers, tasks, visits, rechecks and alerts as screens query them. Everything here can be dropped and written
-- again from the documents.

ALTER TABLE site ADD COLUMN recheck_on TEXT;
-- What recheck_on follows from, so that other rules need no document: since when the site is done, how often it was
-- visited again since then, and when last.
ALTER TABLE site ADD COLUMN done_since TEXT;
ALTER TABLE site ADD COLUMN rechecks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE site ADD COLUMN last_recheck TEXT;
ALTER TABLE site ADD COLUMN relapsed INTEGER NOT NULL DEFAULT 0;
-- Resettlement alerts that nobody has answered.
ALTER TABLE site ADD COLUMN alerts INTEGER NOT NULL DEFAULT 0;
-- Since when it is to be shut down or relocated, and when it was registered, milliseconds since 1970.
ALTER TABLE site ADD COLUMN gone_since INTEGER;
ALTER TABLE site ADD COLUMN registered_at INTEGER NOT NULL DEFAULT 0;
-- 0 to 100, as somebody last noted.
ALTER TABLE site ADD COLUMN plan_percent INTEGER;
CREATE INDEX site_by_recheck ON site (recheck_on, id) WHERE recheck_on IS NOT NULL;
CREATE INDEX site_relapsed ON site (grid, id) WHERE relapsed = 1;
CREATE INDEX site_with_alerts ON site (grid, id) WHERE alerts > 0;
CREATE INDEX site_by_telephone ON site (telephone) WHERE telephone <> '';
CREATE INDEX site_by_operator ON site (operator, industry) WHERE operator <> '' AND industry <> '';

CREATE TABLE problem (
    n           INTEGER PRIMARY KEY,
    id          BLOB NOT NULL,
    site        BLOB NOT NULL,
    grid        TEXT NOT NULL,
    -- The visit on which it was found; NULL where it came from a ledger.
    inspection  BLOB,
    description TEXT NOT NULL,
    severity    TEXT NOT NULL,
    stage       TEXT NOT NULL,
    -- What was said by whom when it came to this stage, and when that was.
    comment     TEXT NOT NULL,
    by          TEXT NOT NULL,
    since       INTEGER NOT NULL,
    deadline    TEXT,
    found_at    INTEGER NOT NULL,
    found_by    TEXT NOT NULL,
    contested   INTEGER NOT NULL,
    UNIQUE (site, id)
);
CREATE INDEX problem_by_grid ON problem (grid, stage, deadline);
CREATE INDEX problem_by_stage ON problem (stage, since, n);
CREATE INDEX problem_open ON problem (since, n) WHERE stage <> 'closed_out';
CREATE INDEX problem_by_deadline ON problem (deadline, n) WHERE stage <> 'closed_out' AND deadline IS NOT NULL;
CREATE INDEX problem_by_inspection ON problem (inspection) WHERE inspection IS NOT NULL;

CREATE TABLE visit (
    id   BLOB NOT NULL,
    site BLOB NOT NULL,
    grid TEXT NOT NULL,
    -- The task that it was made for.
    task BLOB,
    at   INTEGER NOT NULL,
    by   TEXT NOT NULL,
    PRIMARY KEY (site, id)
) WITHOUT ROWID;
CREATE INDEX visit_by_grid ON visit (grid, at);
CREATE INDEX visit_by_task ON visit (task, at) WHERE task IS NOT NULL;

CREATE TABLE paper (
    n        INTEGER PRIMARY KEY,
    id       BLOB NOT NULL,
    site     BLOB NOT NULL,
    grid     TEXT NOT NULL,
    step     TEXT NOT NULL,
    -- The year in which it was written, in China.
    year     INTEGER NOT NULL,
    town     TEXT NOT NULL,
    -- NULL until the office has given it one.
    number   INTEGER,
    deadline TEXT,
    refused  INTEGER NOT NULL,
    void     INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    by       TEXT NOT NULL,
    UNIQUE (site, id)
);
CREATE INDEX paper_by_number ON paper (town, year, step, number);
CREATE INDEX paper_by_time ON paper (at, id);

CREATE TABLE filed_case (
    id        BLOB NOT NULL,
    site      BLOB NOT NULL,
    grid      TEXT NOT NULL,
    task      BLOB,
    filed_on  TEXT NOT NULL,
    fine_yuan INTEGER NOT NULL,
    PRIMARY KEY (site, id)
) WITHOUT ROWID;
CREATE INDEX filed_case_by_task ON filed_case (task) WHERE task IS NOT NULL;

CREATE TABLE alert (
    id      BLOB NOT NULL,
    site    BLOB NOT NULL,
    -- The site that it looks like.
    other   BLOB NOT NULL,
    -- The ids of the answers, 16 bytes each, in their order.
    answers BLOB NOT NULL,
    PRIMARY KEY (site, id)
) WITHOUT ROWID;

CREATE TABLE task (
    id         BLOB PRIMARY KEY,
    kind       TEXT NOT NULL,
    grid       TEXT NOT NULL,
    list       TEXT NOT NULL,
    number     TEXT NOT NULL,
    title      TEXT NOT NULL,
    from_day   TEXT NOT NULL,
    deadline   TEXT,
    ended      INTEGER NOT NULL,
    replied_on TEXT,
    -- Whether the petitioner was satisfied; NULL while that is not known.
    satisfied  INTEGER,
    at         INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX task_by_deadline ON task (deadline, id);
CREATE INDEX task_by_list ON task (kind, list);

CREATE TABLE task_site (
    task BLOB NOT NULL,
    site BLOB NOT NULL,
    PRIMARY KEY (task, site)
) WITHOUT ROWID;
CREATE INDEX task_site_by_site ON task_site (site);

CREATE TABLE county_rule (
    county       TEXT PRIMARY KEY,
    -- JSON, as in the document.
    recheck_days TEXT NOT NULL
) WITHOUT ROWID;
