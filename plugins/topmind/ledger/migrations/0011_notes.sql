-- What the office wrote down about somebody, one after the other.
CREATE TABLE notes (
  person INTEGER NOT NULL,
  number INTEGER NOT NULL,
  at     INTEGER NOT NULL,
  text   TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (person, number)
) STRICT, WITHOUT ROWID;
