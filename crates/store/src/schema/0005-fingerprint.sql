-- What photos look like, for finding copies that were compressed again. Can be dropped and written again.
CREATE TABLE photo_fingerprint (
    hash        TEXT PRIMARY KEY,
    -- 64 bits; NULL where the thumbnail could not be read, so that it is not tried again and again.
    fingerprint INTEGER
) WITHOUT ROWID;
