"""The parts of the briefing: words, charts, and how they are set."""
