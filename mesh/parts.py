"""What a reply holds beside its words: typed facts that a page may draw. The words alone are always complete."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Final, Literal, get_args

from pydantic import BaseModel, BeforeValidator, Discriminator, JsonValue, ValidationError

from mesh.route import Wire, spared


class Goods(Wire):
    """A line of an order."""

    name: str
    quantity: int = 1
    variant: str = ""


class OrderPart(Wire):
    """An order as the shop has it: `status` in the shop's own word, dates as the shop named them."""

    kind: Literal["order"] = "order"
    order_id: str
    status: str
    placed_at: datetime | None = None
    expected: date | None = None
    delivered_at: datetime | None = None
    total: float = 0.0
    currency: str = "EUR"
    items: tuple[Goods, ...] = ()


class Stop(Wire):
    """A scan of a parcel on its way."""

    at: datetime | None = None
    location: str = ""
    description: str = ""


class TrackingPart(Wire):
    """A parcel on its way: `stops` newest first."""

    kind: Literal["tracking"] = "tracking"
    order_id: str
    tracking_number: str
    status: str
    carrier: str | None = None
    location: str | None = None
    expected: date | None = None
    delivered_at: datetime | None = None
    items: tuple[Goods, ...] = ()
    stops: tuple[Stop, ...] = ()


class Option(Wire):
    """A reply that fits: what the button says, and what it sends as the customer's own words."""

    label: str
    text: str


class QuickRepliesPart(Wire):
    kind: Literal["quick_replies"] = "quick_replies"
    options: tuple[Option, ...]


class HandoffPart(Wire):
    """A person will answer, within so many minutes at the latest; None when nobody said.

    `usually_minutes`: within which most answers came lately, for as many as wait now; None when that was not measured.
    """

    kind: Literal["handoff"] = "handoff"
    within_minutes: int | None = None
    usually_minutes: int | None = spared(None)


Known = OrderPart | TrackingPart | QuickRepliesPart | HandoffPart
Part = Annotated[Known, Discriminator("kind")]

KINDS: Final[dict[str, type[BaseModel]]] = {kind.model_fields["kind"].default: kind for kind in get_args(Known)}


def _readable(found: object) -> object:
    """The parts that this version can read: anybody may fill the slot, and a newer version knows more kinds."""
    return tuple(part for part in found if _fits(part)) if isinstance(found, list | tuple) else ()


def _fits(part: object) -> bool:
    if isinstance(part, Known):
        return True
    kind = KINDS.get(str(part.get("kind"))) if isinstance(part, Mapping) else None
    try:
        return kind is not None and bool(kind.model_validate(part))
    except ValidationError:
        return False


Parts = Annotated[tuple[Part, ...], BeforeValidator(_readable)]


class _Holder(BaseModel):
    parts: Parts = ()


def parts_in(response: JsonValue | Mapping[str, JsonValue]) -> tuple[Part, ...]:
    """The parts of a response as a row or a payload holds it; none where there are none."""
    return _Holder.model_validate({"parts": response.get("parts")}).parts if isinstance(response, Mapping) else ()


NO_PARTS = spared(())
"""The default of a field of parts: a reply without any looks as it always did."""
