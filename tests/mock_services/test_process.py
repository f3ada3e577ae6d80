"""The real process: three ports, killed without warning and started again."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

REFUND = {"amount": 49.9, "reason": "fee"}
KEY = {"Idempotency-Key": "m:1:refund"}


class Running:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        # One line for each service, after its port is open: "orders: http://127.0.0.1:40123 (docs at /docs)".
        assert process.stdout is not None
        lines = [process.stdout.readline().split() for _ in range(3)]
        self.urls = {name.rstrip(":"): url for name, url, *_ in lines}

    def end(self, sign: signal.Signals) -> int:
        self.process.send_signal(sign)
        return self.process.wait(timeout=10)

    def refund(self) -> httpx.Response:
        return httpx.post(f"{self.urls['orders']}/orders/55501/refund", json=REFUND, headers=KEY)


@contextmanager
def running(*options: str) -> Iterator[Running]:
    command = [sys.executable, "-m", "mock_services", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Running(process)
        finally:
            process.kill()


def ports() -> list[str]:
    return [f"--{name}-port=0" for name in ("customers", "orders", "tracking")]


def test_an_effect_and_its_key_survive_kill_9(data: Path) -> None:
    with running(*ports(), "--data", str(data)) as shop:
        first = shop.refund()
        assert shop.end(signal.SIGKILL) == -signal.SIGKILL
    with running(*ports(), "--data", str(data)) as shop:
        again = shop.refund()
        order = httpx.get(f"{shop.urls['orders']}/orders/55501").json()
        effects = httpx.get(f"{shop.urls['tracking']}/_effects?key_prefix=m:1:").json()
    assert (again.content, again.headers["Idempotent-Replay"]) == (first.content, "true")
    assert (order["refunded"], len(order["refunds"]), len(effects)) == (49.9, 1, 1)


def test_sigterm_ends_it_cleanly_though_a_request_hangs() -> None:
    with running(*ports()) as shop:
        url = shop.urls["customers"]
        assert httpx.get(f"{url}/health").json() == {"status": "ok", "service": "customers"}
        httpx.put(f"{url}/_faults", json={"mode": "hang"})
        host, _, port = url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as hanging:
            hanging.sendall(b"GET /health HTTP/1.1\r\nHost: shop\r\n\r\n")
            assert shop.end(signal.SIGTERM) == 0


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "mock_services", *ports()[:2], "--tracking-port", port]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == 1
    assert f"127.0.0.1:{port}" in ended.stderr
