"""The typed Python client of the HTTP API."""
