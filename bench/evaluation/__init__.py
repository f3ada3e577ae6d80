"""Sets that were written down before what they judge, and the commands that judge it."""
