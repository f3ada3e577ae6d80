"""Measurements. Nothing here is a test: timings depend on the machine."""
