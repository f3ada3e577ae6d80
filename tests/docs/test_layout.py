"""The tree is what the architecture says: our names are ours, and outside libraries have one place each."""

import ast
import importlib
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[2]
PACKAGES = ("mesh", "activities", "routers", "workflows", "workers", "gateway", "mock_services")
VERSIONS = {f"migrations/versions/{file.name}" for file in (HERE / "mesh/migrations/versions").glob("0*.py")}
MIGRATIONS = {"migrations/env.py", *VERSIONS}
INSIGHTS = {f"insights/{name}.py" for name in ("queries", "rollup", "tables", "traces")}
ONE_PLACE = {
    "nats": {
        "bus.py",
        "commits.py",
        "letters.py",
        "patience.py",
        "pulling.py",
        "registers.py",
        "streams.py",
        "watching.py",
        "checks/bus.py",
    },
    "temporalio": {
        "temporal.py",
        "_payloads.py",
        "revival.py",
        "_executions.py",
        "_mailboxes.py",
        "checks/temporal.py",
    },
    "sqlalchemy": {"store.py", "people.py", "acts.py", "ratings.py", "checks/store.py", *MIGRATIONS, *INSIGHTS},
    "alembic": {"store.py", "checks/store.py", *MIGRATIONS},
    "argon2": {"people.py"},
    "joserfc": {"tokens.py"},
    "limits": {"rates.py"},
    "redis": {"sessions.py", "checks/sessions.py"},
    "httpx": {"shop.py", "oidc.py", "mail/post.py"},
    "svix": {"mail/signature.py"},
    "agentmail": {"mail/post.py"},
    "nh3": {"mail/reading.py"},
    "inscriptis": {"mail/reading.py"},
    "mailparser_reply": {"mail/reading.py"},
    "authlib": {"oidc.py"},
    "litellm": {"llm/provider.py"},
    "onnxruntime": {"embedding/__init__.py"},
    "sqlite3": {"knowledge.py"},
    "tokenizers": {"embedding/__init__.py"},
    "phonenumbers": {"personal/_contacts.py"},
    "stdnum": {"personal/_numbers.py"},
}


def imports(file: Path) -> set[str]:
    tree = ast.walk(ast.parse(file.read_text()))
    found: set[str] = set()
    for node in tree:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "importlib.import_module":
            found |= {str(part.value) for part in node.args if isinstance(part, ast.Constant)}
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_each_of_our_names_resolves_to_our_tree(package: str) -> None:
    file = importlib.import_module(package).__file__
    assert file is not None
    assert Path(file).parent == HERE / package


@pytest.mark.parametrize("library", ONE_PLACE)
def test_each_outside_system_is_imported_in_one_place_of_the_kernel(library: str) -> None:
    kernel = HERE / "mesh"
    users = {str(file.relative_to(kernel)) for file in kernel.rglob("*.py") if library in imports(file)}
    assert users == ONE_PLACE[library]


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    files = [file for package in (*PACKAGES, "tests", "bench") for file in (HERE / package).rglob("*.py")]
    assert [str(file) for file in files if len(file.read_text().splitlines()) > 300] == []


def test_the_environment_is_touched_only_to_hand_it_on_to_a_child_or_a_library() -> None:
    files = [file for package in PACKAGES for file in (HERE / package).rglob("*.py")]
    readers = [str(file) for file in files if any(word in file.read_text() for word in ("os.getenv", "os.environ"))]
    allowed = {HERE / "mesh" / "__init__.py", HERE / "mesh" / "llm" / "provider.py", HERE / "workers" / "children.py"}
    assert set(readers) == set(map(str, allowed))
