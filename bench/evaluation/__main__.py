"""`python -m bench.evaluation`: every figure beside what it should be and what it was."""

import json
import sys
from typing import Final

import click

from bench.evaluation import modelled
from bench.evaluation.figures import PARTS, Results, falls
from bench.evaluation.parts import Found, Wish, evaluate
from bench.evaluation.report import printed, write

FELL: Final = 1


@click.command()
@click.option("--only", "parts", multiple=True, type=click.Choice(PARTS), help="A part alone; may be given again.")
@click.option("--model", is_flag=True, help="Play sixty conversations with a language model, and nothing else.")
@click.option("--named", multiple=True, help="With --model: only those with this in their name; may be given again.")
@click.option("--at-once", default=1, help="With --model: so many conversations beside each other.")
@click.option("--errors", is_flag=True, help="Print every wrong row, and what a model said.")
@click.option("--check", is_flag=True, help="End with 1 when a figure fell by more than a point; write nothing.")
def main(  # noqa: PLR0913 - one for each option
    parts: tuple[str, ...], named: tuple[str, ...], at_once: int, *, model: bool, errors: bool, check: bool
) -> None:
    """Measure, print, and write docs/evaluation.md and results.json."""
    if model:
        print(json.dumps(modelled.measure(named, at_once=at_once, words=errors).model_dump(mode="json"), indent=1))
        return
    before, found = Results.read(), evaluate(parts or PARTS, Wish(errors=errors))
    printed(found, before.figures)
    if check:
        fallen = list(falls(found.figures, before.figures))
        print("\n".join(fallen))
        sys.exit(FELL if fallen else 0)
    _keep(found, before)


def _keep(found: Found, before: Results) -> None:
    """What was not measured this time stays as it was."""
    played = found.open_wordings is not None
    open_wordings = found.open_wordings if found.open_wordings is not None else before.open_wordings
    harmful = found.harmful_wordings if played else before.harmful_wordings
    figures = {**before.figures, **found.figures}
    Results(figures=figures, open_wordings=open_wordings, harmful_wordings=harmful).write()
    write(Found(figures, found.missing, open_wordings), before.figures)


if __name__ == "__main__":
    main()
