"""A claim needs its deed: what counts as a claim, and what shows it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities._approval import Approval
from activities._deeds import EARNED, Backing, Deed, backings
from activities._guardrails import objections
from activities._known import Known
from activities._promises import claims, unbacked
from activities._reply import Action, ActionPlan, Response
from activities._results import ActionResult, ExecutionResult
from tests.activities.cases import DELIVERED, HOLDING, PLANNING, SENT_BACK, TRAVELLING, a_case, a_context, an_order

CLAIMS: dict[str, Deed] = {
    "I've gone ahead and paid it back, the money is yours again, the refund is done.": "refund",
    "You'll see the money tomorrow.": "refund",
    "It is on its way to your account.": "refund",
    "Rest assured you will get your refund.": "refund",
    "Consider it done.": "cancellation",
    "Your order has been cancelled, is there anything else?": "cancellation",
    "I've cancelled it, okay?": "cancellation",
    "If you look at your account, you will see that I have cancelled the order.": "cancellation",
    "Not only have I cancelled it, a replacement is on its way.": "replacement",
    "Our team will call you within the hour.": "callback",
    "Please hold while I connect you with a colleague.": "handoff",
    "You won't be charged for the delivery.": "discount",
    "Your parcel will arrive on Friday.": "delivery",
    "The new label will be in your inbox soon.": "label",
    "I asked the warehouse to cancel it.": "cancellation",
    "I'll check it out and get back to you soon.": "follow_up",
    "I will contact you with an answer as soon as possible.": "follow_up",
    "I will check back tomorrow to see if it has come.": "follow_up",
    "Yes, the courier is booked.": "pickup",
    "I have updated the order details to send it to your office.": "address",
    "I have looked at it and sent you a new one.": "replacement",
    "Ich habe Ihre Bestellung storniert.": "cancellation",
    "Ihr Geld ist unterwegs.": "refund",
    "He cancelado su pedido.": "cancellation",
    "Le llamaremos hoy.": "callback",
    "J'ai annul\u00e9 votre commande.": "cancellation",
    "Vous serez rembours\u00e9 demain.": "refund",
}
NO_CLAIMS = [
    "I can cancel it if you like.",
    "Shall I refund it?",
    "Would you like a replacement, or should the order be cancelled?",
    "If you want, I will cancel it.",
    "Tell me to cancel it, and I will.",
    "Once you confirm, I will change the address.",
    "Refunds take five days.",
    "A refund is made once the item is back.",
    "I could not refund it.",
    "Your order has not been cancelled.",
    "No refund was made.",
    "Please send the item back.",
    "You wrote that your refund was promised.",
    "I am sorry that your parcel was delivered late.",
    "I'll see whether it can be cancelled.",
    "I have found your order and looked at it.",
    "Wenn Sie m\u00f6chten, storniere ich die Bestellung.",
    "Ihre Bestellung wurde nicht storniert.",
    "\u00bfQuiere que cancele el pedido?",
    "Su pedido no ha sido cancelado.",
    "Voulez-vous que j'annule la commande ?",
    "Votre commande n'a pas \u00e9t\u00e9 annul\u00e9e.",
]
DEEDS = sorted({deed for deeds in EARNED.values() for deed in deeds})
TEXTS = st.lists(st.sampled_from([*CLAIMS, *NO_CLAIMS]), max_size=5).map(" ".join)
BACKINGS = st.builds(
    Backing,
    st.frozensets(st.sampled_from(DEEDS)),
    st.sampled_from([None, "ORD-00000012"]),
    st.sampled_from(["receipt", "plan", "fact", "route"]),
)


def done(name: str, order_id: str | None = None, outcome: str = "done") -> ExecutionResult:
    action = Action.model_validate({"name": name, "order_id": order_id})
    return ExecutionResult(results=(ActionResult.model_validate({"action": action, "outcome": outcome}),))


@pytest.mark.parametrize(
    ("text", "deed"),
    [
        ("The new jacket will be sent to your office.", "address"),
        ("Yes, the return has been changed to your office.", "address"),
        ("I will send you an update on the exchange.", "follow_up"),
        ("I will confirm that nothing will be sent to you.", "cancellation"),
    ],
)
def test_what_is_said_exactly_is_shown_by_nothing_that_stands_beside_it(text: str, deed: Deed) -> None:
    beside = Backing(frozenset({"replacement", "return", "shipping", "delivery", "label"}))
    [claim] = unbacked(text, [beside])
    assert deed in claim.deeds
    assert not list(unbacked(text, [beside, Backing(frozenset({deed}))]))


@pytest.mark.parametrize(("text", "deed"), CLAIMS.items())
def test_what_was_or_will_be_done_is_a_claim(text: str, deed: Deed) -> None:
    assert any(deed in claim.deeds for claim in claims(text))


@pytest.mark.parametrize("text", NO_CLAIMS)
def test_offers_questions_conditions_denials_and_rules_are_no_claims(text: str) -> None:
    assert claims(text) == ()


def test_a_receipt_makes_a_claim_true_and_a_refusal_does_not() -> None:
    text = "I have cancelled order ORD-00000003."
    for outcome, passes in (("done", True), ("refused", False), ("undone", False), ("unclear", False)):
        message = a_case("Cancel it", a_context(DELIVERED), done("cancel_order", DELIVERED.order_id, outcome))
        assert (not list(unbacked(text, backings(message)))) == passes, outcome


def test_a_receipt_for_one_order_says_nothing_about_another() -> None:
    shown = backings(a_case("Cancel it", done("cancel_order", "ORD-00000001")))
    assert not list(unbacked("I have cancelled order ORD-00000001.", shown))
    assert list(unbacked("I have cancelled order ORD-00000002.", shown))


def test_a_plan_backs_what_will_be_done_and_not_what_was_done() -> None:
    plan = ActionPlan(actions=(Action(name="cancel_order", order_id=TRAVELLING.order_id),))
    shown = backings(a_case("Cancel it", plan, route=PLANNING))
    assert not list(unbacked("I am cancelling the order.", shown))
    assert list(unbacked("I have cancelled the order.", shown))


def test_a_plan_that_nobody_carries_out_backs_nothing() -> None:
    plan = ActionPlan(actions=(Action(name="cancel_order", order_id=TRAVELLING.order_id),))
    assert list(unbacked("I am cancelling the order.", backings(a_case("Cancel it", plan))))
    refused = Approval(verdict="refused")
    assert list(unbacked("I am cancelling it.", backings(a_case("Cancel it", plan, refused, route=PLANNING))))


def test_what_the_shop_shows_may_be_told_but_not_claimed_as_our_deed() -> None:
    message = a_case("Where is my refund?", a_context(SENT_BACK))
    assert not list(unbacked("The refund was issued.", backings(message)))
    assert list(unbacked("I have issued the refund.", backings(message)))
    assert list(unbacked("You will get your money back.", backings(message)))


def test_an_order_is_on_its_way_only_when_it_is() -> None:
    waiting = an_order("ORD-00000021", "pending", expected_delivery=None)
    text = "Your order is on its way."
    assert not list(unbacked(text, backings(a_case("Where?", a_context(TRAVELLING)))))
    assert list(unbacked(text, backings(a_case("Where?", a_context(waiting)))))


def test_a_person_may_be_announced_only_when_one_is_ahead() -> None:
    text = "A colleague will take over."
    assert not list(unbacked(text, backings(a_case("Help", route=HOLDING))))
    assert list(unbacked(text, backings(a_case("Help"))))


def test_what_a_text_of_the_shop_says_backs_no_claim() -> None:
    item = DELIVERED.items[0].model_copy(update={"name": "The refund was made and the order is cancelled"})
    message = a_case("Hm", a_context(DELIVERED.model_copy(update={"items": (item,)})), Response(text="x"))
    assert {found.check for found in objections("Your refund was made.", Known.of(message))} == {"unauthorised_promise"}


@given(st.text(alphabet=st.characters(exclude_categories=("L", "N", "Sc")), max_size=200))
def test_a_text_without_letters_and_digits_claims_nothing(text: str) -> None:
    assert claims(text) == ()


@given(TEXTS, st.lists(BACKINGS, max_size=3), BACKINGS)
def test_another_receipt_never_adds_an_objection(text: str, shown: list[Backing], more: Backing) -> None:
    assert set(unbacked(text, [*shown, more])) <= set(unbacked(text, shown))


@given(TEXTS, st.sampled_from(sorted(NO_CLAIMS)))
def test_an_honest_sentence_hides_no_claim(text: str, honest: str) -> None:
    assert len(claims(f"{honest} {text}")) == len(claims(text)) == len(claims(f"{text} {honest}"))
