-- Why somebody of us said at which stage a person is; when and by whom stands in transitions, too.
CREATE TABLE stage_words (
  person INTEGER NOT NULL,
  at     INTEGER NOT NULL,
  why    TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (person, at)
) STRICT, WITHOUT ROWID;
