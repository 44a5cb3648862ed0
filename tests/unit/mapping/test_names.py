"""Name, name 2 and contact by the sources of the shop card."""
from __future__ import annotations

import pytest

from shared.mapping.names import Names, names_of
from shared.shops.card import NameSource
from tests.builders import a_card

COMPANY, FIRST_LAST, LAST_FIRST, NONE = NameSource


@pytest.mark.parametrize(
    ("sources", "person", "expected"),
    [
        pytest.param((COMPANY, FIRST_LAST, FIRST_LAST), ("Marie", "Curie", "Radium SA"),
                     Names("Radium SA", "Marie Curie", "Marie Curie"), id="f10-company-and-person"),
        pytest.param((COMPANY, FIRST_LAST, FIRST_LAST), ("Marie", "Curie", None),
                     Names("Marie Curie", "", "Marie Curie"), id="f10-without-company-name-2-moves-up"),
        pytest.param((LAST_FIRST, NONE, NONE), (" Marie ", "Curie", None),
                     Names("Curie Marie", "", ""), id="f11-last-first-trimmed"),
        pytest.param((COMPANY, NONE, FIRST_LAST), ("Marie", "Curie", None),
                     Names("Marie Curie", "", ""), id="contact-moves-up-and-is-cleared"),
        pytest.param((FIRST_LAST, NONE, NONE), (None, "Curie", None), Names("Curie", "", ""), id="last-name-only"),
        pytest.param((FIRST_LAST, COMPANY, LAST_FIRST), (None, None, None), Names("", "", ""), id="nameless"),
        pytest.param((NONE, NONE, NONE), ("Marie", "Curie", "Radium SA"), Names("", "", ""), id="no-source"),
    ],
)
def test_names_follow_their_sources(sources, person, expected):
    card = a_card(name_source=sources[0], name_2_source=sources[1], contact_source=sources[2])
    first, last, company = person

    assert names_of(card, first=first, last=last, company=company) == expected


def test_f11_a_joined_name_of_120_characters_is_cut_to_100():
    names = names_of(a_card(), first="a" * 60, last="b" * 59, company=None)

    assert names.name == "a" * 60 + " " + "b" * 39
