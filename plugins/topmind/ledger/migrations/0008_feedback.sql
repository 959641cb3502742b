-- Feedback, the whole way. inbox: of the address that a bounce, a complaint or a delivery is about; what is suppressed
-- follows from these rows, whatever order they came in. lasting: bounced for good. rule: version of the rule that said
-- who it was.
ALTER TABLE feedback ADD COLUMN inbox INTEGER;
ALTER TABLE feedback ADD COLUMN lasting INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feedback ADD COLUMN rule INTEGER NOT NULL DEFAULT 0;
CREATE INDEX feedback_of_inbox ON feedback (inbox) WHERE inbox IS NOT NULL;

-- Every open and click by itself, for 30 days: what a better rule needs to judge them again. sent: of the mail;
-- family: of the program that did it, never its own words.
CREATE TABLE marks (
  hex    TEXT NOT NULL,
  kind   TEXT NOT NULL,
  detail TEXT NOT NULL,
  at     INTEGER NOT NULL,
  family TEXT NOT NULL,
  sent   INTEGER NOT NULL, -- after the key: else SQLite 3.40's quick_check takes it for a NULL
  PRIMARY KEY (hex, kind, detail, at, family)
) STRICT, WITHOUT ROWID;
CREATE INDEX marks_by_time ON marks (at);

-- A run's own mail to the mailbox simulator: where its Send event (seen) came back, feedback works.
CREATE TABLE canaries (
  hex        TEXT PRIMARY KEY,
  run        INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  at         INTEGER NOT NULL,
  seen       INTEGER
) STRICT, WITHOUT ROWID;
