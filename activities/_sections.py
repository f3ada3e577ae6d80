"""What is said about each matter, from its facts and from what came of its actions."""

from typing import TYPE_CHECKING, Final

from activities._case import SUITABLE, Case, Matter
from activities._confirming import terms
from activities._planning import planned, propose, waiting
from activities._quoting import quotes_for
from activities._reply import ActionName
from activities._words import render
from activities.intent_analyzer import IntentName

if TYPE_CHECKING:
    from activities.execution_coordinator import ActionResult

MOST_SECTIONS: Final = 5

_RETURN: Final[frozenset[ActionName]] = frozenset({"process_return", "generate_return_label", "exchange_item"})
SERVES: Final[dict[IntentName, frozenset[ActionName]]] = {
    "return_request": _RETURN,
    "exchange_request": _RETURN,
    "product_issue": _RETURN | {"add_order_note"},
    "refund_request": frozenset({"process_refund"}),
    "cancel_order": frozenset({"cancel_order"}),
    "change_address": frozenset({"update_delivery_address"}),
    "change_order": _RETURN | {"add_order_note"},
    "delivery_complaint": frozenset({"contact_carrier", "expedite_delivery", "expedite_order"}),
    "billing_invoice": frozenset({"resend_invoice", "add_customer_note"}),
    "payment_issue": frozenset({"resend_invoice", "add_customer_note"}),
    "complaint": frozenset({"add_customer_note"}),
}
"""The actions whose outcome answers a matter; the planner puts no others on its account."""

FACTS_TOO: Final[frozenset[IntentName]] = frozenset({
    "delivery_complaint", "billing_invoice", "payment_issue", "complaint", "refund_status",
})  # fmt: skip
"""Matters whose facts are told beside what was done."""


def sections(case: Case, *, planning: bool) -> tuple[str, ...]:
    """One section for each matter, each result told once."""
    told: list[ActionResult] = []
    found = []
    for matter in case.matters:
        results = _results(case, matter)
        new = [result for result in results if result not in told]
        told += new
        # A neighbour has told it already: "it is broken, I want to return it" is one return.
        if new or not results:
            found.append(_section(case, matter, new, planning=planning))
    rest = [result for result in results_of(case) if result not in told]
    return tuple(filter(None, (*found[:MOST_SECTIONS], tell(case, rest), "" if planning else _confirmation(case))))


def _confirmation(case: Case) -> str:
    """Shall I ...? Last of all: the answer is to this."""
    actions = waiting(case)
    return render("confirm", case=case, terms=terms(case, actions)) if actions else ""


def tell(case: Case, results: "list[ActionResult]") -> str:
    """What came of these actions, in words."""
    return render("results", case=case, results=results) if results else ""


def results_of(case: Case) -> "tuple[ActionResult, ...]":
    return case.executed.results if case.executed else ()


def _results(case: Case, matter: Matter) -> "list[ActionResult]":
    order_id = matter.order.order_id if matter.order else None
    return [
        result
        for result in results_of(case)
        if result.action.name in SERVES.get(matter.intent, frozenset()) and result.action.order_id in {None, order_id}
    ]


def _section(case: Case, matter: Matter, results: "list[ActionResult]", *, planning: bool) -> str:
    proposal = propose(case, matter)
    facts = {"case": case, "matter": matter, "obstacle": proposal.obstacle, "possible": bool(proposal.actions)}
    facts["done"] = ""
    facts["quotes"] = quotes_for(case, matter.intent)
    if matter.order is None and matter.intent in SUITABLE and not proposal.obstacle:
        facts["obstacle"] = "which_order" if matter.choices else "no_order"
    if planning and proposal.actions:
        return render("draft", actions=planned(case, proposal), **facts)
    if not results:
        asked = any(action in waiting(case) for action in proposal.actions)
        return "" if asked and matter.intent not in FACTS_TOO else render(matter.intent, **facts)
    done = tell(case, results)
    if matter.intent == "product_issue":
        return render(matter.intent, **{**facts, "done": done})
    if matter.intent not in FACTS_TOO:
        return done
    # The offer to do it would be out of place: it was just done.
    return f"{render(matter.intent, **{**facts, 'possible': False})}\n\n{done}"
