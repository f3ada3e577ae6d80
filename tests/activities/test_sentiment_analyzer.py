import time
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.sentiment_analyzer import Sentiment, SentimentAnswer, Signal, Urgency, felt, sentiment_analyzer
from mesh.llm import LLM
from mesh.protocol import Message
from tests.fakes import NoLLM, ScriptedLLM, a_message

LEVELS: tuple[Urgency, ...] = get_args(Urgency)
LONGEST_MESSAGE = 8000

SIGNALS: dict[Signal, str] = {
    "legal_threat": "You will hear from my attorney",
    "formal_complaint": "I will file a formal complaint with the ombudsman",
    "fraud": "Someone used my card, this is a scam",
    "safety": "The charger caught fire last night",
    "asks_for_manager": "Let me speak to a real person please",
    "chargeback": "I will dispute this with my bank",
    "self_harm": "I want to kill myself",
}


@pytest.mark.parametrize("word", ["fraud", "lawyer", "terrible", "worst"])
def test_an_alarming_word_is_critical_and_negative(word: str) -> None:
    found = felt(f"So this is {word} after all")
    assert (found.urgency, found.confidence, found.sentiment) == ("critical", 0.95, "NEGATIVE")
    assert found.is_complaint


@pytest.mark.parametrize(
    "text",
    [
        "It is not terrible",
        "No fraud here",
        "It isn't the worst shop",
        "It isn\u2019t the worst shop",
        "no lawyer needed",
        "I don't want to involve a lawyer",
        "A lawyer is not needed",
        "At worst it comes on Monday",
    ],
)
def test_a_denied_alarm_is_none(text: str) -> None:
    found = felt(text)
    assert found.urgency != "critical"
    assert found.escalation_signals == ()


@pytest.mark.parametrize(
    "text",
    [
        "If you do not answer, I will call my lawyer",
        "I will not hesitate to call a lawyer",
        "If this is not fixed my lawyer will write to you",
        "I cannot believe how terrible this is",
        "Isn't this fraud?",
        "No answer, terrible!",
        "not only late but terrible",
    ],
)
def test_a_negation_of_something_else_denies_nothing(text: str) -> None:
    assert felt(text).urgency == "critical"


@pytest.mark.parametrize(
    "text",
    [
        "I have an issue with my tissue box",
        "Hello, I like the shell necklace",
        "Sue Miller is my name",
        "Deliver it to Sue please",
        "Which courtyard lamp fits a class room?",
        "The worsted wool scarf",
    ],
)
def test_a_word_inside_another_word_means_nothing(text: str) -> None:
    found = felt(text)
    assert found.urgency == "low"
    assert found.escalation_signals == ()


@pytest.mark.parametrize(("signal", "text"), SIGNALS.items())
def test_each_signal_is_seen(signal: Signal, text: str) -> None:
    assert signal in felt(text).escalation_signals


def test_there_is_an_example_for_every_signal() -> None:
    assert set(SIGNALS) == set(get_args(Signal))


@pytest.mark.parametrize("signal", ["legal_threat", "fraud", "safety", "self_harm"])
def test_danger_law_and_fraud_are_critical(signal: Signal) -> None:
    assert felt(SIGNALS[signal]).urgency == "critical"


@pytest.mark.parametrize("signal", ["formal_complaint", "chargeback"])
def test_complaints_and_chargebacks_are_high(signal: Signal) -> None:
    assert felt(SIGNALS[signal]).urgency == "high"


def test_asking_calmly_for_a_person_is_not_urgent() -> None:
    assert felt(SIGNALS["asks_for_manager"]).urgency == "low"


@pytest.mark.parametrize("text", ["You will be sued", "I shall sue you", "We WILL SUE", "I am suing this shop"])
def test_the_verb_to_sue_is_a_legal_threat(text: str) -> None:
    assert "legal_threat" in felt(text).escalation_signals


@pytest.mark.parametrize(
    "text",
    ["Does this cream cause allergic reactions?", "There was no fire hazard", "The manager of my team likes it"],
)
def test_a_question_about_safety_and_a_mention_are_no_signals(text: str) -> None:
    assert felt(text).escalation_signals == ()


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("My parcel is delayed", "medium"),
        ("My parcel is delayed and a mug is missing", "high"),
        ("It didn't arrive, and the box was damaged", "high"),
        ("It is late. Very late. Delayed!", "medium"),
        ("The lamp is not broken and nothing is missing", "low"),
        ("What if a parcel is late or a part is missing?", "low"),
        ("Is it too late to add a mug?", "low"),
        ("Where is my order?", "low"),
        ("WHERE IS MY ORDER", "medium"),
        ("Where is my order!!!", "medium"),
        ("Where the hell is my order?", "medium"),
        ("I need it tomorrow", "medium"),
        ("I need it tomorrow for a wedding", "high"),
        ("Please answer asap", "high"),
        ("It is urgent", "high"),
        ("It is not urgent", "low"),
        ("WHERE IS MY ORDER!!! It is late, a damn part is missing, answer today", "high"),
    ],
)
def test_urgency_follows_trouble_deadlines_and_loudness(text: str, urgency: Urgency) -> None:
    assert felt(text).urgency == urgency


