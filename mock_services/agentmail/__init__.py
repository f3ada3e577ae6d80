"""AgentMail as its clients see it: inboxes, threads, messages, signed webhooks; kept in one SQLite file."""
