import re
from pathlib import Path

import httpx
import pytest

from gateway.embedding import WIDGET, files, script

MODULES = sorted(WIDGET.glob("*.js"))
TEXTS = sorted((WIDGET / "texts").glob("*.js"))
LIMIT = 20 * 1024
LONGEST_FILE = 300
TOP = re.compile(r"^(?:export )?(?:async )?(?:const|let|class|function) (\w+)", re.MULTILINE)
KEY = re.compile(r"^  (\w+): ", re.MULTILINE)
WORD = re.compile(r"\b(\w+): \"")


def client() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(files()), base_url="http://test")


async def test_all_that_an_embedding_page_loads_is_twenty_kilobytes_at_most() -> None:
    async with client() as http:
        for text in TEXTS:
            total = 0
            for name in ("widget.js", f"texts/{text.name}"):
                answer = await http.get(f"/{name}")
                assert answer.headers["content-encoding"] == "gzip"
                total += answer.num_bytes_downloaded
            assert total <= LIMIT, text.name


async def test_a_browser_that_takes_no_gzip_gets_the_same_script_plainly() -> None:
    async with client() as http:
        plain = await http.get("/widget.js", headers={"Accept-Encoding": "identity"})
        zipped = await http.get("/widget.js")
    assert "content-encoding" not in plain.headers
    assert plain.text == zipped.text == script()


async def test_any_page_may_load_it_and_asks_again_only_for_what_has_changed() -> None:
    async with client() as http:
        first = await http.get("/widget.js", headers={"Origin": "https://shop.example"})
        again = await http.get("/widget.js", headers={"If-None-Match": first.headers["etag"]})
        missing = await http.get("/style.js")
    assert first.headers["access-control-allow-origin"] == "*"
    assert first.headers["cross-origin-resource-policy"] == "cross-origin"
    assert first.headers["content-type"].startswith("text/javascript")
    assert (again.status_code, again.content) == (304, b"")
    assert missing.status_code == 404


def test_joined_modules_share_no_name_and_import_nothing_that_is_left() -> None:
    names = [name for module in MODULES for name in TOP.findall(module.read_text())]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []
    joined = script()
    assert not re.search(r"^(?:import|export) ", joined, re.MULTILINE)
    assert all(f"class {name}" in joined for name in ("SupportChat", "Chat", "Conversation", "Connection", "Store"))


def test_the_joined_script_asks_nobody_but_the_gateway() -> None:
    found = set(re.findall(r"https?://[\w.]+", script()))
    assert found == {"http://www.w3.org"}


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: str(path.stem))
def test_every_language_says_everything_and_fills_the_same_gaps(text: Path) -> None:
    english, other = ((WIDGET / "texts" / "en.js").read_text(), text.read_text())
    assert KEY.findall(other) == KEY.findall(english)
    assert WORD.findall(other) == WORD.findall(english)
    gaps = [{key: sorted(re.findall(r"\{(\w+)\}", line)) for key, line in lines(one)} for one in (english, other)]
    assert gaps[0] == gaps[1]


def lines(text: str) -> list[tuple[str, str]]:
    return [
        (line.split(":")[0].strip(), line.split(":", 1)[1])
        for line in text.splitlines()
        if '": ' in line or ': "' in line
    ]


def test_no_module_is_longer_than_three_hundred_lines() -> None:
    assert [path.name for path in (*MODULES, *TEXTS) if len(path.read_text().splitlines()) > LONGEST_FILE] == []
