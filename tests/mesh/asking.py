"""One question to scripted models, as several tests ask it."""

from pydantic import BaseModel

from mesh.llm import LLM, Prompt
from tests.fakes import MemorySessions, settings
from tests.llm_server import ModelServer, says

PROMPT = Prompt("mood", 3, "Say how the customer feels.")
GOOD = says('{"mood": "calm"}', (1000, 100))
SECOND = says('{"mood": "second"}')
NONSENSICAL = says("calm, I think")


class Mood(BaseModel):
    mood: str


def entry(server: ModelServer, name: str, **more: object) -> dict[str, object]:
    return {"model": "openai/scripted", "name": name, "api_base": server.base, "api_key": "k", **more}


def asking(*models: dict[str, object], sessions: MemorySessions | None = None, **changes: object) -> LLM:
    return LLM(settings(llm_models=models, **changes), sessions)


async def mood(llm: LLM, text: str = "Fine.") -> str | None:
    found = await llm.ask(Mood, prompt=PROMPT, text=text)
    return found.mood if found else None
