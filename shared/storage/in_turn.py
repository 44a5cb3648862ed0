"""Writes that depend on what other rows of their partition say: good only if none was written since those were read.

The row `!turn` of the partition changes with every such write, in the same batch. Source: Microsoft Learn, "Performing
entity group transactions" (all or nothing, one partition) and "Update Entity" (If-Match).
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import uuid4

from shared.errors import ServiceUnavailable
from shared.storage.tables import Put, RowChanged, RowExists, Table
from shared.texts import sentence

TURN = "!turn"
"""Sorts before letters and digits, so that a listing may begin after it."""

_TRIES = 100


def write_in_turn(table: Table, partition: str, change: Callable[[], Sequence[Put]]) -> None:
    """Write what `change` decides by reading; it decides anew if something was written in turn since it began.

    Whatever `change` raises ends it. ServiceUnavailable storage-unavailable if others are always quicker.
    """
    for _ in range(_TRIES):
        turn = table.get(partition, TURN)
        following = {"PartitionKey": partition, "RowKey": TURN, "turn": uuid4().hex}
        mine = Put("replace", following, turn["etag"]) if turn else Put("insert", following)
        try:
            table.write([mine, *change()])
            return
        except (RowChanged, RowExists):
            continue
    raise ServiceUnavailable("storage-unavailable", sentence(
        "the rows {partition} are being changed by others without an end", partition=partition))
