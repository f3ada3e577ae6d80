"""The team's table, and the command that fills it."""

import json
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mesh.errors import MeshError
from mesh.people import People, Person, Role
from mesh.secret import session_key
from mesh.settings import Settings
from mesh.store import migrate
from tests.fakes import settings
from workers.newcomers import newcomers

PASSWORD = "correct-horse-battery"
ANN = Person(name="ann", display_name="Ann", roles=("agent",))


@pytest.fixture
def configured(tmp_path: Path) -> Settings:
    return settings(mesh_data_dir=tmp_path)


@pytest.fixture
async def people(configured: Settings) -> AsyncIterator[People]:
    await migrate(configured)
    async with People.open(configured) as opened:
        yield opened


async def test_a_name_is_given_once_and_a_password_is_not_kept(people: People, configured: Settings) -> None:
    await people.add(ANN, PASSWORD)
    with pytest.raises(MeshError, match="there already"):
        await people.add(ANN, PASSWORD)
    assert PASSWORD.encode() not in (configured.mesh_data_dir / "history.db").read_bytes()
    found = await people.proven("ann", PASSWORD)
    assert found is not None
    assert found.person == ANN
    assert await people.proven("ann", PASSWORD + "x") is None
    assert await people.proven("bob", PASSWORD) is None


@pytest.mark.parametrize("password", ["", "short", "x" * 201])
async def test_a_password_must_be_one(people: People, password: str) -> None:
    with pytest.raises(MeshError, match="10 to 200"):
        await people.add(ANN, password)


@pytest.mark.parametrize(
    ("role", "may"),
    [("agent", ["agent"]), ("supervisor", ["agent", "supervisor"]), ("operator", ["agent", "supervisor", "operator"])],
)
def test_each_role_may_what_those_below_it_may(role: Role, may: list[Role]) -> None:
    person = Person(name="x", display_name="X", roles=(role,))
    ranks: list[Role] = ["agent", "supervisor", "operator"]
    assert [one for one in ranks if person.may(one)] == may


async def test_a_demo_begins_with_one_of_each_role_and_says_their_passwords_once(configured: Settings) -> None:
    table = await newcomers(configured)
    assert table is not None
    assert await newcomers(configured) is None
    names, passwords = [list(column.cells) for column in table.columns]
    async with People.open(configured) as people:
        for name, password in zip(names, passwords, strict=True):
            found = await people.proven(str(name), str(password))
            assert found is not None
            assert found.person.roles == (name,)


@pytest.mark.parametrize(
    "real", [{"identity_mode": "signed", "identity_keys": "s" * 32}, {"oidc_issuer": "https://id.example"}]
)
async def test_where_customers_or_people_are_real_nobody_is_made(tmp_path: Path, real: dict[str, str]) -> None:
    assert await newcomers(settings(mesh_data_dir=tmp_path, **real)) is None


def test_people_are_added_listed_and_removed_on_the_command_line(tmp_path: Path) -> None:
    def mesh(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mesh.cli", *words]
        environment = {"MESH_DATA_DIR": str(tmp_path), "PATH": "", "PYTHONPATH": ":".join(sys.path), "COLUMNS": "200"}
        return subprocess.run(
            command,
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            cwd=tmp_path,
        )

    made = mesh(
        "people", "add", "Ann", "--role", "supervisor", "--skill", "refunds", "--language", "de", "--capacity", "3"
    )
    assert (made.returncode, "ann signs in with the password " in made.stdout) == (0, True), made.stderr
    given = mesh("people", "add", "bob", "--password", "-", given=f"{PASSWORD}\n")
    assert (given.returncode, given.stdout) == (0, ""), given.stderr
    listed = mesh("people", "list").stdout
    assert all(word in listed for word in ("ann", "supervisor", "refunds", "de", "3", "bob", "agent"))
    assert mesh("people", "add", "cem", "--capacity", "0").returncode == 1
    assert mesh("people", "remove", "bob").returncode == 0
    assert mesh("people", "remove", "bob").returncode == 1
    assert json.loads(mesh("audit", "--people", "--json").stdout) == []


def test_the_gateways_key_is_made_once_and_nobody_else_reads_it(configured: Settings) -> None:
    key = session_key(configured).read()
    assert len(key) == 64
    assert session_key(configured).read() == key
    (file,) = configured.mesh_data_dir.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
