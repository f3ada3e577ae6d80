"""Children are started again when they die, and none is left when their supervisor stops."""

import asyncio
import logging
import sys
from pathlib import Path

import psutil
import pytest

from mesh.errors import MeshError
from tests.conftest import until
from workers import children as module
from workers import ledger
from workers.children import Child, Children
from workers.servers import Program

UP = "import os, time; open('{mark}', 'a').write(f'{{os.getpid()}}\\n')"
SLEEPS = f"{UP}; time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPS}"
DIES = f"print('last words'); {UP}; raise SystemExit(3)"


class Nursery:
    """Children whose every process leaves its pid in a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.children = Children(folder)

    def start(self, name: str, code: str) -> Child:
        child = Child(Program(name, (sys.executable, "-c", code.format(mark=self.folder / name))))
        self.children.start(child)
        return child

    def pids(self, name: str) -> list[int]:
        mark = self.folder / name
        return [int(line) for line in mark.read_text().split()] if mark.exists() else []

    async def born(self, name: str, count: int = 1) -> list[int]:
        async def enough() -> list[int]:
            return found if len(found := self.pids(name)) >= count else []

        found: list[int] = await until(enough)
        return found


@pytest.fixture
def nursery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nursery:
    monkeypatch.setattr(module, "GRACE", 1.0)
    monkeypatch.setattr(module, "PAUSES", (0.05,))
    return Nursery(tmp_path)


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid)


async def test_a_child_that_is_killed_is_started_again(nursery: Nursery, caplog: pytest.LogCaptureFixture) -> None:
    async with nursery.children:
        child = nursery.start("nats", SLEEPS)
        (first,) = await nursery.born("nats")
        with caplog.at_level(logging.WARNING):
            psutil.Process(first).kill()
            second = (await nursery.born("nats", 2))[1]
        assert (child.restarts, child.running) == (1, True)
        assert second != first
        assert (
            f"nats ended (killed by SIGKILL); starting it again, see {nursery.children.log_of('nats')}" in caplog.text
        )
    assert gone(second)


async def test_an_errand_is_run_once_and_says_how_it_failed(nursery: Nursery) -> None:
    errand = Program("opening", (sys.executable, "-c", DIES.format(mark=nursery.folder / "opening")))
    async with nursery.children:
        with pytest.raises(MeshError, match=r"opening did not end well \(exit code 3\)"):
            await nursery.children.errand(errand)
    assert len(nursery.pids("opening")) == 1


async def test_an_errand_that_nobody_waits_for_any_more_is_ended(nursery: Nursery) -> None:
    errand = Program("opening", (sys.executable, "-c", SLEEPS.format(mark=nursery.folder / "opening")))
    async with nursery.children:
        asking = asyncio.create_task(nursery.children.errand(errand))
        (pid,) = await nursery.born("opening")
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    assert gone(pid)


async def test_a_child_that_ends_by_itself_is_started_again_and_again(
    nursery: Nursery, caplog: pytest.LogCaptureFixture
) -> None:
    async with nursery.children:
        child = nursery.start("shop", DIES)
        await nursery.born("shop", 4)
        assert child.restarts >= 3
    assert "shop ended (exit code 3)" in caplog.text
    assert nursery.children.log_of("shop").read_text().startswith("last words\nlast words\n")
    # Nobody starts it again after the end.
    born = len(nursery.pids("shop"))
    await asyncio.sleep(0.2)
    assert len(nursery.pids("shop")) == born


async def test_the_pause_grows_with_every_restart_in_a_row(nursery: Nursery, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await real(0)

    monkeypatch.setattr(module, "PAUSES", (0.1, 0.2, 0.3))
    monkeypatch.setattr(asyncio, "sleep", sleep)

    async def five() -> bool:
        await real(0.05)
        return len(pauses) >= 5

    async with nursery.children:
        nursery.start("shop", "raise SystemExit(1)")
        async with asyncio.timeout(30):
            while not await five():
                pass
    assert pauses[:5] == [0.1, 0.2, 0.3, 0.3, 0.3]


async def test_a_child_that_was_healthy_for_long_is_started_again_soon(
    nursery: Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STEADY", 0.0)
    async with nursery.children:
        child = nursery.start("shop", DIES)
        await nursery.born("shop", 4)
        assert child.in_a_row == 0


async def test_stopping_ends_every_child_even_one_that_ignores_the_request(nursery: Nursery) -> None:
    async with nursery.children:
        nursery.start("meek", SLEEPS)
        nursery.start("stubborn", STUBBORN)
        pids = [*await nursery.born("meek"), *await nursery.born("stubborn")]
    assert [pid for pid in pids if not gone(pid)] == []


async def test_children_are_ended_in_reverse_order_of_their_start(nursery: Nursery) -> None:
    last_words = (
        f"import signal, sys; signal.signal(signal.SIGTERM, lambda *_: (open('{nursery.folder / 'ends'}', 'a')"
        ".write('{name} '), sys.exit())); "
    )
    async with nursery.children:
        for name in ("server", "worker", "gateway"):
            code = last_words.replace("{name}", name) + SLEEPS
            nursery.start(name, code)
            await nursery.born(name)
    assert (nursery.folder / "ends").read_text().split() == ["gateway", "worker", "server"]


async def test_an_error_of_the_supervisor_leaves_no_child_behind(nursery: Nursery) -> None:
    async def fails() -> None:
        async with nursery.children:
            nursery.start("nats", SLEEPS)
            await nursery.born("nats")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    assert gone(nursery.pids("nats")[0])


async def test_the_ledger_follows_the_children(nursery: Nursery) -> None:
    async with nursery.children:
        assert [entry.name for entry in ledger.alive(nursery.folder)] == ["mesh up"]
        nursery.start("nats", SLEEPS)
        (first,) = await nursery.born("nats")
        psutil.Process(first).kill()
        second = (await nursery.born("nats", 2))[1]
        entries = ledger.alive(nursery.folder)
        assert [(entry.name, entry.restarts) for entry in entries] == [("mesh up", 0), ("nats", 1)]
        assert entries[1].pid == second
    assert ledger.alive(nursery.folder) == []


async def test_a_child_is_in_a_session_of_its_own_so_that_ctrl_c_reaches_the_supervisor_alone(
    nursery: Nursery,
) -> None:
    async with nursery.children:
        nursery.start("nats", f"import os; assert os.getsid(0) == os.getpid(); {SLEEPS}")
        await nursery.born("nats")
        assert nursery.children.child("nats").restarts == 0


async def test_a_command_that_cannot_be_started_is_said_and_tried_again(
    nursery: Nursery, caplog: pytest.LogCaptureFixture
) -> None:
    child = Child(Program("absent", (str(nursery.folder / "no-such-program"),)))

    async def twice() -> bool:
        return child.restarts >= 2

    async with nursery.children:
        nursery.children.start(child)
        await until(twice, 5)
    assert "absent cannot be started" in caplog.text
