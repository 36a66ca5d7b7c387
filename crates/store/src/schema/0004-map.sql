-- What a map shows. Everything here can be dropped and written again from the documents.
-- R*Trees keep 32-bit numbers, rounded outwards: who needs the exact place asks the table beside them. Triggers keep
-- them in step, so that no writer can forget one.

CREATE VIRTUAL TABLE site_place USING rtree (n, west, east, south, north);

CREATE TRIGGER site_place_insert AFTER INSERT ON site WHEN new.latitude IS NOT NULL BEGIN
    INSERT INTO site_place VALUES (new.n, new.longitude, new.longitude, new.latitude, new.latitude);
END;
CREATE TRIGGER site_place_update AFTER UPDATE OF latitude, longitude ON site
    WHEN old.latitude IS NOT new.latitude OR old.longitude IS NOT new.longitude BEGIN
    DELETE FROM site_place WHERE n = old.n;
    INSERT INTO site_place SELECT new.n, new.longitude, new.longitude, new.latitude, new.latitude
        WHERE new.latitude IS NOT NULL;
END;
CREATE TRIGGER site_place_delete AFTER DELETE ON site WHEN old.latitude IS NOT NULL BEGIN
    DELETE FROM site_place WHERE n = old.n;
END;

DROP TABLE photo;
CREATE TABLE photo (
    n         INTEGER PRIMARY KEY,
    id        BLOB NOT NULL,
    site      BLOB NOT NULL,
    hash      TEXT NOT NULL,
    -- Where it was taken. Degrees, WGS-84; both or neither.
    latitude  REAL,
    longitude REAL,
    -- Where the camera pointed, in degrees clockwise from north.
    direction REAL,
    -- When it was taken, or else added. Milliseconds since 1970.
    at        INTEGER NOT NULL,
    UNIQUE (site, id)
);
CREATE INDEX photo_by_hash ON photo (hash);

CREATE VIRTUAL TABLE photo_place USING rtree (n, west, east, south, north);

CREATE TRIGGER photo_place_insert AFTER INSERT ON photo WHEN new.latitude IS NOT NULL BEGIN
    INSERT INTO photo_place VALUES (new.n, new.longitude, new.longitude, new.latitude, new.latitude);
END;
CREATE TRIGGER photo_place_delete AFTER DELETE ON photo WHEN old.latitude IS NOT NULL BEGIN
    DELETE FROM photo_place WHERE n = old.n;
END;

-- A word that is another one whenever a boundary changed: the index in memory is good for one word. Not OR REPLACE: the
-- statement that fires a trigger overrides that.
CREATE TRIGGER boundary_insert AFTER INSERT ON boundary BEGIN
    INSERT INTO setting VALUES ('boundaries', hex(randomblob(16)))
        ON CONFLICT (key) DO UPDATE SET value = excluded.value;
END;
CREATE TRIGGER boundary_update AFTER UPDATE ON boundary WHEN old.geometry IS NOT new.geometry BEGIN
    INSERT INTO setting VALUES ('boundaries', hex(randomblob(16)))
        ON CONFLICT (key) DO UPDATE SET value = excluded.value;
END;
CREATE TRIGGER boundary_delete AFTER DELETE ON boundary BEGIN
    INSERT INTO setting VALUES ('boundaries', hex(randomblob(16)))
        ON CONFLICT (key) DO UPDATE SET value = excluded.value;
END;
