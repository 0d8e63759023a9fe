"""The command ``python -m planner.county.build SOURCE_FOLDER OUT``."""

from __future__ import annotations

import sys
from pathlib import Path

from planner.county.build.tables import build_tables, write_tables

if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("Write: python -m planner.county.build SOURCE_FOLDER OUT")
    write_tables(build_tables(Path(sys.argv[1])), Path(sys.argv[2]))
