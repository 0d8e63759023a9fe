"""From a program to an answer with a proven bound."""
