"""The rules of a shop: skills, which matter needs which, and what weighs how much. A file that people edit by hand."""

import logging
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

log = logging.getLogger(__name__)

NAME: Final = "assignment.toml"
SUPPORT: Final = "customer"

Cost = Annotated[float, Field(ge=0)]
Named = tuple[str, ...]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Costs(Part):
    """What speaks against a person, added up; of several people the one with the smallest sum is chosen.

    Attributes:
        group: knows a neighbouring skill alone.
        general: has general skills alone.
        supervisor: is a supervisor who has none of the skills.
        language: does not speak the customer's language.
        tier: has no skill for customers of this tier.
        stranger: is not the one whom the customer knows.
    """

    group: Cost = 10
    general: Cost = 20
    supervisor: Cost = 40
    language: Cost = 15
    tier: Cost = 5
    stranger: Cost = 4


class Table(Part):
    """The rules.

    Attributes:
        capacity: conversations that somebody has at the same time who says nothing else.
        offer_seconds: how long an offer stands.
        language: what those speak who say nothing else.
        groups: which skills are neighbours.
        overflow: the group that anything goes to when nobody of its own is free.
        needs: skills by the matter of the customer; `other` for all that are not named.
        tiers: skills that customers of a tier are best served by.
    """

    capacity: int = Field(default=4, ge=1, le=100)
    offer_seconds: float = Field(default=60, ge=5, le=3600)
    language: str = Field(default="en", pattern=r"^[a-z]{2}$")
    groups: dict[str, Named] = {
        "support": ("customer", "billing", "technical"),
        "sales": ("pricing", "demo", "enterprise"),
        "general": ("info", "routing", "fallback"),
    }
    overflow: str = "general"
    needs: dict[str, Named] = {
        "customer": (
            "order_status", "delivery_info", "delivery_complaint", "cancel_order", "change_order", "change_address",
            "return_request", "exchange_request", "complaint",
        ),
        "billing": ("refund_request", "refund_status", "payment_issue", "payment_methods", "billing_invoice"),
        "technical": (
            "product_issue", "account_access", "account_registration", "account_update", "account_delete",
        ),
        "pricing": ("place_order", "subscription"),
        "demo": ("product_inquiry",),
        "info": ("policy_question", "feedback"),
        "routing": ("human_agent_request",),
        "fallback": ("other",),
    }  # fmt: skip
    tiers: dict[str, Named] = {"vip": ("vip",)}
    costs: Costs = Costs()

    def skill_for(self, intent: str | None) -> str:
        """The skill that a matter needs."""
        found = (skill for skill, intents in self.needs.items() if intent in intents)
        others = (skill for skill, intents in self.needs.items() if "other" in intents)
        return next(found, next(others, SUPPORT))

    def group_of(self, skill: str) -> str | None:
        return next((name for name, skills in self.groups.items() if skill in skills), None)

    @property
    def general(self) -> frozenset[str]:
        return frozenset(self.groups.get(self.overflow, ()))

    @property
    def known(self) -> frozenset[str]:
        return frozenset(skill for skills in self.groups.values() for skill in skills)


DEFAULT: Final = Table()


def table_in(folder: Path) -> Table:
    """The rules in this folder; the default where the file is missing, and where it is broken, which is logged."""
    file = folder / NAME
    try:
        return _read(file, file.stat().st_mtime_ns)
    except FileNotFoundError:
        return DEFAULT
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        log.warning("the rules in %s cannot be used, the usual ones are: %s", file, error)
        return DEFAULT


@lru_cache(maxsize=4)
def _read(file: Path, _changed: int) -> Table:
    return Table.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
