"""Ready replies: a file that people edit by hand."""

import os
import re
from pathlib import Path

import pytest

from gateway.canned import NAME, canned_in

ONE = '[[reply]]\nkey = "hello"\ntitle = "Hello"\ntext = "Hello {first_name}"\n'
KNOWN = {
    "customer_name", "first_name", "customer_email", "order_id", "order_status", "order_total", "tracking_number",
    "carrier", "expected_delivery", "agent_name",
}  # fmt: skip


def test_an_edited_file_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / NAME
    file.write_text(ONE)
    assert [one.title for one in canned_in(tmp_path)] == ["Hello"]
    file.write_text(ONE.replace('title = "Hello"', 'title = "Good day"'))
    os.utime(file, ns=(1, 2))
    assert [one.title for one in canned_in(tmp_path)] == ["Good day"]


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert canned_in(tmp_path) == ()


@pytest.mark.parametrize("broken", ["[[reply]", '[[reply]]\nkey = "hello"\n', ONE + 'colour = "red"\n'])
def test_a_broken_file_is_none_and_the_log_says_which(
    tmp_path: Path, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / NAME).write_text(broken)
    assert canned_in(tmp_path) == ()
    assert str(tmp_path / NAME) in caplog.text


def test_the_shops_own_replies_have_keys_of_their_own_and_name_only_what_the_desk_fills_in() -> None:
    found = canned_in(Path("knowledge"))
    assert len({one.key for one in found}) == len(found) > 0
    assert {name for one in found for name in re.findall(r"\{([a-z_]+)\}", one.text)} <= KNOWN
