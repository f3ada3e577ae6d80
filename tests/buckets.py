"""What stands in for the buckets of NATS; `tests.fakes.MemoryRegisters` puts it together."""

from mesh.registers import Register, Registers


class MemoryBuckets(Registers):
    """Whole buckets in a dictionary."""

    kept: dict[str, Register]

    async def put(self, bucket: str, key: str, value: bytes) -> None:
        await self.write(bucket, key, value, (await self.read(bucket, key)).revision)

    async def everything(self, bucket: str) -> tuple[bytes, ...]:
        return tuple(found.value or b"" for key, found in self.kept.items() if key.startswith(f"{bucket}."))
