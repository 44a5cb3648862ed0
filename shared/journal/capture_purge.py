"""Forgetting data captures of a certain age: the packs, and the index rows that lead to them.

Nothing is spared, not even the newest capture of a record: how long captures are kept is a promise to the people in
them. What is needed later is read from Shopify again. Cost: one listing for all shops, one for each shop and type,
and one for each day that goes; for each pack one read, which tells the keys of its index rows, and one write for a
hundred of these; one call for 256 packs. What stays is neither listed nor read. The way from a name to its record
stays: it holds a hash and an id. Rows go before their pack, so that what was interrupted is found again.
"""
from __future__ import annotations

from shared.clock import from_iso
from shared.journal.capture_list import record_id_of
from shared.journal.captures import CONTAINER, DataCaptures, is_pack, row_key, written_at
from shared.journal.purges import Purge
from shared.shopify_ids import key_of
from shared.storage.row_removal import remove_keys


def remove_captures(captures: DataCaptures, purge: Purge) -> None:
    """Remove every capture of up to the purge's cut; counts packs as `bodies`, captures as `entries`."""
    before = from_iso(purge.before)
    blobs = captures.blobs
    for shop in blobs.folders(CONTAINER):
        for type in blobs.folders(CONTAINER, f"{shop}/"):
            for day in blobs.folders(CONTAINER, f"{shop}/{type}/"):
                if day > before.date().isoformat():
                    continue
                names = blobs.names(CONTAINER, f"{shop}/{type}/{day}/")
                packs = [name for name in names if is_pack(name) and written_at(name) <= before]
                purge.entries += sum(_forget(captures, shop, type, pack) for pack in packs)
                blobs.remove(CONTAINER, packs)
                purge.bodies += len(packs)
                purge.days += packs == names


def _forget(captures: DataCaptures, shop: str, type: str, pack: str) -> int:
    """Remove the index rows of a pack; how many captures it held.

    A capture erased before has no id. Rows of a pack that cannot be unpacked stay, and lead nowhere.
    """
    ids = {id for raw in captures.lines(pack) if (id := record_id_of(raw))}
    remove_keys(captures.table, f"{shop}|{type}", [row_key(id, pack) for id in sorted(ids, key=key_of)])
    return len(ids)
