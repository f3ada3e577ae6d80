"""The kernel: the protocol, the actor decorator, and one module for each outside system."""

import os

# Read when numpy is first imported. Its products here are small: a second thread brings nothing, spins while it waits,
# and made a message cost up to 10 ms more for each clause.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
