"""The templates of every language: the same structure, and none of their words falls to the checks."""

from pathlib import Path
from typing import get_args

import jinja2
import pytest
from jinja2 import nodes

from activities import _tongues, _words
from activities._case import Case
from activities._guardrails import objections
from activities._intent_names import IntentName
from activities._known import Known
from activities._language import Spoken
from activities._planning import Obstacle
from activities._reply import ActionName
from activities._sections import sections
from activities._words import render
from activities.response_generator import MATTERS
from tests.activities.cases import ORDERS, SENT_BACK, a_case, a_context, an_intent, an_order, api_data

TEMPLATES = Path(_words.__file__).parent / "templates"
FOREIGN: tuple[Spoken, ...] = tuple(_tongues.TONGUES)
NAMES = sorted(file.stem for file in TEMPLATES.glob("*.jinja"))


def shape(file: Path) -> dict[str, list[str]]:
    """What a template decides and quotes, whatever words it uses."""
    tree = jinja2.Environment(autoescape=True).parse(file.read_text(encoding="utf-8"))
    return {
        "branches": sorted(repr(found.test) for found in tree.find_all(nodes.If)),
        "loops": sorted(repr(found.iter) for found in tree.find_all(nodes.For)),
        "included": sorted(repr(found.template) for found in tree.find_all(nodes.Include)),
        "imported": sorted(repr(found.template) for found in tree.find_all(nodes.FromImport)),
        "facts": sorted({found.attr for found in tree.find_all(nodes.Getattr)}),
        "macros": sorted(found.name for found in tree.find_all(nodes.Macro)),
        "names": sorted({found.name for found in tree.find_all(nodes.Name)}),
    }


@pytest.mark.parametrize("language", FOREIGN)
def test_each_language_has_every_template_and_no_other(language: Spoken) -> None:
    assert sorted(file.stem for file in (TEMPLATES / language).glob("*.jinja")) == NAMES


@pytest.mark.parametrize("language", FOREIGN)
@pytest.mark.parametrize("name", NAMES)
def test_a_template_decides_and_quotes_the_same_in_every_language(language: Spoken, name: str) -> None:
    assert shape(TEMPLATES / language / f"{name}.jinja") == shape(TEMPLATES / f"{name}.jinja")


@pytest.mark.parametrize("language", FOREIGN)
def test_each_language_has_words_for_all_that_can_be_named(language: Spoken) -> None:
    spoken = _tongues.TONGUES[language]
    assert set(spoken.deeds) == set(get_args(ActionName))
    assert set(spoken.status) == set(_words.STATUS)
    assert set(spoken.services) == set(_words.SERVICES)
    assert set(spoken.matters) == set(MATTERS)
    assert (len(spoken.weekdays), len(spoken.months)) == (7, 12)


@pytest.mark.parametrize("obstacle", get_args(Obstacle))
@pytest.mark.parametrize("language", FOREIGN)
def test_no_words_of_an_obstacle_fall_to_the_checks(language: Spoken, obstacle: Obstacle) -> None:
    order = an_order("ORD-00000009", "cancelled" if obstacle == "already_cancelled" else "delivered")
    message = a_case(
        "x", an_intent("return_request", order.order_id), a_context(order), api_data(order, eligible=False)
    )
    case = Case.of(message)
    (matter,) = case.matters
    text = render("obstacle", language=language, case=case, matter=matter, obstacle=obstacle)
    assert not objections(text, Known.of(message)), text


@pytest.mark.parametrize("language", FOREIGN)
def test_the_fixed_words_pass_the_checks(language: Spoken) -> None:
    message = a_case("x", an_intent("smalltalk"))
    case = Case.of(message)
    facts: dict[str, object] = {
        "case": case,
        "signals": ("safety", "self_harm"),
        "matters": [],
        "why": "x",
        "usual": "",
        "within": "1 h",
    }
    facts |= {"quotes": (), "sections": ("x",), "likely": ["a", "b"], "told": (), "orders": case.orders, "calls": ()}
    facts |= {"doubtful": True, "usual": "1 h", "within": "1 h"}
    for name in ("safe", "holding", "fallback", "apology", "clarification", "brief", "knowledge", "out_of_scope"):
        text = render(name, language=language, **facts)
        assert not objections(text, Known.of(message)), text


@pytest.mark.parametrize("intent", sorted(MATTERS))
@pytest.mark.parametrize("language", FOREIGN)
def test_what_is_said_about_a_matter_passes_the_checks(language: Spoken, intent: IntentName) -> None:
    for order in ORDERS:
        wanted = an_intent(intent, order.order_id).model_copy(update={"language": language})
        message = a_case("x", wanted, api_data())
        for section in sections(Case.of(message), planning=False):
            assert not objections(section, Known.of(message)), section


@pytest.mark.parametrize(
    ("language", "sum_", "day"),
    [("de", "129,00 €", "Sonntag, 22. November"), ("es", "129,00 €", "domingo 22 de noviembre"),
     ("fr", "129,00 €", "dimanche 22 novembre")],
)  # fmt: skip
def test_sums_and_days_are_written_as_the_language_writes_them(language: Spoken, sum_: str, day: str) -> None:
    spoken = _tongues.TONGUES[language]
    assert spoken.money(129.0, "EUR") == sum_
    assert spoken.day("2020-11-22").startswith(day)
    assert spoken.day("soon") == "soon"


def test_a_list_ends_with_the_words_and_of_its_language() -> None:
    assert [_tongues.TONGUES[code].listed(["A", "B", "A", "C"]) for code in FOREIGN] == [
        "A, B und C", "A, B y C", "A, B et C",
    ]  # fmt: skip
    assert _tongues.TONGUES["de"].listed([]) == ""


def test_the_facts_of_the_order_stand_in_the_answer_of_every_language() -> None:
    for language in FOREIGN:
        wanted = an_intent("refund_status", SENT_BACK.order_id).model_copy(update={"language": language})
        (told,) = sections(Case.of(a_case("x", wanted, api_data())), planning=False)
        assert all(part in told for part in (SENT_BACK.order_id, "REF-33301", "99,00 €", "RET-33301")), told
