"""The real process, and the command that plays a customer at it."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from mesh.cli import main
from mesh.settings import Settings
from tests.conftest import free_ports
from tests.fakes import settings as clean_settings
from workers.mail import agentmail

INBOX = "support@shop.example.com"


@contextmanager
def running(settings: Settings, *more: str) -> Iterator[subprocess.Popen[str]]:
    """AgentMail as `mesh up` runs it."""
    command = [*agentmail(settings).command, *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("agentmail: http://127.0.0.1:")
            yield process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    folder = tmp_path_factory.mktemp("mail")
    agentmail_port, gateway_port = free_ports(2)
    found = clean_settings(mesh_data_dir=folder, agentmail_port=agentmail_port, gateway_port=gateway_port)
    with running(found):
        yield found


def send(settings: Settings, *options: str, **environment: Any) -> Result:
    given = {"AGENTMAIL_PORT": str(settings.agentmail_port), "MESH_DATA_DIR": str(settings.mesh_data_dir)}
    return CliRunner(env={**given, **environment}).invoke(main, ["email", "send", *options])


def url(settings: Settings, path: str) -> str:
    return f"{settings.agentmail_target}{path}"


def key(settings: Settings) -> dict[str, str]:
    return {"Authorization": f"Bearer {(settings.mesh_data_dir / 'agentmail.key').read_text()}"}


def reply(settings: Settings, message_id: str, text: str) -> httpx.Response:
    return httpx.post(
        url(settings, f"/v0/inboxes/{INBOX}/messages/{message_id}/reply"), json={"text": text}, headers=key(settings)
    )


def test_our_webhook_is_in_its_books_with_our_secret(mail: Settings) -> None:
    (hook,) = httpx.get(url(mail, "/v0/webhooks"), headers=key(mail)).json()["webhooks"]
    assert hook["url"] == f"{mail.gateway_url}/webhook/agentmail"
    assert hook["secret"] == (mail.mesh_data_dir / "agentmail.secrets").read_text()
    assert "message.received.unauthenticated" in hook["event_types"]
    assert "whsec_" not in " ".join(agentmail(mail).command)


def test_a_customer_writes_and_reads_the_answer_in_the_thread(mail: Settings) -> None:
    first = send(mail, "--from", "Ana <ana@example.com>", "--subject", "My order", "--text", "Where is it?")
    assert first.exit_code == 0, first.output
    message_id, thread_id = first.output.split()[1], first.output.split()[-1]
    answer = reply(mail, message_id, "On its way [to you].").json()
    second = send(
        mail, "--from", "ana@example.com", "--reply-to", answer["message_id"].strip("<>"), "--text", "And now?"
    )
    assert second.output.split()[-1] == thread_id
    reply(mail, second.output.split()[1], "It is there.")
    thread = httpx.get(url(mail, f"/_mock/threads/{thread_id}")).json()
    assert [message["text"] for message in thread["messages"]] == [
        "Where is it?",
        "On its way [to you].",
        "And now?",
        "It is there.",
    ]


def test_the_answer_is_printed_when_it_comes_in_time(mail: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    # The shop answers while the command looks away.
    def answered(_: float) -> None:
        newest = httpx.get(url(mail, f"/v0/inboxes/{INBOX}/messages"), headers=key(mail)).json()["messages"][0]
        reply(mail, newest["message_id"], "On its way [to you].")

    monkeypatch.setattr(time, "sleep", answered)
    found = send(mail, "--from", "ana@example.com", "--subject", "My order", "--text", "Where?", "--wait", "20")
    assert found.exit_code == 0, found.output
    assert "Subject: Re: My order" in found.output
    assert "On its way [to you]." in found.output


def test_no_answer_in_time_ends_with_a_code_of_its_own(mail: Settings) -> None:
    found = send(mail, "--from", "ana@example.com", "--text", "Where?", "--wait", "0")
    assert (found.exit_code, "no answer within 0 s" in found.output) == (3, True)


def test_html_and_the_want_of_proof_are_sent_along(mail: Settings, tmp_path: Path) -> None:
    (tmp_path / "mail.html").write_text("<p>Where?</p>")
    found = send(mail, "--from", "eve@example.com", "--html", str(tmp_path / "mail.html"), "--unauthenticated")
    message = httpx.get(url(mail, f"/_mock/messages/{found.output.split()[1]}")).json()
    assert (message["html"], message.get("text"), message["labels"]) == ("<p>Where?</p>", None, ["unauthenticated"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--from", "ana", "--text", "Where?"), "(400): ana is no e-mail address"),
        (
            ("--from", "ana@example.com", "--to", "x@y.example", "--text", "?"),
            "(404): No inbox takes mail for x@y.example",
        ),
        (("--from", "ana@example.com", "--text", "?", "--reply-to", "none@example.com"), "(404): Message not found"),
        (("--from", "ana@example.com"), "needs --text, --html, or both"),
    ],
)
def test_what_is_refused_says_why(mail: Settings, options: tuple[str, ...], words: str) -> None:
    found = send(mail, *options)
    assert found.exit_code != 0
    assert words in found.output + str(found.exception)


def test_without_the_mock_the_command_says_how_to_start_it(mail: Settings) -> None:
    (nobody,) = free_ports(1)
    found = send(mail, "--from", "ana@example.com", "--text", "?", AGENTMAIL_PORT=str(nobody))
    assert f"no mock AgentMail answers at http://127.0.0.1:{nobody}" in str(found.exception)


def test_nobody_plays_a_customer_at_a_real_provider(mail: Settings) -> None:
    found = send(mail, "--from", "ana@example.com", "--text", "?", AGENTMAIL_URL="https://api.agentmail.to")
    assert "AGENTMAIL_URL is set" in str(found.exception)


def test_mail_and_what_is_owed_to_webhooks_survive_kill_9(tmp_path: Path) -> None:
    agentmail_port, gateway_port = free_ports(2)
    found = clean_settings(mesh_data_dir=tmp_path, agentmail_port=agentmail_port, gateway_port=gateway_port)
    with running(found) as process:
        written = httpx.post(url(found, "/_mock/incoming"), json={"from": "ana@example.com", "text": "?"}).json()
        process.send_signal(signal.SIGKILL)
        process.wait()
    with running(found) as process:
        (owed,) = httpx.get(url(found, "/_mock/deliveries")).json()
        assert (owed["event_id"], owed["state"]) == (written["event_id"], "pending")
        assert httpx.get(url(found, f"/_mock/messages/{written['message_id']}")).json()["text"] == "?"
        assert len(httpx.get(url(found, "/v0/webhooks"), headers=key(found)).json()["webhooks"]) == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "mock_services.agentmail", "--port", port]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == 1
    assert f"127.0.0.1:{port}" in ended.stderr
