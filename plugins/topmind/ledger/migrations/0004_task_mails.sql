-- One mail a day with a representative's open tasks: no touch of anybody, and sent once like one. state: as touches.
CREATE TABLE task_mails (
  sender     TEXT NOT NULL,
  day        INTEGER NOT NULL,
  hex        TEXT NOT NULL UNIQUE,
  state      INTEGER NOT NULL,
  attempt    INTEGER NOT NULL,
  run        INTEGER,
  lease      INTEGER,
  reason     TEXT NOT NULL DEFAULT '',
  message_id TEXT NOT NULL DEFAULT '',
  at         INTEGER NOT NULL,
  PRIMARY KEY (sender, day)
) STRICT, WITHOUT ROWID;
