"""Messages that died in every way are found, listed, repaired and replayed; none of their deeds is done twice."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from mesh.letters import Letters
from mesh.revival import Revival
from tests.conftest import until
from tests.e2e.conftest import Stack, a_question, a_stack
from tests.e2e.graves import KINDS, Grave, a_grave, die, mend, repaired, replay

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A mesh of its own: other tests leave dead letters too."""
    with a_stack(tmp_path_factory.mktemp("yard"), DEAD_SWEEP="1") as found:
        yield found


def effects(stack: Stack, graves: list[Grave]) -> dict[str, list[str]]:
    return {
        grave.message.message_id: sorted(effect["operation"] for effect in stack.effects(grave.message.message_id))
        for grave in graves
    }


async def test_twenty_dead_letters_of_all_kinds_end_well_when_replayed_and_repeat_nothing(
    yard: Stack, tmp_path: Path
) -> None:
    graves = [a_grave(kind) for kind in KINDS * 4]
    async with yard.bus() as bus:
        letters = await die(yard, graves, bus)
        before = effects(yard, graves)
        assert Counter(letter.kind for letter in letters) == {"invalid": 4, "unfinished": 16}
        failures = Counter(letter.failure for letter in letters)
        assert failures == {"": 4, "unserved": 8, "hop_cap": 4, "terminated": 4}
        # Those that died late had changed the shop before.
        assert Counter(len(operations) for operations in before.values()) == {1: 12, 0: 8}

        listed = yard.mesh("failed", "--json", "--reason", "terminated")
        assert listed.returncode == 0, listed.stderr
        assert len(listed.stdout.splitlines()) == 4
        assert "/namespaces/default/workflows/" in json.loads(listed.stdout.splitlines()[0])["link"]
        assert yard.mesh("failed", "--reason", "nothing like it").returncode == 3

        async with repaired(yard):
            assert await mend(yard, graves, letters, tmp_path) == [0] * 4
            done = await asyncio.to_thread(replay, yard, "--reason", "unfinished")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "16 replayed: 16 well" in done.stdout
        assert [letter async for letter in Letters(bus).after()] == []
        replies = [await bus.replies_after(grave.message.session_id, 0) for grave in graves]
    ends = [await yard.end(grave.message.message_id) for grave in graves]
    assert Counter(end.ending for end in ends) == {"resolved": 20}
    after = effects(yard, graves)
    assert Counter(len(operations) for operations in after.values()) == {1: 20}
    assert {name: after[name] for name, operations in before.items() if operations} == {
        name: operations for name, operations in before.items() if operations
    }
    assert {found[-1].status for found in replies} == {"resolved"}
    assert replay(yard, "--all").returncode == 3


async def test_a_replay_from_before_a_deed_does_not_do_it_again(yard: Stack) -> None:
    graves = [a_grave("unhandled")]
    async with yard.bus() as bus:
        (letter,) = await die(yard, graves, bus)
    before = effects(yard, graves)
    async with repaired(yard):
        done = await asyncio.to_thread(replay, yard, str(letter.sequence), "--from", "decision_router")
    assert done.returncode == 0, done.stdout + done.stderr
    assert effects(yard, graves) == before
    end = await yard.end(letter.message_id)
    visits = Counter(entry.actor for entry in end.route.trace if entry.kind == "visited")
    assert visits["execution_coordinator"] == 2


async def test_a_dry_run_tells_the_difference_and_changes_nothing(yard: Stack) -> None:
    graves = [a_grave("unhandled")]
    async with yard.bus() as bus:
        (letter,) = await die(yard, graves, bus)
        before = effects(yard, graves)
        again = replay(yard, "--all", "--dry-run")
        other = replay(yard, str(letter.sequence), "--dry-run", "--route", "response_generator,response_aggregator")
        assert [one.sequence async for one in Letters(bus).after()] == [letter.sequence]
        status = await Revival(await yard.client()).finished(letter.message_id)
        await Letters(bus).delete(letter.sequence)
    assert (again.returncode, other.returncode) == (1, 0), again.stderr + other.stderr
    assert "would fail again" in again.stdout
    assert "would end resolved" in other.stdout
    assert "  + sentiment_analyzer+intent_analyzer+context_retriever > decision_router" in other.stdout
    assert "actions:" not in other.stdout
    assert (status, effects(yard, graves)) == ("failed", before)


async def test_a_letter_is_shown_with_its_payload_trace_and_link_and_its_bytes(yard: Stack) -> None:
    async with yard.bus() as bus:
        (dead,) = await die(yard, [a_grave("unhandled")], bus)
        await bus.publish_raw("ecommerce.support.sentiment_analyzer", b"\xff raw", "raw-bytes")
        raw = await until(lambda: Letters(bus).get(dead.sequence + 1))
        letters = {letter.kind: letter for letter in (dead, raw)}
        shown = yard.mesh("failed", "show", str(letters["unfinished"].sequence), COLUMNS="160")
        assert shown.returncode == 0, shown.stderr
        for part in (
            "no worker took",
            "ORD-00067890",
            "late_actor",
            "execution_coordinator",
            "/workflows/",
            "mesh replay",
        ):
            assert part in shown.stdout
        assert letters["invalid"].data == b"\xff raw"
        assert yard.mesh("failed", "show", "999999").returncode == 3
        for letter in letters.values():
            await Letters(bus).delete(letter.sequence)


async def test_what_was_saved_plays_again_the_same_and_a_changed_expectation_is_told(
    yard: Stack, tmp_path: Path
) -> None:
    questions = [a_question(), a_question("Please send me the invoice for order ORD-00067890 again.")]
    async with yard.bus() as bus:
        for question in questions:
            await bus.publish(question)
    for question in questions:
        await yard.end(question.message_id)
    saved = replay(yard, *(one.message_id for one in questions), "--to", str(tmp_path), command="save")
    assert saved.returncode == 0, saved.stderr
    same = replay(yard, "--against", str(tmp_path))
    assert (same.returncode, same.stdout) == (0, "2 saved messages, 0 changed\n"), same.stdout + same.stderr
    file = tmp_path / f"{questions[1].message_id}.json"
    file.write_text(
        file.read_text().replace('"outcome": "done",\n        "amount"', '"outcome": "refused",\n        "amount"')
    )
    changed = replay(yard, "--against", str(tmp_path))
    assert changed.returncode == 1
    assert "resend_invoice ORD-00067890 refused" in changed.stdout
    assert "2 saved messages, 1 changed" in changed.stdout
