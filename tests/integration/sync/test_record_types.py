"""How many places a new record type takes: its own modules, a line in the registry, a row of its shape."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from shared.admin.overview import overview
from shared.admin.synchronization import list_info, reset
from shared.errors import ConnectorError
from shared.journal.capture_list import CaptureFilter, list_captures
from shared.privacy.capture_traces import CaptureTraces
from shared.privacy.subject import Subject
from shared.record_names import one_called
from shared.record_types import TYPE_NAMES, record_types
from shared.root import build_connector
from shared.shopify.reading import listing
from shared.shopify.shapes import SHAPES
from shared.sync.record_type import RecordTypes
from shared.sync.replay import plan_of_capture, replay
from tests.house import House
from tests.wholesalers import NAME, TYPE


@pytest.fixture
def shop(house: House) -> Iterator[House]:
    """A house in which the type has its row and its line."""
    SHAPES[NAME] = replace(SHAPES["companies"])
    types = RecordTypes((*record_types().types, TYPE))
    house.connector = build_connector(
        house.settings, clock=house.clock, storage=house.storage, observe=house.exchanges.append, types=types)
    try:
        yield house
    finally:
        del SHAPES[NAME]
        listing.cache_clear()


def test_a_new_type_is_synchronized_parked_reset_and_shown_by_two_places_and_its_own_modules(shop: House) -> None:
    shop.company(6301, name="Grand Bazar")
    shop.company(6302, name="Odd & Sons")

    run = shop.sync()

    assert run.types[-1] == NAME
    assert (run.counts[NAME].created, run.counts[NAME].parked) == (1, 1)
    assert shop.bc.control.row("customers", "W6301")["displayName"] == "Grand Bazar"
    assert shop.connector.skipped.get(shop.shop, NAME, "6302")
    assert [one.type for one in list_info(shop.connector, shop.shop)] == [*TYPE_NAMES, NAME]
    assert overview(shop.connector, "en").brought == [*record_types().brought, NAME]
    assert str(one_called(NAME, "6302")) == "wholesaler 6302"
    assert shop.sync().counts[NAME].created == 0

    shop.bc.control.remove("customers", "W6301")
    reset(shop.connector, shop.shop, NAME, by="Claire")

    assert shop.sync().counts[NAME].created == 1


def test_a_capture_of_a_new_type_is_listed_and_its_dry_run_says_what_a_replay_does(shop: House) -> None:
    shop.company(6301, name="Grand Bazar")
    shop.sync(NAME)
    shop.bc.control.remove("customers", "W6301")

    (capture,) = list_captures(shop.connector.captures, CaptureFilter(
        shop=shop.shop, types=shop.connector.types.names)).captures
    plan = plan_of_capture(shop.connector, shop.shop, NAME, capture.id)
    done = replay(shop.connector, shop.shop, NAME, capture.id, by="Claire")

    assert [(one.method, one.path) for one in plan.operations] == [("POST", "customers")]
    assert (plan.result, done.result, done.number) == ("created", "created", "W6301")


def test_who_is_named_in_a_record_of_a_new_type_is_found_for_privacy_requests(shop: House) -> None:
    shop.company(6301, name="Grand Bazar", contacts=[shop.customer(7101)])
    shop.sync(NAME)

    found = CaptureTraces(shop.storage, shop.shop, Subject(id="7101")).found

    assert [(one.type, one.id) for one in found] == [(NAME, "6301")]


def test_a_type_that_is_only_kept_has_nothing_to_replay(shop: House) -> None:
    with pytest.raises(ConnectorError, match="payouts do not go to Business Central"):
        replay(shop.connector, shop.shop, "payouts", "any", by="Claire")
