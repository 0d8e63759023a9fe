"""Files, charts, summary and manifest."""
