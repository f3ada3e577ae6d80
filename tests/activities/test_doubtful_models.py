"""What a model says of a mood counts for as much as the model is sure of it, on our terms."""

import pytest

from activities.sentiment_analyzer import Sentiment, SentimentAnswer, felt, sentiment_analyzer
from mesh.llm import LLM
from mesh.protocol import Message
from tests.fakes import ScriptedLLM, a_message


async def feeling(message: Message, llm: LLM) -> Sentiment:
    found = await sentiment_analyzer(message, llm=llm)
    assert isinstance(found, tuple)
    assert isinstance(found[0], Sentiment)
    return found[0]


async def test_an_alarm_that_the_model_itself_doubts_is_none() -> None:
    text = "I was charged twice for the lamp, it seems"
    answer = SentimentAnswer(
        sentiment="NEGATIVE", confidence=0.5, score=-0.5, urgency="critical", escalation_signals=("fraud",)
    )
    llm = ScriptedLLM(answer)
    found = await feeling(a_message(text), llm=llm)
    assert (found.urgency, found.escalation_signals) == (felt(text).urgency, felt(text).escalation_signals)
    assert len(llm.asked) == 1


async def test_a_plainly_calm_message_is_not_sent_to_a_model() -> None:
    llm = ScriptedLLM(SentimentAnswer(sentiment="NEGATIVE", confidence=1, score=-1, urgency="critical"))
    assert await feeling(a_message("Where is my order?"), llm=llm) == felt("Where is my order?")
    assert llm.asked == []


@pytest.mark.parametrize(("says", "urgency", "score"), [(0.5, "low", -0.1), (1.0, "high", -0.875)])
async def test_a_model_that_is_less_sure_alarms_nobody(says: float, urgency: str, score: float) -> None:
    answer = SentimentAnswer(sentiment="NEGATIVE", confidence=says, score=-1, urgency="high")
    found = await feeling(a_message("It is a strange sort of lamp"), llm=ScriptedLLM(answer))
    assert (found.urgency, found.score) == (urgency, score)
