"""An error that nobody expected is an answer too, and passes everything that answers pass."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problems import broken


class Broken:
    """Answers for what failed, and lets the error go on to the log.

    The framework's own answer comes from outside all middleware: without protecting headers, uncounted, unnoted, and
    unreadable to pages of other origins.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception:
            if not begun:
                await broken()(scope, receive, noted)
            raise
