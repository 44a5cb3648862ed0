"""After a reset: which applied records Business Central no longer has, asked in bulk.

A run that does not trust the links (a full one, or one from a time an operator set) looks at every link
it meets, whether its record changed or not; so does the retry of a parked record. How it is seen that a record is gone,
its type says. It then gets the state `lost`, and its type creates it again.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.shopify.reading import Record
from shared.stores.links import NOTHING_SENT, Link, LinkState
from shared.sync.decision import Surroundings
from shared.sync.record_type import Gone, RecordType


def checked(
    one: RecordType, records: Sequence[Record], links: Mapping[str, Link], around: Surroundings
) -> dict[str, Link]:
    """`links` of one page, those whose record is gone from Business Central in state `lost`."""
    return without_gone(one.gone, records, links, around)


def without_gone(
    gone_of: Gone, records: Sequence[Record], links: Mapping[str, Link], around: Surroundings
) -> dict[str, Link]:
    """The same where it is told by `gone_of`."""
    applied = [r for r in records if r.id in links and links[r.id].state is LinkState.APPLIED]
    gone = gone_of(applied, links, around) if applied else set()
    return {id: _lost(link) if id in gone else link for id, link in links.items()}


def _lost(link: Link) -> Link:
    return link.with_(state=LinkState.LOST, bc_id="", bc_number="", bc_set="", plan="", **NOTHING_SENT)
