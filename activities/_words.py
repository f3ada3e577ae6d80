"""From facts to sentences: the Jinja templates, and how money, days and lists are written."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Final

import jinja2

from activities._case import Case
from activities._language import OURS
from activities._reply import MAX_REPLY, Action, ActionName
from activities._tongue import Tongue
from activities._tongues import tongue
from activities.api_query_executor import OrderFacts
from mesh.shop import Charge, Order, Product, Refund, Tracking, TrackingEvent, TrackingException

STATUS: Final = {
    "pending": "is waiting to be confirmed",
    "processing": "is being prepared in our warehouse",
    "shipped": "has left our warehouse",
    "in_transit": "is on its way",
    "out_for_delivery": "is out for delivery",
    "delivered": "was delivered",
    "delayed": "is delayed",
    "lost": "was lost on the way",
    "cancelled": "was cancelled",
    "returned": "was returned to us",
}
DEED: Final[dict[ActionName, str]] = {
    "check_order_status": "Looking up the status",
    "provide_tracking_info": "Looking up the parcel",
    "expedite_order": "A faster delivery",
    "expedite_delivery": "A faster delivery",
    "process_return": "The return",
    "process_refund": "The refund",
    "cancel_order": "The cancellation",
    "update_delivery_address": "The change of address",
    "add_customer_note": "The note in your file",
    "add_order_note": "The note",
    "update_customer_tier": "The change of your membership",
    "generate_return_label": "The return label",
    "contact_carrier": "The request to the carrier",
    "schedule_callback": "The call back",
    "escalate_to_supervisor": "The hand-over to a supervisor",
    "issue_store_credit": "The store credit",
    "exchange_item": "The exchange",
    "resend_invoice": "The invoice",
}
SERVICES: Final = {"customers": "your account", "orders": "your orders", "tracking": "the parcel data"}

EXPECTED: Final = re.compile(
    r"\b(?:shipping|delivery|postage|express|tax|vat|discount|voucher|coupon|gift|exchange|rounding)\b", re.IGNORECASE
)


def listed(names: Iterable[str], last: str = "and") -> str:
    """`A, B and C`."""
    all_names = list(dict.fromkeys(names))
    return f" {last} ".join(filter(None, (", ".join(all_names[:-1]), *all_names[-1:])))


def money(amount: float, currency: str) -> str:
    return f"{amount:.2f} {currency}"


def day(value: date | datetime | str) -> str:
    """`Sunday 22 November`, with the year when it is not this one. What is no date stays as the shop wrote it."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    year = "" if found.year == datetime.now(UTC).year else f" {found.year}"
    return f"{found:%A} {found.day} {found:%B}{year}"


def bare(sentence: str) -> str:
    """Without its full stop, to stand within another sentence."""
    return sentence.strip().rstrip(".")


def in_words(status: str) -> str:
    return STATUS.get(status, f"has the status {spoken(status)}")


def spoken(name: str) -> str:
    return name.replace("_", " ")


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def hidden(services: Iterable[str]) -> tuple[str, ...]:
    """The services that cannot be seen, in the customer's words."""
    return tuple(SERVICES[name] for name in sorted(services) if name in SERVICES)


def last_scan(parcel: Tracking | None) -> TrackingEvent | None:
    events = [event for event in parcel.events if event.description] if parcel else []
    return max(events, key=lambda event: event.at.timestamp() if event.at else 0.0, default=None)


def open_exceptions(parcel: Tracking | None) -> tuple[TrackingException, ...]:
    return tuple(one for one in parcel.exceptions if one.description and not one.resolved) if parcel else ()


def refunds_of(order: Order, facts: OrderFacts | None) -> tuple[Refund, ...]:
    return (facts.refunds if facts else ()) or order.refunds


def unexpected(lines: Sequence[Charge], order: Order) -> tuple[Charge, ...]:
    """The charges that are neither an item nor shipping, tax or the like."""
    items = {item.name.lower() for item in order.items}
    known = (any(name in line.description.lower() for name in items) for line in lines)
    pairs = zip(lines, known, strict=True)
    return tuple(line for line, item in pairs if not item and line.amount > 0 and not EXPECTED.search(line.description))


def in_stock(product: Product) -> list[str]:
    return [size for size, pieces in product.sizes.items() if pieces > 0]


def item_name(action: Action, case: Case) -> str:
    order = case.context.order(action.order_id or "")
    items = order.items if order else ()
    return next((f"the {item.name}" for item in items if item.sku == action.sku), "your items")


def deed(name: ActionName) -> str:
    return DEED[name]


FILTERS: Final = (
    listed, money, day, bare, in_words, spoken, capital, hidden, last_scan, open_exceptions, refunds_of, unexpected,
    in_stock, item_name, deed,
)  # fmt: skip


@cache
def _environment(language: str) -> jinja2.Environment:
    place = Path(__file__).parent / "templates"
    spoken = tongue(language)
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(place / language if spoken else place),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - plain text, shown as text
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.filters.update({one.__name__: one for one in FILTERS} | (_filters(spoken) if spoken else {}))
    return found


def _filters(spoken: Tongue) -> dict[str, Callable[..., object]]:
    """Those that another language says in its own way."""

    def item_name(action: Action, case: Case) -> str:
        return spoken.item(action, case.context.order(action.order_id or ""))

    own = (
        spoken.listed, spoken.money, spoken.day, spoken.in_words, spoken.state, spoken.spoken, spoken.hidden,
        spoken.deed, item_name,
    )  # fmt: skip
    return {one.__name__: one for one in own}


def render(name: str, **facts: object) -> str:
    """The text of a template in the language of the case, tidied and no longer than a reply may be.

    Args:
        name: `activities/templates/<name>.jinja`, or the file of that name in the folder of the language.
        facts: what the template quotes. That of the `case` is its language, unless a `language` is given.
    """
    case = facts.get("case")
    wanted = str(facts.get("language") or (case.language if isinstance(case, Case) else OURS))
    spoken = wanted if tongue(wanted) else OURS
    return shortened(tidy(_environment(spoken).get_template(f"{name}.jinja").render(facts)))


def tidy(text: str) -> str:
    """One line for each paragraph or item of a list; blank lines between paragraphs alone."""
    blocks = (" ".join(block.split()) for block in re.split(r"\n\s*\n|\n(?=\s*- )", text))
    return re.sub(r"\n\n(?=- )", "\n", "\n\n".join(filter(None, blocks)))


def shortened(text: str) -> str:
    """At most MAX_REPLY characters, cut between paragraphs."""
    while len(text) > MAX_REPLY:
        cut = max(text.rfind("\n", 0, len(text)), 0)
        text = text[:cut].rstrip() or text[:MAX_REPLY]
    return text
