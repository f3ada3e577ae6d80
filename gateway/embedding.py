"""The widget's files: its modules as one small script, its words in each language, open to every page that embeds them.

The modules stay apart in the tree and are joined when the gateway starts: nobody has to run a build, and a page loads
two files instead of eighteen. That works because no two modules use one name at their top, which a test watches.
"""

import gzip
import re
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

WIDGET: Final = Path(__file__).parent / "static" / "widget"
PATH: Final = "/static/widget"
ENTRY: Final = "widget.js"
OPEN: Final = {
    # A module is fetched with CORS from another origin; nothing in these files is anybody's.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=300",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}
_IMPORT: Final = re.compile(r'^import \{[^}]*\} from "\./([\w/]+\.js)";\n', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:const|class|function)\b)", re.MULTILINE)
_COMMENT: Final = re.compile(r"^\s*//.*\n", re.MULTILINE)
_INDENT: Final = re.compile(r"^\s+", re.MULTILINE)
_CSS: Final = re.compile(r"(?<=`)\n:host.*?(?=`;)", re.DOTALL)
_AROUND: Final = re.compile(r"\s*([{};,])\s*|(?<=:)\s+")


def script() -> str:
    """Every module of the widget as one, each behind those that it imports."""
    return "".join(_lean(_EXPORT.sub("", _IMPORT.sub("", (WIDGET / name).read_text()))) for name in _in_order(ENTRY))


def _in_order(name: str, seen: frozenset[str] = frozenset()) -> list[str]:
    found: list[str] = []
    for other in _IMPORT.findall((WIDGET / name).read_text()):
        found += [one for one in _in_order(other, seen | set(found)) if one not in found]
    return [one for one in (*found, name) if one not in seen]


def _lean(code: str) -> str:
    """Without comments, indents, and the blanks of a style sheet: they are for whoever reads the tree."""
    dressed = _CSS.sub(lambda css: _AROUND.sub(lambda found: found[1] or "", css[0]).strip(), code)
    return _INDENT.sub("", _COMMENT.sub("", dressed))


class _File:
    def __init__(self, code: str) -> None:
        self.plain = code.encode()
        self.zipped = gzip.compress(self.plain, mtime=0)
        self.etag = f'"{sha256(self.plain).hexdigest()[:20]}"'

    def response(self, request: Request) -> Response:
        headers = {**OPEN, "ETag": self.etag}
        if request.headers.get("if-none-match") == self.etag:
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        zipped = "gzip" in request.headers.get("accept-encoding", "")
        if zipped:
            headers["Content-Encoding"] = "gzip"
        return Response(self.zipped if zipped else self.plain, headers=headers, media_type="text/javascript")


def files() -> ASGIApp:
    """An app that serves `widget.js` and `texts/<language>.js`."""
    texts = {f"texts/{path.name}": _lean(path.read_text()) for path in (WIDGET / "texts").glob("*.js")}
    kept = {name: _File(code) for name, code in {ENTRY: script(), **texts}.items()}
    return Starlette(routes=[Route(f"/{name}", file.response) for name, file in kept.items()])
