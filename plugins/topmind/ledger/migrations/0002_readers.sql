-- Who else reads an inbox: a no to mail binds them all, at every claim.
CREATE INDEX people_of_inbox ON people (inbox) WHERE inbox IS NOT NULL;
