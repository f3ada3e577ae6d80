"""What `make bench` measures side by side runs on one mesh, and ends as the mesh does."""

import asyncio

from bench import waterfall
from bench.costs import stores
from bench.courses import Sitting, courses
from bench.routes import travelled
from tests.e2e.conftest import Stack


def test_everything_is_answered_on_one_mesh_and_its_costs_are_found(stack: Stack) -> None:
    routes, before = asyncio.run(travelled(stack)), stores(stack)
    sitting = Sitting(stack)
    with courses(stack, routes, peer=stack.url) as found:
        assert {(one.name, one.clients) for one in found} >= {("raw", 20), ("hops", 20), ("sockets", 100), ("peer", 1)}
        sitting.alternate([one for one in found if one.clients == 1], 1, 0.5)
    assert {name: load["1"].errors for name, load in sitting.loads.items()} == dict.fromkeys(
        ("chat", "sockets", "raw", "hops", "peer"), 0
    )
    assert all(load["1"].per_minute.least > 0 for load in sitting.loads.values())
    assert set(sitting.loads["raw"]["1"].cpu_ms) == {"temporal", "raw workflow", "raw activities"}
    assert set(sitting.memory) == set(stack.pids())
    assert stores(stack)["history"] >= before["history"] > 0


def test_every_visit_has_its_place_in_the_waterfall(stack: Stack) -> None:
    parts = asyncio.run(waterfall.measured(stack, 1))
    worked = [part.name.removesuffix(": works") for part in parts if part.kind == "actor"]
    assert [set(name.split(" + ")) for name in worked] == [set(group) for group in asyncio.run(travelled(stack))[0]]
    assert (parts[0].kind, parts[-1].kind) == ("gateway", "gateway")
