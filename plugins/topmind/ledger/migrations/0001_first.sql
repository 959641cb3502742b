-- The ledger's first shape. Days: integers since 1970-01-01, local to the contact. Moments: milliseconds since then, UTC.
-- State and channel codes: ledger/states.py.

-- ledger (id), check_value (of the key ring), epoch, head
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The only personal table: whoever is erased leaves it, and nothing else names them. Ids are never given again.
CREATE TABLE people (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  contact TEXT NOT NULL UNIQUE,
  address TEXT NOT NULL DEFAULT '',
  name    TEXT NOT NULL DEFAULT '',
  phone   TEXT NOT NULL DEFAULT '',
  postal  TEXT NOT NULL DEFAULT '[]',
  inbox   INTEGER,
  active  INTEGER NOT NULL DEFAULT 1
) STRICT;

-- One number per mail address; a new hashing key adds a hash, the number stays.
CREATE TABLE inbox_hashes (
  hash  TEXT PRIMARY KEY,
  inbox INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE suppressions (
  inbox  INTEGER PRIMARY KEY,
  reason TEXT NOT NULL,
  at     INTEGER NOT NULL
) STRICT;

CREATE TABLE erased (
  hash   TEXT PRIMARY KEY,
  person INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What a person wants now. what: email, topic:ID, pause (value = day). by: person, complaint, import.
CREATE TABLE wishes (
  person INTEGER NOT NULL,
  what   TEXT NOT NULL,
  value  INTEGER NOT NULL,
  at     INTEGER NOT NULL,
  by     TEXT NOT NULL,
  PRIMARY KEY (person, what)
) STRICT, WITHOUT ROWID;

-- How it came to that. what: as above, and stage.
CREATE TABLE transitions (
  id     INTEGER PRIMARY KEY,
  person INTEGER NOT NULL,
  what   TEXT NOT NULL,
  value  TEXT NOT NULL,
  at     INTEGER NOT NULL,
  by     TEXT NOT NULL
) STRICT;
CREATE INDEX transitions_of ON transitions (person);

-- What the source said at the last import; only a change is news.
CREATE TABLE reported (
  person INTEGER NOT NULL,
  what   TEXT NOT NULL,
  value  TEXT NOT NULL,
  PRIMARY KEY (person, what)
) STRICT, WITHOUT ROWID;

CREATE TABLE occasions (
  id         INTEGER PRIMARY KEY,
  source     TEXT NOT NULL,
  step       TEXT NOT NULL DEFAULT '',
  occurrence TEXT NOT NULL,
  channel    INTEGER NOT NULL,
  kind       TEXT NOT NULL,
  name       TEXT NOT NULL,
  title      TEXT NOT NULL,
  UNIQUE (source, step, occurrence, channel)
) STRICT;

CREATE TABLE items (
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

-- Gap, ceilings, purpose and topics as the plan gave them: JSON, one row per combination.
CREATE TABLE terms (
  id   INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE runs (
  id      INTEGER PRIMARY KEY,
  owner   TEXT NOT NULL UNIQUE,
  who     TEXT NOT NULL,
  started INTEGER NOT NULL
) STRICT;

-- The one sender.
CREATE TABLE sender (
  id    INTEGER PRIMARY KEY CHECK (id = 1),
  run   INTEGER NOT NULL,
  until INTEGER NOT NULL
) STRICT;

CREATE TABLE touches (
  id         INTEGER PRIMARY KEY,
  person     INTEGER NOT NULL,
  occasion   INTEGER NOT NULL REFERENCES occasions (id),
  channel    INTEGER NOT NULL,
  hex        TEXT NOT NULL UNIQUE,
  state      INTEGER NOT NULL,
  nominal    INTEGER NOT NULL,
  day        INTEGER NOT NULL,
  last_day   INTEGER NOT NULL,
  opens      INTEGER,
  closes     INTEGER,
  edition    TEXT NOT NULL,
  per_slot   TEXT NOT NULL,
  value      INTEGER NOT NULL,
  promotions INTEGER NOT NULL,
  terms      INTEGER NOT NULL,
  sender     TEXT NOT NULL,
  -- Where it goes; `sole` repeats it where one inbox gets one copy (issues and announcements).
  inbox      INTEGER,
  sole       INTEGER,
  attempt    INTEGER NOT NULL DEFAULT 0,
  run        INTEGER,
  lease      INTEGER,
  -- The run that looked at it and left it for another time.
  looked     INTEGER,
  reason     TEXT NOT NULL DEFAULT '',
  message_id TEXT NOT NULL DEFAULT '',
  bounced    INTEGER NOT NULL DEFAULT 0,
  at         INTEGER NOT NULL,
  UNIQUE (person, occasion)
) STRICT;
CREATE UNIQUE INDEX one_inbox_one_copy ON touches (occasion, sole) WHERE sole IS NOT NULL;
CREATE INDEX touches_of ON touches (person, day);
CREATE INDEX touches_on ON touches (nominal);
CREATE INDEX touches_to_send ON touches (last_day, id) WHERE state = 0 AND channel = 0;
CREATE INDEX touches_open ON touches (state) WHERE state IN (1, 6, 7);
CREATE INDEX touches_by_day ON touches (day) WHERE state = 2;

CREATE TABLE touch_items (
  touch    INTEGER NOT NULL,
  position INTEGER NOT NULL,
  item     INTEGER NOT NULL,
  person   INTEGER NOT NULL,
  -- A touch with this item on or after this day forbids it; NULL = none does.
  since    INTEGER,
  PRIMARY KEY (touch, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX had ON touch_items (person, item);

-- What happened later; the earliest moment of each kind and detail.
CREATE TABLE feedback (
  hex        TEXT NOT NULL,
  kind       TEXT NOT NULL,
  detail     TEXT NOT NULL,
  at         INTEGER NOT NULL,
  actor      TEXT NOT NULL,
  PRIMARY KEY (hex, kind, detail)
) STRICT, WITHOUT ROWID;

-- Evidence for touches that are not known (yet).
CREATE TABLE strays (
  hex        TEXT PRIMARY KEY,
  message_id TEXT NOT NULL,
  bounced    INTEGER NOT NULL DEFAULT 0,
  at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE answers (
  person  INTEGER NOT NULL,
  hex     TEXT NOT NULL,
  value   TEXT NOT NULL,
  source  TEXT NOT NULL,
  step    TEXT NOT NULL,
  at      INTEGER NOT NULL,
  comment TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (person, hex, value)
) STRICT, WITHOUT ROWID;

-- Entries of the inbox that are in.
CREATE TABLE folded (
  id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE stops (
  name TEXT PRIMARY KEY,
  at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE approvals (
  plan TEXT PRIMARY KEY,
  at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Plans that were frozen.
CREATE TABLE plans (
  hash TEXT PRIMARY KEY,
  at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
