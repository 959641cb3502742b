-- Personal codes. base: what it was made from (THANKS25); scope: what it was made for (an offer's item, or a source and
-- its occurrence): one person has one code for each. until: last day on which it is good, redeemed: the day on which it
-- was handed in.
CREATE TABLE coupons (
  id       INTEGER PRIMARY KEY,
  code     TEXT NOT NULL UNIQUE,
  person   INTEGER NOT NULL,
  base     TEXT NOT NULL,
  scope    TEXT NOT NULL,
  until    INTEGER,
  redeemed INTEGER,
  UNIQUE (person, base, scope)
) STRICT;

-- The touches that show it: a reminder shows the same code again.
CREATE TABLE coupon_touches (
  coupon INTEGER NOT NULL,
  touch  INTEGER NOT NULL,
  PRIMARY KEY (coupon, touch)
) STRICT, WITHOUT ROWID;
