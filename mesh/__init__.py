"""The kernel: the protocol, the actor decorator, and one module for each outside system."""
