"""What a run may leave alone: asked once a job, so that a shop where nothing changed costs a handful of calls.

Of a type without changes nothing is listed, no bounds are written, and its last synchronization time moves with those
of the others, in one write at the end. Rows that came between (a notice, a record that an operator wants tried) have a
message or a run of their own. A type is listed as ever where the look cannot tell: before its first complete run, after
a reset, and where a run was interrupted. See docs/decisions/0044-one-look.md.
"""
from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property

from shared.clock import from_iso, iso
from shared.connector import Connector
from shared.errors import ServiceUnavailable
from shared.shopify.client import ShopifyClient
from shared.shopify.listing import Search
from shared.shopify.looking import Look, look
from shared.shopify.payments import payments_search
from shared.shopify.reading import search_since
from shared.shops.card import ShopCard
from shared.stores.skipped_records import is_decided_otherwise, is_due
from shared.stores.sync_runs import SyncRun
from shared.stores.synchronization_info import SynchronizationInfo, since_of_next_run
from shared.sync.record_type import KeptType, RecordType, types_of

_log = logging.getLogger(__name__)


class Outlook:
    """Of one job. What is asked for the first time is asked of storage or Shopify then, and remembered."""

    def __init__(self, connector: Connector, card: ShopCard, run: SyncRun, shopify: ShopifyClient) -> None:
        self._connector, self._card, self._run, self._shopify = connector, card, run, shopify
        self._types = types_of(connector)
        self._overlap = timedelta(seconds=connector.settings.overlap_seconds)
        self._began = connector.clock.now()
        self._at_rest: list[SynchronizationInfo] = []
        self._looked: Look | None = None

    @cached_property
    def infos(self) -> Mapping[str, SynchronizationInfo]:
        """The row of each type."""
        return self._connector.informations.of(self._card.code)

    @cached_property
    def announced(self) -> frozenset[str]:
        """The types of which something was announced."""
        return self._connector.changed.types(self._card.code)

    @cached_property
    def parked(self) -> Mapping[str, bool]:
        """The types that have skipped records; whether one is to be tried before this job has to end."""
        found: dict[str, bool] = {}
        end = self._connector.clock.now() + timedelta(seconds=self._connector.settings.time_budget_seconds)
        for one in self._connector.skipped.of(self._card.code):
            type = self._types.by_name.get(one.type)
            otherwise = isinstance(type, RecordType) and is_decided_otherwise(one, type.selection(self._card))
            found[one.type] = found.get(one.type, False) or is_due(one, end) or otherwise
        return found

    def look(self) -> Look:
        """Which store answers, and which of the run's types have nothing new.

        Nothing is read from a store that has taken over the address of the card's. ConnectorError shop-card-moved, and
        what the look raises.
        """
        if self._looked is None:
            infos = {type: self.infos[type] for type in self._run.types}
            asked = {type: search for type, info in infos.items() if (search := self._search(info)) is not None}
            looked = look(self._shopify, asked)
            self._connector.shops.note_store(self._card, looked.shop)
            self._looked = looked
        return self._looked

    def reached(self, type: str) -> datetime:
        """What Shopify's clock had come to when this part of the run began; the run itself, for the first
        synchronization of a type: what is archived meanwhile is not history. Without an answer in this job it is asked
        for one.

        A span that ended after Shopify's own now would leave out for ever what changes between the two.
        """
        if not self._shopify.usage.calls:
            self.look()
        first = not self.infos[type].last_sync_time
        return self._shopify.their_clock.reached(from_iso(self._run.started_at) if first else self._began)

    def unchanged(self, type: str) -> SynchronizationInfo | None:
        """The type's row with the end of this run's span, not stored, if nothing changed in it; else None."""
        info = self.infos[type]
        if self._search(info) is None or type not in self.look().empty:
            return None
        until = self.reached(type)
        if not self._is_kept(type) and since_of_next_run(info, until, self._overlap) < self._looked_from(info):
            return None
        return info.with_(run_until=iso(until))

    def rest(self, info: SynchronizationInfo) -> None:
        """This row is to be written at the end."""
        self._at_rest.append(info)

    def close(self) -> None:
        """Write the rows of the types at rest. One that was reset meanwhile stays as the reset left it; where storage
        does not take them, the next run looks again from where this one did."""
        if not self._at_rest:
            return
        try:
            for type in self._connector.informations.save_together(self._at_rest):
                _log.info("%s of %s was reset while it ran; the next run starts there", type, self._card.code)
        except ServiceUnavailable as problem:
            _log.warning("how far %s has come cannot be written down: %s", self._card.code, problem)

    def _search(self, info: SynchronizationInfo) -> Search | None:
        """What to look for; None where the look could not tell."""
        if not info.etag or not info.first_began or info.exact or info.run_until:
            return None
        if self._is_kept(info.type):
            return payments_search(info.type, info.last_id)
        return search_since(info.type, self._looked_from(info)) if info.last_sync_time else None

    def _looked_from(self, info: SynchronizationInfo) -> datetime:
        return since_of_next_run(info, from_iso(info.last_sync_time), self._overlap)

    def _is_kept(self, type: str) -> bool:
        return isinstance(self._types.by_name[type], KeptType)
