"""What is shown of a run or a comparison, and the gate that everything public goes through."""
