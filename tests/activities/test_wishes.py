import pytest

from activities._addresses import address_in
from activities._wishes import variant_in
from mesh.shop import Address
from tests.activities.cases import (
    HOME,
)


@pytest.mark.parametrize(
    ("text", "street", "code", "city", "country"),
    [
        ("to 5 harbour lane, 20457 hamburg and tell me when", "5 harbour lane", "20457", "hamburg", "DE"),
        ("Send it to Hauptstr. 12, 10115 Berlin instead", "Hauptstr. 12", "10115", "Berlin", "DE"),
        ("New address: 12 Rue Victor Hugo, 69002 Lyon, France", "12 Rue Victor Hugo", "69002", "Lyon", "France"),
        ("It is 10 Baker Street, London NW1 6XE please", "10 Baker Street", "NW1 6XE", "London", "GB"),
        ("to 12 Main Street, Apt 4, Boston, MA 02110, USA", "12 Main Street, Apt 4", "MA 02110", "Boston", "USA"),
        ("Change it from 1 Old Road, 11111 Bonn to 2 New Road, 22222 Kiel", "2 New Road", "22222", "Kiel", "DE"),
        ("Send it to another address, 12 Elm Street, 30159 Hanover", "12 Elm Street", "30159", "Hanover", "DE"),
        ("It must go elsewhere, namely 5 Harbour Lane, 20457 Hamburg", "5 Harbour Lane", "20457", "Hamburg", "DE"),
        ("Deliver to Mill Lane 21, Dublin D02 X285", "Mill Lane 21", "D02 X285", "Dublin", "IE"),
    ],
)
def test_addresses_are_read(text: str, street: str, code: str, city: str, country: str) -> None:
    assert address_in(text, HOME) == Address(street=street, city=city, postal_code=code, country=country)


@pytest.mark.parametrize(
    "text",
    [
        "to my office please",
        "order 12345 to 20457 Hamburg",
        "to 45 High Street, Dublin",
        "to 12 Long Road, 1234 Smallville",
        "to 12 Elm Street, Building 4, 30159 Hanover",
    ],
)
def test_half_an_address_is_none(text: str) -> None:
    assert address_in(text, HOME) is None


@pytest.mark.parametrize(
    ("text", "size", "color"),
    [
        ("I would like it in L", "L", None),
        ("it is too small, a large please", "L", None),
        ("size 42 instead of size 41", "42", None),
        ("the blue one, not this size m", None, "blue"),
        ("I'm not sure", None, None),
        ("I want the M in black", None, None),
    ],
)
def test_the_wanted_variant_differs_from_what_they_have(text: str, size: str | None, color: str | None) -> None:
    assert variant_in(text, size="M", color="black") == (size, color)
