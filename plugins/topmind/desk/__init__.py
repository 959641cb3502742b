"""The one local server: the site as built, today, the plan, the outbox, and the pages behind the links in mails."""
