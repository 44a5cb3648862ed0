"""The names by which people look up a record that was just applied: its e-mail address, its SKUs, its number. Pure."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from shared.shopify.reading import Record
from shared.shopify.records import Customer, Order, Product
from shared.stores.record_names import RecordName, What
from shared.sync.outcome import Outcome


def names_of(type: str, records: Sequence[Record], outcomes: Iterable[Outcome]) -> list[RecordName]:
    """The names of these records, and the numbers that they have in Business Central."""
    sent = [RecordName(what, name, type, one.id) for one in records for what, name in _of(one.value) if name]
    return sent + [
        RecordName(What.NUMBER, number, type, outcome.link.id) for outcome in outcomes
        for number in (outcome.link.bc_number, *outcome.numbers) if number]


def _of(value: object) -> Iterator[tuple[What, str]]:
    match value:
        case Customer():
            yield What.EMAIL, value.email
        case Order():
            yield What.EMAIL, value.email or ""
        case Product():
            for variant in value.variants.nodes:
                yield What.SKU, variant.sku or ""
                yield What.SKU, variant.barcode or ""
