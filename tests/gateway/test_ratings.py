from mesh.ratings import rating_of
from mesh.store import History
from tests.gateway.house import House
from tests.gateway.test_chat import say


async def rated(house: House, session: str = "s-1", **body: object) -> int:
    return (await house.http.post(f"/api/sessions/{session}/ratings", json={"message_id": "m-1", **body})).status_code


async def test_the_end_of_a_conversation_is_rated_once_and_may_be_rated_anew(house: House) -> None:
    await say(house, "Where is it?", session_id="s-1", message_id="m-1")
    assert await rated(house, stars=2, words="My card is 4111 1111 1111 1111") == 201
    async with History.open(house.settings) as history:
        first = await rating_of(history, "s-1", "m-1")
        assert first is not None
        assert (first.stars, first.words) == (2, "My card is [card ending 1111]")
        assert await rated(house, stars=5) == 201
        second = await rating_of(history, "s-1", "m-1")
        assert second is not None
        assert (second.stars, second.words) == (5, None)
        assert second.timestamp >= first.timestamp
        assert await rating_of(history, "s-1", "m-2") is None


async def test_only_an_answered_message_of_this_session_is_rated_and_only_with_stars_there_are(house: House) -> None:
    await say(house, "Where is it?", session_id="s-1", message_id="m-1")
    await say(house, "Elsewhere", session_id="s-2", message_id="m-2")
    assert await rated(house, "s-2", stars=3) == 404
    assert await rated(house, message_id="m-9", stars=3) == 404
    assert [await rated(house, stars=stars) for stars in (0, 6, "many", None)] == [422] * 4
    assert await rated(house, stars=3, words="x" * 1001) == 422


async def test_nobody_rates_the_conversation_of_another(house: House) -> None:
    await say(house, "Where is it?", session_id="s-1", message_id="m-1")
    other = {"X-Customer-Email": "vera.vip@example.com"}
    answer = await house.http.post("/api/sessions/s-1/ratings", json={"message_id": "m-1", "stars": 1}, headers=other)
    assert answer.status_code == 404
