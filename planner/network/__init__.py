"""Who may enter where, and how long it takes."""
