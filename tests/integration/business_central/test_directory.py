"""What a job knows of Business Central."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from local.business_central.server import BusinessCentral as Simulator
from shared.business_central.client import BusinessCentral
from shared.business_central.directory import Directory
from shared.business_central.executor import create_customer, create_item, create_variant
from shared.business_central.keys import bill_to
from shared.business_central.rows import CodeTable, CustomerRow, ItemRow, VariantRow
from shared.exchange import Exchange


@pytest.fixture
def directory(company: BusinessCentral) -> Directory:
    return Directory(company)


def test_a_customer_is_found_by_number_e_mail_telephone_and_address(directory: Directory) -> None:
    address = bill_to("marie curie", "11 Rue Pierre et Marie Curie", "", "75005", "PARIS", "", "FR")

    found = [
        directory.customer_by_number("c00010"),
        *directory.customers_by_email("MARIE@example.fr"),
        *directory.customers_by_phone("0033 144274622"),
        directory.customer_by_bill_to(address),
    ]

    assert [row.number if row else None for row in found] == ["C00010"] * 4


def test_nobody_is_found_by_an_empty_e_mail_or_telephone(directory: Directory) -> None:
    assert directory.customers_by_email("") == []
    assert directory.customers_by_phone(" ") == []


def test_an_item_is_found_by_number_and_bar_code(directory: Directory) -> None:
    by_number, by_gtin = directory.item_by_number("1001"), directory.item_by_gtin("3017620422003")

    assert by_number == by_gtin
    assert isinstance(by_number, ItemRow)


def test_a_variant_is_found_with_its_item_and_by_its_code_alone(
    directory: Directory, company: BusinessCentral
) -> None:
    created = create_variant(company, {"itemNumber": "1000", "code": "RED"})

    assert directory.variant("1000", "red") == created
    assert directory.variants_by_code("RED") == [created]
    assert directory.variant("1001", "RED") is None


def test_accounts_codes_and_the_local_currency_are_known(directory: Directory) -> None:
    account = directory.account("707000")

    assert account is not None
    assert account.direct_posting is False
    assert directory.account("999999") is None
    assert directory.knows_country("fr")
    assert not directory.knows_country("XX")
    assert directory.knows_currency("USD")
    assert not directory.knows_currency("XXX")
    assert directory.knows_unit("PCS")
    assert directory.local_currency == "EUR"


def test_the_currency_of_a_customer_who_was_looked_up_is_known_without_asking(
    directory: Directory, company: BusinessCentral, simulator: Simulator
) -> None:
    dollar = simulator.control.row("currencies", "USD")
    simulator.control.change("customers", "C00010", {"currencyCode": "USD", "currencyId": dollar["id"]})
    assert directory.customer_by_number("C00010")
    assert directory.customer_by_number("C-WEB")
    calls = company.calls

    assert directory.knows_currency("usd")
    assert directory.knows_currency("EUR")
    assert company.calls == calls
    assert not directory.knows_currency("XXX")
    assert company.calls > calls


def test_the_id_behind_a_code_is_known_in_whatever_capitals_and_read_once(
    directory: Directory, simulator: Simulator
) -> None:
    east = simulator.control.row("locations", "EAST")["id"]

    assert [directory.id_of_code(CodeTable.LOCATIONS, code) for code in ("EAST", " east", "WEST")] == [east, east, None]
    assert simulator.stats.by_entity["locations"]["GET"] == 1


def test_what_we_create_is_known_at_once_and_nothing_is_read_again(
    directory: Directory, company: BusinessCentral, simulator: Simulator
) -> None:
    directory.customers_by_email("marie@example.fr")
    directory.item_by_number("1000")
    directory.variant("1000", "RED")

    directory.remember_customer(create_customer(company, {"number": "S1", "displayName": "Ada", "email": "a@b.fr"}))
    directory.remember_item(create_item(company, {"number": "SKU-1"}))
    directory.remember_variant(VariantRow(id="v", item_number="SKU-1", code="RED"))
    simulator.stats.reset()

    assert directory.customers_by_email("a@b.fr")
    assert directory.item_by_number("sku-1")
    assert directory.variant("SKU-1", "RED")
    assert simulator.stats.calls == 0


def test_a_customer_created_a_moment_ago_is_seen_although_the_replica_lags(
    directory: Directory, company: BusinessCentral, simulator: Simulator
) -> None:
    simulator.faults.replica_lag = 60
    create_customer(company, {"number": "S1", "displayName": "Ada"})

    assert directory.customer_by_number("S1")


def test_four_threads_that_ask_at_once_read_each_table_once(
    directory: Directory, simulator: Simulator
) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: directory.customer_by_number("C00010"), range(20)))
        list(threads.map(lambda _: directory.knows_country("FR"), range(20)))

    assert simulator.stats.by_entity["customers"]["GET"] == 1
    assert simulator.stats.by_entity["countriesRegions"]["GET"] == 1


def test_a_blocked_customer_says_so_and_any_other_does_not(directory: Directory, simulator: Simulator) -> None:
    simulator.control.change("customers", "C-WEB", {"blocked": "All"})

    blocked, other = directory.customer_by_number("C-WEB"), directory.customer_by_number("C00010")

    assert isinstance(blocked, CustomerRow)
    assert blocked.blocked == "All"
    assert isinstance(other, CustomerRow)
    assert other.blocked == ""


@pytest.mark.parametrize("letter", ["袋", "é", "'", "&"])
def test_many_numbers_are_asked_for_in_addresses_of_a_bearable_length(
    company: BusinessCentral, exchanges: list[Exchange], letter: str
) -> None:
    numbers = [f"{letter * 17}{number:03}".upper() for number in range(20)]
    for number in (numbers[0], numbers[-1]):
        create_item(company, {"number": number, "displayName": "Bag", "baseUnitOfMeasureCode": "PCS"})
    directory = Directory(company)
    exchanges.clear()

    directory.expect([lambda number=number: directory.item_by_number(number) for number in numbers])  # type: ignore[misc]

    assert [number for number in numbers if directory.item_by_number(number)] == [numbers[0], numbers[-1]]
    assert max(len(call.url) for call in exchanges) < 2_048
