"""The builder: makes a county's tables from its published figures and its stated assumptions.

``python -m planner.county.build SOURCE_FOLDER OUT`` reads ``published/``, ``assumed/`` and
``assumptions.csv`` in the source folder and writes the tables into the other. The same inputs give
the same tables on every machine. Nothing is drawn at random and no record of a child is read.
"""
