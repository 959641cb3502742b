-- Where people stood at the last run, of what sequences start from. what: segment:NAME (value in, out) or stage.
-- day: of the move; NULL = first seen so, or a changed rule moved them.
CREATE TABLE positions (
  person INTEGER NOT NULL,
  what   TEXT NOT NULL,
  value  TEXT NOT NULL,
  before TEXT NOT NULL,
  day    INTEGER,
  PRIMARY KEY (person, what)
) STRICT, WITHOUT ROWID;

-- The rules by which they were found: a changed one moves people without a fact.
CREATE TABLE watched (
  what TEXT PRIMARY KEY,
  rule TEXT NOT NULL
) STRICT, WITHOUT ROWID;
