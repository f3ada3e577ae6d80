"""What must hold afterwards."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

from bench.chaos.customers import Conversation
from bench.stack import Stack
from mesh.bus import Bus
from mesh.letters import Letters
from mesh.store import History
from tests.conftest import until

HEALTHY_WITHIN = 30.0
ENDED_WITHIN = 120.0
HEALTH = ("/api/health", "/api/health/actors", "/api/health/storage", "/api/health/services")


@dataclass
class Verdict:
    """What was found; everything but the counts and the dead letters, which are ends, must be empty."""

    said: int = 0
    answered: int = 0
    unanswered: list[str] = field(default_factory=list)
    without_end: list[str] = field(default_factory=list)
    doubled_effects: list[str] = field(default_factory=list)
    lost_replies: list[str] = field(default_factory=list)
    given_twice: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    audit: str = ""
    dead_letters: list[str] = field(default_factory=list)
    effects: int = 0
    healthy_after: float | None = None

    @property
    def holds(self) -> bool:
        lists = (
            self.unanswered, self.without_end, self.doubled_effects,
            self.lost_replies, self.given_twice, self.out_of_order, self.audit,
        )  # fmt: skip
        return self.healthy_after is not None and not any(lists)


async def healthy_after(stack: Stack, since: float) -> float | None:
    """Seconds from `since` (monotonic) until every health endpoint answers 200; None when that takes too long."""
    async with httpx.AsyncClient(base_url=stack.url, timeout=3, trust_env=False) as http:
        while (waited := time.monotonic() - since) < HEALTHY_WITHIN:
            if await _healthy(http):
                return waited
            await asyncio.sleep(0.25)
    return None


async def _healthy(http: httpx.AsyncClient) -> bool:
    try:
        return all([(await http.get(path)).is_success for path in HEALTH])
    except httpx.HTTPError:
        return False


async def judge(stack: Stack, conversations: Sequence[Conversation]) -> Verdict:
    """Look at the history, the reply stream and the shop's ledger."""
    verdict = Verdict(said=sum(len(one.said) for one in conversations))
    verdict.answered = sum(len(one.answered) for one in conversations)
    verdict.unanswered = [said for one in conversations for said in one.said if said not in one.answered]
    verdict.given_twice = [reply for one in conversations for reply in one.given_twice]
    async with Bus.open(stack.settings, "chaos") as bus:
        for one in conversations:
            # What answers a mail lies in its thread, where its customer has looked.
            if one.channel == "chat":
                await _judge_replies(bus, one, verdict)
        verdict.dead_letters = [f"{one.kind}: {one.reason}" async for one in Letters(bus).after()]
    async with httpx.AsyncClient(base_url=stack.url, timeout=30, trust_env=False, headers=stack.credentials()) as http:
        for one in conversations:
            await _judge_history(http, one, verdict)
        await _judge_effects(http, stack, conversations, verdict)
    verdict.audit = await _audited(stack)
    return verdict


async def _audited(stack: Stack) -> str:
    """What `mesh audit` prints when every journey has had time to end."""
    async with History.open(stack.settings) as history:

        async def ended() -> bool:
            return not await history.unended()

        with contextlib.suppress(TimeoutError):
            await until(ended, ENDED_WITHIN)
    done = await asyncio.to_thread(stack.mesh, "audit")
    printed = f"{done.stdout}{done.stderr}".strip()
    return printed or (f"exit code {done.returncode}" if done.returncode else "")


async def _judge_replies(bus: Bus, one: Conversation, verdict: Verdict) -> None:
    """Every message has its reply in the stream, and they come in the order of the messages."""
    first: dict[str, int] = {}
    for reply in await bus.replies_after(one.session_id, 0):
        first.setdefault(reply.message_id, reply.sequence or 0)
    verdict.lost_replies += [said for said in one.said if said not in first]
    places = [first[said] for said in one.said if said in first]
    if places != sorted(places):
        verdict.out_of_order.append(one.session_id)


async def _judge_history(http: httpx.AsyncClient, one: Conversation, verdict: Verdict) -> None:
    for said in one.said:
        answer = await http.get(f"/api/chat/{said}")
        if answer.status_code != httpx.codes.OK:
            verdict.without_end.append(said)


async def _judge_effects(
    http: httpx.AsyncClient, stack: Stack, conversations: Sequence[Conversation], verdict: Verdict
) -> None:
    """One message changes one thing of the shop once."""
    ours = {said for one in conversations for said in one.said}
    ledger = (await http.get(f"{stack.settings.shop_targets['orders']}/_effects")).json()
    effects = [effect for effect in ledger if str(effect["key"]).split(":")[0] in ours]
    verdict.effects = len(effects)
    times = Counter((effect["key"].split(":")[0], effect["operation"], effect["target"]) for effect in effects)
    verdict.doubled_effects = [" ".join(map(str, what)) for what, found in times.items() if found > 1]
