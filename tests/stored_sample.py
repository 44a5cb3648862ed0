"""A shop as an earlier version left it, to show that this one goes on with it.

A sample is a folder of tests/data: `storage.json` with every row, blob and message of the app, and what the two
simulators had then, as they keep it themselves. `write` makes one of a house on storage in memory; it is made once,
with the code of the commit in its name, and never again: what it holds is what is out there.

`storage-3c520ed` is of the commit before issue 13 began. In it: three customers (7003 erased on request), a product, a
company; orders 5001, 5003 and 5006 with their documents, 5002 parked, 5005 dismissed, 5004 claimed by a worker that
died after its request had arrived, 5007 announced and a message on its way; a payout, a dispute; two runs with their
log entries and captures; an operator's reset, a data request with its file, a night's removals, a removed card.

`storage-bd42cac` is the first of layout 1: the same people and orders, and of every table something. Beside those it
has 7004, who was merged into 7002; 5008, resolved by an operator, and 5009, with another tax and a warning; a back-fill
of 5101 and 5102 between its two orders, and one that was asked for; a run that was not allowed, one whose worker died
and left its lease; payouts and disputes that are not used any more; a second card without access; operations that were
done, refused and broken off.

`storage-497ffbf` is the same, made by a later version of layout 1: a back-fill's message says who asked for it only,
and a run was asked for and has not begun.

`storage-23dbaf3` is that one three minutes later, by a version that reads in bulk: product 6003 was made and deleted,
and a run waits for the bulk operation with which Shopify answers a reset of products. The simulator's file keeps no
operations, so that this one is lost.
"""
from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.business_central import dump
from local.business_central.server import start_business_central
from local.shopify.server import start_shopify
from local.shopify.state import ShopifyClock, ShopState
from shared.clock import from_iso, iso
from shared.storage.account import Storage
from shared.storage.tables import Put, Row
from tests.house import House
from tests.manual_clock import ManualClock
from tests.memory import MemoryBlobs, MemoryQueues, MemoryTables

SAMPLES = Path(__file__).resolve().parent / "data"


@contextmanager
def a_house_of(sample: str, storage: Storage) -> Iterator[House]:
    """The house as it was, at the time it was, on this storage."""
    folder = SAMPLES / sample
    content = json.loads((folder / "storage.json").read_text())
    _fill(storage, content["tables"], content["blobs"])
    clock = ManualClock()
    clock.forward((from_iso(content["now"]) - clock.now()).total_seconds())
    at_shopify = ShopifyClock(clock)
    shopify = start_shopify(state=ShopState.load(folder / "shopify.json", at_shopify), clock=at_shopify)
    bc = start_business_central(clock, state=dump.load(folder / "business_central.json", clock))
    try:
        yield House(storage, clock, shopify, bc, shop=content["shop"])
    finally:
        shopify.stop()
        bc.stop()


def messages_of(sample: str) -> dict[str, list[str]]:
    """What was on its way: queue -> texts."""
    content = json.loads((SAMPLES / sample / "storage.json").read_text())
    return {queue: [text for text, _ in sent] for queue, sent in content["queues"].items()}


def write(house: House, made_by: str) -> None:
    """Keep the house, which stands on storage in memory, as a sample of this commit."""
    folder = SAMPLES / f"storage-{made_by}"
    folder.mkdir()
    tables, blobs, queues = house.storage
    assert isinstance(tables, MemoryTables)
    assert isinstance(blobs, MemoryBlobs)
    assert isinstance(queues, MemoryQueues)
    content = {
        "made_by": made_by, "now": iso(house.clock.now()), "shop": house.shop, "queues": queues.sent,
        "tables": {name: [{key: value for key, value in row.items() if key != "etag"} for row in tables[name].rows("")]
                   for name in tables.names("")},
        "blobs": {container: {name: {"type": type, "base64": base64.b64encode(data).decode()}
                              for name, (data, type) in sorted(held.items())}
                  for container, held in sorted(blobs._held.items())},
    }
    (folder / "storage.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    dump.write_dump(house.bc.state, folder / "business_central.json")
    house.shopify.shop_state.dump(folder / "shopify.json")


def _fill(storage: Storage, tables: dict[str, list[Row]], blobs: dict[str, dict[str, dict[str, str]]]) -> None:
    for name, rows in tables.items():
        for row in rows:
            storage.tables[name].write([Put("put", row)])
    for container, held in blobs.items():
        for name, blob in held.items():
            storage.blobs.write(container, name, base64.b64decode(blob["base64"]), blob["type"])
