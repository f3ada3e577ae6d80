"""Somebody at the desk of a stack that is measured or tested."""

import secrets

import httpx

from gateway.people import CSRF_HEADER, PEOPLE_COOKIE
from mesh.people import People, Person
from mesh.settings import Settings


async def signed_in(settings: Settings, name: str) -> dict[str, str]:
    """Make this person an operator, with a password that nobody keeps; the headers of their browser."""
    password = secrets.token_urlsafe(16)
    person = Person(name=name, display_name=name.title(), roles=("operator",))
    async with People.open(settings) as people:
        if not await people.give_password(name, password):
            await people.add(person, password)
    async with httpx.AsyncClient(base_url=settings.gateway_url, timeout=60, trust_env=False) as http:
        answer = await http.post("/api/people/sign-in", json={"name": name, "password": password})
        answer.raise_for_status()
        cookie = f"{PEOPLE_COOKIE}={http.cookies[PEOPLE_COOKIE]}"
    return {"Cookie": cookie, CSRF_HEADER: answer.json()["csrf"]}
