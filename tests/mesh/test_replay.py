"""A dead message begins again at the right step, along the right route, with the same keys for the same deeds."""

from typing import Any

import pytest

from mesh.protocol import Enrichment, Failure, JsonValue, Message, Outcome, ProtocolError, Route, TraceEntry
from mesh.replay import Repair, replayed, shown, steps_of
from tests.fakes import a_message


class Found(Enrichment, slot="found"):
    value: int = 1


FILLS = {"seeker": ("found",), "doer": ("execution_result",)}


def visit(message: Message, route: Route | None = None, **slots: Any) -> Message:
    """The message after its current step was visited."""
    (name,) = message.route.here
    line = TraceEntry(actor=name, hop=message.route.current_step, kind="visited")
    return message.after({name: Outcome(route=route) if route else Outcome(enrichment=slots or None)}, line)


def fail(message: Message, reason: str = "down") -> Message:
    (name,) = message.route.here
    failure = Failure(actor=name, hop=message.route.current_step, kind="permanent", reason=reason)
    return message.failed([failure], TraceEntry(actor=name, hop=failure.hop, kind="failed", why=reason))


def buried(message: Message) -> Message:
    """As the workflow buries it when its current visit fails and nobody handles that."""
    (name,) = message.route.here
    failure = Failure(actor=name, hop=message.route.current_step, kind="permanent", reason="down")
    log = (*message.payload.recovery_log, failure)
    return message.model_copy(
        update={"payload": message.payload.model_copy(update={"error": failure, "recovery_log": log})}
    )


def a_trip(*steps: str) -> Message:
    return a_message(route=Route(steps=steps, error_handler="handler"))


def test_it_begins_at_the_visit_that_failed_not_at_the_handler_that_failed_too() -> None:
    dead = buried(fail(visit(a_trip("seeker", "doer", "teller"), found=1)))
    assert dead.route.here == ("handler",)
    again = replayed(dead, Repair())
    assert again.route.current_step == 1
    assert again.route.steps == ("seeker", "doer", "teller")
    assert (again.payload.error, again.payload.recovery_log) == (None, ())
    assert again.payload.model_extra == {"found": 1}
    assert again.message_id == dead.message_id
    assert (again.route.trace[-1].kind, again.route.trace[-1].hop) == ("entered", 1)
    assert "handler failed (permanent): down" in (again.route.trace[-1].why or "")


def test_without_a_handler_it_begins_where_it_stood() -> None:
    dead = buried(visit(a_message(route=Route(steps=("a", "b", "c")))))
    assert replayed(dead, Repair()).route.here == ("b",)


def test_a_circle_gets_hops_to_go_on_with() -> None:
    dead = a_message(route=Route(steps=("a",) * 60, current_step=50))
    again = replayed(buried(dead), Repair())
    assert (again.route.current_step, again.route.hop_cap) == (50, 100)


def test_from_a_step_ahead_leaves_out_what_lies_before_it() -> None:
    again = replayed(buried(a_trip("a", "b", "c")), Repair(start="c"))
    assert (again.route.current_step, again.route.here) == (2, ("c",))


def test_from_a_visited_router_gives_back_what_lay_ahead_before_its_edit() -> None:
    first = a_trip("seeker", "router", "teller")
    there = visit(first, found=1)
    edited = visit(there, route=there.route.insert_next("doer", why="acts"))
    done = visit(edited, execution_result={"results": []})
    dead = buried(done)
    again = replayed(dead, Repair(start="router"), accepted=first, fills=FILLS)
    assert again.route.current_step == 1
    assert again.route.steps == ("seeker", "router", "teller")
    assert again.payload.model_extra == {"found": 1}
    assert again.payload.execution_result is None
    with pytest.raises(ProtocolError, match="say it with --route"):
        replayed(dead, Repair(start="router"))
    assert replayed(dead, Repair(start="router", steps=("x",))).route.steps == ("seeker", "x")


def test_a_deed_that_is_done_again_has_the_key_that_it_had_even_at_another_hop() -> None:
    first = a_trip("router", "doer", "teller")
    at_doer = visit(first)
    assert at_doer.key("refund") == "m-1:1:refund"
    dead = buried(visit(at_doer))
    again = replayed(dead, Repair(start="router"), accepted=first)
    detour = visit(again, route=again.route.insert_next("new", why="repaired"))
    moved = visit(detour)
    assert (moved.route.here, moved.route.current_step) == (("doer",), 2)
    assert moved.key("refund") == "m-1:1:refund"
    third = replayed(buried(moved), Repair(start="router"), accepted=first)
    assert visit(third).key("refund") == "m-1:1:refund"


