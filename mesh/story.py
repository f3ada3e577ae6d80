"""What became of a message, short enough to compare two of them: the way it went, the reply, the deeds."""

from collections.abc import Mapping

from pydantic import JsonValue

from mesh.protocol import Message
from mesh.route import Wire

ABOUT = ("order_id", "sku", "tracking_number")


class Deed(Wire):
    """One action: planned only, or done, refused or failed."""

    name: str
    about: str = ""
    outcome: str = "planned"
    amount: float | None = None

    @property
    def words(self) -> str:
        money = "" if self.amount is None else f" of {self.amount:,.2f}"
        return " ".join(part for part in (self.name + money, self.about, self.outcome) if part)


class Story(Wire):
    """The way, the words and the deeds.

    Attributes:
        route: the actors of each hop, in order; a group is joined by `+`, a failed visit ends in `!`.
    """

    route: tuple[str, ...] = ()
    status: str = ""
    reply: str = ""
    actions: tuple[Deed, ...] = ()

    @classmethod
    def of(cls, message: Message) -> "Story":
        """The story of a message so far; what a replay took back is left out."""
        return cls(
            route=_route(message),
            status=message.ending,
            reply=str(_field(message.payload.response, "text") or ""),
            actions=_deeds(message),
        )

    @property
    def sums(self) -> dict[str, float]:
        """Money moved, by action."""
        found: dict[str, float] = {}
        for deed in self.actions:
            if deed.amount is not None and deed.outcome == "done":
                found[deed.name] = round(found.get(deed.name, 0.0) + deed.amount, 2)
        return found

    def changes(self, now: "Story") -> tuple[str, ...]:
        """What is different now, a line for each; empty when nothing is."""
        pairs = {
            "route": (" > ".join(self.route), " > ".join(now.route)),
            "status": (self.status, now.status),
            "reply": (self.reply, now.reply),
            "actions": ("; ".join(deed.words for deed in self.actions), "; ".join(deed.words for deed in now.actions)),
            "money": (_money(self.sums), _money(now.sums)),
        }
        return tuple(
            f"{what}:\n  - {before or '(nothing)'}\n  + {after or '(nothing)'}"
            for what, (before, after) in pairs.items()
            if before != after
        )


def _money(sums: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {amount:,.2f}" for name, amount in sorted(sums.items()))


def _route(message: Message) -> tuple[str, ...]:
    hops: dict[int, list[str]] = {}
    for entry in message.route.trace:
        if entry.kind == "entered":
            hops = {hop: names for hop, names in hops.items() if hop < entry.hop}
        elif entry.kind != "edited":
            hops.setdefault(entry.hop, []).append(entry.actor + ("!" if entry.kind == "failed" else ""))
    return tuple("+".join(names) for _, names in sorted(hops.items()))


def deeds_of(execution_result: JsonValue) -> tuple[Deed, ...]:
    """What came of each action of a plan, in plan order."""
    results = _field(execution_result, "results")
    return tuple(_deed(_field(one, "action"), one) for one in results) if isinstance(results, list) else ()


def _deeds(message: Message) -> tuple[Deed, ...]:
    planned = _field(message.payload.action_plan, "actions")
    if isinstance(_field(message.payload.execution_result, "results"), list):
        return deeds_of(message.payload.execution_result)
    return tuple(_deed(one, None) for one in planned) if isinstance(planned, list) else ()


def _deed(action: JsonValue, result: JsonValue) -> Deed:
    receipt = _field(result, "receipt")
    told = (_field(receipt, "amount"), _field(receipt, "refunded"), _field(action, "amount"))
    amount = next((found for found in told if isinstance(found, int | float)), None)
    return Deed(
        name=str(_field(action, "name")),
        about=" ".join(str(found) for name in ABOUT if (found := _field(action, name))),
        outcome=str(_field(result, "outcome") or "planned"),
        amount=None if amount is None else float(amount),
    )


def _field(value: JsonValue, name: str) -> JsonValue:
    return value.get(name) if isinstance(value, dict) else None
