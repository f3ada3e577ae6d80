"""A promise in looser words is one too, in all our languages; and what was done shows nothing that is to come."""

from datetime import date

import pytest

from activities._deeds import Deed, backings
from activities._guardrails import objections
from activities._known import Known
from activities._promises import claims, unbacked
from activities._reply import Action, ActionPlan
from activities._results import ActionResult, ExecutionResult
from tests.activities.cases import PLANNING, TRAVELLING, a_case, a_context, an_order

CLAIMS: dict[str, Deed] = {
    "I'll ask the depot to look behind the shelves.": "carrier",
    "We will urge our partner to hurry.": "handoff",
    "I have instructed the courier to ring twice.": "carrier",
    "I will keep a close eye on this parcel.": "follow_up",
    "We will monitor it.": "follow_up",
    "I'll be right back with news.": "follow_up",
    "Your manager has seen this.": "handoff",
    "My supervisor read your complaint yesterday.": "handoff",
    "I have put you on the list of our best customers.": "account",
    "The invoice is in your inbox.": "email",
    "The money is now on your card.": "refund",
    "The euros are due tomorrow.": "refund",
    "I'll hold one for you.": "stock",
    "We will set the last pair aside.": "stock",
    "I'll do that.": "note",
    "I have read your words and will change the colour.": "order_change",
    "I'll check the shelf and wrap the vase.": "order_change",
    "I will be glad to cancel it.": "cancellation",
    "Agreed.": "refund",
    "I will leave the box with your neighbour.": "address",
    "Ich werde den Karton morgen umpacken.": "order_change",
    "Ich werde Sie informieren.": "follow_up",
    "Wir haben die Vase eben losgeschickt.": "shipping",
    "Es kommt p\u00fcnktlich.": "delivery",
    "Voy a envolver el regalo.": "order_change",
    "Guardaremos el regalo.": "order_change",
    "El paquete llega ma\u00f1ana.": "delivery",
    "Je vais emballer le cadeau.": "order_change",
    "Nous garderons le cadeau.": "order_change",
    "Le colis arrive demain.": "delivery",
}
NO_CLAIMS = [
    "I will ask you for the number once more.",
    "I'll ask for your patience.",
    "I'll look at the order and the parcel.",
    "I will be happy to help.",
    "I'll do my best.",
    "Please ask for a person and a colleague will do it.",
    "Your parcel has been received by your neighbour.",
    "I agreed with you.",
    "I have read it and will look at it.",
    "Ich werde das pr\u00fcfen.",
    "Wir werden sehen.",
    "Schreiben Sie mir ein Ja und ich werde das Paket umpacken.",
    "Voy a comprobarlo.",
    "Est\u00e1 bien, lo miraremos.",
    "D\u00edgame que s\u00ed; prepararemos el regalo.",
    "Je vais v\u00e9rifier.",
    "Nous serons l\u00e0.",
    "Dites-moi oui et je pr\u00e9parerai le cadeau.",
]


def done(action: Action) -> ExecutionResult:
    return ExecutionResult(results=(ActionResult(action=action, outcome="done"),))


@pytest.mark.parametrize(("text", "deed"), CLAIMS.items())
def test_a_promise_in_looser_words_is_a_claim(text: str, deed: Deed) -> None:
    assert deed in {deed for claim in claims(text) for deed in claim.deeds}


@pytest.mark.parametrize("text", NO_CLAIMS)
def test_looking_helping_asking_back_and_conditions_are_no_claims(text: str) -> None:
    assert claims(text) == ()


def test_what_was_done_shows_nothing_that_is_still_to_come_and_has_no_name() -> None:
    cancel = Action(name="cancel_order", order_id=TRAVELLING.order_id)
    executed = backings(a_case("Cancel it", a_context(TRAVELLING), done(cancel)))
    planned = backings(a_case("Cancel it", ActionPlan(actions=(cancel,)), route=PLANNING))
    assert list(unbacked("I'll do that.", executed))
    assert not list(unbacked("I'll do that.", planned))
    assert not list(unbacked("I have done that.", executed))
    assert not list(unbacked("Everything will be taken care of.", executed))


def test_the_day_on_which_a_parcel_is_expected_does_not_show_that_it_has_left() -> None:
    expected = date(2026, 11, 24)
    waiting = an_order("ORD-00000021", "processing", expected_delivery=expected)
    shown = backings(a_case("Where?", a_context(waiting)))
    assert list(unbacked("Your order is on its way.", shown))
    assert list(unbacked("I have sent your parcel.", shown))
    assert not list(unbacked("Your order will arrive on Tuesday.", shown))


@pytest.mark.parametrize("day", ["October 21, 2026", "Dec. 3, 2026", "Tuesday May 12, 2026"])
def test_a_day_is_no_address(day: str) -> None:
    known = Known.of(a_case("When?", a_context(TRAVELLING)))
    assert "foreign_personal_data" not in {found.check for found in objections(f"It could go back until {day}.", known)}
    assert "foreign_personal_data" in {found.check for found in objections("It went to Mill Lane 21, 20267.", known)}
