from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
import pytest

from mesh.attachments import MAX_BYTES
from tests.gateway.house import House
from tests.mesh.test_attachments import PDF, PNG


async def sent(house: House, data: bytes = PNG, name: str = "box.png", session: str = "s-1") -> httpx.Response:
    headers = {"X-File-Name": quote(name), "Content-Type": "image/png"}
    return await house.http.post(f"/api/uploads/{session}", content=data, headers=headers)


async def said(house: House, *attachments: str, session: str = "s-1", message_id: str = "m-1") -> httpx.Response:
    body = {"message": "Look", "customer_email": "polly.inquirer@example.com", "session_id": session}
    return await house.http.post("/api/chat", json={**body, "message_id": message_id, "attachments": attachments})


async def test_a_file_goes_with_a_message_as_a_reference_and_is_read_back(house: House) -> None:
    reference = (await sent(house, PDF, "Rechnung März.pdf")).json()
    assert reference["name"] == "Rechnung März.pdf"
    assert (reference["media_type"], reference["size"]) == ("application/pdf", len(PDF))
    assert (await said(house, reference["attachment_id"])).status_code == 200
    assert house.echo.heard[0].payload.model_dump()["attachments"] == [reference]
    lines = (await house.http.get("/api/sessions/s-1/messages")).json()["messages"]
    assert [line["attachments"] for line in lines] == [[reference], []]


async def test_a_file_is_handed_out_as_a_harmless_download_only(house: House) -> None:
    reference = (await sent(house, name="box.png")).json()
    found = await house.http.get(f"/api/uploads/s-1/{reference['attachment_id']}")
    assert (found.status_code, found.content) == (200, PNG)
    assert found.headers["content-disposition"] == 'attachment; filename="box.png"'
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["content-security-policy"] == "sandbox; default-src 'none'"


async def test_another_customer_gets_nothing_of_it_and_adds_nothing(house: House) -> None:
    reference = (await sent(house)).json()
    other = {"X-Customer-Email": "vera.vip@example.com"}
    stolen = await house.http.get(f"/api/uploads/s-1/{reference['attachment_id']}", headers=other)
    added = await house.http.post("/api/uploads/s-1", content=PNG, headers=other)
    assert (stolen.status_code, added.status_code) == (404, 404)


async def test_a_message_names_only_files_of_its_own_session(house: House) -> None:
    reference = (await sent(house, session="s-2")).json()
    refused = await said(house, reference["attachment_id"])
    assert refused.status_code == 409
    assert house.echo.heard == []


@pytest.mark.parametrize(("data", "status"), [(b"<html><script>", 415), (b"", 415), (PNG + bytes(MAX_BYTES), 413)])
async def test_a_wrong_or_large_file_is_refused_in_words(house: House, data: bytes, status: int) -> None:
    refused = await sent(house, data)
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"


async def test_a_large_file_of_undeclared_length_is_refused_while_it_comes(house: House) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield PNG
        for _ in range(12):
            yield bytes(1024 * 1024)

    assert (await house.http.post("/api/uploads/s-1", content=endless())).status_code == 413
