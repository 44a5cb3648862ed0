"""Which enabled shops a store's notices are for, remembered for a quarter of a minute.

A notice must be answered fast, and a card is seldom enabled or disabled. Two cards may share a store. That there is
none is not remembered: a shop that was enabled a moment ago, from another instance, is to miss no notice.
"""
from __future__ import annotations

from datetime import datetime, timedelta

from shared.clock import Clock
from shared.shops.store import Shops

_REMEMBER = timedelta(seconds=15)
_MOST_REMEMBERED = 1000


class EnabledShops:
    """The enabled cards by store."""

    def __init__(self, shops: Shops, clock: Clock) -> None:
        self._shops, self._clock = shops, clock
        self._known: dict[str, tuple[datetime, list[str]]] = {}

    def at(self, host: str) -> list[str]:
        """The codes of the enabled cards of this store."""
        known, now = self._known.get(host), self._clock.now()
        if known is None or not known[1] or now - known[0] > _REMEMBER:
            known = (now, [code for code in self._shops.codes_at(host) if self._shops.is_enabled(code)])
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[host] = known
        return known[1]
