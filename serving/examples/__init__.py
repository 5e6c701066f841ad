"""Examples of callers in other languages, each one file: curl and Java."""
