"""When two customers are the same."""

from __future__ import annotations

import pytest

from shared.business_central.keys import bill_to, bill_to_of, email_keys, phone_key
from shared.business_central.rows import CustomerRow


@pytest.mark.parametrize(
    "phone", ["+33 1 44 27 46 22", "0033 1 44 27 46 22", "33144274622", " +33(1)44.27.46.22 "]
)
def test_one_telephone_in_many_spellings(phone: str) -> None:
    assert phone_key(phone) == "33144274622"


def test_a_national_number_is_not_taken_for_an_international_one() -> None:
    assert phone_key("01 44 27 46 22") != phone_key("+33 1 44 27 46 22")


@pytest.mark.parametrize("nothing", ["", "  ", "n/a"])
def test_no_digit_is_no_telephone(nothing: str) -> None:
    assert phone_key(nothing) == ""


def test_an_address_is_compared_without_capitals_but_with_its_postal_code() -> None:
    row = CustomerRow(
        id="1", number="C1", display_name="Marie CURIE", address_line1="1 Rue X", city="Paris",
        country="FR", postal_code="75005",
    )  # fmt: skip

    assert bill_to_of(row) == bill_to("marie curie", "1 rue x ", "", "75005", "PARIS", "", "fr")
    assert bill_to_of(row) != bill_to("marie curie", "1 rue x", "", "75006", "paris", "", "fr")


def test_an_e_mail_is_compared_in_small_letters() -> None:
    assert email_keys(" Marie@Example.FR ") == {"marie@example.fr"}
    assert email_keys("Marie@Example.FR; p@example.fr;") == {"marie@example.fr", "p@example.fr"}
    assert email_keys(" ; ") == frozenset()
