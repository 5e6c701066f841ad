"""Jobs: a large set of notes, spooled to disk and judged in a process of its own."""
