"""What a plan hangs on: each assumption moved to its low and its high by itself, and where early help stops paying."""
