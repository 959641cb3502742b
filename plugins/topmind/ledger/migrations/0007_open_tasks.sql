-- Each run asks for the open tasks: without it a ledger of a million touches is read through for a handful.
CREATE INDEX tasks_open ON touches (last_day, id) WHERE channel <> 0 AND state = 0;
