"""The widget's files: small, compressed, and open to every page that embeds them."""

from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

WIDGET = Path(__file__).parent / "static" / "widget"
PATH = "/static/widget"


class _Open(StaticFiles):
    """A module is fetched with CORS from another origin; nothing in these files is anybody's."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers["Cache-Control"] = "public, max-age=300"
        return response


def files() -> ASGIApp:
    return GZipMiddleware(_Open(directory=WIDGET), minimum_size=200)
