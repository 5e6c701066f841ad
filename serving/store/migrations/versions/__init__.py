"""The revisions; `python -m serving.store.new_revision MESSAGE` writes the next."""
