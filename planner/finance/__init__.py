"""The ledger, two clocks and the position of the grant."""
