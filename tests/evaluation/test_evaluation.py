"""Figures are compared with the last release, and a fall of more than a point is told."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.evaluation import __main__ as command
from bench.evaluation import report, scorers
from bench.evaluation.figures import AIMS, Aim, Results, falls, table
from bench.evaluation.parts import PARTS, Found, Wish, evaluate

INTENT, ERROR = "intent accuracy, all rows", "intent calibration error"


def test_a_fall_of_more_than_a_point_is_told_and_a_smaller_one_is_not() -> None:
    before = {INTENT: 90.0, ERROR: 0.03}
    assert list(falls({INTENT: 89.1, ERROR: 0.039}, before)) == []
    assert len(list(falls({INTENT: 88.9, ERROR: 0.041}, before))) == 2


def test_what_has_become_better_or_was_never_measured_is_no_fall() -> None:
    assert list(falls({INTENT: 95.0, ERROR: 0.01}, {INTENT: 90.0, ERROR: 0.03})) == []
    assert list(falls({INTENT: 10.0}, {})) == []


def test_the_time_of_another_machine_is_no_fall() -> None:
    name = "understanding a message, p95 on one core"
    assert list(falls({name: 50.0}, {name: 5.0})) == []


def test_a_rising_figure_must_reach_the_least() -> None:
    aim = Aim("x", "y", 87, 92)
    assert [aim.met(value) for value in (87.0, 86.9)] == [True, False]


def test_a_falling_figure_must_not_pass_the_least() -> None:
    assert not Aim("x", "y", 1, 0.3, falling=True).met(1.1)


def test_the_table_has_now_least_aim_and_before() -> None:
    assert table({INTENT: 90.0}, {INTENT: 89.0}) == [(INTENT, "90.0%", "87.0%", "92.0%", "89.0%")]


def test_every_part_has_aims_and_every_aim_a_part() -> None:
    assert {aim.part for aim in AIMS} == set(PARTS)


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    results = Results(figures={INTENT: 90.0}, open_wordings={"one": (1, 2)})
    results.write(tmp_path / "results.json")
    assert Results.read(tmp_path / "results.json") == results


def test_without_outside_data_the_part_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MESH_EVAL_DATA", str(tmp_path))
    found = evaluate(("intent",), Wish())
    assert found.figures == {}
    assert "no labelled data" in found.missing["intent"]


def test_the_data_folder_is_the_named_one_when_the_scorers_are_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "score").mkdir()
    monkeypatch.setenv("MESH_EVAL_DATA", str(tmp_path))
    assert scorers.data_folder() == tmp_path


def test_only_what_was_measured_is_written_and_words_around_it_stay(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{report.BEGIN}\nstale figures\n{report.END}\nafter\n")
    report.write(Found({INTENT: 90.0}, {"oos": "no data"}, {"one": (1,)}), {}, page)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "stale figures" not in text
    assert "| intent accuracy, all rows | 90.0% |" in text
    assert "oos: not measured. no data" in text
    assert "- one: 7 of 8" in text


@pytest.mark.parametrize(("now", "code"), [(90.0, 0), (80.0, 1)])
def test_check_ends_with_one_when_a_figure_fell(monkeypatch: pytest.MonkeyPatch, now: float, code: int) -> None:
    monkeypatch.setattr(command, "evaluate", lambda _parts, _wish: Found({INTENT: now}))
    monkeypatch.setattr(Results, "read", lambda: Results(figures={INTENT: 90.0}))
    assert CliRunner().invoke(command.main, ["--check"]).exit_code == code
