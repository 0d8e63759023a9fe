"""Run scenarios: ``python run_scenario.py scenarios/transformation.yaml`` does the same as ``planner run``."""

import sys

from planner.cli import main

if __name__ == "__main__":
    sys.exit(main())
