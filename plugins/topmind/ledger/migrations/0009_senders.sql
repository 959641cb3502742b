-- Who is sending: one run alone (no crew), or several of one crew at once, each with a seat that nobody else has.
CREATE TABLE senders (
  run   INTEGER PRIMARY KEY,
  crew  TEXT NOT NULL,
  seat  TEXT NOT NULL,
  until INTEGER NOT NULL,
  UNIQUE (crew, seat)
) STRICT;
INSERT INTO senders (run, crew, seat, until) SELECT run, '', '', until FROM sender;
DROP TABLE sender;
