"""Cards that are saved at one moment: the check of one and the write of the other never pass each other."""
from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any, cast
from uuid import uuid4

import pytest

from shared.errors import ConnectorError
from shared.shops.card import ShopCard
from shared.shops.store import TABLE, Shops
from shared.storage.lease import TABLE as LEASE_TABLE
from shared.storage.lease import held
from shared.storage.tables import Row, Table
from tests.house import House


class Interrupted:
    """The table of cards, in which something happens once: after a save has looked, before it writes the card."""

    def __init__(self, table: Table, partition: str, meanwhile: Callable[[], object]) -> None:
        self._table, self._partition, self._waiting = table, partition, [meanwhile]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)

    def put(self, row: Row) -> str:
        if row["PartitionKey"] == self._partition and self._waiting:
            self._waiting.pop()()
        return self._table.put(row)


def shops_of(house: House, meanwhile: Callable[[], object], *, at: str = "domain") -> Shops:
    """The house's cards; `meanwhile` happens when the row `at` is written, which a save does after it has looked."""
    table = Interrupted(house.connector.storage.tables[TABLE], at, meanwhile)
    return Shops(cast(Table, table), lambda shop: False, lambda shop: nullcontext())


@pytest.fixture
def twins(house: House) -> tuple[str, str]:
    """Two cards of one store and one company, both off."""
    host, company = f"{house.shop.lower()}.myshopify.com", str(uuid4())
    codes = (f"{house.shop}-A", f"{house.shop}-B")
    for code in codes:
        house.connector.shops.save(code, {"shopify_url": host, "company_id": company, "enabled": False})
    return codes


def enabled(house: House, *codes: str) -> list[str]:
    return [code for code in codes if house.connector.shops.get(code).enabled]


def test_a_twin_that_is_enabled_after_the_check_and_before_the_write_is_seen(
    house: House, twins: tuple[str, str]
) -> None:
    first, second = twins
    shops = shops_of(house, lambda: house.connector.shops.save(second, {"enabled": True}))

    with pytest.raises(ConnectorError, match="shop-card-twice"):
        shops.save(first, {"enabled": True})

    assert enabled(house, *twins) == [second]


def test_a_twin_that_is_created_at_the_same_moment_is_seen(house: House, twins: tuple[str, str]) -> None:
    new, card = f"{house.shop}-C", house.connector.shops.get(twins[0])
    shops = shops_of(house, lambda: house.connector.shops.save(
        new, {"shopify_url": card.shopify_url, "company_id": card.company_id, "enabled": True}))

    with pytest.raises(ConnectorError, match="shop-card-twice"):
        shops.save(twins[0], {"enabled": True})


def test_of_many_that_enable_twins_at_once_one_wins(house: House, twins: tuple[str, str]) -> None:
    def enable(code: str) -> str:
        try:
            house.connector.shops.save(code, {"enabled": True})
        except ConnectorError as problem:
            return problem.code
        return "enabled"

    for _ in range(5):
        with ThreadPoolExecutor(2) as both:
            assert sorted(both.map(enable, twins)) == ["enabled", "shop-card-twice"]
        assert len(enabled(house, *twins)) == 1
        for code in twins:
            house.connector.shops.save(code, {"enabled": False})


def test_fields_that_several_change_at_once_are_all_kept(house: House) -> None:
    changes: dict[str, Any] = {
        "default_customer_no": "C-1", "tip_account": "758801", "shipping_charges_account": "708501",
        "sold_gift_card_account": "419101", "cash_roundings_account": "658001",
    }

    with ThreadPoolExecutor(len(changes)) as lanes:
        list(lanes.map(lambda change: house.connector.shops.save(house.shop, dict([change])), changes.items()))

    card = house.connector.shops.get(house.shop)
    assert {name: getattr(card, name) for name in changes} == changes


def test_a_card_that_is_removed_at_the_same_moment_does_not_come_back_half(house: House) -> None:
    shops = shops_of(house, lambda: house.connector.shops.remove(house.shop))

    card = shops.save(house.shop, {"shopify_url": house.shopify.shop, "company_id": house.bc.company})

    assert house.connector.shops.find(house.shop) == card
    assert house.connector.shops.removed(house.shop) is None


def test_a_card_is_not_pointed_elsewhere_while_a_run_uses_it(house: House) -> None:
    """Nothing is linked yet: the run's first link would be the other company's."""
    leases = house.connector.storage.tables[LEASE_TABLE]
    with held(leases, f"sync-{house.shop}", seconds=60, clock=house.clock):
        for elsewhere in ({"company_id": str(uuid4())}, {"shopify_url": f"{house.shop.lower()}.myshopify.com"}):
            with pytest.raises(ConnectorError, match="sync-already-running"):
                house.connector.shops.save(house.shop, elsewhere)
        assert house.connector.shops.save(house.shop, {"enabled": False}).enabled is False

    assert house.connector.shops.save(house.shop, elsewhere)


def test_two_cards_that_turn_out_to_be_of_one_store_are_twins_for_the_second_run(house: House) -> None:
    """Addresses differ until Shopify has said which store each is: then one of the two brings nothing."""
    shops, second, company = house.connector.shops, f"{house.shop}-2", str(uuid4())
    store = f"gid://shopify/Shop/{uuid4().int % 10**12}"
    house.card(company_id=company)
    other = shops.save(second, {"shopify_url": f"{second.lower()}.myshopify.com", "company_id": company,
                                "enabled": True})
    shops.note_store(shops.get(house.shop), store)

    for _ in range(2):
        with pytest.raises(ConnectorError, match="shop-card-twice"):
            shops.note_store(other, store)

    assert shops.store_id(shops.get(house.shop)) == store


def test_of_two_runs_that_learn_at_once_that_their_stores_are_one_the_second_never_goes_on(house: House) -> None:
    shops, second, company = house.connector.shops, f"{house.shop}-2", str(uuid4())
    store = f"gid://shopify/Shop/{uuid4().int % 10**12}"
    house.card(company_id=company)
    other = shops.save(second, {"shopify_url": f"{second.lower()}.myshopify.com", "company_id": company,
                                "enabled": True})
    slower = shops_of(house, lambda: shops.note_store(shops.get(house.shop), store), at="store")

    for _ in range(2):
        with pytest.raises(ConnectorError, match="shop-card-twice"):
            slower.note_store(other, store)


class Counted:
    """The table of cards, and how often it was asked."""

    def __init__(self, table: Table) -> None:
        self._table, self.calls = table, 0

    def __getattr__(self, name: str) -> Any:
        self.calls += 1
        return getattr(self._table, name)


@pytest.mark.parametrize("step", [
    lambda shops, card: shops.save(card.code, {"tip_account": "758801"}),
    lambda shops, card: shops.note_store(card, "gid://shopify/Shop/77"),
], ids=["a-card-is-saved", "a-run-learns-the-store"])
def test_storage_is_asked_no_more_often_the_more_cards_of_a_store_there_are(
    house: House, step: Callable[[Shops, ShopCard], object]
) -> None:
    def asked(cards: int) -> int:
        host = f"{uuid4().hex}.myshopify.com"
        for number in range(cards):
            code = f"{house.shop}-{cards}{number}"
            house.connector.shops.save(code, {"shopify_url": host, "company_id": str(uuid4()), "enabled": True})
        table = Counted(house.connector.storage.tables[TABLE])
        step(Shops(cast(Table, table), lambda shop: False, lambda shop: nullcontext()), house.connector.shops.get(code))
        return table.calls

    assert asked(2) == asked(9)
