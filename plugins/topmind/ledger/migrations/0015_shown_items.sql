-- Items that the words of a touch show by themselves: `shown` = 1, `since` NULL, after those that were chosen.
ALTER TABLE touch_items ADD COLUMN shown INTEGER NOT NULL DEFAULT 0;
