"""Links: claims that only one worker wins, and bulk reading however ids lie."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from local.azurite import Azurite
from local.storage_proxy import StorageProxy, storage_proxy
from shared.shopify_ids import key_of
from shared.storage.account import storage_from_connection_string
from shared.storage.lease import LeaseLost
from shared.storage.tables import Row
from shared.stores import links as links_module
from shared.stores.links import TABLE, KeptLinks, Link, Links, LinkState, Wish
from shared.texts import sentence


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


def test_a_link_is_stored_without_the_properties_that_say_nothing(links: Links) -> None:
    links.save([Link(id="5001", bc_number="1000")])

    row = links._table.get(links._partition, key_of("5001"))

    assert row
    assert row.keys() - {"etag"} == {"PartitionKey", "RowKey", "state", "bc_number"}
    assert links.one("5001") == Link(id="5001", bc_number="1000", etag=links.one("5001").etag)


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


def test_links_are_found_in_the_order_of_their_ids_which_is_not_that_of_texts(links: Links) -> None:
    links.save([Link(id=id) for id in ("9", "10", "200", "1000")])

    assert list(links.of(["1000", "200", "9", "10"])) == ["9", "10", "200", "1000"]
    assert [link.id for link in links.beyond("9")] == ["10", "200", "1000"]


def test_no_ids_need_no_call(links: Links) -> None:
    assert links.of([]) == {}


# What it costs


@pytest.fixture
def door(azurite: Azurite) -> Iterator[StorageProxy]:
    with storage_proxy(azurite.connection_string) as door:
        yield door


def test_a_job_asks_once_for_links_that_order_after_order_needs(door: StorageProxy) -> None:
    links = links_behind(door, kept={})
    links.save([Link(id=str(id)) for id in range(1000, 1050)])

    first = calls_of(door, lambda: links.of(["1000", "1025", "1049", "7000"]))
    again = calls_of(door, lambda: links.of(["1049", "1000", "7000"]))

    assert (first > 0, again) == (True, 0)
    assert sorted(links.of(["1000", "1049", "7000"])) == ["1000", "1049"]


def test_what_a_job_saves_it_need_not_read(door: StorageProxy) -> None:
    links = links_behind(door, kept={})
    links.of(["1", "2"])
    links.save([Link(id="1", bc_number="1000"), Link(id="2")])
    (second,) = links.save([links.of(["2"])["2"].with_(bc_number="1001")])

    assert calls_of(door, lambda: links.of(["1", "2"])) == 0
    assert [one.bc_number for one in links.of(["1", "2"]).values()] == ["1000", "1001"]
    assert links.of(["2"])["2"].etag == second.etag


def test_links_kept_do_not_grow_with_the_catalogue(links: Links, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.stores.links._MOST_KEPT", 100)
    kept: KeptLinks = {}
    own = Links(links._table, "S-catalogue", "items", kept)

    for start in range(0, 1000, 50):
        own.of(map(str, range(start, start + 50)))

    assert len(kept) <= 150


def test_of_links_far_apart_few_others_are_read(door: StorageProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a large catalogue the items of a page of orders lie anywhere in it."""
    links = links_behind(door)
    links.save([Link(id=str(id)) for id in range(1000, 3000)])
    read: list[Link] = []
    of_row = links_module._link

    def noted(row: Row) -> Link:
        read.append(of_row(row))
        return read[-1]

    monkeypatch.setattr(links_module, "_link", noted)

    found = links.of(map(str, range(1000, 3000, 200)))

    assert len(found) == 10
    assert len(read) <= 10 * 20 + 10


def test_a_job_that_meets_item_after_item_of_a_catalogue_reads_it_by_the_thousand(door: StorageProxy) -> None:
    kept: KeptLinks = {}
    links = links_behind(door, kept)
    links.save([Link(id=str(id)) for id in range(1000, 4000)])
    kept.clear()

    first = calls_of(door, lambda: links.of(map(str, range(1000, 4000, 40))))
    others = calls_of(door, lambda: links.of(map(str, range(1001, 3900, 40))))

    assert (first, others) == (3, 0)


def test_items_too_far_apart_for_that_are_read_one_by_one_after_the_first_thousand(door: StorageProxy) -> None:
    kept: KeptLinks = {}
    links = links_behind(door, kept)
    links.save([Link(id=str(id)) for id in range(1000, 4000)])
    kept.clear()

    calls = calls_of(door, lambda: links.of(map(str, range(1000, 4000, 100))))

    assert calls == 1 + 20
    assert len(links.of(map(str, range(1000, 4000, 100)))) == 30


def test_a_link_that_was_written_stays_as_it_was_written_when_its_neighbours_are_read(door: StorageProxy) -> None:
    kept: KeptLinks = {}
    links = links_behind(door, kept)
    links.save([Link(id=str(id)) for id in range(1, 4)])
    newer = links.of(["2"])["2"].with_(bc_number="1001")
    kept.clear()
    kept["2"] = links_module.packed(newer)

    assert sorted(links.of(["1", "3"])) == ["1", "3"]
    assert links.of(["2"]) == {"2": newer}


def links_behind(door: StorageProxy, kept: KeptLinks | None = None) -> Links:
    tables = storage_from_connection_string(door.connection_string).tables
    return Links(tables[TABLE], f"S-{uuid4().hex[:12]}", "items", kept)


def calls_of(door: StorageProxy, work: Callable[[], object]) -> int:
    before = len(door.calls)
    work()
    return len(door.calls) - before


def test_a_link_that_is_kept_comes_back_with_all_of_its_fields(links: Links) -> None:
    kept: KeptLinks = {}
    own = Links(links._table, links._partition.partition("|")[0], "items", kept)
    decision = sentence("lines were sent again by {who}", who="Zoé")
    others = set(Link.__struct_fields__) - {"id", "state", "wish", "decision", "etag"}
    texts: dict[str, Any] = {name: f"{name} é" for name in others}
    (whole, blank) = own.save([
        Link(id="1", state=LinkState.SENDING, wish=Wish.IN_ANY_CASE, decision=decision, **texts), Link(id="2")])
    saved = own.of(["1", "2"])
    kept.clear()

    assert own.of(["1", "2"]) == saved == {"1": whole, "2": blank}


def test_what_a_job_keeps_of_an_items_link_is_small(links: Links) -> None:
    kept: KeptLinks = {}
    own = Links(links._table, links._partition.partition("|")[0], "items", kept)
    own.save([Link(
        id="45000000000001", state=LinkState.APPLIED, bc_id=str(UUID(int=1)), bc_number="1000", bc_set="items",
        capture="c" * 64, card="d" * 16, plan="a" * 64)])

    (one,) = kept.values()
    assert one is not None
    assert len(one) < 400
