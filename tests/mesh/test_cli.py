"""How a command ends: its code and its words, and never an interpreter that is taken down under Temporal's threads."""

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

PROGRAM = """
import atexit, sys, click
atexit.register(print, "finalised")
from mesh.cli import main
from mesh.cli.__main__ import run

@main.command()
def probe():
    print("worked", end="")
    {end}

sys.argv = ["mesh", "probe"]
run()
"""


def ended(end: str) -> subprocess.CompletedProcess[str]:
    program = PROGRAM.format(end=end)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("end", "code", "words"),
    [
        ("pass", 0, ""),
        ("sys.exit(3)", 3, ""),
        ("sys.exit('no such message')", 1, "no such message\n"),
        ("raise click.ClickException('wrong')", 1, "Error: wrong\n"),
    ],
)
def test_a_command_ends_with_its_code_its_words_and_without_finalising(end: str, code: int, words: str) -> None:
    command = ended(end)
    assert (command.returncode, command.stdout, command.stderr) == (code, "worked", words)


def test_an_unforeseen_error_is_shown_whole() -> None:
    command = ended("raise LookupError('lost')")
    assert command.returncode == 1
    assert "LookupError: lost" in command.stderr
    assert "Traceback" in command.stderr


def test_the_installed_script_ends_the_same_way() -> None:
    (script,) = entry_points(group="console_scripts", name="mesh")
    assert script.value == "mesh.cli.__main__:run"
