from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.mock_services.mall import Mall, open_mall


@pytest.fixture
async def mall() -> AsyncIterator[Mall]:
    async with open_mall() as opened:
        yield opened


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"
