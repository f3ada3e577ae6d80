"""The first people of a demo: one of each role, with passwords that are shown once."""

import secrets

from rich.table import Table

from mesh.people import RANKS, People, Person
from mesh.settings import Settings
from mesh.store import migrate


async def newcomers(settings: Settings) -> Table | None:
    """Make them if nobody may sign in yet, and say their passwords; never where customers are real."""
    if settings.identity_mode != "demo" or settings.oidc_issuer:
        return None
    await migrate(settings)
    table = Table("sign in at the desk as", "password, shown this once", show_edge=False)
    async with People.open(settings) as people:
        if await people.all():
            return None
        for role in RANKS:
            password = secrets.token_urlsafe(9)
            await people.add(Person(name=role, display_name=role.title(), roles=(role,)), password)
            table.add_row(role, password)
    return table
