"""`mesh replay` and `mesh save`: dead messages on their way again, and saved ones through today's actors."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress

from mesh.actor import discover
from mesh.bus import Bus
from mesh.cli.failed import NOTHING, chosen, filters
from mesh.dead import DeadLetter, Wanted
from mesh.errors import MeshError
from mesh.letters import Letters
from mesh.protocol import MAX_ENVELOPE_BYTES, Message, ProtocolError, misfit
from mesh.replay import Repair, steps_of
from mesh.revival import End, Revival
from mesh.settings import Settings
from mesh.story import Story
from mesh.temporal import connect
from workers.process import read_settings
from workers.rehearsal import Rehearsal, fills
from workers.replaying import UNBURIED, Replaying, Result
from workers.saved import Saved, compare

WRONG, UNDER_WAY = 1, 4
console, aside = Console(highlight=False), Console(stderr=True, highlight=False)


class Setting(click.ParamType[tuple[str, Any]]):
    name = "slot.path=value"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Any]:
        path, equals, text = str(value).partition("=")
        if not equals:
            self.fail("write it as slot.path=value, the value in JSON", param, ctx)
        try:
            return path, json.loads(text)
        except ValueError:
            self.fail(f"{text!r} is no JSON; put a text in double quotes", param, ctx)


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "every", is_flag=True, help="Every dead letter.")
@filters
@click.option(
    "--from", "start", metavar="STEP", help="Begin at this actor, or step number, instead of where it failed."
)
@click.option("--route", metavar="a,b+c,d", help="Visit these from there on, instead of what lay ahead.")
@click.option("--set", "slots", type=Setting(), multiple=True, help="Set a value of the payload; may be repeated.")
@click.option("--file", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Repaired message.")
@click.option("--dry-run", is_flag=True, help="Change nothing: print what would be different from then.")
@click.option("--against", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of saved ones.")
@click.option("--wait", default=120.0, show_default=True, help="Longest wait for each message's end, in seconds.")
def replay(ids: tuple[str, ...], against: Path | None, dry_run: bool, **options: Any) -> None:  # noqa: ANN401, FBT001
    """Send dead messages on their way again: those with an ID (a letter's number, or a message id) or that fit.

    A replay keeps the message id and repeats no effect. A message leaves the dead letters only when it ended well.
    Unreadable bytes: `mesh failed show --raw ID > FILE`, repair FILE, then `mesh replay ID --file FILE`.
    --against DIR re-runs messages that `mesh save` wrote through today's actors, with effects stubbed.

    \b
    Codes: 0 all ended well, or nothing changed (--against)
           1 some failed or ended in an apology, or something changed; or a server cannot be reached
           2 the command line is wrong
           3 no letter fits
           4 none failed, but some are still under way
    """  # noqa: D301 - click wants this very character
    if against is not None:
        sys.exit(_run(_against(read_settings(), against)))
    selection = {name: options[name] for name in Wanted.model_fields}
    if not (ids or options["every"] or options["file"] or any(selection.values())):
        raise click.UsageError("say which: an ID, --all, --reason, --actor, --since, --older or --session")
    try:
        route = options["route"]
        repair = Repair(start=options["start"], steps=steps_of(route) if route else None, slots=options["slots"])
        mended = _mended(options["file"])
    except ProtocolError as error:
        raise click.UsageError(str(error)) from error
    if mended is not None and len(ids) > 1:
        raise click.UsageError("--file repairs one message: give one ID, or none")
    order = Order(ids, Wanted(**selection), repair, mended, options["wait"])
    sys.exit(_run(order.rehearse(read_settings()) if dry_run else order.send(read_settings())))


@click.command()
@click.argument("message_ids", nargs=-1, required=True, metavar="MESSAGE_ID...")
@click.option("--to", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder.")
def save(message_ids: tuple[str, ...], folder: Path) -> None:
    """Save messages as they came in, with what became of them, for `mesh replay --against`.

    Ends with code 3 when Temporal no longer knows one of them.
    """
    sys.exit(_run(_save(read_settings(), message_ids, folder)))


class Order:
    """What the command was asked to replay, and how."""

    def __init__(
        self, ids: tuple[str, ...], wanted: Wanted, repair: Repair, mended: Message | None, wait: float
    ) -> None:
        self._ids, self._wanted, self._repair, self._mended, self._wait = ids, wanted, repair, mended, wait

    async def send(self, settings: Settings) -> int:
        """Replay what fits; the exit code."""
        async with Bus.open(settings, "cli") as bus:
            work = await self._work(bus, settings)
            letters = await self._letters(work.letters)
            if not letters:
                return _nothing()
            with _bar() as bar:
                ends = await work.all(letters, _teller(bar, len(letters)))
        console.print(_summary(ends))
        return WRONG if ends["failed"] + ends["apologised"] + ends["unknown"] else UNDER_WAY * bool(ends["under way"])

    async def rehearse(self, settings: Settings) -> int:
        """Print what a replay would change; the exit code."""
        code = 0
        async with Bus.open(settings, "cli") as bus, Rehearsal.open(settings) as rehearsal:
            work = await self._work(bus, settings)
            letters = await self._letters(work.letters)
            for letter in letters:
                code = max(code, await _rehearsed(letter, work, rehearsal))
        return code if letters else _nothing()

    async def _work(self, bus: Bus, settings: Settings) -> Replaying:
        slots = {name: fills(one) for name, one in discover().items()}
        journeys = Revival(await connect(settings))
        return Replaying(Letters(bus), journeys, self._repair, slots, self._wait, self._mended)

    async def _letters(self, letters: Letters) -> list[DeadLetter]:
        if self._mended is None or self._ids:
            return await chosen(letters, self._wanted, self._ids)
        return [_unburied(self._mended)]


async def _rehearsed(letter: DeadLetter, work: Replaying, rehearsal: Rehearsal) -> int:
    try:
        begin = await work.ready(letter)
        then = letter.message()
    except MeshError as error:
        console.print(f"{letter.sequence}: {error}", markup=False)
        return WRONG
    end = await rehearsal.play(begin, then)
    changes = Story.of(then).changes(Story.of(end))
    waits = f"waits at {'+'.join(end.route.here)}" if end.route.here else f"would end {end.ending}"
    dead = end.payload.error if not end.route.done else None
    verdict = f"would fail again: {dead.reason}" if dead else waits
    console.print(f"{letter.sequence} {letter.message_id}: {verdict}", *changes, sep="\n", markup=False)
    return WRONG if dead or end.ending == "apologised" else 0


async def _against(settings: Settings, folder: Path) -> int:
    changed = 0
    files = Saved.files(folder)
    async with Rehearsal.open(settings, recorded_facts=True) as rehearsal:
        for file in files:
            saved = Saved.read(file)
            changes = await compare(saved, rehearsal)
            changed += bool(changes)
            if changes:
                console.print(f"{saved.message.message_id}:", *changes, sep="\n", markup=False)
    console.print(f"{len(files)} saved messages, {changed} changed")
    return (WRONG if changed else 0) if files else NOTHING


async def _save(settings: Settings, message_ids: tuple[str, ...], folder: Path) -> int:
    journeys, code = Revival(await connect(settings)), 0
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    for message_id in message_ids:
        accepted, ended = await journeys.accepted(message_id), await journeys.message(message_id)
        if accepted is None or ended is None:
            aside.print(f"no journey is known by the id {message_id}", markup=False)
            code = NOTHING
        else:
            Saved.of(accepted, ended).write(folder)
    return code


def _mended(file: Path | None) -> Message | None:
    if file is None:
        return None
    data = file.read_bytes()
    if len(data) > MAX_ENVELOPE_BYTES:
        raise ProtocolError(f"{len(data):,} bytes are too large for a message; the limit is {MAX_ENVELOPE_BYTES:,}")
    try:
        return Message.model_validate_json(data)
    except ValidationError as error:
        raise ProtocolError(f"{file} holds no message: {misfit(error)}") from None


def _unburied(message: Message) -> DeadLetter:
    """A letter for a message that comes from a file alone; there is nothing to take out for it."""
    return DeadLetter.read(UNBURIED, "file", {}, message.model_dump_json().encode(), datetime.now(UTC))


def _nothing() -> int:
    aside.print("no dead letter fits")
    return NOTHING


def _summary(ends: Counter[End]) -> str:
    return f"{ends.total()} replayed: " + ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))


def _bar() -> Progress:
    return Progress(console=aside, transient=True)


def _teller(bar: Progress, total: int) -> Callable[[Result], None]:
    task = bar.add_task("replaying", total=total)

    def tell(result: Result) -> None:
        bar.advance(task)
        if result.end != "well":
            letter = result.letter
            console.print(f"{letter.sequence} {letter.message_id}: {result.end}: {result.why}", markup=False)

    return tell


def _run(work: Coroutine[Any, Any, int]) -> int:
    try:
        return asyncio.run(work)
    except MeshError as error:
        aside.print(str(error), markup=False)
        return WRONG
