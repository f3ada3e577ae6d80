"""Who vouches for a customer's address, and what follows for whoever starts the mesh."""

import pytest

from mesh.errors import MeshError
from mesh.identity import demand_sound, vouched
from tests.fakes import a_message, settings
from tests.gateway.signing import SECRET

SIGNED = {"identity_mode": "signed", "identity_keys": SECRET}


@pytest.mark.parametrize(
    ("kind", "demo", "signed"),
    [
        ("signed", True, True),
        ("demo", True, False),
        (None, True, False),
        ("anonymous", False, False),
        (7, False, False),
    ],
)
def test_an_address_counts_when_somebody_vouches_for_it(kind: object, *, demo: bool, signed: bool) -> None:
    message = a_message()
    if kind is not None:
        message = message.model_copy(update={"metadata": {"identity": kind}})
    assert vouched(message, settings()) is demo
    assert vouched(message, settings(**SIGNED)) is signed


def test_where_there_is_no_address_there_is_nobody() -> None:
    assert not vouched(a_message(email=None), settings())


@pytest.mark.parametrize("name", ["customers_url", "orders_url", "tracking_url"])
def test_the_demo_does_not_start_with_a_real_shop(name: str) -> None:
    with pytest.raises(MeshError, match=name.upper()):
        demand_sound(settings(**{name: "https://shop.example/api"}))
    with pytest.raises(MeshError, match=name.upper()):
        demand_sound(settings(**{name: "http://127.0.0.1:9999"}))
    demand_sound(settings(**{name: "https://shop.example/api"}, **SIGNED))


def test_the_demo_starts_with_the_mock_shop() -> None:
    demand_sound(settings())
    demand_sound(settings(orders_url="http://localhost:8002/"))


def test_without_keys_nobody_could_prove_anything() -> None:
    with pytest.raises(MeshError, match="IDENTITY_KEYS"):
        demand_sound(settings(identity_mode="signed"))
