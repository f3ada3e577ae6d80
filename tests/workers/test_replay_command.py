"""The command refuses what makes no sense, with code 2, before it asks any server."""

import pytest
from click.testing import CliRunner

from workers.replay import replay, save


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "say which"),
        (("1", "--set", "intent"), "slot.path=value"),
        (("1", "--set", "intent=unquoted"), "is no JSON"),
        (("1", "--route", "a,,b"), "is no route"),
        (("1", "2", "--file", __file__), "holds no message"),
        (("--since", "soon"), "is no age"),
        (("--against", "/nowhere/at/all"), "does not exist"),
    ],
)
def test_a_wrong_command_line_is_refused(arguments: tuple[str, ...], why: str) -> None:
    done = CliRunner().invoke(replay, arguments)
    assert done.exit_code == 2
    assert why in done.output


def test_the_exit_codes_are_in_the_help() -> None:
    told = CliRunner().invoke(replay, ["--help"]).output
    assert "4 none failed, but some are still under way" in told


def test_without_servers_it_ends_with_what_is_missing() -> None:
    done = CliRunner().invoke(save, ["m-1", "--to", "saved"], env={"TEMPORAL_ADDRESS": "127.0.0.1:1"})
    assert done.exit_code == 1
    assert "Temporal does not answer at 127.0.0.1:1" in done.output
