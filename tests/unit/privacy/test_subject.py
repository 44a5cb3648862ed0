"""How a person shows in texts, and how not."""
from __future__ import annotations

import pytest

from shared.privacy.subject import Traces, known_as

TRACES = Traces({7001, 5_400_000_000_101}, {"Marie.Curie@Example.FR", "+33 1 44 27 46 22", "Zoé Érable", "Ann"})


@pytest.mark.parametrize("text", [
    pytest.param("gid://shopify/Customer/7001", id="number in an address"),
    pytest.param('{"id":7001}', id="number in JSON"),
    pytest.param("S7001", id="number inside a customer number"),
    pytest.param("SHP-5400000000101", id="number of an order"),
    pytest.param("mail to marie.curie@example.fr", id="e-mail in other letters"),
    pytest.param("filter=email eq 'marie.curie%40example.fr'", id="e-mail quoted in an address"),
    pytest.param("q=%2B33+1+44+27+46+22", id="phone quoted in a form"),
    pytest.param('{"name":"ZOÉ ÉRABLE"}', id="name in capitals"),
    pytest.param('{"name":"Zo\\u00e9 \\u00c9rable"}', id="name escaped in JSON"),
])
def test_a_text_speaks_of_the_person(text: str) -> None:
    assert TRACES.are_in(text)


@pytest.mark.parametrize("text", [
    pytest.param("17001", id="number within a longer one"),
    pytest.param("70010", id="longer number"),
    pytest.param("curie@example.fr", id="other e-mail"),
    pytest.param("Anna and Ann", id="words that are too short"),
    pytest.param("", id="nothing"),
])
def test_a_text_does_not_speak_of_the_person(text: str) -> None:
    assert not TRACES.are_in(text)


def test_traces_of_nothing_are_found_nowhere() -> None:
    assert not Traces((), ("",)).are_in("anything 7001")


def test_a_customers_record_tells_every_way_to_reach_the_person_and_every_name() -> None:
    known = known_as({
        "firstName": "Marie", "lastName": "Curie", "displayName": "Marie S. Curie",
        "defaultEmailAddress": {"emailAddress": "marie@example.fr"},
        "defaultPhoneNumber": {"phoneNumber": "+33144274622"},
        "addresses": [{"firstName": "Irène", "lastName": "Joliot", "phone": "12", "name": None}],
    })

    assert known.contacts == {"marie@example.fr", "+33144274622"}
    assert known.names == {
        "Marie Curie", "Curie Marie", "Curie, Marie", "Marie S. Curie", "Irène Joliot", "Joliot Irène", "Joliot, Irène",
    }
