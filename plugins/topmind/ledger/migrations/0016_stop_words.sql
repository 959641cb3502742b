-- Who said stop, and why, for whoever finds it stopped.
ALTER TABLE stops ADD COLUMN who TEXT NOT NULL DEFAULT '';
ALTER TABLE stops ADD COLUMN why TEXT NOT NULL DEFAULT '';
