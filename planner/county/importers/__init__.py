"""Readers of the files that councils really have, one module a kind of file.

Each reader declares the columns it wants with their other spellings, finds every fault at once, and hands
back tables in the shape that the county builder reads, with a list of what was found, guessed and missing.
Nothing here writes a file, and no record of a child outlives the function that reads it.
"""
