"""Only groups without a leader are asked to vote, and by a request that nobody may grant."""

import struct

from workers.elections import Group, Seen, leaderless, led_by, request

PEERS = {"A": {"name": "nats"}, "B": {"name": "nats2"}, "C": {"name": "nats3"}}


def view(server: str, leader: str, term: int = 4) -> Seen:
    own = {"nats": "A", "nats2": "B", "nats3": "C"}[server]
    return Seen(server, Group.model_validate({"id": own, "leader": leader, "term": term, "peers": PEERS}))


def test_what_the_server_that_is_gone_led_is_asked_in_the_newest_term() -> None:
    seen = {"g": [view("nats2", "A", 4), view("nats3", "A", 5)]}
    assert leaderless(seen, "nats") == {"g": 5}


def test_what_another_leads_is_left_alone() -> None:
    assert leaderless({"g": [view("nats2", "B"), view("nats3", "B")]}, "nats") == {}


def test_who_has_not_heard_yet_of_the_new_leader_does_not_have_it_voted_out() -> None:
    assert leaderless({"g": [view("nats2", "B", 6), view("nats3", "A", 5)]}, "nats") == {}


def test_what_nobody_leads_is_asked_and_the_returned_server_has_no_say() -> None:
    seen = {"g": [view("nats", "A", 4), view("nats2", "", 7), view("nats3", "", 6)]}
    assert leaderless(seen, "nats") == {"g": 7}


def test_only_what_the_others_take_to_be_led_by_the_one_that_is_gone_was_lost_with_it() -> None:
    seen = {
        "lost": [view("nats", "A"), view("nats2", "A"), view("nats3", "")],
        "starting": [view("nats2", ""), view("nats3", "")],
        "well": [view("nats2", "B")],
        "its own word alone": [view("nats", "A"), view("nats2", "B")],
    }
    assert led_by("nats", seen) == {"lost"}


def test_the_request_comes_from_nobody_with_an_empty_log() -> None:
    term, last_term, last_index, candidate = struct.unpack("<QQQ8s", request(9))
    assert (term, last_term, last_index) == (9, 0, 0)
    assert candidate.decode() not in PEERS
    assert len(request(1)) == 32
