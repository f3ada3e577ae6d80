"""Signing people in, and customers' tokens, as tests do it."""

import time
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey

from gateway.people import CSRF_HEADER
from mesh.people import People, Person, Role
from mesh.settings import Settings

PASSWORD = "correct-horse-battery"
SECRET = "0123456789abcdef0123456789abcdef"
OTHER_SECRET = "fedcba9876543210fedcba9876543210"
KEYS = {name: OctKey.import_key(name) for name in (SECRET, OTHER_SECRET)}


async def a_person(
    settings: Settings, name: str, *roles: Role, skills: tuple[str, ...] = (), capacity: int | None = None
) -> Person:
    """Somebody of the team, who is in the table when this returns."""
    given = roles or ("agent",)
    person = Person(name=name, display_name=name.title(), roles=given, skills=skills, capacity=capacity)
    async with People.open(settings) as people:
        if await people.known(name) is None:
            await people.add(person, PASSWORD)
    return person


async def signed_in(http: httpx.AsyncClient, settings: Settings, name: str = "ann", *roles: Role) -> Person:
    """Make the person, and sign this client in: every later request of it shows cookie and header."""
    person = await a_person(settings, name, *roles)
    answer = await http.post("/api/people/sign-in", json={"name": name, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    http.headers[CSRF_HEADER] = answer.json()["csrf"]
    return person


def a_token(
    email: str = "polly.inquirer@example.com", *, secret: str = SECRET, lasts: float = 600, **changes: Any
) -> str:
    """An identity token as the shop makes it; a claim given as None is left out."""
    claims = {"email": email, "exp": int(time.time() + lasts), "aud": "actor-mesh", **changes}
    return jwt.encode(
        {"alg": "HS256"}, {name: value for name, value in claims.items() if value is not None}, KEYS[secret]
    )
