-- The proof of an issue, to each of its senders: no touch of anybody, and sent once like one. state: as touches.
CREATE TABLE proof_mails (
  source     TEXT NOT NULL,
  occurrence TEXT NOT NULL,
  sender     TEXT NOT NULL,
  hex        TEXT NOT NULL UNIQUE,
  state      INTEGER NOT NULL,
  attempt    INTEGER NOT NULL,
  run        INTEGER,
  lease      INTEGER,
  reason     TEXT NOT NULL DEFAULT '',
  message_id TEXT NOT NULL DEFAULT '',
  at         INTEGER NOT NULL,
  PRIMARY KEY (source, occurrence, sender)
) STRICT, WITHOUT ROWID;
