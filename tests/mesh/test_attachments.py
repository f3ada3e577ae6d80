import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mesh.attachments import LONGEST_NAME, MAX_BYTES, MOST_IN_SESSION, Attachment, Attachments, Refused, plain_name

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0" * 40
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF"
KINDS = {
    "image/png": PNG,
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 20,
    "image/gif": b"GIF89a" + b"\0" * 20,
    "image/webp": b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 20,
    "application/pdf": PDF,
}


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def taken(kept: Attachments, data: bytes = PNG, session: str = "s-1", attachment_id: str = "a-1") -> Attachment:
    return await kept.take(session, attachment_id, "box.png", chunks(data[:5], data[5:]))


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "attachments").rglob("*") if path.is_file())


@pytest.mark.parametrize("kind", KINDS)
async def test_a_picture_or_a_pdf_is_kept_as_what_it_is_whatever_its_name(tmp_path: Path, kind: str) -> None:
    kept = Attachments(tmp_path)
    found = await kept.take("s-1", "a-1", "song.mp3", chunks(KINDS[kind]))
    assert (found.media_type, found.size, found.name) == (kind, len(KINDS[kind]), "song.mp3")
    assert kept.path(found).read_bytes() == KINDS[kind]
    assert await kept.find("s-1", "a-1") == found


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"MZ" + b"\0" * 60,
    ],
    ids=["nothing", "text", "page", "drawing", "program"],
)
async def test_anything_else_is_refused_and_leaves_nothing_behind(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        await Attachments(tmp_path).take("s-1", "a-1", "box.png", chunks(data))
    assert refused.value.reason == "kind"
    assert files(tmp_path) == []


async def test_what_is_too_large_is_refused_before_it_has_all_arrived(tmp_path: Path) -> None:
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while True:
            given += 1
            yield PNG if given == 1 else b"\0" * 1024 * 1024

    with pytest.raises(Refused) as refused:
        await Attachments(tmp_path).take("s-1", "a-1", "box.png", endless())
    assert refused.value.reason == "size"
    assert given <= MAX_BYTES // (1024 * 1024) + 2
    assert files(tmp_path) == []


async def test_a_session_takes_so_many_files_and_no_more(tmp_path: Path) -> None:
    kept = Attachments(tmp_path)
    for number in range(MOST_IN_SESSION):
        await taken(kept, attachment_id=f"a-{number}")
    with pytest.raises(Refused) as refused:
        await taken(kept, attachment_id="one-more")
    assert refused.value.reason == "number"
    assert await taken(kept, session="s-2")


async def test_a_file_is_found_in_its_own_session_only(tmp_path: Path) -> None:
    kept = Attachments(tmp_path)
    await taken(kept)
    assert await kept.find("s-2", "a-1") is None
    assert await kept.find("s-1", "a-2") is None


async def test_old_files_go_and_a_content_that_somebody_else_sent_too_stays(tmp_path: Path) -> None:
    kept = Attachments(tmp_path)
    old, twin = await taken(kept), await taken(kept, session="s-2")
    lonely = await taken(kept, PDF, attachment_id="a-2")
    long_ago = datetime.now(UTC) - timedelta(days=40)
    for one in (old, lonely):
        about = tmp_path / "attachments" / "about" / "s-1" / f"{one.attachment_id}.json"
        about.write_text(one.model_copy(update={"at": long_ago}).model_dump_json())
        os.utime(kept.path(one), (long_ago.timestamp(), long_ago.timestamp()))
    assert await kept.sweep(datetime.now(UTC) - timedelta(days=30)) == 2
    assert await kept.find("s-1", "a-1") is None
    assert await kept.find("s-2", "a-1") == twin
    assert kept.path(twin).is_file()
    assert not kept.path(lonely).exists()


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("box.png", "box.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\box.png", "box.png"),
        ("a\r\nSet-Cookie: x.png", "aSet-Cookie: x.png"),
        ("...", "file"),
        ("", "file"),
    ],
)
def test_a_name_is_only_a_name(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_a_long_name_keeps_its_ending() -> None:
    short = plain_name("x" * 500 + ".pdf")
    assert len(short) == LONGEST_NAME
    assert short.endswith("x.pdf")
