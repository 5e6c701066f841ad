"""Webhooks: an outbox in the database, delivered with a signature and tried again."""
