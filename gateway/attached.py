"""The files that a message refers to, looked up when it comes: only those of its own session."""

from collections.abc import Sequence
from http import HTTPStatus

from gateway.edge import Edge
from gateway.problems import Problem
from mesh.attachments import ATTACHMENTS, Attachments
from mesh.protocol import JsonValue, Message


async def to_message(edge: Edge, message: Message, attachment_ids: Sequence[str]) -> Message:
    """The message with the references of its files.

    Raises:
        Problem: 409, one of them is none of this session's.
    """
    if not attachment_ids:
        return message
    kept = Attachments(edge.settings.mesh_data_dir)
    references: list[JsonValue] = []
    for attachment_id in dict.fromkeys(attachment_ids):
        found = await kept.find(message.session_id, attachment_id)
        if found is None:
            detail = f"No file {attachment_id} was sent in this conversation, or it was removed since."
            raise Problem(HTTPStatus.CONFLICT, detail, message_id=message.message_id)
        references.append(found.reference.model_dump(mode="json"))
    payload = message.payload.model_copy(update={ATTACHMENTS: references})
    return message.model_copy(update={"payload": payload})
