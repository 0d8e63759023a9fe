"""What everything costs, by fund and year."""
