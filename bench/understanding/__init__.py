"""How understanding was learnt, and what it scores."""
