"""One telephone in many spellings."""

from __future__ import annotations

import pytest

from shared.business_central.phones import is_national, phone_key


@pytest.mark.parametrize(("phone", "country"), [
    ("+33 1 44 27 46 22", ""), ("0033 1 44 27 46 22", ""), ("33144274622", ""), (" +33(1)44.27.46.22 ", ""),
    ("+33 (0)1 44 27 46 22", ""), ("0033 (0) 144274622", "DE"), ("01 44 27 46 22", "FR"), ("01.44.27.46.22", "fr"),
    ("tel:+33144274622", ""), ("+33 1 44 27 46 22", "DE"),
])
def test_one_telephone_in_many_spellings(phone: str, country: str) -> None:
    assert phone_key(phone, country) == "33144274622"


@pytest.mark.parametrize(("phone", "country", "abroad"), [
    ("030 1234567", "DE", "49301234567"), ("020 7946 0018", "GB", "442079460018"),
    ("0262 12 34 56", "RE", "262262123456"), ("(512) 555-0100", "US", "15125550100"),
    ("1 512 555 0100", "US", "15125550100"), ("45 12 34 56", "DK", "4545123456"),
    ("+45 45 12 34 56", "DK", "4545123456"), ("912 345 678", "ES", "34912345678"),
    ("06 1234 5678", "IT", "0612345678"), ("+39 06 1234 5678", "IT", "390612345678"), ("144274622", "FR", "144274622"),
])
def test_a_national_number_is_completed_by_the_country_that_it_stands_beside(
    phone: str, country: str, abroad: str
) -> None:
    assert phone_key(phone, country) == abroad


def test_one_national_number_is_another_telephone_in_another_country() -> None:
    assert len({phone_key("01 44 27 46 22", country) for country in ("FR", "DE", "")}) == 3


@pytest.mark.parametrize("nothing", ["", "  ", "n/a"])
def test_no_digit_is_no_telephone(nothing: str) -> None:
    assert phone_key(nothing, "FR") == ""


def test_only_a_number_within_its_country_needs_one() -> None:
    assert [is_national(phone) for phone in ("01 44 27 46 22", "+33 1 44", "0033144", "")] == [
        True, False, False, False]


def test_behind_one_number_of_a_company_each_extension_is_another_telephone() -> None:
    assert len({phone_key(phone) for phone in ("+33144274622", "+33144274622;ext=12", "+33144274622 x13")}) == 3
