"""Where the files of data requests lie, and how they end: container privacy-exports, `<shop>/<customer>/<id>.json`.

A file is there to be handed on, not to be kept: it holds everything of a person in one place. Its receipt says when it
was written; one without a receipt is nobody's. Border: names and blobs; what stands in a file is export.py's.
"""
from __future__ import annotations

from shared.clock import from_iso
from shared.journal.purges import Purge
from shared.storage.account import Storage
from shared.storage.blobs import Blobs
from shared.storage.holding import DataSubject, Holding, OfPerson
from shared.stores.privacy_receipts import Receipt, Receipts

CONTAINER = "privacy-exports"
EXPORTS = "privacy exports"


def name_of(shop: str, customer: str, request: str) -> str:
    """The name of one file."""
    return f"{shop}/{customer}/{request}.json"


def remove_expired(blobs: Blobs, receipts: Receipts, purge: Purge) -> None:
    """Remove every file of up to the purge's cut; counts them as `bodies`. The receipts stay."""
    before = from_iso(purge.before)
    kept = {_name(one) for one in receipts.all() if from_iso(one.ended_at or one.received_at) > before}
    expired = [name for name in blobs.names(CONTAINER) if name not in kept]
    blobs.remove(CONTAINER, expired)
    purge.bodies += len(expired)


def _name(receipt: Receipt) -> str:
    return name_of(receipt.shop, receipt.customer_id, receipt.id)


def _remove(blobs: Blobs, prefix: str) -> int:
    names = blobs.names(CONTAINER, prefix)
    blobs.remove(CONTAINER, names)
    return len(names)


def _remove_all(storage: Storage, shop: str) -> int:
    return _remove(storage.blobs, f"{shop}/")


def _remove_of_person(storage: Storage, whom: DataSubject) -> int:
    return sum(_remove(storage.blobs, f"{whom.shop}/{id}/") for id in whom.customers)


HOLDING = Holding(
    "exports", (CONTAINER,), of_shop=_remove_all,
    of_person=OfPerson(_remove_of_person, "they are what an earlier request was answered with"),
)
