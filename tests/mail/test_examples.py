"""The examples that e-mail is tested with have the shapes that the provider's own library knows."""

import json
from pathlib import Path
from typing import Any

import agentmail
import pytest
from pydantic import BaseModel

EXAMPLES = Path(__file__).parent / "examples"
TYPES: dict[str, type[BaseModel]] = {
    "received": agentmail.MessageReceivedEvent,
    "received_bare_address": agentmail.MessageReceivedEvent,
    "received_every_field": agentmail.MessageReceivedEvent,
    "received_html_only": agentmail.MessageReceivedEvent,
    "received_over_1_mb": agentmail.MessageReceivedEvent,
    "received_without_subject": agentmail.MessageReceivedEvent,
    "received_spam": agentmail.MessageReceivedEvent,
    "received_blocked": agentmail.MessageReceivedEvent,
    "received_unauthenticated": agentmail.MessageReceivedEvent,
    "sent": agentmail.MessageSentEvent,
    "delivered": agentmail.MessageDeliveredEvent,
    "bounced": agentmail.MessageBouncedEvent,
    "complained": agentmail.MessageComplainedEvent,
    "rejected": agentmail.MessageRejectedEvent,
    "opened": agentmail.MessageOpenedEvent,
    "security_review": agentmail.MessageSecurityReviewEvent,
    "domain_verified": agentmail.DomainVerifiedEvent,
}
OLDER = {"received_from_list", "received_from_objects", "received_overview"}
"""Shapes that older documentation shows and that the library's types have left behind."""
NEWER = {"of_tomorrow"}
"""What the provider may send one day."""


def example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text())
    return found


def strangers(read: BaseModel, path: str = "") -> list[str]:
    """The names in what was read that its type does not have."""
    found = [f"{path}{name}" for name in read.model_extra or {}]
    for name in type(read).model_fields:
        part = getattr(read, name)
        if isinstance(part, BaseModel):
            found += strangers(part, f"{path}{name}.")
    return found


@pytest.mark.parametrize("name", TYPES)
def test_the_provider_s_own_type_takes_the_example(name: str) -> None:
    read = TYPES[name].model_validate(example(name))
    assert strangers(read) == []
    assert getattr(read, "event_type") == example(name)["event_type"]  # noqa: B009 - each type has its own literal


@pytest.mark.parametrize("name", sorted(OLDER))
def test_the_provider_s_own_type_does_not_know_the_older_shapes(name: str) -> None:
    with pytest.raises(ValueError, match="validation error"):
        agentmail.MessageReceivedEvent.model_validate(example(name))


def test_every_example_is_one_of_these_and_has_an_id_of_its_own() -> None:
    names = {file.stem for file in EXAMPLES.glob("*.json")}
    assert names == {*TYPES, *OLDER, *NEWER}
    assert len({example(name)["event_id"] for name in names}) == len(names)


def test_the_every_field_example_leaves_no_field_of_the_message_out() -> None:
    message = agentmail.MessageReceivedEvent.model_validate(example("received_every_field")).message
    assert [name for name in type(message).model_fields if getattr(message, name) is None] == []
