"""A mail as a message of the mesh: its ids, its session, who vouches for its sender, and the route it takes."""

from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

from mesh.errands import ERRAND, Errand, errand_of
from mesh.errors import ProtocolError
from mesh.identity import IDENTITY, Kind
from mesh.mail.events import RECEIVED, Mail, Returned
from mesh.mail.letter import CHANNEL, MAIL, Enclosed, Letter
from mesh.mail.policy import failed
from mesh.mail.reading import line, words_of
from mesh.mail.threads import Writer
from mesh.personal import for_storage
from mesh.personal.message import spared
from mesh.protocol import JsonValue, Message, Payload, Route
from mesh.secret import fingerprint

MOST_ENCLOSED: Final = 10
WORST: Final = 120
FETCHED_LATER: Final = "(the words of this e-mail are fetched)"

Treatment = Literal["answer", "person"]


class MailRoutes(NamedTuple):
    """The routes of mails.

    Attributes:
        answer: of a mail that the mesh answers.
        person: of one that leads to somebody at the desk.
        fetch: of the errand that fetches the words of a mail.
    """

    answer: Route = Route()
    person: Route = Route()
    fetch: Route = Route()


def message_id_of(event_id: str) -> str:
    """The id of the message that an event becomes: the same however often, and by whichever webhook, it is told."""
    return f"mail-{fingerprint(event_id)}"


def kind_of(mail: Mail, event_type: str) -> Kind:
    """Who vouches for the sender: the provider, or nobody."""
    proven = event_type == RECEIVED and "unauthenticated" not in mail.labels and not failed(mail)
    return "mail" if proven else "anonymous"


def writer_of(mail: Mail, event_type: str) -> Writer:
    """Who wrote, as the thread remembers them. An unproven sender has a session apart from the proven one's."""
    kind = kind_of(mail, event_type)
    session = fingerprint(f"{mail.inbox_id}\n{mail.thread_id}\n{kind}\n{mail.sender}")
    return Writer(session_id=f"mail-{session}", identity=kind, letter=letter(mail))


def letter(mail: Mail) -> Letter:
    files = (Enclosed(name=line(one.filename, WORST) or "a file", size=one.size) for one in mail.attachments)
    return Letter(
        inbox_id=mail.inbox_id,
        thread_id=mail.thread_id,
        message_id=mail.message_id,
        sender=mail.sender,
        subject=for_storage(line(mail.subject)),
        enclosed=tuple(files)[:MOST_ENCLOSED],
    )


def composed(mail: Mail, writer: Writer, message_id: str, treatment: Treatment, routes: MailRoutes) -> Message:
    """The message that this mail becomes, or the errand that fetches its words."""
    silent = treatment == "person"
    route = routes.person if silent else routes.answer
    text = FETCHED_LATER if mail.omitted else words_of(mail)
    message = _message(writer, message_id, text, route, silent=silent)
    return _fetching(message, routes.fetch) if mail.omitted else message


def returned(found: Returned, event_type: str, writer: Writer, message_id: str, routes: MailRoutes) -> Message:
    """A mail of ours that came back, as a message that leads to a person. Nothing is mailed there automatically."""
    what = event_type.rsplit(".", 1)[-1]
    why = ", ".join(filter(None, (line(part, WORST) for part in (found.type, found.sub_type, found.reason))))
    text = f"[Our e-mail to this customer was {what}{f': {why}' if why else ''}.]"
    return _message(writer, message_id, text, routes.person, silent=True)


def fetched(errand: Message, mail: Mail | None) -> Message:
    """The message that waited for its words; with what was known of it when the provider has none any more.

    Raises:
        ProtocolError: this is no such errand.
    """
    waits = errand_of(errand)
    if waits is None or waits.then is None:
        raise ProtocolError("this is no errand that fetches the words of a mail")
    subject = errand.metadata.get(MAIL, {})
    known = subject.get("subject") if isinstance(subject, dict) else None
    text = words_of(mail) if mail else f"{known or ''}\n\n(an e-mail whose words cannot be read)".strip()
    return spared(
        errand.model_copy(
            update={
                "message_id": waits.of,
                "route": waits.then,
                "payload": errand.payload.model_copy(update={"customer_message": text}),
                "metadata": {name: value for name, value in errand.metadata.items() if name != ERRAND},
            }
        )
    )


def _message(writer: Writer, message_id: str, text: str, route: Route, *, silent: bool) -> Message:
    ours = writer.letter.model_copy(update={"silent": silent}).model_dump(mode="json")
    return spared(
        Message(
            message_id=message_id,
            session_id=writer.session_id,
            route=route,
            payload=Payload(customer_message=text, customer_email=writer.email),
            metadata={
                "channel": CHANNEL,
                "accepted_at": datetime.now(UTC).isoformat(),
                IDENTITY: writer.identity,
                MAIL: ours,
            },
        )
    )


def _fetching(message: Message, route: Route) -> Message:
    errand: JsonValue = Errand(of=message.message_id, then=message.route).model_dump(mode="json")
    update = {"message_id": f"{message.message_id}-words", "route": route}
    return message.model_copy(update={**update, "metadata": {**message.metadata, ERRAND: errand}})
