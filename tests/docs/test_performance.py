"""What the documentation says of speed is what was measured: quotes and charts come from `bench/results.json`."""

import re
from pathlib import Path

import pytest

from bench.figures import page, quotes
from bench.figures.results import Results
from bench.figures.tables import TABLES

RESULTS = Results.read()
SAID = quotes.PAGE.read_text()


def test_every_quote_is_what_was_measured() -> None:
    assert quotes.quoted(SAID, RESULTS) == SAID, "run `python -m bench.figures`"


def test_the_charts_are_those_of_the_same_run() -> None:
    assert page.rendered(RESULTS) == page.PAGE.read_text(), "run `python -m bench.figures`"


def test_every_table_is_on_the_page() -> None:
    assert {*TABLES, "origin"} <= set(quotes.quotes(SAID))


@pytest.mark.parametrize("path", [path for path in quotes.quotes(SAID) if "." in path or path not in TABLES])
def test_a_figure_that_was_changed_by_hand_is_noticed(path: str) -> None:
    mark = rf"[^\s(|]*<!-- bench: {re.escape(path)} \{{" if path != "origin" else r"Measured 20\d\d"
    changed = re.sub(mark, lambda found: f"4711{found[0]}", SAID, count=1)
    assert changed != SAID
    assert quotes.quoted(changed, RESULTS) == SAID


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_was_changed_by_hand_is_noticed(name: str) -> None:
    changed = SAID.replace(f"<!-- bench: {name} -->\n", f"<!-- bench: {name} -->\n| made up |\n")
    assert changed != SAID
    assert quotes.quoted(changed, RESULTS) == SAID


def test_what_was_not_measured_cannot_be_quoted() -> None:
    with pytest.raises(ValueError, match=r"series\.chat\.7\.per_minute was not measured"):
        quotes.quoted("1<!-- bench: series.chat.7.per_minute {:.0f} -->", RESULTS)
    with pytest.raises(ValueError, match="there is no table speeds"):
        quotes.quoted("<!-- bench: speeds -->\n<!-- end of bench -->", RESULTS)


def test_the_page_of_charts_asks_nobody_and_runs_nothing() -> None:
    assert not re.search(r"https?://|<script|\son\w+=", page.PAGE.read_text())


def test_figures_survive_the_file(tmp_path: Path) -> None:
    RESULTS.write(tmp_path / "results.json")
    assert Results.read(tmp_path / "results.json") == RESULTS
