"""A new county, made from official files: read, brought together, filled up from the shipped template, and built."""
