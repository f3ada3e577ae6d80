"""What was learnt from examples, and how texts are read with it."""
