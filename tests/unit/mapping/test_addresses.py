"""Shopify's countries are Business Central's by the card's mapping or by their code, and never another country."""
from __future__ import annotations

import pytest

from shared.errors import RecordRefused
from shared.mapping.addresses import customer_address, document_address, iso_country
from tests.builders import a_card, an_address, cronus

GERMAN_CODES = {"DE": "D", "GR": "EL", "GB": "UK"}


@pytest.mark.parametrize(
    ("iso", "mapping", "countries", "expected"),
    [
        pytest.param("FR", {}, {"FR"}, "FR", id="the-same-code"),
        pytest.param("fr", {}, {"FR"}, "FR", id="whatever-its-capitals"),
        pytest.param("GR", {"GR": "EL"}, {"EL"}, "EL", id="greece-as-in-vat-numbers"),
        pytest.param("DE", GERMAN_CODES, {"D", "EL", "UK"}, "D", id="codes-of-licence-plates"),
        pytest.param("GB", {"GB": "uk"}, {"UK"}, "UK", id="a-code-in-small-letters"),
        pytest.param("XI", {"XI": "GB"}, {"GB"}, "GB", id="two-countries-under-one-code"),
        pytest.param("GB", {"XI": "GB", "GB": "GB"}, {"GB"}, "GB", id="both-said-by-the-card"),
        pytest.param("XK", {}, {"XK"}, "XK", id="kosovo"),
        pytest.param("GR", {"GR": "EL"}, {"EL", "GR"}, "EL", id="the-card-wins-over-an-equal-code"),
        pytest.param(None, GERMAN_CODES, {"D"}, "", id="no-country"),
    ],
)
def test_a_country_has_the_code_that_the_card_or_its_own_name_says(iso, mapping, countries, expected):
    address, card, known = an_address(country_code_v2=iso), a_card(country_region_mapping=mapping), _known(countries)

    assert customer_address(address, card, known, record="customer 1")["country"] == expected
    assert document_address("shipTo", address, card, known, record="order 1")["shipToCountry"] == expected


@pytest.mark.parametrize(
    ("iso", "mapping", "countries", "says"),
    [
        pytest.param("GR", {}, {"EL"}, 'has no country/region GR. If it has another code for Greece (GR), name it in '
                                       'Country/Region Mapping of "GR" on the shop card', id="nobody-says-it-is-el"),
        pytest.param("GR", {"GR": "EL"}, {"GR"}, 'Mapping of "GR" on the shop card makes Greece (GR) EL, and Business '
                                                 "Central has no country/region EL", id="the-mapped-code-is-not-there"),
        pytest.param("SZ", {"CH": "SZ"}, {"SZ"}, "gives the country/region SZ to CH", id="another-country-s-code"),
        pytest.param("GB", {"XI": "GB"}, {"GB"}, "gives the country/region GB to XI", id="only-the-other-one-is-said"),
    ],
)
def test_a_country_that_nobody_says_is_refused_and_the_setting_named(iso, mapping, countries, says):
    address = an_address(country_code_v2=iso, country="Greece" if iso == "GR" else iso)

    with pytest.raises(RecordRefused) as refused:
        customer_address(address, a_card(country_region_mapping=mapping), _known(countries), record="order 5001")

    assert (refused.value.code, refused.value.record) == ("country-unknown", "order 5001")
    assert "The address of order 5001 is in " in refused.value.detail
    assert says in refused.value.detail


@pytest.mark.parametrize(("country", "expected"), [("el", "GR"), ("FR", "FR"), ("", "")])
def test_a_country_of_business_central_is_told_in_shopify_s_words(country, expected):
    assert iso_country(country, a_card(country_region_mapping=GERMAN_CODES)) == expected


def _known(countries):
    return cronus(countries=frozenset(countries))