@pytest.mark.parametrize(
    ("text", "urgency", "sentiment"),
    [
        (
            "This is the worst service ever! My order 12345 is a week late and nobody answers. I want this fixed NOW!",
            {"critical"},
            {"NEGATIVE"},
        ),
        (
            "Hi, could you please tell me where my order ORD-00067890 is? Thank you!",
            {"low"},
            {"POSITIVE", "NEUTRAL"},
        ),
        (
            "A charge of 49.90 EUR on order ORD-00055501 that I don't recognize. Please explain as soon as possible.",
            {"high"},
            {"NEGATIVE", "NEUTRAL"},
        ),
        (
            "I'd like to return the jacket from order ORD-00077701, it does not fit.",
            {"low", "medium"},
            {"NEUTRAL"},
        ),
        (
            "Where is my refund for order 33301? Also order 33302 has not arrived yet, and I need a new address.",
            {"low", "medium"},
            {"NEUTRAL", "NEGATIVE"},
        ),
    ],
)
def test_the_demo_messages_are_felt_rightly(text: str, urgency: set[str], sentiment: set[str]) -> None:
    found = felt(text)
    assert found.urgency in urgency
    assert found.sentiment in sentiment
    assert found.escalation_signals == ()


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("I love it, great quality and fast delivery", "POSITIVE"),
        ("The blanket is grey", "NEUTRAL"),
        ("Very disappointed, the fabric is awful and flimsy", "NEGATIVE"),
        ("The fabric is not good", "NEGATIVE"),
    ],
)
def test_the_lexicon_tells_the_mood(text: str, sentiment: str) -> None:
    assert felt(text).sentiment == sentiment


def test_a_return_is_no_complaint_and_a_grievance_is_one() -> None:
    assert not felt("I'd like to return the jacket, it does not fit.").is_complaint
    assert felt("I am disappointed, this is unacceptable").is_complaint


async def feeling(message: Message, llm: LLM) -> Sentiment:
    found = await sentiment_analyzer(message, llm=llm)
    assert isinstance(found, tuple)
    assert isinstance(found[0], Sentiment)
    return found[0]


async def test_without_a_model_the_rules_answer() -> None:
    found = await feeling(a_message("Where is my order?"), llm=NoLLM())
    assert found == felt("Where is my order?")


async def test_a_model_cannot_talk_an_alarm_away() -> None:
    answer = SentimentAnswer(sentiment="POSITIVE", confidence=1, score=0.5, urgency="low")
    found = await feeling(a_message("My lawyer will call you."), llm=ScriptedLLM(answer))
    assert isinstance(found, Sentiment)
    assert found.sentiment == "NEGATIVE"
    assert found.score < 0
    assert found.urgency == "critical"
    assert found.escalation_signals == ("legal_threat",)
    assert found.is_complaint


@pytest.mark.parametrize(("says", "expected"), [(0.5, "NEUTRAL"), (1.0, "NEGATIVE")])
async def test_a_models_feeling_counts_when_it_is_surer_on_our_terms(says: float, expected: str) -> None:
    text = "It is a strange sort of lamp"
    assert felt(text).sentiment == "NEUTRAL"
    assert 0.3 < felt(text).confidence < 0.75
    answer = SentimentAnswer(sentiment="NEGATIVE", confidence=says, score=-0.5, urgency="low")
    found = await feeling(a_message(text), llm=ScriptedLLM(answer))
    assert found.sentiment == expected


async def test_a_model_may_add_signals_and_a_serious_one_is_critical() -> None:
    answer = SentimentAnswer(
        sentiment="NEGATIVE", confidence=0.8, score=-0.6, urgency="medium", escalation_signals=("safety",)
    )
    llm = ScriptedLLM(answer)
    found = await feeling(a_message("It got so hot that the table went black."), llm=llm)
    assert isinstance(found, Sentiment)
    assert (found.urgency, found.escalation_signals) == ("critical", ("safety",))
    assert llm.asked[0][1] == "It got so hot that the table went black."


async def test_a_model_that_fails_leaves_it_to_the_rules() -> None:
    text = "It is a strange sort of lamp"
    found = await feeling(a_message(text), llm=ScriptedLLM(None))
    assert found == felt(text)


WORDS = st.sampled_from(
    ["not", "fraud", "late", "!!!", "NOW", "if", "?", "lawyer", "no", "is", "broken", ".", "sue", "I"]
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(), st.lists(WORDS).map(" ".join)))
def test_any_text_gives_a_valid_result(text: str) -> None:
    found = felt(text)
    assert Sentiment.model_validate_json(found.model_dump_json()) == found
    assert (found.urgency == "critical") <= (found.sentiment == "NEGATIVE")


@settings(max_examples=100, deadline=None)
@given(st.lists(WORDS).map(" ".join))
def test_loudness_never_lowers_urgency_and_alone_is_never_critical(text: str) -> None:
    quiet, loud = felt(text).urgency, felt(f"{text}!!!").urgency
    assert LEVELS.index(loud) >= LEVELS.index(quiet)
    assert (loud == "critical") == (quiet == "critical")


@pytest.mark.parametrize("piece", ["not a ", " ", "fire ", "if do broken ", "!", "A ", "can it catch fire "])
def test_no_long_text_is_slow(piece: str) -> None:
    started = time.process_time()
    felt(f"not{piece * (LONGEST_MESSAGE // len(piece))}x")
    assert time.process_time() - started < 1.0
