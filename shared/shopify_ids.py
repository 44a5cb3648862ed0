"""Shopify's ids: texts of digits, as they stand in the address of Shopify's admin; and the keys that rows have by them.

An id has up to 19 digits, too many for a number in JavaScript, and what comes from Business Central is known by a GUID:
so an id is a text everywhere, and 007 is no other spelling of 7. Rows lie in the order of their keys, which are as long
as one another so that this is the order of the ids. Pure. Border: nobody else knows how a key is written.
"""
from __future__ import annotations

import re

_ID = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
"""As records.id_of reads it out of Shopify's answers: 64 bits."""

_WIDTH = 20
_NEWEST = 10**_WIDTH - 1


def id_in(text: str) -> str | None:
    """The id that this text is, as a person wrote it; None for any other text."""
    return text if _ID.fullmatch(text) else None


def key_of(id: str) -> str:
    """What a row's key says of the id; sorts as the ids do. An id that is no number stands for itself."""
    return id.zfill(_WIDTH)


def key_behind(id: str) -> str:
    """Sorts behind every key that begins with that of the id, and before that of the next id."""
    return f"{key_of(id)}~"


def id_of_key(key: str) -> str:
    """The id whose key this is."""
    return key.lstrip("0") if key.isdigit() else key


def inverted_key_of(id: str) -> str:
    """A key by which the greatest id comes first."""
    return f"{_NEWEST - int(id):0{_WIDTH}d}"


def id_of_inverted_key(key: str) -> str:
    """The id whose inverted key this is."""
    return str(_NEWEST - int(key))
