"""Pages of plain files. Whoever loads one sees nothing yet: what it shows comes from APIs that ask who is there."""

from pathlib import Path

from starlette.responses import FileResponse

STATIC = Path(__file__).parent / "static"


def page(name: str) -> FileResponse:
    """The page of this folder, asked for anew each time: its files change with a release."""
    return FileResponse(STATIC / name / "index.html", headers={"Cache-Control": "no-cache"})
