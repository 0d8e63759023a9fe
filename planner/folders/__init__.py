"""Folders of results: put in place whole, one writer at a time, and put right after a fault."""
