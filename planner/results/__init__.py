"""An answer as tables."""
