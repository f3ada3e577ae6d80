"""Moods are learned from examples, and the score agrees with the feeling."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities._feeling import RANGES, mood, scored, traits
from activities._mood_words import MOOD_WORDS
from activities._understanding.heads import HERE, Head, head
from activities.sentiment_analyzer import felt

EXAMPLES = HERE / "sentiments"
WHAT_IS_KNOWN = 384 + 20


@pytest.mark.parametrize(
    ("text", "feeling"),
    [
        ("After two days the wheel came off and my son fell.", "NEGATIVE"),
        ("The wheels have a diameter of twelve inches.", "NEUTRAL"),
        ("My son rides it to school every day with a big smile.", "POSITIVE"),
        ("I have no complaints about this wheelbarrow.", "POSITIVE"),
        ("This wheelbarrow isn't worth a cent.", "NEGATIVE"),
        ("Could you tell me which wheel fits the small barrow?", "NEUTRAL"),
        ("Oh great, the wheel fell off again.", "NEGATIVE"),
        ("It broke after a week. I want my money back. Nobody answers my mails.", "NEGATIVE"),
        ("Thank you so much, the new wheel came today. It runs beautifully.", "POSITIVE"),
    ],
)
def test_a_whole_sentence_tells_the_mood(text: str, feeling: str) -> None:
    assert mood(text).feeling == feeling


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_score_and_feeling_never_disagree(text: str) -> None:
    found = felt(text)
    lowest, highest = RANGES[found.sentiment]
    assert lowest <= found.score <= highest
    assert 1 / 3 <= found.confidence <= 1


def test_the_score_still_tells_the_furious_from_the_displeased() -> None:
    furious = "I hate this awful junk, it is a horrible nightmare and your staff is rude and incompetent."
    assert scored(furious, "NEGATIVE") < -0.85 < scored("I do not like the colour.", "NEGATIVE")


def test_a_certain_mood_is_surer_than_a_doubtful_one() -> None:
    assert mood("I love it, it is wonderful!").confidence > 0.9 > mood("It is cheap, and it looks it.").confidence


def test_the_parts_of_a_text_are_weighed_one_by_one() -> None:
    one_way, other_way = traits("Great lamp, awful cable."), traits("Awful cable, great lamp.")
    assert one_way.shape == (WHAT_IS_KNOWN - 384,)
    best, worst, last, first = slice(4, 5), slice(5, 6), slice(6, 7), slice(7, 8)
    assert one_way[best] == other_way[best] > 0 > one_way[worst] == other_way[worst]
    assert one_way[last] < 0 < other_way[last]
    assert one_way[first] > 0 > other_way[first]


def test_the_weights_fit_what_is_known_of_a_text(tmp_path: Path) -> None:
    trained = head("sentiment")
    assert trained.dense.shape == (WHAT_IS_KNOWN, 3)
    trained.save(tmp_path / "again.npz")
    again = Head.load(tmp_path / "again.npz")
    assert np.array_equal(again.dense, trained.dense)
    assert again.labels == ("negative", "neutral", "positive")


def test_each_example_has_one_mood() -> None:
    lines = [line.casefold() for file in EXAMPLES.glob("*.txt") for line in file.read_text("utf-8").splitlines()]
    assert [line for line, often in Counter(lines).items() if often > 1] == []
    assert len(lines) > 3000


def test_words_of_mood_have_a_weight_of_the_lexicons_scale() -> None:
    assert all(-4 <= weight <= 4 and weight for weight in MOOD_WORDS.values())
    assert all(word == word.lower() for word in MOOD_WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "Right now I am looking for a lamp.",
        "Right now, the lamp stands in the hall.",
        "I called them right away and a friendly man answered.",
    ],
)
def test_telling_a_story_is_not_pressing(text: str) -> None:
    assert felt(text).urgency == "low"


@pytest.mark.parametrize(
    "text",
    [
        "Right now! I want it",
        "I ordered a lamp and need it right now",
        "Please send it right away",
        "I called twice. Answer right now!",
    ],
)
def test_a_demand_is_pressing(text: str) -> None:
    assert felt(text).urgency == "high"


def test_someone_surely_upset_complains_without_naming_a_problem() -> None:
    assert felt("The heater smells of burning plastic.").is_complaint
    assert not felt("I would like to know what the lamp weighs.").is_complaint
