"""Signals: each file finds one family of evidence; `SCANNER` runs them all."""
