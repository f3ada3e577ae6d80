"""A delivery that nothing proves is 401, whatever is wrong with it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mesh.mail.signature import Signatures
from mesh.secret import Secret
from tests.gateway.provider import (
    RENEWED,
    SIGNED,
    Door,
    Event,
    a_door,
    a_mail,
    delivery,
)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with a_door() as found:
        yield found


def unsigned(mail: Event) -> dict[str, tuple[bytes, dict[str, str]]]:
    """Deliveries of this mail that prove nothing."""
    body, headers = delivery(mail)
    names = ("svix-id", "svix-timestamp", "svix-signature")
    found = {f"no {name}": (body, {key: value for key, value in headers.items() if key != name}) for name in names}
    found["another body"] = (body.replace(b"order", b"ordre"), headers)
    found["another id"] = (body, {**headers, "svix-id": "msg_other"})
    for stamp in ("", "soon", "nan", "inf", "-inf", "1e999", "9" * 400, "0x1", "١٢٣"):
        found[f"stamped {stamp[:9]!r}"] = (body, {**headers, "svix-timestamp": stamp})
    for signature in ("", "v1", "v1,", "v1,%%%", "v2,YQ==", " , ,", "v1,YQ== v1", "v1," + "A" * 5_000, "v1,é"):
        found[f"signed {signature[:9]!r}"] = (body, {**headers, "svix-signature": signature})
    return found


@pytest.mark.parametrize("how", unsigned(a_mail()))
async def test_what_proves_nothing_is_401_and_never_an_error_of_ours(door: Door, how: str) -> None:
    body, headers = unsigned(a_mail())[how]
    raw = {name: value.encode("utf-8") for name, value in headers.items()}
    answer = await door.http.post("/webhook/agentmail", content=body, headers=raw)  # type: ignore[arg-type]
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert door.bus.published == []


@pytest.mark.parametrize("secrets", ["", "   ", "not-base64!", "whsec_", "whsec_\x00"])
async def test_without_a_usable_secret_nothing_passes(secrets: str) -> None:
    async with a_door(secrets) as door:
        assert (await door.tell(a_mail())).status_code == 401


async def test_a_broken_secret_beside_a_good_one_does_no_harm() -> None:
    async with a_door(f"%%% {SIGNED}") as door:
        assert await door.status(a_mail()) == (200, "started")


async def test_a_new_secret_in_the_file_is_valid_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mesh.secret.LOOK_AGAIN", 0.0)
    file = tmp_path / "secrets"
    file.write_text(SIGNED)
    signatures = Signatures(Secret(file=file))
    body, headers = delivery(a_mail(), secret=RENEWED)
    with pytest.raises(Exception, match="not signed"):
        signatures.check(body, headers)
    file.write_text(f"{SIGNED}\n{RENEWED}\n")
    assert signatures.check(body, headers) == headers["svix-id"]


@pytest.mark.parametrize("age", [299, -299])
async def test_clocks_may_differ_by_five_minutes(door: Door, age: float) -> None:
    assert await door.status(a_mail(), age=age) == (200, "started")
