"""The process behind every command: `mesh …`, or `python -m mesh.cli …`."""

import contextlib
import logging
import os
import sys
from collections.abc import Callable
from typing import NoReturn

from mesh.cli import main

FAILED = 1


def run() -> NoReturn:
    """The whole command line."""
    finish(lambda: main(prog_name="mesh"))


def finish(command: Callable[[], object]) -> NoReturn:
    """Run a command, then end the process without taking the interpreter down.

    The threads of Temporal's client cannot be joined, and one that still holds an answer in its hands while Python
    finalises aborts the process (temporalio/sdk-python#300). By then our own work is done and closed, so we leave.
    """
    code = 0
    try:
        command()
    except SystemExit as end:
        # Every command ends so; an error that nobody foresaw goes on to Python, which shows it whole.
        code = _code(end)
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        # A reader that has gone, as in `mesh failed | head`, wants nothing more.
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _code(end: SystemExit) -> int:
    """The exit code, as Python understands the argument of `sys.exit`: nothing, a number, or a text to print."""
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    sys.stderr.write(f"{end.code}\n")
    return FAILED


if __name__ == "__main__":
    run()
