"""The HTTP API: one module an idea, each with the endpoints that it offers."""
