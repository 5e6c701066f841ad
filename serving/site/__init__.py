"""The pages that the service shows: their files and how they are served."""
