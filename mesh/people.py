"""The people of the support team: who they are, what they may, and their passwords, kept as argon2 hashes."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self

import sqlalchemy as sql
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from mesh.errors import MeshError
from mesh.settings import Settings
from mesh.store import connected, engine_of, metadata

Role = Literal["agent", "supervisor", "operator"]
RANKS: Final[tuple[Role, ...]] = ("agent", "supervisor", "operator")
"""Each may what those before it may."""

NAME: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,79}")
LEAST_PASSWORD: Final = 10
LONGEST_PASSWORD: Final = 200

people = sql.Table(
    "people",
    metadata,
    sql.Column("name", sql.String(80), primary_key=True),
    sql.Column("display_name", sql.String(120), nullable=False),
    sql.Column("roles", sql.JSON, nullable=False),
    sql.Column("skills", sql.JSON, nullable=False),
    sql.Column("languages", sql.JSON, nullable=False, server_default="[]"),
    sql.Column("capacity", sql.Integer),
    sql.Column("password_hash", sql.String(255), nullable=False),
    sql.Column("changed_at", sql.DateTime(timezone=True), nullable=False),
)

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Skill = Annotated[str, StringConstraints(pattern=r"^\w[\w .-]*$", max_length=40)]


class Person(BaseModel):
    """Somebody of the team. `name` is unique and signs what they do; `skills` say what they are good at.

    `languages`: two letters each; none: that of the shop. `capacity`: conversations they may have at the same time.
    """

    model_config = ConfigDict(frozen=True, from_attributes=True)

    name: str = Field(pattern=f"^{NAME.pattern}$")
    display_name: str = Field(min_length=1, max_length=120)
    roles: tuple[Role, ...] = Field(min_length=1)
    skills: tuple[Skill, ...] = ()
    languages: tuple[Language, ...] = ()
    capacity: int | None = Field(default=None, ge=1, le=100)

    @property
    def rank(self) -> Role:
        return max(self.roles, key=RANKS.index)

    def may(self, role: Role) -> bool:
        """Whether they have this role or a higher one."""
        return RANKS.index(self.rank) >= RANKS.index(role)


class Known(BaseModel):
    """A person, and a mark that changes with their password: what was signed in with the old one ends."""

    model_config = ConfigDict(frozen=True)

    person: Person
    mark: str


class People:
    """The team's table. Raises `Transient` when the database is locked, full or away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._hasher = PasswordHasher()

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator[Self]:
        """Connect. The tables must be there: see `mesh.store.migrate`."""
        async with engine_of(settings) as engine:
            yield cls(engine)

    async def add(self, person: Person, password: str) -> None:
        """Add somebody.

        Raises:
            MeshError: the name is taken, or the password too short or too long.
        """
        values = {**person.model_dump(mode="json"), **await self._secret(password)}
        async with connected(self._engine) as connection:
            try:
                await connection.execute(sql.insert(people).values(**values))
            except IntegrityError:
                raise MeshError(f"{person.name} is there already") from None

    async def all(self) -> tuple[Person, ...]:
        async with connected(self._engine) as connection:
            found = await connection.execute(sql.select(people).order_by(people.c.name))
            return tuple(Person.model_validate(row) for row in found)

    async def known(self, name: str) -> Known | None:
        row = await self._row(name)
        return None if row is None else _known(row)

    async def remove(self, name: str) -> bool:
        """Remove somebody, who is signed out everywhere; False when nobody has the name."""
        async with connected(self._engine) as connection:
            return bool((await connection.execute(sql.delete(people).where(people.c.name == name))).rowcount)

    async def give_password(self, name: str, password: str) -> bool:
        """Change a password, which signs them out everywhere; False when nobody has the name.

        Raises:
            MeshError: it is too short or too long.
        """
        values = await self._secret(password)
        async with connected(self._engine) as connection:
            changed = await connection.execute(sql.update(people).where(people.c.name == name).values(**values))
            return bool(changed.rowcount)

    async def proven(self, name: str, password: str) -> Known | None:
        """The person, if this is their password."""
        row = await self._row(name)
        # A tenth of a second of pure work: not on the event loop.
        right = await asyncio.to_thread(self._is, row.password_hash if row else None, password)
        return _known(row) if row is not None and right else None

    async def _row(self, name: str) -> sql.Row[Any] | None:
        async with connected(self._engine) as connection:
            return (await connection.execute(sql.select(people).where(people.c.name == name))).first()

    async def _secret(self, password: str) -> dict[str, object]:
        if not LEAST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise MeshError(f"a password has {LEAST_PASSWORD} to {LONGEST_PASSWORD} characters")
        return {
            "password_hash": await asyncio.to_thread(self._hasher.hash, password),
            "changed_at": datetime.now(UTC),
        }

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash(secrets.token_hex())

    def _is(self, stored: str | None, password: str) -> bool:
        try:
            # Who is unknown costs as much time as who is known.
            return self._hasher.verify(stored or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False


def _known(row: sql.Row[Any]) -> Known:
    return Known(person=Person.model_validate(row), mark=row.password_hash[-16:])
