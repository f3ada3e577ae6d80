"""What stands in for the buckets of NATS; `tests.fakes.MemoryRegisters` puts it together."""

from collections.abc import Sequence

from mesh.nodes import NAMES, Keepers
from mesh.nodes import Standing as Stand
from mesh.registers import Change, Register, Registers, Standing


class MemoryBuckets(Registers):
    """Whole buckets in a dictionary."""

    kept: dict[str, Register]
    in_stream = 0

    async def waiting(self) -> int:
        """How many messages wait for intake."""
        return self.in_stream

    async def put(self, bucket: str, key: str, value: bytes) -> None:
        await self.write(bucket, key, value, (await self.read(bucket, key)).revision)

    async def everything(self, bucket: str) -> tuple[bytes, ...]:
        return tuple(found.value or b"" for key, found in self.kept.items() if key.startswith(f"{bucket}."))

    async def write_together(self, bucket: str, changes: Sequence[Change]) -> bool:
        for change in changes:
            if (await self.read(bucket, change.key)).revision != change.revision:
                return False
        for change in changes:
            await self.write(bucket, change.key, change.value, change.revision)
        return True

    async def under(self, bucket: str, start: str) -> dict[str, Register]:
        place = f"{bucket}.{start}."
        found = {key: kept for key, kept in self.kept.items() if key.startswith(place)}
        return {key.removeprefix(f"{bucket}."): kept for key, kept in found.items()}

    async def nodes(self, stream: str) -> tuple[Standing, ...]:
        return (Standing("memory", leads=True, current=True),)

    async def standing(self) -> Stand:
        return Stand(dict.fromkeys(NAMES, Keepers(leader="memory")))

    @property
    def connections(self) -> int:
        return 0
