"""Who gets a conversation, and what is told of it."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.assignment.rules import Candidate, Need, better, choose, fit, in_order
from mesh.assignment.table import DEFAULT, Costs, Table
from tests.mesh.assignment.people import a_need, somebody

SKILLS = [*sorted(DEFAULT.known), "refunds"]
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)

names = st.sampled_from(["ann", "bob", "cem", "dana", "eva", "finn"])
skills = st.lists(st.sampled_from(SKILLS), max_size=3, unique=True).map(tuple)
languages = st.lists(st.sampled_from(["en", "de", "fr"]), max_size=2, unique=True).map(tuple)


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    people = draw(st.lists(names, unique=True, max_size=6))
    return [
        Candidate(
            person=person,
            skills=draw(skills),
            languages=draw(languages),
            capacity=draw(st.integers(1, 3)),
            supervisor=draw(st.booleans()),
            load=draw(st.integers(0, 3)),
        )
        for person in people
    ]


needs = st.builds(
    Need,
    session_id=st.uuids().map(str),
    message_id=st.just("m-1"),
    skill=st.sampled_from(SKILLS),
    language=st.sampled_from(["", "en", "de", "fr"]),
    tier=st.sampled_from([None, "standard", "vip"]),
    knew=st.none() | names,
)

# -- who is chosen


@pytest.mark.parametrize(
    ("better_one", "worse_one", "need"),
    [
        (somebody("zoe", "billing"), somebody("ann", "technical"), a_need()),
        (somebody("zoe", "technical"), somebody("ann", "info"), a_need()),
        (somebody("zoe", "info"), somebody("ann", "enterprise", supervisor=True), a_need()),
        (somebody("zoe", "billing", languages=("de",)), somebody("ann", "billing"), a_need(language="de")),
        (somebody("zoe", "billing"), somebody("ann", "billing", languages=("de",)), a_need(language="en")),
        (somebody("zoe", "billing", "vip"), somebody("ann", "billing"), a_need(tier="vip")),
        (somebody("zoe", "billing"), somebody("ann", "billing"), a_need(knew="zoe")),
        (somebody("zoe", "billing", load=1), somebody("ann", "billing", load=2), a_need()),
        (somebody("zoe", "billing", load=2, capacity=8), somebody("ann", "billing", load=2), a_need()),
        (somebody("zoe", "refunds"), somebody("ann", "billing"), a_need(skill="refunds")),
        (somebody("zoe"), somebody("ann", supervisor=True), a_need()),
    ],
)
def test_of_two_the_one_who_suits_better_is_chosen(better_one: Candidate, worse_one: Candidate, need: Need) -> None:
    for people in ([better_one, worse_one], [worse_one, better_one]):
        found = choose(need, people, DEFAULT)
        assert found is not None
        assert found.person == "zoe"


def test_the_choice_is_explained_in_words() -> None:
    ana = somebody("ana", "billing", languages=("en", "de"), load=1)
    found = choose(a_need(language="de", knew="ana"), [ana], DEFAULT)
    assert found == ("ana", ("billing", "German", "knows this customer", "2 of 4"))
    found = choose(a_need(skill="demo", language="de"), [somebody("ana", "info")], DEFAULT)
    assert found == ("ana", ("general in place of demo", "no German", "1 of 4"))


def test_who_sells_is_not_asked_about_bills_and_a_supervisor_is() -> None:
    assert choose(a_need(), [somebody("ann", "demo")], DEFAULT) is None
    found = choose(a_need(), [somebody("ann", "demo", supervisor=True)], DEFAULT)
    assert found is not None
    assert found.why[0] == "supervisor in place of billing"


def test_who_let_it_pass_is_asked_after_all_others_and_before_nobody() -> None:
    ann, bob = somebody("ann", "billing"), somebody("bob", "info")
    assert choose(a_need(), [ann, bob], DEFAULT, passed=("ann",)) == ("bob", ("general in place of billing", "1 of 4"))
    found = choose(a_need(), [ann], DEFAULT, passed=("ann",))
    assert found is not None
    assert found.person == "ann"


def test_a_shop_decides_what_weighs_more() -> None:
    ann, bob = somebody("ann", "billing"), somebody("bob", "info", languages=("de",))
    need = a_need(language="de")
    assert choose(need, [ann, bob], DEFAULT).person == "ann"  # type: ignore[union-attr]
    german = Table(costs=Costs(language=30))
    assert choose(need, [ann, bob], german).person == "bob"  # type: ignore[union-attr]


@given(candidates(), needs)
def test_who_is_chosen_has_room_and_nobody_with_room_suits_better(people: list[Candidate], need: Need) -> None:
    found = choose(need, people, DEFAULT)
    suited = {one.person: one for one in people if one.free and fit(need, one, DEFAULT)}
    if found is None:
        assert suited == {}
        return

    def against(one: Candidate) -> tuple[float, float]:
        judged = fit(need, one, DEFAULT)
        assert judged is not None
        return judged.cost, one.load / one.capacity

    assert against(suited[found.person]) == min(map(against, suited.values()))
    assert found.why[-1] == f"{suited[found.person].load + 1} of {suited[found.person].capacity}"


@given(candidates(), needs, st.randoms())
def test_everybody_who_decides_chooses_the_same_whatever_the_order(
    people: list[Candidate], need: Need, dice: object
) -> None:
    shuffled = sorted(people, key=lambda _: dice.random())  # type: ignore[attr-defined]
    assert choose(need, people, DEFAULT) == choose(need, shuffled, DEFAULT)


@given(st.integers(1, 8), st.integers(0, 40))
def test_equals_have_evenly_much(count: int, conversations: int) -> None:
    people = [somebody(f"p-{n}", "billing", capacity=50) for n in range(count)]
    loads: Counter[str] = Counter()
    for number in range(conversations):
        found = choose(a_need(f"s-{number}"), [one.with_load(loads[one.person]) for one in people], DEFAULT)
        assert found is not None
        loads[found.person] += 1
    held = [loads[one.person] for one in people]
    assert max(held) - min(held) <= 1


# -- the order, and moving offers


def test_the_most_urgent_is_first_then_whose_time_runs_out_then_who_waits_longest() -> None:
    late = a_need("late", urgency="high", due=NOON, since=NOON)
    soon = a_need("soon", urgency="high", due=NOON - timedelta(hours=1), since=NOON)
    older = a_need("older", urgency="high", due=NOON, since=NOON - timedelta(hours=2))
    urgent, odd = a_need("urgent", urgency="critical"), a_need("odd", urgency="whenever")
    assert [one.session_id for one in in_order([odd, late, soon, urgent, older])] == [
        "urgent", "soon", "older", "late", "odd",
    ]  # fmt: skip


def test_an_offer_moves_to_who_has_less_and_comes_to_rest() -> None:
    loads = Counter(ann=4, bob=0)
    moves = 0
    while True:
        people = [somebody(name, "billing", load=loads[name], capacity=8) for name in ("ann", "bob")]
        found = better(a_need(), people[0], people, DEFAULT)
        if found is None:
            break
        assert found.person == "bob"
        loads.update(ann=-1, bob=1)
        moves += 1
    assert (loads["ann"], loads["bob"], moves) == (2, 2, 2)


def test_an_offer_moves_to_who_knows_more_of_it_and_not_to_who_let_it_pass() -> None:
    ann, bob = somebody("ann", "info"), somebody("bob", "billing", load=3)
    moved = better(a_need(), ann, [ann, bob], DEFAULT)
    assert moved is not None
    assert moved.person == "bob"
    assert better(a_need(), ann, [ann, bob], DEFAULT, passed=("bob",)) is None
    assert better(a_need(), ann, [ann, bob.with_load(4)], DEFAULT) is None
    assert better(a_need(), bob, [ann, bob], DEFAULT) is None


@given(candidates(), needs)
def test_nothing_moves_back_to_where_it_came_from(people: list[Candidate], need: Need) -> None:
    held = [one.with_load(max(one.load, 1)) for one in people]
    for holder in held:
        moved = better(need, holder, held, DEFAULT)
        if moved is None:
            continue
        after = [one.with_load(one.load + (one.person == moved.person) - (one.person == holder.person)) for one in held]
        target = next(one for one in after if one.person == moved.person)
        back = better(need, target, after, DEFAULT)
        assert back is None or back.person != holder.person
