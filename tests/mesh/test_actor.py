"""Actors: declared with a name, bound with what they need."""

import sys
from datetime import timedelta
from pathlib import Path

import pytest

from mesh.actor import actor, discover, names_of_files
from mesh.errors import MeshError
from mesh.protocol import Enrichment, Message, Outcome, Policy, Route
from tests.fakes import a_message


class Greeting(Enrichment, slot="greeting"):
    words: str


class Dictionary:
    def __init__(self, hello: str) -> None:
        self.hello = hello


@actor("greeter", timeout=timedelta(seconds=3), attempts=2)
async def greeter(message: Message, *, dictionary: Dictionary) -> Greeting:
    return Greeting(words=f"{dictionary.hello} {message.payload.customer_email}")


@actor("turner")
async def turner(message: Message) -> Route:
    return message.route.then("greeter")


def test_a_declared_actor_carries_its_policy_and_its_kind() -> None:
    assert greeter.policy == Policy(timeout=3, attempts=2)
    assert (greeter.kind, turner.kind) == ("processor", "router")


async def test_a_test_passes_dependencies_by_name() -> None:
    assert await greeter(a_message(email="x"), dictionary=Dictionary("hi")) == Greeting(words="hi x")


async def test_a_bound_actor_turns_a_message_into_an_outcome() -> None:
    visit = greeter.bind({Dictionary: Dictionary("hello")})
    assert await visit(a_message(email="x")) == Outcome(enrichment={"greeting": {"words": "hello x"}})


def test_a_missing_dependency_is_named_when_the_worker_starts() -> None:
    with pytest.raises(MeshError, match="greeter needs dictionary: Dictionary"):
        greeter.bind({})


ACTOR_FILE = """
from mesh.actor import actor
from mesh.protocol import Message

@actor("{name}")
async def {name}(message: Message) -> None: ...
"""


def _package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, **files: str) -> None:
    (tmp_path / package).mkdir()
    for file, name in files.items():
        (tmp_path / package / f"{file}.py").write_text(ACTOR_FILE.format(name=name))
    (tmp_path / package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, package, raising=False)


def test_every_module_of_a_package_is_searched_for_actors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _package(tmp_path, monkeypatch, "some_actors", one="one", two="two")
    assert set(discover(["some_actors"])) == {"one", "two"}


def test_an_actor_by_name_is_found_without_importing_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _package(tmp_path, monkeypatch, "few_actors", three="three", four="four")
    assert set(discover(["few_actors"], ["three"])) == {"three"}
    assert "few_actors.four" not in sys.modules


def test_an_actor_whose_file_bears_another_name_is_refused_with_both_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _package(tmp_path, monkeypatch, "odd_actors", five="six")
    with pytest.raises(MeshError, match="five, six"):
        discover(["odd_actors"])


def test_the_names_of_the_files_are_those_of_the_actors() -> None:
    assert sorted(names_of_files()) == sorted(discover())


def test_two_actors_with_one_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _package(tmp_path, monkeypatch, "twin_actors", one="same", two="same")
    with pytest.raises(MeshError, match="two actors are called same"):
        discover(["twin_actors"])
