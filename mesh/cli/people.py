"""`mesh people`: who may sign in at the desk and the operators' pages."""

import asyncio
import secrets
import sys
from collections.abc import Coroutine
from typing import TypeVar

import click
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from mesh.cli import edge
from mesh.errors import MeshError
from mesh.people import RANKS, People, Person
from mesh.protocol import misfit
from mesh.settings import Settings
from mesh.store import migrate

T = TypeVar("T")

console = Console()
PASSWORD = click.option(
    "--password", default="", help="The password; - reads it from standard input; without it one is made and printed."
)


@click.group()
def people() -> None:
    """Who may sign in, and what they may."""


@people.command()
@click.argument("name")
@click.option("--role", "roles", multiple=True, type=click.Choice(RANKS), default=("agent",), help="What they may.")
@click.option("--skill", "skills", multiple=True, help="What they are good at; conversations are passed on by it.")
@click.option("--language", "languages", multiple=True, help="What they speak, two letters; else the shop's language.")
@click.option("--capacity", type=int, help="Conversations they may have at the same time.")
@click.option("--shown", default="", help="The name that colleagues and customers see.")
@PASSWORD
def add(name: str, shown: str, password: str, **given: object) -> None:
    """Add NAME."""
    try:
        person = Person.model_validate({"name": name.lower(), "display_name": shown or name, **given})
    except ValidationError as error:
        sys.exit(f"that does not fit: {misfit(error)}")
    word = _password(password)
    _run(_add(edge.settings(), person, word))
    _told(person.name, word, made=not password)


@people.command("list")
def list_() -> None:
    """Print everybody."""
    table = Table("name", "shown as", "roles", "skills", "languages", "at once")
    for one in _run(_all(edge.settings())):
        lists = (", ".join(found) for found in (one.roles, one.skills, one.languages))
        table.add_row(one.name, one.display_name, *lists, str(one.capacity or ""))
    console.print(table)


@people.command()
@click.argument("name")
def remove(name: str) -> None:
    """Remove NAME, who is signed out everywhere."""
    if not _run(_remove(edge.settings(), name.lower())):
        sys.exit(f"nobody is called {name}")


@people.command()
@click.argument("name")
@PASSWORD
def password(name: str, password: str) -> None:
    """Give NAME another password, which signs them out everywhere."""
    word = _password(password)
    if not _run(_give(edge.settings(), name.lower(), word)):
        sys.exit(f"nobody is called {name}")
    _told(name, word, made=not password)


async def _add(settings: Settings, person: Person, word: str) -> None:
    await migrate(settings)
    async with People.open(settings) as team:
        await team.add(person, word)


async def _all(settings: Settings) -> tuple[Person, ...]:
    await migrate(settings)
    async with People.open(settings) as team:
        return await team.all()


async def _remove(settings: Settings, name: str) -> bool:
    async with People.open(settings) as team:
        return await team.remove(name)


async def _give(settings: Settings, name: str, word: str) -> bool:
    async with People.open(settings) as team:
        return await team.give_password(name, word)


def _run(work: Coroutine[object, object, T]) -> T:
    try:
        return asyncio.run(work)
    except MeshError as error:
        sys.exit(str(error))


def _password(given: str) -> str:
    if given == "-":
        return sys.stdin.readline().rstrip("\n")
    return given or secrets.token_urlsafe(12)


def _told(name: str, word: str, *, made: bool) -> None:
    if made:
        console.print(f"{name} signs in with the password {word}", markup=False, highlight=False, soft_wrap=True)
