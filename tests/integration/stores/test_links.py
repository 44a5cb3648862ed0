"""Links: claims that only one worker wins, and bulk reading however ids lie."""
from __future__ import annotations

from uuid import uuid4

import pytest

from local.azurite import Azurite
from shared.storage.account import storage_from_connection_string
from shared.storage.lease import LeaseLost
from shared.stores.links import TABLE, Link, Links, LinkState


@pytest.fixture
def links(azurite: Azurite) -> Links:
    tables = storage_from_connection_string(azurite.connection_string).tables
    return Links(tables[TABLE], f"S-{uuid4().hex[:12]}", "orders")


def test_what_is_saved_is_read_again_with_its_state(links: Links) -> None:
    links.save([Link(id="5001", state=LinkState.APPLIED, bc_id="a", bc_number="SO1", header='{"x": 1}')])

    found = links.of(["5001", "5002"])

    assert set(found) == {"5001"}
    one = found["5001"]
    assert (one.state, one.bc_number, one.header) == (LinkState.APPLIED, "SO1", '{"x": 1}')


def test_a_claim_can_be_made_once(links: Links) -> None:
    links.save([Link(id="1", state=LinkState.SENDING)])

    with pytest.raises(LeaseLost):
        links.save([Link(id="1", state=LinkState.SENDING)])


def test_of_two_who_read_the_same_link_one_can_claim_it(links: Links) -> None:
    links.save([Link(id="1")])
    mine, theirs = links.of(["1"])["1"], links.of(["1"])["1"]

    links.save([mine.with_(state=LinkState.SENDING)])

    with pytest.raises(LeaseLost):
        links.save([theirs.with_(state=LinkState.SENDING)])


def test_links_far_apart_are_found_although_a_thousand_lie_between(links: Links) -> None:
    links.save([Link(id=str(number)) for number in range(1000, 2300)])

    found = links.of(["1", "1000", "1500", "2250", "2299", "5000"])

    assert sorted(found) == ["1000", "1500", "2250", "2299"]


def test_no_ids_need_no_call(links: Links) -> None:
    assert links.of([]) == {}
