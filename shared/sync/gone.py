"""Records that Shopify has no answer for: they are gone, or the app may no longer read them, as their type tells."""
from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from shared.stores.skipped_records import parked_again
from shared.sync.context import JobContext
from shared.sync.record_type import RecordType


def keep_out_of_reach(
    one: RecordType, missing: Collection[str], context: JobContext, began: datetime
) -> set[str]:
    """Park what we know of those that may still be there, or let it stay parked, with the sentence that says why.

    began  when it was known that they are to be tried
    Which those are: whatever else is missing is gone.
    """
    shop, type, unread = context.card.code, one.name, one.out_of_reach(missing, context)
    parked, known = context.skipped.among(shop, type, list(unread)), context.links(type).of(unread)
    context.skipped.park([
        parked_again(
            parked.get(id), shop=shop, type=type, id=id, code=why.code, why=why.sentence,
            now=context.clock.now(), run=context.run.id, began=began,
        )
        for id, why in unread.items() if id in parked or id in known
    ])
    return set(unread)
