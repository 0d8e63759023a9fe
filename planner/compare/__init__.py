"""Room for comparing scenarios."""
