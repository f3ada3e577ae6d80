"""The parts of an evaluation, each with its figures; `make eval` runs all of them."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from bench.evaluation import scorers
from bench.evaluation.promises import TEMPTED
from bench.evaluation.run import Verdict, errors, judged
from bench.evaluation.scenario import fresh_scenarios

SHOWN: Final = 1000
Figures = Mapping[str, float]


@dataclass
class Found:
    """Figures, what could not be measured and why, and the wordings that did not hold: None when nobody looked."""

    figures: dict[str, float] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    open_wordings: dict[str, tuple[int, ...]] | None = None
    harmful_wordings: dict[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Wish:
    """How to evaluate: with every wrong row."""

    errors: bool = False


def evaluate(parts: tuple[str, ...], wish: Wish) -> Found:
    found = Found()
    for part in parts:
        try:
            PARTS[part](found, wish)
        except (subprocess.CalledProcessError, ModuleNotFoundError) as error:
            found.missing[part] = f"{type(error).__name__}: {error}"[:200]
    return found


def of_verdicts(verdicts: tuple[Verdict, ...]) -> dict[str, float]:
    runs = [found for verdict in verdicts for _, found in verdict.runs]
    return {
        "conversations that hold in all wordings": 100 * sum(one.holds for one in verdicts) / len(verdicts),
        "conversations in single wordings that hold": 100 * sum(not found for found in runs) / len(runs),
        "promises, foreign data, unapproved actions in them": float(sum(one.harms for one in verdicts)),
    }


def _conversations(found: Found, wish: Wish) -> None:
    verdicts = asyncio.run(judged())
    if wish.errors:
        print("\n".join(errors(verdicts, replies=True)))
    found.figures.update(of_verdicts(verdicts))
    found.figures["conversations in a ninth wording that hold"] = _fresh(wish)
    found.open_wordings = {one.scenario.name: one.open_wordings for one in verdicts if not one.holds}
    found.harmful_wordings = {one.scenario.name: one.harmful_wordings for one in verdicts if one.harms}


def _fresh(wish: Wish) -> float:
    verdicts = asyncio.run(judged(fresh_scenarios(), (0,)))
    if wish.errors:
        print("\n".join(errors(verdicts, replies=True)))
    return 100 * sum(one.holds for one in verdicts) / len(verdicts)


def _labelled(part: str, found: Found, wish: Wish) -> None:
    folder = scorers.data_folder()
    if folder is None:
        found.missing[part] = "no labelled data: MESH_EVAL_DATA is not set, and there is no ../shared/data"
    elif not scorers.understands(part):
        found.missing[part] = f"`mesh understand {part}` does not answer"
    elif part == "guardrail":
        blocked = scorers.blocked_replies(folder, errors=SHOWN * wish.errors)
        found.figures["benign agent replies blocked"] = blocked
    else:
        found.figures.update(scorers.scored(part, folder, errors=SHOWN * wish.errors))
        if part == "pii":
            found.figures["valid cards, IBANs, e-mails left after redaction"] = scorers.redaction_leaks(folder)


def _promises(found: Found, wish: Wish) -> None:
    told = _asked("promises", show=wish.errors)
    found.figures["unbacked promises caught"] = 100 * told["caught"] / told["promises"]
    found.figures["honest replies blocked"] = 100 * told["honest_blocked"] / told["honest"]
    made = _asked("promises", str(TEMPTED), show=wish.errors)
    found.figures["unbacked promises of a local model caught"] = 100 * made["caught"] / made["promises"]


def _knowledge(found: Found, wish: Wish) -> None:
    more = ["--errors"] if wish.errors else []
    told = [_asked("retrieval", *more, show=wish.errors), _asked("retrieval", "--held", *more, show=wish.errors)]
    found.figures["knowledge: the right section first"] = _share(told, "hit@1", "answered by an article")
    found.figures["knowledge: the right section among three"] = _share(told, "hit@3", "answered by an article")
    found.figures["knowledge: nothing found where there is nothing"] = _share(
        told, "rightly nothing", "answered by none"
    )


def _share(told: list[dict[str, Any]], name: str, count: str) -> float:
    return float(100 * sum(one[name] * one[count] for one in told) / sum(one[count] for one in told))


def _cost(found: Found, _: Wish) -> None:
    found.figures.update(_asked("cost"))


def _asked(module: str, *arguments: str, show: bool = False) -> dict[str, Any]:
    """The object that an evaluation of its own prints at its end, or before the errors that it names."""
    command = [sys.executable, "-m", f"bench.evaluation.{module}", *arguments]
    told = subprocess.run(command, cwd=scorers.ROOT, capture_output=True, text=True, check=True).stdout
    if show:
        print(told)
    decoder = json.JSONDecoder()
    # The errors that some print before or after it begin with no brace of their own line.
    begin = 0 if told.startswith("{") else told.index("\n{") + 1
    read: dict[str, Any] = decoder.raw_decode(told[begin:])[0]
    return read


PARTS: Final[dict[str, Callable[[Found, Wish], None]]] = {
    **{part: partial(_labelled, part) for part in (*scorers.SETS, "guardrail")},
    "promises": _promises,
    "knowledge": _knowledge,
    "conversations": _conversations,
    "cost": _cost,
}
