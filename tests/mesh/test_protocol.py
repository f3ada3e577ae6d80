"""Messages: the wire format, and what no actor can do to them."""

import json
from contextlib import nullcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mesh.protocol import Enrichment, Failure, Message, Outcome, Policy, ProtocolError, Route
from tests.fakes import a_message

WIRE = """{
  "message_id": "m-1", "session_id": "s-1",
  "route": {
    "steps": [["sentiment_analyzer", "intent_analyzer"], "decision_router"], "current_step": 0,
    "error_handler": "escalation_router", "policies": {"decision_router": {"timeout": 5}}, "trace": []
  },
  "payload": {
    "customer_message": "Where is my order?", "customer_email": "polly@example.com",
    "sentiment": null, "intent": null, "context": null, "api_data": null, "action_plan": null, "response": null,
    "guardrail_check": null, "execution_result": null, "error": null, "recovery_log": [],
    "loyalty": {"points": 12}
  },
  "metadata": {"channel": "web"}
}"""
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
OWN_SLOTS = st.text("abcdefgh_", min_size=3, max_size=12).map(lambda name: f"own_{name}")


class Mood(Enrichment, slot="sentiment"):
    mood: str


class Notes(Enrichment, slot="notes"):
    lines: tuple[str, ...] = ()


def test_the_wire_format_of_the_design_loads_as_it_is() -> None:
    message = Message.model_validate_json(WIRE)
    assert message.route.here == ("sentiment_analyzer", "intent_analyzer")
    assert message.route.policy("decision_router") == Policy(timeout=5)
    assert json.loads(message.model_dump_json())["payload"]["loyalty"] == {"points": 12}


@given(slots=st.dictionaries(OWN_SLOTS, JSON, max_size=4), fields=st.dictionaries(OWN_SLOTS, JSON, max_size=3))
def test_unknown_slots_and_fields_survive_a_round_trip_at_every_level(
    slots: dict[str, Any], fields: dict[str, Any]
) -> None:
    wire = json.loads(WIRE)
    wire |= fields
    wire["payload"] |= slots
    wire["route"] |= fields
    wire["route"]["policies"]["decision_router"] |= fields
    message = Message.model_validate(wire)
    moved = message.after({"a": Outcome(), "b": Outcome(enrichment={"sentiment": {"mood": "fine"}})})
    back = json.loads(moved.model_dump_json())
    assert {name: back[name] for name in fields} == fields
    assert {name: back["payload"][name] for name in slots} == slots
    assert {name: back["route"][name] for name in fields} == fields
    assert {name: back["route"]["policies"]["decision_router"][name] for name in fields} == fields


@given(st.lists(st.dictionaries(OWN_SLOTS, JSON, max_size=3), max_size=5))
def test_the_original_input_never_changes_and_the_position_only_grows(found: list[dict[str, Any]]) -> None:
    message = a_message("Where is my order?", route=Route.of(*("step" for _ in range(8))))
    for slots in found:
        after = message.after({"step": Outcome(enrichment=slots)})
        assert after.payload.customer_message == "Where is my order?"
        assert after.payload.customer_email == message.payload.customer_email
        assert after.route.current_step == message.route.current_step + 1
        message = after


@pytest.mark.parametrize("slot", ["customer_message", "customer_email", "error", "recovery_log"])
def test_an_outcome_cannot_fill_what_belongs_to_the_customer_or_the_protocol(slot: str) -> None:
    with pytest.raises(ProtocolError, match=slot):
        a_message().after({"somebody": Outcome(enrichment={slot: "mine now"})})
    with pytest.raises(ProtocolError, match=slot):
        type("Forged", (Enrichment,), {}, slot=slot)


def test_a_group_merges_what_its_actors_found() -> None:
    outcomes = {"a": Outcome.of(Mood(mood="fine")), "b": Outcome.of(Notes(lines=("x",)))}
    message = a_message().after(outcomes)
    assert message.need(Mood).mood == "fine"
    assert message.need(Notes).lines == ("x",)


def test_two_actors_of_a_group_cannot_fill_one_slot_or_both_edit_the_route() -> None:
    with pytest.raises(ProtocolError, match="both fill sentiment"):
        a_message().after({"a": Outcome.of(Mood(mood="fine")), "b": Outcome.of(Mood(mood="bad"))})
    route = Route(steps=("somebody",))
    with pytest.raises(ProtocolError, match="a and b edited the route"):
        a_message().after({"a": Outcome(route=route.then("x")), "b": Outcome(route=route.then("y"))})


def test_an_outcome_is_an_enrichment_or_a_route_but_not_both() -> None:
    with pytest.raises(ValidationError, match="an enrichment or a route"):
        Outcome(enrichment={"a": 1}, route=Route())


@given(JSON)
def test_whatever_an_actor_answers_it_is_an_outcome_or_a_protocol_error(raw: Any) -> None:
    fits = raw is None or (isinstance(raw, dict) and not raw.keys() & {"enrichment", "route"})
    with nullcontext() if fits else pytest.raises(ProtocolError, match="not an outcome"):
        assert isinstance(Outcome.read(raw), Outcome)


def test_an_empty_slot_is_named_when_it_is_needed() -> None:
    assert a_message().get(Mood) is None
    with pytest.raises(ProtocolError, match="sentiment is empty"):
        a_message().need(Mood)


def test_a_failure_is_logged_and_the_route_goes_to_its_error_handler() -> None:
    message = a_message(route=Route.of("a", "b", error_handler="handler"))
    failed = message.failed([Failure(actor="a", hop=0, kind="exhausted", reason="the shop is down")])
    assert failed.payload.error is not None
    assert failed.payload.error.reason == "the shop is down"
    assert failed.failures("a") == 1
    assert failed.route.here == ("handler",)
    assert failed.route.dropped == ("b",)
    with pytest.raises(ProtocolError, match="error handler handler failed"):
        failed.failed([Failure(actor="handler", hop=1, kind="permanent", reason="no")])


def test_the_idempotency_key_names_message_hop_and_action() -> None:
    message = a_message(route=Route.of("a", "b").advance())
    assert message.key("refund") == "m-1:1:refund"


def test_facets_hold_no_personal_data() -> None:
    message = a_message().enriched(
        {
            "sentiment": {"urgency": "high"},
            "intent": {"intent": "order_status"},
            "context": {"customer": {"tier": "vip", "email": "polly.inquirer@example.com"}},
        }
    )
    facets = message.facets("working")
    assert facets == {
        "SessionId": "s-1", "Actor": "somebody", "State": "working", "Intent": "order_status", "Urgency": "high",
        "Channel": "web", "Tier": "vip",
    }  # fmt: skip


@pytest.mark.parametrize("bad", ["polly@example.com", "a b", "", "x" * 65, "a.b", "a>"])
def test_an_id_that_could_be_an_address_or_break_a_subject_is_refused(bad: str) -> None:
    with pytest.raises(ValidationError):
        Message.model_validate({**json.loads(WIRE), "session_id": bad})


@pytest.mark.parametrize("odd", ["polly@example.com", "x" * 3000, "+49 (170) 1234567", "a\nb"])
def test_what_does_not_look_like_a_word_becomes_no_facet(odd: str) -> None:
    message = a_message().enriched({"intent": {"intent": odd}, "sentiment": {"urgency": "high"}})
    facets = message.facets("working")
    assert "Intent" not in facets
    assert facets["Urgency"] == "high"


def test_a_message_that_would_outgrow_its_envelope_is_refused() -> None:
    with pytest.raises(ProtocolError, match="the limit is 262,144"):
        a_message().after({"somebody": Outcome(enrichment={"notes": "x" * 300_000})})
