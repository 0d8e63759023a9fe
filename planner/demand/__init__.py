"""Who needs a place."""
