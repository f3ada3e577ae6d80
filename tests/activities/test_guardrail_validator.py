import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities._guardrails import REDACTED, objections, redacted, remedy_for
from activities._known import Known, amount
from activities._reply import MAX_REPLY, Action, Response
from activities.execution_coordinator import ActionResult, ExecutionResult
from activities.guardrail_validator import Finding, GuardrailCheck, guardrail_validator
from mesh.actor import discover
from mesh.errors import Permanent
from mesh.protocol import Message
from tests.activities.cases import DELIVERED, EMAIL, POLLY, TRAVELLING, a_case, a_context, api_data

CARD = "4111 1111 1111 1111"
QUESTION = "Where is my order?"


def replying(text: str, *more: ExecutionResult, said: str = QUESTION, author: str = "rules") -> Message:
    response = Response.model_validate({"text": text, "author": author})
    return a_case(said, response, api_data(), *more)


async def verdict(message: Message) -> GuardrailCheck:
    """The check of a reply that passed, or that of one that did not."""
    try:
        found = await guardrail_validator(message)
    except Permanent as refused:
        return check_in(refused)
    assert isinstance(found, GuardrailCheck)
    assert found.passed
    return found


def check_in(refused: Permanent) -> GuardrailCheck:
    [check] = refused.enrichments
    assert isinstance(check, GuardrailCheck)
    assert not check.passed
    named = ", ".join(dict.fromkeys(finding.check for finding in check.findings))
    assert str(refused) == f"the reply failed the check for {named}"
    return check


async def checks(text: str, said: str = QUESTION) -> set[str]:
    return {finding.check for finding in (await verdict(replying(text, said=said))).findings}


async def test_a_sound_reply_passes() -> None:
    text = f"Your order {TRAVELLING.order_id} is on its way with DHL, tracking number {TRAVELLING.tracking_number}."
    assert await verdict(replying(text)) == GuardrailCheck(passed=True)


@pytest.mark.parametrize(
    "text",
    [
        "We guarantee a full refund.",
        "I GUARANTEE that you will have your refund.",
        "Your refund is guaranteed.",
        "You will definitely get $50.",
        "It will definitely arrive on Monday.",
        "I promise you a free jacket.",
        "I promise the next one is free.",
        "I am 100% sure you get your money back.",
        "I'm 100 % certain that your money comes back.",
        "We will refund you everything today.",
        "We will refund the order in full.",
        "You will get your money back.",
        "You'll be refunded immediately.",
        "I will send you a second one for free.",
        "I did not check, but I guarantee a refund to everybody who waits for such a long time as you did.",
        "It is not late. We guarantee a refund.",
    ],
)
async def test_a_promise_that_nobody_approved_is_caught(text: str) -> None:
    found = await verdict(replying(text, said="Give me $50"))
    # Some of these name a day that nobody knows as well.
    assert {finding.check for finding in found.findings} - {"unsupported_fact"} == {"unauthorised_promise"}
    assert found.action == "regenerate"


@pytest.mark.parametrize(
    "text",
    [
        "I cannot promise a refund.",
        "We can't guarantee the delivery day.",
        "We don't guarantee that the refund comes today.",
        "I will definitely look into it.",
        "Feel free to write again about the refund.",
        "You are free to return it.",
        "A colleague will look at the refund with you.",
        "The compromise is a free choice.",
        "I will see whether we guarantee delivery.",
        "I promise to look at it.",
        "The guarantee card is in the box.",
    ],
)
async def test_honest_words_are_no_promise(text: str) -> None:
    assert await checks(text) == set()


async def test_a_refund_that_was_made_may_be_told() -> None:
    text = "We will refund the order in full."
    refund = Action(name="process_refund", order_id=DELIVERED.order_id)
    done = ExecutionResult(results=(ActionResult(action=refund, outcome="done"),))
    refused = ExecutionResult(results=(ActionResult(action=refund, outcome="refused"),))
    assert (await verdict(replying(text, done))).passed
    assert not (await verdict(replying(text, refused))).passed


@pytest.mark.parametrize(
    "text",
    [
        "Please write to carl.cancel@example.com.",
        "We called +49 171 5550199.",
        "Is 030 5550 1234 your number?",
        "It goes to 12 Baker Street.",
    ],
)
async def test_data_of_others_goes_to_a_person(text: str) -> None:
    found = await verdict(replying(text))
    assert [(finding.check, finding.action) for finding in found.findings] == [("foreign_personal_data", "escalate")]
    assert not any(word in finding.reason for finding in found.findings for word in ("carl", "555", "Baker"))


@pytest.mark.parametrize(
    "text",
    [
        f"We wrote to {EMAIL.upper()}.",
        f"We call you at {POLLY.phone}.",
        "We call you at 030 231 25002.",
        "We write to my.friend@example.org as you asked.",
        "It goes to 7 Baker Street now.",
        "It is expected on 2026-11-22.",
    ],
)
async def test_their_own_data_may_be_said(text: str) -> None:
    assert await checks(text, said="Write to my.friend@example.org and send it to 7 Baker Street") == set()


async def test_a_card_number_is_blacked_out_and_the_rest_goes_out() -> None:
    found = await guardrail_validator(replying(f"Is {CARD} your card?", author="model"))
    assert isinstance(found, tuple)
    check, response = found
    assert isinstance(check, GuardrailCheck)
    assert isinstance(response, Response)
    assert (check.passed, check.action) == (True, "redact")
    assert (response.text, response.author) == (f"Is {REDACTED} your card?", "model")


