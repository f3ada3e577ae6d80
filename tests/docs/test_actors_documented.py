"""Every actor is in `docs/actors.md`, with what it declares; every setting name in prose exists."""

import re
from pathlib import Path

from mesh.actor import discover
from mesh.settings import Settings

ACTORS = Path("docs/actors.md").read_text()
DOCS = [*Path("docs").rglob("*.md"), Path("README.md")]


def rows() -> dict[str, list[str]]:
    lines = [line.strip("|").split("|") for line in ACTORS.splitlines() if line.startswith("| `")]
    return {cells[0].strip().strip("`"): [cell.strip() for cell in cells[1:]] for cells in lines}


def test_the_table_holds_every_actor_with_its_kind_and_its_policy() -> None:
    declared = {
        name: [actor.kind, f"{actor.policy.timeout:g} s", str(actor.policy.attempts)]
        for name, actor in discover().items()
    }
    assert {name: cells[:3] for name, cells in rows().items()} == declared


def test_links_between_the_documents_lead_somewhere() -> None:
    for page in DOCS:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page}: {target}"


def test_files_named_in_the_documents_exist() -> None:
    places = r"`((?:mesh|activities|routers|workflows|workers|gateway|mock_services|tests|bench|docs)/[\w/.-]+)`"
    for page in DOCS:
        for target in re.findall(places, page.read_text()):
            assert Path(target).exists(), f"{page}: {target}"


def test_settings_named_in_the_documents_exist() -> None:
    known = {name.upper() for name in Settings.model_fields}
    prefixes = ("TEMPORAL_", "NATS_", "REDIS_", "LLM_", "HUMAN_", "GATEWAY_", "CHAT_", "MESH_DATA", "DATABASE_")
    for page in DOCS:
        named = {word for word in re.findall(r"`([A-Z]+_[A-Z_]+)`", page.read_text()) if word.startswith(prefixes)}
        assert named <= known, f"{page}: {named - known}"
