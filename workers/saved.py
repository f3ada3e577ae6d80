"""A message as it came in, with what became of it: a JSON file to compare today's actors with."""

from pathlib import Path

from pydantic import ValidationError

from mesh.errors import ProtocolError
from mesh.protocol import Message, misfit
from mesh.route import Wire
from mesh.story import Story
from workers.rehearsal import Rehearsal


class Saved(Wire):
    """What to play again, and what must come of it.

    Attributes:
        message: as accepted, with the route that it came with.
        recorded: as it ended; facts and the shop's answers are taken from it.
        expected: the story that must come out again. Edit it to expect something else.
    """

    message: Message
    recorded: Message
    expected: Story

    @classmethod
    def of(cls, accepted: Message, ended: Message) -> "Saved":
        return cls(message=accepted, recorded=ended, expected=Story.of(ended))

    @classmethod
    def read(cls, file: Path) -> "Saved":
        """Raises `ProtocolError` where the file is none."""
        try:
            return cls.model_validate_json(file.read_bytes())
        except ValidationError as error:
            raise ProtocolError(f"{file} is no saved message: {misfit(error)}") from None

    @staticmethod
    def files(folder: Path) -> list[Path]:
        return sorted(folder.glob("*.json"))

    def write(self, folder: Path) -> Path:
        file = folder / f"{self.message.message_id}.json"
        file.write_text(self.model_dump_json(indent=2))
        return file


async def compare(saved: Saved, rehearsal: Rehearsal) -> tuple[str, ...]:
    """What today's actors would do differently; empty when nothing."""
    ended = await rehearsal.play(saved.message, saved.recorded)
    return saved.expected.changes(Story.of(ended))
