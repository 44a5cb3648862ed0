"""The layout of storage: a number for how rows and blobs are written, kept beside them.

It goes up only when an older version of the app could no longer read what is written; fields that are added, and other
spellings that both read, leave it as it is. Storage without a number is of layout 0: it was written before there was
one. Row (`storage`, `layout`) of table Environment. The first call of a process reads it, and writes it where this
version is the first to use the storage. Border: the number; what to do about another one, docs/upgrade.md says.
"""
from __future__ import annotations

from shared.clock import Clock, iso
from shared.errors import ConnectorError
from shared.storage.tables import RowChanged, RowExists, Table
from shared.texts import Sentence, sentence

LAYOUT = 1
"""What this version writes."""

OLDEST = 0
"""The oldest that it still reads. Whoever raises it says in docs/upgrade.md which version to go by way of; above 0, an
account that is new has to be told from one that was used before there was a number."""

_KEY = {"PartitionKey": "storage", "RowKey": "layout"}


class StorageLayout:
    """The number that is kept, compared once a process with what this version reads."""

    def __init__(self, table: Table, clock: Clock, *, layout: int = LAYOUT, oldest: int = OLDEST) -> None:
        self._table, self._clock = table, clock
        self._layout, self._oldest = layout, oldest
        self._checked = False

    @property
    def reads(self) -> tuple[int, int]:
        """The oldest layout that is read, and the one that is written."""
        return self._oldest, self._layout

    def check(self) -> None:
        """Pass, or ConnectorError storage-layout: nothing may be read or written."""
        while not self._checked:
            row = self._table.get(_KEY["PartitionKey"], _KEY["RowKey"])
            found = 0 if row is None else row.get("layout")
            if not isinstance(found, int) or not self._oldest <= found <= self._layout:
                raise ConnectorError("storage-layout", self._refusal(found))
            self._checked = found == self._layout or self._raised(row["etag"] if row else "")

    def _raised(self, etag: str) -> bool:
        """Write our number; False if somebody else was here meanwhile."""
        row = _KEY | {"layout": self._layout, "since": iso(self._clock.now())}
        try:
            if etag:
                self._table.replace(row, etag)
            else:
                self._table.insert(row)
        except (RowChanged, RowExists):
            return False
        return True

    def _refusal(self, found: object) -> Sentence:
        reads = {"oldest": self._oldest, "newest": self._layout}
        if isinstance(found, int) and found < self._oldest:
            return sentence(
                "the storage is of layout {found}, this version of the connector reads {oldest} to {newest}: deploy a "
                "version between the two first", found=found, **reads)
        if isinstance(found, int):
            return sentence(
                "the storage is of layout {found}, this version of the connector reads {oldest} to {newest}: deploy "
                "the version that wrote it, or a newer one", found=found, **reads)
        return sentence(
            "the storage is of a layout that is no number ({found}), this version of the connector reads {oldest} to "
            "{newest}: deploy the version that wrote it, or a newer one", found=repr(str(found)[:30]), **reads)
