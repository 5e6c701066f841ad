"""What judges right now: models, policies and phrases that change without a restart."""
