"""What every step of one job shares: the shop, the two services, the stores and the time.

A JobContext lives for one job in one process. It holds no state of its own but the run's counts;
everything that must survive is in storage.
"""
from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from datetime import datetime
from functools import partial
from typing import NamedTuple, TypeVar

import msgspec

from shared.business_central.client import BusinessCentral
from shared.business_central.directory import Directory
from shared.clock import Clock
from shared.connector import Connector
from shared.journal.captures import DataCaptures
from shared.mapping.prices import AskShopPrices
from shared.shopify.bulk_folder import LeftFile
from shared.shopify.client import ShopifyClient
from shared.shopify.reading import Record, by_ids
from shared.shops.card import ShopCard
from shared.storage.lease import Lease
from shared.stores.changed_records import ChangedRecords
from shared.stores.links import ITEMS, KeptLinks, Links, LinksOfAll, Wish
from shared.stores.record_names import RecordNames
from shared.stores.redacted_records import RedactedOfShop
from shared.stores.skipped_records import SkippedRecords
from shared.stores.sync_runs import Counts, SyncRun
from shared.stores.synchronization_info import BEGINNING
from shared.sync.shop_prices import asked_once
from shared.telemetry import carried

T = TypeVar("T")
R = TypeVar("R")


class JobContext(NamedTuple):
    """One job's surroundings; see the module's docstring.

    card_fingerprint  of what decides besides the record: the card, and where history ends
    history_before  when the shop's first synchronization of orders began (to_business_central/orders/history.py)
    look_first      orders without a link may exist in BC all the same (links were lost or reset)
    captures        where records are kept before they are applied; None when they come from there
    changed         the records that the next run reads again
    names           by what the records are looked up
    named           reads records by their ids, for what an order needs
    kept_items      links of variants that this job has read: order after order asks for the same ones
    first_seen      how many records of each type had no link before this job
    redacted        records that were erased on a person's request
    left_file       the file that an earlier run in this process did not read to its end
    shop_prices     how the shop states its prices, asked when an item is to get one
    in_bulk         whether what is read of the type may come in bulk: so much at once that it may be worth it
    wish            what an operator asked for with the orders of this job
    """

    card: ShopCard
    card_fingerprint: str
    run: SyncRun
    shopify: ShopifyClient
    bc: BusinessCentral
    directory: Directory
    all_links: LinksOfAll
    captures: DataCaptures | None
    changed: ChangedRecords
    skipped: SkippedRecords
    names: RecordNames
    lease: Lease
    clock: Clock
    lanes: Executor
    settle_seconds: float
    history_before: datetime
    look_first: bool
    named: Callable[[str, Sequence[str]], list[Record]]
    redacted: RedactedOfShop
    shop_prices: AskShopPrices
    kept_items: KeptLinks
    left_file: LeftFile
    first_seen: Counter[str]
    in_bulk: bool = False
    wish: Wish = Wish.NONE

    def links(self, type: str) -> Links:
        """The links of this shop's records of one type."""
        return self.all_links(self.card.code, type)

    def item_links(self) -> Links:
        """The links of this shop's variants."""
        return self.all_links(self.card.code, ITEMS, self.kept_items)

    def counts(self, type: str) -> Counts:
        """The run's counts of one type, to be added to."""
        return self.run.counts.setdefault(type, Counts())

    def side_by_side(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """`work` on every item, as many at once as Business Central likes; results in order."""
        return list(self.lanes.map(carried(work), items))


def job_context(
    connector: Connector, card: ShopCard, run: SyncRun, lease: Lease, shopify: ShopifyClient, bc: BusinessCentral,
    lanes: Executor,
) -> JobContext:
    """The surroundings of a run whose type is not known yet: no link is trusted, and nothing is history."""
    return JobContext(
        card, "", run, shopify, bc, Directory(bc), connector.links, connector.captures, connector.changed,
        connector.skipped, connector.names, lease, connector.clock, lanes, connector.settings.bc_settle_seconds,
        history_before=BEGINNING, look_first=True, named=partial(by_ids, shopify),
        redacted=connector.redacted.of(card.code), shop_prices=asked_once(shopify, card, connector.shops),
        kept_items={}, left_file=connector.left_file(), first_seen=Counter(),
    )


def fingerprint(card: ShopCard, history_before: str) -> str:
    """Changes whenever the card or the end of history does, so that records are decided anew with it."""
    return hashlib.sha256(msgspec.json.encode((card, history_before))).hexdigest()[:16]
