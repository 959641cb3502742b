-- Two contacts that are one person: the number of the one that goes on. What was sent to the other keeps its name and
-- counts for both.
ALTER TABLE people ADD COLUMN merged INTEGER;
CREATE INDEX people_merged ON people (merged) WHERE merged IS NOT NULL;
