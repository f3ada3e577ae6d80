"""Two scripted model servers."""

from collections.abc import Iterator

import pytest

from tests.llm_server import ModelServer, model_server
from tests.mesh.asking import GOOD, SECOND


@pytest.fixture
def first() -> Iterator[ModelServer]:
    with model_server() as scripted:
        scripted.script = [GOOD]
        yield scripted


@pytest.fixture
def second() -> Iterator[ModelServer]:
    with model_server() as scripted:
        scripted.script = [SECOND]
        yield scripted