@pytest.mark.parametrize("number", ["4111 1111 1111 1112", "4111 1111 1111", "9999 9999 9999 9995"])
async def test_other_numbers_are_no_cards(number: str) -> None:
    assert redacted(f"It is {number}.", Known.of(replying("x"))) == f"It is {number}."


async def test_a_tracking_number_that_looks_like_a_card_is_left_alone() -> None:
    number = "4111111111111111"
    message = replying(f"The tracking number is {number}.")
    parcel = DELIVERED.model_copy(update={"tracking_number": number})
    context = a_context(parcel).model_dump(mode="json")
    assert (await verdict(message.enriched({"context": context}))).findings == ()


@pytest.mark.parametrize(
    "text",
    [
        "INTERNAL: the customer is a nuisance.",
        "[Internal note] check first",
        "Do not tell the customer that it is lost.",
        "As an AI language model I have no orders.",
        "My instructions are to be kind.",
        "Hello {{ name }}, here it is.",
        "I opened a Jira ticket.",
        "Her fraud score is high.",
        "Escalate to L2.",
        "Traceback (most recent call last): no",
        "The shop said: KeyError: 'order'",
    ],
)
async def test_words_that_are_not_for_customers_are_caught(text: str) -> None:
    assert await checks(text) - {"unauthorised_promise"} == {"internal_note"}


@pytest.mark.parametrize(
    "text",
    [
        "The internal pocket is lined.",
        "International delivery takes longer.",
        "I will tell the customer service team.",
        "Please do not share your code with anybody.",
    ],
)
async def test_ordinary_words_are_not_internal(text: str) -> None:
    assert await checks(text) == set()


@pytest.mark.parametrize("text", ["What the hell.", "That is BULLSHIT.", "You idiot.", "damn it"])
async def test_swearing_is_caught(text: str) -> None:
    assert await checks(text) == {"profanity"}


@pytest.mark.parametrize(
    "text", ["Hello, Dick.", "The issue is a class assessment.", "Scunthorpe and Essex", "A shell jacket", "cockpit"]
)
async def test_innocent_words_are_not_swearing(text: str) -> None:
    assert await checks(text) == set()


@pytest.mark.parametrize(("text", "check"), [("  \n", "empty"), ("x" * (MAX_REPLY + 1), "too_long")])
async def test_nothing_and_too_much_are_written_again(text: str, check: str) -> None:
    found = await verdict(replying(text))
    assert ([finding.check for finding in found.findings], found.action) == ([check], "regenerate")


@pytest.mark.parametrize(
    "text",
    [
        "Order ORD-99999999 is on its way.",
        "Your order 778899 is on its way.",
        "It is about #778899.",
        "Return RET-778899 is open.",
        "The tracking number is 1Z999AA10123456784.",
        "The tracking number is JD000000000000000009.",
        "You paid 12.34 EUR.",
        "You paid €1,299.00.",
        "You paid 88 dollars.",
    ],
)
async def test_what_nobody_named_is_no_fact(text: str) -> None:
    found = await verdict(replying(text))
    assert "unsupported_fact" in {finding.check for finding in found.findings}
    assert found.action == "regenerate"


@pytest.mark.parametrize(
    "text",
    [
        f"Order {DELIVERED.order_id} cost 178.90 EUR, of which the fee is EUR 49.90.",
        "Order 3 and order 778899 are yours, #778899.",
        "You asked about 12.5 EUR and $1,299.00.",
        "Refund REF-33301 over 99.00 EUR is pending.",
        "Of 49.90 EUR paid, 9.90 EUR are left.",
        "The invoice is INV-2026-00000003.",
    ],
)
async def test_what_the_shop_or_the_customer_named_is_a_fact(text: str) -> None:
    assert await checks(text, said="What about 12,50 EUR and 1299 dollars for ORD-778899?") == set()


async def test_the_worst_remedy_wins() -> None:
    found = await verdict(replying(f"Damn, {CARD} belongs to carl.cancel@example.com."))
    assert found.action == "escalate"
    assert {finding.action for finding in found.findings} == {"escalate", "regenerate", "redact"}
    assert (await verdict(replying(f"Damn, {CARD}."))).action == "regenerate"


async def test_what_a_person_wrote_is_theirs_to_answer_for() -> None:
    message = replying("We guarantee a refund of 500 EUR, call me at +49 171 5550199.", author="human")
    assert await verdict(message) == GuardrailCheck(passed=True)


async def test_a_reply_without_any_context_is_still_checked() -> None:
    message = replying("We guarantee a refund.").enriched({"context": None, "api_data": None})
    assert not (await verdict(message)).passed


@given(st.text(max_size=300))
def test_any_text_gets_a_verdict_and_redaction_leaves_no_card(text: str) -> None:
    known = Known.of(replying("x"))
    findings = objections(text, known)
    assert (remedy_for(findings) is None) == (not findings)
    left = objections(redacted(text, known), known)
    assert "card_number" not in {finding.check for finding in left}


def test_a_finding_keeps_its_parts_on_the_wire() -> None:
    finding = Finding(check="profanity", reason="It swears.", action="regenerate")
    assert Finding.model_validate_json(finding.model_dump_json()) == finding


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,299.00", 1299.0), ("1.299,00", 1299.0), ("49,9", 49.9), ("20", 20.0), ("1.299", 1299.0), ("5.", 5.0)],
)
def test_amounts_are_read_in_every_spelling(text: str, value: float) -> None:
    assert amount(text) == value


def test_both_actors_are_processors_that_a_worker_finds() -> None:
    found = discover(("activities",))
    assert {found[name].kind for name in ("response_generator", "guardrail_validator")} == {"processor"}
