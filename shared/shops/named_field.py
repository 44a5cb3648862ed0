"""Which field of the shop card a sentence names, so that whoever reads it is led there.

A sentence holds the caption of the field as a value (card_fields.caption), alone or within a row of it. Border: pure.
"""
from __future__ import annotations

from collections.abc import Iterator

from shared.shops.card_fields import FIELDS
from shared.texts import Text

_BY_CAPTION = {field.caption.text: name for name, field in FIELDS.items()}


def field_named(text: Text) -> str:
    """The first field of the card that the sentence names, as `ShopCard` has it; "" where it names none."""
    return next((_BY_CAPTION[each] for each in _texts(text) if each in _BY_CAPTION), "")


def _texts(text: Text) -> Iterator[str]:
    if isinstance(text, str):
        return
    yield text.text
    for value in text.values.values():
        yield from _texts(value)
