"""Audits: which notes people label, what they said, and how far they have come."""
