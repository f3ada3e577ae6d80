"""What the figures should be at least, what is aimed at, and how a run stands to that."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from bench.figures.results import Results

Standing = Literal["aim met", "limit met", "missed", "not measured"]
ABOVE: Final = "above"
BELOW: Final = "below"


@dataclass(frozen=True)
class Aim:
    """A figure by its path in the results. `than`: whether the figure must lie above or below."""

    name: str
    path: str
    than: Literal["above", "below"]
    limit: float
    aim: float
    shown: str = "{:,.2f}"

    def standing(self, figure: float | None) -> Standing:
        if figure is None:
            return "not measured"
        if self._reaches(figure, self.aim):
            return "aim met"
        if self._reaches(figure, self.limit):
            return "limit met"
        return "missed"

    def _reaches(self, figure: float, wanted: float) -> bool:
        return figure >= wanted if self.than == ABOVE else figure <= wanted


MS: Final = "{:,.0f} ms"
SECONDS: Final = "{:,.2f} s"
COUNT: Final = "{:,.0f}"
MB: Final = "{:,.0f} MB"
AIMS: Final = (
    Aim("throughput at 20 clients ÷ a NATS-only peer, side by side", "ratios.peer.median", ABOVE, 0.9, 1.25),
    Aim("throughput at 20 clients ÷ raw Temporal", "ratios.raw_throughput.median", ABOVE, 0.7, 0.85),
    Aim("p50 at 1 client ÷ raw Temporal", "ratios.raw_p50.median", BELOW, 1.6, 1.25),
    Aim(
        "processor time of the whole stack for a message, 20 clients",
        "series.chat.20.all_cpu_ms.median",
        BELOW,
        60,
        42,
        MS,
    ),
    Aim("messages a minute, 20 clients", "series.chat.20.per_minute.median", ABOVE, 1800, 2500, COUNT),
    Aim("the same with riding", "series.riding.20.per_minute.median", ABOVE, 3000, 5000, COUNT),
    Aim("p95 at 20 clients", "series.chat.20.p95_ms.median", BELOW, 900, 600, MS),
    Aim("throughput at 100 clients ÷ at 20", "ratios.hundred.median", ABOVE, 0.9, 1.0),
    Aim("throughput after many messages ÷ after 1,000", "growth.ratio", ABOVE, 0.9, 1.0),
    Aim("memory of the whole stack, idle", "memory.all_idle", BELOW, 900, 600, MB),
    Aim("memory of the whole stack, under load", "memory.all_load", BELOW, 1200, 900, MB),
    Aim("lost at three times the capacity", "others.overload.lost", BELOW, 0, 0, COUNT),
    Aim("p95 of what is accepted then", "others.overload.answered_within_seconds.p95", BELOW, 3, 3, SECONDS),
    Aim("from mesh up to the first answer", "first_answer_s", BELOW, 6, 6, SECONDS),
    Aim(
        "a worker of one actor until it polls", "others.startup.one_actor.decision_router.median", BELOW, 1, 1, SECONDS
    ),
    Aim("import of the command line", "others.startup.cli_import.median", BELOW, 0.3, 0.3, SECONDS),
)


def judged(results: Results) -> Iterator[tuple[Aim, float | None, Standing]]:
    """Every aim with its figure and how that stands."""
    for aim in AIMS:
        figure = results.at_path(aim.path)
        yield aim, figure, aim.standing(figure)
