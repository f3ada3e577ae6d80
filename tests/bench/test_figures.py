"""What the rounds of a measurement come to."""

from typing import NamedTuple

import pytest

from bench.chat import Result
from bench.costs import Meter, each, quantiles
from bench.courses import ratios
from bench.figures import page, tables
from bench.figures.aims import AIMS, Aim, judged
from bench.figures.charts import Bar, Row, chart
from bench.figures.results import Growth, Load, Results, Round, Spread, Step
from bench.waterfall import Stretch, medians


class Times(NamedTuple):
    """Seconds of a machine since it was started."""

    user: float = 0
    system: float = 0
    idle: float = 0
    iowait: float = 0
    steal: float = 0
    guest: float = 0


def a_round(per_minute: float, p50_ms: float = 100, **more: float) -> Round:
    return Round.model_validate({"per_minute": per_minute, "p50_ms": p50_ms, "p95_ms": 0, "p99_ms": 0, **more})


def test_a_ratio_is_taken_round_by_round() -> None:
    """The second round was made while the machine was half as fast."""
    found = ratios(
        {
            "chat": {
                1: [a_round(1, 120), a_round(1, 240), a_round(1, 110)],
                20: [a_round(900), a_round(450), a_round(800)],
                100: [a_round(450), a_round(450), a_round(800)],
            },
            "raw": {
                1: [a_round(1, 100), a_round(1, 200), a_round(1, 100)],
                20: [a_round(1000), a_round(500), a_round(1000)],
            },
            "hops": {20: [a_round(1), a_round(1), a_round(1)]},
        }
    )
    assert found["raw_throughput"] == Spread(median=0.9, least=0.8, most=0.9)
    assert found["raw_p50"] == Spread(median=1.2, least=1.1, most=1.2)
    assert found["hundred"].median == 1
    assert "peer" not in found


def test_a_peer_is_compared_when_it_was_measured() -> None:
    one = {1: [a_round(1, 60)], 20: [a_round(1200)], 100: [a_round(1)]}
    found = ratios({"chat": one, "raw": one, "hops": one, "peer": {**one, 1: [a_round(1, 120)], 20: [a_round(1000)]}})
    assert (found["peer"].median, found["peer_p50"].median) == (1.2, 0.5)


def test_a_peer_that_did_not_answer_has_no_ratio() -> None:
    one = {1: [a_round(1)], 20: [a_round(1)], 100: [a_round(1)]}
    assert "peer" not in ratios({"chat": one, "raw": one, "hops": one, "peer": {**one, 20: [a_round(0, 0)]}})


def test_a_load_has_the_median_of_its_rounds_and_all_of_their_errors() -> None:
    rounds = [
        Round(per_minute=n, p50_ms=n, p95_ms=n, p99_ms=n, errors=n, cpu_ms={"temporal": n, "nats": 1})
        for n in (5, 1, 3)
    ]
    found = Load.of(rounds)
    assert found.per_minute == Spread(median=3, least=1, most=5)
    assert found.errors == 9
    assert found.cpu_ms == {"temporal": 3, "nats": 1}
    assert found.all_cpu_ms.median == 4


@pytest.mark.parametrize(
    ("than", "figure", "standing"),
    [
        ("above", 1.3, "aim met"),
        ("above", 0.9, "limit met"),
        ("above", 0.89, "missed"),
        ("below", 0.9, "aim met"),
        ("below", 1.25, "limit met"),
        ("below", 1.3, "missed"),
        ("below", None, "not measured"),
    ],
)
def test_a_figure_stands_to_its_limit_and_its_aim(than: str, figure: float | None, standing: str) -> None:
    limit, aim = (0.9, 1.25) if than == "above" else (1.25, 0.9)
    assert Aim("it", "path", than, limit, aim).standing(figure) == standing  # type: ignore[arg-type]


def test_an_aim_names_a_figure_that_a_whole_run_has() -> None:
    """Those that a run without growth, riding and the measurements of others lacks are the only ones."""
    lacking = {aim.path for aim, figure, _ in judged(Results.read()) if figure is None}
    optional = ("growth.", "others.", "series.riding.", "ratios.peer.")
    assert [path for path in lacking if not path.startswith(optional)] == []
    assert len({aim.name for aim in AIMS}) == len(AIMS)


def test_growth_compares_many_messages_with_a_few_and_is_drawn() -> None:
    many, few = Load.of([a_round(900)]), Load.of([a_round(1000)])
    steps = (Step(messages=50, per_minute=990, temporal_ms=40, yardstick_ms=8),)
    found = Growth(messages=50, few=9, after_many=many, after_few=few, steps=steps, stores={}, memory={})
    results = Results.read().model_copy(update={"growth": found, "others": {"overload": {"lost": 2}}})
    standings = {aim.path: f"{figure}: {standing}" for aim, figure, standing in judged(results)}
    assert standings["growth.ratio"] == "0.9: limit met"
    assert standings["others.overload.lost"] == "2.0: missed"
    assert "a fresh mesh with 9: 1,000 a minute" in page.rendered(results)
    assert list(tables.growth(results))[1] == ("50", "990", "40.0")


def test_parts_of_a_message_follow_each_other_in_medians() -> None:
    found = medians(
        [
            [Stretch("in", "gateway", 0, 0.001), Stretch("work", "actor", 0.001, 0.004)],
            [Stretch("in", "gateway", 10, 10.002), Stretch("work", "actor", 10.002, 10.012)],
            [Stretch("in", "gateway", 20, 20.009), Stretch("work", "actor", 20.009, 20.010)],
        ]
    )
    assert [(part.name, round(part.begin_ms, 3), round(part.ms, 3)) for part in found] == [
        ("in", 0, 2),
        ("work", 2, 3),
    ]


def test_a_store_grows_by_what_each_message_left() -> None:
    assert each({"NATS": 1000, "history": 0}, {"NATS": 3000, "history": 500}, 10) == {"NATS": 200, "history": 50}


def test_time_that_others_use_is_counted_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten seconds of two cores: three idle, one waiting for a disk, ten of ours, six of somebody else."""
    at = iter((Times(), Times(user=13, system=2, idle=3, iowait=1, steal=1, guest=5)))
    monkeypatch.setattr("bench.costs.psutil.cpu_times", lambda: next(at))
    meter = Meter({})
    monkeypatch.setattr("bench.costs.time.process_time", lambda: 10.0 + meter._own)
    assert meter.read(Result(seconds=10, latencies=[0.1] * 20)).elsewhere == pytest.approx(6 / 20)


def test_a_round_with_one_answer_or_none_still_has_percentiles() -> None:
    assert quantiles(Result(latencies=[0.2]))[49] == 200
    assert quantiles(Result())[98] == 0


def test_rows_of_a_chart_share_a_scale_and_say_what_they_were_given() -> None:
    drawn = chart("a < b", "about", [Row("one", [Bar(0, 50, "chat")], "50"), Row("two", [Bar(150, 50, "raw")], "200")])
    assert "width='25.00' height='8' class='chat'" in drawn
    assert "x='75.00' y='1' width='25.00'" in drawn
    assert "a &lt; b" in drawn
