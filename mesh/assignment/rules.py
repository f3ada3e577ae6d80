"""From people who could take a conversation to the one who shall, with the reasons. Nothing here asks anybody."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple
from zlib import crc32

from pydantic import BaseModel, ConfigDict

from mesh.assignment.table import Table

URGENCIES: Final = ("critical", "high", "medium", "low")
LANGUAGES: Final[Mapping[str, str]] = {
    "ar": "Arabic", "de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian", "nl": "Dutch",
    "pl": "Polish", "pt": "Portuguese", "tr": "Turkish",
}  # fmt: skip
DISTANT: Final = datetime.max.replace(tzinfo=UTC)


class Need(BaseModel):
    """What a conversation asks of a person. `knew`: who answered this customer last; `language`: empty if not known."""

    model_config = ConfigDict(frozen=True)

    session_id: str
    message_id: str
    skill: str
    language: str = ""
    tier: str | None = None
    urgency: str | None = None
    since: datetime | None = None
    due: datetime | None = None
    knew: str | None = None


class Candidate(BaseModel):
    """Somebody who is at the desk and would take one. Of no `languages`: those of the table."""

    model_config = ConfigDict(frozen=True)

    person: str
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    capacity: int
    supervisor: bool = False
    load: int = 0

    def with_load(self, load: int) -> "Candidate":
        return self.model_copy(update={"load": load})

    @property
    def free(self) -> bool:
        return self.load < self.capacity


class Choice(NamedTuple):
    """Who shall have it, and why, in a few words each."""

    person: str
    why: tuple[str, ...]


class Fit(NamedTuple):
    """How much speaks against somebody, and what is told of it."""

    cost: float
    why: tuple[str, ...]


def fit(need: Need, who: Candidate, table: Table) -> Fit | None:
    """How well this person suits; None when the conversation is not theirs to get."""
    skilled = _skilled(need, who, table)
    if skilled is None:
        return None
    parts = (skilled, _spoken(need, who, table), _tier(need, who, table), _known(need, who, table))
    return Fit(sum(part.cost for part in parts), tuple(word for part in parts for word in part.why))


def choose(need: Need, candidates: Iterable[Candidate], table: Table, passed: Sequence[str] = ()) -> Choice | None:
    """The best of those who have room; None when nobody has. `passed`: who let it pass, and is asked after others."""
    suited = [(who, fit(need, who, table)) for who in candidates if who.free]
    ranked = [(_rank(need, who, found, passed), who, found) for who, found in suited if found is not None]
    if not ranked:
        return None
    _, who, found = min(ranked, key=lambda one: one[0])
    return Choice(who.person, (*found.why, f"{who.load + 1} of {who.capacity}"))


def in_order(needs: Iterable[Need]) -> list[Need]:
    """Who is served first: the most urgent, then whose time runs out first, then who has waited longest."""
    return sorted(needs, key=lambda need: (*pressing(need), need.session_id))


def pressing(need: Need) -> tuple[int, datetime, datetime]:
    urgency = URGENCIES.index(need.urgency) if need.urgency in URGENCIES else len(URGENCIES)
    return urgency, need.due or DISTANT, need.since or DISTANT


def better(
    need: Need, holder: Candidate, candidates: Iterable[Candidate], table: Table, passed: Sequence[str] = ()
) -> Choice | None:
    """Who should rather have an offer that `holder` has not taken up; None when it is well where it is.

    Each such move makes the sum of costs, or the greatest share of a load, smaller: it comes to an end.
    """
    here = fit(need, holder, table)
    others = [one for one in candidates if one.person != holder.person and one.person not in passed]
    choice = choose(need, others, table)
    if choice is None:
        return None
    who = next(one for one in others if one.person == choice.person)
    there = fit(need, who, table)
    if here is None or there is None:
        return choice
    if there.cost != here.cost:
        return choice if there.cost < here.cost else None
    evener = (who.load + 1) * holder.capacity < holder.load * who.capacity
    return choice if evener else None


def _rank(need: Need, who: Candidate, found: Fit, passed: Sequence[str]) -> tuple[bool, float, float, int, int]:
    # The last is a coin that falls the same way for everybody who decides.
    coin = crc32(f"{need.session_id} {who.person}".encode())
    return who.person in passed, found.cost, who.load / who.capacity, who.load, coin


def _skilled(need: Need, who: Candidate, table: Table) -> Fit | None:
    skills, costs = frozenset(who.skills), table.costs
    if need.skill in skills:
        return Fit(0, (need.skill,))
    group = table.group_of(need.skill)
    if group and group != table.overflow and skills & frozenset(table.groups[group]):
        return Fit(costs.group, (f"{group} in place of {need.skill}",))
    if who.supervisor and not skills & table.known:
        return Fit(costs.supervisor, (f"supervisor in place of {need.skill}",))
    # Whose skills say nothing that the table knows may be asked anything.
    if skills & table.general or not skills & table.known:
        return Fit(costs.general, (f"general in place of {need.skill}",))
    return Fit(costs.supervisor, (f"supervisor in place of {need.skill}",)) if who.supervisor else None


def _spoken(need: Need, who: Candidate, table: Table) -> Fit:
    name = LANGUAGES.get(need.language, need.language)
    if not need.language or need.language in (who.languages or (table.language,)):
        return Fit(0, (name,) if need.language not in {"", table.language} else ())
    return Fit(table.costs.language, (f"no {name}",))


def _tier(need: Need, who: Candidate, table: Table) -> Fit:
    wanted = table.tiers.get(need.tier or "", ())
    if not wanted:
        return Fit(0, ())
    return Fit(0, (f"{need.tier} customers",)) if set(wanted) & set(who.skills) else Fit(table.costs.tier, ())


def _known(need: Need, who: Candidate, table: Table) -> Fit:
    if need.knew is None:
        return Fit(0, ())
    return Fit(0, ("knows this customer",)) if need.knew == who.person else Fit(table.costs.stranger, ())
