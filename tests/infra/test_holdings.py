"""No table and no container can be forgotten when a shop is removed, a person erased, or one is told what is kept.

Whoever keeps something says in a Holding what it holds of a shop and of a person; privacy walks all of them.
"""
from __future__ import annotations

import re
from importlib import import_module
from types import ModuleType

import pytest

from shared.journal.log_entries import CONTAINERS, TABLES
from shared.privacy.holdings import HOLDINGS
from shared.storage.holding import Holding, OfPerson
from shared.storage.lease import TABLE as LEASES
from shared.storage.tables import Table
from shared.stores import kept
from tests.infra.storage_use import naming, opened_beside_its_module, used, uses, uses_in
from tests.repository import ROOT, module_of, python_files

OUTLIVES_ITS_LINKS = {
    "arrivals", "asked runs", "runs", "operations", "redacted records", "receipts", "refused deliveries",
}
"""What a card keeps that is pointed to another store: what was done or asked for, and what was promised to people."""


def test_every_table_and_container_says_what_it_holds_of_a_shop_and_of_a_person() -> None:
    declared = [place for one in HOLDINGS for place in one.places]

    assert set(declared) == used("tables") | used("blobs") | {TABLES, CONTAINERS}
    assert len(declared) == len(set(declared))


def test_a_table_is_named_by_one_module_and_opened_by_it_alone() -> None:
    """Whoever needs its rows asks that module. The root opens it once more, to hand it there."""
    assert opened_beside_its_module(uses()) == set()
    assert {table: naming(table) for table in used("tables") - {LEASES} if len(naming(table)) != 1} == {}


@pytest.mark.parametrize("source", [
    'connector.storage.tables["Links"].rows("")', 'tables = storage.tables\ntables["Links"]',
    'rows_of("Links")(storage, "FR")',
    'self._logs.tables[table_of(hour)]', 'logs.tables.drop(table_of(hour))', 'storage.tables["Leases"]',
    'def late():\n    return house.tables["SyncRuns"]',
])
def test_a_table_that_is_opened_beside_its_module_is_seen_however_that_is_written(source: str) -> None:
    assert opened_beside_its_module(uses_in("shared.sync.forgetting", source))


def test_a_module_may_open_the_table_that_it_names() -> None:
    assert not opened_beside_its_module(uses_in("shared.stores.links", "storage.tables[TABLE]; rows_of(TABLE)"))


@pytest.mark.parametrize("module", [module_of(path) for path in python_files("shared/stores")])
def test_a_store_of_a_table_declares_what_it_holds(module: str) -> None:
    store = import_module(module)

    assert bool(holdings_in(store)) == has_a_table(store)


def test_what_is_declared_anywhere_is_walked() -> None:
    assert [one.name for one in declared_below("shared") if one not in HOLDINGS] == []


@pytest.mark.parametrize("holding", HOLDINGS, ids=lambda one: one.name)
def test_what_stays_has_a_reason(holding: Holding) -> None:
    hand_out = holding.of_person.hand_out if isinstance(holding.of_person, OfPerson) else ""
    reasons = [one for one in (holding.of_shop, holding.of_person, hand_out or None) if isinstance(one, str)]

    assert all(len(reason.split()) > 2 for reason in reasons)


def test_a_store_goes_with_its_links_or_is_known_to_outlive_them() -> None:
    of_stores = {one.name for one in declared_below("shared/stores")}

    assert of_stores == {one.name for one in kept.KEPT.values()} | OUTLIVES_ITS_LINKS
    assert set(kept.KEPT) == set(kept.Kept.__struct_fields__)
    assert list(kept.KEPT)[-1] == "links"


def test_the_privacy_page_tells_of_every_place_that_holds_something_of_a_person() -> None:
    page = (ROOT / "docs" / "privacy.md").read_text()
    rows = "\n".join(re.findall(r"^\| ((?:tables?|container) .*?) \|", page, re.MULTILINE))

    erased = {place for one in HOLDINGS if isinstance(one.of_person, OfPerson) for place in one.places}
    assert {place for place in erased if not re.search(rf"\b{place}", rows)} == set()


def declared_below(folder: str) -> list[Holding]:
    return [one for path in python_files(folder) for one in holdings_in(import_module(module_of(path)))]


def holdings_in(module: ModuleType) -> list[Holding]:
    return [one for one in vars(module).values() if isinstance(one, Holding)]


def has_a_table(module: ModuleType) -> bool:
    """Whether one of its own classes is made of a table."""
    classes = [one for one in vars(module).values() if isinstance(one, type) and one.__module__ == module.__name__]
    return any(Table.__name__ in str(one.__init__.__annotations__.get("table")) for one in classes
               if hasattr(one.__init__, "__annotations__"))
