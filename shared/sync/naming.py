"""The names by which people look up a record that was just applied: those that its type knows, its number. Pure."""
from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared.shopify.reading import Record
from shared.stores.record_names import RecordName, What
from shared.sync.outcome import Outcome
from shared.sync.record_type import RecordType


def names_of(one: RecordType, records: Sequence[Record], outcomes: Iterable[Outcome]) -> list[RecordName]:
    """The names of these records, and the numbers that they have in Business Central."""
    sent = [RecordName(what, name, one.name, record.id) for record in records if record.value is not None
            for what, name in one.names(record.value) if name]
    return sent + [
        RecordName(What.NUMBER, number, one.name, outcome.link.id) for outcome in outcomes
        for number in (outcome.link.bc_number, *outcome.numbers) if number]
