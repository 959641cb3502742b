-- on_unknown: resend. again: of a touch that was unresolved and is sent once more, the last attempt that was of the first
-- mail or provably did not leave (0 = it never was): where `attempt` is greater, it may have come twice. twice: both are
-- proven.
ALTER TABLE touches ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
ALTER TABLE touches ADD COLUMN twice INTEGER NOT NULL DEFAULT 0;
