"""The commands, a module for each group: what is typed, what is said and how it ends. What is done is done elsewhere."""
