import sqlite3
from pathlib import Path

import pytest

from mock_services.shop import open_shop
from mock_services.store import Store, StoreError
from tests.mock_services.mall import noon, open_mall

WISH = {"sku": "JKT-TRAIL-M", "size": "L", "reason": "too small"}
KEY = {"Idempotency-Key": "m:1:exchange"}


async def test_a_reopened_shop_knows_what_was_done_and_answered(data: Path) -> None:
    async with open_mall(data) as mall:
        first = await mall.orders.post("/orders/77701/exchange", json=WISH, headers=KEY)
        orders, effects = mall.shop.orders(), mall.shop.effects()
    async with open_mall(data) as mall:
        again = await mall.orders.post("/orders/77701/exchange", json=WISH, headers=KEY)
        assert (again.content, again.headers["Idempotent-Replay"]) == (first.content, "true")
        assert sorted(mall.shop.orders(), key=lambda order: order.key) == sorted(orders, key=lambda order: order.key)
        assert mall.shop.effects() == effects
        later = await mall.orders.post("/orders/55501/notes", json={"text": "x"})
        assert later.json()["note_id"] == "NOTE-100002"


async def test_a_change_that_cannot_be_saved_is_not_made(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    async with open_mall(data) as mall:
        with monkeypatch.context() as patch:
            patch.setattr(Store, "save", full)
            answer = await mall.orders.post("/orders/77701/exchange", json=WISH, headers=KEY)
        assert (answer.status_code, answer.json()["code"]) == (503, "not_saved")
        assert ((await mall.order("77701")).returns, mall.operations()) == ((), [])
        retried = await mall.orders.post("/orders/77701/exchange", json=WISH, headers=KEY)
        assert (retried.status_code, mall.operations()) == (200, ["exchange"])


def test_a_change_is_saved_whole_or_not_at_all(data: Path) -> None:
    with open_shop(data, clock=noon) as shop:
        store = Store(None, seed=7)
        broken = shop.order("12345").model_copy(update={"order_id": None})
        with pytest.raises(sqlite3.IntegrityError):
            store.save((shop.customer("CUST-000001"), broken), None, None)
        assert list(store.documents()) == []
        store.close()


def test_a_second_shop_cannot_open_the_same_data(data: Path) -> None:
    with (
        open_shop(data, clock=noon),
        pytest.raises(StoreError, match="another shop"),
        open_shop(data, clock=noon),
    ):
        pass


def test_data_of_another_seed_are_refused(data: Path) -> None:
    with open_shop(data, seed=7, clock=noon):
        pass
    with pytest.raises(StoreError, match="--seed 7"), open_shop(data, seed=8, clock=noon):
        pass