def test_a_visit_that_was_open_when_the_journey_ended_keeps_its_key() -> None:
    first = a_trip("a", "doer")
    again = replayed(buried(visit(first)), Repair(start="a"))
    assert visit(visit(again, route=again.route.insert_next("b", why="x"))).key("cancel") == "m-1:1:cancel"


def test_another_visit_of_the_same_actor_has_a_key_of_its_own() -> None:
    again = replayed(buried(visit(visit(a_trip("a", "doer", "c")))), Repair(start="doer", steps=("doer", "doer")))
    assert again.key("x") == "m-1:1:x"
    assert visit(again).key("x") == "m-1:2:x"


def test_a_reply_of_a_replay_is_not_taken_for_the_one_before() -> None:
    dead = buried(a_trip("a", "b"))
    assert dead.reply_id == "m-1:0"
    again = replayed(dead, Repair())
    assert again.reply_id == "m-1:0:r1"
    assert replayed(buried(again), Repair()).reply_id == "m-1:0:r2"


def test_nonsense_in_the_metadata_counts_as_a_first_run() -> None:
    message = a_trip("a").model_copy(update={"metadata": {"rerun": {"count": "many"}}})
    assert (message.key("x"), message.reply_id) == ("m-1:0:x", "m-1:0")


def test_slots_are_set_by_path_and_what_the_customer_said_is_not() -> None:
    dead = buried(a_trip("a").enriched({"intent": {"intent": "x", "entities": {"order_ids": ["1"]}}}))
    again = replayed(dead, Repair(slots=(("intent.entities.order_ids", ["2"]), ("new.deep", True))))
    assert again.payload.intent == {"intent": "x", "entities": {"order_ids": ["2"]}}
    assert again.payload.model_extra == {"new": {"deep": True}}
    for path in ("customer_message", "recovery_log", "", "intent..x"):
        with pytest.raises(ProtocolError, match="cannot be set"):
            replayed(dead, Repair(slots=((path, "x"),)))


PLAN: JsonValue = {"actions": [{"name": "process_refund", "amount": 120}]}
APPROVED: dict[str, JsonValue] = {"verdict": "approved", "by": "Dana"}


@pytest.mark.parametrize(
    ("slots", "approval"),
    [
        ((("action_plan", {"actions": []}),), None),
        ((("action_plan.actions", [{"name": "process_refund", "amount": 5000}]),), None),
        ((("action_plan", PLAN),), APPROVED),
        ((("response.text", "Done."),), APPROVED),
        ((("approval.by", "Ann"), ("action_plan", {"actions": []})), {**APPROVED, "by": "Ann"}),
    ],
    ids=["another plan", "another sum", "the same plan", "other words", "approved anew"],
)
def test_an_approval_does_not_pass_to_a_plan_that_nobody_saw(
    slots: tuple[tuple[str, JsonValue], ...], approval: JsonValue
) -> None:
    dead = buried(a_trip("doer").enriched({"action_plan": PLAN, "approval": APPROVED}))
    again = replayed(dead, Repair(slots=slots))
    assert (again.payload.model_extra or {})["approval"] == approval


def test_a_changed_plan_that_nobody_had_approved_gets_no_slot_for_it() -> None:
    dead = buried(a_trip("doer").enriched({"action_plan": PLAN}))
    again = replayed(dead, Repair(slots=(("action_plan", {"actions": []}),)))
    assert "approval" not in (again.payload.model_extra or {})


def test_a_step_that_is_nowhere_is_refused_with_the_route() -> None:
    with pytest.raises(ProtocolError, match="no step zzz; it is a,b"):
        replayed(buried(a_trip("a", "b")), Repair(start="zzz"))
    with pytest.raises(ProtocolError, match="nothing is left to visit"):
        replayed(visit(a_trip("a")), Repair())


def test_a_route_is_written_as_it_is_read() -> None:
    assert steps_of("a, b+c ,d") == ("a", ("b", "c"), "d")
    assert shown(("a", ("b", "c"), "d")) == "a,b+c,d"
    with pytest.raises(ProtocolError, match="is no route"):
        steps_of("a,,b")


def test_every_replay_is_accepted_as_a_message() -> None:
    again = replayed(buried(fail(a_trip("a", "b"))), Repair())
    assert Message.model_validate_json(again.model_dump_json()) == again
