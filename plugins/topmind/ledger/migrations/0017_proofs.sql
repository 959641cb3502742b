-- What each proof of an issue showed, and when the newest mail of it left: a changed issue gets a proof with the next
-- number. content: JSON, part of the issue to what it was; '' = from before this was kept. at: of the run's clock.
CREATE TABLE proofs (
  source     TEXT NOT NULL,
  occurrence TEXT NOT NULL,
  number     INTEGER NOT NULL,
  content    TEXT NOT NULL DEFAULT '',
  at         INTEGER,
  PRIMARY KEY (source, occurrence, number)
) STRICT, WITHOUT ROWID;
INSERT INTO proofs (source, occurrence, number) SELECT DISTINCT source, occurrence, 1 FROM proof_mails;
CREATE TABLE numbered_proof_mails (
  source     TEXT NOT NULL,
  occurrence TEXT NOT NULL,
  sender     TEXT NOT NULL,
  number     INTEGER NOT NULL,
  hex        TEXT NOT NULL UNIQUE,
  state      INTEGER NOT NULL,
  attempt    INTEGER NOT NULL,
  run        INTEGER,
  lease      INTEGER,
  reason     TEXT NOT NULL DEFAULT '',
  message_id TEXT NOT NULL DEFAULT '',
  at         INTEGER NOT NULL,
  PRIMARY KEY (source, occurrence, sender, number)
) STRICT, WITHOUT ROWID;
INSERT INTO numbered_proof_mails (source, occurrence, sender, number, hex, state, attempt, run, lease, reason, message_id, at)
  SELECT source, occurrence, sender, 1, hex, state, attempt, run, lease, reason, message_id, at FROM proof_mails;
DROP TABLE proof_mails;
ALTER TABLE numbered_proof_mails RENAME TO proof_mails;
