-- Photos that were removed to make room, and how far those are that are being sent.

-- 1 once the bytes were removed from this device: only after the server had proved that it holds them.
ALTER TABLE photo_file ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
-- How many bytes the server said it has, while a photo is being sent.
ALTER TABLE photo_file ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;
CREATE INDEX photo_file_unproven ON photo_file (hash) WHERE stored = 0;
CREATE INDEX photo_file_removed ON photo_file (hash) WHERE removed = 1;
CREATE INDEX draft_photo_by_hash ON draft_photo (hash);
