"""Training of the learned parts, from the examples that lie beside their weights."""
