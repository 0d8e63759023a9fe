"""What a scenario asks for that cannot be, or cannot be without breaking a limit: found by arithmetic before anything is solved."""
