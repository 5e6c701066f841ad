"""The processes of `huoren serve` and the connections that they accept."""
