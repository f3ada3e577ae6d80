"""What must be true around us: one module for each outside system, each a list of findings."""
