"""`.env.example` names every setting with its default, and nothing else."""

from itertools import pairwise
from pathlib import Path

from dotenv import dotenv_values

from mesh.settings import Settings
from tests.fakes import settings

EXAMPLE = Path(".env.example")


def test_every_setting_is_in_the_example_and_every_variable_of_the_example_is_a_setting() -> None:
    assert set(dotenv_values(EXAMPLE)) == {name.upper() for name in Settings.model_fields}


def test_the_values_of_the_example_are_the_defaults() -> None:
    assert Settings(_env_file=EXAMPLE) == settings()


def test_every_variable_is_explained_in_the_line_above_it_as_the_setting_is() -> None:
    lines = EXAMPLE.read_text().splitlines()
    for above, line in pairwise(lines):
        if not line.startswith("#") and "=" in line:
            field = Settings.model_fields[line.split("=")[0].lower()]
            assert above == f"# {field.description}"
