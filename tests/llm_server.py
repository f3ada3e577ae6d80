"""A scripted OpenAI-compatible server: it answers, hangs, drips, refuses, talks nonsense, or hangs up, as told."""

import contextlib
import json
import select
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.conftest import free_ports

NEVER = 3600.0
LOOKS_EVERY = 0.02


@dataclass(frozen=True)
class Says:
    """One answer: a status and a body, how long it takes to begin, and how slowly it comes."""

    body: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0
    drip: float = 0.0
    hangs_up: bool = False


def completion(content: str | None, tokens: tuple[int, int] = (1, 1), finish: str = "stop") -> str:
    """A body as a provider sends it; `finish` is `length` when the answer had used up its tokens."""
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content}}
    usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}
    told = {"id": "c-1", "object": "chat.completion", "created": 1, "model": "scripted"}
    return json.dumps({**told, "choices": [choice], "usage": usage})


def says(content: str | None, tokens: tuple[int, int] = (1, 1)) -> Says:
    return Says(completion(content, tokens))


def cut(content: str, tokens: tuple[int, int] = (1, 1)) -> Says:
    """An answer that was not at its end."""
    return Says(completion(content, tokens, "length"))


def refuses(status: int, message: str = "no", **headers: str) -> Says:
    body = json.dumps({"error": {"message": message}})
    return Says(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


HANGS = Says(after=NEVER)
GARBAGE = Says("<html>not json at all</html>")
HANGS_UP = Says(hangs_up=True)


class ModelServer:
    """Gives the answers of its script in order, and the last one from then on."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}/v1"
        self.script = [says('{"mood": "angry", "score": -0.9}')]
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.closing = threading.Event()
        self.left = threading.Event()
        """Whoever waited for an answer has hung up: a real server stops writing one."""

    def interrupted(self, connection: socket.socket, seconds: float) -> bool:
        """Whether this server is closed, or nobody listens any more, before that time is over."""
        until = time.monotonic() + seconds
        while (more := until - time.monotonic()) > 0 and not self.closing.wait(min(more, LOOKS_EVERY)):
            readable, _, _ = select.select([connection], [], [], 0)
            if readable and not connection.recv(1, socket.MSG_PEEK):
                self.left.set()
                return True
        return self.closing.is_set()

    def next(self, head: str, request: dict[str, Any]) -> Says:
        self.keys.append(head)
        self.asked.append(request)
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


@contextlib.contextmanager
def model_server(port: int | None = None) -> Iterator[ModelServer]:
    """A server of its own, ended with the block: whoever still waits for an answer is hung up on."""
    scripted = ModelServer(port or free_ports(1)[0])

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = scripted.next(self.headers.get("Authorization", ""), request)
            if scripted.interrupted(self.connection, answer.after) or answer.hangs_up:
                self.close_connection = True
                return
            with contextlib.suppress(OSError):
                self._send(answer)

        def _send(self, answer: Says) -> None:
            data = answer.body.encode()
            self.send_response(answer.status)
            for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            for byte in data if answer.drip else ():
                self.wfile.write(bytes([byte]))
                time.sleep(answer.drip)
            if not answer.drip:
                self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has there
            """Say nothing: the output is the test's."""

    port_of = int(scripted.base.split(":")[2].split("/")[0])
    server = ThreadingHTTPServer(("127.0.0.1", port_of), Desk)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield scripted
    finally:
        scripted.closing.set()
        server.shutdown()
        thread.join()
        server.socket.close()
