"""The local model, served on loopback as long as the tests run."""

from collections.abc import Iterator

import pytest

from tests.llm.served import served


@pytest.fixture(scope="session")
def model_address() -> Iterator[str]:
    """Where the model that MESH_LOCAL_MODEL starts can be asked."""
    with served() as address:
        yield address
