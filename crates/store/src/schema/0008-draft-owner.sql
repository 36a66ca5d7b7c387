-- Whose form it is: at the office many people share one replica. Empty on a device, whose forms are its holder's, and for
-- forms of before this was noted.
ALTER TABLE draft ADD COLUMN owner TEXT NOT NULL DEFAULT '';
