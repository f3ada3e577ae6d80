"""Who imports what: every process holds what it imports for as long as it lives."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[2]
HEAVY = (
    "aiohttp",
    "alembic",
    "fastapi",
    "litellm",
    "nats",
    "numpy",
    "onnxruntime",
    "redis",
    "sqlalchemy",
    "temporalio",
)
ENGINES = ("litellm", "onnxruntime", "tokenizers", "py3langid", "svix", "agentmail", "alembic")
"""What embeds, translates, signs, sends or migrates: needed by some messages, mails or first starts alone."""


def imported(program: str) -> set[str]:
    """The top-level packages that Python says it imports for this program."""
    found = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", program], capture_output=True, text=True, check=True
    )
    lines = [line.rpartition("|")[2].strip() for line in found.stderr.splitlines() if line.startswith("import time:")]
    return {line.split(".")[0] for line in lines}


@pytest.mark.parametrize("program", ["import mesh.cli.__main__", "import workers.stack"])
def test_the_command_line_and_what_keeps_the_mesh_running_import_nothing_heavy(program: str) -> None:
    found = imported(program)
    assert {"click", "mesh"} <= found
    assert sorted(found & set(HEAVY)) == []


def test_the_gateway_knows_every_actor_without_what_the_actors_work_with() -> None:
    found = imported("import workers.edge; from mesh.actor import discover; discover()")
    assert {"activities", "fastapi"} <= found
    assert sorted(found & set(ENGINES)) == []


def test_a_worker_of_one_actor_imports_nothing_that_only_others_ask_for() -> None:
    found = imported("import workers.actors; from mesh.actor import discover; discover(names=['email_reader'])")
    assert "temporalio" in found
    assert sorted(found & {"sqlalchemy", "onnxruntime", "fastapi", "argon2", "jinja2"}) == []


def test_a_worker_of_one_actor_imports_no_other() -> None:
    program = "import sys, workers.actors; from mesh.actor import discover; discover(names=['email_reader']); "
    program += "print(*(name for name in sys.modules if name.startswith(('activities.', 'routers.'))))"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert found.split() == ["activities.email_reader"]


@pytest.mark.parametrize("package", ["mesh", "activities", "gateway", "routers", "mock_services"])
def test_no_pattern_of_a_model_repeats_all_letters_of_the_world_a_hundred_times(package: str) -> None:
    # pydantic's engine writes such a repetition out: a pattern of `\w{0,120}` takes 10 MB in every process.
    counted = re.compile(r"""pattern=r?f?["'].*\\w[^"'\[]*\]?\{\d""")
    files = (HERE / package).rglob("*.py")
    assert [str(file) for file in files if counted.search(file.read_text())] == []
